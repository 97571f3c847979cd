"""One table of panden from two registers, none lost and none doubled."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attach.tables import bag_panden, bgt_panden
from twin.attach import merge_panden
from twin.catalogue import CATALOGUE

A, B, C = "0503100000000001", "0503100000000002", "0503100000000003"
SQUARE, BESIDE, FAR = shapely.box(0, 0, 9, 10), shapely.box(9, 0, 12, 10), shapely.box(50, 0, 60, 10)


def test_bag_alone() -> None:
    panden, report = merge_panden(bag_panden(B, A), None)
    assert report is None
    assert panden["identificatie"].tolist() == [A, B]
    assert panden["object_id"].tolist() == [f"NL.IMBAG.Pand.{A}", f"NL.IMBAG.Pand.{B}"]
    assert panden.crs.to_epsg() == 28992


def test_bgt_alone_is_known_under_the_bag_id_it_names_or_its_own() -> None:
    panden, report = merge_panden(
        None,
        bgt_panden(("G1.b", B, 0, "2020-01-01", None, SQUARE), ("G1.x", None, -1, "2020-01-01", None, FAR)),
    )
    assert report is None
    assert panden["identificatie"].tolist() == [B, "G1.x"]
    assert panden["object_id"].tolist() == [f"NL.IMBAG.Pand.{B}", "NL.IMGeo.G1.x"]
    assert panden["relatieve_hoogteligging"].tolist() == [0, -1]
    assert panden["bgt_lokaal_ids"].tolist() == [("G1.b",), ("G1.x",)]


def test_nothing_gives_an_empty_table() -> None:
    panden, report = merge_panden(None, None)
    assert (len(panden), report) == (0, None)


def test_both_keep_the_outline_of_the_bag_and_the_attributes_of_either() -> None:
    bag = bag_panden(A, B)
    bgt = bgt_panden(
        ("G1.a", A, 0, "2020-01-01", "plan", SQUARE),
        ("G1.c", C, 0, "2020-01-01", None, FAR),
        ("G1.x", None, 1, "2020-01-01", None, BESIDE),
    )
    panden, report = merge_panden(bag, bgt)
    assert panden["identificatie"].tolist() == [A, B, C, "G1.x"]
    assert panden["object_id"].tolist()[2:] == [f"NL.IMBAG.Pand.{C}", "NL.IMGeo.G1.x"]
    assert panden.geometry[0].equals(bag.geometry[0])
    assert panden["plus_status"].tolist()[0] == "plan"
    assert panden["oorspronkelijk_bouwjaar"].tolist() == [1900, 1901, pd.NA, pd.NA]
    assert pd.isna(panden["relatieve_hoogteligging"].tolist()[1])
    assert report is not None
    assert (report.left, report.left_matched, report.right, report.right_matched) == (2, 1, 3, 1)
    assert report.unmatched_left == (B,)
    assert report.unmatched_right == (C,)
    # What was merged fits the catalogue as it is.
    assert CATALOGUE.conform(panden, "pand")["bgt_lokaal_ids"].tolist() == [
        ("G1.a",),
        None,
        ("G1.c",),
        ("G1.x",),
    ]


def test_of_several_bgt_panden_one_gives_the_attributes_all_of_them_the_outline() -> None:
    panden, _ = merge_panden(
        None,
        bgt_panden(
            ("G1.b", A, 1, "2024-01-01", "upper", BESIDE),
            ("G1.c", A, 0, "2019-01-01", "older", SQUARE),
            ("G1.d", A, 0, "2021-01-01", None, SQUARE),
        ),
    )
    # The newest of the lowest level says nothing of its plus status: what another says is not its own.
    assert panden["relatieve_hoogteligging"].tolist() == [0]
    assert panden["tijdstip_registratie"].tolist() == [pd.Timestamp("2021-01-01")]
    assert panden["plus_status"].isna().all()
    assert panden["bgt_lokaal_ids"].tolist() == [("G1.b", "G1.c", "G1.d")]
    assert panden.geometry[0].equals(shapely.union(SQUARE, BESIDE))


ids = st.sampled_from([f"{A[:-1]}{n}" for n in range(6)])


@settings(max_examples=30, deadline=None)
@given(st.sets(ids, max_size=5), st.lists(st.none() | ids, max_size=8))
def test_every_pand_is_there_once(bag_ids: set[str], named: list[str | None]) -> None:
    bgt = bgt_panden(
        *(
            (f"G1.{i}", name, 0, "2020-01-01", None, shapely.box(i, 0, i + 1, 1))
            for i, name in enumerate(named)
        )
    )
    panden, report = merge_panden(bag_panden(*sorted(bag_ids)), bgt)
    expected = bag_ids | {name or f"G1.{i}" for i, name in enumerate(named)}
    assert panden["identificatie"].tolist() == sorted(expected)
    assert panden["object_id"].is_unique
    assert isinstance(panden, gpd.GeoDataFrame)
    assert not panden.geometry.isna().any()
    assert report is not None
    assert report.right_matched == sum(name in bag_ids for name in named)
    # Every BGT pand is still to be found, under the object it became.
    found = [i for members in panden.get("bgt_lokaal_ids", pd.Series()).dropna() for i in members]
    assert sorted(found) == sorted(f"G1.{i}" for i in range(len(named)))
