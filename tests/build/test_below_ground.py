"""What lies under the ground: a road through a tunnel with its ramps, culverts, and a track in each."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from jsonschema import Draft7Validator

from tests.build.towns import CORNER, Town, build_town
from tests.check.spoiling import found
from tests.end_to_end.twins import features, read_collection
from twin.build import Silence
from twin.check import check_twin
from twin.cityjson import check_sequence
from twin.ground.underground import HEADROOM, ROOF, STEEPEST

GROUND, MOUTH, WATER = 1.0, -4.0, -0.4  # [m, NAP]
WEST, EAST = 60.0, 120.0  # [m] from the corner: the mouths of the tunnel
BELOW = "aangenomen diepte onder het maaiveld"


def box(x0: float, y0: float, x1: float, y1: float) -> Any:
    return shapely.box(CORNER[0] + x0, CORNER[1] + y0, CORNER[0] + x1, CORNER[1] + y1)


def line(*places: tuple[float, float]) -> Any:
    return shapely.LineString(np.array(places) + CORNER)


def layer(path: Path, name: str, shapes: list[Any], levels: list[int], **columns: list[str | None]) -> None:
    frame = gpd.GeoDataFrame(
        {
            "lokaalid": [f"G0599.{name}{n}" for n in range(len(shapes))],
            "relatieve_hoogteligging": levels,
            "bgt_status": "bestaand",
            **columns,
        },
        geometry=shapes,
        crs=28992,
    )
    frame.to_file(path, layer=name, driver="GPKG")


def write(folder: Path, tile: int) -> Path:
    """A road that goes down along two ramps into a tunnel under a field and a road, and a ditch in a pipe."""
    town = Town(
        folder, extra=f'[[source]]\nkind = "bgt"\npath = "bgt.gpkg"\n\n[build]\ntile = {tile}\n', bbox=None
    )
    points = town.points
    x, y = points["x"] - CORNER[0], points["y"] - CORNER[1]
    ramp = (y > 60) & (y < 68) & ((x < WEST) | (x > EAST)) & (x > 0) & (x < 180)
    to_mouth = np.maximum(np.where(x < WEST, WEST - x, x - EAST), 0)
    points.loc[ramp, "z"] = np.minimum(MOUTH + to_mouth * (GROUND - MOUTH) / 60, GROUND)[ramp]
    for ditch in (box(0, 40, 20, 44), box(30, 40, 50, 44)):
        points.loc[shapely.contains_xy(ditch, points["x"], points["y"]), ["z", "class"]] = [WATER, 9]
    town.write()
    path = folder / "bgt.gpkg"
    lane = "rijbaan lokale weg"
    layer(
        path,
        "wegdeel",
        [box(0, 60, 60, 68), box(120, 60, 180, 68), box(85, 60, 95, 68), box(60, 60, 120, 68)],
        [0, 0, 0, -1],
        bgt_functie=[lane] * 4,
    )
    layer(path, "tunneldeel", [box(60, 59, 120, 69)], [-1])
    layer(path, "waterdeel", [
        box(0, 40, 20, 44), box(30, 40, 50, 44), box(20, 40, 30, 44), box(100, 40, 110, 44),
    ], [0, 0, -1, -1])  # fmt: skip
    layer(path, "begroeidterreindeel", [
        box(60, 60, 85, 68), box(95, 60, 120, 68), box(0, 68, 180, 90), box(0, 44, 180, 60),
        box(20, 40, 30, 44), box(50, 40, 180, 44),
    ], [0] * 6)  # fmt: skip
    layer(path, "kunstwerkdeel", [line((150, 50), (150, 58))], [-1], bgt_type=["duiker"])
    layer(
        path,
        "spoor",
        [line((60, 64), (120, 64)), line((0, 80), (100, 80), (180, 86))],
        [-1, 0],
        bgt_functie=["tram", "trein"],
    )
    layer(path, "functioneelgebied", [box(0, 70, 60, 88)], [0])
    return town.settings


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("below")
    return build_town(write(folder / "bron", 500), folder / "twin").out


def shapes_of(twin: Path, name: str) -> dict[str, tuple[dict[str, Any], np.ndarray]]:
    """CityObject and vertices of the objects of a collection, by the number in their id."""
    start = f"NL.IMGeo.G0599.{name}"
    return {
        f["id"].removeprefix(start): (f["CityObjects"][f["id"]], xyz)
        for f, xyz in features(twin)
        if f["id"].startswith(start)
    }


def sources(twin: Path, name: str) -> list[str]:
    return list(read_collection(twin, name).sort_values("identificatie")["h_bron"])


def test_the_road_through_the_tunnel_goes_on_from_its_ramps(twin: Path) -> None:
    roads = shapes_of(twin, "wegdeel")
    ground = np.concatenate([roads["0"][1], roads["1"][1]])
    _, tunnel = roads["3"]
    for mouth in (WEST, EAST):
        own = {tuple(v) for v in np.round(tunnel[tunnel[:, 0] == CORNER[0] + mouth], 3).tolist()}
        ramp = {tuple(v) for v in np.round(ground[ground[:, 0] == CORNER[0] + mouth], 3).tolist()}
        assert len(own) >= 2
        assert own <= ramp
        assert [z for _, _, z in own] == pytest.approx([MOUTH] * len(own), abs=0.02)
    inner = tunnel[(tunnel[:, 0] > CORNER[0] + WEST + 5) & (tunnel[:, 0] < CORNER[0] + EAST - 5)]
    assert len(inner)
    assert inner[:, 2].max() < GROUND - 2.0
    assert inner[:, 2].min() >= GROUND - ROOF - HEADROOM - 0.01


def test_no_road_is_steeper_than_it_may_be_and_a_road_above_is_no_mouth(twin: Path) -> None:
    road, xyz = shapes_of(twin, "wegdeel")["3"]
    corners = xyz[np.array([ring for (ring,) in road["geometry"][0]["boundaries"]])]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    slope = np.hypot(normal[:, 0], normal[:, 1]) / normal[:, 2]
    inside = np.abs(corners[:, :, 0].mean(axis=1) - CORNER[0] - 90) < 24
    assert (normal[:, 2] > 0).all()
    assert slope[inside].max() < STEEPEST + 0.03
    under = np.abs(corners[:, :, 0].mean(axis=1) - CORNER[0] - 90) < 12
    assert corners[under, :, 2].max() < GROUND - 3.5


def test_the_tunnel_is_a_solid_around_its_road_and_below_the_ground(twin: Path) -> None:
    tunnel, xyz = shapes_of(twin, "tunneldeel")["0"]
    assert tunnel["type"] == "Tunnel"
    assert [g["type"] for g in tunnel["geometry"]] == ["Solid"]
    assert xyz[:, 2].max() == pytest.approx(GROUND - ROOF, abs=0.05)
    _, road = shapes_of(twin, "wegdeel")["3"]
    assert xyz[:, 2].min() < road[:, 2].min() < xyz[:, 2].max()
    table = read_collection(twin, "tunneldeel")
    assert table["h_object_bron"].tolist() == ["aangenomen naar de soort"]
    assert 2.5 < table["h_object"].iloc[0] <= HEADROOM


def faces(shape: tuple[dict[str, Any], np.ndarray], kind: str) -> np.ndarray:
    """Corners of the faces ``(N, K, 3)`` of a CityObject that are of a kind."""
    found, xyz = shape[0]["geometry"][0], shape[1]
    boundaries, values = found["boundaries"], found["semantics"]["values"]
    if found["type"] == "Solid":
        (boundaries,), (values,) = boundaries, values
    kinds = [s["type"] for s in found["semantics"]["surfaces"]]
    chosen = zip(boundaries, values, strict=True)
    return np.array([xyz[ring] for (ring,), v in chosen if v is not None and kinds[v] == kind])


def test_the_tunnel_is_open_at_both_mouths_and_so_is_the_ground_over_it(twin: Path) -> None:
    tunnel = faces(shapes_of(twin, "tunneldeel")["0"], "ClosureSurface")
    assert sorted(np.unique(tunnel[:, :, 0]) - CORNER[0]) == [WEST, EAST]
    assert len(faces(shapes_of(twin, "tunneldeel")["0"], "WallSurface")) > 4
    grounds = shapes_of(twin, "begroeidterreindeel")
    for number, mouth in (("0", WEST), ("1", EAST)):
        hole = faces(grounds[number], "ClosureSurface")
        assert hole.shape == (2, 3, 3)
        assert np.abs(hole[:, :, 0] - CORNER[0] - mouth).max() < 0.03
        assert hole[:, :, 2].min() == pytest.approx(MOUTH, abs=0.02)
        assert hole[:, :, 2].max() == pytest.approx(GROUND - ROOF, abs=0.05)
    assert "semantics" not in grounds["2"][0]["geometry"][0]


def test_nothing_is_drawn_in_a_mouth_and_the_tunnel_from_inside_too(twin: Path) -> None:
    x, y = CORNER[0] + WEST, CORNER[1] + 64
    road = np.array([x, y, MOUTH + 2.0])
    seen = {}
    for theme in ("groen", "brug"):
        with np.load(next((twin / ".work" / "meshes" / theme).glob("*.npz"))) as arrays:
            corners = arrays["detail_xyz"][arrays["detail_triangles"]]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        upright = np.abs(normal[:, 0]) > 10 * np.abs(normal[:, 2])
        across = upright & (np.abs(corners[:, :, 0] - x) < 0.1).all(axis=1)
        yz = shapely.polygons(corners[across][:, :, 1:])
        assert not shapely.intersects(yz, shapely.Point(road[1:])).any(), theme
        seen[theme] = shapely.intersects(yz, shapely.Point(y, GROUND - ROOF / 2)).sum()
        if theme == "brug":
            side = (np.abs(corners[:, :, 1] - y - 5) < 0.01).all(axis=1)
            assert (normal[side, 1] > 0).sum() == (normal[side, 1] < 0).sum() > 0
    assert seen["groen"] >= 1, "the ground over the lintel"


def test_it_is_valid_by_the_official_schemas(
    twin: Path, validators: tuple[Draft7Validator, Draft7Validator]
) -> None:
    _, of_feature = validators
    (path,) = (twin / "cityjson").glob("*.jsonl")
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        assert [e.message for e in of_feature.iter_errors(json.loads(line))] == []


def test_all_of_it_says_that_its_height_is_assumed(twin: Path) -> None:
    assert sources(twin, "wegdeel")[3] == BELOW
    assert sources(twin, "tunneldeel") == [BELOW]
    assert sources(twin, "kunstwerkdeel") == [BELOW]
    assert (
        read_collection(twin, "wegdeel").set_index("identificatie").loc["G0599.wegdeel3", "h_gemeten"]
        is pd.NA
    )


def test_water_in_a_pipe_lies_as_that_which_it_joins_or_a_metre_deep(twin: Path) -> None:
    waters = shapes_of(twin, "waterdeel")
    assert set(waters["2"][1][:, 2]) == {WATER}
    assert waters["3"][1][:, 2] == pytest.approx(np.full(4, GROUND - 1.0), abs=0.02)
    assert sources(twin, "waterdeel")[2:] == ["peil van het aangrenzende water", BELOW]
    (pipe,) = shapes_of(twin, "kunstwerkdeel").values()
    assert pipe[1][:, 2].min() == pytest.approx(GROUND - 1.0, abs=0.02)


def test_tracks_are_ribbons_on_the_ground_and_on_the_floor_of_the_tunnel(twin: Path) -> None:
    rails = shapes_of(twin, "spoor")
    assert {o["type"] for o, _ in rails.values()} == {"Railway"}
    assert [[g["type"] for g in o["geometry"]] for o, _ in rails.values()] == [
        ["MultiSurface", "MultiLineString"]
    ] * 2
    _, open_air = rails["1"]
    assert open_air[:, 2] == pytest.approx(np.full(len(open_air), GROUND + 0.15), abs=0.02)
    near = open_air[open_air[:, 0] < CORNER[0] + 90]
    assert sorted(set(np.round(near[:, 1] - CORNER[1], 3))) == [78.75, 80.0, 81.25]
    assert len(near) > 2 * 90 / 5, "a ribbon follows the ground every five metres"
    _, tram = rails["0"]
    middle = tram[np.abs(tram[:, 0] - CORNER[0] - 90) < 20]
    assert middle[:, 2].max() < GROUND - 3.5
    assert np.ptp(middle[:, 1]) == pytest.approx(1.5)
    assert sources(twin, "spoor") == [BELOW, "maaiveldpunten van het AHN"]


def test_a_functional_area_has_a_surface_but_is_not_drawn_over_the_ground(twin: Path) -> None:
    (area,) = shapes_of(twin, "functioneelgebied").values()
    assert area[0]["type"] == "LandUse"
    assert area[0]["geometry"][0]["type"] == "MultiSurface"
    drawn = pd.concat([pd.read_parquet(p) for p in (twin / ".work" / "meshes").glob("*/*.parquet")])
    assert "functioneelgebied" not in set(drawn["collection"])
    assert {"spoor", "tunneldeel", "waterdeel"} <= set(drawn["collection"])


def test_it_passes_every_check(twin: Path) -> None:
    assert check_twin(twin, Silence()).findings == []
    assert [check_sequence(p) for p in sorted((twin / "cityjson").glob("*.jsonl"))] == [[]]


@pytest.mark.parametrize(
    ("name", "by", "words"),
    [
        ("wegdeel3", -30.0, "m below the ground, on level -1"),
        ("tunneldeel0", -30.0, "m below the ground, on level -1"),
        ("waterdeel3", -30.0, "m below the ground, on level -1"),
        ("wegdeel3", 25.0, "m above the ground, on level -1"),
    ],
)
def test_what_lies_deeper_than_its_level_is_found(
    twin: Path, tmp_path: Path, name: str, by: float, words: str
) -> None:
    spoiled = Path(shutil.copytree(twin, tmp_path / "twin", ignore=shutil.ignore_patterns(".work")))
    (path,) = (spoiled / "cityjson").glob("*.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        feature = json.loads(line)
        if feature.get("id") == f"NL.IMGeo.G0599.{name}":
            for vertex in feature["vertices"]:
                vertex[2] += round(by / json.loads(lines[0])["transform"]["scale"][2])
            lines[number] = json.dumps(feature)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found(spoiled, name, words, check="depths")


def test_it_is_the_same_when_the_mouths_lie_in_other_tiles(twin: Path, tmp_path: Path) -> None:
    cut = build_town(write(tmp_path / "bron", 100), tmp_path / "twin").out
    assert len(list((cut / "cityjson").glob("*.jsonl"))) == 2
    for name in ("wegdeel", "tunneldeel", "waterdeel", "spoor"):
        one, other = shapes_of(twin, name), shapes_of(cut, name)
        assert one.keys() == other.keys()
        for number, (_, xyz) in one.items():
            found = {tuple(v) for v in np.round(other[number][1], 3).tolist()}
            assert found == {tuple(v) for v in np.round(xyz, 3).tolist()}, (name, number)
