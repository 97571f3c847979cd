"""Tilesets on disk: the same bytes again, whole or not at all, and nothing of others removed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.tiles.town import houses, town
from tests.tiles.writing import contents, write
from tiles import (
    Cell,
    RdNap,
    TilesError,
    check_tileset,
)
from tiles.files import Staging


def test_same_input_same_bytes_and_only_changes_are_written(tmp_path: Path, rdnap: RdNap) -> None:
    folder, cells = tmp_path / "pand", town(2, 2, 40)
    write(folder, cells, rdnap)
    before = contents(folder)
    for path in folder.rglob("*.glb"):
        os.utime(path, (1, 1))
    again = write(folder, list(reversed(cells)), rdnap)
    assert contents(folder) == before
    assert (again.files_changed, again.files_removed) == (0, 0)
    assert all(path.stat().st_mtime == 1 for path in folder.rglob("*.glb"))

    cells[0].properties.loc[3, "bouwjaar"] = 1632
    changed = write(folder, cells[:3], rdnap)
    assert changed.files_removed >= 1
    untouched = [path for path in folder.rglob("*.glb") if path.stat().st_mtime == 1]
    assert 2 <= len(untouched) < len(list(folder.rglob("*.glb")))
    assert check_tileset(folder) == []


def test_failure_leaves_the_old_tileset(tmp_path: Path, rdnap: RdNap) -> None:
    folder, cells = tmp_path / "pand", town(2, 1, 20)
    write(folder, cells, rdnap)
    before = contents(folder)

    def breaking() -> Iterator[Cell]:
        yield cells[0]
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write(folder, breaking(), rdnap)
    assert contents(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["pand"]


def test_other_peoples_files_are_not_removed(tmp_path: Path, rdnap: RdNap) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(TilesError, match="not a tileset's folder"):
        write(tmp_path, town(1, 1, 5), rdnap)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_full_disk_is_said(tmp_path: Path, rdnap: RdNap, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "84_447.glb")

    monkeypatch.setattr(Staging, "write", full)
    with pytest.raises(TilesError, match=r"84_447\.glb.*the disk is full"):
        write(tmp_path / "pand", town(1, 1, 5), rdnap)


@pytest.mark.parametrize("room", [0, 1, 3])
def test_a_first_tileset_is_there_whole_or_not_at_all(
    tmp_path: Path, rdnap: RdNap, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    flushed = []

    def full(number: int) -> None:
        flushed.append(number)
        if len(flushed) > room:
            raise OSError(28, "No space left on device")

    folder, cells = tmp_path / "pand", town(2, 2, 5)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(TilesError, match="the disk is full"):
            write(folder, cells, rdnap)
    assert list(tmp_path.iterdir()) == []
    write(folder, cells, rdnap)
    assert check_tileset(folder) == []


def _spoilt(cell: Cell, **changes: object) -> Cell:
    return replace(cell, detail=replace(cell.detail, **changes))  # type: ignore[arg-type]


def test_bad_cells_are_named(tmp_path: Path, rdnap: RdNap) -> None:
    cell = houses(4, (84_500.0, 447_000.0))
    nan, detail = cell.detail.xyz.copy(), cell.detail
    nan[25] = np.nan  # of the third house
    twice = cell.properties.assign(identificatie=["a", "b", "b", "c"])
    wrong = {
        "vertex 999 of 40": _spoilt(cell, triangles=np.where(detail.triangles == 3, 999, detail.triangles)),
        "feature row 4 of 4": _spoilt(cell, feature=detail.feature + 1),
        "feature 0503000000000002 has a coordinate": _spoilt(cell, xyz=nan),
        "color has shape": _spoilt(cell, color=detail.color[:, :2]),
        "'b' occurs more than once": replace(cell, properties=twice),
        "no column 'identificatie'": replace(cell, properties=cell.properties.drop(columns="identificatie")),
        "lacks hoogte": replace(cell, properties=cell.properties.drop(columns="hoogte")),
        "outside the validity area": _spoilt(cell, xyz=detail.xyz[:, [1, 0, 2]]),
    }
    for message, bad in wrong.items():
        with pytest.raises(TilesError, match=message) as caught:
            write(tmp_path / "pand", [bad], rdnap)
        assert "084500_447000" in str(caught.value)
    with pytest.raises(TilesError, match="Theme 'pand 2'"):
        write(tmp_path / "pand", [cell], rdnap, theme="pand 2")
    with pytest.raises(TilesError, match="Two cells lie in the same square"):
        write(tmp_path / "pand", [cell, cell], rdnap)
    assert not (tmp_path / "pand").exists()
