"""Energy labels and WOZ values: ties, shared values, several files, and sums that stay right."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attach.tables import addresses, bag_panden, units
from twin.attach import attach_energielabels, attach_woz, merge_panden, verblijfsobject_table
from twin.attach.waarden import LABELS
from twin.catalogue import CATALOGUE

A, B = "0503100000000001", "0503100000000002"
STREET = {"straatnaam": "Dorpsstraat", "huisnummer": 12, "postcode": "1234AB", "woonplaatsnaam": "Dorp"}
UNKNOWN = "0503010000999999"


def labels(*rows: dict[str, Any]) -> pd.DataFrame:
    columns = {
        "verblijfsobject_id": "str",
        "energielabel": "str",
        "energielabel_registratiedatum": "datetime64[s]",
        "postcode": "str",
        "huisnummer": "Int64",
        "huisletter": "str",
        "huisnummertoevoeging": "str",
    }
    return pd.DataFrame({c: pd.Series([r.get(c) for r in rows], dtype=t) for c, t in columns.items()})


def label(unit: str | None, energielabel: str, date: str = "2020-01-01", **address: Any) -> dict[str, Any]:
    return {
        "verblijfsobject_id": unit,
        "energielabel": energielabel,
        "energielabel_registratiedatum": date,
        **address,
    }


def woz(*rows: tuple[str, int, int, int]) -> pd.DataFrame:
    """Rows of object, value, year and among how many objects it is shared."""
    return pd.DataFrame(
        {
            "verblijfsobject_id": pd.Series([r[0] for r in rows], dtype="str"),
            "woz_waarde": pd.Series([r[1] for r in rows], dtype="Int64"),
            "woz_peildatum": pd.Series([datetime.date(r[2], 1, 1) for r in rows], dtype="object"),
            "woz_gedeeld_met": pd.Series([r[3] for r in rows], dtype="Int64"),
        }
    )


def town(*pand_ids: tuple[str, ...], lines: pd.DataFrame | None = None) -> tuple[Any, Any]:
    panden, _ = merge_panden(bag_panden(A, B), None)
    return panden, verblijfsobject_table(units(pand_ids), addresses() if lines is None else lines)


def unit(number: int) -> str:
    return f"0503010000{number:06d}"


def by_id(table: pd.DataFrame, column: str) -> dict[str, Any]:
    return {k: None if pd.isna(v) else v for k, v in table.set_index("identificatie")[column].items()}


def test_classes_are_ranked_from_best_to_worst() -> None:
    assert LABELS[:6] == ("A+++++", "A++++", "A+++", "A++", "A+", "A")
    assert LABELS[-1] == "G"


def test_a_pand_has_its_most_frequent_label_and_the_worst_of_a_tie() -> None:
    panden, table = town((A,), (A,), (A,), (B,), (B,), (B,))
    joined, own, report = attach_energielabels(
        panden, table,
        labels(label(unit(0), "A"), label(unit(1), "A"), label(unit(2), "G"),
               label(unit(3), "A+"), label(unit(4), "C"), label(UNKNOWN, "D")),
    )  # fmt: skip
    assert by_id(joined, "energielabel") == {A: "A", B: "C"}
    assert by_id(joined, "aantal_energielabels") == {A: 3, B: 2}
    assert own["verblijfsobject_energielabel"].tolist()[:5] == ["A", "A", "G", "A+", "C"]
    assert pd.isna(own["verblijfsobject_energielabel"].tolist()[5])
    assert (report.left_matched, report.right, report.right_matched) == (5, 6, 5)
    assert report.unmatched_right == (UNKNOWN,)
    CATALOGUE.conform(joined, "pand")
    CATALOGUE.conform(own, "verblijfsobject")


def test_a_label_of_a_unit_in_two_panden_counts_in_both() -> None:
    panden, table = town((A, B))
    joined, _, _ = attach_energielabels(panden, table, labels(label(unit(0), "B")))
    assert by_id(joined, "energielabel") == {A: "B", B: "B"}


def test_of_labels_from_several_files_the_newest_counts() -> None:
    panden, table = town((A,), (B,))
    old, new = labels(label(unit(0), "G", "2012-03-01")), labels(label(unit(0), "B", "2023-03-01"))
    for both in (pd.concat([old, new]), pd.concat([new, old])):
        joined, _, _ = attach_energielabels(panden, table, both)
        assert by_id(joined, "energielabel") == {A: "B", B: None}
        assert by_id(joined, "aantal_energielabels") == {A: 1, B: 0}


def test_a_label_without_an_id_goes_by_its_address_if_that_is_one_unit() -> None:
    lines = addresses(
        STREET | {"verblijfsobject_id": unit(0), "huisletter": "a"},
        STREET | {"verblijfsobject_id": unit(1), "huisnummer": 14},
        STREET | {"verblijfsobject_id": unit(2), "huisnummer": 14},
    )
    panden, table = town((A,), (B,), (B,), lines=lines)
    joined, own, report = attach_energielabels(
        panden, table,
        labels(label(None, "C", postcode="1234ab", huisnummer=12, huisletter="A"),
               label(None, "D", postcode="1234AB", huisnummer=14),
               label(None, "E", postcode="1234AB", huisnummer=12),
               label(None, "F", postcode="9999ZZ", huisnummer=12)),
    )  # fmt: skip
    assert by_id(own, "verblijfsobject_energielabel") == {unit(0): "C", unit(1): None, unit(2): None}
    assert by_id(joined, "energielabel") == {A: "C", B: None}
    assert (report.right, report.right_matched) == (4, 1)


def test_no_labels_and_no_values() -> None:
    panden, table = town((A,))
    joined, _, report = attach_energielabels(panden, table, labels())
    assert by_id(joined, "aantal_energielabels") == {A: 0, B: 0}
    assert report.rate == 1.0
    joined, _, _ = attach_woz(panden, table, woz())
    assert by_id(joined, "woz_waarde") == {A: None, B: None}
    CATALOGUE.conform(joined, "pand")


def test_values_are_summed_with_their_newest_date() -> None:
    panden, table = town((A,), (A,), (B,))
    joined, own, report = attach_woz(
        panden, table, woz((unit(0), 300_000, 2023, 1), (unit(1), 200_000, 2024, 1), (UNKNOWN, 5, 2024, 1))
    )
    assert by_id(joined, "woz_waarde") == {A: 500_000, B: None}
    assert by_id(joined, "woz_peildatum") == {A: pd.Timestamp("2024-01-01"), B: None}
    assert by_id(own, "verblijfsobject_woz_waarde") == {unit(0): 300_000, unit(1): 200_000, unit(2): None}
    assert (report.right, report.right_matched) == (3, 2)
    CATALOGUE.conform(joined, "pand")


def test_a_value_of_several_objects_is_divided_among_them() -> None:
    panden, table = town((A,), (A,), (B,))
    shared = woz(*((unit(i), 900_000, 2024, 3) for i in range(3)))
    joined, own, _ = attach_woz(panden, table, shared)
    assert own["verblijfsobject_woz_waarde"].tolist() == [300_000] * 3
    assert by_id(joined, "woz_waarde") == {A: 600_000, B: 300_000}


def test_a_value_of_an_object_in_two_panden_is_divided_without_losing_a_euro() -> None:
    panden, table = town((A, B))
    joined, _, _ = attach_woz(panden, table, woz((unit(0), 100_001, 2024, 1)))
    assert by_id(joined, "woz_waarde") == {A: 50_001, B: 50_000}


def test_files_of_two_years_are_not_added_up() -> None:
    panden, table = town((A,))
    last, this = woz((unit(0), 300_000, 2023, 1)), woz((unit(0), 320_000, 2024, 1))
    for both in (pd.concat([last, this]), pd.concat([this, last])):
        joined, own, _ = attach_woz(panden, table, both)
        assert by_id(joined, "woz_waarde") == {A: 320_000, B: None}
        assert own["verblijfsobject_woz_waarde"].tolist() == [320_000]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([(A,), (B,), (A, B), (B, A)]), st.integers(1, 10**7)),
        min_size=1,
        max_size=8,
    )
)
def test_value_is_conserved(content: list[tuple[tuple[str, ...], int]]) -> None:
    panden, table = town(*(p for p, _ in content))
    values = woz(*((unit(i), value, 2024, 1) for i, (_, value) in enumerate(content)))
    joined, own, _ = attach_woz(panden, table, values)
    total = sum(value for _, value in content)
    assert own["verblijfsobject_woz_waarde"].sum() == total
    assert joined["woz_waarde"].sum() == total


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 10**7), st.integers(1, 6))
def test_a_shared_value_is_conserved_to_half_a_euro_each(value: int, among: int) -> None:
    panden, table = town(*[(A,)] * among)
    joined, _, _ = attach_woz(panden, table, woz(*((unit(i), value, 2024, among) for i in range(among))))
    assert abs(joined["woz_waarde"].sum() - value) <= among / 2
