"""Points to footprints, exactly."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely

from tests.reconstruction.delft import Delft, read_delft
from twin.errors import GeometryError
from twin.geometry.footprints import footprints_from, polygons_of
from twin.reconstruction.assign import assign
from twin.reconstruction.parameters import PlaneParameters

PARAMS = PlaneParameters()


@pytest.fixture(scope="module")
def delft(real_data: Path) -> Delft:
    return read_delft(real_data)


def _cloud(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    xyz = np.round(rng.uniform((84000, 447000, 0), (84040, 447040, 9), (count, 3)), 3)
    return xyz, np.full(count, 6, np.uint8)


def _in_order(index: np.ndarray, part: np.ndarray) -> np.ndarray:
    order = np.lexsort((index, part))
    return np.column_stack((part[order], index[order]))


def test_overlapping_footprints_each_get_their_points() -> None:
    rng = np.random.default_rng(1)
    shapes = np.array(
        [shapely.Polygon(rng.uniform(1, 39, (7, 2)) + np.array([84000, 447000])) for _ in range(30)], object
    )
    footprints, _ = footprints_from(shapes)
    xyz, classes = _cloud(5000)
    index, part = assign(footprints, xyz, classes, PARAMS)
    within = shapely.contains_xy(polygons_of(footprints)[:, None], *xyz[:, :2].T)
    assert np.array_equal(_in_order(index, part), np.argwhere(within))


def test_points_on_party_walls_belong_to_one_part() -> None:
    # Walls on the raster's lines, on its cell centres and across; points exactly on them.
    edges = [0.0, 2.25, 4.125, 7.003, 9.0]
    rows = [shapely.box(84000 + a, 447000, 84000 + b, 447008.125) for a, b in pairwise(edges)]
    footprints, _ = footprints_from(np.array(rows, object))
    x = np.repeat(np.array(edges) + 84000, 81)
    y = np.tile(447000 + np.arange(81) * 0.1 + 0.025, len(edges))
    xyz = np.column_stack((x, y, np.zeros(len(x))))
    index, _ = assign(footprints, xyz, np.full(len(x), 6, np.uint8), PARAMS)
    times = np.bincount(index, minlength=len(x)).reshape(len(edges), 81)
    assert (times[1:-1] == 1).all()
    assert (times[[0, -1]] <= 1).all()


@pytest.mark.parametrize("slope", [(11, 3), (8, 8), (3, 11), (-5, 7), (16, 1)])
def test_points_on_slanted_party_walls_belong_to_one_part(slope: tuple[int, int]) -> None:
    # The wall runs through cell centres and through points on whole millimetres.
    dx, dy = slope
    foot, top = (84020.0, 447010.0), (84020.0 + dx, 447010.0 + dy)
    left = shapely.Polygon(
        [foot, top, (top[0] - 3 * dy, top[1] + 3 * dx), (foot[0] - 3 * dy, foot[1] + 3 * dx)]
    )
    right = shapely.Polygon(
        [foot, (foot[0] + 3 * dy, foot[1] - 3 * dx), (top[0] + 3 * dy, top[1] - 3 * dx), top]
    )
    footprints, _ = footprints_from(np.array([left, right], object))
    t = np.arange(1, 1000)[:, None] / 1000
    wall = np.array([foot]) + t * np.array([[dx, dy]])
    rng = np.random.default_rng(7)
    near = np.round(wall[rng.integers(0, 999, 4000)] + rng.normal(0, 0.05, (4000, 2)), 3)
    xy = np.concatenate((wall, near))
    xyz = np.column_stack((xy, np.zeros(len(xy))))
    index, part = assign(footprints, xyz, np.full(len(xyz), 6, np.uint8), PARAMS)
    assert (np.bincount(index[index < 999], minlength=999) == 1).all()
    side = dx * (xy[index, 1] - foot[1]) - dy * (xy[index, 0] - foot[0])
    clear = np.abs(side) > 1e-6
    assert np.array_equal(part[clear] == 0, side[clear] > 0)


def test_a_part_gets_the_same_points_alone() -> None:
    squares = np.array([shapely.box(84001 + 3 * k, 447001, 84005 + 3 * k, 447030) for k in range(8)], object)
    xyz, classes = _cloud(3000, 2)
    footprints, _ = footprints_from(squares)
    index, part = assign(footprints, xyz, classes, PARAMS)
    for k in range(8):
        alone, _ = assign(footprints_from(squares[k : k + 1])[0], xyz, classes, PARAMS)
        assert np.array_equal(np.sort(alone), np.sort(index[part == k]))


def test_class_six_decides_and_without_it_height_above_ground() -> None:
    footprints, _ = footprints_from(np.array([shapely.box(84010, 447010, 84020, 447020)], object))
    ground = np.array([[x, y, 1.0] for x in range(84000, 84032) for y in range(447000, 447032)], float)
    roof = np.array([[84015.0, 447015.0, 5.0], [84016.0, 447015.0, 2.4], [84017.0, 447015.0, 2.6]])
    xyz = np.concatenate((ground, roof))
    other = np.concatenate((np.full(len(ground), 2), [1, 1, 1])).astype(np.uint8)
    first = len(ground)
    assert sorted(assign(footprints, xyz, other, PARAMS)[0]) == [first, first + 2]
    six = other.copy()
    six[first + 1] = 6
    assert assign(footprints, xyz, six, PARAMS)[0].tolist() == [first + 1]


def test_nothing_gives_nothing() -> None:
    xyz, classes = _cloud(10)
    none, _ = footprints_from(np.empty(0, object))
    assert [len(a) for a in assign(none, xyz, classes, PARAMS)] == [0, 0]
    one, _ = footprints_from(np.array([shapely.box(84000, 447000, 84010, 447010)], object))
    assert [len(a) for a in assign(one, xyz[:0], classes[:0], PARAMS)] == [0, 0]


def test_footprints_too_far_apart_are_refused() -> None:
    far = np.array([shapely.box(0, 0, 5, 5), shapely.box(70_000, 0, 70_005, 5)], object)
    with pytest.raises(GeometryError, match="smaller neighbourhoods"):
        assign(footprints_from(far)[0], *_cloud(10), PARAMS)


def test_delft_equals_an_exact_search(delft: Delft) -> None:
    footprints, _ = footprints_from(delft.panden)
    index, part = assign(footprints, delft.xyz, delft.classification, PARAMS)
    building = np.flatnonzero(delft.classification == 6)
    tree = shapely.STRtree(shapely.points(delft.xyz[building, :2]))
    exact_part, exact = tree.query(polygons_of(footprints), predicate="contains")
    assert np.array_equal(_in_order(index, part), _in_order(building[exact], exact_part))
