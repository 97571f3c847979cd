"""Walls that panden share, where the border of two tiles runs through them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from tests.build.towns import CORNER, Town, build_town, pand_id, read_panden, scan

SHARED = ["opp_scheidingsmuur", "aandeel_scheidingsmuur", "opp_gevel"]


def row_with_steps_down(folder: Path) -> Town:
    """Sixteen houses of 10 by 10 m, wall to wall, before each of which a stair leads 1.2 m down."""
    town = Town(folder, houses=16)
    x, y = CORNER[0] + 10 + 10 * np.arange(16), CORNER[1] + 20
    town.panden.geometry = shapely.box(x, y, x + 10, y + 10)
    town.points = scan(town.panden.geometry)
    stairs = shapely.union_all(shapely.box(x + 4, y - 2, x + 6, y))
    low = shapely.contains_xy(stairs, town.points["x"], town.points["y"])
    town.points.loc[low, "z"] -= 1.2
    return town


def test_party_walls_do_not_depend_on_how_tiles_are_cut(tmp_path: Path) -> None:
    town = row_with_steps_down(tmp_path / "bron")
    town.write()
    whole = read_panden(build_town(town.settings, tmp_path / "whole").out)
    town.extra = "[build]\ntile = 100.0\n"
    town.write()
    out = build_town(town.settings, tmp_path / "cut").out
    assert len(list((out / "cityjson").iterdir())) == 2
    cut = read_panden(out)
    # The border of the tiles is the wall between the houses 9 and 10.
    assert (whole["h_maaiveld"] - whole["h_maaiveld_min"] > 0.2).all(), "bases lie below the ground height"
    assert whole.loc[pand_id(9), "opp_scheidingsmuur"] > 100
    pd.testing.assert_frame_equal(cut[SHARED], whole[SHARED])
