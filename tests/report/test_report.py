"""``twin report`` on a built twin: what it reads is what was built, and what it draws can be looked at."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.build.towns import Town, build_town, pand_id
from tests.end_to_end.twins import read_collection
from twin.cli.app import app
from twin.errors import NotFoundError, QueryError, StoreError, TwinError
from twin.report import read_pand, worst
from twin.report.picture import draw
from twin.store import Layout


@pytest.fixture(scope="module")
def quality(sample_twin: Path) -> pd.DataFrame:
    return pd.read_parquet(sample_twin / "report" / "quality.parquet").set_index("identificatie")


@pytest.fixture(scope="module")
def detailed(quality: pd.DataFrame) -> list[str]:
    """Panden with a roof shape, some of every fit."""
    built = quality[quality["lod"] == "2.2"].sort_values("rmse_lod22")
    return [str(i) for i in built.index[:: max(len(built) // 6, 1)]]


def test_points_and_solids_on_disk_give_the_figures_of_the_build(
    sample_twin: Path, quality: pd.DataFrame, detailed: list[str]
) -> None:
    for name in detailed:
        pand, expected = read_pand(Layout(sample_twin), name), quality.loc[name]
        assert set(pand.lods) == {"2.2"}
        assert len(pand.points) == expected["aantal_punten"]
        distance = pand.distance[~np.isnan(pand.distance)]
        assert np.sqrt(np.mean(distance**2)) == pytest.approx(expected["rmse_lod22"], abs=2e-3)
        assert np.median(np.abs(distance)) == pytest.approx(expected["afstand_mediaan_lod22"], abs=2e-3)
        assert np.mean(np.abs(distance) < 0.2) == pytest.approx(expected["aandeel_binnen_20cm"], abs=5e-3)


def test_a_pand_goes_by_all_its_names(sample_twin: Path, detailed: list[str]) -> None:
    for name in (detailed[0], f"NL.IMBAG.Pand.{detailed[0]}", f"NL.IMBAG.Pand.{detailed[0]}-0"):
        assert read_pand(Layout(sample_twin), name).identificatie == detailed[0]


def test_what_is_internal_is_not_shown(sample_twin: Path) -> None:
    table = read_collection(sample_twin, "pand")
    valued = table[table["woz_waarde"].notna()]["identificatie"].iloc[0]
    shown = read_pand(Layout(sample_twin), valued).attributes
    assert "woz_waarde" not in shown
    assert shown["lod"] == table.set_index("identificatie").loc[valued, "lod"]


def test_a_pand_that_is_not_there(sample_twin: Path) -> None:
    with pytest.raises(NotFoundError, match="no pand 0599100000999999"):
        read_pand(Layout(sample_twin), "0599100000999999")


def test_points_that_are_gone(sample_twin: Path, detailed: list[str], tmp_path: Path) -> None:
    shutil.copytree(sample_twin, tmp_path / "twin", ignore=shutil.ignore_patterns("points"))
    with pytest.raises(StoreError, match=r"points of this twin are gone.*twin build"):
        read_pand(Layout(tmp_path / "twin"), detailed[0])


def test_a_twin_without_a_cloud(tmp_path: Path) -> None:
    town = Town(tmp_path / "bron", houses=1)
    settings = town.write()
    text = settings.read_text().split('[[source]]\nkind = "ahn"')[0]
    settings.write_text(text)
    out = build_town(settings, tmp_path / "twin").out
    with pytest.raises(StoreError, match="without a point cloud"):
        read_pand(Layout(out), pand_id(1))


def test_no_twin_at_all(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no twin here"):
        worst(Layout(tmp_path), 3)


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_picture_is_drawn_the_same_every_time(
    sample_twin: Path, detailed: list[str], tmp_path: Path, ending: str
) -> None:
    pand = read_pand(Layout(sample_twin), detailed[-1])
    path = tmp_path / f"pand.{ending}"
    draw(pand, path)
    first = path.read_bytes()
    if ending == "png":
        shown = matplotlib.image.imread(path)[..., :3]
        assert shown.shape[0] > 1000
        # Every panel holds something: the middle of each third differs from the paper.
        height, width = shown.shape[:2]
        for row in range(2):
            for column in range(3):
                panel = shown[
                    row * height // 2 : (row + 1) * height // 2,
                    column * width // 3 : (column + 1) * width // 3,
                ]
                assert np.mean((panel < 0.93).any(axis=2)) > 0.02, (row, column)
        draw(pand, path)
        assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]


def test_residuals_are_what_is_drawn(sample_twin: Path, detailed: list[str], tmp_path: Path) -> None:
    """Points far above the roof make the third panel red."""
    pand = read_pand(Layout(sample_twin), detailed[0])

    def redness(distance: float) -> float:
        draw(replace(pand, distance=np.full(len(pand.points), distance)), tmp_path / "pand.png")
        shown = matplotlib.image.imread(tmp_path / "pand.png")
        panel = shown[: int(shown.shape[0] * 0.45), shown.shape[1] * 2 // 3 :]
        return float((panel[..., 0] - panel[..., 2]).mean())

    assert redness(0.6) > redness(-0.6) + 0.01


def test_a_pand_without_model_or_points_is_drawn_too(
    sample_twin: Path, detailed: list[str], tmp_path: Path
) -> None:
    pand = read_pand(Layout(sample_twin), detailed[0])
    bare = replace(pand, solids=None, lods=(), distance=np.full(len(pand.points), np.nan))
    draw(bare, tmp_path / "bare.png")
    empty = replace(bare, points=np.empty((0, 3)), distance=np.empty(0), around=np.empty((0, 3)),
                    around_class=np.empty(0, np.uint8), attributes={"lod": "0"})  # fmt: skip
    draw(empty, tmp_path / "empty.png")
    assert (tmp_path / "bare.png").stat().st_size > (tmp_path / "empty.png").stat().st_size > 1000


def test_another_ending_and_a_missing_library(
    sample_twin: Path, detailed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pand = read_pand(Layout(sample_twin), detailed[0])
    with pytest.raises(QueryError, match=r"\.docx"):
        draw(pand, tmp_path / "pand.docx")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(TwinError, match=r"gemeentetwin\[report\]"):
        draw(pand, tmp_path / "pand.png")
    assert list(tmp_path.iterdir()) == []


def test_the_worst_come_first(sample_twin: Path, quality: pd.DataFrame) -> None:
    lists = worst(Layout(sample_twin), 5)
    assert [row["rmse_lod22"] for row in lists["rmse"]] == quality["rmse_lod22"].nlargest(5).tolist()
    shares = [row["nodata_fractie"] for row in lists["nodata"]]
    assert shares == quality["nodata_fractie"].nlargest(5).tolist()
    for row in (*lists["rmse"], *lists["nodata"]):
        assert row["lod_reden"] == quality.loc[row["identificatie"], "lod_reden"]


def _run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


def test_the_command_lists(sample_twin: Path) -> None:
    said = json.loads(_run(sample_twin, "--worst", 3, "--json").stdout)
    assert said == worst(Layout(sample_twin), 3)
    shown = _run(sample_twin, "--worst", 2).stdout
    assert all(row["identificatie"] in shown for row in said["rmse"][:2])
    assert said["rmse"][2]["identificatie"] not in shown.split("Worst by share")[0]
    assert _run(sample_twin, "--quiet").stdout == ""


def test_the_command_draws(
    sample_twin: Path, detailed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = json.loads(_run(sample_twin, "--id", detailed[0], "--json").stdout)
    assert said["file"] == f"{detailed[0]}.png"
    assert said["lod"] == "2.2"
    assert (tmp_path / said["file"]).is_file()
    answer = _run(sample_twin, "--id", detailed[0], "--out", tmp_path / "x.svg", "--quiet")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert (tmp_path / "x.svg").is_file()
