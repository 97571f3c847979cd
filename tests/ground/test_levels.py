"""Which height a surface gets, and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from tests.ground.terrain_points import no_terrain, slope, terrain
from twin.geometry.columns import Floats
from twin.ground import SurfaceHeights, Terrain, surface_heights
from twin.ground.levels import CIVIL, GROUND, WATER, HeightSource
from twin.ground.underground import PIPE

RNG = np.random.default_rng(3)
POND = shapely.box(1010, 400010, 1030, 400030)
DECK = shapely.box(1010, 400040, 1050, 400048)


def heights(
    shapes: list[Any], level: int, water: bool = False, points: Floats | None = None,
    classes: Any = 0, ground: Terrain | None = None,
) -> SurfaceHeights:  # fmt: skip
    xyz = np.empty((0, 3)) if points is None else points
    size = len(shapes)
    return surface_heights(
        np.array(shapes, dtype=object),
        np.full(size, level),
        np.full(size, water),
        xyz,
        np.broadcast_to(np.asarray(classes, dtype=np.uint8), len(xyz)),
        terrain() if ground is None else ground,
    )


def corners(shape: Any) -> Floats:
    return shapely.get_coordinates(shape)


def at(found: SurfaceHeights, shape: Any, number: int = 0) -> Floats:
    xy = corners(shape)
    return found.at(xy, np.full(len(xy), number), terrain())


def scattered(shape: Any, z: Any, count: int = 60) -> Floats:
    low, high = np.array(shape.bounds).reshape(2, 2)
    xy = RNG.uniform(low, high, (count, 2))
    return np.column_stack((xy, z(xy) if callable(z) else np.broadcast_to(z, count)))


def test_a_surface_on_the_ground_follows_the_terrain() -> None:
    found = heights([POND], 0)
    assert found.source.tolist() == [HeightSource.TERRAIN]
    np.testing.assert_allclose(at(found, POND), slope(corners(POND)), atol=1e-9)


def test_water_is_flat_at_the_median_of_its_own_points() -> None:
    inside = scattered(POND, RNG.normal(-0.4, 0.02, 61), 61)
    boat, elsewhere = scattered(POND, 1.5, 20), scattered(DECK, -3.0, 200)
    ground = scattered(POND, 5.0, 100)
    points = np.concatenate([inside, boat, elsewhere, ground])
    classes = np.repeat([WATER, WATER, WATER, GROUND], [61, 20, 200, 100])
    found = heights([POND], 0, True, points, classes)
    assert found.source.tolist() == [HeightSource.WATER]
    z = at(found, POND)
    assert np.ptp(z) == 0
    assert z[0] == pytest.approx(np.median(np.concatenate([inside, boat])[:, 2]))


@pytest.mark.parametrize("count", [0, 3])
def test_water_without_enough_points_lies_at_the_lowest_bank(count: int) -> None:
    found = heights([POND], 0, True, scattered(POND, -9.0, count), WATER)
    assert found.source.tolist() == [HeightSource.BANK]
    # The bank follows the slope: its lowest corner is the north-western one.
    np.testing.assert_allclose(at(found, POND), slope(np.array([(1010.0, 400030.0)]))[0], atol=1e-9)


def test_each_water_keeps_its_own_level() -> None:
    other = shapely.box(1040, 400010, 1050, 400020)
    points = np.concatenate([scattered(POND, -0.4), scattered(other, -1.2)])
    found = heights([POND, other, POND], 0, True, points, WATER)
    assert [at(found, s, i)[0] for i, s in enumerate((POND, other, POND))] == pytest.approx(
        [-0.4, -1.2, -0.4]
    )


def test_a_deck_is_the_plane_of_its_points_whatever_sticks_out() -> None:
    def deck(xy: Floats) -> Floats:
        return np.asarray(8.0 + 0.04 * (xy[:, 0] - 1030) + 0.01 * (xy[:, 1] - 400044))

    own = scattered(DECK, deck, 300)
    own[:, 2] += RNG.normal(0, 0.03, 300)
    railing = scattered(DECK, lambda xy: deck(xy) + 1.1, 60)
    mast = scattered(DECK, lambda xy: deck(xy) + RNG.uniform(2, 8, len(xy)), 30)
    water = scattered(DECK, -0.4, 80)
    points = np.concatenate([own, railing, mast, water])
    classes = np.repeat([CIVIL, CIVIL, CIVIL, WATER], [300, 60, 30, 80])
    found = heights([DECK], 1, points=points, classes=classes)
    assert found.source.tolist() == [HeightSource.DECK]
    np.testing.assert_allclose(at(found, DECK), deck(corners(DECK)), atol=0.03)


def test_a_long_ramp_is_followed_to_its_ends() -> None:
    def ramp(xy: Floats) -> Floats:
        return np.asarray(1.0 + 0.15 * (xy[:, 0] - 1010))

    found = heights([DECK], 1, points=scattered(DECK, ramp, 400), classes=CIVIL)
    np.testing.assert_allclose(at(found, DECK), ramp(corners(DECK)), atol=0.02)


def test_points_on_one_line_make_a_deck_that_is_level_across() -> None:
    x = np.linspace(1011, 1049, 30)
    line = np.column_stack((x, np.full(30, 400044.0), 5 + 0.02 * (x - 1030)))
    found = heights([DECK], 2, points=line, classes=CIVIL)
    z = at(found, DECK)
    np.testing.assert_allclose(z, 5 + 0.02 * (corners(DECK)[:, 0] - 1030), atol=0.02)


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("count", [0, 3])
def test_a_deck_without_enough_points_follows_the_terrain_and_says_so(level: int, count: int) -> None:
    found = heights([DECK], level, points=scattered(DECK, 50.0, count), classes=CIVIL)
    assert found.source.tolist() == [HeightSource.DECK_FROM_TERRAIN]
    np.testing.assert_allclose(at(found, DECK), slope(corners(DECK)), atol=1e-9)


def test_points_that_agree_on_no_deck_make_none() -> None:
    """Half at the foot, half at the top: a median that nothing lies near is no deck, least of all at 0."""
    points = np.concatenate([scattered(DECK, 5.0, 10), scattered(DECK, 15.0, 10)])
    found = heights([DECK], 1, points=points, classes=CIVIL)
    assert found.source.tolist() == [HeightSource.DECK_FROM_TERRAIN]


def test_steep_points_are_no_deck_to_drive_on() -> None:
    points = scattered(DECK, lambda xy: 5 + 0.9 * (xy[:, 1] - 400044), 200)
    found = heights([DECK], 1, points=points, classes=CIVIL)
    z = at(found, DECK)
    assert np.ptp(z) == 0
    assert z[0] == pytest.approx(5, abs=0.5)


@pytest.mark.parametrize("water", [True, False])
@pytest.mark.parametrize("level", [-1, -2])
def test_below_the_ground_a_depth_is_assumed_whatever_the_scanner_saw_above(level: int, water: bool) -> None:
    found = heights([DECK], level, water, scattered(DECK, 1.0), CIVIL)
    assert found.source.tolist() == [HeightSource.BELOW]
    np.testing.assert_allclose(at(found, DECK), slope(corners(DECK)) + level * PIPE, atol=1e-9)


@pytest.mark.parametrize(("level", "water"), [(0, False), (0, True), (1, False), (-1, False)])
def test_without_any_point_the_height_is_unknown_and_says_so(level: int, water: bool) -> None:
    found = heights([POND], level, water, ground=no_terrain())
    assert found.source.tolist() == [HeightSource.NONE]
    xy = corners(POND)
    assert np.isnan(found.at(xy, np.zeros(len(xy), np.int64), no_terrain())).all()


def test_an_empty_geometry_does_not_shift_the_others() -> None:
    found = heights([shapely.Polygon(), POND, None], 0, True, scattered(POND, -0.4), WATER)
    assert found.source.tolist() == [HeightSource.NONE, HeightSource.WATER, HeightSource.NONE]
    np.testing.assert_allclose(at(found, POND, 1), -0.4)


def test_no_surfaces() -> None:
    assert len(heights([], 0).source) == 0
