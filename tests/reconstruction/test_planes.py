"""Roof planes against known roofs and against the real points of Delft."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from tests.reconstruction.delft import read_delft
from tests.reconstruction.roofs import ROOFS, Roof, sample
from twin.geometry.columns import Floats
from twin.geometry.footprints import footprints_from
from twin.reconstruction.arrays import Atlas, Frames, RoofPoints, Segments
from twin.reconstruction.assign import assign
from twin.reconstruction.atlas import atlas, roof_points
from twin.reconstruction.frame import frames
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.planes import across, fit, mean_squared_error, moments_of, summed
from twin.reconstruction.segments import segment_planes

PARAMS = PlaneParameters()
DENSITIES = (4, 8, 15, 25)
# Height error [m] up to which a pixel is right, and the least share of pixels that must be: sparse clouds
# leave ridges and eaves uncertain by about a pixel.
RIGHT = 0.1
LEAST_RIGHT = {4: 0.94, 8: 0.975, 15: 0.985, 25: 0.98}
SLOPE = {4: 0.06, 8: 0.025, 15: 0.015, 25: 0.015}


def _segmented(shapes: list[shapely.Polygon], xyz: Floats) -> tuple[Frames, Atlas, RoofPoints, Segments]:
    footprints, _ = footprints_from(np.array(shapes, object))
    frame = frames(footprints)
    pixels = atlas(footprints, frame, PARAMS)
    index, part = assign(footprints, xyz, np.full(len(xyz), 6, np.uint8), PARAMS)
    points, segments = segment_planes(pixels, roof_points(frame, pixels, xyz, index, part), PARAMS)
    return frame, pixels, points, segments


def _residual(points: RoofPoints, segments: Segments) -> Floats:
    a, b, c = segments.plane[points.segment].T
    return np.asarray(np.abs(a * points.xyz[:, 0] + b * points.xyz[:, 1] + c - points.xyz[:, 2]))


def test_closed_forms_equal_least_squares_and_residuals() -> None:
    rng = np.random.default_rng(0)
    xyz = rng.uniform(0, 60, (400, 3))
    group = rng.integers(0, 5, 400)
    moments = moments_of(xyz, group, 6)
    plane, error, defined = fit(moments, 0.1)
    assert defined.tolist() == [True] * 5 + [False]
    other = rng.normal(size=(6, 3))
    mse = mean_squared_error(moments, other)
    for k in range(5):
        mine = xyz[group == k]
        design = np.column_stack((mine[:, :2], np.ones(len(mine))))
        expected, squares, *_ = np.linalg.lstsq(design, mine[:, 2])
        assert np.allclose(plane[k], expected, atol=1e-9)
        assert error[k] == pytest.approx(squares[0])
        assert mse[k] == pytest.approx(np.mean((design @ other[k] - mine[:, 2]) ** 2))
    together = summed(moments.T, np.array([0, 0, 1, 1, 1, 1]), 2)
    assert np.allclose(together[:, 1], moments_of(xyz[group > 1], np.zeros((group > 1).sum(), int), 1)[:, 0])


def test_points_in_a_row_have_no_tilt() -> None:
    row = np.column_stack((np.linspace(0, 5, 20), np.zeros(20), np.linspace(3, 4, 20)))
    plane, _, defined = fit(moments_of(row, np.zeros(20, np.int64), 1), 0.15)
    assert not defined[0]
    assert plane[0].tolist() == pytest.approx([0, 0, 3.5])


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("make", ROOFS)
def test_known_roofs_are_found(make: object, density: int) -> None:
    roof: Roof = make()  # type: ignore[operator]
    angle, shift = 0.37 + 0.11 * density, (84000.0 + density, 447000.0)
    polygon, xyz, _ = sample(roof, density, 0.03, seed=density, angle=angle, shift=shift)
    frame, pixels, points, segments = _segmented([polygon], xyz)

    c, s = np.cos(angle), np.sin(angle)
    truth = np.column_stack(
        (c * roof.planes[:, 0] - s * roof.planes[:, 1], s * roof.planes[:, 0] + c * roof.planes[:, 1])
    )
    world = frame.plane_to_world(segments.plane, segments.part)
    apart = np.hypot(*(world[:, None, :2] - truth[None]).transpose(2, 0, 1))
    assert apart.min(axis=0).max() < SLOPE[density], "a true plane is missing"
    assert apart.min(axis=1).max() < 2 * SLOPE[density], "a plane is invented"
    # Planes that lie on both sides of a crossing roof may come as two pieces.
    assert len(roof.planes) <= len(segments.part) <= len(roof.planes) * (2 if roof.name == "cross" else 1)

    inside = np.flatnonzero(pixels.inside)
    iy, ix = np.divmod(inside, pixels.nx[0])
    center = (np.column_stack((ix, iy)) - pixels.margin + 0.5) * pixels.pixel
    x, y = ((frame.to_world(center, pixels.part[inside]) - shift) @ np.array([[c, -s], [s, c]])).T
    label = segments.pixel_segment[inside]
    a, b, d = segments.plane[label].T
    right = (label >= 0) & (np.abs(a * center[:, 0] + b * center[:, 1] + d - roof.height(x, y)) < RIGHT)
    assert right.mean() > LEAST_RIGHT[density]
    assert (points.segment >= 0).mean() > 0.985
    assert np.median(_residual(points, segments)) < 0.03


def test_flat_means_flat_and_walls_are_no_roof() -> None:
    rng = np.random.default_rng(2)
    box = shapely.box(84000, 447000, 84010, 447010)
    roof = np.column_stack(
        (rng.uniform((84000, 447000), (84010, 447010), (1500, 2)), rng.normal(6, 0.02, 1500))
    )
    wall = np.column_stack(
        (rng.uniform(84000, 84000.15, 900), rng.uniform(447000, 447010, 900), rng.uniform(0, 6, 900))
    )
    _, _, points, segments = _segmented([box], np.round(np.concatenate((roof, wall)), 3))
    assert segments.plane.shape == (1, 3)
    assert segments.plane[0, :2].tolist() == [0, 0]
    assert segments.plane[0, 2] == pytest.approx(6, abs=0.005)
    assert (points.segment[points.xyz[:, 2] < 5.5] == -1).all()


@pytest.mark.parametrize(("length", "level"), [(8.0, True), (40.0, False)])
def test_a_large_roof_that_drains_is_not_levelled(length: float, level: bool) -> None:
    slope = 0.015
    drains = Roof(
        "draining",
        shapely.box(0, 0, length, 0.6 * length),
        np.array([[slope, 0, 6.0]]),
        lambda x, y: np.zeros(len(x), np.int64),
    )
    polygon, xyz, _ = sample(drains, 10.0, 0.03, seed=3, angle=0.4, shift=(84000, 447000))
    _, _, points, segments = _segmented([polygon], xyz)
    assert len(segments.plane) == 1
    assert np.hypot(*segments.plane[0, :2]) == pytest.approx(0 if level else slope, abs=1e-3)
    assert np.quantile(_residual(points, segments), 0.95) < 0.1


def test_chimneys_do_not_lift_the_roof() -> None:
    roof = ROOFS[0]()
    polygon, xyz, _ = sample(roof, 15, 0.02, seed=1)
    lifted = shapely.contains_xy(
        shapely.union(shapely.box(3, 2, 3.6, 2.6), shapely.box(8, 1, 8.5, 1.5)), *xyz[:, :2].T
    )
    xyz[lifted, 2] += 0.25
    frame, _, _, segments = _segmented([polygon], xyz)
    world = frame.plane_to_world(segments.plane, segments.part)
    lower = world[np.argmax(world[:, 1])]
    at = lower[:2] @ ((6, 2) - frame.center[0]) + lower[2]
    assert at == pytest.approx(4 + 0.8 * 2, abs=0.01)


def _town() -> tuple[list[shapely.Polygon], Floats]:
    houses = [
        sample(make(), 12, 0.03, seed=k, angle=0.4 * k, shift=(84000.0 + 30 * k, 447000.0))
        for k, make in enumerate(ROOFS)
    ]
    return [h[0] for h in houses], np.concatenate([h[1] for h in houses])


def test_order_of_points_does_not_matter() -> None:
    shapes, xyz = _town()
    order = np.random.default_rng(9).permutation(len(xyz))
    (_, _, p, s), (_, _, q, t) = _segmented(shapes, xyz), _segmented(shapes, xyz[order])
    for one, other in (
        (p.xyz, q.xyz),
        (p.segment, q.segment),
        (s.plane, t.plane),
        (s.pixel_segment, t.pixel_segment),
    ):
        assert np.array_equal(one, other)


def test_a_part_alone_has_the_same_planes() -> None:
    shapes, xyz = _town()
    _, pixels, points, segments = _segmented(shapes, xyz)
    assert (np.diff(segments.part) >= 0).all()
    assert np.array_equal(np.bincount(points.segment + 1)[1:], segments.support)
    for k, shape in enumerate(shapes):
        _, _, alone_points, alone = _segmented([shape], xyz)
        first = np.searchsorted(segments.part, k)
        assert np.array_equal(segments.plane[segments.part == k], alone.plane)
        mine = segments.pixel_segment[pixels.part == k]
        assert np.array_equal(np.where(mine < 0, -1, mine - first), alone.pixel_segment)
        own = points.segment[points.part == k]
        assert np.array_equal(np.where(own < 0, -1, own - first), alone_points.segment)


@pytest.mark.parametrize(
    ("angle", "shift"), [(0.0, (317.137, -54.211)), (0.6, (0.0, 0.0)), (2.1, (12.5, 7.003))]
)
@pytest.mark.parametrize("make", ROOFS)
def test_a_turned_or_shifted_roof_has_the_same_planes(
    make: object, angle: float, shift: tuple[float, float]
) -> None:
    roof: Roof = make()  # type: ignore[operator]
    place = (84000.0, 447000.0)
    polygon, xyz, _ = sample(roof, 15, 0.02, seed=3, shift=place)
    frame, _, _, here = _segmented([polygon], xyz)
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, s], [-s, c]])

    def moved(xy: Floats) -> Floats:
        return np.round((xy - place) @ turn + place + np.array(shift), 3)

    other_frame, _, _, there = _segmented(
        [shapely.transform(polygon, moved)], np.column_stack((moved(xyz[:, :2]), xyz[:, 2]))
    )
    # Heights of every plane at the middle of the roof, far out for a hip, and its steepness. Pixels cut the
    # turned millimetres a little differently, so a point may change sides on a ridge.
    middle = np.array(roof.polygon.centroid.coords) + place
    one = frame.plane_to_world(here.plane, here.part)
    other = other_frame.plane_to_world(there.plane, there.part)
    height = one[:, :2] @ (middle - frame.center[0])[0] + one[:, 2]
    other_height = other[:, :2] @ (moved(middle) - other_frame.center[0])[0] + other[:, 2]
    order, other_order = np.argsort(height), np.argsort(other_height)
    assert np.allclose(height[order], other_height[other_order], atol=0.006)
    assert np.allclose(np.hypot(*one[order, :2].T), np.hypot(*other[other_order, :2].T), atol=0.002)


def test_parts_without_points_have_no_planes() -> None:
    box = shapely.box(84000, 447000, 84010, 447010)
    _, pixels, points, segments = _segmented([box], np.empty((0, 3)))
    assert (len(points.part), len(segments.part)) == (0, 0)
    assert (segments.pixel_segment == -1).all()
    assert len(segments.pixel_segment) == len(pixels.part)
    few = np.array([[84001.0, 447001.0, 3.0], [84002.0, 447001.0, 3.0]])
    assert len(_segmented([box], few)[3].part) == 0


def test_delft(real_data: Path) -> None:
    delft = read_delft(real_data)
    footprints, _ = footprints_from(delft.panden)
    frame = frames(footprints)
    pixels = atlas(footprints, frame, PARAMS)
    index, part = assign(footprints, delft.xyz, delft.classification, PARAMS)
    points, segments = segment_planes(pixels, roof_points(frame, pixels, delft.xyz, index, part), PARAMS)
    close = (points.segment >= 0) & (_residual(points, segments) < 0.2)
    # Of all class 6 points in the footprints; the rest are facades, railings, chimneys and small dormers.
    assert close.mean() > 0.83
    assert np.median(_residual(points, segments)[points.segment >= 0]) < 0.02
    assert 3.5 < len(segments.part) / len(footprints) < 4.8
    bare = np.bincount(segments.part, minlength=len(footprints)) == 0
    assert bare.sum() <= 1
    assert (np.bincount(points.part, minlength=len(footprints))[bare] < 60).all()
    assert (segments.pixel_segment[pixels.inside] >= 0).mean() > 0.93
    steep = np.degrees(np.arctan(np.hypot(segments.plane[:, 0], segments.plane[:, 1])))
    assert steep.max() <= PARAMS.steepest_spire
    factor = across(segments.plane, PARAMS)[points.segment[points.segment >= 0]]
    assert (_residual(points, segments)[points.segment >= 0] * factor).max() <= PARAMS.point_inlier
    held = segments.pixel_segment >= 0
    assert np.array_equal(segments.part[segments.pixel_segment[held]], pixels.part[held])
