"""Heights that are presumed where no points are, worked out by hand; and the blocks made of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from twin.geometry.footprints import footprints_from
from twin.geometry.measure import heights, volume
from twin.geometry.validity import check
from twin.reconstruction.presumed import presumed_blocks, presumed_heights
from twin.reconstruction.reasons import Reason

HOUSE = shapely.box(0, 0, 8, 10)


def at(x: float, width: float = 8.0, depth: float = 10.0) -> Any:
    return shapely.box(x, 0, x + width, depth)


def presume(pand: Any, *others: tuple[Any, float]) -> tuple[float, Reason]:
    shapes = np.array([o for o, _ in others], dtype=object)
    height, reason = presumed_heights(
        np.array([pand], dtype=object), shapes, np.array([h for _, h in others], dtype=float)
    )
    return float(height[0]), Reason(reason[0])


def test_panden_that_touch_go_before_those_nearby() -> None:
    others = [(at(8.0), 6.0), (at(-8.05), 9.0), (at(20), 20.0), (at(30), 30.0)]
    assert presume(HOUSE, *others) == (7.5, Reason.NEIGHBOURS_HEIGHT)
    assert presume(HOUSE, *others[2:]) == (25.0, Reason.NEIGHBOURS_HEIGHT)


def test_beyond_fifty_metres_nobody_is_asked() -> None:
    assert presume(HOUSE, (at(57.9), 8.0))[1] == Reason.NEIGHBOURS_HEIGHT
    assert presume(HOUSE, (at(58.1), 8.0)) == (3.0, Reason.DEFAULT_HEIGHT)


def test_a_shed_asks_sheds_and_a_house_asks_houses() -> None:
    shed = at(8.0, 3.0, 3.0)
    assert presume(shed, (HOUSE, 9.0)) == (2.5, Reason.DEFAULT_HEIGHT)
    assert presume(shed, (HOUSE, 9.0), (at(30, 3, 3), 2.2)) == (2.2, Reason.NEIGHBOURS_HEIGHT)
    assert presume(HOUSE, (shed, 2.2)) == (3.0, Reason.DEFAULT_HEIGHT)


def test_who_has_no_height_is_not_counted_nor_is_the_pand_itself() -> None:
    assert presume(HOUSE, (HOUSE, np.nan), (at(8), np.nan), (at(20), 5.0))[0] == 5.0
    assert presume(HOUSE, (HOUSE, np.nan)) == (3.0, Reason.DEFAULT_HEIGHT)
    assert presume(HOUSE) == (3.0, Reason.DEFAULT_HEIGHT)


def test_blocks_are_valid_and_as_high_as_was_said() -> None:
    court = shapely.box(0, 0, 30, 30).difference(shapely.box(10, 10, 20, 20))
    bow = shapely.union_all([shapely.box(0, 0, 5, 5), shapely.box(5, 5, 10, 10)])
    shapes = np.array([HOUSE, court, bow], dtype=object)
    footprints, pand = footprints_from(shapes)
    ground, height = np.array([1.0, -2.0, 0.0, 0.5])[: len(pand)], np.full(len(pand), 3.0)
    blocks = presumed_blocks(footprints, ground, height)
    assert check(blocks).valid.all()
    assert (np.diff(blocks.object_offsets) > 0).all()
    assert heights(blocks).ground == pytest.approx(ground)
    assert heights(blocks).roof_max == pytest.approx(ground + 3.0)
    assert volume(blocks)[1] == pytest.approx(800 * 3.0)
