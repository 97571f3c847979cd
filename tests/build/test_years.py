"""Twins from clouds of several years: each pand from the best one, whatever the tiling."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from tests.build.towns import CORNER, Town, build_town, pand_id, read_panden, write_laz
from tests.end_to_end.twins import shells
from twin.build import Silence
from twin.check import check_twin
from twin.errors import SettingsError
from twin.report import read_pand
from twin.settings import load
from twin.store import Layout, read_manifest

NEW, OLD = "Actueel Hoogtebestand Nederland 2020", "Actueel Hoogtebestand Nederland 2014"


class Flown(Town):
    """A town flown over twice; ``older`` is the first flight, a centimetre lower."""

    older: pd.DataFrame

    def __post_init__(self) -> None:
        super().__post_init__()
        self.older = self.points.assign(z=self.points["z"] - 0.01)

    def inside(self, number: int, points: pd.DataFrame, inset: float = 0.0) -> np.ndarray:
        shape = self.panden.geometry[number - 1].buffer(-inset, join_style="mitre")
        return np.asarray(shapely.contains_xy(shape, points["x"], points["y"]))

    def write(self) -> Path:
        settings = super().write()
        write_laz(self.folder / "oud.laz", self.older)
        text = settings.read_text().replace('path = "ahn.laz"\n', 'path = "ahn.laz"\nyear = 2020\n')
        settings.write_text(text + '\n[[source]]\nkind = "ahn"\npath = "oud.laz"\nyear = 2014\n')
        return settings


def town(folder: Path) -> Flown:
    """House 2: a hole in the new flight. House 3: a hole too, and a storey more. House 4: not flown anew."""
    flown = Flown(folder, houses=5)
    flown.points = flown.points[~flown.inside(2, flown.points, inset=2.0)].reset_index(drop=True)
    flown.points.loc[flown.inside(3, flown.points), "z"] = 9.0
    flown.points = flown.points[~flown.inside(3, flown.points, inset=3.0)].reset_index(drop=True)
    near = flown.panden.geometry[3].buffer(1)
    lost = shapely.contains_xy(near, flown.points["x"], flown.points["y"])
    flown.points = flown.points[~lost].reset_index(drop=True)
    return flown


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("years")
    flown = town(folder / "bron")
    flown.write()
    return build_town(flown.settings, folder / "twin").out


def test_each_pand_names_its_cloud_and_why(twin: Path) -> None:
    panden = read_panden(twin)
    assert panden["puntenwolk"].tolist() == [NEW, OLD, NEW, OLD, NEW]
    assert panden["puntenwolk_reden"].tolist() == [
        "nieuwste puntenwolk",
        "nieuwere puntenwolk heeft gaten en het pand is niet veranderd",
        "nieuwste puntenwolk, ondanks gaten: het pand is veranderd",
        "nieuwere puntenwolk heeft hier geen dak en geen maaiveld",
        "nieuwste puntenwolk",
    ]
    assert {s["title"] for s in read_manifest(Layout(twin)).sources if s["kind"] == "ahn"} == {NEW, OLD}


def test_roof_and_ground_are_those_of_that_cloud(twin: Path) -> None:
    panden = read_panden(twin)
    assert panden["h_dak_max"].tolist() == pytest.approx([6.0, 5.99, 9.0, 5.99, 6.0], abs=0.004)
    assert panden["h_maaiveld"].tolist() == pytest.approx([1.0, 0.99, 1.0, 0.99, 1.0], abs=0.004)
    # Points of one flight only, not of both.
    assert panden["puntdichtheid"].between(3, 8).all()
    assert panden.loc[pand_id(2), "nodata_fractie"] == 0
    assert panden.loc[pand_id(3), "nodata_fractie"] > 0.06


def test_the_check_passes_and_a_picture_shows_the_points_that_were_used(twin: Path) -> None:
    assert check_twin(twin, Silence()).findings == []
    for number in (1, 2):
        pand = read_pand(Layout(twin), pand_id(number))
        assert len(pand.points) == pand.attributes["aantal_punten"]
        assert np.abs(pand.distance).max() < 0.005


def test_the_tiling_changes_nothing(twin: Path, tmp_path: Path) -> None:
    flown = town(tmp_path / "bron")
    flown.extra = "[build]\ntile = 100.0\nchunk = 1\n"
    flown.write()
    cut = build_town(flown.settings, tmp_path / "twin").out
    assert len(list((cut / "cityjson").iterdir())) == 2
    assert shells(cut, "2.2") == shells(twin, "2.2")
    columns = ["puntenwolk", "puntenwolk_reden", "rmse_lod22", "h_maaiveld"]
    pd.testing.assert_frame_equal(read_panden(cut)[columns], read_panden(twin)[columns])


def test_one_cloud_is_named_too_and_two_sheets_without_years_are_one(tmp_path: Path) -> None:
    plain = Town(tmp_path / "bron", houses=2)
    east = plain.points["x"] > CORNER[0] + 28
    points = plain.points
    plain.points = points[~east].reset_index(drop=True)
    plain.extra = '\n[[source]]\nkind = "ahn"\npath = "oost.laz"\n'
    plain.write()
    write_laz(plain.folder / "oost.laz", points[east].reset_index(drop=True))
    panden = read_panden(build_town(plain.settings, tmp_path / "twin").out)
    assert panden["puntenwolk"].tolist() == ["Actueel Hoogtebestand Nederland"] * 2
    assert panden["puntenwolk_reden"].tolist() == ["enige puntenwolk"] * 2
    assert panden["lod"].tolist() == ["2.2", "2.2"]


@pytest.mark.parametrize("years", [("2020", "2020"), ("2020", None)])
def test_years_that_do_not_tell_clouds_apart(tmp_path: Path, years: tuple[str, str | None]) -> None:
    text = '[twin]\nname = "X"\n[[source]]\nkind = "bag"\npath = "bag.gpkg"\n'
    for number, year in enumerate(years):
        text += f'[[source]]\nkind = "ahn"\npath = "{number}.laz"\n' + (f"year = {year}\n" if year else "")
    (tmp_path / "twin.toml").write_text(text)
    with pytest.raises(SettingsError, match="need a year each"):
        load(tmp_path / "twin.toml")
