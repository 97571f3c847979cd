"""Defects of the ground, planted one by one in a sound twin; each must be found where it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from tests.check.spoiling import found

Feature = dict[str, Any]


def spoil(twin: Path, kind: str, change: Callable[[Feature], Feature | None], most: float = np.inf) -> str:
    """Change, or drop, the object of a type with the most triangles but at most ``most``; its id."""
    best: tuple[int, Path, int] | None = None
    for path in sorted((twin / "cityjson").glob("*.city.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], start=1):
            feature = json.loads(line)
            main = feature["CityObjects"][feature["id"]]
            if main["type"] != kind or main["attributes"].get("relatieve_hoogteligging", 0) != 0:
                continue
            size = sum(len(g["boundaries"]) for g in main["geometry"] if g["type"] == "MultiSurface")
            if 0 < size <= most and (best is None or size > best[0]):
                best = size, path, number
    assert best is not None
    _, path, number = best
    lines = path.read_text(encoding="utf-8").splitlines()
    feature = json.loads(lines[number])
    name = str(feature["id"])
    changed = change(feature)
    lines[number : number + 1] = [] if changed is None else [json.dumps(changed)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def surfaces(feature: Feature) -> dict[str, Any]:
    geometries = feature["CityObjects"][feature["id"]]["geometry"]
    return next(g for g in geometries if g["type"] == "MultiSurface")


def moved(twin: Path, *by: int) -> Callable[[Feature], Feature]:
    """Move a corner that a neighbour has as well by some millimetres."""
    owners: dict[tuple[int, ...], set[str]] = {}
    for path in (twin / "cityjson").glob("*.city.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            feature = json.loads(line)
            for vertex in feature["vertices"]:
                owners.setdefault(tuple(vertex), set()).add(feature["id"])

    def change(feature: Feature) -> Feature:
        corners = {v for (ring,) in surfaces(feature)["boundaries"] for v in ring}
        vertex = next(v for v in sorted(corners) if len(owners[tuple(feature["vertices"][v])]) > 1)
        place = feature["vertices"][vertex]
        place[:] = [v + d for v, d in zip(place, by, strict=True)]
        return feature

    return change


def test_a_vertex_one_millimetre_too_high(twin: Path) -> None:
    name = spoil(twin, "Road", moved(twin, 0, 0, 1))
    found(twin, name, "do not meet", check="surfaces that meet")


def test_a_vertex_three_centimetres_aside(twin: Path) -> None:
    name = spoil(twin, "PlantCover", moved(twin, 30, 0, 0))
    found(twin, name, "do not meet", check="surfaces that meet")


def test_a_corner_of_a_pand_above_its_ground(twin: Path) -> None:
    name = spoil(twin, "Building", moved(twin, 0, 0, 40))
    found(twin, name, "do not meet", check="surfaces that meet")


def test_a_triangle_that_is_gone(twin: Path) -> None:
    def drop(feature: Feature) -> Feature:
        geometry = surfaces(feature)
        geometry["boundaries"].pop()
        if "semantics" in geometry:
            geometry["semantics"]["values"].pop()
        return feature

    name = spoil(twin, "LandUse", drop)
    found(twin, name, "do not meet", check="surfaces that meet")


def test_a_triangle_that_lies_there_twice(twin: Path) -> None:
    def repeat(feature: Feature) -> Feature:
        geometry = surfaces(feature)
        geometry["boundaries"].append(geometry["boundaries"][0])
        if "semantics" in geometry:
            geometry["semantics"]["values"].append(geometry["semantics"]["values"][0])
        return feature

    name = spoil(twin, "PlantCover", repeat)
    found(twin, name, "do not meet", check="surfaces that meet")


def test_an_object_that_is_gone(twin: Path) -> None:
    name = spoil(twin, "Road", lambda feature: None)
    verdict = found(twin, name, "has a height in its table but no geometry", check="objects present")
    assert any(c.name == "Ground: surfaces that meet" and c.failed > 2 for c in verdict.checks)


def test_an_object_without_its_surface(twin: Path) -> None:
    def strip(feature: Feature) -> Feature:
        feature["CityObjects"][feature["id"]]["geometry"] = []
        return feature

    name = spoil(twin, "Road", strip)
    found(twin, name, "has a height in its table but no geometry", check="objects present")


def test_an_object_smaller_than_on_the_map(twin: Path) -> None:
    """Its outline in the table is the map's, so that is what changes here."""
    for path in sorted((twin / "objects" / "begroeidterreindeel").glob("*.parquet")):
        table = gpd.read_parquet(path)
        row = int(table.area.argmax())
        table.loc[row, "geometry"] = table.geometry[row].buffer(2.0)
        table.to_parquet(path)
        found(twin, str(table["identificatie"][row]), "m2 on the map", check="areas")
        return


def test_water_that_slopes(twin: Path) -> None:
    def tilt(feature: Feature) -> Feature:
        geometry = surfaces(feature)
        kinds = [s["type"] for s in geometry["semantics"]["surfaces"]]
        wet = [
            b
            for b, v in zip(geometry["boundaries"], geometry["semantics"]["values"], strict=True)
            if kinds[v] == "WaterSurface"
        ]
        feature["vertices"][wet[0][0][0]][2] += 1
        return feature

    name = spoil(twin, "WaterBody", tilt)
    found(twin, name, "the water is not flat", check="flat waters")


def test_water_above_its_banks(twin: Path) -> None:
    def rise(feature: Feature) -> Feature:
        geometry = surfaces(feature)
        kinds = [s["type"] for s in geometry["semantics"]["surfaces"]]
        high = max(v[2] for v in feature["vertices"]) + 500
        raised: dict[int, int] = {}
        for boundary, value in zip(geometry["boundaries"], geometry["semantics"]["values"], strict=True):
            if kinds[value] != "WaterSurface":
                continue
            for at, vertex in enumerate(boundary[0]):
                if vertex not in raised:
                    raised[vertex] = len(feature["vertices"])
                    feature["vertices"].append([*feature["vertices"][vertex][:2], high])
                boundary[0][at] = raised[vertex]
        return feature

    name = spoil(twin, "WaterBody", rise)
    found(twin, name, "above its bank", check="flat waters")


def test_water_thirty_metres_below_its_banks(twin: Path) -> None:
    def sink(feature: Feature) -> Feature:
        level = min(v[2] for v in feature["vertices"])
        for vertex in feature["vertices"]:
            if vertex[2] == level:
                vertex[2] -= 30_000
        return feature

    name = spoil(twin, "WaterBody", sink)
    found(twin, name, "m below its banks, more than 15", check="depths")


def test_a_road_with_a_pit(twin: Path) -> None:
    """Its outline stays where it is, and so do its neighbours: it meets them all."""

    def dig(feature: Feature) -> Feature:
        boundaries = surfaces(feature)["boundaries"]
        edges = {(a, b) for (ring,) in boundaries for a, b in zip(ring, ring[1:] + ring[:1], strict=True)}
        border = {a for a, b in edges if (b, a) not in edges}
        inner = {a for a, _ in edges} - border
        feature["vertices"][min(inner)][2] -= 40_000
        return feature

    name = spoil(twin, "Road", dig)
    verdict = found(twin, name, "rises", "m over", check="depths")
    assert not [c for c in verdict.checks if c.name == "Ground: surfaces that meet" and c.failed]


def test_an_object_of_which_nothing_is_left_must_be_in_the_ledger(twin: Path) -> None:
    path = sorted((twin / "objects" / "onbegroeidterreindeel").glob("*.parquet"))[0]
    table = gpd.read_parquet(path)
    table.loc[0, "h_bron"] = "geen eigen vlak: ligt geheel binnen andere objecten"
    table.to_parquet(path)
    found(twin, str(table["identificatie"][0]), "no line tells why", check="objects present")
