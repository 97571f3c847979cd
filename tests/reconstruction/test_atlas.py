"""Pixels, the canonical order of points, and coverage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from twin.errors import GeometryError
from twin.geometry.footprints import footprints_from
from twin.reconstruction.arrays import Atlas, Frames, RoofPoints
from twin.reconstruction.assign import assign
from twin.reconstruction.atlas import QUANTUM, atlas, coverage, roof_points
from twin.reconstruction.frame import frames
from twin.reconstruction.parameters import PlaneParameters

PARAMS = PlaneParameters()


def _scene(
    shapes: list[shapely.Polygon], xyz: np.ndarray, params: PlaneParameters = PARAMS
) -> tuple[Frames, Atlas, RoofPoints]:
    footprints, _ = footprints_from(np.array(shapes, object))
    frame = frames(footprints)
    pixels = atlas(footprints, frame, params)
    index, part = assign(footprints, xyz, np.full(len(xyz), 6, np.uint8), params)
    return frame, pixels, roof_points(frame, pixels, xyz, index, part)


def _cloud(bounds: tuple[float, float, float, float], density: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x0, y0, x1, y1 = bounds
    m = int(density * (x1 - x0) * (y1 - y0))
    return np.round(rng.uniform((x0, y0, -5.0), (x1, y1, 60.0), (m, 3)), 3)


HOUSE = shapely.Polygon([(84010, 447010), (84021, 447013), (84019, 447020), (84008, 447017)])


@pytest.mark.parametrize("pixel", [0.25, 0.5, 0.75, 1.0])
def test_points_keep_their_place_and_lie_in_their_pixel(pixel: float) -> None:
    xyz = _cloud((84000, 447000, 84030, 447030), 10)
    frame, pixels, points = _scene([HOUSE, HOUSE.buffer(2)], xyz, replace(PARAMS, pixel=pixel))
    iy, ix = np.divmod(points.pixel - pixels.offset[points.part], pixels.nx[points.part])
    corner = (np.column_stack((ix, iy)) - pixels.margin) * pixel
    assert ((points.xyz[:, :2] >= corner) & (points.xyz[:, :2] < corner + pixel)).all()
    assert (np.diff(points.pixel) >= 0).all()
    assert np.array_equal(points.part, pixels.part[points.pixel])
    world = np.column_stack((frame.to_world(points.xyz[:, :2], points.part), points.xyz[:, 2]))
    inner = points.part == 0
    given = xyz[shapely.contains_xy(HOUSE, *xyz[:, :2].T)]
    assert inner.sum() == len(given)
    # Every point comes back within the quantum, each exactly once.
    nearest = np.array([np.abs(given - w).max(axis=1).argmin() for w in world[inner]])
    assert len(np.unique(nearest)) == len(given)
    assert np.abs(given[nearest] - world[inner]).max() < QUANTUM


def test_footprint_is_burnt_in_exactly() -> None:
    frame, pixels, _ = _scene([HOUSE], _cloud((0, 0, 1, 1), 1))
    iy, ix = np.divmod(np.arange(len(pixels.part)), pixels.nx[0])
    center = (np.column_stack((ix, iy)) - pixels.margin + 0.5) * pixels.pixel
    world = frame.to_world(center, pixels.part)
    assert np.array_equal(pixels.inside, shapely.contains_xy(HOUSE, *world.T))
    empty = ~pixels.inside.reshape(pixels.ny[0], pixels.nx[0])
    m = pixels.margin
    assert empty[:m].all()
    assert empty[-m:].all()
    assert empty[:, :m].all()
    assert empty[:, -m:].all()


def test_order_of_points_does_not_matter() -> None:
    xyz = _cloud((84000, 447000, 84030, 447030), 20)
    xyz[:50] = xyz[50:100]  # doubles too
    order = np.random.default_rng(1).permutation(len(xyz))
    one, other = _scene([HOUSE], xyz)[2], _scene([HOUSE], xyz[order])[2]
    assert np.array_equal(one.xyz, other.xyz)
    assert np.array_equal(one.pixel, other.pixel)


def test_a_part_alone_is_the_same() -> None:
    shapes = [shapely.box(84000, 447000, 84007, 447009), HOUSE, HOUSE.buffer(1)]
    xyz = _cloud((84000, 447000, 84030, 447030), 12)
    _, pixels, points = _scene(shapes, xyz)
    for k, shape in enumerate(shapes):
        _, alone_pixels, alone = _scene([shape], xyz)
        mine = points.part == k
        assert np.array_equal(points.xyz[mine], alone.xyz)
        assert np.array_equal(points.pixel[mine] - pixels.offset[k], alone.pixel)
        assert np.array_equal(pixels.inside[pixels.part == k], alone_pixels.inside)


def test_points_off_the_scale_of_heights_are_left_out() -> None:
    xyz = np.array([[84015, 447015, z] for z in (-200.0, -128.0, 3.0, 895.9, 1000.0, np.nan)])
    points = _scene([HOUSE], xyz)[2]
    assert points.xyz[:, 2].tolist() == pytest.approx([-128.0, 3.0, 895.9], abs=QUANTUM)


def test_a_pixel_off_the_grid_of_exact_numbers_is_refused() -> None:
    with pytest.raises(GeometryError, match="whole multiple"):
        _scene([HOUSE], _cloud((84000, 447000, 84030, 447030), 1), replace(PARAMS, pixel=0.3))


def test_coverage_measures_a_hole() -> None:
    box = shapely.box(84000, 447000, 84020, 447020)
    x, y = np.meshgrid(np.arange(84000.125, 84020, 0.25), np.arange(447000.125, 447020, 0.25))
    xyz = np.column_stack((x.ravel(), y.ravel(), np.full(x.size, 5.0)))
    hole = np.hypot(xyz[:, 0] - 84010, xyz[:, 1] - 447010) < 4
    shapes = [box, shapely.box(84100, 447000, 84106, 447008), shapely.box(84000, 447000, 84004, 447004)]
    _, pixels, points = _scene(shapes, xyz[~hole])
    density, fraction, radius = coverage(pixels, points)
    assert density[0] == pytest.approx(16 * (1 - np.pi * 16 / 400), rel=0.01)
    assert fraction[0] == pytest.approx(np.pi * 3.5**2 / 400, rel=0.12)
    assert radius[0] == pytest.approx(4.0, abs=0.5)
    # No point at all, and full cover.
    assert (density[1], fraction[1]) == (0, 1)
    assert radius[1] > 5
    assert (density[2], fraction[2], radius[2]) == (16, 0, 0)


def test_chance_gaps_of_a_sparse_cloud_are_no_hole() -> None:
    box = shapely.box(84000, 447000, 84030, 447030)
    _, pixels, points = _scene([box], _cloud((84000, 447000, 84030, 447030), 4))
    _, fraction, radius = coverage(pixels, points)
    assert fraction[0] < 0.015
    assert radius[0] < 1.6
