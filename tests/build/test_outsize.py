"""An object of kilometres in a tile of hundreds of metres: the same surface, from rasters of bounded size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
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


def triangles(twin: Path, name: str) -> dict[str, set[frozenset[tuple[float, ...]]]]:
    return {
        f["id"]: {
            frozenset(tuple(np.round(xyz[v], 3).tolist()) for v in ring)
            for g in f["CityObjects"][f["id"]]["geometry"]
            for (ring,) in g["boundaries"]
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


def test_the_surface_is_that_of_one_raster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = write(tmp_path / "bron", 900.0)
    blocks = build_town(settings, tmp_path / "blocks").out
    monkeypatch.setattr(outsize, "OUTSIZE", np.inf)
    whole = build_town(settings, tmp_path / "whole").out
    for name in ("waterdeel", "begroeidterreindeel"):
        one, other = triangles(blocks, name), triangles(whole, name)
        assert sum(map(len, one.values())) > 20
        assert one == other
        columns = ["identificatie", "h_bron", "h_maaiveld", "hersteld"]
        tables = [read_collection(t, name)[columns].sort_values("identificatie") for t in (blocks, whole)]
        assert tables[0].to_numpy().tolist() == tables[1].to_numpy().tolist()
    assert check_twin(blocks, Silence()).findings == []


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
