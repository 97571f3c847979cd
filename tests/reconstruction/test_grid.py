"""The pixels that count beside the same sums and neighbours, found one by one."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from twin.geometry.footprints import footprints_from
from twin.reconstruction.arrays import Atlas, RoofPoints
from twin.reconstruction.assign import assign
from twin.reconstruction.atlas import atlas, roof_points
from twin.reconstruction.frame import frames
from twin.reconstruction.grid import SHIFTS, Grid
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.planes import moments_of

PARAMS = PlaneParameters()


@pytest.fixture(scope="module")
def scene() -> tuple[Atlas, RoofPoints]:
    """Two parts with points over three quarters of each."""
    rng = np.random.default_rng(4)
    shapes = np.array([shapely.box(0, 0, 7, 5), shapely.Polygon([(20, 0), (29, 2), (27, 9)])])
    xyz = rng.uniform((0, 0, 3), (30, 9, 8), (900, 3))
    xyz = xyz[(xyz[:, 0] % 4) < 3]
    footprints, _ = footprints_from(shapes)
    frame = frames(footprints)
    pixels = atlas(footprints, frame, PARAMS)
    index, part = assign(footprints, xyz, np.full(len(xyz), 6, np.uint8), PARAMS)
    return pixels, roof_points(frame, pixels, xyz, index, part)


@pytest.mark.parametrize("footprint", [True, False])
def test_windows_hold_the_points_of_nine_pixels(scene: tuple[Atlas, RoofPoints], footprint: bool) -> None:
    pixels, points = scene
    grid = Grid.of(pixels, points, footprint)
    held = np.unique(points.pixel)
    expected = np.union1d(held, np.flatnonzero(pixels.inside)) if footprint else held
    assert grid.where.tolist() == expected.tolist()
    used = np.random.default_rng(1).random(len(grid.where)) < 0.8
    found = grid.windows(used)
    for k in range(0, len(grid.where), 7):
        stride = pixels.stride[grid.where[k]]
        nine = [grid.where[k] + dx + dy * stride for dx, dy in (*SHIFTS, (0, 0))]
        mine = np.isin(points.pixel, [n for n in nine if n in grid.where[used]])
        direct = moments_of(points.xyz[mine], np.zeros(mine.sum(), np.int64), 1)[:, 0]
        assert found[:, k].tolist() == direct.tolist()  # sums of whole quanta are exact


def test_labels_meet_where_a_pixel_of_each_is_at_most_two_away(scene: tuple[Atlas, RoofPoints]) -> None:
    pixels, points = scene
    grid = Grid.of(pixels, points)
    label = np.random.default_rng(2).integers(-1, 40, len(grid.where))
    image = grid.image(label)
    expected = set()
    for pixel, own in zip(grid.where, label, strict=True):
        stride = pixels.stride[pixel]
        for dx, dy in (*SHIFTS, (2, 0), (0, 2), (-2, 0), (0, -2)):
            other = image[pixel + dx + dy * stride]
            if own >= 0 and other >= 0 and own != other:
                expected.add((min(own, other), max(own, other)))
    found = set(zip(*(pair.tolist() for pair in grid.unlike(label).adjacent(label, 40)), strict=True))
    assert found == expected


def test_a_pixel_is_offered_each_other_label_around_it_once(scene: tuple[Atlas, RoofPoints]) -> None:
    pixels, points = scene
    grid = Grid.of(pixels, points)
    label = np.random.default_rng(4).integers(-1, 6, len(grid.where))
    image = grid.image(label)
    expected = []
    for number, (pixel, own) in enumerate(zip(grid.where, label, strict=True)):
        around = {int(image[pixel + dx + dy * pixels.stride[pixel]]) for dx, dy in SHIFTS}
        expected += [(number, other) for other in sorted(around - {-1, int(own)})]
    found = grid.unlike(label).offers(label, 6)
    assert list(zip(*(column.tolist() for column in found), strict=True)) == expected


def test_sums_of_labels_are_those_of_their_used_pixels(scene: tuple[Atlas, RoofPoints]) -> None:
    pixels, points = scene
    grid = Grid.of(pixels, points)
    rng = np.random.default_rng(3)
    label, used = rng.integers(-1, 5, len(grid.where)), rng.random(len(grid.where)) < 0.7
    found = grid.of_labels(label, 5, used)
    for number in range(5):
        assert found[:, number].tolist() == grid.own[:, used & (label == number)].sum(axis=1).tolist()
