"""Arcs stay on their circle, keep their control points, and are the same from both sides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ingest.bgt.arcs import SAGITTA, linearise

# Coordinates have millimetres; a vertex may be off by half of one in x and in y.
ROUNDING = 0.0008
ORIGIN = np.array([80_000.0, 450_000.0])

millimetres = st.integers(-50_000, 50_000).map(lambda value: value / 1000)
points = st.tuples(millimetres, millimetres)
angles = st.floats(0, 2 * np.pi)
sweeps = st.floats(0.05, 2 * np.pi - 0.05)


def test_a_half_circle_is_followed_within_the_sagitta() -> None:
    xy, offsets = linearise(np.array([[(10.0, 0.0), (0.0, 10.0), (-10.0, 0.0)]]))
    assert offsets.tolist() == [0, len(xy)]
    radius = np.hypot(*xy.T)
    assert radius == pytest.approx(10.0, abs=ROUNDING)
    middles = (xy[1:] + xy[:-1]) / 2
    assert (10.0 - np.hypot(*middles.T)).max() <= SAGITTA + ROUNDING
    # No more vertices than the tolerance asks for: a chord of sagitta 1 cm spans 5.13 degrees here.
    assert len(xy) == 2 * int(np.ceil(90 / np.degrees(2 * np.arccos(1 - SAGITTA / 10)))) + 1


def test_two_half_circles_enclose_a_disc() -> None:
    xy, _ = linearise(np.array([[(5, 0), (0, 5), (-5, 0)], [(-5, 0), (0, -5), (5, 0)]], dtype=float))
    x, y = xy.T
    area = abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2
    # A string inscribed with sagitta s misses up to two thirds of a ring of width s.
    assert np.pi * 25 - area == pytest.approx(2 / 3 * SAGITTA * 10 * np.pi, rel=0.2)


@settings(max_examples=300, deadline=None)
@given(centre=points, radius=st.floats(0.05, 500.0), start=angles, sweep=sweeps, left=st.booleans())
def test_any_arc_lies_on_its_circle_and_turns_the_right_way(
    centre: tuple[float, float], radius: float, start: float, sweep: float, left: bool
) -> None:
    turn = sweep if left else -sweep
    angle = start + np.array([0.0, 0.5, 1.0]) * turn
    exact = np.array(centre) + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    given_points = np.round(exact + ORIGIN, 3)
    assume(np.hypot(*(given_points[1] - given_points[[0, 2]]).T).min() >= 0.05)
    xy, _ = linearise(given_points[None])

    assert xy[0].tolist() == given_points[0].tolist()
    assert xy[-1].tolist() == given_points[2].tolist()
    assert (xy == given_points[1]).all(axis=1).sum() == 1
    length = np.hypot(*np.diff(xy, axis=0).T).sum()
    # Control points in whole millimetres move a circle through them by more when the arc is shallow.
    slack = 4 * 0.001 / min(1.0, (1 - np.cos(sweep / 4)))
    assert length == pytest.approx(radius * sweep, rel=0.08, abs=slack)
    if radius > 1 and 1 < sweep < 5:
        away = np.abs(np.hypot(*(xy - ORIGIN - centre).T) - radius)
        assert away.max() < slack + ROUNDING


@settings(max_examples=300, deadline=None)
@given(arcs=st.lists(st.tuples(points, points, points), min_size=1, max_size=8))
def test_neighbours_share_every_vertex_whatever_the_points(
    arcs: list[tuple[tuple[float, float], ...]],
) -> None:
    forward = np.array(arcs) + ORIGIN
    xy, offsets = linearise(forward)
    back, back_offsets = linearise(forward[:, ::-1])
    assert offsets.tolist() == back_offsets.tolist()
    assert np.isfinite(xy).all()
    for begin, end, arc in zip(offsets[:-1], offsets[1:], np.round(forward, 3), strict=True):
        if (arc[0] != arc[2]).any():
            assert xy[begin:end].tolist() == back[begin:end][::-1].tolist()
        assert xy[begin].tolist() == arc[0].tolist()
        assert xy[end - 1].tolist() == arc[2].tolist()


def test_batching_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    arcs = rng.uniform(0, 30, (200, 3, 2))
    together, offsets = linearise(arcs)
    alone = [linearise(arc[None])[0] for arc in arcs]
    assert np.array_equal(together, np.concatenate(alone))
    assert np.diff(offsets).tolist() == [len(xy) for xy in alone]


@pytest.mark.parametrize(
    ("arc", "expected"),
    [
        ([(0, 0), (1, 0), (2, 0)], [(0, 0), (1, 0), (2, 0)]),  # collinear
        ([(0, 0), (3, 0), (2, 0)], [(0, 0), (3, 0), (2, 0)]),  # collinear, middle beyond the end
        ([(0, 0), (0, 0), (2, 0)], [(0, 0), (0, 0), (2, 0)]),  # middle equals start
        ([(1, 1), (1, 1), (1, 1)], [(1, 1), (1, 1), (1, 1)]),  # a point
    ],
)
def test_degenerate_arcs_are_the_line_through_their_points(
    arc: list[tuple[float, float]], expected: list[tuple[float, float]]
) -> None:
    assert linearise(np.array([arc], dtype=float))[0].tolist() == [list(point) for point in expected]


def test_start_equal_to_end_is_the_full_circle_on_that_diameter() -> None:
    xy, _ = linearise(np.array([[(0.0, 10.0), (0.0, -10.0), (0.0, 10.0)]]))
    assert np.hypot(*xy.T) == pytest.approx(10.0, abs=ROUNDING)
    assert xy[:, 0].min() == pytest.approx(-10, abs=0.01)
    assert xy[:, 0].max() == pytest.approx(10, abs=0.01)


def test_nothing_gives_nothing() -> None:
    xy, offsets = linearise(np.empty((0, 3, 2)))
    assert xy.shape == (0, 2)
    assert offsets.tolist() == [0]
