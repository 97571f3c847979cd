"""Where everything lies in a twin on disk; the layout is a contract, see docs/developers/architecture.md."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twin.geometry.columns import Floats, Ints


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of a twin below its folder ``root``."""

    root: Path

    @property
    def manifest(self) -> Path:
        """Area, sources, parameters, ledger and versions."""
        return self.root / "twin.json"

    @property
    def checksums(self) -> Path:
        """Checksums of the tables and CityJSON of the build, as ``sha256sum`` writes them."""
        return self.root / "SHA256SUMS"

    @property
    def tiles3d(self) -> Path:
        """3D Tiles; the root tileset and a folder per theme."""
        return self.root / "3dtiles"

    @property
    def report(self) -> Path:
        """Quality per building, rejects, an HTML page."""
        return self.root / "report"

    @property
    def scenarios(self) -> Path:
        """Planners' variants."""
        return self.root / "scenarios"

    @property
    def work(self) -> Path:
        """What a next build can use again: points by cell, meshes and digests by tile."""
        return self.root / ".work"

    def cityjson(self, tile: str) -> Path:
        """CityJSON text sequence of a tile."""
        return self.root / "cityjson" / f"{tile}.city.jsonl"

    def objects(self, collection: str, tile: str) -> Path:
        """Attributes and 2D geometry of a collection in a tile."""
        return self.root / "objects" / collection / f"{tile}.parquet"

    def restricted(self, collection: str, tile: str) -> Path:
        """Attributes of the same objects that are not for everybody, by ``identificatie``."""
        return self.root / "restricted" / collection / f"{tile}.parquet"

    def collections(self) -> list[str]:
        """Names of the collections that have tables."""
        folder = self.root / "objects"
        return sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []

    def tables(self, collection: str) -> list[Path]:
        """Parquet files of a collection, by tile."""
        return _finished(self.root / "objects" / collection, "*.parquet")

    def restricted_tables(self, collection: str) -> list[Path]:
        """Parquet files of what is not for everybody, by tile; none where there is no such thing."""
        return _finished(self.root / "restricted" / collection, "*.parquet")

    def sequences(self) -> list[Path]:
        """CityJSON text sequences, by tile."""
        return _finished(self.root / "cityjson", "*.city.jsonl")


def _finished(folder: Path, pattern: str) -> list[Path]:
    """Files in a folder, without those that a build is writing now or that a broken one left: dot files."""
    return sorted(p for p in folder.glob(pattern) if not p.name.startswith("."))


def tile_names(xy: Floats, size: float) -> list[str]:
    """Names of the tiles of points ``xy (N, 2)`` [m, RD]: the lower left corner in whole metres.

    >>> tile_names(np.array([[84999.9, 447500.0]]), 500.0)
    ['084500_447500']
    """
    corner: Ints = (np.floor(xy / size) * size).astype(np.int64)
    return [f"{x:06d}_{y:06d}" for x, y in corner.tolist()]
