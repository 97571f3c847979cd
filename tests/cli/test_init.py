"""``twin init``: a file to fill in, that loads as it is."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Twin
from twin.settings import SourceKind, load


def test_what_it_writes_loads_and_names_every_register(twin: Twin, tmp_path: Path) -> None:
    path = tmp_path / "area" / "twin.toml"
    box = (84808.0, 447413.0, 85072.0, 447641.5)
    answer = twin("init", 'Delft "Oost"', "--code", "GM0503", "--bbox", *box, "--out", path)
    assert (answer.code, answer.err) == (0, "")
    assert (
        answer.out == f"Wrote {path}. Fill in the paths of its sources, then: twin build {path} --out twin\n"
    )
    settings = load(path)
    assert settings.twin.name == 'Delft "Oost"'
    assert (settings.twin.municipality, settings.twin.bbox) == ("GM0503", box)
    assert [s.kind for s in settings.source] == list(SourceKind)
    assert all(s.path[0].parent == path.parent / "bron" for s in settings.source)


def test_its_hints_are_settings_when_the_mark_is_taken_away(twin: Twin, tmp_path: Path) -> None:
    path = tmp_path / "twin.toml"
    twin("init", "Delft", "--out", path, "--quiet")
    text = path.read_text(encoding="utf-8").replace("# date = ", "date = ")
    path.write_text(text, encoding="utf-8")
    assert all(s.date is not None for s in load(path).source)
    assert len(tomllib.loads(text)["source"]) == len(SourceKind)


def test_quiet_says_nothing(twin: Twin, tmp_path: Path) -> None:
    answer = twin("init", "Delft", "--out", tmp_path / "twin.toml", "--quiet")
    assert (answer.code, answer.out, answer.err) == (0, "", "")


def test_an_existing_file_stays_unless_forced(twin: Twin, tmp_path: Path) -> None:
    path = tmp_path / "twin.toml"
    path.write_text("mine", encoding="utf-8")
    answer = twin("init", "Delft", "--out", path)
    assert answer.code == 2
    assert answer.err == f"Error: {path}: exists already. Choose another --out, or --force to overwrite it\n"
    assert path.read_text(encoding="utf-8") == "mine"
    assert twin("init", "Delft", "--out", path, "--force").code == 0
    assert load(path).twin.name == "Delft"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--code", "503"], "--code: must be the CBS code, GM and four digits, such as GM0503; found '503'"),
        (["--bbox", "4.3", "51.9", "4.4", "52"], "--bbox: lies outside the Netherlands in RD metres"),
        (["--bbox", "2", "400000", "1", "400001"], "--bbox: must be min x, min y, max x, max y"),
    ],
)
def test_a_wrong_value_is_told_by_its_option_and_writes_nothing(
    twin: Twin, tmp_path: Path, options: list[str], words: str
) -> None:
    answer = twin("init", "Delft", "--out", tmp_path / "twin.toml", *options)
    assert answer.code == 2
    assert answer.err.startswith(f"Error: {words}")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_can_not_be_written(twin: Twin, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = twin("init", "Delft", "--out", tmp_path / "file" / "twin.toml")
    assert answer.code == 1
    assert "a part of the path is a file" in answer.err
