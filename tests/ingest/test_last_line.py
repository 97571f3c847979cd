"""A table that was cut off is told from one whose last line has no end."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.last_line import require_whole


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a;b;c\n",
        "a;b;c\n1;2;3\n",
        "a;b;c\r\n1;2;3",
        'a;b;c\n1;2;"x;y"',
        "a;b;c\n1;2\n",  # a short line with an end: a matter for the reader
    ],
)
def test_whole_tables(tmp_path: Path, text: str) -> None:
    require_whole(write(tmp_path / "t.csv", text), ";", 3, "utf-8-sig")


@pytest.mark.parametrize(("text", "column"), [("a;b;c\n1;2", 2), ("a;b;c\r\n1", 1), ("a;b;c\n1;2;3\n4;", 2)])
def test_tables_cut_off(tmp_path: Path, text: str, column: int) -> None:
    with pytest.raises(
        SourceError, match=rf"t\.csv: it breaks off within its last line, in column {column} of 3"
    ):
        require_whole(write(tmp_path / "t.csv", text), ";", 3, "utf-8-sig")


def test_a_long_table_is_judged_by_its_end(tmp_path: Path) -> None:
    lines = "a;b;c\n" + "1;2;3\n" * 50_000
    require_whole(write(tmp_path / "t.csv", lines), ";", 3, "utf-8-sig")
    with pytest.raises(SourceError):
        require_whole(write(tmp_path / "t.csv", lines + "1;2"), ";", 3, "utf-8-sig")


def test_of_a_packed_table_the_unpacking_tells(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a;b;c\n1;2"))
    require_whole(path, ";", 3, "utf-8-sig")
