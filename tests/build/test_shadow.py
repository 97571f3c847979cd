"""Shadow on roofs, where the border of two tiles runs between a house and what stands before its sun."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import shapely

from tests.build.towns import CORNER, Town, build_town, pand_id, read_json, read_panden, scan

SUN = ["zoninstraling", "zonnestroom", "opp_dak_zon", "zon_beschaduwing"]


def houses_beside_a_tower(folder: Path) -> Town:
    """Seven houses in a row, of which the fifth, just beyond a multiple of 100 m, is a tower of 30 m."""
    town = Town(folder, houses=7)
    x = CORNER[0] + 10 + 24 * pd.Series(range(7)).to_numpy()
    town.panden.geometry = shapely.box(x, CORNER[1] + 20, x + 10, CORNER[1] + 30)
    town.points = scan(town.panden.geometry)
    inside = shapely.contains_xy(town.panden.geometry.iloc[4], town.points["x"], town.points["y"])
    town.points.loc[inside, "z"] = 31.0
    return town


def test_shadow_does_not_depend_on_how_tiles_are_cut(tmp_path: Path) -> None:
    town = houses_beside_a_tower(tmp_path / "bron")
    town.write()
    whole = read_panden(build_town(town.settings, tmp_path / "whole").out)
    town.extra = "[build]\ntile = 100.0\n"
    town.write()
    out = build_town(town.settings, tmp_path / "cut").out
    assert len(list((out / "cityjson").iterdir())) == 2
    cut = read_panden(out)
    pd.testing.assert_frame_equal(cut[SUN], whole[SUN])
    lost = whole["zon_beschaduwing"]
    tower = pand_id(5)
    assert lost[tower] < 0.01
    beside = lost[[pand_id(4), pand_id(6)]]
    assert (beside > 0.04).all(), "the tower takes nothing from its neighbours"
    assert lost[pand_id(1)] < 0.01
    assert whole.loc[pand_id(4), "zonnestroom"] < whole.loc[pand_id(1), "zonnestroom"]


def test_cityjson_tells_the_same_of_each_face(tmp_path: Path) -> None:
    town = houses_beside_a_tower(tmp_path / "bron")
    town.write()
    out = build_town(town.settings, tmp_path / "out").out
    panden = read_panden(out)
    checked = 0
    for path in (out / "cityjson").iterdir():
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            (tmp_path / "line.json").write_text(line, encoding="utf-8")
            for name, one in read_json(tmp_path / "line.json")["CityObjects"].items():
                for geometry in one.get("geometry", []):
                    surfaces = geometry.get("semantics", {}).get("surfaces", [])
                    faces = [s for s in surfaces if "dakvlak_zoninstraling" in s]
                    if not faces:
                        continue
                    total = sum(s["dakvlak_zoninstraling"] * s["dakvlak_oppervlakte"] for s in faces)
                    pand = name.removeprefix("NL.IMBAG.Pand.").partition("-")[0]
                    assert abs(total - panden.loc[pand, "zoninstraling"]) < 0.01 * total
                    checked += 1
    assert checked == 7
