"""A check that finds nothing wrong proves nothing; here each kind of defect is planted and must be found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.check.spoiling import found
from tests.tiles.test_check import edit_tile
from twin.build import Silence
from twin.check import check_twin
from twin.errors import StoreError

Feature = dict[str, Any]


def _spoil(twin: Path, change: Callable[[Feature], None]) -> tuple[str, str]:
    """Change the first building with a solid of LoD 2.2; its file and id."""
    for path in sorted((twin / "cityjson").glob("*.city.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines[1:], start=1):
            feature = json.loads(line)
            if any(g["lod"] == "2.2" for o in feature["CityObjects"].values() for g in o.get("geometry", ())):
                change(feature)
                lines[number] = json.dumps(feature)
                path.write_text("\n".join(lines) + "\n", encoding="utf-8")
                return path.name, feature["id"]
    raise AssertionError("the sample has no solid")


def _solid(feature: Feature) -> dict[str, Any]:
    return next(
        g for o in feature["CityObjects"].values() for g in o.get("geometry", ()) if g["lod"] == "2.2"
    )


def test_a_sound_twin_passes_also_without_its_work_folder(twin: Path) -> None:
    assert check_twin(twin, Silence()).findings == []


def test_a_moved_vertex(twin: Path) -> None:
    def lift(feature: Feature) -> None:
        feature["vertices"][_solid(feature)["boundaries"][0][1][0][0]][2] += 1500

    _, name = _spoil(twin, lift)
    found(twin, name, "LoD 2.2", "203")


def test_a_dropped_face(twin: Path) -> None:
    def drop(feature: Feature) -> None:
        solid = _solid(feature)
        solid["boundaries"][0].pop()
        solid["semantics"]["values"][0].pop()

    _, name = _spoil(twin, drop)
    found(twin, name, "LoD 2.2", "302")


def test_a_face_turned_inside_out(twin: Path) -> None:
    def turn(feature: Feature) -> None:
        _solid(feature)["boundaries"][0][0][0].reverse()

    _, name = _spoil(twin, turn)
    found(twin, name, "LoD 2.2", "307")


def test_a_vertex_that_is_not_there(twin: Path) -> None:
    def point(feature: Feature) -> None:
        _solid(feature)["boundaries"][0][0][0][0] = 99_999

    file, name = _spoil(twin, point)
    found(twin, file, name, "99999")


@pytest.mark.parametrize("without", ["boundaries", "semantics", "lod"])
def test_a_solid_that_is_not_built_as_one(twin: Path, without: str) -> None:
    def strip(feature: Feature) -> None:
        del _solid(feature)[without]

    _, name = _spoil(twin, strip)
    found(twin, name)


def test_a_solid_that_is_gone(twin: Path) -> None:
    def remove(feature: Feature) -> None:
        for entry in feature["CityObjects"].values():
            entry["geometry"] = [g for g in entry.get("geometry", ()) if g["lod"] != "2.2"]

    file, name = _spoil(twin, remove)
    found(twin, file, name, "reach LoD 1.3", "lod is 2.2")


def test_an_attribute_that_differs(twin: Path) -> None:
    def date(feature: Feature) -> None:
        feature["CityObjects"][feature["id"]]["attributes"]["oorspronkelijk_bouwjaar"] = 1066

    file, name = _spoil(twin, date)
    found(twin, file, name, "oorspronkelijk_bouwjaar is 1066")


def test_a_feature_that_is_gone(twin: Path) -> None:
    path = sorted((twin / "cityjson").glob("*.city.jsonl"))[0]
    header, first, *rest = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *rest]) + "\n", encoding="utf-8")
    found(twin, path.name, json.loads(first)["id"].rsplit(".", 1)[-1], "missing")


def test_a_feature_that_no_table_has(twin: Path) -> None:
    path = sorted((twin / "cityjson").glob("*.city.jsonl"))[0]
    lines = path.read_text(encoding="utf-8").splitlines()
    text = lines[1].replace(json.loads(lines[1])["id"].rsplit(".", 1)[-1], "9998100000099999")
    path.write_text("\n".join([*lines, text]) + "\n", encoding="utf-8")
    found(twin, path.name, "9998100000099999", "no table")


def test_a_line_cut_short(twin: Path) -> None:
    path = sorted((twin / "cityjson").glob("*.city.jsonl"))[-1]
    path.write_bytes(path.read_bytes()[:-200])
    found(twin, path.name, "json")


def test_a_sequence_that_is_gone(twin: Path) -> None:
    path = sorted((twin / "cityjson").glob("*.city.jsonl"))[0]
    path.unlink()
    found(twin, path.name, "missing")


def test_a_tile_cut_short(twin: Path) -> None:
    path = max((twin / "3dtiles" / "pand").rglob("*.glb"), key=lambda p: p.stat().st_size)
    path.write_bytes(path.read_bytes()[:-1000])
    found(twin, f"3dtiles/{path.relative_to(twin / '3dtiles').as_posix()}")


def test_a_tile_that_lies_five_centimetres_off(twin: Path) -> None:
    path = max((twin / "3dtiles" / "weg" / "500").glob("*.glb"), key=lambda p: p.stat().st_size)

    def shift(document: dict[str, Any], _: bytearray) -> None:
        document["nodes"][0]["translation"][0] += 0.05

    edit_tile(path, shift)
    verdict = found(twin, "3dtiles/weg G", "its tile draws a corner 0.0")
    (check,) = (c for c in verdict.checks if "2 cm" in c.name)
    assert 1 < check.failed < check.checked


def test_a_corner_that_no_tile_draws(twin: Path) -> None:
    def grow(feature: Feature) -> None:
        solid = _solid(feature)
        face = solid["boundaries"][0][0][0]
        x, y, z = feature["vertices"][face[0]]
        feature["vertices"].append([x, y, z - 40])
        face.insert(1, len(feature["vertices"]) - 1)

    _, name = _spoil(twin, grow)
    found(twin, "3dtiles/pand", name.rsplit(".", 1)[-1], "a corner of its CityJSON is 0.0")


@pytest.mark.parametrize("lift", [0, 40])
def test_a_corner_halfway_a_straight_edge_may_be_left_out_and_no_other(twin: Path, lift: int) -> None:
    """Tiles leave those out; one that lies 4 cm off the edge is another shape."""

    def halve(feature: Feature) -> None:
        vertices, faces = feature["vertices"], _solid(feature)["boundaries"][0]
        rings = [ring for face in faces for ring in face]
        edges = {
            (a, b): (n, k)
            for n, ring in enumerate(rings)
            for k, (a, b) in enumerate(pairwise([*ring, ring[0]]))
        }
        a, b = max(edges, key=lambda e: sum(abs(vertices[e[0]][i] - vertices[e[1]][i]) for i in (0, 1)))
        (x, y, z), (u, v, w) = vertices[a], vertices[b]
        vertices.append([(x + u) // 2, (y + v) // 2, (z + w) // 2 + lift])
        for n, k in (edges[a, b], edges[b, a]):
            rings[n].insert(k + 1, len(vertices) - 1)

    _, name = _spoil(twin, halve)
    if lift:
        found(twin, "3dtiles/pand", name.rsplit(".", 1)[-1], "a corner of its CityJSON is 0.0")
    else:
        assert check_twin(twin, Silence()).findings == []


def test_a_tile_with_an_object_that_is_no_cityobject(twin: Path) -> None:
    for path in (twin / "cityjson").glob("*.city.jsonl"):
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        roads = [line for line in lines if '"type":"Road"' in line]
        if roads:
            lines.remove(roads[0])
            path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
            name = json.loads(roads[0])["id"].removeprefix("NL.IMGeo.")
            found(twin, "3dtiles/weg/500", "1 of its objects are in no CityJSON", name)
            return
    raise AssertionError("the sample has no road")


def test_a_tile_that_is_gone(twin: Path) -> None:
    path = next((twin / "3dtiles" / "weg").rglob("*.glb"))
    path.unlink()
    found(twin, "3dtiles/weg", path.name)


def test_a_theme_that_is_gone(twin: Path) -> None:
    shutil.rmtree(twin / "3dtiles" / "water")
    found(twin, "3dtiles", "water")


def test_a_theme_that_the_root_forgot(twin: Path) -> None:
    path = twin / "3dtiles" / "tileset.json"
    root = json.loads(path.read_bytes())
    root["root"]["children"] = [c for c in root["root"]["children"] if "groen" not in c["content"]["uri"]]
    path.write_text(json.dumps(root), encoding="utf-8")
    found(twin, "3dtiles/tileset.json", "groen")


def test_a_table_that_is_gone(twin: Path) -> None:
    path = sorted((twin / "objects" / "pand").glob("*.parquet"))[0]
    path.unlink()
    found(twin, "objects/pand", "manifest says")


def test_a_table_cut_short(twin: Path) -> None:
    path = sorted((twin / "objects" / "wegdeel").glob("*.parquet"))[0]
    path.write_bytes(path.read_bytes()[:500])
    found(twin, f"objects/wegdeel/{path.name}", "can't be read")


def test_an_object_twice_in_its_table(twin: Path) -> None:
    path = sorted((twin / "objects" / "pand").glob("*.parquet"))[0]
    table = pd.read_parquet(path)
    name = table["identificatie"].iloc[0]
    pd.concat([table, table.iloc[:1]]).to_parquet(path)
    found(twin, "objects/pand", name, "more than once")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("counts", ("objects/pand", "manifest says 86")),
        ("lods", ("panden per LoD",)),
        ("ledger", ("twin.json", "add up")),
        ("themes", ("3dtiles/pand/tileset.json", "manifest says")),
    ],
)
def test_counts_of_the_manifest_that_are_wrong(twin: Path, key: str, words: tuple[str, ...]) -> None:
    path = twin / "twin.json"
    content = json.loads(path.read_bytes())
    match key:
        case "counts":
            content["counts"]["pand"] += 1
        case "lods":
            content["lods"]["2.2"] -= 1
        case "ledger":
            content["ledger"][0]["objects_out"] -= 1
        case "themes":
            content["themes"][0]["count"] += 1
    path.write_text(json.dumps(content), encoding="utf-8")
    found(twin, *words)


def test_a_pand_below_the_highest_level_without_a_reason(twin: Path) -> None:
    path = twin / "report" / "quality.parquet"
    quality = pd.read_parquet(path)
    quality.loc[3, "lod_reden"] = None
    quality.to_parquet(path)
    found(twin, "report/quality.parquet", str(quality.loc[3, "identificatie"]), "no reason")


def test_rejects_that_are_gone(twin: Path) -> None:
    path = twin / "report" / "rejects.parquet"
    pd.read_parquet(path).iloc[1:].to_parquet(path)
    found(twin, "report/rejects.parquet", "rejected")


def test_a_report_that_is_gone(twin: Path) -> None:
    shutil.rmtree(twin / "report")
    found(twin, "report/quality.parquet", "can't be read")


def test_no_twin_at_all(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no twin here"):
        check_twin(tmp_path, Silence())
