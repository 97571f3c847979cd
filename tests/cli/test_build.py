"""``twin build`` and ``twin demo``: what they print, for people and for scripts."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from tests.build.towns import Town, read_json
from tests.cli.conftest import Twin
from tests.conftest import Sample
from tests.docs.pages import code_words, page, sections
from twin.build import BuildSummary

COMMANDS = sections(page("developers/cli.md"))
KEYS = {f.name for f in fields(BuildSummary)}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    town = Town(tmp_path_factory.mktemp("town") / "bron", houses=3)
    town.write()
    return town


def test_json_is_one_object_with_the_keys_that_are_told(twin: Twin, town: Town, tmp_path: Path) -> None:
    out = tmp_path / "twin"
    answer = twin("build", town.settings, "--out", out, "--workers", 1, "--json")
    assert (answer.code, answer.err) == (0, "")
    assert set(answer.json) == KEYS
    assert code_words(COMMANDS["twin build"]) >= KEYS
    assert answer.json["out"] == str(out)
    assert (answer.json["counts"], answer.json["lods"]) == ({"pand": 3}, {"2.2": 3})
    assert (answer.json["tiles"], answer.json["built"]) == (1, 1)

    again = twin("build", town.settings, "--out", out, "--workers", 1, "--json")
    assert {**again.json, "seconds": 0} == {**answer.json, "seconds": 0, "built": 0}

    quiet = twin("build", town.settings, "--out", out, "--workers", 1, "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_tables_go_to_stdout_and_progress_to_stderr(twin: Twin, town: Town, tmp_path: Path) -> None:
    answer = twin("build", town.settings, "--out", tmp_path / "twin", "--workers", 1)
    assert answer.code == 0
    assert "Built 1 of 1 tiles" in answer.out
    assert "Panden per level of detail" in answer.out
    assert "Reading the registers" in answer.err
    assert "Reading the registers" not in answer.out
    assert "Building tiles" in answer.err


def test_the_demo_generates_builds_and_can_be_checked(twin: Twin, tmp_path: Path) -> None:
    out = tmp_path / "demo"
    options = ("--buildings", 50, "--seed", 3, "--no-serve", "--workers", 1)
    answer = twin("demo", "--out", out, *options)
    assert answer.code == 0
    # What a join counts is said in the words of its two sides.
    joins = {line.split("  ")[0]: " ".join(line.split()) for line in answer.out.splitlines() if "<-" in line}
    panden = read_json(out / "twin" / "twin.json")["counts"]["pand"]
    assert joins["pand <- buurt"] == f"pand <- buurt pand with a buurt {panden} {panden} 100.0%"
    assert " links of verblijfsobject " in joins["pand <- verblijfsobject"]
    assert " WOZ records " in joins["verblijfsobject <- WOZ"]

    checked = twin("check", out / "twin", "--json")
    assert (checked.code, checked.err) == (0, "")
    assert set(checked.json) == {"passed", "checks", "findings"}
    assert code_words(COMMANDS["twin check"]) >= set(checked.json)
    assert checked.json["passed"] is True

    again = twin("demo", "--out", out, *options, "--json")
    assert (again.code, again.err) == (0, "")
    assert set(again.json) == KEYS
    assert again.json["built"] == 0
    quiet = twin("demo", "--out", out, *options, "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_every_source_of_the_sample_has_its_date(sample_registers: Sample, sample_twin: Path) -> None:
    dates = {s["kind"]: s["date"] for s in read_json(sample_twin / "twin.json")["sources"]}
    assert dates == {kind: day.isoformat() for kind, day in sample_registers.town.dates.items()}
    assert dates["bag"] == "2025-10-15"
    # They are those of the files: the name of the extract, the header of the sheets, the top of the labels.
    assert "15102025" in sample_registers.town.bag.name
    top = sample_registers.town.energielabel.read_text(encoding="utf-8")
    assert top.startswith("Publicatiedatum;" + dates["energielabel"].replace("-", ""))
    import laspy

    for sheet in sample_registers.town.ahn:
        with laspy.open(sheet) as reader:
            assert reader.header.creation_date.isoformat() == dates["ahn"]


def test_a_check_that_fails_is_1_and_names_the_file(twin: Twin, town: Town, tmp_path: Path) -> None:
    out = tmp_path / "twin"
    twin("build", town.settings, "--out", out, "--workers", 1, "--quiet")
    sequence = next((out / "cityjson").iterdir())
    lines = sequence.read_text(encoding="utf-8").splitlines(keepends=True)
    sequence.write_text("".join(lines[:-1]), encoding="utf-8")
    answer = twin("check", out)
    assert answer.code == 1
    assert "fail" in answer.out
    assert sequence.name in answer.out
    found = twin("check", out, "--json")
    assert (found.code, found.json["passed"]) == (1, False)
    assert all({"where", "message"} <= set(f) for f in found.json["findings"])
    quiet = twin("check", out, "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (1, "", "")
