"""The ground put together again from its files: real Delft against points, the sample against its truth."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from jsonschema import Draft7Validator

from ingest.ahn import PointStore
from ingest.sample.terrain import WATER_LEVEL
from tests.conftest import Sample
from tests.end_to_end.surfaces import flat_area, ground_triangles, heights, open_edges, true_height
from tests.end_to_end.twins import features, read_collection, solids
from twin.build import BuildSummary, Silence, build
from twin.cityjson import check_sequence
from twin.settings import load

COLLECTIONS = (
    "pand", "wegdeel", "ondersteunendwegdeel", "waterdeel", "begroeidterreindeel", "onbegroeidterreindeel",
    "scheiding", "kunstwerkdeel",
)  # fmt: skip
GREEN = ("begroeidterreindeel", "onbegroeidterreindeel")
GROUND_TYPES = {"Building", "BuildingPart", "Road", "TransportSquare", "WaterBody", "PlantCover", "LandUse"}
TYPES = {
    "delft": GROUND_TYPES | {"Bridge", "OtherConstruction", "SolitaryVegetationObject"},
    "sample_twin": GROUND_TYPES | {"SolitaryVegetationObject", "CityFurniture"},
}
PLANNED = ("Bouwvergunning verleend", "Bouw gestart")


def outlines(twin: Path) -> gpd.GeoDataFrame:
    """Areas of level 0 as the tables have them."""
    frames = [read_collection(twin, n) for n in COLLECTIONS if (twin / "objects" / n).is_dir()]
    table = pd.concat(frames)
    table = table[table["relatieve_hoogteligging"].fillna(0) == 0]
    if "pand_status" in table:
        table = table[~table["pand_status"].isin(PLANNED)]
    return table[table.geom_type.isin(["Polygon", "MultiPolygon"])]


def is_closed(triangles: pd.DataFrame, areas: gpd.GeoDataFrame) -> bool:
    """Every edge has a triangle on either side, but for those on the border of the area."""
    edges = open_edges(triangles)
    border = shapely.boundary(shapely.union_all(areas.geometry.to_numpy()))
    middle = shapely.points(edges[:, :, :2].mean(axis=1))
    return bool((shapely.distance(middle, border) < 0.002).all())


@pytest.fixture(scope="module")
def delft(delft_summary: BuildSummary) -> Path:
    return delft_summary.out


@pytest.fixture(scope="module")
def delft_ground(delft: Path) -> pd.DataFrame:
    return ground_triangles(delft, [n for n in COLLECTIONS if n != "ondersteunendwegdeel"])


@pytest.fixture(scope="module")
def delft_points(delft: Path) -> tuple[np.ndarray, np.ndarray]:
    points = PointStore.open(delft / ".work" / "points").read((84700.0, 447300.0, 85200.0, 447700.0))
    return points.xyz, points.classification


def test_delft_is_one_closed_surface(delft: Path, delft_ground: pd.DataFrame) -> None:
    areas = outlines(delft)
    assert set(delft_ground["id"]) == set(areas["identificatie"].map(lambda i: _object_id(i)))
    assert is_closed(delft_ground, areas)


def _object_id(identificatie: str) -> str:
    return ("NL.IMBAG.Pand." if identificatie.isdigit() else "NL.IMGeo.") + identificatie


def test_delft_keeps_the_area_of_every_object(delft: Path, delft_ground: pd.DataFrame) -> None:
    areas = outlines(delft)
    made = flat_area(delft_ground)
    given = pd.Series(areas.area.to_numpy(), index=areas["identificatie"].map(_object_id))
    given = given.loc[made.index]
    print(f"area of level 0: {made.sum():.3f} of {given.sum():.3f} m2")
    assert made.sum() == pytest.approx(given.sum(), rel=1e-5)
    # Each is within 0.1 %, or what a rounded millimetre along the border of a small one makes.
    assert ((made - given).abs() < 1e-3 * given + 0.01).all()


def shorten(content: dict[str, Any], most: int = 8) -> None:
    """Leave some surfaces and vertices of many: thousands of the same make a schema slow, no stricter."""
    del content["vertices"][most:]
    for member in content["CityObjects"].values():
        for geometry in member.get("geometry", ()):
            solid = geometry["type"] == "Solid"
            for shell in geometry["boundaries"] if solid else [geometry["boundaries"]]:
                del shell[most:]
            values = geometry.get("semantics", {}).get("values", [])
            for shell in values if solid else [values]:
                del shell[most:]


@pytest.mark.parametrize("name", ["delft", "sample_twin"])
def test_every_object_is_valid_by_the_official_schemas(
    name: str, request: pytest.FixtureRequest, validators: tuple[Draft7Validator, Draft7Validator]
) -> None:
    twin: Path = request.getfixturevalue(name)
    whole, feature = validators
    types: set[str] = set()
    for path in sorted((twin / "cityjson").glob("*.city.jsonl")):
        header, *lines = path.read_bytes().splitlines()
        assert [e.message for e in whole.iter_errors(orjson.loads(header))] == []
        assert check_sequence(path) == []
        for content in map(orjson.loads, lines):
            shorten(content)
            assert [e.message for e in feature.iter_errors(content)] == [], content["id"]
            types |= {o["type"] for o in content["CityObjects"].values()}
    assert types >= TYPES[name]


@pytest.mark.parametrize("name", ["delft", "sample_twin"])
def test_no_pand_hangs_in_the_air(name: str, request: pytest.FixtureRequest) -> None:
    twin: Path = request.getfixturevalue(name)
    lowest = {
        feature["id"].removeprefix("NL.IMBAG.Pand."): min(
            xyz[v, 2]
            for g in feature["CityObjects"][feature["id"]]["geometry"]
            for surface in g["boundaries"]
            for ring in surface
            for v in ring
        )
        for feature, xyz in features(twin)
        if feature["CityObjects"][feature["id"]]["type"] == "Building"
    }
    compared = 0
    for lod in ("1.2", "1.3", "2.2"):
        for pand, geometry, xyz in solids(twin, lod):
            corners = {v for surface in geometry["boundaries"][0] for ring in surface for v in ring}
            assert xyz[sorted(corners), 2].min() <= lowest[pand] + 1e-9, (pand, lod)
            compared += 1
    assert compared > 200


def test_the_ground_of_delft_goes_through_its_points(
    delft_ground: pd.DataFrame, delft_points: tuple[np.ndarray, np.ndarray]
) -> None:
    xyz, classification = delft_points
    ground = xyz[classification == 2]
    for names, most in ((("wegdeel",), 0.08), (GREEN, 0.15)):
        own = delft_ground[delft_ground["collection"].isin(names)]
        off = ground[:, 2] - heights(own, ground[:, :2])
        off = off[np.isfinite(off)]
        rmse = float(np.sqrt(np.mean(off**2)))
        print(
            f"{names}: RMSE {rmse:.3f} m over {len(off)} ground points, median {np.median(np.abs(off)):.3f} m"
        )
        assert len(off) > 50_000
        assert rmse < most


def test_the_water_of_delft_is_flat_and_no_land_beside_it_lies_lower(delft_ground: pd.DataFrame) -> None:
    water = delft_ground[delft_ground["collection"] == "waterdeel"]
    corners = np.stack(delft_ground.loc[delft_ground["collection"] != "waterdeel", "xyz"].to_list()).reshape(
        -1, 3
    )
    land = pd.DataFrame(np.round(corners, 3), columns=["x", "y", "z"]).groupby(["x", "y"])["z"].min()
    for _, own in water.groupby("id"):
        flat = np.stack(own.loc[~own["upright"], "xyz"].to_list()).reshape(-1, 3)
        assert np.ptp(flat[:, 2]) == 0
        shore = land.reindex(pd.MultiIndex.from_arrays(np.round(flat[:, :2], 3).T)).dropna()
        assert len(shore) > 10
        assert shore.min() >= flat[0, 2] - 1e-9


def test_the_bridges_of_delft_lie_on_the_points_of_their_decks(
    delft: Path, delft_points: tuple[np.ndarray, np.ndarray]
) -> None:
    xyz, classification = delft_points
    civil = xyz[classification == 26]
    bridges = [(f, v) for f, v in features(delft) if f["CityObjects"][f["id"]]["type"] == "Bridge"]
    assert len(bridges) == 3
    for feature, vertices in bridges:
        (geometry,) = feature["CityObjects"][feature["id"]]["geometry"]
        assert geometry["type"] == "Solid"
        kinds = [s["type"] for s in geometry["semantics"]["surfaces"]]
        roof = [
            vertices[surface[0]]
            for surface, value in zip(
                geometry["boundaries"][0], geometry["semantics"]["values"][0], strict=True
            )
            if kinds[value] == "RoofSurface"
        ]
        off = civil[:, 2] - heights(pd.DataFrame({"xyz": roof, "upright": False}), civil[:, :2])
        off = off[np.isfinite(off)]
        print(f"{feature['id']}: median {np.median(np.abs(off)):.3f} m over {len(off)} points")
        assert len(off) > 300
        assert np.median(np.abs(off)) < 0.10


@pytest.fixture(scope="module")
def sample_ground(sample_twin: Path) -> pd.DataFrame:
    return ground_triangles(sample_twin, [n for n in COLLECTIONS if (sample_twin / "objects" / n).is_dir()])


def test_the_sample_is_one_closed_surface(sample_twin: Path, sample_ground: pd.DataFrame) -> None:
    areas = outlines(sample_twin)
    assert is_closed(sample_ground, areas)
    assert flat_area(sample_ground).sum() == pytest.approx(areas.area.sum(), rel=1e-6)


def test_the_terrain_of_the_sample_is_the_true_one(
    sample_ground: pd.DataFrame, sample_registers: Sample
) -> None:
    truth = pd.read_parquet(sample_registers.town.truth_ground)
    xy = np.random.default_rng(1).uniform(truth[["x", "y"]].min(), truth[["x", "y"]].max(), (40_000, 2))
    land = sample_ground[~sample_ground["collection"].isin(["waterdeel", "pand"])]
    off = heights(land, xy) - true_height(truth, xy)
    off = off[np.isfinite(off)]
    rmse = float(np.sqrt(np.mean(off**2)))
    print(f"simulated terrain: RMSE {rmse:.3f} m over {len(off)} places")
    assert len(off) > 10_000
    assert rmse < 0.10


def test_the_water_of_the_sample_lies_at_its_level(sample_twin: Path, sample_ground: pd.DataFrame) -> None:
    table = read_collection(sample_twin, "waterdeel").set_index("identificatie")
    measured = table[table["h_bron"].isin(["waterpunten van het AHN", "peil van het aangrenzende water"])]
    assert len(measured) > 0.5 * len(table)
    flat = sample_ground[(sample_ground["collection"] == "waterdeel") & ~sample_ground["upright"]]
    for object_id, own in flat.groupby("id"):
        z = np.stack(own["xyz"].to_list())[:, :, 2]
        assert np.ptp(z) == 0
        if (name := str(object_id).removeprefix("NL.IMGeo.")) in measured.index:
            assert min(abs(z[0, 0] - level) for level in WATER_LEVEL.values()) < 0.02, name


def test_tiles_fit_together_however_they_are_cut(
    sample_registers: Sample, sample_twin: Path, sample_ground: pd.DataFrame, tmp_path: Path
) -> None:
    """The same triangles, to the millimetre, from tiles of another size."""
    given = load(sample_registers.settings)
    cut = given.model_copy(update={"build": given.build.model_copy(update={"tile": 130.0})})
    with ThreadPoolExecutor(1) as executor:
        other = build(cut, tmp_path / "twin", executor, Silence())
    assert other.tiles > 4
    again = ground_triangles(other.out, sorted(set(sample_ground["collection"])))
    assert _as_sets(again) == _as_sets(sample_ground)


def _as_sets(triangles: pd.DataFrame) -> dict[str, set[frozenset[tuple[int, ...]]]]:
    mm = np.rint(np.stack(triangles["xyz"].to_list()) * 1000).astype(np.int64).tolist()
    result: dict[str, set[frozenset[tuple[int, ...]]]] = {}
    for name, corners in zip(triangles["id"], mm, strict=True):
        result.setdefault(name, set()).add(frozenset(map(tuple, corners)))
    return result
