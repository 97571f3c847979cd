"""Data sets of one's own, in cases small enough to work out on paper."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.attach.tables import bag_panden, units
from twin.attach import attach_dataset
from twin.attach.suppress import hidden_cells
from twin.errors import AttachError
from twin.settings import Dataset

A, B, C = "0503100000000001", "0503100000000002", "0503100000000003"
NL = {"label": "Waarde"}


def dataset(*attributes: dict[str, Any], **changes: Any) -> Dataset:
    made = [{"name": "waarde", "nl": NL} | a for a in attributes or ({},)]
    content = {"name": "proef", "path": "proef.csv", "licence": "CC0-1.0", "attribute": made}
    joins = {} if changes.get("by") in ("contains", "nearest", "overlap", "area") else {"key": "key"}
    return Dataset.model_validate(content | joins | changes)


def keyed(*rows: tuple[str, Any]) -> pd.DataFrame:
    return pd.DataFrame({"key": pd.Series([k for k, _ in rows], dtype="str"), "waarde": [v for _, v in rows]})


def placed(*rows: tuple[Any, Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"waarde": [v for _, v in rows]}, geometry=[g for g, _ in rows], crs=28992)


def city(**more: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Three panden of 10 by 10 m, 20 m apart, with units: two in A, one in A and B together, none in C."""
    panden = bag_panden(A, B, C).assign(postcode=["1234AB", "1234AB", None], buurtcode=["BU1", "BU2", "BU2"])
    homes = units([(A,), (A,), (A, B)]).assign(
        adres_postcode="1234AB",
        huisnummer=pd.Series([1, 1, 2], dtype="Int64"),
        huisletter=["a", "B", None],
        huisnummertoevoeging=None,
        hoofdadres_id=["0503200000000001", "0503200000000002", "0503200000000003"],
        nevenadres_ids=[("0503200000000009",), (), None],
        buurtcode=["BU1", "BU1", "BU2"],
    )
    return {"pand": panden, "verblijfsobject": homes, "buurt": buurten("BU1", "BU2"), **more}


def buurten(*codes: str, wijk: tuple[str, ...] | None = None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "identificatie": codes,
            "buurtcode": codes,
            "wijkcode": wijk or ["WK1"] * len(codes),
            "gemeentecode": "GM1",
            "cbs_jaar": 2022,
        },
        geometry=[shapely.box(100 * i, 0, 100 * i + 100, 100) for i in range(len(codes))],
        crs=28992,
    )


def joined(made: Dataset, records: pd.DataFrame, **more: gpd.GeoDataFrame) -> list[Any]:
    frame, _ = attach_dataset(made, records, city(**more))
    return [None if pd.isna(v) else v for v in frame[made.attribute[0].name]]


UNIT = [f"0503010000{i:06d}" for i in range(3)]


@pytest.mark.parametrize(
    ("changes", "records", "expected"),
    [
        ({"by": "pand"}, [(A, 5.0), (C, 7.0), ("0503100000000009", 1.0)], [5.0, None, 7.0]),
        ({"by": "pand", "to": "verblijfsobject"}, [(A, 5.0), (C, 7.0)], [5.0, 5.0, 5.0]),
        ({"by": "verblijfsobject", "to": "verblijfsobject"}, [(UNIT[1], 4.0)], [None, 4.0, None]),
        ({"by": "postcode"}, [("1234AB", 3.0)], [3.0, 3.0, None]),
        ({"by": "buurt", "year": 2022}, [("BU2", 8.0)], [None, 8.0, 8.0]),
        ({"by": "wijk", "year": 2022}, [("WK1", 9.0)], [9.0, 9.0, 9.0]),
        ({"by": "gemeente", "year": 2022, "to": "buurt"}, [("GM1", 2.0)], [2.0, 2.0]),
    ],
)
def test_keys_find_their_objects(changes: Any, records: Any, expected: list[Any]) -> None:
    assert joined(dataset(**changes), keyed(*records)) == expected


def test_a_sum_over_units_gives_each_pand_its_part_and_adds_up() -> None:
    made = dataset({"aggregate": "sum"}, by="verblijfsobject")
    # The third unit lies in A and B: half of its 6 in each.
    assert joined(made, keyed((UNIT[0], 1.0), (UNIT[1], 2.0), (UNIT[2], 6.0))) == [6.0, 3.0, None]


def test_side_addresses_count_and_twice_the_same_unit_counts_once() -> None:
    made = dataset({"aggregate": "sum"}, by="nummeraanduiding", to="verblijfsobject")
    assert joined(made, keyed(("0503200000000009", 4.0), ("0503200000000002", 3.0))) == [4.0, 3.0, None]


def test_an_address_without_its_letter_is_divided_over_the_units_that_have_it() -> None:
    both = dataset({"aggregate": "sum"}, by="adres", key=["pc", "nr"], to="verblijfsobject")
    assert joined(both, keyed(("1234AB 1", 10.0))) == [5.0, 5.0, None]
    exact = dataset({"aggregate": "sum"}, by="adres", key=["pc", "nr", "letter"], to="verblijfsobject")
    assert joined(exact, keyed(("1234AB 1 B", 10.0))) == [None, 10.0, None]
    # All of it reaches the pand in which both units lie.
    assert joined(dataset({"aggregate": "sum"}, by="adres", key=["pc", "nr"]), keyed(("1234AB 1", 10.0))) == [
        10.0, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ({"aggregate": "sum"}, 9.0),
        ({"aggregate": "mean"}, 3.0),
        ({"aggregate": "min"}, 2.0),
        ({"aggregate": "max"}, 5.0),
        ({"aggregate": "mode"}, 2.0),
        ({"aggregate": "count", "type": "integer"}, 4),
        ({"aggregate": "share", "equals": "2.0"}, 2 / 3),
    ],
)
def test_many_values_become_one(attribute: dict[str, Any], expected: float) -> None:
    records = keyed((A, 2.0), (A, 2.0), (A, 5.0), (A, None))
    records["waarde"] = records["waarde"].astype("Float64")
    first, second, _ = joined(dataset(attribute, by="pand"), records)
    assert first == pytest.approx(expected)
    assert second == (0 if attribute["aggregate"] == "count" else None)


def test_the_mode_of_equals_is_the_first_by_order() -> None:
    made = dataset({"aggregate": "mode", "type": "string"}, by="pand")
    assert joined(made, keyed((A, "z"), (A, "b"), (B, "q"), (B, "q"), (B, "a"))) == ["b", "q", None]


def test_values_that_differ_where_they_should_not_are_told_and_not_chosen_from() -> None:
    frame, report = attach_dataset(dataset(by="pand"), keyed((A, 1.0), (A, 2.0), (B, 3.0), (B, 3.0)), city())
    assert frame["waarde"].isna().tolist() == [True, False, True]
    assert (report.ambiguous, report.ambiguous_left) == (1, (A,))
    assert (report.duplicates, report.duplicate_keys) == (4, (A, B))


def test_the_report_counts_both_sides() -> None:
    _, report = attach_dataset(dataset(by="pand"), keyed((A, 1.0), ("0503100000000009", 2.0)), city())
    assert (report.left, report.left_matched, report.right, report.right_matched) == (3, 1, 2, 1)
    assert report.unmatched_right == ("0503100000000009",)
    assert report.unmatched_left == (B, C)


def test_examples_of_secret_records_are_not_written_down() -> None:
    made = dataset(by="pand", classification="vertrouwelijk")
    _, report = attach_dataset(made, keyed(("0503100000000009", 2.0)), city())
    assert report.unmatched_right
    assert "0503100000000009" not in str(report.as_json())


def test_codes_of_another_year_are_refused() -> None:
    with pytest.raises(AttachError, match=r"2023.*2022.*by = \"area\""):
        attach_dataset(dataset(by="buurt", year=2023), keyed(("BU1", 1.0)), city())


def test_a_point_belongs_to_what_contains_it_and_a_border_to_the_first() -> None:
    panden = bag_panden(A, B, C)
    panden.loc[1, "geometry"] = shapely.box(10, 0, 20, 10)
    made = dataset({"aggregate": "count", "type": "integer"}, by="contains")
    points = placed(*((shapely.Point(x, 5), 1) for x in (5, 10, 15, 300)))
    frame, report = attach_dataset(made, points, {"pand": panden})
    assert frame["waarde"].tolist() == [2, 1, 0]
    assert (report.right_matched, report.unmatched_right) == (3, ("300 5",))


def test_an_area_says_its_value_of_all_objects_in_it() -> None:
    areas = placed((shapely.box(-5, -5, 32, 15), 1.5), (shapely.box(38, -5, 60, 15), 2.5))
    assert joined(dataset(by="contains"), areas) == [1.5, 1.5, 2.5]


def test_the_nearest_object_within_reach_gets_the_record() -> None:
    made = dataset({"aggregate": "sum"}, by="nearest", within=4)
    points = placed((shapely.Point(13, 5), 1.0), (shapely.Point(15, 5), 2.0), (shapely.Point(53, 5), 4.0))
    assert joined(made, points) == [1.0, None, 4.0]


def test_the_largest_overlap_wins() -> None:
    areas = placed((shapely.box(0, 0, 4, 10), "klein"), (shapely.box(4, 0, 25, 10), "groot"))
    assert joined(dataset({"type": "string"}, by="overlap"), areas) == ["groot", "groot", None]


def test_areas_weigh_by_what_they_cover() -> None:
    areas = placed((shapely.box(0, 0, 4, 10), 10.0), (shapely.box(4, 0, 24, 10), 20.0))
    # Of A the first covers 40 m2 and the second 60; of B the second covers 40 of its 200 m2.
    mean = joined(dataset({"aggregate": "mean"}, by="area"), areas)
    assert mean == pytest.approx([16.0, 20.0, None])
    amount = joined(dataset({"aggregate": "sum"}, by="area"), areas)
    assert amount == pytest.approx([10.0 + 20.0 * 60 / 200, 20.0 * 40 / 200, None])


@pytest.mark.parametrize("by", ["overlap", "area"])
def test_points_have_no_overlap(by: str) -> None:
    with pytest.raises(AttachError, match="needs areas on both sides"):
        attach_dataset(dataset({"aggregate": "mean"}, by=by), placed((shapely.Point(1, 1), 1.0)), city())


def test_what_the_twin_lacks_is_told() -> None:
    with pytest.raises(AttachError, match="verblijfsobject"):
        attach_dataset(dataset(by="verblijfsobject"), keyed((UNIT[0], 1.0)), {"pand": bag_panden(A)})


def test_no_records_are_no_fault() -> None:
    empty = keyed()
    empty["waarde"] = empty["waarde"].astype("Float64")
    assert joined(dataset({"aggregate": "sum"}, by="pand"), empty) == [None, None, None]


def secret(homes: list[int], minimum: int = 10, **more: Any) -> list[Any]:
    """Means of secret records over buurten with so many homes each."""
    codes = [f"BU{i}" for i in range(len(homes))]
    rows = np.repeat(np.arange(len(homes)), homes)
    ids = [f"0503010000{i:06d}" for i in range(len(rows))]
    frame = units([()] * len(rows)).assign(identificatie=ids, buurtcode=[codes[r] for r in rows])
    made = dataset(
        {"aggregate": "mean", "classification": "openbaar"},
        {"name": "aantal", "aggregate": "count", "type": "integer", "classification": "openbaar"},
        by="verblijfsobject",
        to="buurt",
        classification="vertrouwelijk",
        minimum=minimum,
    )
    records = keyed(*((i, float(r)) for i, r in zip(ids, rows, strict=True)))
    areas = buurten(*codes, **more)
    frame_, report = attach_dataset(made, records, {"verblijfsobject": frame, "buurt": areas})
    hidden = frame_["aantal"].isna().to_numpy()
    assert (hidden == frame_["waarde"].isna().to_numpy()).all() or 0 in homes
    assert report.hidden == hidden.sum()
    return hidden.tolist()


@pytest.mark.parametrize(
    ("homes", "hidden"),
    [
        ([20, 30, 40], [False, False, False]),
        ([9, 30, 40], [True, True, False]),  # alone, the 9 could be had by subtraction
        ([4, 4, 40], [True, True, True]),  # together still under the minimum
        ([6, 6, 40], [True, True, False]),
        ([0, 10, 40], [False, False, False]),  # none at all is no secret
    ],
)
def test_few_records_are_hidden_and_what_would_give_them_away(homes: list[int], hidden: list[bool]) -> None:
    assert secret(homes) == hidden


def test_totals_of_the_wijk_give_nothing_away_either() -> None:
    assert secret([9, 30, 40, 20], wijk=("WK1", "WK1", "WK2", "WK2")) == [True, True, False, False]
    # A wijk of its own can't hide it, the gemeente can; what that takes is hidden in its own wijk too.
    assert secret([9, 30, 40, 20], wijk=("WK1", "WK2", "WK2", "WK2")) == [True, True, False, True]


def test_the_minimum_is_a_setting() -> None:
    assert secret([9, 30, 40], minimum=9) == [False, False, False]


def test_no_hidden_cell_follows_from_the_others() -> None:
    """Of random towns: in every group of known total, at least two cells and the minimum are unknown."""
    random = np.random.default_rng(7)
    for _ in range(200):
        counts = random.integers(0, 40, random.integers(1, 30)).astype(np.int64)
        wijk = pd.Series(random.integers(0, 6, len(counts)))
        everywhere = pd.Series(0, index=wijk.index)
        hidden = hidden_cells(counts, [wijk, everywhere], 10)
        assert hidden[(counts > 0) & (counts < 10)].all()
        assert not hidden[counts == 0].any()
        for group in (wijk, everywhere):
            for code in group.unique():
                members = (group == code).to_numpy() & (counts > 0)
                unknown = members & hidden
                enough = unknown.sum() >= 2 and counts[unknown].sum() >= 10
                assert enough or not unknown.any() or (unknown == members).all()
