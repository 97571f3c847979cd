"""Tracks as ribbons that lie on what carries them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from tests.ground.terrain_points import grid, no_terrain, slope, terrain
from twin.ground.decks import CIVIL, deck_terrain
from twin.ground.levels import surface_heights
from twin.ground.rails import GAUGE, RAIL, SLEEPER, is_line, raised, ribbons, widths
from twin.ground.shapes import ground_shapes

TRACK = shapely.LineString([(1005, 400030), (1030, 400030), (1055, 400040)])
SIDING = shapely.LineString([(1005, 400010), (1055, 400010)])


def lines(*shapes: object) -> np.ndarray:
    return np.array(shapes, dtype=object)


def test_a_ribbon_is_as_wide_as_its_sleepers_and_lies_on_the_ground() -> None:
    width = np.array([SLEEPER, GAUGE])
    made, measured = ribbons(lines(TRACK, SIDING), width, terrain())
    assert measured.tolist() == [1.0, 1.0]
    assert np.diff(made.object_offsets).min() >= 2 * 50 / 5
    corners = made.xyz[made.ring_vertices.reshape(-1, 3)]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (normal[:, 2] > 0).all()
    area = np.add.reduceat(normal[:, 2] / 2, made.object_offsets[:-1])
    assert area == pytest.approx([width[0] * TRACK.length, width[1] * SIDING.length], rel=0.002)
    np.testing.assert_allclose(made.xyz[:, 2], slope(made.xyz[:, :2]) + RAIL, atol=0.001)


def test_a_track_on_a_viaduct_follows_its_deck_and_comes_down_beyond_it() -> None:
    deck = grid((1020.0, 400020.0, 1040.0, 400045.0), margin=0.0)
    civil = np.column_stack((deck, np.full(len(deck), 9.0)))
    above = deck_terrain(civil, np.full(len(civil), CIVIL, dtype=np.uint8), terrain(), lines())
    made, measured = ribbons(lines(TRACK), np.array([SLEEPER]), above)
    on = (made.xyz[:, 0] > 1022) & (made.xyz[:, 0] < 1038)
    np.testing.assert_allclose(made.xyz[on, 2], 9.0 + RAIL, atol=0.01)
    assert made.xyz[:, 2].min() < 6.0
    assert 0.2 < measured[0] < 0.8


def test_its_middle_is_as_high_as_the_ribbon() -> None:
    shape = lines(TRACK)
    heights = surface_heights(
        shape, np.zeros(1, np.int64), np.zeros(1, bool), np.empty((0, 3)), np.empty(0, np.uint8), terrain()
    )
    middle = raised(ground_shapes(shape, heights, terrain()).lines, terrain())
    np.testing.assert_allclose(middle.xyz[:, 2], slope(middle.xyz[:, :2]) + RAIL, atol=0.001)


def test_without_points_and_without_a_line_there_is_none() -> None:
    nothing, _ = ribbons(lines(TRACK), np.array([SLEEPER]), no_terrain())
    assert len(nothing.ring_vertices) == 0
    made, measured = ribbons(lines(None, TRACK, shapely.LineString()), np.full(3, SLEEPER), terrain())
    assert (np.diff(made.object_offsets) > 0).tolist() == [False, True, False]
    assert np.isnan(measured[[0, 2]]).all()


def test_what_is_a_line_and_how_wide_each_kind_is() -> None:
    shapes = lines(TRACK, shapely.MultiLineString([TRACK]), shapely.Point(1, 2), None, shapely.LineString())
    assert is_line(shapes).tolist() == [True, True, False, False, False]
    kinds = np.array(["trein", "tram", "sneltram", None], dtype=object)
    assert widths(kinds).tolist() == [SLEEPER, GAUGE, SLEEPER, SLEEPER]
