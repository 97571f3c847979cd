"""The terrain in blocks: as high as in one raster, and no larger than what is looked up in it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from tests.ground.terrain_points import slope
from twin.geometry.columns import Floats
from twin.ground import Terrain, cells_of, cover, ground_mesh, with_water
from twin.ground.blocks import SIDE, Blocks, blocks_under, filled
from twin.ground.coverage import Cells
from twin.ground.mesh import measured_share
from twin.ground.raster import in_batches

CORNER = (1024.0, 400_000.0)


def hilly(xy: Floats) -> Floats:
    return np.asarray(slope(xy) + 0.4 * np.sin(xy[:, 0] / 9) * np.cos(xy[:, 1] / 13))


def cells(*shapes: shapely.Polygon, water: bool = False) -> Cells:
    made = cells_of(cover(np.array(shapes, dtype=object))[0])
    return with_water(made, np.full(len(made), 1.0), np.full(len(made), water))


def strip(length: float, width: float = 20.0) -> shapely.Polygon:
    """A canal that runs to the north-east."""
    d = length / np.sqrt(2)
    line = shapely.LineString([CORNER, (CORNER[0] + d, CORNER[1] + d)])
    return line.buffer(width / 2, cap_style="flat")


def whole(shape: shapely.Polygon) -> Terrain:
    x0, y0, x1, y1 = shape.bounds
    x, y = np.meshgrid(np.arange(x0 - 45, x1 + 45, 0.5) + 0.25, np.arange(y0 - 45, y1 + 45, 0.5) + 0.25)
    xy = np.column_stack((x.ravel(), y.ravel()))
    gap = shapely.contains_xy(shape.centroid.buffer(25), *xy.T)
    return Terrain.from_points(np.column_stack((xy, hilly(xy)))[~gap], (x0, y0, x1, y1))


def in_blocks(terrain: Terrain, own: Cells) -> Terrain:
    """The same, of the blocks under some cells only."""
    corner, shape, kept = blocks_under(own)
    parts = []
    for row, column in kept.tolist():
        at = corner + np.array((column, row)) * SIDE - terrain.corner
        z, seen = np.full((SIDE, SIDE), np.nan), np.zeros((SIDE, SIDE), dtype=bool)
        rows, columns = np.arange(SIDE) + int(at[1]), np.arange(SIDE) + int(at[0])
        r = (rows >= 0) & (rows < terrain.z.shape[0])
        c = (columns >= 0) & (columns < terrain.z.shape[1])
        z[np.ix_(r, c)] = terrain.z[np.ix_(rows[r], columns[c])]
        seen[np.ix_(r, c)] = terrain.measured[np.ix_(rows[r], columns[c])]
        parts.append((z, seen))
    z, measured = filled(shape, kept, parts)
    return Terrain(corner, 1.0, z, measured)  # type: ignore[arg-type]


def as_set(mesh: object) -> set[frozenset[tuple[int, ...]]]:
    corners = np.rint(mesh.xyz[mesh.triangles] * 1000).astype(np.int64).tolist()  # type: ignore[attr-defined]
    return {frozenset(map(tuple, own)) for own in corners}


@pytest.mark.parametrize("water", [False, True])
def test_the_mesh_is_the_same_to_the_millimetre(water: bool) -> None:
    shape = strip(500.0)
    terrain, own = whole(shape), cells(shape, water=water)
    sparse = in_blocks(terrain, own)
    one, other = (ground_mesh(own, t, np.array([0.1])) for t in (terrain, sparse))
    assert len(one.triangles) > (1 if water else 100)
    assert as_set(one) == as_set(other)
    if not water:
        np.testing.assert_allclose(
            measured_share(own, one, terrain, 1), measured_share(own, other, sparse, 1)
        )


def test_heights_are_those_of_the_whole_raster_also_between_blocks() -> None:
    shape = strip(300.0, 60.0)
    terrain = whole(shape)
    sparse = in_blocks(terrain, cells(shape))
    xy = np.random.default_rng(1).uniform(*np.array(shape.bounds).reshape(2, 2), (20_000, 2))
    xy = xy[shapely.contains_xy(shape, *xy.T)]
    np.testing.assert_allclose(sparse.sample(xy), terrain.sample(xy), atol=1e-9)


@pytest.mark.parametrize("kilometres", [2, 8, 32])
def test_a_canal_takes_memory_by_its_length_not_by_its_box(kilometres: int) -> None:
    _, shape, kept = blocks_under(cells(strip(kilometres * 1000.0), water=True))
    assert len(kept) < 3 * kilometres * 1000 / SIDE
    in_box = int(np.prod(shape))
    assert in_box > 0.45 * (kilometres * 1000 / SIDE) ** 2
    assert len(kept) < in_box or kilometres < 4


def test_a_lake_takes_memory_by_its_shore() -> None:
    lake = shapely.Point(20_000, 420_000).buffer(6_000)
    _, _, wet = blocks_under(cells(lake, water=True))
    _, _, dry = blocks_under(cells(lake))
    assert len(wet) < 2.5 * lake.length / SIDE
    assert len(dry) > lake.area / SIDE**2


def test_cells_beyond_the_blocks_have_the_value_that_fills() -> None:
    table = np.array([[-1, 0]])
    grid = Blocks(table, np.ones((1, SIDE, SIDE)), np.nan)
    rows, columns = np.array([0, 5, 5]), np.array([0, SIDE, 2 * SIDE - 1])
    assert np.isnan(grid[rows, columns]).tolist() == [True, False, False]
    other = grid.copy()
    other[rows, columns] = 7.0
    assert other[rows, columns][1:].tolist() == [7.0, 7.0]
    assert grid[rows, columns][1:].tolist() == [1.0, 1.0]
    assert grid.shape == (SIDE, 2 * SIDE)


def test_triangles_are_looked_at_a_number_at_a_time() -> None:
    corners = np.tile(np.array([[0.0, 0.0], [1500.0, 0.0], [0.0, 1500.0]]), (10, 1, 1))
    chosen = np.array([0, 2, 3, 5, 7, 8, 9])
    batches = list(in_batches(corners, chosen, 1.0))
    assert np.concatenate(batches).tolist() == chosen.tolist()
    assert max(map(len, batches)) <= 2
    assert [b.tolist() for b in in_batches(corners, chosen[:0], 1.0)] == [[]]
