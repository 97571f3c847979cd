"""``twin.toml``: what is good comes through whole, what is wrong is told with its line and key."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from twin.errors import SettingsError
from twin.settings import Settings, SourceKind, load
from twin.settings.load import line_of

GOOD = """\
[twin]
name = "Delft-Oost"
municipality = "GM0503"
bbox = [84800, 447400.5, 85080, 447650]

[build]
tile = 250
chunk = 64

[[source]]
kind = "bgt"
path = "bgt.gpkg"
date = 2016-05-01

[[source]]
kind = "ahn"
path = ["ahn/a.laz", "/data/b.laz"]
licence = "CC0-1.0"

[[source]]
kind = "woz"
path = "../woz.csv"

[source.columns]
waarde = "Waarde"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "twin.toml"
    path.write_text(text, encoding="utf-8")
    return path


def fault(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(write(folder, text))
    return str(caught.value)


def test_a_good_file_comes_through_whole(tmp_path: Path) -> None:
    settings = load(write(tmp_path, GOOD))
    assert settings.twin.name == "Delft-Oost"
    assert settings.twin.municipality == "GM0503"
    assert settings.twin.bbox == (84800.0, 447400.5, 85080.0, 447650.0)
    assert (settings.build.tile, settings.build.chunk) == (250.0, 64)
    bgt, ahn, woz = settings.source
    assert bgt.date == datetime.date(2016, 5, 1)
    assert ahn.licence == "CC0-1.0"
    assert woz.columns == {"waarde": "Waarde"}
    assert settings.of(SourceKind.AHN) == (ahn,)
    assert settings.of(SourceKind.CBS) == ()
    assert Settings.model_validate(settings.model_dump()) == settings


def test_paths_are_absolute_seen_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "area"
    folder.mkdir()
    write(folder, GOOD)
    monkeypatch.chdir(tmp_path)
    bgt, ahn, woz = load(Path("area/twin.toml")).source
    assert bgt.path == (folder / "bgt.gpkg",)
    assert ahn.path == (folder / "ahn/a.laz", Path("/data/b.laz"))
    assert woz.path == (tmp_path / "woz.csv",)


def test_defaults(tmp_path: Path) -> None:
    settings = load(write(tmp_path, '[twin]\nname = "x"\n[[source]]\nkind = "bag"\npath = "a"\n'))
    assert settings.twin.bbox is None
    assert settings.build.tile == 500.0
    assert settings.source[0].classification is None


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "twin.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(path).twin.name == "Delft-Oost"


SOURCE = '[[source]]\nkind = "bag"\npath = "a"\n'
HEAD = '[twin]\nname = "x"\n'


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        pytest.param("[twin]\nname = 5\n" + SOURCE, 2, "twin.name", "valid string; found 5", id="type"),
        pytest.param(HEAD + "naam = 1\n" + SOURCE, 3, "twin.naam", "unknown key", id="unknown key"),
        pytest.param(HEAD + SOURCE + "[bulid]\n", 6, "bulid", "unknown key", id="unknown table"),
        pytest.param(SOURCE, 1, "twin", "missing", id="no [twin]"),
        pytest.param(HEAD, 1, "source", "missing", id="no [[source]]"),
        pytest.param("[twin]\n" + SOURCE, 1, "twin.name", "missing", id="missing key: its table"),
        pytest.param('[twin]\nname = "  "\n' + SOURCE, 2, "twin.name", "at least 1", id="blank name"),
        pytest.param(
            '[twin]\nname = "x"\nmunicipality = "Delft"\n' + SOURCE, 3, "twin.municipality", "GM", id="code"
        ),
        pytest.param(
            HEAD + SOURCE + '[[source]]\nkind = "bgd"\npath = "b"\n',
            7,
            "source.kind",
            "'bgt'",
            id="2nd source",
        ),
        pytest.param(HEAD + SOURCE + '[[source]]\nkind = "ahn"\n', 6, "source.path", "missing", id="no path"),
        pytest.param(
            HEAD + SOURCE + '[[source]]\nkind = "woz"\npath = "w"\nclassification = "openbaar"\n',
            9,
            "source.classification",
            "may not be published",
            id="public woz",
        ),
        pytest.param(
            HEAD + SOURCE + "year = 2022\n",
            6,
            "source.year",
            "kind cbs or ahn only, not to bag",
            id="year of bag",
        ),
        pytest.param(
            HEAD + SOURCE + '[source.columns]\na = "b"\n', 6, "source.columns", "kind woz only", id="columns"
        ),
        pytest.param(
            HEAD
            + SOURCE
            + '[[source]]\nkind = "woz"\npath = "w"\n[source.columns]\nwaarde = "w"\npeil = 3\n',
            11,
            "source.columns.peil",
            "string",
            id="key of a table below [[source]]",
        ),
        pytest.param(
            HEAD + "bbox = [4.3, 51.9, 4.4, 52.0]\n" + SOURCE, 3, "twin.bbox", "degrees", id="degrees"
        ),
        pytest.param(
            HEAD + "bbox = [2, 400000, 1, 400001]\n" + SOURCE, 3, "twin.bbox", "min < max", id="order"
        ),
        pytest.param(
            HEAD + "bbox = [1, 400000, 2]\n" + SOURCE, 3, "twin.bbox", "too few", id="three numbers"
        ),
        pytest.param(
            HEAD + "bbox = [nan, 400000, 2, 400001]\n" + SOURCE,
            3,
            "twin.bbox",
            "min < max",
            id="not a number",
        ),
        pytest.param(HEAD + "[build]\ntile = 5\n" + SOURCE, 4, "build.tile", "100", id="too small"),
        pytest.param(HEAD + "[build]\ntile = nan\n" + SOURCE, 4, "build.tile", "found nan", id="nan"),
        pytest.param(HEAD + "build.tile = 5\n" + SOURCE, 3, "twin.build", "unknown", id="dotted key"),
        pytest.param("twin.name = 5\n" + SOURCE, 1, "twin.name", "string", id="dotted key at the top"),
        pytest.param(
            HEAD + '[[source]]\nkind = "bag"\npath = 5\n', 5, "source.path", "quotes", id="path: int"
        ),
        pytest.param(
            HEAD + '[[source]]\nkind = "bag"\npath = []\n', 5, "source.path", "at least 1", id="no paths"
        ),
        pytest.param(
            HEAD + '[[source]]\nkind = "bag"\npath = ["a", 5]\n',
            5,
            "source.path",
            "path",
            id="path: [.., int]",
        ),
        pytest.param(HEAD + '[source]\nkind = "bag"\npath = "a"\n', 3, "source", "[[source]]", id="brackets"),
        pytest.param(
            HEAD + '[[source]]\nkind = "cbs"\npath = "a"\n', 1, "the file", "bag or bgt", id="no panden"
        ),
    ],
)
def test_what_is_wrong_is_told_with_line_and_key(
    tmp_path: Path, text: str, line: int, key: str, words: str
) -> None:
    message = fault(tmp_path, text)
    assert message.startswith(f"{tmp_path / 'twin.toml'}:{line}: {key}: "), message
    assert words in message


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    lines = fault(tmp_path, '[twin]\nnaam = "x"\n' + SOURCE + "[build]\nchunk = 0\n").splitlines()
    assert [line.split(": ")[1] for line in lines] == ["twin.name", "twin.naam", "build.chunk"]


def test_not_toml_names_the_line(tmp_path: Path) -> None:
    assert fault(tmp_path, "[twin]\nname = x\n").startswith(f"{tmp_path / 'twin.toml'}:2: not valid TOML: ")
    assert ":2: not valid TOML: " in fault(tmp_path, '[twin]\nname = "x')


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no such file.*twin init"):
        load(tmp_path / "twin.toml")


@pytest.mark.parametrize("content", [b"\xff\xfe[twin]", None], ids=["not UTF-8", "a folder"])
def test_an_unreadable_file_is_no_traceback(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "twin.toml"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(SettingsError, match="can't be read"):
        load(path)


def test_line_of_an_absent_key_is_that_of_the_table_around_it() -> None:
    assert line_of(GOOD, ("build", "chunk")) == 8
    assert line_of(GOOD, ("build", "other")) == 6
    assert line_of(GOOD, ("source", 1, "path", 1)) == 17
    assert line_of(GOOD, ("source", 2, "columns", "waarde")) == 25
    assert line_of(GOOD, ("nothing",)) == 1
