"""Records of a BGT delivery become live objects, or rejects with the right reason; nothing vanishes."""

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
from ingest.delivery import Delivery, Reject
from ingest.errors import SourceError
from tests.ingest.bgt_deliveries import HEAD, delivery, record, ring, square


def read_one(folder: Path, *records: str, kind: str = "wegdeel", bbox: bgt.BBox | None = None) -> Delivery:
    path = folder / f"bgt_{kind}.gml"
    path.write_text(delivery(records), "utf-8")
    return bgt.read(path, bbox=bbox)[kind]


def reasons(found: Delivery) -> list[str]:
    return found.rejects["reason"].tolist()


def test_attributes_get_their_official_names_and_types(tmp_path: Path) -> None:
    extra = (
        "<function>rijbaan lokale weg</function><surfaceMaterial>open verharding</surfaceMaterial>"
        "<imgeo:wegdeelOpTalud>true</imgeo:wegdeelOpTalud><imgeo:kruinlijnWegdeel><gml:LineString><gml:posList>"
        "0 0 1 1</gml:posList></gml:LineString></imgeo:kruinlijnWegdeel>"
        "<imgeo:plus-fysiekVoorkomenWegdeel>betonstraatstenen</imgeo:plus-fysiekVoorkomenWegdeel>"
    )
    found = read_one(tmp_path, record(geometry=square(hole=2), extra=extra, level="-1"))
    frame = found.frame
    row = frame.iloc[0]
    assert row["bgt_functie"] == "rijbaan lokale weg"
    assert row["bgt_fysiek_voorkomen"] == "open verharding"
    assert row["plus_fysiek_voorkomen"] == "betonstraatstenen"
    assert row["op_talud"]
    assert row["relatieve_hoogteligging"] == -1
    assert row["object_begin_tijd"] == pd.Timestamp("2014-07-09")
    assert row["lv_publicatiedatum"] == pd.Timestamp("2016-04-12T11:54:23")
    assert pd.isna(row["plus_functie"])
    assert not row["hersteld"]
    assert row["geometry"].area == 96.0
    assert frame["relatieve_hoogteligging"].dtype == "int64"
    assert frame["tijdstip_registratie"].dtype == "datetime64[ms]"
    assert frame.crs.to_epsg() == 28992
    assert found.notes == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"extra": "<imgeo:eindRegistratie>2017-01-01T00:00:00</imgeo:eindRegistratie>"}, Reject.HISTORIC),
        ({"plus_status": "plan", "bgt_status": "geenWaarde"}, Reject.PLANNED),
        ({"plus_status": "historie"}, Reject.NOT_CURRENT),
        ({"bgt_status": "geenWaarde"}, Reject.NOT_CURRENT),
        ({"bgt_status": "bestaant"}, Reject.UNKNOWN_STATUS),
        ({"bgt_status": None}, Reject.UNKNOWN_STATUS),
        ({"plus_status": "planned"}, Reject.UNKNOWN_STATUS),
        ({"lokaalid": None}, Reject.BAD_ID),
        ({"lokaalid": "a b"}, Reject.BAD_ID),
        ({"geometry": None}, Reject.NO_GEOMETRY),
        ({"geometry": ""}, Reject.NO_GEOMETRY),
        ({"element": "Paal"}, Reject.UNREADABLE),
        (
            {
                "extra": '<terminationDate xmlns="http://www.opengis.net/citygml/2.0">2016-01-01</terminationDate>'
            },
            Reject.NOT_CURRENT,
        ),
    ],
)
def test_what_is_not_in_force_is_rejected_with_its_reason(
    tmp_path: Path, change: dict[str, str | None], reason: Reject
) -> None:
    fields: dict[str, str | None] = {"geometry": square(), "lokaalid": "G0503.b2", **change}
    found = read_one(tmp_path, record(geometry=square()), record(**fields))  # type: ignore[arg-type]
    assert reasons(found) == [reason.value]
    assert found.read == 2
    assert found.frame["lokaalid"].tolist() == ["G0503.a1"]
    if "lokaalid" not in change:
        assert found.rejects["object_id"].tolist() == ["G0503.b2"]


def test_termination_after_the_delivery_is_not_yet_in_force(tmp_path: Path) -> None:
    later = '<terminationDate xmlns="http://www.opengis.net/citygml/2.0">2030-01-01</terminationDate>'
    assert len(read_one(tmp_path, record(geometry=square(), extra=later)).frame) == 1


def test_of_two_live_versions_the_newest_stays(tmp_path: Path) -> None:
    found = read_one(
        tmp_path,
        record(geometry=square(size=2), registered="2018-01-01T10:00:00.500"),
        record(geometry=square(size=3), registered="2018-01-01T10:00:00"),
    )
    assert found.frame.geometry.area.tolist() == [4.0]
    assert reasons(found) == [Reject.DUPLICATE_ID.value]


@pytest.mark.parametrize(
    ("geometry", "detail"),
    [
        (
            f"<gml:Polygon><gml:exterior>{ring([(0, 0), (1, 0), (0, 0)])}</gml:exterior></gml:Polygon>",
            "too few",
        ),
        (square().replace("84900.000 447500.000</gml", "84900.500 447500.000</gml"), "closed"),
        (square().replace("84910.000", "84910,x"), "read as numbers"),
        (square().replace("84910.000", "nan"), "read as numbers"),
        (square().replace("84910.000 ", "", 1), "read as numbers"),
        ("<gml:Polygon></gml:Polygon>", "0 exterior"),
        ("<gml:MultiSurface></gml:MultiSurface>", "empty"),
        ("<gml:Point><gml:pos>84900 447500</gml:pos></gml:Point>", "a point where vlak"),
        ("<gml:Solid/>", "gml:Solid"),
        (
            "<gml:Polygon><gml:exterior><gml:Ring><gml:curveMember><gml:Curve><gml:segments>"
            "<gml:Circle><gml:posList>0 0 1 1 2 0</gml:posList></gml:Circle>"
            "</gml:segments></gml:Curve></gml:curveMember></gml:Ring></gml:exterior></gml:Polygon>",
            "gml:Circle",
        ),
    ],
)
def test_a_bad_geometry_costs_one_record_only(tmp_path: Path, geometry: str, detail: str) -> None:
    found = read_one(
        tmp_path, record(geometry=square()), record(geometry=geometry, lokaalid="G0503.b2"),
        record(geometry=square(x=84_950), lokaalid="G0503.c3"),
    )  # fmt: skip
    assert found.frame["lokaalid"].tolist() == ["G0503.a1", "G0503.c3"]
    assert found.frame.geometry.bounds["minx"].tolist() == [84_900, 84_950]
    assert reasons(found) == [Reject.BAD_GEOMETRY.value]
    assert detail in found.rejects["detail"].iloc[0]


def test_a_ring_that_crosses_itself_is_repaired_and_said(tmp_path: Path) -> None:
    x, y = 84_900.0, 447_500.0
    bow_tie = ring([(x, y), (x + 10, y + 10), (x + 10, y), (x, y + 10), (x, y)])
    found = read_one(
        tmp_path, record(geometry=f"<gml:Polygon><gml:exterior>{bow_tie}</gml:exterior></gml:Polygon>")
    )
    assert found.frame["hersteld"].tolist() == [True]
    assert found.frame.geometry.is_valid.all()
    assert found.frame.geometry.area.tolist() == [50.0]
    assert any("repaired" in note for note in found.notes)


def arc_polygon(points: list[tuple[float, float]], arc: list[tuple[float, float]]) -> str:
    def pos_list(values: list[tuple[float, float]]) -> str:
        return "<gml:posList>" + " ".join(f"{x:.3f} {y:.3f}" for x, y in values) + "</gml:posList>"

    return (
        "<gml:Polygon><gml:exterior><gml:Ring><gml:curveMember><gml:Curve><gml:segments>"
        f"<gml:LineStringSegment>{pos_list(points)}</gml:LineStringSegment><gml:Arc>{pos_list(arc)}</gml:Arc>"
        "</gml:segments></gml:Curve></gml:curveMember></gml:Ring></gml:exterior></gml:Polygon>"
    )


def test_neighbours_on_both_sides_of_an_arc_leave_no_sliver(tmp_path: Path) -> None:
    x, y = 84_900.0, 447_500.0
    south, bend, north = (x, y), (x + 3, y + 5), (x, y + 10)
    west = arc_polygon([north, (x - 10, y + 10), (x - 10, y), south], [south, bend, north])
    east = arc_polygon([south, (x + 10, y), (x + 10, y + 10), north], [north, bend, south])
    found = read_one(tmp_path, record(geometry=west), record(geometry=east, lokaalid="G0503.b2"))
    left, right = found.frame.geometry
    assert left.intersection(right).area == 0
    assert left.union(right).area == pytest.approx(200.0, abs=1e-6)
    shared = {tuple(p) for p in shapely.get_coordinates(left)} & {
        tuple(p) for p in shapely.get_coordinates(right)
    }
    assert len(shared) > 10
    # The exact area between chord and arc of this circle: R = 17/3, half angle asin(15/17).
    radius, half = 17 / 3, np.arcsin(15 / 17)
    assert left.area == pytest.approx(100 + radius**2 * (half - np.sin(half) * np.cos(half)), abs=0.12)


def test_arc_with_a_gap_before_it_is_rejected(tmp_path: Path) -> None:
    x, y = 84_900.0, 447_500.0
    torn = arc_polygon([(x, y + 10), (x - 10, y), (x, y)], [(x + 1, y), (x + 3, y + 5), (x, y + 10)])
    found = read_one(tmp_path, record(geometry=torn))
    assert "don't join" in found.rejects["detail"].iloc[0]


def test_pand_takes_its_ground_outline_and_never_the_label(tmp_path: Path) -> None:
    label = (
        "<imgeo:nummeraanduidingreeks><imgeo:plaatsingspunt>"
        "<gml:Point><gml:pos>84905 447505</gml:pos></gml:Point>"
        "</imgeo:plaatsingspunt></imgeo:nummeraanduidingreeks>"
    )
    surface = f"<gml:MultiSurface><gml:surfaceMember>{square()}</gml:surfaceMember></gml:MultiSurface>"
    ids = [
        "0503100000018603",
        "503100000018603",
        "0503100000018603_1",
        "0503109999999999",
        "0000000000000000",
        "",
    ]
    found = read_one(
        tmp_path,
        *(
            record(
                "BuildingPart",
                lokaalid=f"G0503.{number}",
                geometry=surface,
                property_name="geometrie2dGrondvlak",
                extra=f"<imgeo:identificatieBAGPND>{value}</imgeo:identificatieBAGPND>{label}",
            )
            for number, value in enumerate(ids)
        ),
        kind="pand",
    )
    assert found.frame.geometry.geom_type.tolist() == ["Polygon"] * 6
    assert found.frame["identificatie_bag_pnd"].head(2).tolist() == ["0503100000018603"] * 2
    assert found.frame["identificatie_bag_pnd"].isna().tolist() == [False, False, True, True, True, True]
    assert any("3 panden" in note for note in found.notes)


def test_points_and_lines_of_small_objects(tmp_path: Path) -> None:
    in_3d = '<gml:posList srsDimension="3">84900 447500 1 84901 447500 2</gml:posList>'
    line = f"<gml:LineString>{in_3d}</gml:LineString>"
    point = "<gml:Point><gml:pos>84900.1 447500.2</gml:pos></gml:Point>"
    found = read_one(
        tmp_path,
        record("Paal", geometry=point, property_name="geometrie2dPaal",
               extra="<function xmlns='http://www.opengis.net/citygml/cityfurniture/2.0'>niet-bgt</function>"),
        record("Paal", geometry=line, property_name="geometrie2dPaal", lokaalid="G0503.b2", level=None),
        kind="paal",
    )  # fmt: skip
    assert found.frame.geometry.to_wkt().tolist() == [
        "POINT (84900.1 447500.2)",
        "LINESTRING (84900 447500, 84901 447500)",
    ]
    assert found.frame["bgt_type"].iloc[0] == "niet-bgt"
    assert found.frame["relatieve_hoogteligging"].tolist() == [0, 0]
    assert any("relatieve_hoogteligging missing for 1" in note for note in found.notes)


def test_bbox_rejects_what_does_not_touch_it(tmp_path: Path) -> None:
    far = record(geometry=square(x=86_000), lokaalid="G0503.b2")
    found = read_one(tmp_path, record(geometry=square()), far, bbox=(84_000, 447_000, 84_905, 448_000))
    assert found.frame["lokaalid"].tolist() == ["G0503.a1"]
    assert reasons(found) == [Reject.OUTSIDE_AREA.value]


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


def test_lines_with_arcs_and_surfaces_of_several_parts(tmp_path: Path) -> None:
    wave = (
        "<gml:Curve><gml:segments><gml:ArcString><gml:posList>84900 447500 84901 447501 84902 447500 "
        "84903 447499 84904 447500</gml:posList></gml:ArcString></gml:segments></gml:Curve>"
    )
    both = "".join(f"<gml:surfaceMember>{square(x=x)}</gml:surfaceMember>" for x in (84_900, 84_950))
    found = read_one(
        tmp_path,
        record("Scheiding", geometry=wave, property_name="geometrie2dOverigeConstructie"),
        record(
            "Scheiding",
            geometry=f"<gml:MultiSurface>{both}</gml:MultiSurface>",
            property_name="geometrie2dOverigeConstructie",
            lokaalid="G0503.b2",
        ),
        kind="scheiding",
    )
    line, surface = found.frame.geometry
    # Two half circles of radius 1, one above and one below the axis
    assert line.length == pytest.approx(2 * np.pi, rel=0.01)
    assert line.bounds == (84_900, 447_499, 84_904, 447_501)
    assert surface.geom_type == "MultiPolygon"
    assert surface.area == 200


def test_overlapping_parts_are_joined_not_cut_out(tmp_path: Path) -> None:
    both = "".join(f"<gml:surfaceMember>{square(x=x)}</gml:surfaceMember>" for x in (84_900, 84_905))
    found = read_one(tmp_path, record(geometry=f"<gml:MultiSurface>{both}</gml:MultiSurface>"))
    assert found.frame.geometry.area.tolist() == [150.0]
    assert found.frame["hersteld"].tolist() == [True]


def test_odd_numbers_and_times_do_not_stop_a_read(tmp_path: Path) -> None:
    found = read_one(
        tmp_path,
        record(geometry=square(), level="inf", registered="yesterday"),
        record(geometry=square(), level="1e400", lokaalid="G0503.b2", registered="2018-01-01T00:00:00+02:00"),
    )
    assert found.frame["relatieve_hoogteligging"].tolist() == [0, 0]
    assert found.frame["tijdstip_registratie"].isna().tolist() == [True, False]
    assert found.frame["tijdstip_registratie"].iloc[1] == pd.Timestamp("2017-12-31T22:00:00")


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
