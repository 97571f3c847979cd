"""``twin inspect``: on every kind of file that a register delivers, and on what is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Twin, is_sentence
from tests.conftest import Sample
from tests.docs.pages import code_words, page, sections

KEYS = {"path", "kind", "crs", "bbox", "count", "layers", "notes"}


def test_the_keys_of_its_json_are_told() -> None:
    assert code_words(sections(page("developers/cli.md"))["twin inspect"]) >= KEYS


@pytest.mark.parametrize(
    ("register", "kind"),
    [
        ("bgt", "bgt citygml"),
        ("bag", "bag extract"),
        ("bag_light", "bag geopackage"),
        ("ahn", "ahn laz"),
        ("cbs", "cbs geopackage"),
        ("woz", "woz csv"),
        ("energielabel", "ep-online csv"),
    ],
)
def test_every_register_of_the_sample(twin: Twin, sample_registers: Sample, register: str, kind: str) -> None:
    found = getattr(sample_registers.town, register)
    path = found[0] if isinstance(found, tuple) else found
    answer = twin("inspect", path, "--json")
    assert (answer.code, answer.err) == (0, "")
    assert set(answer.json) == KEYS
    assert (answer.json["path"], answer.json["kind"]) == (str(path), kind)
    shown = twin("inspect", path)
    assert shown.code == 0
    assert kind in shown.out


def test_its_counts_are_those_that_were_generated(twin: Twin, sample_registers: Sample) -> None:
    town = sample_registers.town
    points = [twin("inspect", sheet, "--json").json for sheet in town.ahn]
    assert sum(p["count"] for p in points) == sum(
        n for name, n in town.counts.items() if name.startswith("ahn/")
    )
    assert any(p["notes"][0].startswith("no CRS record") for p in points)
    layers = {layer["name"]: layer["count"] for layer in twin("inspect", town.bgt, "--json").json["layers"]}
    generated = {n.removeprefix("bgt/"): c for n, c in town.counts.items() if n.startswith("bgt/")}
    assert {name: count for name, count in layers.items() if count} == {
        name: count for name, count in generated.items() if count
    }


def test_a_twin_s_own_files(twin: Twin, sample_twin: Path) -> None:
    sequence = sorted((sample_twin / "cityjson").iterdir())[0]
    found = twin("inspect", sequence, "--json").json
    assert found["kind"] == "cityjson"
    assert "RD New" in found["crs"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("formats/bag_gpkg/gokoala_bag.gpkg", "bag geopackage"),
        ("formats/bag_lvc_xml/0221PND15092020.zip", "bag extract"),
        ("formats/bag_lvc_xml/lv/BAGNLDL-15092020-small.zip", "bag extract"),
        ("formats/bag_lvc_xml/lv/BAGNLDL-15092020-small", "bag extract"),
        ("formats/bag_lvc_xml/lv/BAGNLDL-15092020-small-expand", "bag extract"),
        ("formats/bag_wfs_json/panden.geojson", "geojson"),
        ("formats/bgt_citygml_otterlo/otterlo.zip", "bgt citygml"),
        ("formats/bgt_citygml_hilversum", "bgt citygml"),
        ("formats/bgt_citygml_denhaag_partial", "bgt citygml"),
        ("formats/bgt_citygml_hilversum/bgt_bak.gml", "bgt gml"),
        ("formats/misc_3dbag/b2.jsonl", "cityjson"),
        ("formats/misc_3dbag/nextbk_2b.city.json", "cityjson"),
        ("formats/misc_3dbag/3dbag_binnenhof.gpkg", "geopackage"),
        ("delft/bgt.gpkg", "bgt geopackage"),
        ("delft/ahn3_37en2.laz", "ahn laz"),
        ("voorburg/bag_num.csv.gz", "csv"),
        ("voorburg/cbs_buurten.gpkg", "cbs geopackage"),
    ],
)
def test_real_files(twin: Twin, real_data: Path, name: str, kind: str) -> None:
    answer = twin("inspect", real_data / name, "--json")
    assert (answer.code, answer.err) == (0, "")
    assert answer.json["kind"] == kind
    assert twin("inspect", real_data / name).code == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("absent.zip", None, "it doesn't exist"),
        ("bgt.zip", b"PK", "it can't be opened as a zip"),
        ("bag.gpkg", b"SQLite format 3\0", "it can't be opened as a GeoPackage"),
        ("ahn.laz", b"LASF", "it can't be opened as LAZ or LAS"),
        ("brief.docx", b"PK", "its name and content are of no kind known here"),
        ("panden.json", b"{}", "it is no CityJSON or GeoJSON"),
    ],
)
def test_what_can_not_be_read(
    twin: Twin, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    answer = twin("inspect", path, "--json")
    assert (answer.code, answer.out) == (1, "")
    assert is_sentence(answer.err)
    assert answer.err.startswith(f"Error: {path}: {words}")


def test_square_brackets_in_a_name_are_no_markup(twin: Twin, tmp_path: Path) -> None:
    path = tmp_path / "[red]woz.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": []}), encoding="utf-8")
    answer = twin("inspect", path)
    assert (answer.code, answer.err) == (0, "")
    assert "[red]woz.json" in answer.out
