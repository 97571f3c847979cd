"""Variants on the built sample municipality, against its tables as another program reads them."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pytest
import shapely
import trimesh

from tests.api.town import PANDEN, write_twin
from tests.end_to_end.twins import read_collection
from tests.geometry.solids import solids_of_cityjson
from twin.errors import StoreError
from twin.geometry.measure import volume
from twin.geometry.ragged import sums
from twin.geometry.select import weld
from twin.geometry.validity import check
from twin.planning import Planner
from twin.planning.facades import facades
from twin.planning.models import city_json, frame_of, glb
from twin.planning.sheet import sheet
from twin.planning.tile import read_tile
from twin.scenario import Evaluation, Town, Variant, evaluate, read_variant
from twin.store import Layout


@pytest.fixture(scope="module")
def panden(sample_twin: Path) -> gpd.GeoDataFrame:
    return read_collection(sample_twin, "pand").set_index("identificatie")


@pytest.fixture(scope="module")
def planner(sample_twin: Path) -> Planner:
    return Planner.open(Layout(sample_twin), "intern")


@pytest.fixture(scope="module")
def home(panden: gpd.GeoDataFrame) -> Any:
    """A pand with dwellings, a volume and a value."""
    chosen = panden[
        (panden["gebruiksdoel"] == "woonfunctie")
        & panden["volume_lod22"].notna()
        & panden["woz_waarde"].notna()
    ]
    return chosen.iloc[0]


def plan(home: Any, *edits: dict[str, Any]) -> Variant:
    listed = [{"id": f"e{i}", **edit} for i, edit in enumerate(edits)]
    return read_variant({"type": "gemeentetwin-variant", "version": 1, "title": "Plan", "edits": listed})


@pytest.fixture(scope="module")
def busy(planner: Planner, panden: gpd.GeoDataFrame, home: Any) -> tuple[Variant, Town, Evaluation]:
    """A variant with one of each that has a shape afterwards."""
    others = panden[panden["volume_lod22"].notna() & (panden.index != home.name)].index
    x, y = (float(v) for v in home.geometry.centroid.coords[0])
    ring = [(x + 60, y + 60), (x + 80, y + 60), (x + 80, y + 70), (x + 60, y + 70)]
    mesh = {"vertices": [(0, 0, 0), (9, 0, 0), (0, 9, 9)], "triangles": [(0, 1, 2)]}
    variant = plan(
        home,
        {"kind": "demolish", "pand": home.name},
        {
            "kind": "add",
            "rings": [ring],
            "height": 6,
            "roof": {"form": "gable", "ridge": 9},
            "label": "<Nieuw>",
        },
        {"kind": "raise", "pand": others[0], "height": 3},
        {"kind": "move", "pand": others[1], "dx": 3, "rotation": 10},
        {"kind": "import", "position": (x, y), "mesh": mesh},
    )
    town = planner.town(variant)
    return variant, town, evaluate(variant, town, internal=True)


def test_columns_are_those_of_the_tables(
    planner: Planner, panden: gpd.GeoDataFrame, sample_twin: Path, home: Any
) -> None:
    town = planner.town(plan(home, {"kind": "demolish", "pand": home.name}))
    ids = [str(i) for i in town.panden.ids]
    assert len(set(ids)) == len(ids) > 10
    table = panden.loc[ids]
    assert np.array_equal(town.panden.woz, table["woz_waarde"].to_numpy(np.float64), equal_nan=True)
    units = read_collection(sample_twin, "verblijfsobject")
    units = units[units["verblijfsobject_status"] != "Verblijfsobject gevormd"]
    uses = units["gebruiksdoel_verblijfsobject"]
    homes = units[["woonfunctie" in (() if of is None else list(of)) for of in uses]]
    units = units.assign(share=units["oppervlakte"] / units["pand_ids"].str.len()).explode("pand_ids")
    usable = units.groupby("pand_ids")["share"].sum().reindex(ids).fillna(0)
    assert town.panden.usable.tolist() == pytest.approx(usable.tolist())
    # the table counts those that are still to come as well
    told = np.nan_to_num(table["oppervlakte_verblijfsobjecten"].to_numpy(np.float64))
    assert 0 < (told - town.panden.usable > 1).sum() < 10
    homes = homes.assign(share=1 / homes["pand_ids"].str.len()).explode("pand_ids")
    expected = homes.groupby("pand_ids")["share"].sum().reindex(ids).fillna(0)
    assert town.panden.dwellings.tolist() == pytest.approx(expected.tolist())
    assert town.panden.dwellings.sum() > 5
    assert (town.panden.buurt >= 0).mean() > 0.9
    assert len(town.green) + len(town.gardens) > 0
    assert abs(town.convergence) < 2
    assert 50 < town.lonlat[1] < 54


def test_only_units_in_use_are_dwellings_and_floor(tmp_path: Path) -> None:
    """Of three units one is planned; of five one stands empty for good, and one has no known status."""
    part = read_tile(Layout(write_twin(tmp_path)), "084500_447000", internal=False)
    first = part.ids.tolist().index(PANDEN[0])
    assert (part.dwellings[first], part.usable[first]) == (2, 50 + 52)
    other = read_tile(Layout(tmp_path), "085000_447000", internal=False)
    second = other.ids.tolist().index(PANDEN[1])
    assert (other.dwellings[second], other.usable[second]) == (4, 53 + 55 + 56 + 57)


def test_solids_have_the_volume_of_the_table(planner: Planner, panden: gpd.GeoDataFrame, home: Any) -> None:
    town = planner.town(plan(home, {"kind": "demolish", "pand": home.name}))
    got = sums(town.owner, volume(town.shells), len(town.panden))
    told = panden.loc[[str(i) for i in town.panden.ids], "volume_lod22"].to_numpy(np.float64)
    known = np.isfinite(told)
    assert known.sum() > 10
    assert np.allclose(got[known], told[known], rtol=0.002, atol=0.6)


def test_demolishing_takes_away_what_the_table_says_of_the_pand(planner: Planner, home: Any) -> None:
    variant = plan(home, {"kind": "demolish", "pand": home.name})
    found = evaluate(variant, planner.town(variant), internal=True)
    change = {i.definition.id: i.before - i.after for i in found.indicators}
    assert found.area.kind == "buurten"
    assert change["volume"] == pytest.approx(home["volume_lod22"], abs=0.6)
    assert change["floor_area"] == pytest.approx(1.25 * home["oppervlakte_verblijfsobjecten"])
    assert change["woz"] == home["woz_waarde"]
    assert change["footprint"] == pytest.approx(home["opp_grond"], abs=0.1)


def test_who_may_not_see_woz_never_has_it_read(sample_twin: Path, home: Any) -> None:
    public = Planner.open(Layout(sample_twin))
    variant = plan(home, {"kind": "demolish", "pand": home.name})
    assert public.town(variant).panden.woz is None
    # even if the caller asks for it
    woz = [
        i for i in evaluate(variant, public.town(variant), internal=True).indicators if i.definition.internal
    ]
    assert all(math.isnan(i.before) for i in woz)


def test_a_twin_is_read_once(planner: Planner, home: Any) -> None:
    variant = plan(home, {"kind": "demolish", "pand": home.name})
    assert planner.town(variant) is planner.town(variant)


@pytest.mark.parametrize("edits", [[], [{"kind": "demolish", "pand": "gone"}]])
def test_variants_of_nothing(planner: Planner, home: Any, edits: list[dict[str, Any]]) -> None:
    variant = plan(home, *edits)
    found = evaluate(variant, planner.town(variant), sun=True)
    assert [v.verdict.level for v in found.verdicts] == ["error"] * len(edits)
    assert orjson.loads(orjson.dumps(found.as_json()))["area"]["m2"] == 0


def test_no_twin_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no twin here"):
        Planner.open(Layout(tmp_path))


def test_cityjson_holds_valid_solids_where_they_stand(
    planner: Planner, busy: tuple[Variant, Town, Evaluation]
) -> None:
    variant, _, evaluation = busy
    objects = evaluation.outcome.objects
    city = orjson.loads(city_json(variant, evaluation, planner))
    assert (city["type"], city["version"]) == ("CityJSON", "2.0")
    assert city["metadata"]["referenceSystem"].endswith("7415")
    roots = {k: o for k, o in city["CityObjects"].items() if "parents" not in o}
    assert set(roots) == {f"variant-{e}" for e in objects.edit}
    assert roots["variant-e1"]["attributes"]["label"] == "<Nieuw>"
    kinds = {g["type"] for g in roots["variant-e4"]["geometry"]}
    assert kinds == {"MultiSurface"}
    solids = {k: o for k, o in city["CityObjects"].items() if k != "variant-e4"}
    shells, _ = solids_of_cityjson(city | {"CityObjects": solids}, "2")
    assert len(shells) == objects.closed[objects.owner].sum()
    defects = check(weld(shells))
    assert defects.valid.all(), defects
    assert volume(shells).sum() == pytest.approx(np.nansum(objects.volume), rel=1e-3)
    low = objects.shells.xyz.min(axis=0)
    xyz = np.array(city["vertices"]) * city["transform"]["scale"] + city["transform"]["translate"]
    assert xyz.min(axis=0) == pytest.approx(low, abs=0.002)


def test_glb_is_read_back_in_the_frame_of_the_tiles(
    planner: Planner, busy: tuple[Variant, Town, Evaluation]
) -> None:
    _, _, evaluation = busy
    objects = evaluation.outcome.objects
    data = glb(evaluation, planner, "Plan")
    scene = trimesh.load(trimesh.util.wrap_as_stream(data), file_type="glb", process=False)
    bounds = scene.bounds
    local = frame_of(planner).to_local(planner.rdnap.to_ecef(objects.shells.xyz))
    size = local.max(axis=0) - local.min(axis=0)
    # glTF has y up: east, up, south
    assert np.sort(bounds[1] - bounds[0]) == pytest.approx(np.sort(size), abs=0.05)
    content = orjson.loads(data[20 : 20 + int.from_bytes(data[12:16], "little")])
    assert content["asset"]["version"] == "2.0"
    assert b"e1" in data


def test_of_no_objects_the_models_are_empty_but_whole(planner: Planner, home: Any) -> None:
    variant = plan(home, {"kind": "demolish", "pand": home.name})
    evaluation = evaluate(variant, planner.town(variant))
    assert orjson.loads(city_json(variant, evaluation, planner))["CityObjects"] == {}
    assert glb(evaluation, planner, "Plan")[:4] == b"glTF"


def test_where_a_pand_went_the_ground_is_bare(planner: Planner, home: Any) -> None:
    variant = plan(home, {"kind": "demolish", "pand": home.name})
    town = planner.town(variant)
    evaluation = evaluate(variant, town)
    data = glb(evaluation, planner, "Plan", town)
    found = trimesh.load(trimesh.util.wrap_as_stream(data), file_type="glb", process=False, force="mesh")
    # glTF has y up; the top of the slab is as large as the pand was on the ground, and lies on it
    top = found.triangles[found.face_normals[:, 1] > 0.9]
    area = np.linalg.norm(np.cross(top[:, 1] - top[:, 0], top[:, 2] - top[:, 0]), axis=1).sum() / 2
    assert area == pytest.approx(home.geometry.area, rel=0.01)
    x, y = home.geometry.centroid.coords[0]
    level = frame_of(planner).to_local(planner.rdnap.to_ecef(np.array([[x, y, home["h_maaiveld"]]])))[0, 2]
    assert top[:, :, 1].mean() == pytest.approx(level, abs=0.5)


def test_a_mass_far_outside_is_told_and_breaks_nothing(planner: Planner, home: Any) -> None:
    ring = [(10_000, 400_000), (10_020, 400_000), (10_020, 400_010)]
    variant = plan(home, {"kind": "add", "rings": [ring], "height": 6})
    found = evaluate(variant, planner.town(variant), sun=True)
    assert [str(v.verdict) for v in found.verdicts] == ["outside"]
    assert shapely.is_empty(found.area.shape)


def test_sun_hours_come_with_the_wall_they_are_of(
    planner: Planner, panden: gpd.GeoDataFrame, home: Any
) -> None:
    x, y = (float(v) for v in home.geometry.centroid.coords[0])
    tower = [(x + 10, y - 40), (x + 30, y - 40), (x + 30, y - 20), (x + 10, y - 20)]
    variant = plan(home, {"kind": "add", "rings": [tower], "height": 40})
    town = planner.town(variant)
    light = evaluate(variant, town, sun=True).daylight
    assert light is not None
    told = facades(light, town, planner)
    assert len(told) == len(light.pand) > 20
    assert any(f["light"][1] < f["light"][0] for f in told)
    frame = frame_of(planner)
    for facade, at, area in zip(told, light.at, light.area, strict=True):
        ring = np.array(facade["ring"])
        normal = np.cross(ring - ring[0], np.roll(ring, -1, axis=0) - ring[0]).sum(axis=0) / 2
        # walls stand upright, without holes
        assert abs(normal[2]) < 0.05 * np.linalg.norm(normal)
        assert np.linalg.norm(normal) == pytest.approx(area, rel=1e-3)
        middle = frame.to_local(planner.rdnap.to_ecef(at[None]))[0]
        assert np.linalg.norm((ring.min(axis=0) + ring.max(axis=0)) / 2 - middle) < 0.2
        # on the wall of the pand that it says
        assert shapely.distance(panden.geometry[facade["pand"]], shapely.Point(at[:2])) < 0.5


def test_trees_are_those_of_the_tables(planner: Planner, home: Any, sample_twin: Path) -> None:
    trees = planner.town(plan(home, {"kind": "demolish", "pand": home.name})).trees
    plants = read_collection(sample_twin, "vegetatieobject").set_index("identificatie")
    known = plants.loc[trees.ids.tolist()]
    assert len(trees) == (plants["plus_type"] == "boom").sum() > 50
    assert np.array_equal(trees.height, known["h_object"].to_numpy(), equal_nan=True)
    assert np.array_equal(trees.radius, known["kroonstraal"].to_numpy(), equal_nan=True)
    assert (shapely.get_coordinates(trees.place) == shapely.get_coordinates(known.geometry)).all()


def test_a_felled_tree_is_named_and_stands_in_the_plan(planner: Planner, home: Any) -> None:
    trees = planner.town(plan(home, {"kind": "demolish", "pand": home.name})).trees
    row = int(np.nanargmax(trees.height))
    corners = shapely.get_coordinates(shapely.buffer(trees.place[row], 4, cap_style="square"))[:-1].tolist()
    block = plan(home, {"kind": "add", "rings": [corners], "height": 6, "floors": 2})
    town = planner.town(block)
    found = evaluate(block, town)
    assert str(trees.ids[row]) in found.as_json()["trees"]
    drawn = sheet(block, found, town, planner, dt.date(2026, 11, 27)).decode()
    crowns = drawn.split("</defs>")[1].count("<circle") - 1  # one is of the legend
    assert crowns == len(found.felled)
    assert "Bomen op deze plek: " in drawn
    assert "blad gemaakt 27 november 2026" in drawn
