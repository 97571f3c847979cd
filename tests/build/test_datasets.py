"""A data set of one's own, from its file to everything that a twin gives."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from tests.build.towns import Town, build_town, pand_id, read_panden
from tests.end_to_end.twins import read_collection
from tiles import read_mesh
from twin.api import create_app
from twin.build import Silence, build
from twin.build.joins import try_joins
from twin.build.registers import read_registers
from twin.check import check_twin
from twin.cli.app import app
from twin.errors import TwinError
from twin.settings import Settings, SourceKind, load
from twin.store import Layout, read_manifest

if TYPE_CHECKING:
    from tests.conftest import Sample

PANELS = """
[[dataset]]
name = "zonnepanelen"
path = "panelen.csv"
by = "pand"
key = "pand"
title = "Zonnepanelen"
date = 2025-06-01
licence = "CC0-1.0"
attribution = "gemeente"

[[dataset.attribute]]
name = "zonnepanelen_vermogen"
column = "wp"
type = "number"
unit = "kW"
aggregate = "sum"
decimals = 1
tile = true
nl = { label = "Vermogen zonnepanelen", description = "Som van het vermogen op het dak." }
en = { label = "Solar power", description = "Sum of the power on the roof." }

[[dataset]]
name = "onderhoud"
path = "onderhoud.csv"
by = "pand"
key = "pand"
licence = "niet openbaar"
classification = "intern"

[[dataset.attribute]]
name = "onderhoud_kosten"
column = "kosten"
unit = "EUR"
tile = true
nl = { label = "Onderhoudskosten" }
"""
SECRET = 918273  # euro


@pytest.fixture(scope="module")
def settings(sample_registers: Sample, sample_twin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's own twin.toml, with two data sets beside it."""
    folder = tmp_path_factory.mktemp("datasets")
    ids = read_collection(sample_twin, "pand")["identificatie"].tolist()
    lines = [f"{i};{n},5" for n, i in enumerate(ids[:10])] + [f"{ids[0]};100,0", "0503100000999999;7,0"]
    (folder / "panelen.csv").write_text("\n".join(["pand;wp", *lines]) + "\n", encoding="utf-8")
    (folder / "onderhoud.csv").write_text(
        "\n".join(["pand;kosten", *(f"{i};{SECRET}" for i in ids)]) + "\n", encoding="utf-8"
    )
    path = folder / "twin.toml"
    own = sample_registers.settings.read_text(encoding="utf-8")
    bron = sample_registers.settings.parent
    rooted = re.sub(r"(?m)^path = .*$", lambda m: re.sub(r'"(.+?)"', rf'"{bron}/\1"', m[0]), own)
    path.write_text(rooted + PANELS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def out(settings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("attached") / "twin"
    with ThreadPoolExecutor(1) as executor:
        build(load(settings), root, executor, Silence())
    return root


def test_the_tables_have_it(out: Path) -> None:
    panden = read_collection(out, "pand")
    known = panden.set_index("identificatie")["zonnepanelen_vermogen"].dropna()
    assert len(known) == 10
    assert known.iloc[0] == 100.5
    assert (panden["onderhoud_kosten"] == SECRET).all()


def test_cityjson_and_tiles_have_what_is_public(out: Path) -> None:
    layout = Layout(out)
    city = b"".join(path.read_bytes() for path in layout.sequences())
    assert city.count(b'"zonnepanelen_vermogen"') == 10
    meshes = [read_mesh(path).properties for path in layout.tiles3d.rglob("pand/**/*.glb")]
    assert any("zonnepanelen_vermogen" in m and (m["zonnepanelen_vermogen"] == 100.5).any() for m in meshes)
    for path in (p for folder in ("cityjson", "3dtiles") for p in (out / folder).rglob("*") if p.is_file()):
        assert b"onderhoud" not in path.read_bytes(), path
        assert str(SECRET).encode() not in path.read_bytes(), path


def test_the_api_serves_it_with_its_words_and_origin(out: Path) -> None:
    with TestClient(create_app(out)) as client:
        listed: list[dict[str, Any]] = client.get("/api/catalogue").json()
        (entry,) = [a for a in listed if a["source"] == "zonnepanelen"]
        assert entry["nl"]["label"] == "Vermogen zonnepanelen"
        assert (entry["unit"], entry["group"], entry["licence"]) == ("kW", "Zonnepanelen", "CC0-1.0")
        sources = {s["kind"]: s for s in client.get("/api/twin").json()["sources"]}
        assert sources["zonnepanelen"]["date"] == "2025-06-01"
        assert "onderhoud" not in sources
        found = client.get("/api/collections/pand/items?zonnepanelen_vermogen=100.5").json()
        assert found["numberMatched"] == 1
        assert "onderhoud_kosten" not in found["features"][0]["properties"]
        assert client.get(f"/api/collections/pand/items?onderhoud_kosten={SECRET}").status_code == 400
        group = client.get("/api/collections/pand/statistics?property=zonnepanelen_vermogen").json()[
            "groups"
        ][0]
        assert (group["max"], group["count"] - group["missing"]) == (100.5, 10)


def test_the_check_knows_the_attributes(out: Path) -> None:
    assert check_twin(out, Silence()).findings == []


def test_the_joins_and_the_files_are_on_record(out: Path) -> None:
    manifest = read_manifest(Layout(out))
    joins = {j["name"]: j for j in manifest.joins}
    panels = joins["pand <- zonnepanelen"]
    assert (panels["right"], panels["right_matched"], panels["duplicates"]) == (12, 11, 2)
    assert panels["unmatched_right"] == ["0503100000999999"]
    (source,) = [s for s in manifest.sources if s["kind"] == "zonnepanelen"]
    assert source["files"][0]["name"] == "panelen.csv"
    assert {c["collection"] for c in manifest.ledger} >= {"dataset/zonnepanelen", "dataset/onderhoud"}


def test_a_dry_run_says_the_same_and_writes_nothing(settings: Path, out: Path) -> None:
    before = sorted(settings.parent.rglob("*"))
    panels, upkeep = try_joins(load(settings), Silence())
    assert sorted(settings.parent.rglob("*")) == before
    (built,) = [j for j in read_manifest(Layout(out)).joins if j["name"] == "pand <- zonnepanelen"]
    assert json.loads(json.dumps(panels.report.as_json())) == built
    assert panels.filled == {"zonnepanelen_vermogen": 10}
    assert upkeep.filled["onderhoud_kosten"] == upkeep.report.left


def test_the_command_shows_it_and_can_be_strict(settings: Path) -> None:
    shown = CliRunner().invoke(app, ["joins", str(settings)])
    assert shown.exit_code == 0
    assert "0503100000999999" in shown.stdout
    assert "91.7%" in shown.stdout
    strict = CliRunner().invoke(app, ["joins", str(settings), "--minimum", "0.95", "--json"])
    assert strict.exit_code == 1
    assert json.loads(strict.stdout)["datasets"][0]["right_matched"] == 11


def small(folder: Path, records: str, table: str = "") -> Town:
    (folder / "eigen.csv").write_text(records, encoding="utf-8")
    return Town(
        folder,
        extra='[[dataset]]\nname = "eigen"\npath = "eigen.csv"\nby = "pand"\nkey = "pand"\nlicence = "-"\n'
        '[[dataset.attribute]]\nname = "eigen_waarde"\nnl = { label = "Eigen" }\ncolumn = "w"\n' + table,
    )


def test_another_value_or_word_builds_the_tile_anew_and_nothing_else_does(tmp_path: Path) -> None:
    town = small(tmp_path, f"pand;w\n{pand_id(1)};3,5\n")
    out = tmp_path / "twin"
    assert build_town(town.write(), out).built == 1
    assert build_town(town.settings, out).built == 0
    (tmp_path / "eigen.csv").write_text(f"pand;w\n{pand_id(1)};4,5\n", encoding="utf-8")
    assert build_town(town.settings, out).built == 1
    assert read_panden(out).loc[pand_id(1), "eigen_waarde"] == 4.5
    town.settings.write_text(town.settings.read_text().replace('"Eigen"', '"Anders"'), encoding="utf-8")
    assert build_town(town.settings, out).built == 1
    assert read_manifest(Layout(out)).catalogue["eigen_waarde"].nl.label == "Anders"


def test_a_data_set_that_is_taken_out_leaves_nothing(tmp_path: Path) -> None:
    town = small(tmp_path, f"pand;w\n{pand_id(1)};3,5\n")
    out = tmp_path / "twin"
    build_town(town.write(), out)
    town.extra = ""
    build_town(town.write(), out)
    assert "eigen_waarde" not in read_panden(out)
    assert read_manifest(Layout(out)).attributes == []


def test_records_that_are_no_good_are_on_the_ledger_and_stop_nothing(tmp_path: Path) -> None:
    town = small(tmp_path, f"pand;w\nrommel;1\n{pand_id(1)};x\n{pand_id(2)};2\n")
    out = tmp_path / "twin"
    build_town(town.write(), out)
    assert read_panden(out)["eigen_waarde"].dropna().tolist() == [2.0]
    rejects = pd.read_parquet(out / "report" / "rejects.parquet")
    assert rejects.loc[rejects["collection"] == "dataset/eigen", "object_id"].tolist() == ["record 1"]


def test_a_data_set_for_a_collection_that_is_not_there_is_told(tmp_path: Path) -> None:
    town = Town(tmp_path)
    gpd.GeoDataFrame({"w": [1.0]}, geometry=gpd.points_from_xy([100_010], [450_025]), crs=28992).to_file(
        tmp_path / "eigen.gpkg"
    )
    town.extra = (
        '[[dataset]]\nname = "eigen"\npath = "eigen.gpkg"\nby = "contains"\nto = "wegdeel"\nlicence = "-"\n'
        '[[dataset.attribute]]\nname = "eigen_waarde"\nnl = { label = "Eigen" }\ncolumn = "w"\n'
    )
    with pytest.raises(TwinError, match="no wegdeel in this twin"):
        build_town(town.write(), tmp_path / "twin")


def test_a_data_set_from_the_web_says_where_and_when(
    settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    handler = partial(SimpleHTTPRequestHandler, directory=settings.parent)
    text = settings.read_text(encoding="utf-8")
    own = tmp_path / "twin.toml"
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/panelen.csv"
        text = text.replace('"panelen.csv"', f'"{address}?key=geheim"')
        own.write_text(
            text.replace('"onderhoud.csv"', f'"{settings.parent}/onderhoud.csv"'), encoding="utf-8"
        )
        first = read_registers(_without_clouds(load(own)), tmp_path / "work", Silence())
        server.shutdown()
    again = read_registers(_without_clouds(load(own)), tmp_path / "work", Silence())
    there, offline = ({p.kind: p for p in r.provenance}["zonnepanelen"] for r in (first, again))
    assert there.files[0]["address"] == address
    assert len(there.files[0]["fetched"]) == len("2026-01-01T00:00:00+00:00")
    assert not there.notes
    assert offline.files == there.files
    assert "can't be reached" in offline.notes[0]
    assert first.datasets["zonnepanelen"].equals(again.datasets["zonnepanelen"])


def _without_clouds(settings: Settings) -> Settings:
    kept = tuple(s for s in settings.source if s.kind is not SourceKind.AHN)
    return settings.model_copy(update={"source": kept})
