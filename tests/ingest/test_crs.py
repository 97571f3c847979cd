"""Whatever CRS a source claims, coordinates come out in RD New or the source is refused with a remedy."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS
from shapely.geometry import Point, Polygon

from ingest.crs import in_rd_range, rd_notes, require_rd
from ingest.errors import SourceError

# The published control point of RDNAPTRANS2018.
LON, LAT = 4.824761912, 53.160753042
RD_X, RD_Y = 117380.12, 575040.34


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:28992",
        "EPSG:7415",
        CRS.from_epsg(28992).to_wkt("WKT1_ESRI"),
        CRS.from_epsg(7415).to_wkt("WKT1_GDAL"),
        'PROJCS["Amersfoort / RD New",' + CRS.from_epsg(28992).to_wkt("WKT1_GDAL").split(",", 1)[1],
    ],
)
def test_rd_in_any_spelling_is_taken_as_it_is(crs: str) -> None:
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(RD_X, RD_Y, 3.0)], crs=crs)
    taken, notes = require_rd(frame, "x.gpkg")
    assert notes == ()
    assert taken.crs.to_epsg() == 28992
    assert taken.geometry.iloc[0].wkt == f"POINT ({RD_X} {RD_Y})"
    assert require_rd(frame, "x.gpkg", keep_z=True)[0].geometry.iloc[0].z == 3.0


@pytest.mark.parametrize("crs", ["OGC:CRS84", "EPSG:4326", "EPSG:4258"])
def test_longitude_and_latitude_are_converted_exactly(crs: str) -> None:
    frame = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[Point(LON, LAT), None], crs=crs)
    taken, notes = require_rd(frame, "x.geojson")
    point = taken.geometry.iloc[0]
    # The control point is published to the centimetre.
    assert (point.x, point.y) == pytest.approx((RD_X, RD_Y), abs=0.006)
    assert taken.geometry.iloc[1] is None
    assert "RDNAPTRANS2018" in notes[0]


def test_shared_vertices_stay_shared_through_the_conversion() -> None:
    left = Polygon([(5.0, 52.0), (5.001, 52.0), (5.001, 52.001)])
    right = Polygon([(5.001, 52.001), (5.001, 52.0), (5.002, 52.0)])
    taken, _ = require_rd(gpd.GeoDataFrame(geometry=[left, right], crs="EPSG:4258"), "x")
    shared = taken.geometry.iloc[0].intersection(taken.geometry.iloc[1])
    assert shared.length == pytest.approx(111.27, abs=0.05)


def test_missing_crs_is_assumed_and_said_when_it_fits() -> None:
    taken, notes = require_rd(gpd.GeoDataFrame(geometry=[Point(RD_X, RD_Y)]), "x.gpkg")
    assert taken.crs.to_epsg() == 28992
    assert "assumed" in notes[0]


def test_missing_crs_is_refused_when_it_does_not_fit() -> None:
    with pytest.raises(SourceError, match=r"x\.gpkg: it has no CRS record.*Add its CRS"):
        require_rd(gpd.GeoDataFrame(geometry=[Point(LON, LAT)]), "x.gpkg")


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:32631", "EPSG:28991", "EPSG:4289"])
def test_any_other_crs_is_refused_by_name(crs: str) -> None:
    with pytest.raises(SourceError, match=rf"y\.gpkg: its coordinates are in .*{crs}"):
        require_rd(gpd.GeoDataFrame(geometry=[Point(RD_X, RD_Y)], crs=crs), "y.gpkg")


def test_swapped_axes_are_told_from_places_in_the_netherlands() -> None:
    with pytest.raises(SourceError, match="axes are swapped"):
        require_rd(gpd.GeoDataFrame(geometry=[Point(LAT, LON)], crs="EPSG:4326"), "z")


def test_an_empty_frame_is_no_error() -> None:
    for crs in (None, "EPSG:28992", "EPSG:4326"):
        taken, _ = require_rd(gpd.GeoDataFrame({"a": []}, geometry=[], crs=crs), "empty")
        assert len(taken) == 0
        assert taken.crs.to_epsg() == 28992


def test_range_and_bounds_alone() -> None:
    assert in_rd_range([84808, 447413, 85072, 447641])
    assert not in_rd_range([447413, 84808, 447641, 85072])
    assert in_rd_range([np.nan] * 4)
    assert rd_notes("EPSG:7415", [0, 0, 1, 1], "a.laz") == ()


def test_a_crs_nobody_knows_is_refused() -> None:
    with pytest.raises(SourceError, match=r"b\.gml: its CRS 'urn:x' is not known"):
        rd_notes("urn:x", [0, 0, 1, 1], "b.gml")
