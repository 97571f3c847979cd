"""What a city of a quarter of a million buildings may weigh on the line: bytes, gzipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.tiles.town import SCHEMA, busy_houses, houses
from tests.tiles.viewing import seen_from, sent
from tiles import Cell, RdNap, meshopt, write_tileset
from tiles.order import bare, compact
from tiles.reading import walk
from tiles.weld import FINEST_STEP, Welded, weld

BUDGET = 60e6 / 250_000  # bytes per building, all levels and files together


@pytest.mark.skipif(not meshopt.available(), reason="meshoptimizer is not installed")
@pytest.mark.parametrize(
    ("kind", "per_cell", "normals"),
    [(houses, 800, True), (houses, 800, False), (busy_houses, 600, False)],
    ids=["plain, with normals", "plain", "busy"],
)
def test_a_city_keeps_to_its_bytes(
    kind: Callable[..., Cell], per_cell: int, normals: bool, tmp_path: Path, rdnap: RdNap
) -> None:
    cells = [
        kind(per_cell, (84_500.0 + 500 * i, 446_500.0 + 500 * j), seed=100 * i + j)
        for i in range(4)
        for j in range(4)
    ]
    summary = write_tileset(
        tmp_path / "pand",
        cells,
        title="Stad",
        theme="pand",
        property_schema=SCHEMA,
        normals=normals,
        rdnap=rdnap,
    )
    tiles = list(walk(tmp_path / "pand" / "tileset.json"))
    every = sent(p for p in (tmp_path / "pand").rglob("*") if p.is_file())
    leaves = [sent([tile.content]) for tile in tiles if tile.leaf and tile.content]
    far = seen_from(tiles, np.array([0.0, -6_000.0, 8_000.0]))
    overview = sent(tile.content for tile in far if tile.content)
    print(f"{every / summary.features:.0f} bytes per pand, leaf {np.median(leaves):.0f}, far {overview}")
    assert every / summary.features < BUDGET
    assert np.median(leaves) < 200_000
    assert overview < 3_000_000


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


def test_without_normals_each_corner_is_there_once_and_all_triangles_stay() -> None:
    mesh = weld(busy_houses(200, (0.0, 0.0)).detail, FINEST_STEP)
    shared = bare(mesh)
    corners = np.column_stack([shared.feature, shared.lattice])
    assert len(np.unique(corners, axis=0)) == len(corners) < 0.4 * len(mesh.lattice)

    def drawn(colors: np.ndarray, corners: np.ndarray) -> list[tuple[int, ...]]:
        """Triangles as colours and numbers, each from its smallest corner on."""
        _, rank = np.unique(corners.reshape(-1, 4), axis=0, return_inverse=True)
        first = np.argmin(rank.reshape(-1, 3), axis=1)
        turned = np.take_along_axis(corners, ((first[:, None] + np.arange(3)) % 3)[:, :, None], axis=1)
        return sorted(map(tuple, np.column_stack([colors, turned.reshape(len(turned), -1)]).tolist()))

    given = np.column_stack([mesh.feature, mesh.lattice])[mesh.triangles]
    color = np.repeat(shared.colors, [len(part) for part in shared.triangles], axis=0)
    found = drawn(color, corners[np.concatenate(shared.triangles)])
    assert found == drawn(mesh.color[mesh.triangles[:, 0]], given)
