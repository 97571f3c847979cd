"""Real BGT deliveries, counted a second time by other means than the reader's own."""

from __future__ import annotations

import re
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely

from ingest import bgt
from ingest.delivery import Delivery, Reject

# Types that together cover level 0 without gaps or overlaps.
PARTITION = (
    "pand",
    "wegdeel",
    "ondersteunendwegdeel",
    "waterdeel",
    "ondersteunendwaterdeel",
    "begroeidterreindeel",
    "onbegroeidterreindeel",
    "overigbouwwerk",
)


def raw_records(text: str) -> list[str]:
    return text.split("<cityObjectMember>")[1:]


def is_live(record: str) -> bool:
    return ":eindRegistratie" not in record and ">plan<" not in record and ">bestaand<" in record


def assert_counts_agree(texts: dict[str, str], found: dict[str, Delivery]) -> None:
    assert set(texts) == set(found)
    for name, text in texts.items():
        records = raw_records(text)
        live = [record for record in records if is_live(record)]
        ids = [re.findall(r"<imgeo:lokaalID>([^<]+)<", record)[0] for record in live]
        delivery = found[name]
        assert delivery.read == len(records), name
        assert sorted(delivery.frame["lokaalid"]) == sorted(ids), name
        assert delivery.frame.geometry.is_valid.all(), name
        levels = [int(re.findall(r"relatieveHoogteligging>(-?\d+)<", record)[0]) for record in live]
        assert dict(
            zip(delivery.frame["lokaalid"], delivery.frame["relatieve_hoogteligging"], strict=True)
        ) == dict(zip(ids, levels, strict=True)), name


@cache
def otterlo(folder: Path) -> tuple[dict[str, str], dict[str, Delivery]]:
    path = folder / "formats" / "bgt_citygml_otterlo" / "otterlo.zip"
    with zipfile.ZipFile(path) as archive:
        texts = {name[4:-4]: archive.read(name).decode() for name in archive.namelist()}
    return texts, bgt.read(path)


def test_otterlo_counts_agree_with_a_search_in_the_text(real_data: Path) -> None:
    texts, found = otterlo(real_data)
    assert set(found) == set(bgt.FEATURE_TYPES)
    assert_counts_agree(texts, found)
    assert found["pand"].read == 2273
    assert found["wegdeel"].read == 2444
    # 562 panden carry an eindRegistratie; 1681 are live, the other 30 are planned.
    assert (found["pand"].rejects["reason"] == Reject.HISTORIC).sum() == 562
    assert (found["pand"].rejects["reason"] == Reject.PLANNED).sum() == 30


def test_every_live_arc_keeps_its_control_points(real_data: Path) -> None:
    texts, found = otterlo(real_data)
    arc = re.compile(r"<gml:Arc>\s*<gml:posList[^>]*>([^<]+)<")
    assert len(arc.findall(texts["wegdeel"])) == 2530
    live = "".join(record for record in raw_records(texts["wegdeel"]) if is_live(record))
    control = np.array([list(map(float, text.split())) for text in arc.findall(live)]).reshape(-1, 2)
    vertices = set(map(tuple, shapely.get_coordinates(found["wegdeel"].frame.geometry.array).tolist()))
    assert len(control) > 1000
    assert set(map(tuple, control.tolist())) <= vertices


def test_level_zero_is_a_partition_down_to_the_vertices_of_its_arcs(real_data: Path) -> None:
    _, found = otterlo(real_data)
    level_zero = [
        frame.geometry[frame["relatieve_hoogteligging"] == 0].to_numpy()
        for frame in (found[name].frame for name in PARTITION)
    ]
    surfaces = np.concatenate(level_zero)
    assert len(surfaces) > 5000
    # Valid coverage: no overlap, and neighbours have the same vertices all along their shared boundary.
    assert shapely.coverage_is_valid(surfaces)
    moved = surfaces.copy()
    moved[0] = shapely.transform(moved[0], lambda xy: xy + 0.001)
    assert not shapely.coverage_is_valid(moved)


def test_pand_geometry_is_its_ground_outline(real_data: Path) -> None:
    texts, found = otterlo(real_data)
    frame = found["pand"].frame.set_index("lokaalid")
    assert set(frame.geometry.geom_type) == {"Polygon", "MultiPolygon"}
    checked = 0
    for record in filter(is_live, raw_records(texts["pand"])):
        outline = record.split("geometrie2dGrondvlak>")[1]
        if "Arc" in outline or "interior" in outline or outline.count("<gml:posList") > 1:
            continue
        numbers = np.array(re.findall(r"-?\d+\.\d+", outline.split("posList")[1]), dtype=float).reshape(-1, 2)
        row = frame.loc[re.findall(r"<imgeo:lokaalID>([^<]+)<", record)[0]]
        assert shapely.get_coordinates(row["geometry"]).tolist() == numbers.tolist()
        checked += 1
    assert checked > 1500
    ids = frame["identificatie_bag_pnd"].dropna()
    assert ids.str.fullmatch(r"\d{16}").all()
    assert "0228109999999999" not in set(ids)
    # One BAG pand can have several BGT panden.
    assert ids.duplicated().any()


@pytest.mark.parametrize("name", ["bgt_citygml_hilversum", "bgt_citygml_denhaag_partial"])
def test_folders_with_history_and_empty_files(real_data: Path, name: str) -> None:
    folder = real_data / "formats" / name
    texts = {path.stem[4:]: path.read_text("utf-8") for path in folder.glob("bgt_*.gml")}
    found = bgt.read(folder)
    assert_counts_agree(texts, found)
    for kind, delivery in found.items():
        columns = set(bgt.FEATURE_TYPES[kind].columns) | {"hersteld", "geometry"}
        assert set(delivery.frame.columns) == columns
        assert delivery.frame.crs.to_epsg() == 28992


def test_delft_geopackage_has_the_columns_of_the_gml(real_data: Path) -> None:
    found = bgt.read(real_data / "delft" / "bgt.gpkg")
    _, from_gml = otterlo(real_data)
    assert {name: len(delivery.frame) for name, delivery in found.items()} == {
        "pand": 160,
        "wegdeel": 151,
        "waterdeel": 3,
        "begroeidterreindeel": 126,
        "onbegroeidterreindeel": 81,
        "overbruggingsdeel": 3,
        "scheiding": 57,
        "kunstwerkdeel": 1,
    }
    for name, delivery in found.items():
        assert delivery.frame.dtypes.to_dict() == from_gml[name].frame.dtypes.to_dict(), name
    pand = found["pand"].frame
    assert pand["identificatie_bag_pnd"].is_unique
    assert pand["identificatie_bag_pnd"].str.fullmatch(r"0503100\d{9}").all()
    assert (found["wegdeel"].frame["relatieve_hoogteligging"] == 1).sum() == 8
    assert found["wegdeel"].frame["bgt_functie"].notna().all()
    assert found["wegdeel"].frame["op_talud"].notna().all()


def test_bbox_and_types_select_from_a_delivery(real_data: Path) -> None:
    path = real_data / "delft" / "bgt.gpkg"
    bbox = (84_900.0, 447_500.0, 84_950.0, 447_550.0)
    found = bgt.read(path, types=["pand"], bbox=bbox)
    assert list(found) == ["pand"]
    whole = bgt.read(path, types=["pand"])["pand"].frame
    inside = whole.geometry.intersects(shapely.box(*bbox))
    assert 0 < inside.sum() < 160
    assert sorted(found["pand"].frame["lokaalid"]) == sorted(whole["lokaalid"][inside])
    assert set(found["pand"].rejects["reason"]) == {Reject.OUTSIDE_AREA.value}
