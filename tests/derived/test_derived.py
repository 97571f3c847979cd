"""Areas, party walls, floors and sun against what can be worked out on paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.derived.houses import box, gable, row
from twin.derived import envelope, faces_of, floors, irradiation, roof_light, shared_walls, sun
from twin.derived.faces import WINDS
from twin.derived.make_irradiation import AZIMUTHS, SLOPES, make, make_beam
from twin.derived.sun import table_of
from twin.geometry.columns import Ints, Shells
from twin.geometry.measure import area_by_semantic


def described(shells: Shells, building: Ints | None = None) -> dict[str, np.ndarray]:
    of = np.arange(len(shells)) if building is None else building
    return envelope(faces_of(shells), shared_walls(shells, of), of, int(of.max()) + 1)


# ---- orientation


def test_a_house_faces_four_winds() -> None:
    table = described(gable(0, 0, 10, 8, 3, 7))
    roof = 10 * np.hypot(4, 4)
    for wind, area in {"z": 30, "n": 30, "o": 8 * 3 + 8 * 4 / 2, "w": 40, "zo": 0}.items():
        assert table[f"opp_gevel_{wind}"] == pytest.approx(area)
    assert table["opp_dak_z"] == table["opp_dak_n"] == pytest.approx(roof)
    assert table["opp_dak_o"] == 0
    assert table["opp_dak_matig"] == pytest.approx(2 * roof)  # 45 degrees
    assert table["opp_dak_flauw"] == table["opp_dak_steil"] == 0
    assert table["opp_gevel"] == pytest.approx(140)
    assert (table["opp_scheidingsmuur"], table["aandeel_scheidingsmuur"]) == (0, 0)


@pytest.mark.parametrize("step", range(8))
def test_turned_clockwise_it_faces_the_next_wind(step: int) -> None:
    """Whatever way a house is turned, its roofs are as large and the winds move along."""
    table = described(gable(3, 5, 10, 8, 3, 6, angle=-45.0 * step))
    south = (WINDS.index("z") + step) % 8
    assert table[f"opp_dak_{WINDS[south]}"] == pytest.approx(50)
    assert table[f"opp_dak_{WINDS[(south + 4) % 8]}"] == pytest.approx(50)
    assert sum(table[f"opp_dak_{w}"] for w in WINDS) == pytest.approx(100)


def test_slopes_fall_into_their_classes() -> None:
    for ridge, name in ((1.0, "flauw"), (3.0, "matig"), (6.0, "steil")):
        table = described(gable(0, 0, 10, 8, 3, 3 + ridge))
        for other in ("flauw", "matig", "steil"):
            assert table[f"opp_dak_{other}"] == pytest.approx(20 * np.hypot(4, ridge) if other == name else 0)


def test_a_flat_roof_faces_nowhere() -> None:
    table = described(box(0, 0, 10, 8, 6))
    assert all(table[f"opp_dak_{w}"] == 0 for w in WINDS)
    faces = faces_of(box(0, 0, 10, 8, 6))
    assert faces.azimuth[faces.roof] == 0
    assert faces.slope[faces.roof] == pytest.approx(0)
    assert faces.slope[faces.wall] == pytest.approx([90] * 4)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0, 360), st.floats(1, 30), st.floats(1, 30), st.floats(0, 300_000), st.floats(300_000, 600_000)
)
def test_the_winds_share_out_all_there_is(
    angle: float, width: float, depth: float, x: float, y: float
) -> None:
    shells = gable(0, 0, width, depth, 3, 5, angle)
    moved = replace(shells, xyz=shells.xyz + np.array([x, y, 0.0]))
    table, areas = described(moved), area_by_semantic(moved)
    assert sum(table[f"opp_gevel_{w}"] for w in WINDS) == pytest.approx(areas.outer_wall, rel=1e-6)
    assert sum(table[f"opp_dak_{w}"] for w in WINDS) + areas.roof_flat == pytest.approx(
        areas.roof_sloped + areas.roof_flat, rel=1e-6
    )


# ---- walls between buildings


def test_neighbours_share_as_much_as_the_lower_one_has() -> None:
    table = described(row(box(0, 0, 5, 8, 6), box(5, 0, 5, 8, 9)))
    assert table["opp_scheidingsmuur"].tolist() == pytest.approx([48, 48])
    assert table["opp_gevel"].tolist() == pytest.approx([2 * 30 + 48, 2 * 45 + 72 + 24])
    assert table["opp_gevel_o"].tolist() == pytest.approx([0, 72])
    assert table["aandeel_scheidingsmuur"][0] == pytest.approx(48 / 156)


def test_houses_in_a_row_share_their_gables() -> None:
    table = described(row(*(gable(6.0 * n, 0, 6, 8, 3, 7) for n in range(4))))
    assert table["opp_scheidingsmuur"].tolist() == pytest.approx([40, 80, 80, 40])


def test_what_stands_back_or_higher_shares_what_overlaps() -> None:
    table = described(row(box(0, 0, 5, 8, 6), box(5, 3, 5, 8, 6, base=2)))
    assert table["opp_scheidingsmuur"].tolist() == pytest.approx([5 * 4, 5 * 4])


@pytest.mark.parametrize(
    ("gap", "shared"), [(0.0, 48), (0.05, 48), (0.14, 48), (0.2, 0), (1.0, 0), (-0.05, 48)]
)
def test_a_crack_is_no_alley(gap: float, shared: float) -> None:
    table = described(row(box(0, 0, 5, 8, 6), box(5 + gap, 0, 5, 8, 6)))
    assert table["opp_scheidingsmuur"].tolist() == pytest.approx([shared, shared])


def test_walls_back_to_back_only() -> None:
    """Two fronts in one line do not stand against each other, nor do walls around a corner."""
    table = described(row(box(0, 0, 5, 8, 6), box(6, 0, 5, 8, 6), box(0, 8.5, 5, 1, 6)))
    assert table["opp_scheidingsmuur"].tolist() == [0, 0, 0]


def test_parts_of_one_building_have_no_party_wall_nor_a_facade_there() -> None:
    table = described(row(box(0, 0, 5, 8, 6), box(5, 0, 5, 8, 6)), np.array([0, 0]))
    assert table["opp_scheidingsmuur"] == 0
    assert table["opp_gevel"] == pytest.approx(2 * 10 * 6 + 2 * 48)


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 360), st.floats(3, 12), st.floats(3, 12), st.floats(-7, 7))
def test_both_sides_share_the_same_whatever_their_place(
    angle: float, low: float, high: float, along: float
) -> None:
    shells = row(box(0, 0, 5, 8, low, angle=angle), box(5, along, 5, 8, high, angle=angle))
    first, second = described(shells)["opp_scheidingsmuur"]
    assert first == pytest.approx(second)
    assert first == pytest.approx((8 - abs(along)) * min(low, high), rel=1e-6, abs=0.02)
    other_way = described(row(*(box(5, along, 5, 8, high, angle=angle), box(0, 0, 5, 8, low, angle=angle))))
    assert other_way["opp_scheidingsmuur"][1] == first, "equal to the last bit, whatever stands first"


def test_a_wall_is_never_shared_more_than_whole() -> None:
    table = described(row(box(0, 0, 5, 8, 6), box(5, 0, 5, 8, 6), box(5.05, 0, 5, 8, 6)))
    assert table["opp_scheidingsmuur"][0] == pytest.approx(48)


def test_a_building_without_a_solid_has_no_figures() -> None:
    table = described(box(0, 0, 5, 8, 6), np.array([1]))
    assert all(np.isnan(v[0]) and np.isfinite(v[1]) for v in table.values())


# ---- floors


@pytest.mark.parametrize(
    ("height", "year", "dwelling", "number"),
    [
        (5.3, 1935, True, 2),
        (8.0, 1960, True, 3),
        (8.7, 2010, True, 3),
        (2.2, 1960, True, 1),
        (1.0, 0, True, 1),
        (7.0, 1990, False, 2),
        (29.15, 1970, True, 11),
    ],
)
def test_floors_by_height(height: float, year: int, dwelling: bool, number: int) -> None:
    given_ = (np.array([height]), np.array([100.0]), np.array([year]), np.array([dwelling]))
    assert floors(*given_)[0].tolist() == [number]


def test_a_block_has_as_much_floor_as_its_floors_are_large() -> None:
    height = 4 * 2.65
    number, area = floors(
        np.array([height, np.nan]), np.array([height * 80, np.nan]), np.array([1950, 0]), np.ones(2, bool)
    )
    assert number[0] == 4
    assert area[0] == pytest.approx(4 * 80)
    assert np.isnan(number[1])
    assert np.isnan(area[1])


# ---- sun


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of pvlib, about pandas
def test_the_table_is_the_one_that_its_program_makes() -> None:
    np.testing.assert_allclose(make(), table_of("irradiation.csv"), atol=0.15)
    np.testing.assert_allclose(make_beam(), table_of("beam.csv"), atol=0.02)


def test_the_table_says_what_is_known_of_the_netherlands() -> None:
    table = table_of("irradiation.csv")
    best = np.unravel_index(table.argmax(), table.shape)
    assert 30 <= SLOPES[best[0]] <= 40
    assert AZIMUTHS[best[1]] == 180
    assert table[0].tolist() == pytest.approx([1000.0] * len(AZIMUTHS), abs=0.5)
    assert 1.12 < table.max() / table[0, 0] < 1.22
    assert 0.85 < table[4, AZIMUTHS.index(90)] / table[0, 0] < 0.95
    assert 0.55 < table[4, 0] / table[0, 0] < 0.68
    np.testing.assert_allclose(table[:, 1:], table[:, :0:-1], rtol=0.01)  # east and west are alike


def test_between_the_columns_it_is_between_their_values() -> None:
    table = table_of("irradiation.csv")
    assert irradiation(np.array([30.0]), np.array([180.0])) == pytest.approx(table[3, 12])
    assert irradiation(np.array([35.0]), np.array([180.0])) == pytest.approx(
        (table[3, 12] + table[4, 12]) / 2
    )
    assert irradiation(np.array([30.0]), np.array([352.5])) == pytest.approx((table[3, 23] + table[3, 0]) / 2)
    assert irradiation(np.array([90.0, 120.0]), np.array([360.0, 0.0])) == pytest.approx(table[9, 0])
    assert irradiation(np.array([0.0]), np.array([123.0])) == pytest.approx(1000)


def test_sun_on_a_house() -> None:
    shells = row(gable(0, 0, 10, 8, 3, 7), box(20, 0, 10, 10, 3), box(40, 0, 2, 2, 3))
    faces = faces_of(shells)
    surface = roof_light(shells, faces, None)
    table = sun(faces, surface, np.arange(3), 4)
    roof = 10 * np.hypot(4, 4)
    south, north = irradiation(np.array([45.0, 45.0]), np.array([180.0, 0.0]))
    assert table["zoninstraling"][:3] == pytest.approx([roof * (south + north), 100_000, 4_000], rel=1e-3)
    assert table["opp_dak_zon"][:3] == pytest.approx([roof, 100, 0])
    assert table["zonnestroom"][:2] == pytest.approx([roof * south * 0.75 * 0.17, 12_750], rel=1e-3)
    assert all(np.isnan(v[3]) for v in table.values())
    assert np.isfinite(surface).sum() == 4
