"""Trees in the way of what is built: by the stem, by the crown, by the height; told, counted and left out."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.scenario.towns import Tree, X, Y, cube, ring, town_of, variant
from twin.scenario import evaluate
from twin.scenario.apply import apply

BOXES = [(0, 0, 10, 10, 6), (40, 0, 50, 20, 9)]
# 20 by 10 m, from x = 100 and y = 0 on, 9 m high
BLOCK: dict[str, Any] = {"kind": "add", "rings": [ring(100, 0, 120, 10)], "height": 9, "floors": 3}
RAISE = {"kind": "raise", "pand": "p0", "floors": 2, "height": 6}
NAN = math.nan


@pytest.mark.parametrize(
    ("edit", "tree", "expected"),
    [
        (BLOCK, (110, 5, 12, 3), "trees"),
        (BLOCK, (110, 5, 3.5, 1), "trees"),  # lower than the roof: nobody would see it
        (BLOCK, (110, 5, NAN, NAN), "trees"),  # registered, and not seen in the points
        (BLOCK, (97.6, 5, 12, 3), "crowns"),  # reaches 0.6 m into it
        (BLOCK, (97.4, 5, 12, 3), "done"),  # 0.4 m, which can be pruned
        (BLOCK, (97.6, 5, NAN, NAN), "done"),
        # a crown of radius 3 is 7.8 m high: of 17 m it begins above the roof, of 16.5 m below it
        (BLOCK, (98, 5, 17, 3), "done"),
        (BLOCK, (98, 5, 16.5, 3), "crowns"),
        ({**BLOCK, "base": 5}, (110, 5, 4.9, 1), "done"),  # below a building on legs
        ({**BLOCK, "base": 5}, (110, 5, 5.1, 1), "trees"),
        # a courtyard from 104 to 116 and from 2 to 8
        ({**BLOCK, "rings": [ring(100, 0, 120, 10), ring(104, 2, 116, 8)]}, (110, 5, 8, 3.4), "done"),
        ({**BLOCK, "rings": [ring(100, 0, 120, 10), ring(104, 2, 116, 8)]}, (110, 5, 8, 3.6), "crowns"),
        ({"kind": "import", "position": (X + 110, Y + 5), "mesh": cube(10)}, (110, 5, 8, 3), "trees"),
        ({"kind": "import", "position": (X + 110, Y + 5), "mesh": cube(10)}, (103, 5, 8, 3), "crowns"),
        # a pand 6 m high gets 6 m on top: what stood beside it stays, what hung over it can't
        (RAISE, (-2, 5, 5.9, 3), "done"),
        (RAISE, (-2, 5, 7, 3), "crowns"),
        (RAISE, (-2, 5, 20, 3), "done"),  # its crown begins at 12.2 m
        ({"kind": "move", "pand": "p0", "dx": 100, "dy": 0}, (105, 5, 8, 3), "trees"),
        ({"kind": "move", "pand": "p0", "dx": 100, "dy": 0}, (98, 5, 5.9, 3), "crowns"),
        ({"kind": "demolish", "pand": "p0"}, (5, 5, 8, 3), "done"),
        ({"kind": "change", "pand": "p0", "set": {"aantal_woningen": 2}}, (5, 5, 8, 3), "done"),
    ],
)
def test_a_tree_is_in_the_way_or_stays(edit: dict[str, Any], tree: Tree, expected: str) -> None:
    town = town_of(BOXES, trees=[(60, 60, 10, 3), tree])
    found = evaluate(variant(edit), town)
    assert [str(v.verdict) for v in found.verdicts] == [expected]
    assert found.as_json()["trees"] == ([] if expected == "done" else ["t1"])


def test_an_edit_is_told_how_many_and_each_tree_counts_once() -> None:
    trees: list[Tree] = [(110, 5, 8, 3), (115, 5, 8, 3), (98, 5, 8, 3), (131, 5, 8, 3), (60, 60, 8, 3)]
    # the crowns of 131 and of none of the others reach into both
    right = {**BLOCK, "rings": [ring(133, 0, 140, 10)]}
    left = {**BLOCK, "rings": [ring(100, 0, 129, 10)]}
    outcome = apply(variant(left, right), town_of(BOXES, trees=trees))
    told = [(v.edit, str(v.verdict), v.what) for v in outcome.verdicts]
    assert told == [("e0", "trees", "2"), ("e0", "crowns", "2"), ("e1", "done", "")]
    assert outcome.felled.tolist() == [True, True, True, True, False]


def test_a_tree_counts_for_what_it_stands_in_before_what_it_reaches_into() -> None:
    beside = {**BLOCK, "rings": [ring(100, 0, 108, 10)]}
    on = {**BLOCK, "rings": [ring(109, 0, 120, 10)]}
    outcome = apply(variant(beside, on), town_of(BOXES, trees=[(110, 5, 8, 3)]))
    assert [(v.edit, str(v.verdict)) for v in outcome.verdicts] == [("e0", "done"), ("e1", "trees")]


def test_trees_are_counted_in_the_area_before_and_after() -> None:
    trees: list[Tree] = [(110, 5, 8, 3), (60, 60, 8, 3), (900, 900, 8, 3)]
    area = ring(-10, -10, 200, 200)
    figures = {
        i.definition.id: i
        for i in evaluate(variant(BLOCK, area=area), town_of(BOXES, trees=trees)).indicators
    }
    assert (figures["trees"].before, figures["trees"].after) == (2, 1)
    without = evaluate(variant(BLOCK, area=area), town_of(BOXES))
    (unknown,) = [i for i in without.indicators if i.definition.id == "trees"]
    assert unknown.as_json()["before"] is None
    assert unknown.reason is not None
    assert without.felled == []


def test_what_stands_outside_the_area_is_told_beside_its_trees() -> None:
    outside = evaluate(variant(BLOCK, area=ring(-10, -10, 20, 20)), town_of(BOXES, trees=[(110, 5, 8, 3)]))
    assert [str(v.verdict) for v in outside.verdicts] == ["outside-area", "trees"]
