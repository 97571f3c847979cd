"""Sun and sun hours: against an almanac, and a wall before a facade against the angle it takes away."""

from __future__ import annotations

import datetime as dt
import json
import math

import numpy as np
import pytest
import shapely

from tests.conftest import REPOSITORY
from tests.scenario.towns import X, Y, ring, town_of, variant
from twin.scenario import evaluate
from twin.scenario.daylight import LIGHT, LOWEST, STEP, Daylight, grid_within
from twin.scenario.indicators import of_daylight
from twin.scenario.shading import Blockers, shaded
from twin.scenario.sun import day, sun_at

ALMANAC = json.loads((REPOSITORY / "viewer" / "test" / "sun.reference.json").read_bytes())
LONLAT = (5.0, 52.0)


def test_the_sun_stands_within_a_tenth_of_a_degree_of_the_almanac() -> None:
    """The table that the viewer's test reads too: the Solar Position Algorithm, made offline by pvlib."""
    worst, moments = 0.0, 0
    for _, utc, place, azimuth, elevation, _ in ALMANAC["rows"]:
        at = ALMANAC["places"][place]
        sun = sun_at([dt.datetime.fromisoformat(utc.replace("Z", "+00:00"))], (at["lon"], at["lat"]))
        turn = (sun.azimuth[0] - azimuth + 180) % 360 - 180
        worst = max(worst, abs(turn) * math.cos(math.radians(elevation)), abs(sun.altitude[0] - elevation))
        moments += 1
    assert moments > 30
    assert worst < 0.1


def test_directions_point_to_the_sun_in_the_axes_of_rd() -> None:
    sun = sun_at([dt.datetime(2026, 6, 21, 11, 42, tzinfo=dt.UTC)], LONLAT)
    x, y, z = sun.directions(0.0)[0]
    assert (x, y < 0) == (pytest.approx(0, abs=0.02), True)
    assert math.degrees(math.asin(z)) == pytest.approx(90 - 52 + 23.44, abs=0.02)
    # the north of RD turned 2 degrees clockwise: the sun in the south stands left of its south
    x, y, _ = sun.directions(2.0)[0]
    assert math.degrees(math.atan2(x, -y)) == pytest.approx(2, abs=0.6)


@pytest.mark.parametrize("height", [3.5, 6.0, 8.0, 20.0])
def test_a_long_wall_takes_away_the_sun_below_its_edge(height: float) -> None:
    """House with its south facade 10 m behind a wall far longer than any shadow."""
    town = town_of([(0, 0, 10, 10, 6)])
    wall = {"kind": "add", "rings": [ring(-2000, -11, 2000, -10)], "height": height, "floors": 0}
    light = evaluate(variant(wall), town, sun=True).daylight
    assert light is not None
    south = int(np.argmin(light.at[:, 1]))
    assert light.at[south] == pytest.approx([X + 5, Y - 0.1, 3])
    sun = day(LIGHT, STEP, LONLAT, LOWEST)
    azimuth, altitude = np.radians(sun.azimuth), np.radians(sun.altitude)
    faces = np.cos(azimuth) < 0
    profile = np.tan(altitude) / np.maximum(-np.cos(azimuth), 1e-9)
    free = faces & (profile > (height - 3) / 9.9)
    assert light.light[south].tolist() == pytest.approx([faces.sum() / 6, free.sum() / 6])
    # and the facade at the back never sees it
    assert light.light[int(np.argmax(light.at[:, 1]))].tolist() == [0, 0]


def test_a_wall_that_goes_gives_the_sun_back() -> None:
    town = town_of([(0, 0, 10, 10, 6), (-300, -11, 300, -10, 20)])
    light = evaluate(variant({"kind": "demolish", "pand": "p1"}), town, sun=True).daylight
    assert light is not None
    south = np.flatnonzero((light.pand == 0) & (light.at[:, 1] < Y))
    before, after = light.light[south[0]]
    assert before < 1
    assert after > 7


def test_a_party_wall_is_no_facade() -> None:
    town = town_of([(0, 0, 10, 10, 6), (10, 0, 20, 10, 6)])
    light = evaluate(
        variant({"kind": "add", "rings": [ring(0, -30, 20, -20)], "height": 9}), town, sun=True
    ).daylight
    assert light is not None
    assert len(light.at) == 6
    assert not np.isclose(light.at[:, 0], X + 10, atol=0.2).any()


def test_the_norms_count_facades_below_two_and_three_hours() -> None:
    hours = np.array([[2.0, 2.0], [2.0, 1.9], [1.0, 0.0], [8.0, 3.0]])
    none = np.zeros((0, 3))
    found = Daylight(
        np.arange(4),
        np.arange(4),
        np.zeros((4, 3)),
        np.array([10.0, 10, 10, 30]),
        hours,
        hours,
        none,
        none,
        0.0,
    )
    got = of_daylight(found)
    assert got["facade_light"] == (1, 2)
    assert got["facade_strict"] == (3, 3)
    assert got["facade_hours"] == pytest.approx(((20 + 20 + 10 + 240) / 60, (20 + 19 + 0 + 90) / 60))
    assert "garden_hours" not in got


def test_gardens_lose_sun_to_a_tower_at_their_south() -> None:
    town = town_of([(0, 0, 10, 10, 6)], gardens=[shapely.box(0, -12, 10, 0)])
    tower = {"kind": "add", "rings": [ring(-40, -40, 50, -30)], "height": 40}
    light = evaluate(variant(tower), town, sun=True).daylight
    assert light is not None
    assert light.garden_area == pytest.approx(120, rel=0.3)
    assert (light.garden[:, 1] < light.garden[:, 0] - 2).all()


def test_shadow_by_another_way_to_look_for_it() -> None:
    """Random points and boxes against the plain test of a ray and a box (slabs)."""
    rng = np.random.default_rng(4)
    boxes = [(x, y, x + 8, y + 6, h) for x, y, h in rng.uniform((0, 0, 3), (80, 80, 30), (12, 3)).tolist()]
    points = np.column_stack((rng.uniform((X, Y), (X + 90, Y + 90), (300, 2)), rng.uniform(0, 20, 300)))
    directions = rng.normal(size=(6, 3))
    directions[:, 2] = np.abs(directions[:, 2]) + 0.1
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    got = shaded(points, Blockers.of(town_of(boxes).shells), directions)
    expected = np.zeros_like(got)
    inside = np.zeros(len(points), dtype=bool)
    for x0, y0, x1, y1, h in boxes:
        low, high = np.array([X + x0, Y + y0, 0]), np.array([X + x1, Y + y1, h])
        inside |= ((points > low - 0.2) & (points < high + 0.2)).all(axis=1)
        for m, d in enumerate(directions):
            near, far = np.sort([(low - points) / d, (high - points) / d], axis=0)
            enter, leave = near.max(axis=1), far.min(axis=1)
            expected[:, m] |= (enter < leave) & (leave > 0)
    assert expected[~inside].any()
    assert np.array_equal(got[~inside], expected[~inside])


def test_a_grid_has_each_point_once() -> None:
    halves = np.array([shapely.box(0, 0, 10, 10), shapely.box(5, 0, 15, 10)], dtype=object)
    points = grid_within(halves, 1.0)
    assert len(points) == len(np.unique(points, axis=0)) == 150


def test_nothing_that_changes_needs_no_sun() -> None:
    found = evaluate(variant(), town_of([(0, 0, 10, 10, 6)]), sun=True)
    assert {i.definition.id for i in found.indicators} >= {"facade_light", "garden_hours"}
