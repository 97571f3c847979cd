"""The buurt of every object; borders, outside, and what comes along."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attach.tables import bag_panden
from twin.attach import attach_buurten, buurt_table, merge_panden
from twin.catalogue import CATALOGUE


def buurten() -> gpd.GeoDataFrame:
    """Two buurten side by side, with a border on x = 100; the higher code first."""
    frame = gpd.GeoDataFrame(
        {
            "buurtcode": ["BU05030002", "BU05030001"],
            "buurtnaam": ["Oost", "West"],
            "wijkcode": ["WK050300"] * 2,
            "gemeentecode": ["GM0503"] * 2,
            "gemeentenaam": ["Delft"] * 2,
            "aantal_inwoners": pd.Series([120, None], dtype="Int64"),
            "jaar": pd.Series([2022, 2022], dtype="Int64"),
            "water": [False, False],
        },
        geometry=[shapely.box(100, 0, 200, 100), shapely.box(0, 0, 100, 100)],
        crs=28992,
    )
    return buurt_table(frame)


def objects(*shapes: object) -> gpd.GeoDataFrame:
    names = [f"o{i}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"identificatie": names}, geometry=list(shapes), crs=28992)


def test_buurten_have_the_names_of_the_catalogue() -> None:
    table = buurten()
    assert table["identificatie"].tolist() == table["buurtcode"].tolist()
    conformed = CATALOGUE.conform(table, "buurt")
    assert conformed["buurt_aantal_inwoners"].tolist() == [120, pd.NA]
    assert conformed["cbs_jaar"].tolist() == [2022, 2022]


def test_inside_on_the_border_and_outside() -> None:
    given = objects(
        shapely.box(10, 10, 20, 20),
        shapely.box(150, 10, 160, 20),
        shapely.Point(100, 50),
        shapely.box(90, 40, 120, 60),  # its middle lies in the east
        shapely.box(300, 0, 310, 10),
        shapely.LineString([(10, 10), (50, 10)]),
    )
    joined, report = attach_buurten(given, buurten(), "wegdeel", figures=False)
    west, east = "BU05030001", "BU05030002"
    found = [None if pd.isna(c) else c for c in joined["buurtcode"]]
    assert found == [west, east, west, east, None, west]
    assert joined["identificatie"].tolist() == given["identificatie"].tolist()
    assert set(joined.columns) == {"identificatie", "buurtcode", "geometry"}
    assert (report.name, report.left, report.left_matched) == ("wegdeel <- buurt", 6, 5)
    assert (report.right, report.right_matched, report.unmatched_left) == (2, 2, ("o4",))
    # It is the objects that should all lie in a buurt; that a buurt has no road is no loss.
    assert (report.counted, report.matched, report.total, report.rate) == ("objects", 5, 6, 5 / 6)


def test_figures_come_along_for_panden_whatever_their_index() -> None:
    panden, _ = merge_panden(bag_panden("1", "2", at=60.0), None)
    panden.index = pd.Index([7, 3])
    joined, _ = attach_buurten(panden, buurten(), "pand", figures=True)
    assert joined.index.tolist() == [7, 3]
    assert joined["buurtnaam"].tolist() == ["West", "West"]
    assert joined["cbs_jaar"].tolist() == [2022, 2022]
    assert joined["buurt_aantal_inwoners"].isna().all()
    assert "water" not in joined
    # Joined anew, for instance to a newer division, the old columns give way.
    again, _ = attach_buurten(joined, buurten(), "pand", figures=True)
    assert again.columns.is_unique


def test_an_object_without_a_place_and_a_table_without_objects() -> None:
    joined, report = attach_buurten(objects(None, shapely.Polygon()), buurten(), "pand", figures=False)
    assert joined["buurtcode"].isna().all()
    assert (report.left, report.left_matched) == (2, 0)
    joined, report = attach_buurten(objects(), buurten(), "pand", figures=False)
    assert (len(joined), report.left, report.right_matched) == (0, 0, 0)
    assert "buurtcode" in joined


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-20, 220), st.floats(-20, 120)), min_size=1, max_size=20))
def test_points_go_where_coordinates_say(places: list[tuple[float, float]]) -> None:
    joined, report = attach_buurten(objects(*map(shapely.Point, places)), buurten(), "put", figures=False)
    x, y = np.array(places).T
    inside = (y >= 0) & (y <= 100) & (x >= 0) & (x <= 200)
    expected = np.where(x <= 100, "BU05030001", "BU05030002")
    assert report.left_matched == inside.sum()
    assert joined["buurtcode"].notna().tolist() == inside.tolist()
    assert joined["buurtcode"].to_numpy()[inside].tolist() == expected[inside].tolist()
