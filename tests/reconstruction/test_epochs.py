"""Which of several clouds a pand is made from: simulated flights over a house that changes or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from twin.reconstruction.epochs import CloudReason, Epoch, choose
from twin.reconstruction.parameters import PlaneParameters

HOUSE = shapely.box(84_000, 447_000, 84_010, 447_012)
X, Y = 84_000.0, 447_000.0


def flight(roof: float | None = 6.0, hole: Any = None, seed: int = 1, density: float = 12.0) -> Epoch:
    """Points of a flat roof and the ground around it; nothing in the hole; no house if it has no roof."""
    random = np.random.default_rng(seed)
    xy = random.uniform((X - 10, Y - 10), (X + 20, Y + 22), (round(30 * 32 * density), 2)).round(3)
    inside = shapely.contains_xy(HOUSE, *xy.T) & (roof is not None)
    z = np.where(inside, roof or 0.0, 0.0) + random.normal(0, 0.03, len(xy))
    classes: npt.NDArray[np.uint8] = np.where(inside, 6, 2).astype(np.uint8)
    if hole is not None:
        kept = ~shapely.contains_xy(hole, *xy.T)
        xy, z, classes = xy[kept], z[kept], classes[kept]
    return Epoch(np.column_stack((xy, z)), classes, PlaneParameters(other_class=6))


def chosen(*flights: Epoch) -> tuple[int, CloudReason]:
    epoch, reason = choose(np.array([HOUSE], dtype=object), flights)
    return int(epoch[0]), CloudReason(reason[0])


GAP = shapely.box(X + 2, Y + 2, X + 6, Y + 8)
WHOLE = HOUSE.buffer(0.5)


def test_the_newest_that_covers_the_roof() -> None:
    assert chosen(flight()) == (0, CloudReason.ONLY)
    assert chosen(flight(), flight(seed=2)) == (0, CloudReason.NEWEST)
    assert chosen(flight(roof=9.0), flight(seed=2)) == (0, CloudReason.NEWEST)


def test_an_older_one_where_the_newer_has_a_gap_and_nothing_changed() -> None:
    assert chosen(flight(hole=GAP), flight(seed=2)) == (1, CloudReason.NEWER_HAS_GAPS)
    assert chosen(flight(hole=GAP), flight(hole=GAP, seed=2), flight(seed=3)) == (
        2,
        CloudReason.NEWER_HAS_GAPS,
    )


@pytest.mark.parametrize(("lower", "taken"), [(1.0, 1), (1.4, 0), (-1.0, 1), (-1.4, 0)])
def test_up_to_how_much_a_roof_counts_as_unchanged(lower: float, taken: int) -> None:
    expected = CloudReason.NEWER_HAS_GAPS if taken else CloudReason.CHANGED
    assert chosen(flight(roof=6.0 - lower, hole=GAP), flight(seed=2)) == (taken, expected)


def test_a_gap_in_all_leaves_the_newest() -> None:
    assert chosen(flight(hole=GAP), flight(hole=GAP, seed=2)) == (0, CloudReason.NONE_BETTER)


def test_a_newer_one_that_saw_nothing_there() -> None:
    assert chosen(flight(hole=WHOLE), flight(seed=2)) == (1, CloudReason.NEWER_IS_EMPTY)
    # Even one with a gap tells more than nothing.
    assert chosen(flight(hole=WHOLE), flight(hole=GAP, seed=2)) == (1, CloudReason.NEWER_IS_EMPTY)


def test_a_house_that_is_gone_does_not_come_back() -> None:
    assert chosen(flight(roof=None), flight(seed=2)) == (0, CloudReason.CHANGED)


def test_panden_are_chosen_for_one_by_one_and_in_any_order_of_points() -> None:
    other = shapely.transform(HOUSE, lambda xy: xy + np.array([200.0, 0.0]))
    newer, older = flight(hole=GAP), flight(seed=2)
    polygons = np.array([HOUSE, other], dtype=object)
    epoch, reason = choose(polygons, (newer, older))
    assert epoch.tolist() == [1, 0]
    assert reason.tolist() == [CloudReason.NEWER_HAS_GAPS, CloudReason.NONE_BETTER]
    order = np.random.default_rng(5).permutation(len(newer.xyz))
    turned = Epoch(newer.xyz[order], newer.classification[order], newer.parameters)
    assert choose(polygons, (turned, older))[0].tolist() == [1, 0]


def test_a_sparse_cloud_covers_a_roof_as_well() -> None:
    """At 8 points/m2, as AHN2 and AHN3, no chance gap makes an older flight better."""
    results = {chosen(flight(seed=s, density=8.0), flight(seed=100 + s)) for s in range(10)}
    assert results == {(0, CloudReason.NEWEST)}
