from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from tests.reconstruction import roofs
from tests.reconstruction.scenes import Scene, flats, make_lines, penthouse, scene, slanted, stepped
from twin.reconstruction.borders import fill
from twin.reconstruction.line_columns import LineKind, Lines
from twin.reconstruction.lines import find_lines
from twin.reconstruction.partition_parameters import PartitionParameters
from twin.reconstruction.regularise import align_with_walls, regularise

PARAMS = PartitionParameters()


def lines_of(given: Scene) -> Lines:
    return find_lines(given.footprints, given.frames, given.atlas, given.points, given.segments, PARAMS)


def ends(given: Scene, lines: Lines) -> np.ndarray:
    """Both ends (L, 2, 2) of each line in the axes of the roof."""
    foot = lines.normal * lines.offset[:, None]
    out = [foot + lines.direction * t[:, None] for t in (lines.t0, lines.t1)]
    world = [given.frames.to_world(xy, lines.part) for xy in out]
    return np.stack([given.to_roof(0, xy) for xy in world], axis=1)


def test_a_gable_has_its_exact_ridge():
    given = scene([roofs.gable()])
    lines = lines_of(given)
    assert lines.kind.tolist() == [LineKind.INTERSECTION]
    ridge = ends(given, lines)[0]
    np.testing.assert_allclose(ridge[:, 1], 4.0, atol=0.002)
    assert np.ptp(ridge[:, 0]) > 11


def test_a_hip_has_its_ridge_and_four_hips():
    lines = lines_of(scene([roofs.hip()]))
    assert len(lines) == 5
    assert (lines.kind == LineKind.INTERSECTION).all()


@pytest.mark.parametrize("place", [5.0, 5.13, 5.25, 5.38])
def test_steps_lie_within_centimetres_of_truth_wherever_the_pixels_are(place: float):
    boxes = [(shapely.box(place, 0, 20, 10), 6.0), (shapely.box(place + 6.2, 0, 20, 10), 4.0)]
    given = scene([flats("steps", shapely.box(0, 0, 20, 10), boxes, 3.0)])
    lines = lines_of(given)
    x = np.sort(ends(given, lines)[:, :, 0].mean(axis=1))
    np.testing.assert_allclose(x, [place, place + 6.2], atol=0.05)
    assert (lines.kind == LineKind.AXIS_STEP).all()


def test_a_penthouse_has_four_sides_not_two():
    given = scene([penthouse()])
    e = ends(given, lines_of(given))
    vertical = np.ptp(e[:, :, 0], axis=1) < 0.5
    np.testing.assert_allclose(np.sort(e[vertical, :, 0].mean(axis=1)), [6, 13], atol=0.06)
    np.testing.assert_allclose(np.sort(e[~vertical, :, 1].mean(axis=1)), [4, 10], atol=0.06)


def test_a_step_off_the_main_directions_is_one_line():
    given = scene([slanted()])
    lines = lines_of(given)
    assert lines.kind.tolist() == [LineKind.OBLIQUE_STEP]
    (x0, y0), (x1, y1) = ends(given, lines)[0]
    at = x0 + (np.array([2.0, 10.0]) - y0) * (x1 - x0) / (y1 - y0)
    np.testing.assert_allclose(at, [9 - 2 * 5 / 12, 9 - 10 * 5 / 12], atol=0.12)


def test_a_plain_roof_has_no_lines():
    assert len(lines_of(scene([flats("plain", shapely.box(0, 0, 9, 7), [], 5.0)]))) == 0


def test_occluded_low_roof_does_not_pull_the_step():
    given = scene([stepped()])
    world = given.frames.to_world(given.points.xyz[:, :2], given.points.part)
    x = given.to_roof(0, world)[:, 0]
    seen = ~((x > 4.2) & (x < 5))  # the scanner stood on the far side of the higher roof
    hidden = replace(
        given,
        points=type(given.points)(
            given.points.part[seen],
            given.points.xyz[seen],
            given.points.pixel[seen],
            given.points.segment[seen],
        ),
    )
    found = np.sort(ends(hidden, lines_of(hidden))[:, :, 0].mean(axis=1))
    assert found[0] == pytest.approx(5.0, abs=0.08)


def test_fill_gives_every_pixel_within_reach_the_plane_that_fits():
    given = scene([stepped()])
    truth = given.segments.pixel_segment
    holes = truth.copy()
    holes[np.flatnonzero(given.atlas.inside)[::3]] = -1
    bare = replace(given.segments, pixel_segment=holes)
    filled = fill(given.atlas, given.points, bare, PARAMS.fill_rounds)
    assert (filled[given.atlas.inside] >= 0).all()
    assert (filled[~given.atlas.inside] == -1).all()
    assert np.mean(filled[given.atlas.inside] == truth[given.atlas.inside]) > 0.97


class TestRegularise:
    given = scene([roofs.flat()], angle=0.0)

    def run(self, lines: Lines) -> Lines:
        return regularise(lines, self.given.footprints, self.given.frames, PARAMS)

    def test_parallel_neighbours_become_the_better_supported_one(self):
        lines = make_lines([(0, 0.0, 5.0, 1, 6, 5.0), (0, 0.02, 5.2, 3, 8, 3.0), (0, 0.0, 7.0, 1, 6, 4.0)])
        kept = self.run(lines)
        np.testing.assert_allclose(kept.offset, [5.0, 7.0])
        assert kept.t0[0] <= 1
        assert kept.t1[0] > 7.9

    def test_an_intersection_wins_over_a_longer_step(self):
        lines = make_lines([(0, 0.0, 5.0, 1, 7, 6.0), (0, 0.0, 5.2, 2, 4, 2.0)])
        lines = replace(lines, kind=np.array([LineKind.AXIS_STEP, LineKind.INTERSECTION], np.uint8))
        kept = self.run(lines)
        assert kept.kind.tolist() == [LineKind.INTERSECTION]

    def test_a_line_turns_to_the_direction_of_a_wall_that_is_near(self):
        lines = make_lines([(0, 0.05, 5.0, 1, 6, 5.0), (0, 0.5, 5.0, 1, 6, 5.0)])
        turned = align_with_walls(lines, self.given.footprints, self.given.frames, PARAMS)
        np.testing.assert_allclose(turned.normal[0], [1, 0], atol=1e-6)
        np.testing.assert_allclose(turned.normal[1], lines.normal[1])
        for given, now in zip(self.middles(lines), self.middles(turned), strict=True):
            np.testing.assert_allclose(now, given)
        np.testing.assert_allclose(turned.t1 - turned.t0, 5)

    @staticmethod
    def middles(lines: Lines) -> np.ndarray:
        return lines.normal * lines.offset[:, None] + lines.direction * ((lines.t0 + lines.t1) / 2)[:, None]

    def test_a_line_beside_a_wall_goes_one_that_prolongs_a_wall_stays(self):
        size = self.given.frames.size[0]
        lines = make_lines([(0, 0.0, 0.1, 1, size[1] - 1, 5.0), (0, 0.0, 3.0, 1, 4, 3.0)])
        np.testing.assert_allclose(self.run(lines).offset, [3.0])


def necked(width: float) -> roofs.Roof:
    """A shed of 2.5 x 5 m that a neck joins to a house."""
    planes = np.array([[0, 0, 6.0], [0, 0, 2.6]])
    neck, shed = shapely.box(9, 3, 10, 3 + width), shapely.box(10, 1, 12.5, 6)
    return roofs.Roof(
        "neck",
        shapely.union_all([shapely.box(0, 0, 9, 8), neck, shed]),
        planes,
        lambda x, y: (x > 9.1).astype(np.int64),
    )


@pytest.mark.parametrize("width", [0.6, 0.8, 1.0])
def test_a_step_across_a_narrow_neck_is_a_line(width: float):
    """All that the two roofs share is one border, of a pixel or two."""
    for angle in (0.0, 0.4, 1.3):
        given = scene([necked(width)], angle=angle)
        lines = lines_of(given)
        assert lines.kind.tolist() == [LineKind.AXIS_STEP]
        np.testing.assert_allclose(ends(given, lines)[0][:, 0], 9.1, atol=0.35)
