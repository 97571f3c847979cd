"""Records of a BGT delivery become live objects, or rejects with the right reason; nothing vanishes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from ingest.delivery import Reject
from tests.ingest.bgt_deliveries import read_one, reasons, record, ring, square


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
