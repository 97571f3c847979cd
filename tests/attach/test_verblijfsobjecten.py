"""Verblijfsobjecten, their addresses, and what they add up to in their panden."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attach.tables import addresses, bag_panden, units
from twin.attach import attach_verblijfsobjecten, merge_panden, verblijfsobject_table
from twin.attach.links import PandLinks
from twin.attach.verblijfsobjecten import address_line
from twin.catalogue import CATALOGUE

A, B, C = "0503100000000001", "0503100000000002", "0503100000000003"
STREET = {"straatnaam": "Dorpsstraat", "huisnummer": 12, "postcode": "1234AB", "woonplaatsnaam": "Dorp"}


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (STREET, "Dorpsstraat 12, 1234AB Dorp"),
        (STREET | {"huisletter": "a"}, "Dorpsstraat 12a, 1234AB Dorp"),
        (STREET | {"huisnummertoevoeging": "2"}, "Dorpsstraat 12-2, 1234AB Dorp"),
        (STREET | {"huisletter": "A", "huisnummertoevoeging": "bis"}, "Dorpsstraat 12A-bis, 1234AB Dorp"),
        (STREET | {"postcode": None}, "Dorpsstraat 12, Dorp"),
        (STREET | {"woonplaatsnaam": None}, "Dorpsstraat 12, 1234AB"),
        (STREET | {"straatnaam": None}, "12, 1234AB Dorp"),
        (STREET | {"postcode": None, "woonplaatsnaam": None}, "Dorpsstraat 12"),
        ({"postcode": "1234AB"}, "1234AB"),
        ({"straatnaam": "'s-Gravenweg", "huisnummer": 1}, "'s-Gravenweg 1"),
        ({}, None),
    ],
)
def test_an_address_line_leaves_out_what_is_unknown(parts: dict[str, Any], line: str | None) -> None:
    found = address_line(addresses(parts)).tolist()[0]
    assert pd.isna(found) if line is None else found == line


def test_a_verblijfsobject_gets_its_main_address_in_parts_and_the_others_as_lines() -> None:
    own = units([(A,), (A,)])
    first, second = own["identificatie"]
    table = verblijfsobject_table(
        own,
        addresses(
            STREET | {"verblijfsobject_id": first},
            STREET | {"verblijfsobject_id": first, "hoofdadres": False, "huisnummer": 16},
            STREET | {"verblijfsobject_id": first, "hoofdadres": False, "huisnummer": 14},
            {"verblijfsobject_id": second},
        ),
    )
    assert table["identificatie"].tolist() == [first, second]
    assert table["adres"].tolist()[0] == "Dorpsstraat 12, 1234AB Dorp"
    assert pd.isna(table["adres"].tolist()[1])
    assert table["adres_postcode"].tolist()[0] == "1234AB"
    assert table["nevenadressen"].tolist()[0] == (
        "Dorpsstraat 14, 1234AB Dorp",
        "Dorpsstraat 16, 1234AB Dorp",
    )
    assert pd.isna(table["nevenadressen"].tolist()[1])
    assert len(CATALOGUE.conform(table, "verblijfsobject")) == 2


def attached(own: Any, *panden: str, lines: pd.DataFrame | None = None) -> tuple[pd.DataFrame, Any]:
    merged, _ = merge_panden(bag_panden(*panden), None)
    table = verblijfsobject_table(own, addresses() if lines is None else lines)
    joined, report = attach_verblijfsobjecten(merged, table)
    CATALOGUE.conform(joined, "pand")
    return pd.DataFrame(joined).set_index("identificatie"), report


def test_units_are_summed_over_their_panden_n_to_m() -> None:
    own = units([(A,), (A, B), (B, C), ()], [50, 101, 80, 999])
    joined, report = attached(own, A, B)
    assert joined["aantal_verblijfsobjecten"].to_dict() == {A: 2, B: 2}
    # 101 m2 in two panden is 51 and 50; of the 80 m2 the half in C lies outside this delivery.
    assert joined["oppervlakte_verblijfsobjecten"].to_dict() == {A: 50 + 51, B: 50 + 40}
    assert (report.left, report.left_matched, report.right, report.right_matched) == (2, 2, 5, 4)
    assert report.unmatched_right == (C,)
    assert (report.counted, report.matched, report.total) == ("links", 4, 5)


def test_a_pand_without_units_has_none_but_its_floor_area_is_not_zero_but_unknown() -> None:
    joined, report = attached(units([(A,)], [None]), A, B)
    assert joined["aantal_verblijfsobjecten"].to_dict() == {A: 1, B: 0}
    assert joined["oppervlakte_verblijfsobjecten"].isna().all()
    assert joined["gebruiksdoel"][A] == "woonfunctie"
    assert pd.isna(joined["gebruiksdoel"][B])
    assert report.unmatched_left == (B,)


def test_no_units_at_all() -> None:
    joined, report = attached(units([]), A)
    assert joined["aantal_verblijfsobjecten"].to_dict() == {A: 0}
    assert report.rate == 1.0


def test_addresses_and_the_most_frequent_postcode() -> None:
    own = units([(A,)] * 4)
    rows = [
        STREET | {"verblijfsobject_id": i, "huisnummer": n, "postcode": p}
        for i, n, p in zip(
            own["identificatie"], (3, 1, 2, 1), ("1234AC", "1234AB", "1234AC", "1234AB"), strict=True
        )
    ]
    joined, _ = attached(own, A, lines=addresses(*rows))
    assert joined["postcode"][A] == "1234AB"  # tied: the first by alphabet
    assert joined["adressen"][A] == (
        "Dorpsstraat 1, 1234AB Dorp",
        "Dorpsstraat 2, 1234AC Dorp",
        "Dorpsstraat 3, 1234AC Dorp",
    )


@pytest.mark.parametrize(
    ("area", "use", "main", "all_uses"),
    [
        ([100, 90], [("kantoorfunctie",), ("winkelfunctie",)], "kantoorfunctie", 2),
        ([60, 50, 50], [("kantoorfunctie",), ("woonfunctie",), ("woonfunctie",)], "woonfunctie", 2),
        ([None, None, 1], [("woonfunctie",), ("woonfunctie",), ("winkelfunctie",)], "woonfunctie", 2),
        ([50, 50], [("winkelfunctie",), ("kantoorfunctie",)], "kantoorfunctie", 2),
        ([50], [("winkelfunctie", "kantoorfunctie")], "kantoorfunctie", 2),
        ([0, None], [("winkelfunctie",), ("kantoorfunctie",)], "kantoorfunctie", 2),
        ([5], [()], None, 0),
    ],
    ids=["larger", "sum", "unknown counts as 1 m2", "tied", "two in one", "zero counts as 1 m2", "none"],
)
def test_the_use_of_a_pand_is_that_of_most_floor_area(
    area: list[int | None], use: list[tuple[str, ...]], main: str | None, all_uses: int
) -> None:
    joined, _ = attached(units([(A,)] * len(area), area, use), A)
    if main is None:
        assert pd.isna(joined["gebruiksdoel"][A])
        assert pd.isna(joined["gebruiksdoelen"][A])
    else:
        assert joined["gebruiksdoel"][A] == main
        assert len(joined["gebruiksdoelen"][A]) == all_uses
        assert joined["gebruiksdoelen"][A] == tuple(sorted(joined["gebruiksdoelen"][A]))


names = st.sampled_from([f"{A[:-1]}{n}" for n in range(5)])
many = st.lists(
    st.tuples(st.lists(names, min_size=1, max_size=4, unique=True), st.none() | st.integers(0, 10_000)),
    max_size=10,
)


@settings(max_examples=30, deadline=None)
@given(many)
def test_floor_area_is_conserved(content: list[tuple[list[str], int | None]]) -> None:
    own = units([tuple(p) for p, _ in content], [a for _, a in content])
    joined, report = attached(own, *(f"{A[:-1]}{n}" for n in range(5)))
    assert joined["oppervlakte_verblijfsobjecten"].sum() == sum(a or 0 for _, a in content)
    assert joined["aantal_verblijfsobjecten"].sum() == sum(len(p) for p, _ in content) == report.right


@settings(max_examples=30, deadline=None)
@given(many)
def test_shares_are_equal_but_for_one(content: list[tuple[list[str], int | None]]) -> None:
    links = PandLinks.of([tuple(p) for p, _ in content])
    shares = links.shares(pd.Series([a for _, a in content], dtype="Int64"))
    for unit, (panden, amount) in enumerate(content):
        own = shares[links.unit == unit]
        assert links.pand_id[links.unit == unit].tolist() == panden
        if amount is None:
            assert own.isna().all()
        else:
            assert own.sum() == amount
            assert own.max() - own.min() <= 1


def test_a_pand_named_twice_counts_once() -> None:
    joined, _ = attached(units([(A, A)], [30]), A)
    assert joined["oppervlakte_verblijfsobjecten"][A] == 30
    assert joined["aantal_verblijfsobjecten"][A] == 1
