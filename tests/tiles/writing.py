"""Tilesets of tests, written around one place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.tiles.town import SCHEMA
from tiles import Cell, RdNap, TilesetSummary, write_tileset

CENTER = (85_000.0, 447_500.0)


def write(
    folder: Path, cells: list[Cell] | Iterator[Cell], rdnap: RdNap, **options: object
) -> TilesetSummary:
    """Write cells as the theme of panden."""
    settings = {"title": "Test", "theme": "pand", "property_schema": SCHEMA, "center": CENTER, "rdnap": rdnap}
    return write_tileset(folder, cells, **(settings | options))  # type: ignore[arg-type]


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder, by their path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
