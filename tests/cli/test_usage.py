"""Help, versions and wrong use of every command."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

import twin as package
from tests.cli.conftest import Twin, is_sentence
from twin.cli.app import app

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def test_there_are_these_commands() -> None:
    assert set(COMMANDS) == {
        "access",
        "demo",
        "init",
        "build",
        "check",
        "serve",
        "inspect",
        "joins",
        "report",
        "scenario",
        "export",
    }


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_tells_what_a_command_does_and_every_option(twin: Twin, name: str, flag: str) -> None:
    answer = twin(name, flag)
    assert (answer.code, answer.err) == (0, "")
    assert "[]" not in answer.out  # what is left where brackets in a text were taken for markup
    command = COMMANDS[name]
    words = " ".join(answer.out.replace("│", " ").split())
    assert " ".join(command.help.split("\n\n")[0].split()) in words
    for parameter in command.params:
        shown = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar
        assert shown in words, parameter.name
        if shown != "--help":
            assert parameter.help, f"{name} {shown} says nothing of itself"


def test_the_help_of_all_names_commands_and_exit_codes(twin: Twin) -> None:
    answer = twin("--help")
    assert answer.code == 0
    assert all(name in answer.out for name in COMMANDS)
    assert "0 good, 1 a problem with data or quality, 2 wrong use" in answer.out


def test_the_version(twin: Twin) -> None:
    answer = twin("--version")
    assert (answer.code, answer.out) == (0, f"twin {package.__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Usage"),
        (["bulid"], "Did you mean 'build'"),
        (["build"], "Missing argument 'TWIN.TOML'"),
        (["build", "twin.toml"], "Missing option '--out'"),
        (["build", "twin.toml", "--out", "x", "--workers", "0"], "--workers"),
        (["build", "twin.toml", "--out", "x", "--worker", "1"], "No such option"),
        (["check"], "Missing argument 'OUT'"),
        (["serve"], "Missing argument 'OUT'"),
        (["serve", "x", "--port", "70000"], "--port"),
        (["inspect"], "Missing argument 'FILE'"),
        (["export", "x"], "Missing option '--to'"),
        (["init"], "Missing argument 'MUNICIPALITY'"),
        (["init", "Delft", "--bbox", "1", "2", "3"], "requires 4 arguments"),
        (["demo", "--buildings", "3"], "--buildings"),
        (["demo", "--seed", "one"], "--seed"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_2(twin: Twin, arguments: list[str], words: str) -> None:
    answer = twin(*arguments)
    assert answer.code == 2
    assert words in answer.out + answer.err
    assert "Traceback" not in answer.err


def test_a_missing_twin_toml_is_wrong_use_and_says_how_to_make_one(twin: Twin, tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    answer = twin("build", path, "--out", tmp_path / "twin")
    assert answer.code == 2
    assert answer.err == f"Error: {path}: no such file. Write one with: twin init NAME --out {path}\n"
    assert not (tmp_path / "twin").exists()


@pytest.mark.parametrize(
    ("line", "key", "words"),
    [
        ('naam = "Delft"', "twin.naam", "unknown key"),
        ("municipality = 503", "twin.municipality", "string; found 503"),
        ('municipality = "503"', "twin.municipality", "GM and four digits, such as GM0503; found '503'"),
        ("bbox = [4.3, 51.9, 4.4, 52.0]", "twin.bbox", "degrees"),
        ('bbox = "delft"', "twin.bbox", "found 'delft'"),
    ],
)
def test_a_wrong_key_in_twin_toml_is_told_by_file_line_and_key(
    twin: Twin, tmp_path: Path, line: str, key: str, words: str
) -> None:
    path = tmp_path / "twin.toml"
    path.write_text(f'[twin]\nname = "Delft"\n\n{line}\n[[source]]\nkind = "bag"\npath = "bag.gpkg"\n')
    answer = twin("build", path, "--out", tmp_path / "twin")
    assert answer.code == 2
    assert answer.err.startswith(f"Error: {path}:4: {key}: ")
    assert words in answer.err


@pytest.mark.parametrize("command", ["check", "serve", "export"])
@pytest.mark.parametrize("place", ["nothing", "empty", "file"])
def test_no_twin_here_says_how_to_build_one(twin: Twin, tmp_path: Path, command: str, place: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    more = ["--to", tmp_path / "city.json"] if command == "export" else []
    answer = twin(command, tmp_path / place, *more)
    assert (answer.code, answer.out) == (1, "")
    assert f"Error: {tmp_path / place}: no twin here" in answer.err
    assert f"twin build twin.toml --out {tmp_path / place}" in answer.err
    assert "Traceback" not in answer.err


def test_an_error_of_the_program_is_a_sentence_too(
    twin: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("ingest.inspect.describe", broken)
    answer = twin("inspect", tmp_path)
    assert answer.code == 1
    assert answer.err.startswith("Error: ZeroDivisionError: division by zero. This is a fault in the program")
    assert not is_sentence(answer.err)
    with pytest.raises(ZeroDivisionError):
        twin("--verbose", "inspect", tmp_path)
