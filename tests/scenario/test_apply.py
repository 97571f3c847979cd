"""Every kind of edit on a town of boxes, against figures worked out by hand, and every verdict."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.scenario.towns import X, Y, cube, ring, town_of, variant
from twin.geometry.measure import volume
from twin.geometry.validity import check
from twin.scenario import Town, evaluate
from twin.scenario.apply import apply
from twin.scenario.verdicts import Verdict

BOXES = [(0, 0, 10, 10, 6), (40, 0, 50, 20, 9)]
ADD = {"kind": "add", "rings": [ring(100, 0, 120, 10)], "height": 9, "floors": 3}
DEMOLISH = {"kind": "demolish", "pand": "p0"}
RAISE = {"kind": "raise", "pand": "p0", "floors": 2, "height": 6}


def codes(town: Town, *edits: dict[str, Any]) -> list[str]:
    return [str(v.verdict) for v in apply(variant(*edits), town).verdicts]


def test_demolish() -> None:
    outcome = apply(variant(DEMOLISH), town_of(BOXES))
    assert [v.verdict for v in outcome.verdicts] == [Verdict.DONE]
    assert outcome.demolished.tolist() == outcome.replaced.tolist() == [True, False]
    assert len(outcome.objects) == 0


def test_add() -> None:
    objects = apply(variant({**ADD, "label": "Toren"}), town_of(BOXES)).objects
    assert (objects.edit.tolist(), objects.pand.tolist(), objects.label.tolist()) == (["e0"], [-1], ["Toren"])
    assert objects.footprint.tolist() == pytest.approx([200])
    assert objects.gross.tolist() == pytest.approx([600])
    assert objects.volume.tolist() == pytest.approx([1800])
    assert objects.dwellings.tolist() == [6]  # 600 x 0.8 / 80
    assert check(objects.shells).valid.all()


def test_add_as_many_dwellings_as_given_and_none_without_a_woonfunctie() -> None:
    edits = ({**ADD, "dwellings": 11}, {**ADD, "gebruiksdoel": "kantoorfunctie"})
    assert apply(variant(*edits), town_of(BOXES)).objects.dwellings.tolist() == [11, 0]


def test_raise_lifts_the_roof_and_stretches_the_walls() -> None:
    objects = apply(variant(RAISE), town_of(BOXES)).objects
    assert objects.pand.tolist() == [0]
    assert objects.volume.tolist() == pytest.approx([100 * 12])
    assert objects.gross.tolist() == pytest.approx([80 * 1.25 + 2 * 100])
    assert objects.dwellings.tolist() == [1 + 2]
    assert (objects.shells.xyz[:, 2].min(), objects.shells.xyz[:, 2].max()) == (0, 12)
    assert check(objects.shells).valid.all()


def test_raise_twice_adds_up() -> None:
    objects = apply(variant(RAISE, {**RAISE, "dwellings": 5}), town_of(BOXES)).objects
    assert (objects.edit.tolist(), objects.dwellings.tolist()) == (["e1"], [6])
    assert objects.volume.tolist() == pytest.approx([100 * 18])


def test_move_turns_around_the_middle_and_keeps_the_volume() -> None:
    edit = {"kind": "move", "pand": "p1", "dx": 100, "dy": -30, "rotation": 90}
    objects = apply(variant(edit), town_of(BOXES)).objects
    # 10 by 20 around (45, 10) lies on its side around (145, -20)
    assert objects.outline[0].bounds == pytest.approx((X + 135, Y - 25, X + 155, Y - 15))
    low, high = objects.shells.xyz.min(axis=0), objects.shells.xyz.max(axis=0)
    assert [*low, *high] == pytest.approx([X + 135, Y - 25, 0, X + 155, Y - 15, 9])
    assert volume(objects.shells).tolist() == pytest.approx([1800])
    assert (objects.gross.tolist(), objects.dwellings.tolist()) == ([100], [1])


def test_import_of_a_closed_design_counts_by_its_volume() -> None:
    edit = {"kind": "import", "position": (X + 80, Y), "mesh": cube(10), "floors": 3, "rotation": 90}
    objects = apply(variant(edit), town_of(BOXES)).objects
    assert objects.closed.tolist() == [True]
    assert objects.volume.tolist() == pytest.approx([1000])
    assert objects.footprint.tolist() == pytest.approx([100])
    assert objects.gross.tolist() == pytest.approx([300])


def test_import_of_faces_that_look_inwards_is_turned_inside_out() -> None:
    mesh = cube(10)
    mesh["triangles"] = [t[::-1] for t in mesh["triangles"]]
    edit = {"kind": "import", "position": (X + 80, Y), "mesh": mesh, "scale": 2}
    objects = apply(variant(edit), town_of(BOXES)).objects
    assert objects.volume.tolist() == pytest.approx([8000])
    assert volume(objects.shells).tolist() == pytest.approx([8000])


def test_change() -> None:
    edit = {"kind": "change", "pand": "p0", "set": {"gebruiksdoel": "kantoorfunctie"}}
    outcome = apply(variant(edit), town_of(BOXES))
    assert outcome.gebruiksdoel.tolist() == ["kantoorfunctie", "woonfunctie"]
    assert outcome.dwellings.tolist() == [0, 1]
    edit["set"] = {"oppervlakte_verblijfsobjecten": 400, "aantal_woningen": 4}
    outcome = apply(variant(edit), town_of(BOXES))
    assert (outcome.gross.tolist(), outcome.dwellings.tolist()) == ([500, 100], [4, 1])
    assert not outcome.replaced.any()


OVER = {**ADD, "rings": [ring(5, 5, 15, 15)]}
BOW_TIE = [(X + 100, Y), (X + 120, Y + 10), (X + 120, Y), (X + 100, Y + 10)]
OUT_OF_TOWN = {**ADD, "rings": [ring(9000, 0, 9020, 10)]}
OPEN = {"vertices": [(0, 0, 0), (9, 0, 0), (0, 9, 9)], "triangles": [(0, 1, 2)]}
L_SHAPE = [(X + x, Y + y) for x, y in ((100, 0), (130, 0), (130, 10), (110, 10), (110, 30), (100, 30))]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([ADD], ["done"]),
        ([{**DEMOLISH, "pand": "gone"}], ["pand-gone"]),
        ([DEMOLISH, DEMOLISH], ["done", "already-demolished"]),
        ([DEMOLISH, RAISE], ["done", "demolished"]),
        ([{**ADD, "rings": [BOW_TIE]}], ["self-intersection"]),
        ([{**ADD, "rings": [ring(100, 0, 120, 10), ring(200, 0, 210, 5)]}], ["hole-outside"]),
        ([{**ADD, "rings": [ring(100, 0, 100.5, 0.5)]}], ["too-small"]),
        ([OUT_OF_TOWN], ["outside"]),
        ([OVER], ["overlap"]),
        ([DEMOLISH, OVER], ["done", "done"]),
        ([ADD, {**ADD, "base": 9, "height": 18}], ["done", "done"]),  # one on top of the other
        ([ADD, ADD], ["done", "overlap"]),
        ([{"kind": "import", "position": (X + 80, Y), "mesh": OPEN}], ["not-closed"]),
    ],
)
def test_verdicts(edits: list[dict[str, Any]], expected: list[str]) -> None:
    assert codes(town_of(BOXES), *edits) == expected


def test_what_has_no_model_keeps_its_shape() -> None:
    town = town_of(BOXES, without_model=[0])
    move = {"kind": "move", "pand": "p0", "dx": 5}
    assert codes(town, RAISE, move, DEMOLISH) == ["no-model", "no-model", "done"]


def test_a_pand_that_would_leave_the_city_stays() -> None:
    step = {"kind": "move", "pand": "p0", "dx": 4000}
    outcome = apply(variant(step, step), town_of(BOXES))
    assert [str(v.verdict) for v in outcome.verdicts] == ["done", "outside"]
    assert outcome.objects.outline[0].bounds[0] == pytest.approx(X + 4000)


def test_an_edit_that_can_not_be_done_leaves_the_others() -> None:
    edits = [{**DEMOLISH, "pand": "gone"}, {**ADD, "rings": [BOW_TIE]}, ADD, OUT_OF_TOWN]
    outcome = apply(variant(*edits), town_of(BOXES))
    assert [v.verdict.level for v in outcome.verdicts] == ["error", "error", "ok", "error"]
    assert outcome.objects.edit.tolist() == ["e2"]


def test_outside_the_area_is_told() -> None:
    found = evaluate(variant(ADD, area=ring(0, 0, 60, 60)), town_of(BOXES))
    assert [str(v.verdict) for v in found.verdicts] == ["outside-area"]


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_words_in_two_languages(verdict: Verdict) -> None:
    from twin.scenario.verdicts import EditVerdict

    told = EditVerdict("e", verdict, "<b>p</b>").as_json()
    assert told["level"] in ("ok", "warning", "error")
    assert told["nl"] != told["en"]
    assert "{" not in told["nl"] + told["en"]


def test_a_roof_that_does_not_fit_becomes_flat_and_says_so() -> None:
    """Whatever the form, what stands there is a valid solid of at least the eaves' height."""
    edit = {**ADD, "rings": [L_SHAPE], "height": 6, "roof": {"form": "hip", "ridge": 9}}
    outcome = apply(variant(edit), town_of(BOXES))
    assert outcome.verdicts[0].verdict in (Verdict.DONE, Verdict.ROOF_FLAT)
    assert check(outcome.objects.shells).valid.all()
    flat = outcome.verdicts[0].verdict is Verdict.ROOF_FLAT
    assert np.isclose(outcome.objects.volume[0], 500 * 6) == flat
