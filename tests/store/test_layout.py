"""Where everything lies, and the names of tiles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.store import Layout
from twin.store.layout import tile_names


def test_paths_are_those_of_the_contract(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert layout.manifest == tmp_path / "twin.json"
    assert layout.cityjson("084500_447000") == tmp_path / "cityjson" / "084500_447000.city.jsonl"
    assert layout.objects("pand", "084500_447000") == tmp_path / "objects" / "pand" / "084500_447000.parquet"
    assert layout.tiles3d == tmp_path / "3dtiles"
    assert layout.report == tmp_path / "report"
    assert layout.scenarios == tmp_path / "scenarios"


def test_an_empty_folder_has_nothing(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "none")
    assert (layout.collections(), layout.tables("pand"), layout.sequences()) == ([], [], [])


def test_files_are_listed_by_tile_without_what_a_broken_build_left(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    for collection in ("wegdeel", "pand"):
        (tmp_path / "objects" / collection).mkdir(parents=True)
    (tmp_path / "cityjson").mkdir()
    for path in (
        layout.objects("pand", "085000_447000"),
        layout.objects("pand", "084500_447000"),
        tmp_path / "objects" / "pand" / ".084500_447000.0a1b2c3d.parquet",
        layout.cityjson("085000_447000"),
        tmp_path / "cityjson" / ".085000_447000.city.0a1b2c3d.jsonl",
        tmp_path / "cityjson" / ".085000_447000.0a1b2c3d.city.jsonl",
        tmp_path / "objects" / "notes.txt",
    ):
        path.write_bytes(b"")
    assert layout.collections() == ["pand", "wegdeel"]
    assert [p.stem for p in layout.tables("pand")] == ["084500_447000", "085000_447000"]
    assert layout.tables("wegdeel") == []
    assert [p.name for p in layout.sequences()] == ["085000_447000.city.jsonl"]


coordinate = st.tuples(st.floats(0, 299_999), st.floats(300_000, 624_999))


@settings(deadline=None)
@given(st.lists(coordinate, min_size=1, max_size=20), st.sampled_from([100.0, 250.0, 500.0, 1000.0, 5000.0]))
def test_a_point_lies_in_the_tile_of_its_name(points: list[tuple[float, float]], size: float) -> None:
    for (x, y), name in zip(points, tile_names(np.array(points), size), strict=True):
        west, south = map(int, name.split("_"))
        assert len(name) == 13
        assert west <= x < west + size
        assert south <= y < south + size
        assert west % size == 0
        assert south % size == 0


@settings(deadline=None)
@given(coordinate, coordinate, st.floats(100, 5000))
def test_two_points_share_a_name_only_in_one_cell(
    a: tuple[float, float], b: tuple[float, float], size: float
) -> None:
    first, second = tile_names(np.array([a, b]), size)
    same_cell = all(int(p // size) == int(q // size) for p, q in zip(a, b, strict=True))
    assert (first == second) == same_cell


def test_no_points_no_names() -> None:
    assert tile_names(np.empty((0, 2)), 500.0) == []
