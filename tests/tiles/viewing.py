"""What a viewer draws of a tileset, and what that costs on the way."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tiles.reading import Tile


def seen_from(tiles: list[Tile], eye: np.ndarray, target: float = 16.0, height: float = 1080.0) -> list[Tile]:
    """Tiles that a viewer draws: the traversal of 3D Tiles with REPLACE refinement, without culling."""
    below: dict[int, list[Tile]] = {}
    for tile in tiles:
        below.setdefault(id(tile.parent), []).append(tile)

    def draw(tile: Tile) -> list[Tile]:
        half = np.linalg.norm(tile.box[1:], axis=1)
        nearest = np.maximum(np.abs((eye - tile.box[0]) @ (tile.box[1:] / half[:, None]).T) - half, 0)
        distance = max(float(np.linalg.norm(nearest)), 1e-9)
        error = tile.error * height / (2 * np.tan(np.radians(30)) * distance)
        children = below.get(id(tile), [])
        outside = tile.content is not None and tile.content.suffix == ".json"
        if children and (error > target or outside):
            return [found for child in children for found in draw(child)]
        return [tile]

    return draw(tiles[0])


def sent(paths: Iterable[Path]) -> int:
    """Bytes over the line, each file gzipped."""
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in paths)
