"""Where the data comes from: title, date, licence and checksum of every source."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.download import Copy
from ingest.errors import SourceError
from twin.settings import Dataset, Source, SourceKind
from twin.settings.table import STRICTNESS


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is said of a source in the manifest, in every CityJSON file, by the API and in the viewer.

    Attributes
    ----------
    kind, title, licence, attribution, classification : str
    date : str or None
        ISO date of the data; None when nobody said.
    files : tuple of dict
        ``name, size, sha256`` of each file; ``address`` and ``fetched`` of one from the web.
    notes : tuple of str
        Assumptions made while reading.
    """

    kind: str
    title: str
    licence: str
    attribution: str
    classification: str
    date: str | None
    files: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()

    @property
    def public(self) -> bool:
        """Whether anybody may see what comes from it."""
        return self.classification == "openbaar"

    def as_json(self) -> dict[str, Any]:
        """For the manifest and the API."""
        return {**asdict(self), "files": list(self.files), "notes": list(self.notes)}

    def for_cityjson(self) -> dict[str, Any]:
        """The part that travels with the geometry."""
        return {
            "title": self.title,
            "date": self.date,
            "licence": self.licence,
            "attribution": self.attribution,
        }


@dataclass(frozen=True, slots=True)
class _Register:
    title: str
    licence: str
    attribution: str
    classification: str = "openbaar"


_REGISTERS = {
    SourceKind.BGT: _Register(
        "Basisregistratie Grootschalige Topografie", "CC0-1.0", "Kadaster en bronhouders BGT"
    ),
    SourceKind.BAG: _Register("Basisregistratie Adressen en Gebouwen", "Public Domain Mark 1.0", "Kadaster"),
    SourceKind.AHN: _Register("Actueel Hoogtebestand Nederland", "CC-BY-4.0", "AHN"),
    SourceKind.CBS: _Register("Wijken en buurten", "CC-BY-4.0", "CBS en Kadaster"),
    SourceKind.WOZ: _Register("Waardering onroerende zaken", "niet openbaar", "gemeente", "intern"),
    SourceKind.ENERGIELABEL: _Register("Energielabels (EP-online)", "voorwaarden EP-online", "RVO"),
}


def provenance(source: Source) -> Provenance:
    """What is known of a source: its own settings, else what its register is known for.

    Raises
    ------
    SourceError
        When a file is missing or unreadable.
    """
    register = _REGISTERS[source.kind]
    return Provenance(
        kind=source.kind.value,
        title=source.title or _title(register, source),
        licence=source.licence or register.licence,
        attribution=source.attribution or register.attribution,
        classification=source.classification or register.classification,
        date=source.date.isoformat() if source.date else None,
        files=tuple(_fingerprint(f) for p in source.path for f in _files(p)),
    )


def provenance_of(dataset: Dataset, copy: Copy | None = None) -> Provenance:
    """What is known of a data set: as public as the most public of its attributes.

    Parameters
    ----------
    dataset : Dataset
        With its file on this machine.
    copy : Copy, optional
        Where and when that file was fetched.

    Raises
    ------
    SourceError
        When its file is missing or unreadable.
    """
    told = {"address": copy.address, "fetched": copy.fetched} if copy else {}
    seen = min((dataset.classification_of(a) for a in dataset.attribute), key=STRICTNESS.__getitem__)
    return Provenance(
        kind=dataset.name,
        title=dataset.title or dataset.name,
        licence=dataset.licence,
        attribution=dataset.attribution,
        classification=seen,
        date=dataset.date.isoformat() if dataset.date else None,
        files=tuple(_fingerprint(f) | told for f in _files(dataset.file)),
        notes=(copy.note,) if copy and copy.note else (),
    )


def _title(register: _Register, source: Source) -> str:
    """With the year, where a register may be delivered more than once."""
    dated = source.kind is SourceKind.AHN and source.year is not None
    return f"{register.title} {source.year}" if dated else register.title


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise SourceError(
            path,
            found="no such file or folder",
            expected="the path of a source",
            remedy="Check `path` in twin.toml; it is relative to that file.",
        )
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def _fingerprint(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(
            path,
            found=f"can't be read ({error.strerror})",
            expected="a readable file",
            remedy="Check its rights.",
        ) from error
    return {"name": path.name, "size": path.stat().st_size, "sha256": digest}
