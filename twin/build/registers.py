"""Reading every source that ``twin.toml`` names, with an account of what was read and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from ingest import ahn, bag, bgt, cbs, energielabel, woz
from ingest.delivery import Delivery
from twin.build.cloud import Bbox, CloudYear, grown
from twin.build.datasets import fetched, read_dataset
from twin.build.progress import Progress
from twin.build.provenance import Provenance, provenance, provenance_of
from twin.errors import SettingsError
from twin.ledger import Ledger
from twin.settings import Settings, Source, SourceKind


@dataclass(slots=True)
class Registers:
    """All that was read.

    Attributes
    ----------
    tables : dict of str to GeoDataFrame
        ``bag/pand``, ``bag/verblijfsobject``, ``bgt/wegdeel``, ``cbs/buurt`` ...; absent if not delivered.
    addresses, woz, labels : DataFrame or None
    points : PointStore or None
        Of all years together.
    clouds : tuple of CloudYear
        What is in it, newest first.
    area : (4,) of float [m, RD] or None
        What the points were cut to.
    checksums : dict of str to str
        Of the AHN files, by path.
    provenance : list of Provenance
    datasets : dict of str to DataFrame
        Records of the data sets of ``[[dataset]]``, by name.
    ledger : Ledger
    """

    tables: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    addresses: pd.DataFrame | None = None
    woz: pd.DataFrame | None = None
    labels: pd.DataFrame | None = None
    points: ahn.PointStore | None = None
    clouds: tuple[CloudYear, ...] = ()
    area: Bbox | None = None
    checksums: dict[str, str] = field(default_factory=dict)
    provenance: list[Provenance] = field(default_factory=list)
    datasets: dict[str, pd.DataFrame] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)


def read_registers(settings: Settings, work: Path, progress: Progress) -> Registers:
    """Read the sources; point clouds are spooled into cells below ``work`` and stay on disk.

    Raises
    ------
    SourceError
        When a source as a whole can't be used.
    SettingsError
        When two sources of one register deliver the same table, or a WOZ column is set that is none.
    """
    found = Registers(area=settings.twin.bbox and grown(settings.twin.bbox))
    progress.stage("Reading the registers", len(settings.source) + len(settings.dataset))
    for source in settings.source:
        progress.doing(source.kind.value.upper())
        # Before reading: a file that is absent is told in the same words for every register.
        origin = provenance(source)
        notes: list[str] = []
        for delivery in _deliveries(source, settings, work, found, progress):
            notes.extend(delivery.notes)
            _receive(found, source, delivery)
        if source.kind is SourceKind.AHN and found.points is not None:
            notes.extend(found.points.summary.notes)
            names = [str(path.absolute()) for path in source.path]
            found.checksums |= {name: file["sha256"] for name, file in zip(names, origin.files, strict=True)}
        found.provenance.append(replace(origin, notes=tuple(dict.fromkeys(notes))))
        progress.advance()
    for dataset in settings.dataset:
        progress.doing(dataset.title or dataset.name)
        local, copy = fetched(dataset, settings.build, work)
        origin = provenance_of(local, copy)
        delivery = read_dataset(local)
        found.ledger.receive(delivery.name, delivery)
        found.datasets[dataset.name] = delivery.frame
        found.provenance.append(replace(origin, notes=(*origin.notes, *delivery.notes)))
        progress.advance()
    if found.points is not None:
        found.clouds = _clouds(settings, found.points, found.provenance)
    return found


def _clouds(
    settings: Settings, store: ahn.PointStore, provenance: Sequence[Provenance]
) -> tuple[CloudYear, ...]:
    """The clouds of a store, newest first; without years all files are one."""
    origins = [(s, p) for s, p in zip(settings.source, provenance, strict=False) if s.kind is SourceKind.AHN]
    if len(origins) > 1 and all(source.year for source, _ in origins):
        origins.sort(key=lambda pair: -(pair[0].year or 0))
        return tuple(
            CloudYear.of(origin.title, store, {str(path.absolute()) for path in source.path})
            for source, origin in origins
        )
    files = {str(path.absolute()) for path in _paths(settings, SourceKind.AHN)}
    return (CloudYear.of(" + ".join(dict.fromkeys(o.title for _, o in origins)), store, files),)


def _deliveries(
    source: Source, settings: Settings, work: Path, found: Registers, progress: Progress
) -> list[Delivery]:
    bbox = settings.twin.bbox
    match source.kind:
        case SourceKind.BGT:
            return [d for path in source.path for d in bgt.read(path, bbox=bbox).values()]
        case SourceKind.BAG if found.addresses is None:
            # All files at once, of whatever [[source]]: a pand, its units and their addresses are joined.
            tables = bag.read(_paths(settings, SourceKind.BAG), bbox=bbox)
            found.addresses = bag.addresses(tables)
            return list(tables.values())
        case SourceKind.CBS:
            return [d for p in source.path for d in cbs.read(p, year=source.year, bbox=bbox).values()]
        case SourceKind.WOZ:
            columns = _woz_columns(source)
            return [woz.read(path, columns) for path in source.path]
        case SourceKind.ENERGIELABEL:
            return [energielabel.read(path) for path in source.path]
        case SourceKind.AHN if found.points is None:
            files = _paths(settings, SourceKind.AHN)
            found.points = ahn.PointStore.build(
                files,
                work / "points",
                bbox=found.area,
                progress=lambda done, total: progress.doing(
                    f"AHN, {done / 1e6:.0f} of {total / 1e6:.0f} million points"
                ),
            )
    return []


def _paths(settings: Settings, kind: SourceKind) -> list[Path]:
    return [path for source in settings.of(kind) for path in source.path]


def _woz_columns(source: Source) -> woz.WozColumns:
    known = [f.name for f in fields(woz.WozColumns)]
    if strange := sorted(source.columns.keys() - set(known)):
        raise SettingsError(
            f"[source.columns] of {source.path[0]}: unknown key {', '.join(strange)}. "
            f"The keys are {', '.join(known)}"
        )
    return woz.WozColumns(**source.columns)


def _receive(found: Registers, source: Source, delivery: Delivery) -> None:
    found.ledger.receive(delivery.name, delivery)
    match source.kind:
        case SourceKind.WOZ:
            found.woz = delivery.frame if found.woz is None else pd.concat([found.woz, delivery.frame])
        case SourceKind.ENERGIELABEL:
            found.labels = (
                delivery.frame if found.labels is None else pd.concat([found.labels, delivery.frame])
            )
        case _:
            if delivery.name in found.tables:
                raise SettingsError(
                    f"{source.path[0]}: delivers {delivery.name}, as another file of twin.toml does. "
                    "Keep one of them"
                )
            if len(delivery.frame) or delivery.name.endswith("/pand"):
                found.tables[delivery.name] = delivery.frame
