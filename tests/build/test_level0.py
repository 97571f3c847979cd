"""Bad registers make a ground all the same: what overlaps, repeats, gapes or was never measured is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from ingest.ahn import PointStore
from tests.build.towns import AREA, CORNER, write_laz
from twin.build import Silence
from twin.build.city import City
from twin.build.level0 import COVERED, level0
from twin.build.registers import Registers
from twin.build.survey import survey
from twin.ground import HeightSource
from twin.store.layout import tile_names


def box(x0: float, y0: float, x1: float, y1: float) -> Any:
    return shapely.box(CORNER[0] + x0, CORNER[1] + y0, CORNER[0] + x1, CORNER[1] + y1)


def surfaces(
    name: str, shapes: list[Any], level: int | list[int] = 0, tile: float = 100.0
) -> gpd.GeoDataFrame:
    places = shapely.get_coordinates(shapely.point_on_surface(np.array(shapes, dtype=object)))
    return gpd.GeoDataFrame(
        {
            "identificatie": [f"{name}{n}" for n in range(len(shapes))],
            "relatieve_hoogteligging": level,
            "tile": tile_names(places, tile),
        },
        geometry=shapes,
        crs=28992,
    )


def made(**collections: gpd.GeoDataFrame) -> tuple[City, dict[str, Any]]:
    city = City(collections=dict(collections))
    with ThreadPoolExecutor(1) as executor:
        return city, level0(city, Registers(), executor, Silence())


def test_duplicates_and_what_lies_within_others_are_in_the_ledger_by_name() -> None:
    roads = surfaces("wegdeel", [box(0, 0, 50, 10), box(0, 0, 50, 10)])
    green = surfaces("begroeidterreindeel", [box(0, 10, 50, 40), box(10, 2, 20, 8)])
    city, tiles = made(wegdeel=roads, begroeidterreindeel=green)
    lines = city.ledger.reject_lines()
    assert set(lines["object_id"]) == {"wegdeel1", "begroeidterreindeel1"}
    assert set(lines["reason"]) == {COVERED}
    (layer,) = tiles["100000_450000"].layers
    assert sorted(zip(layer.collection, layer.row, strict=True)) == [
        ("begroeidterreindeel", 0),
        ("wegdeel", 0),
    ]


def test_what_gives_way_is_marked() -> None:
    _, tiles = made(wegdeel=surfaces("wegdeel", [box(0, 0, 50, 10), box(40, 0, 90, 10)]))
    (layer,) = tiles["100000_450000"].layers
    assert layer.mended.tolist() == [False, True]


def test_one_polygon_across_all_tiles_belongs_to_one_and_its_neighbours_share_its_corners() -> None:
    lake = surfaces("waterdeel", [box(0, 0, 400, 30)])
    green = surfaces("begroeidterreindeel", [box(x, 30, x + 50, 60) for x in range(0, 400, 50)])
    _, tiles = made(waterdeel=lake, begroeidterreindeel=green)
    assert len(tiles) == 4
    of_lake = [layer for t in tiles.values() for layer in t.layers if "waterdeel" in layer.collection]
    assert len(of_lake) == 1
    layer = of_lake[0]
    part = np.repeat(
        np.arange(len(layer.cells)),
        np.diff(layer.cells.outline.ring_offsets[layer.cells.outline.part_offsets]),
    )
    own = layer.cells.outline.xy[layer.collection[layer.cells.surface[part]] == "waterdeel"]
    assert {round(x - CORNER[0]) for x in own[:, 0]} == set(range(0, 401, 50))


def test_levels_are_partitions_of_their_own_and_know_what_is_above() -> None:
    roads = surfaces("wegdeel", [box(0, 0, 90, 10), box(20, -20, 30, 30), box(40, -20, 50, 30)], [0, 1, 2])
    decks = surfaces("overbruggingsdeel", [box(19, -20, 31, 30)], 1)
    _, tiles = made(wegdeel=roads, overbruggingsdeel=decks)
    layers = {(layer.level, c): layer for t in tiles.values() for layer in t.layers for c in layer.collection}
    assert set(layers) == {(0, "wegdeel"), (1, "wegdeel"), (1, "overbruggingsdeel"), (2, "wegdeel")}
    assert layers[1, "overbruggingsdeel"].carries.tolist() == [True]
    assert len(layers[1, "wegdeel"].above) == 1
    assert len(layers[2, "wegdeel"].above) == 0


def test_what_is_below_the_ground_is_no_part_of_the_partition_above_it() -> None:
    roads = surfaces("wegdeel", [box(0, 0, 50, 10), box(0, 0, 50, 10)], [0, -1])
    tunnel = surfaces("tunneldeel", [box(0, -1, 50, 11)], -1)
    _, tiles = made(wegdeel=roads, tunneldeel=tunnel)
    (own,) = tiles.values()
    assert [(layer.level, layer.collection.tolist(), layer.mended.any()) for layer in own.layers] == [
        (0, ["wegdeel"], False), (-1, ["wegdeel"], False), (-1, ["tunneldeel"], False),
    ]  # fmt: skip
    road, around = (layer.depths for layer in own.layers[1:])
    # One body, as deep as its road needs, without a place where it comes out.
    assert road.clearance.tolist() == around.clearance.tolist() == [5.6]
    assert road.body.tolist() == around.body.tolist()
    assert len(road.joins) == 0


def test_a_pand_stands_where_the_bgt_has_it_and_not_where_it_is_only_planned() -> None:
    panden = surfaces("pand", [box(10, 10, 22, 20), box(30, 10, 40, 20)]).assign(
        identificatie=["0599100000000001", "0599100000000002"],
        pand_status=["Pand in gebruik", "Bouw gestart"],
    )
    bgt = gpd.GeoDataFrame(
        {
            "lokaalid": ["a"], "identificatie_bag_pnd": ["0599100000000001"], "relatieve_hoogteligging": [0],
        }, geometry=[box(11, 11, 21, 19)], crs=28992,
    )  # fmt: skip
    city = City(collections={"pand": panden})
    with ThreadPoolExecutor(1) as executor:
        tiles = level0(city, Registers(tables={"bgt/pand": bgt}), executor, Silence())
    (layer,) = tiles["100000_450000"].layers
    assert layer.row.tolist() == [0]
    assert np.ptp(layer.cells.outline.xy, axis=0).tolist() == [10, 8]


def store(folder: Path, waters: dict[tuple[float, ...], float], ground: float = 1.0) -> PointStore:
    """Ground points with waters ``{box: level}`` in it."""
    x, y = np.meshgrid(np.arange(AREA[0], AREA[2], 0.7), np.arange(AREA[1], AREA[3], 0.7))
    points = pd.DataFrame({"x": x.ravel(), "y": y.ravel(), "z": ground, "class": 2})
    for bounds, level in waters.items():
        inside = shapely.contains_xy(box(*bounds), points["x"], points["y"])
        points.loc[inside, "class"] = 9
        points.loc[inside, "z"] = level
    write_laz(folder / "a.laz", points)
    return PointStore.build([folder / "a.laz"], folder / "store")


def levels(
    folder: Path, points: dict[tuple[float, ...], float], shapes: list[Any], pairs: list[tuple[int, int]]
) -> Any:
    touching = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    with ThreadPoolExecutor(1) as executor:
        return survey(store(folder, points), np.array(shapes, dtype=object), touching, executor, Silence())


def test_waters_that_run_into_each_other_have_one_level_and_a_weir_keeps_two_apart(tmp_path: Path) -> None:
    one, two, three = (10, 10, 40, 30), (40, 10, 60, 30), (60, 10, 90, 30)
    found = levels(
        tmp_path,
        {one: -0.40, two: -0.44, three: -1.2},
        [box(*b) for b in (one, two, three)],
        [(0, 1), (1, 2)],
    )
    assert found.level[0] == found.level[1] == pytest.approx(-0.40)
    assert found.level[2] == pytest.approx(-1.2)
    assert set(found.source) == {HeightSource.WATER}


def test_water_that_was_not_seen_lies_as_its_neighbour_or_at_its_lowest_bank(tmp_path: Path) -> None:
    seen = (10, 10, 40, 30)
    shapes = [box(*seen), box(40, 10, 60, 30), box(60, 10, 80, 30), box(120, 50, 140, 70)]
    found = levels(tmp_path, {seen: -0.4}, shapes, [(0, 1), (1, 2)])
    assert found.level.tolist() == pytest.approx([-0.4, -0.4, -0.4, 1.0], abs=0.01)
    assert found.source.tolist() == [
        HeightSource.WATER, HeightSource.WATER_BESIDE, HeightSource.WATER_BESIDE, HeightSource.BANK,
    ]  # fmt: skip


def test_the_relief_is_the_mean_of_the_ground_and_has_no_gaps(tmp_path: Path) -> None:
    lake = (0, 0, 150, 100)
    found = levels(tmp_path, {lake: -1.0}, [box(*lake)], [])
    assert np.isfinite(found.relief.z).all()
    np.testing.assert_allclose(found.relief.z, 1.0, atol=1e-6)


def test_a_tile_has_the_relief_around_its_lines_too(tmp_path: Path) -> None:
    road = surfaces("wegdeel", [box(0, 0, 20, 10)])
    fence = surfaces("overigescheiding", [shapely.LineString([CORNER, (CORNER[0] + 190, CORNER[1] + 90)])])
    fence["tile"] = road["tile"]
    with ThreadPoolExecutor(1) as executor:
        city = City(collections={"wegdeel": road, "overigescheiding": fence})
        tiles = level0(city, Registers(points=store(tmp_path, {})), executor, Silence())
    (ground,) = tiles.values()
    reach = ground.relief.corner + 32 * np.array(ground.relief.z.shape[::-1])
    assert (reach >= fence.total_bounds[2:]).all()


def test_a_city_of_neighbourhoods_alone_has_no_ground() -> None:
    _, tiles = made(buurt=surfaces("buurt", [box(0, 0, 100, 100)]))
    assert tiles == {}


def test_without_points_nothing_is_known() -> None:
    water, pairs = np.array([box(0, 0, 1, 1)], dtype=object), np.empty((0, 2), dtype=np.int64)
    with ThreadPoolExecutor(1) as executor:
        found = survey(None, water, pairs, executor, Silence())
    assert found.relief is None
    assert np.isnan(found.level).all()
    assert found.source.tolist() == [HeightSource.NONE]
