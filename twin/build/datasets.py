"""Data sets of ``[[dataset]]``: read as they say they are written, and declared as attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import dataset as tables
from ingest.download import Copy, fetch
from twin.catalogue import Attribute, Text

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.delivery import Delivery
    from twin.settings import BuildSettings, Dataset, Settings
    from twin.settings.dataset import Words


def fetched(dataset: Dataset, build: BuildSettings, work: Path) -> tuple[Dataset, Copy | None]:
    """The data set with its file on this machine, and where that was fetched, if it was.

    Raises
    ------
    SourceError
        When its address gives no file, and there is no copy of last time.
    """
    if dataset.address is None:
        return dataset, None
    folder = build.downloads or work / "downloads"
    copy = fetch(dataset.address, folder, largest=build.download_limit * 1_000_000)
    return dataset.model_copy(update={"path": copy.path}), copy


def read_dataset(dataset: Dataset) -> Delivery:
    """Records of a data set, with nothing but their key or place and the columns of its attributes.

    Raises
    ------
    SourceError
        When the file can't be read, or lacks a column.
    """
    columns: dict[str, tables.Kind] = {a.source_column: a.type for a in dataset.attribute if a.source_column}
    style = tables.Format(
        dataset.layer, dataset.xy, dataset.delimiter, dataset.decimal, dataset.encoding, dataset.missing
    )
    kind = None if dataset.spatial else tables.KEY_KINDS[dataset.by.value]
    return tables.read(dataset.file, dataset.name, columns, key=dataset.key, key_kind=kind, style=style)


def declared(settings: Settings) -> tuple[Attribute, ...]:
    """Attributes of all data sets, as the catalogue has them; a data set is a group of its own."""
    return tuple(
        Attribute(
            name=a.name,
            type=a.result_type,
            group=dataset.title or dataset.name,
            source=dataset.name,
            applies_to=(dataset.to,),
            nl=_text(a.nl),
            en=_text(a.en or a.nl),
            unit=a.unit,
            classification=dataset.classification_of(a),
            decimals=a.decimals,
            tile=a.tile,
        )
        for dataset in settings.dataset
        for a in dataset.attribute
    )


def _text(words: Words) -> Text:
    return Text(words.label, words.description)
