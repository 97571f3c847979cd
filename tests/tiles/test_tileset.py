"""Whole tilesets: the tree, its budgets, what is on disk, and the way back to RD."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.tiles.town import houses, pavement, town
from tests.tiles.viewing import seen_from, sent
from tests.tiles.writing import contents, write
from tiles import (
    Cell,
    Limits,
    Mesh,
    RdNap,
    TilesError,
    check_tileset,
    read_mesh,
    read_tileset,
    write_root,
)
from tiles.reading import Tile, walk


@pytest.mark.parametrize("compress", [None, False])
def test_there_and_back_within_two_centimetres(compress: bool | None, tmp_path: Path, rdnap: RdNap) -> None:
    cells = town(2, 2, 150)
    write(tmp_path / "pand", cells, rdnap, compress=compress)
    given = {
        name: cell.detail.xyz[np.unique(cell.detail.triangles[cell.detail.feature == row])]
        for cell in cells
        for row, name in enumerate(cell.properties["identificatie"])
    }
    seen = 0
    for mesh, table in read_tileset(tmp_path / "pand"):
        for row, name in enumerate(table["identificatie"]):
            points = mesh.xyz[np.unique(mesh.triangles[mesh.feature == row])]
            distance = np.linalg.norm(points[:, None] - given[name], axis=2)
            assert distance.min(axis=1).max() < 0.0086
            assert distance.min(axis=0).max() < 0.0086
            seen += 1
    assert seen == len(given) == 600


def test_properties_travel_with_their_feature(tmp_path: Path, rdnap: RdNap) -> None:
    cells = town(2, 1, 100)
    write(tmp_path / "pand", cells, rdnap)
    expected = pd.concat([cell.properties for cell in cells]).set_index("identificatie").sort_index()
    tables = [table for _, table in read_tileset(tmp_path / "pand")]
    found = pd.concat(tables).set_index("identificatie").sort_index()
    assert found["bouwjaar"].isna().sum() == expected["bouwjaar"].isna().sum() > 0
    pd.testing.assert_frame_equal(
        found.drop(columns="hoogte"),
        expected[found.columns].drop(columns="hoogte"),
        check_dtype=False,
        check_index_type=False,
    )


def test_sound_by_its_own_check(tmp_path: Path, rdnap: RdNap) -> None:
    summary = write(tmp_path / "pand", town(4, 3, 200), rdnap)
    write_root(tmp_path, [("pand", summary)], title="Delft")
    assert check_tileset(tmp_path) == []
    assert check_tileset(tmp_path / "pand") == []


def test_dense_cells_split_and_leaves_keep_to_their_limits(tmp_path: Path, rdnap: RdNap) -> None:
    cells = [houses(900, (84_500.0, 447_000.0)), houses(30, (85_000.0, 447_000.0), seed=9)]
    limits = Limits(features=200, vertices=5_000, upper_vertices=3_000)
    summary = write(tmp_path / "pand", cells, rdnap, limits=limits)
    assert summary.features == 930
    assert check_tileset(tmp_path / "pand") == []
    for tile in walk(tmp_path / "pand" / "tileset.json"):
        mesh = read_mesh(tile.content)
        if tile.leaf:
            assert len(mesh.properties) <= 200
            assert len(mesh.xyz) <= 5_000
        else:
            assert len(mesh.xyz) <= 3_000
    assert summary.leaves >= 6


def test_limits_do_not_change_what_is_in_the_leaves(tmp_path: Path, rdnap: RdNap) -> None:
    cells = [houses(400, (84_500.0, 447_000.0))]
    write(tmp_path / "one", cells, rdnap)
    write(tmp_path / "many", cells, rdnap, limits=Limits(features=50))
    corners = [
        np.sort(
            np.concatenate(
                [mesh.xyz[mesh.triangles].mean(axis=1) for mesh, _ in read_tileset(tmp_path / name)]
            ),
            axis=0,
        )
        for name in ("one", "many")
    ]
    assert corners[0] == pytest.approx(corners[1], abs=1e-6)


def test_upper_levels_show_the_largest_features(tmp_path: Path, rdnap: RdNap) -> None:
    cell = houses(300, (84_500.0, 447_000.0))
    summary = write(tmp_path / "pand", [cell], rdnap, limits=Limits(upper_vertices=1_000))
    root, leaf = walk(tmp_path / "pand" / "tileset.json")
    shown = set(read_mesh(root.content).properties["identificatie"])
    assert 30 <= len(shown) < 300
    assert leaf.error == 0 < root.error == summary.geometric_error
    overview = cell.overview
    assert overview is not None
    a, b, c = (overview.xyz[overview.triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    seen = np.where(normal[:, 2] < 0, 0, np.linalg.norm(normal, axis=1))
    area = np.bincount(overview.feature, seen)
    rank = cell.properties["identificatie"].iloc[np.argsort(-area)]
    assert len(shown & set(rank[: len(shown)])) == len(shown)


def stepped(cell: Cell, features: range) -> Cell:
    """The cell with a middle: of some features a second block in the air, of the others the overview."""
    overview = cell.overview
    assert overview is not None
    upper = overview.select(np.isin(overview.feature, features))
    raised = replace(upper, xyz=overview.xyz + np.array([0.0, 0.0, 30.0]))
    return replace(cell, middle=overview.beside(raised))


def test_the_level_above_the_leaves_is_halfway(tmp_path: Path, rdnap: RdNap) -> None:
    cells = [stepped(cell, range(10, 20)) for cell in town(2, 2, 60)]
    write(tmp_path / "pand", cells, rdnap)
    write(tmp_path / "plain", [replace(cell, middle=None) for cell in cells], rdnap)
    tiles, plain = (list(walk(tmp_path / name / "tileset.json")) for name in ("pand", "plain"))
    above = [t for t in tiles if not t.leaf]
    lowest = [t for t in above if any(leaf.parent is t for leaf in tiles if leaf.leaf)]
    for tile in above:
        mesh = read_mesh(tile.content)
        assert len(mesh.properties) == 60 * sum(_below(tiles, tile))
        high = {mesh.properties["identificatie"][f] for f in mesh.feature[mesh.xyz[:, 2] > 32]}
        assert {int(name[-6:]) for name in high} == (set(range(10, 20)) if tile in lowest else set())
    assert [t.error for t in tiles] == [t.error for t in plain]
    assert check_tileset(tmp_path / "pand") == []


def _below(tiles: list[Tile], above: Tile) -> list[bool]:
    def within(tile: Tile | None) -> bool:
        return tile is not None and (tile is above or within(tile.parent))

    return [tile.leaf and within(tile) for tile in tiles]


def test_the_middle_takes_no_room_from_other_features(tmp_path: Path, rdnap: RdNap) -> None:
    cell = stepped(houses(300, (84_500.0, 447_000.0)), range(300))
    shown = []
    for name, middle in (("without", None), ("with", cell.middle)):
        limits = Limits(upper_vertices=7_000)  # some 6 000 for the blocks
        write(tmp_path / name, [replace(cell, middle=middle)], rdnap, limits=limits)
        root = read_mesh(next(walk(tmp_path / name / "tileset.json")).content)
        assert len(root.xyz) <= 7_000
        shown.append((set(root.properties["identificatie"]), len(root.xyz)))
    assert shown[0][0] == shown[1][0]
    assert shown[0][1] < shown[1][1]


def test_overview_without_a_feature_shows_its_detail(tmp_path: Path, rdnap: RdNap) -> None:
    cell = houses(10, (84_500.0, 447_000.0))
    assert cell.overview is not None
    partial = replace(cell, overview=cell.overview.select(cell.overview.feature != 4))
    write(tmp_path / "pand", [partial], rdnap)
    root = next(walk(tmp_path / "pand" / "tileset.json"))
    assert len(read_mesh(root.content).properties) == 10


def test_whole_city_from_ten_kilometres_and_a_street_from_nearby(tmp_path: Path, rdnap: RdNap) -> None:
    """20 000 houses on 10 x 5 km."""
    cells = (
        houses(100, (84_500.0 + 500 * i, 447_000.0 + 500 * j), seed=100 * i + j)
        for i in range(20)
        for j in range(10)
    )
    summary = write(tmp_path / "pand", cells, rdnap, center=(89_500.0, 449_500.0), compress=False)
    tiles = list(walk(tmp_path / "pand" / "tileset.json"))

    far = seen_from(tiles, np.array([0.0, -6_000.0, 8_000.0]))
    assert sent(tile.content for tile in far) < 3_000_000
    shown = sum(len(read_mesh(tile.content).properties) for tile in far)
    assert shown > 0.4 * summary.features
    span = np.concatenate([read_mesh(tile.content).xyz for tile in far])
    assert np.ptp(span, axis=0)[:2] == pytest.approx([10_000, 5_000], abs=150)

    near = seen_from(tiles, np.array([0.0, 0.0, 100.0]))
    assert any(tile.leaf for tile in near)
    assert sum(tile.content.stat().st_size for tile in near) < 0.5 * (summary.bytes + summary.upper_bytes)
    errors = [tile.error for tile in tiles if tile.parent is not None and not tile.leaf]
    assert max(errors) < summary.geometric_error


def test_ground_without_overview_has_no_cracks_between_tiles(tmp_path: Path, rdnap: RdNap) -> None:
    cells = [pavement(30, 500.0, (84_500.0 + 500 * i, 447_000.0)) for i in range(2)]
    write(tmp_path / "weg", cells, rdnap, theme="weg", property_schema=())
    leaves = [read_mesh(tile.content).xyz for tile in walk(tmp_path / "weg" / "tileset.json") if tile.leaf]
    border = [{tuple(point) for point in part} for part in leaves]
    assert len(set.intersection(*border)) == 31
    assert check_tileset(tmp_path / "weg") == []


def test_large_tilesets_are_divided(tmp_path: Path, rdnap: RdNap) -> None:
    cells = town(6, 6, 5)
    whole = write(tmp_path / "whole", cells, rdnap)
    parts = write(tmp_path / "parts", cells, rdnap, limits=Limits(json_bytes=2_000))
    documents = sorted((tmp_path / "parts").rglob("*.json"))
    assert len(documents) > 3
    assert all(path.stat().st_size < 4_000 for path in documents)
    assert check_tileset(tmp_path / "parts") == []
    assert parts.tiles == whole.tiles
    glbs = [
        {name for name in contents(tmp_path / part) if name.endswith("glb")} for part in ("whole", "parts")
    ]
    assert glbs[0] == glbs[1]
    drawn = [
        {
            tile.content.name
            for tile in walk(tmp_path / part / "tileset.json")
            if tile.content.suffix == ".glb"
        }
        for part in ("whole", "parts")
    ]
    assert drawn[0] == drawn[1]


def test_features_without_triangles_are_counted(tmp_path: Path, rdnap: RdNap) -> None:
    cell = houses(20, (84_500.0, 447_000.0))
    bare = replace(cell, detail=cell.detail.select(cell.detail.feature != 7))
    empty = houses(3, (85_000.0, 447_000.0), seed=5)
    nothing = Mesh(
        np.empty((0, 3)),
        np.empty((0, 3), dtype=int),
        np.empty(0, dtype=int),
        np.empty((0, 3), dtype=np.uint8),
    )
    summary = write(
        tmp_path / "pand", [bare, replace(empty, detail=nothing, overview=None, bounds=None)], rdnap
    )
    assert summary.features == 19
    assert summary.empty == (cell.properties["identificatie"][7], *empty.properties["identificatie"])
    counts = json.loads((tmp_path / "pand" / "tileset.json").read_bytes())["asset"]["extras"]["counts"]
    assert counts == {"features": 23, "drawn": 19, "empty": 4}
    assert check_tileset(tmp_path / "pand") == []
    with pytest.raises(TilesError, match="3 features without geometry"):
        write(tmp_path / "none", [replace(empty, detail=nothing, overview=None)], rdnap)


def test_themes_far_apart_lie_inside_their_common_root(tmp_path: Path, rdnap: RdNap) -> None:
    pand = write(tmp_path / "pand", town(1, 1, 20), rdnap)
    weg = write(
        tmp_path / "weg",
        [pavement(5, 500.0, (94_000.0, 457_000.0))],
        rdnap,
        center=(94_250.0, 457_250.0),
        theme="weg",
        property_schema=(),
    )
    path = write_root(tmp_path, [("pand", pand), ("weg", weg)])
    assert check_tileset(tmp_path) == []
    root = json.loads(path.read_bytes())["root"]
    assert [child["content"]["uri"] for child in root["children"]] == [
        "pand/tileset.json",
        "weg/tileset.json",
    ]
    middle = np.array(root["boundingVolume"]["box"][:3])
    assert np.linalg.norm(middle) == pytest.approx(6_365_000, abs=5_000)
    with pytest.raises(TilesError, match="must lie inside"):
        write_root(tmp_path / "elsewhere", [("pand", pand)])


def test_attribution_and_licence_are_told(tmp_path: Path, rdnap: RdNap) -> None:
    write(
        tmp_path / "pand",
        town(1, 1, 3),
        rdnap,
        attribution="BAG, AHN",
        licence="CC0",
        extras={"built": "2026-01-01"},
    )
    asset = json.loads((tmp_path / "pand" / "tileset.json").read_bytes())["asset"]
    assert asset["version"] == "1.1"
    assert asset["extras"]["attribution"] == "BAG, AHN"
    assert asset["extras"]["licence"] == "CC0"
    assert asset["extras"]["built"] == "2026-01-01"
    assert b'"copyright":"BAG, AHN"' in next((tmp_path / "pand").rglob("*.glb")).read_bytes()
