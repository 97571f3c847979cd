"""Ids come back whole from every way a table can mangle them, and from no other."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import ids
from ingest.ids import Area, ObjectType

BAG_IDS = st.builds(
    lambda gemeente, kind, own: f"{gemeente:04d}{kind}{own:010d}",
    st.integers(3, 1999),
    st.sampled_from(list(ObjectType)),
    st.integers(0, 10**10 - 1),
)


@given(st.lists(BAG_IDS, min_size=1))
def test_every_spelling_comes_back_to_the_same_sixteen_digits(good: list[str]) -> None:
    bare = pd.Series(good, dtype="str")
    number = bare.astype("int64")
    spellings = (
        bare,
        "NL.IMBAG.Pand." + bare,
        "  " + bare + "\t",
        "http://bag.basisregistraties.overheid.nl/bag/id/pand/" + bare,
        number,
        number.astype("float64"),
        number.astype("str"),
        number.astype("float64").astype("str"),
        bare.astype(object),
    )
    for spelled in spellings:
        found = ids.bag_ids(spelled)
        assert found.ids.tolist() == good
        assert found.reason.isna().all()


@given(st.lists(st.one_of(st.none(), st.text(), BAG_IDS), min_size=1))
def test_an_id_is_either_sixteen_digits_or_missing_with_a_reason(values: list[str | None]) -> None:
    found = ids.bag_ids(pd.Series(values, dtype="str"))
    good = found.ids.notna()
    assert found.ids[good].str.fullmatch(r"[0-9]{16}").all()
    assert (good == found.reason.isna()).all()


@given(BAG_IDS, st.integers(4, 15))
def test_an_id_cut_short_is_not_padded_to_another_objects_id(good: str, length: int) -> None:
    found = ids.bag_ids(pd.Series([good[:length]])).ids[0]
    # Only where a known kind happens to stand in its place may a short number be one that lost zeros.
    assert pd.isna(found) or found[4:6] in list(ObjectType)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "id is missing"),
        (None, "id is missing"),
        ("0000000000000000", "is not a BAG id"),
        ("05181000002701833", "is not a BAG id"),
        ("5.18E+14", "is not a BAG id"),  # a spreadsheet rounded the rest away
        ("0518100000270183x", "is not a BAG id"),
    ],
)
def test_a_malformed_id_is_missing_and_says_why(value: str | None, reason: str) -> None:
    found = ids.bag_ids(pd.Series([value], dtype="str"))
    assert pd.isna(found.ids[0])
    assert reason in found.reason[0]


def test_a_spreadsheet_that_kept_all_digits_lost_nothing() -> None:
    assert ids.bag_ids(pd.Series(["5.18100000270183E+14", "5,18100000270183E+14"])).ids.tolist() == [
        "0518100000270183",
        "0518100000270183",
    ]


def test_an_id_of_another_kind_is_malformed_but_an_unknown_kind_passes() -> None:
    found = ids.bag_ids(pd.Series(["0518010000417296", "0518990000417296"]), ObjectType.PAND)
    assert found.ids.isna().tolist() == [True, False]
    assert "verblijfsobject, not of a pand" in found.reason[0]


def test_a_fraction_is_no_id() -> None:
    found = ids.bag_ids(pd.Series([518100000270183.5]))
    assert found.ids.isna().all()
    assert "is not a BAG id" in found.reason[0]


def test_woonplaats_postcode_and_cbs_codes() -> None:
    assert ids.woonplaats_ids(pd.Series(["NL.IMBAG.Woonplaats.2142", "7", "12345"])).ids.fillna(
        "-"
    ).tolist() == [
        "2142",
        "0007",
        "-",
    ]
    assert ids.postcodes(pd.Series(["2592 hl", "2592HL", "0592HL", ""])).ids.fillna("-").tolist() == [
        "2592HL",
        "2592HL",
        "-",
        "-",
    ]
    assert ids.cbs_codes(pd.Series(["BU05030101", "05030101", "5030101", "WK050301"]), Area.BUURT).ids.fillna(
        "-"
    ).tolist() == ["BU05030101", "BU05030101", "BU05030101", "-"]
