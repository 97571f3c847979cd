"""What a city of a quarter of a million buildings may weigh on the line: bytes, gzipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.tiles.town import SCHEMA, houses
from tests.tiles.viewing import seen_from, sent
from tiles import RdNap, meshopt, write_tileset
from tiles.order import compact
from tiles.reading import walk
from tiles.weld import FINEST_STEP, Welded, weld

BUDGET = 60e6 / 250_000  # bytes per building, all levels and files together


@pytest.fixture(scope="module")
def rdnap() -> RdNap:
    return RdNap((84_000, 446_000, 88_000, 450_000))


@pytest.mark.skipif(not meshopt.available(), reason="meshoptimizer is not installed")
def test_a_city_keeps_to_its_bytes(tmp_path: Path, rdnap: RdNap) -> None:
    cells = [
        houses(800, (84_500.0 + 500 * i, 446_500.0 + 500 * j), seed=100 * i + j)
        for i in range(4)
        for j in range(4)
    ]
    summary = write_tileset(
        tmp_path / "pand", cells, title="Stad", theme="pand", property_schema=SCHEMA, rdnap=rdnap
    )
    tiles = list(walk(tmp_path / "pand" / "tileset.json"))
    assert sent(p for p in (tmp_path / "pand").rglob("*") if p.is_file()) / summary.features < BUDGET
    leaves = [sent([tile.content]) for tile in tiles if tile.leaf and tile.content]
    assert np.median(leaves) < 200_000
    far = seen_from(tiles, np.array([0.0, -6_000.0, 8_000.0]))
    assert sent(tile.content for tile in far if tile.content) < 3_000_000


def test_the_order_of_a_tile_changes_nothing_that_is_drawn() -> None:
    mesh = weld(houses(200, (0.0, 0.0)).detail, FINEST_STEP)
    ordered = compact(mesh)

    def drawn(m: Welded) -> set[tuple[int, ...]]:
        """Triangles as numbers, each from its smallest corner on."""
        corners = np.column_stack([m.lattice, m.normal, m.color, m.feature])
        _, rank = np.unique(corners, axis=0, return_inverse=True)
        first = np.argmin(rank.reshape(-1)[m.triangles], axis=1)
        turned = np.take_along_axis(m.triangles, (first[:, None] + np.arange(3)) % 3, axis=1)
        return set(map(tuple, corners[turned].reshape(len(turned), -1).tolist()))

    assert drawn(ordered) == drawn(mesh)
    assert len(ordered.triangles) == len(mesh.triangles)
    same = (ordered.lattice[1:] == ordered.lattice[:-1]).all(axis=1).mean()
    before = (mesh.lattice[1:] == mesh.lattice[:-1]).all(axis=1).mean()
    assert same > 0.3 > before
