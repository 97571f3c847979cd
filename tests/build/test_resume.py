"""A second build does what changed and no more; an interrupted one goes on; and cutting changes no result."""

from __future__ import annotations

import shutil
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.build.towns import CORNER, Town, build_town, contents, pand_id, read_json, read_panden, states
from tests.conftest import Sample
from tests.end_to_end.twins import shells
from twin.build import BuildSummary, Silence, build, running
from twin.build.tile import TileResult
from twin.errors import TwinError
from twin.settings import Settings, TilesSettings, load


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Eight houses in two tiles of 100 m."""
    town = Town(tmp_path / "bron", houses=8, extra="[build]\ntile = 100.0\n")
    town.write()
    return town


@pytest.fixture(scope="module")
def sample_settings(sample_registers: Sample) -> Settings:
    """The north-west quarter of the sample, so that cutting it again costs little."""
    settings = load(sample_registers.settings)
    x0, y0, x1, y1 = settings.twin.bbox or (0.0, 0.0, 0.0, 0.0)
    bbox = ((x0 + x1) / 2 - 90, (y0 + y1) / 2 - 90, (x0 + x1) / 2 + 90, (y0 + y1) / 2 + 90)
    return settings.model_copy(update={"twin": settings.twin.model_copy(update={"bbox": bbox})})


def _cut(settings: Settings, out: Path, **parameters: Any) -> BuildSummary:
    changed = settings.model_copy(update={"build": settings.build.model_copy(update=parameters)})
    with ThreadPoolExecutor(1) as executor:
        return build(changed, out, executor, Silence())


def test_a_second_build_touches_nothing(town: Town, tmp_path: Path) -> None:
    out = tmp_path / "twin"
    assert build_town(town.settings, out).built == 2
    before = states(out)
    again = build_town(town.settings, out)
    assert (again.tiles, again.built) == (2, 0)
    assert again.counts == {"pand": 8}
    assert again.lods == {"2.2": 8}
    assert again.fit["2.2"]["points"] > 1000
    assert states(out) == before


def test_the_time_of_a_tile_is_divided_over_its_panden_and_stands_in_the_report_only(
    town: Town, tmp_path: Path
) -> None:
    out = build_town(town.settings, tmp_path / "twin").out
    took = pd.read_parquet(out / "report" / "quality.parquet")["rekentijd"]
    assert (took > 0).all()
    tiles = [read_json(path)["cpu"] for path in (out / ".work" / "tiles").glob("*.json")]
    assert took.sum() == pytest.approx(sum(tiles), abs=0.01)
    others = [p for p in out.rglob("*") if p.is_file() and p.name != "quality.parquet"]
    assert not [p for p in others if b"rekentijd" in p.read_bytes()]


def test_half_of_the_time_goes_by_points() -> None:
    quality = pd.DataFrame({"identificatie": ["a", "b", "c"], "aantal_punten": [0, 100, 300]})
    shares = TileResult("t", quality=quality, cpu=24.0).timed_quality()["rekentijd"]
    assert shares.tolist() == [4.0, 4.0 + 3.0, 4.0 + 9.0]
    none = quality.assign(aantal_punten=0)
    assert TileResult("t", quality=none, cpu=24.0).timed_quality()["rekentijd"].tolist() == [8.0] * 3


def test_moving_and_touching_the_sources_rebuilds_nothing(town: Town, tmp_path: Path) -> None:
    out = tmp_path / "twin"
    build_town(town.settings, out)
    moved = shutil.copytree(town.folder, tmp_path / "elders")
    for path in moved.iterdir():
        path.touch()
    assert build_town(moved / "twin.toml", out).built == 0


def test_one_changed_attribute_rebuilds_one_tile(town: Town, tmp_path: Path) -> None:
    out = tmp_path / "twin"
    build_town(town.settings, out)
    before = states(out)
    town.panden.loc[0, "bouwjaar"] = 1931
    town.write()
    summary = build_town(town.settings, out)
    assert (summary.tiles, summary.built) == (2, 1)
    after = states(out)
    west, east = "100000_450000", "100100_450000"
    assert read_panden(out).loc[pand_id(1), "oorspronkelijk_bouwjaar"] == 1931
    assert after[f"objects/pand/{west}.parquet"] != before[f"objects/pand/{west}.parquet"]
    for name in (f"objects/pand/{east}.parquet", f"cityjson/{east}.city.jsonl"):
        assert after[name] == before[name]


def test_points_that_changed_far_away_rebuild_only_tiles_near_them(tmp_path: Path) -> None:
    town = Town(tmp_path / "bron", houses=8, extra="[build]\ntile = 100.0\n")
    town.write()
    out = tmp_path / "twin"
    build_town(town.settings, out)
    # A larger area: the tiles in its middle see the points that they saw.
    x0, y0, x1, y1 = town.bbox or (0.0, 0.0, 0.0, 0.0)
    town.bbox = (x0, y0, x1 + 100, y1)
    town.write()
    assert build_town(town.settings, out).built <= 1


def test_other_points_rebuild(town: Town, tmp_path: Path) -> None:
    out = tmp_path / "twin"
    build_town(town.settings, out)
    town.points.loc[town.points["class"] == 6, "z"] += 1
    town.write()
    assert build_town(town.settings, out).built == 2
    assert (read_panden(out)["h_dak_max"] == 7.0).all()


@pytest.mark.parametrize("lost", ["cityjson/*.jsonl", "objects/pand/*.parquet", ".work/meshes/pand/*.npz"])
def test_a_lost_output_is_made_again(town: Town, tmp_path: Path, lost: str) -> None:
    out = tmp_path / "twin"
    build_town(town.settings, out)
    before = contents(out)
    sorted(out.glob(lost))[0].unlink()
    assert build_town(town.settings, out).built == 1
    assert contents(out) == before


@pytest.mark.parametrize("spoilt", [".work/tiles/100000_450000.json", "objects/pand/100000_450000.parquet"])
def test_a_spoilt_output_is_made_again(town: Town, tmp_path: Path, spoilt: str) -> None:
    out = tmp_path / "twin"
    build_town(town.settings, out)
    before = contents(out)
    (out / spoilt).write_bytes(b"{")
    assert build_town(town.settings, out).built == 1
    assert contents(out) == before


def test_a_lost_tileset_is_made_again(town: Town, tmp_path: Path) -> None:
    out = tmp_path / "twin"
    build_town(town.settings, out)
    before = contents(out)
    shutil.rmtree(out / "3dtiles")
    assert build_town(town.settings, out).built == 0
    assert contents(out) == before


def test_a_pand_that_is_gone_leaves_nothing_behind(town: Town, tmp_path: Path) -> None:
    out = tmp_path / "twin"
    build_town(town.settings, out)
    town.panden = town.panden.iloc[:3]
    town.write()
    summary = build_town(town.settings, out)
    assert summary.tiles == 1
    fresh = tmp_path / "fresh"
    build_town(town.settings, fresh)
    assert contents(out) == contents(fresh)


def test_an_interrupted_build_goes_on_where_it_was(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "twin"
    build_town(town.settings, whole)
    real = running.build_tile

    def failing(job: Any) -> Any:
        if job.name.startswith("100100"):
            raise ValueError("a surprise")
        return real(job)

    monkeypatch.setattr(running, "build_tile", failing)
    with pytest.raises(
        TwinError, match="1 of 2 tiles could not be built, the first 100100_450000: ValueError"
    ):
        build_town(town.settings, out)
    assert not (out / "twin.json").exists()
    monkeypatch.undo()
    assert build_town(town.settings, out).built == 1
    assert contents(out) == contents(whole)


def test_what_is_in_hand_at_an_interrupt_is_kept(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupting(Silence):
        def doing(self, what: str) -> None:
            if what.startswith("100"):
                raise KeyboardInterrupt

    out = tmp_path / "twin"
    with ThreadPoolExecutor(1) as executor, pytest.raises(KeyboardInterrupt):
        build(load(town.settings), out, executor, Interrupting())
    assert len(list(out.glob(".work/tiles/*.json"))) >= 1
    assert build_town(town.settings, out).built <= 1


def test_normals_come_to_the_tiles_of_panden_when_asked_for(town: Town, tmp_path: Path) -> None:
    out = tmp_path / "twin"
    found = []
    for normals in (False, True, False):
        settings = load(town.settings)
        with ThreadPoolExecutor(1) as executor:
            build(
                settings.model_copy(update={"tiles": TilesSettings(normals=normals)}),
                out,
                executor,
                Silence(),
            )
        found.append(
            {path: b'"NORMAL"' in path.read_bytes() for path in (out / "3dtiles" / "pand").rglob("*.glb")}
        )
    assert [set(told.values()) for told in found] == [{False}, {True}, {False}]
    assert found[0].keys() == found[1].keys()


def test_results_do_not_depend_on_the_number_of_workers(sample_settings: Settings, tmp_path: Path) -> None:
    _cut(sample_settings, tmp_path / "one", tile=100.0)
    parallel = sample_settings.model_copy(
        update={"build": sample_settings.build.model_copy(update={"tile": 100.0})}
    )
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        build(parallel, tmp_path / "two", executor, Silence())
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    one, two = (read_json(tmp_path / name / "twin.json") for name in ("one", "two"))
    assert {**one, "built": ""} == {**two, "built": ""}


@pytest.mark.parametrize("parameters", [{"tile": 250.0, "chunk": 7}, {"tile": 100.0, "chunk": 1}], ids=str)
def test_a_pand_does_not_depend_on_how_the_work_is_cut(
    sample_settings: Settings, uncut: Path, tmp_path: Path, parameters: dict[str, Any]
) -> None:
    out = tmp_path / "twin"
    _cut(sample_settings, out, **parameters)
    for lod in ("1.2", "1.3", "2.2"):
        assert shells(out, lod) == shells(uncut, lod)
    figures = ["lod", "lod_reden", "h_maaiveld", "h_dak_max", "volume_lod22", "rmse_lod22", "aantal_punten"]
    ours, theirs = read_panden(out)[figures].sort_index(), read_panden(uncut)[figures].sort_index()
    assert ours.equals(theirs)


@pytest.fixture(scope="module")
def uncut(sample_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("uncut") / "twin"
    _cut(sample_settings, out, tile=500.0, chunk=100)
    assert sum(1 for _ in shells(out, "2.2")) > 20
    return out


def test_a_tile_without_building_points_does_not_make_roofs_of_trees(tmp_path: Path) -> None:
    """Points of class 1 are roofs only where the whole source knows no class 6, not just this tile."""
    town = Town(tmp_path / "bron", houses=8, extra="[build]\ntile = 100.0\n")
    east = town.points["x"] > CORNER[0] + 100
    town.points.loc[east & (town.points["class"] == 6), "class"] = 1
    town.write()
    build_town(town.settings, tmp_path / "twin")
    panden = read_panden(tmp_path / "twin")
    assert panden["lod"].tolist() == ["2.2"] * 4 + ["1.1"] * 4
    assert (panden["aantal_punten"].iloc[4:] == 0).all()
    # The fifth and sixth stand within 50 m of the fourth, which has a roof.
    assert panden["lod_reden"].iloc[4:].tolist() == ["hoogte van de buren"] * 2 + ["standaardhoogte"] * 2


def test_never_classified_points_are_roofs_where_the_source_knows_no_buildings(tmp_path: Path) -> None:
    town = Town(tmp_path / "bron")
    town.points.loc[town.points["class"] == 6, "class"] = 1
    town.write()
    assert build_town(town.settings, tmp_path / "twin").lods == {"2.2": 4}


def test_ground_farther_than_any_ring_is_the_same_in_every_cut(tmp_path: Path) -> None:
    """A pand far from all ground takes the nearest, which lies in the next tile."""
    heights = []
    for size in (100.0, 250.0):
        town = Town(tmp_path / f"bron{size:g}", houses=8, extra=f"[build]\ntile = {size}\n")
        near = (town.points["x"] > CORNER[0] + 145) & (town.points["class"] == 2)
        town.points = town.points[~near]
        town.write()
        out = tmp_path / f"twin{size:g}"
        build_town(town.settings, out)
        heights.append(read_panden(out)["h_maaiveld"].sort_index())
    assert heights[0].equals(heights[1])
