"""An object of kilometres in a tile of hundreds of metres: the same surface, from rasters of bounded size."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from tests.build.test_below_ground import layer
from tests.build.towns import CORNER, Town, build_town
from tests.end_to_end.twins import features, read_collection
from twin.build import Silence, outsize
from twin.check import check_twin
from twin.ground import Terrain


def canal(length: float) -> Any:
    """A canal of ten metres wide that runs away to the north-east."""
    d = length / np.sqrt(2)
    line = shapely.LineString([(CORNER[0] + 5, CORNER[1] + 5), (CORNER[0] + d, CORNER[1] + d)])
    return shapely.set_precision(line.buffer(5, cap_style="flat"), 0.001)


def write(folder: Path, length: float) -> Path:
    town = Town(folder, bbox=None, extra='[[source]]\nkind = "bgt"\npath = "bgt.gpkg"\n')
    wave = 0.3 * np.sin(town.points["x"] / 7) * np.cos(town.points["y"] / 5)
    town.points.loc[town.points["class"] == 2, "z"] += wave
    wet = shapely.contains_xy(canal(length), town.points["x"], town.points["y"])
    town.points.loc[wet, ["z", "class"]] = [-0.4, 9]
    town.write()
    bank = shapely.difference(canal(length).buffer(6, cap_style="flat"), canal(length))
    field = shapely.difference(
        shapely.box(CORNER[0], CORNER[1], CORNER[0] + 180, CORNER[1] + 95), bank.union(canal(length))
    )
    layer(town.folder / "bgt.gpkg", "waterdeel", [canal(length)], [0])
    layer(town.folder / "bgt.gpkg", "begroeidterreindeel", [bank, field], [0, 0])
    return town.settings


def shapes(twin: Path, name: str) -> dict[str, set[frozenset[tuple[float, ...]]]]:
    """Corners of every face and line of the objects of a collection."""

    def rings(boundaries: Any) -> Iterator[list[int]]:
        if boundaries and isinstance(boundaries[0], int):
            yield boundaries
        else:
            for deeper in boundaries:
                yield from rings(deeper)

    return {
        f["id"]: {
            frozenset(tuple(np.round(xyz[v], 3).tolist()) for v in ring)
            for g in f["CityObjects"][f["id"]]["geometry"]
            for ring in rings(g["boundaries"])
        }
        for f, xyz in features(twin)
        if f["id"].startswith(f"NL.IMGeo.G0599.{name}")
    }


@pytest.fixture
def rasters(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Cells of every raster of the terrain that is made from now on."""
    made: list[int] = []
    real = Terrain.from_points.__func__  # type: ignore[attr-defined]

    def recorded(cls: type[Terrain], *args: Any, **options: Any) -> Terrain:
        terrain: Terrain = real(cls, *args, **options)
        made.append(terrain.z.size)
        return terrain

    monkeypatch.setattr(Terrain, "from_points", classmethod(recorded))
    return made


NAMES = ("waterdeel", "begroeidterreindeel")


def write_long(folder: Path, length: float, tile: int = 500) -> Path:
    """A viaduct with a road, a fence, a track, a wall and a pipe of a length, away from a field."""
    extra = f'[[source]]\nkind = "bgt"\npath = "bgt.gpkg"\n\n[build]\ntile = {tile}\n'
    town = Town(folder, bbox=None, extra=extra)
    points = town.points
    points.loc[points["class"] == 2, "z"] += 0.3 * np.sin(points["x"] / 7) * np.cos(points["y"] / 5)
    d = length / np.sqrt(2)

    def away(dx: float, dy: float) -> Any:
        x, y = CORNER[0] + dx, CORNER[1] + dy
        return shapely.LineString([(x, y), (x + d, y + d)])

    deck = shapely.set_precision(away(60, 5).buffer(6, cap_style="flat"), 0.001)
    for shape, height, kind in ((deck, 5.0, 26), (away(20, 5).buffer(0.15), 1.8, 1)):
        on = shapely.contains_xy(shape, points["x"], points["y"])
        points.loc[on, "z"] += height
        points.loc[on, "class"] = kind
    town.write()
    path = folder / "bgt.gpkg"
    layer(path, "overbruggingsdeel", [deck], [1], type_overbruggingsdeel=["dek"])
    layer(path, "wegdeel", [shapely.set_precision(deck.buffer(-1), 0.001)], [1])
    layer(path, "overigescheiding", [away(20, 5)], [0], bgt_type=["muur"])
    layer(path, "spoor", [away(40, 5), away(60, 5)], [0, 1], bgt_functie=["trein", "trein"])
    layer(path, "kunstwerkdeel", [away(100, 5)], [-1], bgt_type=["duiker"])
    layer(path, "functioneelgebied", [away(60, 5).buffer(50)], [0])
    layer(path, "begroeidterreindeel", [shapely.box(CORNER[0], CORNER[1], CORNER[0] + 9, CORNER[1] + 9)], [0])
    return town.settings


LONG = (
    "overbruggingsdeel", "wegdeel", "overigescheiding", "spoor", "kunstwerkdeel", "functioneelgebied",
    "begroeidterreindeel",
)  # fmt: skip


@pytest.mark.parametrize(("write", "names"), [(write, NAMES), (write_long, LONG)])
def test_the_surface_is_that_of_one_raster(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[[Path, float], Path],
    names: tuple[str, ...],
) -> None:
    settings = write(tmp_path / "bron", 900.0)
    blocks = build_town(settings, tmp_path / "blocks").out
    monkeypatch.setattr(outsize, "OUTSIZE", np.inf)
    whole = build_town(settings, tmp_path / "whole").out
    for name in names:
        one, other = shapes(blocks, name), shapes(whole, name)
        assert one
        assert one == other
        columns = ["identificatie", "h_bron", "h_maaiveld", "hersteld"]
        if name != "waterdeel":  # of which the middle was not read
            columns.append("h_gemeten")
        if name in ("overbruggingsdeel", "overigescheiding"):
            columns += ["h_object", "h_object_bron"]
        tables = [read_collection(t, name)[columns].sort_values("identificatie") for t in (blocks, whole)]
        pd.testing.assert_frame_equal(*tables)
    assert check_twin(blocks, Silence()).findings == []


def test_points_along_it_tell_how_high_it_is(tmp_path: Path) -> None:
    twin = build_town(write_long(tmp_path / "bron", 900.0), tmp_path / "twin").out
    wall, deck = (read_collection(twin, n).iloc[0] for n in ("overigescheiding", "overbruggingsdeel"))
    assert wall["h_object"] == pytest.approx(1.8, abs=0.3)
    assert wall["h_object_bron"] == "punten van het AHN"
    assert deck["h_bron"] == "kunstwerkpunten van het AHN"
    assert 0 < deck["h_gemeten"] < 0.5


def test_the_largest_raster_does_not_grow_with_the_largest_object(tmp_path: Path, rasters: list[int]) -> None:
    largest, number = [], []
    for length in (2_000.0, 8_000.0):
        rasters.clear()
        build_town(write(tmp_path / f"{length:.0f}", length), tmp_path / f"twin{length:.0f}")
        largest.append(max(rasters))
        number.append(len(rasters))
    assert largest[0] == largest[1] < 400_000
    # As many more as the canal is longer, where a raster of its box would be sixteen times as large.
    assert number[1] < 6 * number[0]


@pytest.fixture(scope="module")
def ten_kilometres(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[float]]:
    """A twin with lines of 10 km, and the most memory [MB] that one of 2.5 km and it took."""
    folder, peak = tmp_path_factory.mktemp("long"), []
    for length in (2_500.0, 10_000.0):
        settings = write_long(folder / f"{length:.0f}", length)
        tracemalloc.start()
        try:
            twin = build_town(settings, folder / f"twin{length:.0f}").out
            peak.append(tracemalloc.get_traced_memory()[1] / 1e6)
        finally:
            tracemalloc.stop()
    return twin, peak


def test_lines_and_a_viaduct_take_memory_by_their_length(ten_kilometres: tuple[Path, list[float]]) -> None:
    """A raster of the box of one of them has 50 million cells: 400 MB for its heights alone."""
    _, (short, long) = ten_kilometres
    assert long < 4 * short
    assert long < 250


def test_a_wall_and_a_track_are_made_of_short_pieces(ten_kilometres: tuple[Path, list[float]]) -> None:
    twin, _ = ten_kilometres
    # A tile of 3D Tiles as large as that has no centimetres left: see the page on the ground.
    assert [
        f for f in check_twin(twin, Silence()).findings if "its tile draws a corner" not in f.message
    ] == []
    kinds = {"overigescheiding": ["Solid"], "spoor": ["MultiSurface", "MultiLineString"]}
    for feature, xyz in features(twin):
        name = feature["id"].removeprefix("NL.IMGeo.G0599.")[:-1]
        if name in kinds:
            geometries = feature["CityObjects"][feature["id"]]["geometry"]
            assert [g["type"] for g in geometries] == kinds.pop(name) if name != "spoor" else kinds[name]
            faces = geometries[0]["boundaries"]
            corners = [xyz[ring] for (ring,) in (faces[0] if len(faces) == 1 else faces)]
            assert len(corners) >= 4_000
            assert max(float(np.ptp(c[:, :2], axis=0).max()) for c in corners) < 8
    assert "overigescheiding" not in kinds
