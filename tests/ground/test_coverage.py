"""Any heap of polygons becomes a partition: nothing twice, no slits, neighbours that share all vertices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.geometry.ragged import rows_of
from twin.ground import Cells, cells_of, cover, with_water
from twin.ground.coverage import LAND, NOTHING, WATER, adjacent_pairs

X, Y = 85000.0, 447000.0


def box(x0: float, y0: float, x1: float, y1: float) -> Any:
    return shapely.box(X + x0, Y + y0, X + x1, Y + y1)


def array(*shapes: Any) -> Any:
    return np.array(shapes, dtype=object)


def is_partition(shapes: Any) -> bool:
    filled = shapes[~shapely.is_empty(shapes)]
    return bool(shapely.is_valid(filled).all() and shapely.coverage_is_valid(filled))


def test_what_is_clean_stays_as_it_was() -> None:
    given_ = array(box(0, 0, 10, 10), box(10, 0, 20, 10), box(0, 10, 20, 20) - box(5, 12, 8, 15))
    made, changed = cover(given_)
    assert shapely.equals(made, given_).all()
    assert not changed.any()
    # The corner of the two below is a vertex of the one above now.
    assert (X + 10, Y + 10) in set(map(tuple, shapely.get_coordinates(made[2])))
    assert is_partition(made)


def test_the_first_keeps_what_two_claim() -> None:
    made, changed = cover(array(box(0, 0, 10, 10), box(8, 0, 20, 10)))
    assert shapely.area(made) == pytest.approx([100, 100])
    assert changed.tolist() == [False, True]
    assert is_partition(made)


def test_a_duplicate_and_what_lies_within_another_keep_nothing() -> None:
    made, changed = cover(array(box(0, 0, 10, 10), box(0, 0, 10, 10), box(2, 2, 4, 4)))
    assert shapely.is_empty(made).tolist() == [False, True, True]
    assert changed.tolist() == [False, True, True]


@pytest.mark.parametrize(("width", "closed"), [(0.004, True), (0.03, True), (0.5, False)])
def test_slits_are_closed_and_real_gaps_are_not(width: float, closed: bool) -> None:
    """Slits that others enclose, as they do in the middle of a map."""
    around = box(-5, -5, 25, 15) - box(0, 0, 20, 10)
    made, changed = cover(array(box(0, 0, 10, 10), box(10 + width, 0, 20, 10), around))
    made = made[:2]
    assert (len(adjacent_pairs(cells_of(made).outline)) == 1) == closed
    assert not changed.any()


LINE = shapely.LineString([(X, Y), (X + 1, Y)])


@pytest.mark.parametrize("bad", [None, shapely.Polygon(), shapely.Point(X, Y), LINE])
def test_what_has_no_area_has_no_cell_and_shifts_nobody(bad: Any) -> None:
    made, _ = cover(array(bad, box(0, 0, 1, 1)))
    assert shapely.is_empty(made).tolist() == [True, False]
    assert cells_of(made).surface.tolist() == [1]


def test_a_polygon_that_crosses_itself_is_repaired() -> None:
    bow = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
    made, _ = cover(array(bow, box(20, 0, 30, 10)))
    assert shapely.area(made[0]) == pytest.approx(50)
    assert is_partition(made)


def test_nothing_at_all() -> None:
    made, changed = cover(array())
    assert len(made) == len(changed) == len(cells_of(made)) == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 3000)] * 4), min_size=1, max_size=12), st.floats(0, 6.3))
def test_any_heap_of_rectangles_becomes_a_partition(corners: list[tuple[int, ...]], turn: float) -> None:
    a, b, c, d = np.array(corners).T / 100
    boxes = shapely.box(np.minimum(a, c), np.minimum(b, d), np.maximum(a, c) + 0.1, np.maximum(b, d) + 0.1)
    turning = np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))])
    turned = shapely.transform(boxes, lambda xy: xy @ turning + (X, Y))
    made, _ = cover(turned)
    assert is_partition(made)
    union = shapely.union_all(turned)
    # Corners move to the millimetre, and slits are closed on top of what was given.
    border = shapely.length(turned).sum()
    assert union.area - 0.002 * border <= shapely.area(made).sum() <= union.area + 0.05 * border


def cells() -> Cells:
    """A pond within a meadow, beside a road; the pond runs on into a canal at another level."""
    pond, canal = box(4, 4, 8, 8), box(8, 5, 20, 7)
    shapes = array(box(0, 0, 20, 12) - pond - canal, pond, canal, box(0, 12, 20, 20))
    made, _ = cover(shapes)
    found = cells_of(made)
    level = np.array([np.nan, -0.4, -1.2, np.nan])[found.surface]
    return with_water(found, level, np.isfinite(level))


def test_every_edge_knows_what_lies_beyond() -> None:
    made = cells()
    part = rows_of(made.outline.ring_offsets[made.outline.part_offsets])
    beyond = {s: set(made.beyond[made.surface[part] == s].tolist()) for s in range(4)}
    anything = {NOTHING, LAND, WATER}
    assert beyond == {0: anything, 1: {LAND, WATER}, 2: anything, 3: {NOTHING, LAND}}
    of_pond = made.surface[part] == 1
    assert set(made.beyond_level[of_pond & (made.beyond == WATER)].tolist()) == {-1.2}
    assert np.isnan(made.beyond_level[of_pond & (made.beyond == LAND)]).all()


def test_a_corner_knows_the_highest_water_that_meets_there() -> None:
    made = cells()
    places = (made.outline.xy - (X, Y)).round(3).tolist()
    at = {tuple(p): v for p, v in zip(places, made.vertex_level, strict=True)}
    assert at[8.0, 5.0] == at[8.0, 7.0] == at[4.0, 4.0] == -0.4
    assert at[20.0, 7.0] == -1.2
    assert np.isnan(at[0.0, 0.0])


def test_water_of_unknown_level_is_land() -> None:
    found = cells_of(array(box(0, 0, 1, 1), box(1, 0, 2, 1)))
    made = with_water(found, np.array([np.nan, -1.0]), np.array([True, True]))
    assert set(made.beyond[:4].tolist()) == {NOTHING, WATER}
    assert set(made.beyond[4:].tolist()) == {NOTHING, LAND}


def test_parts_can_be_taken_apart() -> None:
    made = cells()
    some = made.take(np.array([3, 1]))
    assert some.surface.tolist() == [3, 1]
    part = rows_of(made.outline.ring_offsets[made.outline.part_offsets])
    wanted = np.concatenate([np.flatnonzero(part == p) for p in (3, 1)])
    np.testing.assert_array_equal(some.outline.xy, made.outline.xy[wanted])
    np.testing.assert_array_equal(some.beyond, made.beyond[wanted])
