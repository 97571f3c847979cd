"""A delivery whose ground lacks points or levels: every object has a sensible height and says where from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tests.build.towns import CORNER, Town, build_town, read_json
from tests.end_to_end.twins import features, read_collection
from twin.build import Silence
from twin.build.heights import BROKEN, NO_HEIGHT, account_heights
from twin.check import check_twin
from twin.ground.levels import FAULT

GROUND, FRONT = 1.0, 60.0  # [m, NAP], [m] from the corner
HOLE = (60.0, 62.0, 90.0, 78.0)  # without a single point


def box(x0: float, y0: float, x1: float, y1: float) -> Any:
    return shapely.box(CORNER[0] + x0, CORNER[1] + y0, CORNER[0] + x1, CORNER[1] + y1)


def layer(path: Path, name: str, shapes: list[Any], levels: list[int | None]) -> None:
    frame = gpd.GeoDataFrame(
        {
            "lokaalid": [f"G0599.{name}{n}" for n in range(len(shapes))],
            "relatieve_hoogteligging": pd.array(levels, dtype="Int64"),
            "bgt_status": "bestaand",
        },
        geometry=shapes,
        crs=28992,
    )
    frame.to_file(path, layer=name, driver="GPKG")


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A street of which the register forgot the level, a bridge and a field that the scanner never saw."""
    folder = tmp_path_factory.mktemp("bad_ground")
    town = Town(folder / "bron", extra='[[source]]\nkind = "bgt"\npath = "bgt.gpkg"\n')
    unseen = shapely.contains_xy(box(*HOLE), town.points["x"], town.points["y"])
    town.points = town.points[~unseen].reset_index(drop=True)
    town.write()
    path = town.folder / "bgt.gpkg"
    layer(path, "wegdeel", [box(0, 40, 180, 50), box(0, 50, 180, FRONT)], [None, 0])
    layer(path, "overbruggingsdeel", [box(100, 64, 120, 70)], [1])
    places = [shapely.Point(CORNER[0] + x, CORNER[1] + 55) for x in (20, 40)]
    layer(path, "paal", [*places, shapely.MultiPoint(places)], [0, 0, 0])
    layer(path, "begroeidterreindeel", [box(62, 64, 88, 76), box(0, FRONT, 50, 90)], [0, 0])
    return build_town(town.settings, folder / "twin").out


def heights(twin: Path, name: str) -> pd.DataFrame:
    table = read_collection(twin, name).set_index("identificatie")
    return table[["relatieve_hoogteligging", "h_bron", "h_gemeten", "h_maaiveld"]]


def test_an_object_without_a_level_lies_on_the_ground_and_the_report_says_so(twin: Path) -> None:
    road = heights(twin, "wegdeel").loc["G0599.wegdeel0"]
    assert road["relatieve_hoogteligging"] == 0
    assert road["h_bron"] == "maaiveldpunten van het AHN"
    assert road["h_maaiveld"] == pytest.approx(GROUND)
    notes = [n for source in read_json(twin / "twin.json")["sources"] for n in source["notes"]]
    assert "relatieve_hoogteligging missing for 1 objects: 0 assumed" in " ".join(notes)


def test_a_bridge_without_any_point_lies_on_the_ground_around_it(twin: Path) -> None:
    bridge = heights(twin, "overbruggingsdeel").loc["G0599.overbruggingsdeel0"]
    assert bridge["h_bron"] == "maaiveld: geen kunstwerkpunten"
    assert bridge["h_gemeten"] == 0
    assert bridge["h_maaiveld"] == pytest.approx(GROUND)


def test_a_surface_without_points_takes_the_ground_around_it(twin: Path) -> None:
    green = heights(twin, "begroeidterreindeel")
    assert green["h_bron"].tolist() == [
        "maaiveld van de omgeving: geen grondpunten",
        "maaiveldpunten van het AHN",
    ]
    assert green["h_gemeten"].iloc[0] == 0 < green["h_gemeten"].iloc[1]
    assert green["h_maaiveld"].tolist() == pytest.approx([GROUND, GROUND])


def test_street_furniture_stands_on_the_ground_with_a_shape_that_is_assumed(twin: Path) -> None:
    table = read_collection(twin, "paal").set_index("identificatie")
    assert table["h_object"].tolist()[:2] == [2.5, 2.5]
    assert table["h_object_bron"].tolist()[:2] == ["aangenomen naar de soort"] * 2
    assert table.iloc[2][["h_object", "h_object_bron"]].isna().all(), "several points are no one thing"
    found = {f["id"]: f for f, _ in features(twin) if f["id"].startswith("NL.IMGeo.G0599.paal")}
    assert len(found) == 3
    kinds = [[g["type"] for g in f["CityObjects"][i]["geometry"]] for i, f in sorted(found.items())]
    assert kinds == [["MultiSurface", "MultiPoint"], ["MultiSurface", "MultiPoint"], ["MultiPoint"]]
    (post,) = [v for f, v in features(twin) if f["id"] == "NL.IMGeo.G0599.paal0"]
    assert [post[:, 2].min(), post[:, 2].max()] == pytest.approx([GROUND, GROUND + 2.5])


def test_nothing_of_it_vanishes_and_it_passes_the_check(twin: Path) -> None:
    ledger = read_json(twin / "twin.json")["ledger"]
    for name, number in (("wegdeel", 2), ("overbruggingsdeel", 1), ("paal", 3), ("begroeidterreindeel", 2)):
        lines = [c for c in ledger if c["stage"] in ("partition", "write") and c["collection"] == name]
        assert {c["stage"] for c in lines} >= {"write"}, name
        assert {(c["objects_in"], c["objects_out"]) for c in lines if c["stage"] == "write"} == {
            (number, number)
        }
        assert len(read_collection(twin, name)) == number
    assert check_twin(twin, Silence()).findings == []


def test_the_report_lists_where_all_heights_are_from(twin: Path) -> None:
    page = (twin / "report" / "index.html").read_text(encoding="utf-8")
    for name, source, number in (
        ("begroeidterreindeel", "maaiveld van de omgeving: geen grondpunten", 1),
        ("overbruggingsdeel", "maaiveld: geen kunstwerkpunten", 1),
        ("wegdeel", "maaiveldpunten van het AHN", 2),
    ):
        assert f'<tr><td>{name}</td><td>{source}</td><td class="n">{number}</td></tr>' in page
    heights = {c["collection"]: c for c in read_json(twin / "twin.json")["ledger"] if c["stage"] == "height"}
    assert heights["wegdeel"]["objects_out"] == 2


def test_what_gets_no_height_is_in_the_ledger_by_name() -> None:
    table = pd.DataFrame(
        {
            "collection": ["wegdeel", "wegdeel", "paal"],
            "identificatie": ["a", "b", "c"],
            "h_bron": ["maaiveldpunten van het AHN", "geen punten", FAULT],
        }
    )
    ledger = account_heights(table)
    assert [(c.collection, c.objects_in, c.objects_out) for c in ledger.counts] == [
        ("paal", 1, 0),
        ("wegdeel", 2, 1),
    ]
    lines = ledger.reject_lines()
    assert lines[["object_id", "reason"]].to_numpy().tolist() == [["c", BROKEN], ["b", NO_HEIGHT]]
