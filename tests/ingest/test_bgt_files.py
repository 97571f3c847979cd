"""Files of a BGT delivery: how they are wrapped, cut short or wrong, and what a GeoPackage gives."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from ingest import bgt
from ingest.delivery import Reject
from ingest.errors import SourceError
from tests.ingest.bgt_deliveries import HEAD, delivery, read_one, reasons, record, square


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.95])
def test_truncated_file_says_how_far_it_got(tmp_path: Path, cut: float) -> None:
    text = delivery(record(geometry=square(), lokaalid=f"G0503.{n}") for n in range(50))
    path = tmp_path / "bgt_wegdeel.gml"
    path.write_text(text[: int(len(text) * cut)], "utf-8")
    complete = text[: int(len(text) * cut)].count("</cityObjectMember>")
    with pytest.raises(SourceError, match=rf"bgt_wegdeel\.gml: it can't be read beyond record {complete} "):
        bgt.read(path)


def test_every_wrapping_gives_the_same_table(tmp_path: Path) -> None:
    text = delivery([record(geometry=square(hole=3)), record(geometry=square(x=84_950), lokaalid="G0503.b2")])
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "bgt_wegdeel.gml").write_text(text, "utf-8")
    (folder / "bgt_paal.gml").write_text(HEAD + "</CityModel>", "utf-8")
    archive = tmp_path / "download.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.write(folder / "bgt_wegdeel.gml", "sub/bgt_wegdeel.gml")
    with gzip.open(tmp_path / "bgt_wegdeel.gml.gz", "wt") as packed:
        packed.write(text)
    (tmp_path / "renamed.gml").write_text(text, "utf-8")

    expected = bgt.read(folder)["wegdeel"].frame
    assert len(expected) == 2
    assert list(bgt.read(folder)) == ["wegdeel", "paal"]
    assert len(bgt.read(folder)["paal"].frame) == 0
    for path in (archive, tmp_path / "bgt_wegdeel.gml.gz", tmp_path / "renamed.gml"):
        found = bgt.read(path, types=["wegdeel"])["wegdeel"].frame
        pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(expected))


def test_damaged_zip_and_gzip_are_source_errors(tmp_path: Path) -> None:
    text = delivery(record(geometry=square(), lokaalid=f"G0503.{n}") for n in range(400))
    archive = tmp_path / "download.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("bgt_wegdeel.gml", text)
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match=r"download\.zip: it can't be opened as a zip"):
        bgt.read(archive)
    archive.write_bytes(whole[:2000] + bytes(200) + whole[2200:])
    with pytest.raises(SourceError, match=r"bgt_wegdeel\.gml: it can't be read beyond record"):
        bgt.read(archive)
    packed = tmp_path / "bgt_wegdeel.gml.gz"
    packed.write_bytes(gzip.compress(text.encode())[:-300])
    with pytest.raises(SourceError, match="it can't be read beyond record"):
        bgt.read(packed)


def test_another_format_or_crs_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "bgt_wegdeel.gml"
    path.write_text("<html><body>502</body></html>", "utf-8")
    with pytest.raises(SourceError, match=r"root element is html.*format citygml"):
        bgt.read(path)
    path.write_text(delivery([record(geometry=square().replace("28992", "4258"))]), "utf-8")
    with pytest.raises(SourceError, match="EPSG:4258"):
        bgt.read(path)
    no_srs = square(x=4.8, y=52.1).replace(' srsName="urn:ogc:def:crs:EPSG::28992"', "")
    path.write_text(delivery([record(geometry=no_srs)]), "utf-8")
    with pytest.raises(SourceError, match="no CRS record"):
        bgt.read(path)


def test_entities_are_never_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("G0503.secret", "utf-8")
    text = delivery([record(geometry=square(), lokaalid="&x;")])
    doctype = f'<!DOCTYPE CityModel [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    path = tmp_path / "bgt_wegdeel.gml"
    path.write_text(text.replace("?>\n", "?>\n" + doctype, 1), "utf-8")
    found = bgt.read(path)["wegdeel"]
    assert len(found.frame) == 0
    assert reasons(found) == [Reject.BAD_ID.value]


def test_missing_path_type_or_content_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="doesn't exist"):
        bgt.read(tmp_path / "none.zip")
    with pytest.raises(SourceError, match="holds nothing of the BGT"):
        bgt.read(tmp_path)
    read_one(tmp_path, record(geometry=square()))
    with pytest.raises(SourceError, match="it holds no pand"):
        bgt.read(tmp_path, types=["pand"])
    with pytest.raises(SourceError, match="asked for wegdelen"):
        bgt.read(tmp_path, types=["wegdelen"])


def test_geopackage_gives_the_columns_and_values_of_the_gml(tmp_path: Path) -> None:
    extra = "<function>voetpad</function><imgeo:wegdeelOpTalud>false</imgeo:wegdeelOpTalud>"
    from_gml = read_one(tmp_path, record(geometry=square(), extra=extra)).frame
    layer = gpd.GeoDataFrame(
        {
            "creationdate": ["2014-07-09"],
            "lv_publicatiedatum": pd.to_datetime(["2016-04-12T11:54:23"]),
            "relatievehoogteligging": [0.0],
            "inonderzoek": [False],
            "tijdstipregistratie": ["2016-03-15T12:02:49.000"],
            "lokaalid": ["G0503.a1"],
            "bronhouder": ["G0503"],
            "bgt_status": ["bestaand"],
            "plus_status": ["geenWaarde"],
            "function": ["voetpad"],
            "wegdeel_op_talud": [False],
        },
        geometry=[shapely.box(84_900, 447_500, 84_910, 447_510)],
        crs="EPSG:28992",
    )
    layer.to_file(tmp_path / "bgt.gpkg", layer="bgt_wegdeel", engine="pyogrio")
    from_gpkg = bgt.read(tmp_path / "bgt.gpkg")["wegdeel"].frame
    pd.testing.assert_frame_equal(
        pd.DataFrame(from_gml.drop(columns="geometry")), pd.DataFrame(from_gpkg.drop(columns="geometry"))
    )
    assert from_gml.geometry.iloc[0].equals(from_gpkg.geometry.iloc[0])

    (tmp_path / "bad.gpkg").write_bytes(b"not a database")
    with pytest.raises(SourceError, match=r"bad\.gpkg: it can't be opened"):
        bgt.read(tmp_path / "bad.gpkg")


def test_a_type_delivered_twice_is_refused_rather_than_half_read(tmp_path: Path) -> None:
    archive = tmp_path / "two_areas.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for area in ("north", "south"):
            target.writestr(f"{area}/bgt_wegdeel.gml", delivery([record(geometry=square())]))
    with pytest.raises(SourceError, match="besides another file of wegdeel"):
        bgt.read(archive)


def test_geometry_of_a_geopackage_that_is_empty_or_infinite_is_rejected(tmp_path: Path) -> None:
    x, y = 84_900.0, 447_500.0
    shapes = [
        shapely.box(x, y, x + 10, y + 10),
        shapely.from_wkt("POLYGON EMPTY"),
        shapely.Polygon([(x, y), (x + 1, y), (np.inf, y + 1), (x, y)]),
        None,
    ]
    fields = {"bronhouder": "G0503", "bgt_status": "bestaand", "plus_status": "geenWaarde"}
    layer = gpd.GeoDataFrame(
        {"lokaalid": ["a", "b", "c", "d"], **{name: [value] * 4 for name, value in fields.items()}},
        geometry=shapes,
        crs="EPSG:28992",
    )
    layer.to_file(tmp_path / "bgt.gpkg", layer="wegdeel", engine="pyogrio")
    found = bgt.read(tmp_path / "bgt.gpkg")["wegdeel"]
    assert found.frame["lokaalid"].tolist() == ["a"]
    assert reasons(found) == [Reject.BAD_GEOMETRY.value, Reject.BAD_GEOMETRY.value, Reject.NO_GEOMETRY.value]


def test_records_in_blocks_are_those_of_one_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [
        record(geometry=square(x=84_900 + 20 * n, hole=n % 3), lokaalid=f"G0503.{n}") for n in range(11)
    ]
    records[4] = record(geometry=square().replace("84910.000", "x"), lokaalid="G0503.4")
    whole = read_one(tmp_path, *records)
    monkeypatch.setattr("ingest.bgt.citygml._BLOCK", 3)
    blocks = read_one(tmp_path, *records)
    pd.testing.assert_frame_equal(pd.DataFrame(whole.frame), pd.DataFrame(blocks.frame))
    pd.testing.assert_frame_equal(whole.rejects, blocks.rejects)
    assert len(blocks.frame) == 10
