"""The terrain in blocks: as high as in one raster, and no larger than what is looked up in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely

from tests.ground.terrain_points import slope
from twin.geometry.columns import Floats
from twin.ground import Terrain, cells_of, cover, ground_mesh, with_water
from twin.ground.blocks import SIDE, TOUCH, Blocks, Near, squares_near
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


def in_blocks(terrain: Terrain, shape: Any) -> Terrain:
    """The same, of the blocks along a shape only."""
    squares = squares_near(np.array([shape], dtype=object), SIDE, TOUCH)
    first = squares.min(axis=0)
    places = (squares - first)[:, ::-1]
    low = np.rint(first * SIDE - terrain.corner).astype(int)

    def blocks(of: Any, fill: Any) -> Iterator[Any]:
        padded = np.pad(of, 2 * SIDE, constant_values=fill)
        for row, column in (places * SIDE + low[::-1] + 2 * SIDE).tolist():
            yield padded[row : row + SIDE, column : column + SIDE]

    size = places.max(axis=0) + 1
    z = Blocks.of(size, places, blocks(terrain.z, np.nan), np.nan)
    measured = Blocks.of(size, places, blocks(terrain.measured, False), False)
    return Terrain(first * float(SIDE), 1.0, z, measured)  # type: ignore[arg-type]


def inside(shape: Any, number: int = 20_000) -> Floats:
    xy = np.random.default_rng(1).uniform(*np.array(shape.bounds).reshape(2, 2), (number, 2))
    return xy[shapely.contains_xy(shape, *xy.T)]


def as_set(mesh: object) -> set[frozenset[tuple[int, ...]]]:
    corners = np.rint(mesh.xyz[mesh.triangles] * 1000).astype(np.int64).tolist()  # type: ignore[attr-defined]
    return {frozenset(map(tuple, own)) for own in corners}


@pytest.mark.parametrize("water", [False, True])
def test_the_mesh_is_the_same_to_the_millimetre(water: bool) -> None:
    shape = strip(500.0)
    terrain, own = whole(shape), cells(shape, water=water)
    sparse = in_blocks(terrain, shape.boundary if water else shape)
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
    sparse = in_blocks(terrain, shape)
    xy = inside(shape)
    np.testing.assert_allclose(sparse.sample(xy), terrain.sample(xy), atol=1e-9)


def test_so_are_those_of_a_deck_of_the_ground_above_and_of_depths() -> None:
    shape = strip(500.0)
    terrain = whole(shape)
    sparse = in_blocks(terrain, shape)
    # Few and far between, so that most of the deck is filled from others and from the ground.
    places = inside(shape.buffer(30), 1500)
    deck = np.column_stack((places, hilly(places) + 4.0))
    xy = inside(shape)
    for one, other in (
        (terrain.overlaid(deck), sparse.overlaid(deck)),
        (terrain.highest(6.0), sparse.highest(6.0)),
        (terrain.raised(-5.6), sparse.raised(-5.6)),
    ):
        assert np.isfinite(one.sample(xy)).all()
        np.testing.assert_allclose(other.sample(xy), one.sample(xy), atol=1e-9)
    assert not np.allclose(terrain.overlaid(deck).sample(xy), terrain.sample(xy), atol=1.0)


@pytest.mark.parametrize("kilometres", [2, 8, 32])
def test_what_is_long_takes_memory_by_its_length_not_by_its_box(kilometres: int) -> None:
    squares = squares_near(np.array([strip(kilometres * 1000.0)]), SIDE, TOUCH)
    assert len(squares) < 3 * kilometres * 1000 / SIDE + 4
    in_box = int(np.prod(np.ptp(squares, axis=0) + 1))
    assert in_box > 0.45 * (kilometres * 1000 / SIDE) ** 2
    assert len(squares) < in_box or kilometres < 4


def test_squares_are_those_that_any_shape_is_within_reach_of() -> None:
    shapes = np.array([strip(700.0), shapely.Point(1500, 400_100), None, shapely.Point()], dtype=object)
    found = squares_near(shapes, 4.0, 3.0)
    assert len(np.unique(found, axis=0)) == len(found)
    x, y = np.meshgrid(np.arange(240, 400), np.arange(99_990, 100_130))
    every = np.column_stack((x.ravel(), y.ravel()))
    boxes = shapely.box(*(every * 4.0 - 3).T, *((every + 1) * 4.0 + 3).T)
    near = shapely.intersects(boxes, shapely.union_all(shapes[:2]))
    assert set(map(tuple, found.tolist())) == set(map(tuple, every[near].tolist()))
    xy = np.random.default_rng(2).uniform((1000, 399_990), (1560, 400_500), (5000, 2))
    own = {tuple(square) for square in found.tolist()}
    expected = [tuple(square) in own for square in np.floor(xy / 4).astype(int).tolist()]
    assert Near.of(shapes, 4.0, 3.0).has(xy).tolist() == expected
    assert not Near.of(shapes[3:], 4.0).has(xy).any()


def test_cells_beyond_the_blocks_have_the_value_that_fills() -> None:
    table = np.array([[-1, 0]])
    grid = Blocks(table, np.concatenate((np.ones((1, SIDE, SIDE)), np.full((1, SIDE, SIDE), np.nan))))
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
