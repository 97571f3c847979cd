"""Panden without points: a block of presumed height where that can be answered for, whatever the tiling."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from tests.build.towns import CORNER, Town, build_town, pand_id, read_panden, scan
from tests.end_to_end.twins import features, shells
from twin.build import Silence
from twin.check import check_twin
from twin.report import read_pand
from twin.store import Layout
from twin.store.manifest import read_manifest

NEIGHBOURS, DEFAULT = "hoogte van de buren", "standaardhoogte"


def without_points(town: Town, *numbers: int) -> None:
    """Let the cloud have a hole where some panden stand, and no points of anything in it."""
    shapes = town.panden.geometry[[n - 1 for n in numbers]].buffer(0.2)
    inside = shapely.contains_xy(shapely.union_all(shapes), town.points["x"], town.points["y"])
    town.points = town.points[~inside].reset_index(drop=True)


def raised(town: Town, number: int, roof: float) -> None:
    inside = shapely.contains_xy(town.panden.geometry[number - 1], town.points["x"], town.points["y"])
    town.points.loc[inside, "z"] = roof


def test_a_pand_without_points_gets_the_height_of_its_neighbours(tmp_path: Path) -> None:
    """Neighbours 15 and 40 m away stand 5, 5 and 8 m above the ground."""
    town = Town(tmp_path / "bron", houses=6)
    raised(town, 4, 9.0)
    without_points(town, 2)
    town.write()
    out = build_town(town.settings, tmp_path / "twin").out
    pand = read_panden(out).loc[pand_id(2)]
    assert (pand["lod"], pand["lod_reden"]) == ("1.1", NEIGHBOURS)
    assert pand["aangenomen_hoogte"] == pytest.approx(5.0, abs=0.02)
    assert pand["h_maaiveld"] == pytest.approx(1.0, abs=0.01)
    assert pand[["hoogte", "h_dak_max", "volume_lod12", "rmse_lod12"]].isna().all(), "nobody measured it"
    assert pand["geometrie_geldig"]
    others = read_panden(out).drop(pand_id(2))
    assert (others["lod"] == "2.2").all()
    assert others["aangenomen_hoogte"].isna().all()

    (faces,) = [f for p, f in shells(out, "1.1").items() if p == pand_id(2)]
    z = {round(v[2] / 1000, 2) for face in faces for ring in face for v in ring}
    assert z == {1.0, 6.0}
    assert read_manifest(Layout(out)).lods == {"1.1": 1, "2.2": 5}
    assert check_twin(out, Silence()).findings == []
    assert read_pand(Layout(out), pand_id(2)).lods == ("1.1",)


def test_without_neighbours_it_is_a_storey_or_a_shed(tmp_path: Path) -> None:
    town = Town(tmp_path / "bron", houses=2)
    x, y = CORNER
    town.panden.geometry = [
        shapely.box(x + 10, y + 20, x + 20, y + 30),
        shapely.box(x + 60, y, x + 64, y + 4),
    ]
    town.points = scan(town.panden.geometry)
    without_points(town, 1, 2)
    # A roof elsewhere, that the cloud may have class 6; of no pand.
    town.points.loc[town.points["x"] > x + 150, "class"] = 6
    town.write()
    out = build_town(town.settings, tmp_path / "twin").out
    panden = read_panden(out)
    assert panden["lod_reden"].tolist() == [DEFAULT, DEFAULT]
    assert panden["aangenomen_hoogte"].tolist() == [3.0, 2.5]
    assert check_twin(out, Silence()).findings == []


def test_who_does_not_stand_there_gets_no_block(tmp_path: Path) -> None:
    town = Town(tmp_path / "bron", houses=4)
    town.panden.loc[1, "status"] = "Bouw gestart"
    without_points(town, 2)
    town.write()
    out = build_town(town.settings, tmp_path / "twin").out
    assert read_panden(out).loc[pand_id(2), "lod"] == "0"
    assert shells(out, "1.1") == {}


def test_without_ground_beside_it_there_is_no_block(tmp_path: Path) -> None:
    town = Town(tmp_path / "bron", houses=6)
    # The cloud ends 40 m before the last house: the nearest ground is somebody else's.
    town.points = town.points[town.points["x"] < CORNER[0] + 10 + 5 * 25 - 40].reset_index(drop=True)
    town.write()
    out = build_town(town.settings, tmp_path / "twin").out
    told = read_panden(out).loc[pand_id(6)]
    assert (told["lod"], told["lod_reden"]) == ("0", "geen punten binnen de omtrek")


def test_neighbours_in_other_tiles_count_as_those_in_the_same(tmp_path: Path) -> None:
    town = Town(tmp_path / "bron", houses=8)
    for number in range(1, 9):
        raised(town, number, 5.0 + number)
    without_points(town, 4, 5)
    town.write()
    whole = build_town(town.settings, tmp_path / "whole").out
    told = read_panden(whole)["aangenomen_hoogte"].dropna()
    # Of house 4: 2, 3, 6; of 5: 3, 6, 7; each stands at its number plus 4 m.
    assert told.to_dict() == pytest.approx({pand_id(4): 3 + 4.0, pand_id(5): 6 + 4.0}, abs=0.02)
    town.extra = "[build]\ntile = 100.0\nchunk = 1\n"
    town.write()
    cut = build_town(town.settings, tmp_path / "cut").out
    assert len(list((cut / "cityjson").iterdir())) == 2
    assert read_panden(cut)["aangenomen_hoogte"].dropna().to_dict() == told.to_dict()
    for lod in ("1.1", "1.2", "2.2"):
        assert shells(cut, lod) == shells(whole, lod)


def test_a_neighbour_that_changes_in_another_tile_is_noticed(tmp_path: Path) -> None:
    town = Town(tmp_path / "bron", houses=8, extra="[build]\ntile = 100.0\n")
    without_points(town, 4)
    town.write()
    out = tmp_path / "twin"
    build_town(town.settings, out)
    before = read_panden(out).loc[pand_id(4), "aangenomen_hoogte"]
    for number in (5, 6, 7, 8):
        raised(town, number, 12.0)
    raised(town, 3, 12.0)
    town.write()
    build_town(town.settings, out)
    assert read_panden(out).loc[pand_id(4), "aangenomen_hoogte"] == pytest.approx(before + 6.0, abs=0.02)


def test_it_is_drawn_lighter_than_what_was_measured(tmp_path: Path) -> None:
    town = Town(tmp_path / "bron", houses=2)
    without_points(town, 2)
    town.write()
    out = build_town(town.settings, tmp_path / "twin").out
    (path,) = (out / ".work" / "meshes" / "pand").glob("*.npz")
    with np.load(path) as mesh:
        for kind in ("detail", "overview"):
            color, feature = mesh[f"{kind}_color"].astype(int), mesh[f"{kind}_feature"]
            assert set(feature.tolist()) == {0, 1}
            assert color[feature == 1].sum(axis=1).min() > color[feature == 0].sum(axis=1).max()
    assert any(
        g["type"] == "Solid" and g["lod"] == "1.1"
        for feature, _ in features(out)
        for o in feature["CityObjects"].values()
        for g in o.get("geometry", ())
    )
