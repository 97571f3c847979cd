"""Indicators against sums on paper."""

from __future__ import annotations

import math
from typing import Any

import pytest
import shapely

from tests.scenario.towns import ring, town_of, variant
from twin.scenario import Town, evaluate

BOXES = [(10, 10, 20, 20, 6), (40, 10, 50, 20, 9)]
AREA = ring(0, 0, 100, 100)
ADD = {"kind": "add", "rings": [ring(60, 60, 80, 80)], "height": 9, "floors": 3}
DEMOLISH = {"kind": "demolish", "pand": "p0"}


def values(town: Town, *edits: dict[str, Any], internal: bool = False, **more: Any) -> dict[str, Any]:
    found = evaluate(variant(*edits, **({"area": AREA} | more)), town, internal=internal)
    return {i.definition.id: (i.before, i.after) for i in found.indicators}


def test_densities() -> None:
    got = values(town_of(BOXES, usable=160), ADD)
    assert got["footprint"] == pytest.approx((200, 600))
    assert got["floor_area"] == pytest.approx((400, 1600))
    assert got["fsi"] == pytest.approx((0.04, 0.16))
    assert got["gsi"] == pytest.approx((0.02, 0.06))
    assert got["osr"] == pytest.approx((0.98 / 0.04, 0.94 / 0.16))
    assert got["volume"] == pytest.approx((1500, 1500 + 3600))
    assert got["dwellings"] == pytest.approx((2, 2 + 12))


def test_what_is_demolished_goes_and_what_lies_outside_never_counts() -> None:
    far = [*BOXES, (300, 300, 320, 320, 30)]
    got = values(town_of(far, usable=160), DEMOLISH, {**ADD, "rings": [ring(200, 200, 220, 220)]})
    assert got["footprint"] == pytest.approx((200, 100))
    assert got["floor_area"] == pytest.approx((400, 200))
    assert got["volume"] == pytest.approx((1500, 900))


def test_open_space_without_any_floor_is_unknown_and_never_infinite() -> None:
    found = evaluate(variant(DEMOLISH, area=AREA), town_of(BOXES[:1]))
    osr = next(i for i in found.indicators if i.definition.id == "osr").as_json()
    assert (osr["after"], osr["difference"]) == (None, None)
    assert osr["reason"]["nl"]


def test_inhabitants_by_the_household_of_the_buurt_which_is_the_area() -> None:
    got = values(town_of(BOXES, buurt=(0, 0, 100, 100)), {**ADD, "dwellings": 5}, area=None)
    assert got["inhabitants"] == pytest.approx((4, 14))
    assert got["gsi"] == pytest.approx((0.02, 0.06))
    assert math.isnan(values(town_of(BOXES), ADD)["inhabitants"][0])


def test_solar_roof_of_flat_and_of_gabled_roofs() -> None:
    got = values(town_of(BOXES), ADD)
    assert got["solar_roof"] == pytest.approx((200, 600))
    roof = {"form": "gable", "slope": 45}
    # 20 by 10 along east and west: of two faces of 20 by 5 sqrt(2) the one to the south
    edit = {**ADD, "rings": [ring(60, 60, 80, 70)], "roof": roof}
    assert values(town_of(BOXES), edit)["solar_roof"][1] == pytest.approx(200 + 100 * math.sqrt(2), abs=0.1)


def test_distance_to_green_of_500_square_metres_and_what_is_built_on_it() -> None:
    park, patch = shapely.box(0, -60, 100, -20), shapely.box(0, -10, 10, -5)
    town = town_of(BOXES, green=[park, patch])
    assert values(town, DEMOLISH)["green_distance"] == pytest.approx((30, 30), abs=0.02)
    # a mass on the upper half of the park takes 20 m off it
    area = ring(0, -100, 100, 100)
    built = {**ADD, "rings": [ring(-1, -40, 101, -19)], "gebruiksdoel": "kantoorfunctie"}
    assert values(town, built, area=area)["green_distance"] == pytest.approx((30, 50), abs=0.02)


def test_shadow_of_a_new_block_at_noon_of_the_winter() -> None:
    """A block of 20 by 20 by 9 m; at 12:00 (UTC+1) on 22 December the sun stands 14.1 degrees high."""
    before, after = values(town_of([]), ADD)["shadow_1222_12"]
    assert before == 0
    # a sweep of the square along the shadow (azimuth 172.6: 36 m long) covers, beside the square itself,
    # length times the width of the square seen along it: 36 x 20 x (cos 7.4 + sin 7.4)
    length = 9 / math.tan(math.radians(14.1))
    width = 20 * (math.cos(math.radians(7.4)) + math.sin(math.radians(7.4)))
    assert after == pytest.approx(length * width, rel=0.03)


def test_woz_is_for_those_who_may_see_it() -> None:
    town = town_of(BOXES, woz=[300_000, 400_000])
    assert all(map(math.isnan, values(town, DEMOLISH)["woz"]))
    assert values(town, DEMOLISH, internal=True)["woz"] == (700_000, 400_000)


def test_woz_that_nobody_knows_is_unknown_and_not_nothing() -> None:
    unknown = evaluate(variant(DEMOLISH, area=AREA), town_of(BOXES, woz=[math.nan] * 2), internal=True)
    woz = next(i for i in unknown.indicators if i.definition.id == "woz").as_json()
    assert (woz["before"], woz["after"], woz["difference"]) == (None, None, None)
    assert woz["reason"]["en"] == "The city has no data for this."
    partly = values(town_of(BOXES, woz=[300_000, math.nan]), DEMOLISH, internal=True)["woz"]
    assert partly[0] == 300_000
    assert math.isnan(partly[1])


@pytest.mark.parametrize(
    "edit",
    [
        {"kind": "raise", "pand": "p0", "floors": 1, "height": 3},
        {"kind": "move", "pand": "p0", "dx": 5},
    ],
)
def test_a_pand_that_is_raised_or_moved_keeps_its_woz(edit: dict[str, Any]) -> None:
    town = town_of(BOXES, woz=[300_000, 400_000])
    assert values(town, edit, internal=True)["woz"] == (700_000, 700_000)


def test_without_volumes_the_volume_is_unknown() -> None:
    town = town_of(BOXES)
    town.panden.volume[:] = math.nan
    assert all(map(math.isnan, values(town, ADD)["volume"]))


def test_json_is_finite_and_in_two_languages() -> None:
    content = evaluate(variant(ADD, DEMOLISH, area=AREA), town_of(BOXES)).as_json()
    assert content["area"] == {"kind": "drawn", "names": [], "m2": 10_000.0}
    for indicator in content["indicators"]:
        assert indicator["nl"]["definition"] != indicator["en"]["definition"]
        for key in ("before", "after", "difference"):
            assert indicator[key] is None or math.isfinite(indicator[key])
        assert (indicator["reason"] is None) == (indicator["difference"] is not None)


def test_the_difference_is_that_of_the_figures_shown() -> None:
    town = town_of(BOXES, dwellings=0.3)  # 0.6 in all, 12.3 after
    found = evaluate(variant({**ADD, "dwellings": 12}, DEMOLISH, area=AREA), town)
    shown = next(i for i in found.indicators if i.definition.id == "dwellings").as_json()
    assert (shown["before"], shown["after"], shown["difference"]) == (1, 12, 11)


def test_nothing_changes_nothing() -> None:
    got = values(town_of(BOXES))
    assert {k for k, (a, b) in got.items() if a != b and not math.isnan(a)} == set()
