"""Tables as other programs read them."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from twin.catalogue import CATALOGUE
from twin.errors import StoreError
from twin.store import Layout
from twin.store.tables import write_table

SHAPES = [
    shapely.box(10, 20, 30, 40),
    None,
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]),
    shapely.Polygon(),
]


def panden() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "identificatie": ["3", "1", "2", "4"],
            "oorspronkelijk_bouwjaar": [1900, None, 2000, 1950],
            "hoogte": [1.5, 2.5, None, 3.5],
            "adressen": [("A 1", "B 'x' 2"), None, (), ("Ç 1",)],
            "geometrie_geldig": [True, None, False, True],
            "tijdstip_registratie": pd.to_datetime(
                ["2020-01-02T03:04:05", None, "2020-01-01T00:00:00", "1999-12-31T00:00:00"]
            ),
            "woz_peildatum": pd.to_datetime(["2024-01-01", None, None, None]),
        }
    )
    return CATALOGUE.conform(frame, "pand")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    to = Layout(tmp_path).objects("pand", "084500_447000")
    write_table(to, panden(), gpd.GeoSeries(SHAPES, crs=28992))
    return to


def test_geopandas_reads_it_back_sorted_by_id(path: Path) -> None:
    back = gpd.read_parquet(path)
    expected = panden().iloc[[1, 2, 0, 3]].reset_index(drop=True)
    assert back.crs.to_epsg() == 28992
    assert [s and s.wkt for s in back.geometry] == [
        s and s.wkt for s in (SHAPES[1], SHAPES[2], SHAPES[0], SHAPES[3])
    ]
    assert list(back.columns) == [*expected.columns, "minx", "miny", "maxx", "maxy", "geometry"]
    for name in ("identificatie", "oorspronkelijk_bouwjaar", "hoogte", "geometrie_geldig"):
        pd.testing.assert_series_equal(back[name], expected[name], check_dtype=name != "identificatie")
    assert back["tijdstip_registratie"].tolist() == expected["tijdstip_registratie"].tolist()
    assert [None if v is None else tuple(v) for v in back["adressen"]] == expected["adressen"].tolist()
    np.testing.assert_array_equal(
        back.loc[2, ["minx", "miny", "maxx", "maxy"]].to_numpy(float), [10, 20, 30, 40]
    )
    assert back.loc[[0, 3], "minx"].isna().all()


def test_duckdb_reads_it(path: Path) -> None:
    rows = duckdb.execute(
        f"select identificatie, hoogte, adressen, geometry from '{path}' where list_contains(adressen, 'Ç 1')"
    ).fetchall()
    assert rows == [("4", 3.5, ["Ç 1"], shapely.to_wkb(SHAPES[3]))]
    assert duckdb.execute(f"select count(*) from '{path}' where maxx >= 25 and minx <= 26").fetchall() == [
        (1,)
    ]


def test_its_metadata_is_that_of_geoparquet(path: Path) -> None:
    geo = json.loads(pq.read_schema(path).metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Polygon", "MultiPolygon"])
    assert column["bbox"] == [0, 0, 30, 40]
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 28992}


def test_all_tiles_have_one_schema_even_without_values_or_rows(path: Path) -> None:
    layout = Layout(path.parents[2])
    missing = CATALOGUE.conform(pd.DataFrame({"identificatie": ["5"]}), "pand")
    write_table(layout.objects("pand", "085000_447000"), missing, gpd.GeoSeries([shapely.Point(1, 2)]))
    write_table(layout.objects("pand", "085500_447000"), missing.iloc[:0], gpd.GeoSeries([]))
    files = layout.tables("pand")
    schemas = [pq.read_schema(p).remove_metadata() for p in files]
    assert schemas[0] == schemas[1] == schemas[2]
    assert str(schemas[0].field("gebruiksdoelen").type).startswith("list<")
    assert len(gpd.read_parquet(path.parent)) == 5
    assert gpd.read_parquet(files[2]).crs.to_epsg() == 28992


def test_whatever_the_index_the_geometry_stays_with_its_object(tmp_path: Path) -> None:
    frame = pd.DataFrame({"identificatie": ["b", "a"]}, index=[7, 7])
    to = tmp_path / "t.parquet"
    write_table(to, frame, gpd.GeoSeries([shapely.Point(2, 0), shapely.Point(1, 0)], index=[3, 9]))
    assert gpd.read_parquet(to).geometry.x.tolist() == [1.0, 2.0]


def test_a_table_that_can_not_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "objects").write_bytes(b"")
    with pytest.raises(StoreError, match="can't be written"):
        write_table(Layout(tmp_path).objects("pand", "x"), panden(), gpd.GeoSeries(SHAPES))
