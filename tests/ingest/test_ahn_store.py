"""Every point of a LAZ file is in the store once, whatever the chunks, the boxes and the order of files."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import laspy
import numpy as np
import pytest
from pyproj import CRS

from ingest.ahn import PointStore, cells
from ingest.ahn.laz import open_laz
from ingest.errors import SourceError


def write_laz(
    path: Path,
    xyz: np.ndarray,
    classes: np.ndarray | int = 2,
    *,
    crs: str | None = None,
    offset_x: float = 0.0,
    scale: float = 0.001,
    **fields: object,
) -> Path:
    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales = [scale] * 3
    header.offsets = [offset_x, 0.0, 0.0]
    if crs is not None:
        header.add_crs(CRS.from_user_input(crs))
    las = laspy.LasData(header)
    las.x, las.y, las.z = xyz.T
    las.classification = np.broadcast_to(np.asarray(classes, dtype=np.uint8), len(xyz))
    for name, values in fields.items():
        las[name] = values
    las.write(path)
    return path


def cloud(count: int, seed: int = 1, x: float = 84_950.0, size: float = 250.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    xyz = rng.uniform(0, 1, (count, 3)) * (size, size, 20) + (x, 447_450.0, -2)
    # Points on the sides of cells are where one could be lost or doubled.
    xyz[: count // 10, 0] = np.round(xyz[: count // 10, 0], -2)
    xyz[count // 20 : count // 8, 1] = np.round(xyz[count // 20 : count // 8, 1], -2)
    return np.round(xyz, 3)


def as_set(xyz: np.ndarray) -> list[tuple[int, ...]]:
    return sorted(map(tuple, np.rint(np.asarray(xyz) * 1000).astype(int).tolist()))


def test_all_points_come_back_to_the_millimetre(tmp_path: Path) -> None:
    xyz = cloud(5_000)
    classes = np.random.default_rng(2).choice([1, 2, 6, 9, 26, 64], len(xyz)).astype(np.uint8)
    store = PointStore.build([write_laz(tmp_path / "a.laz", xyz, classes)], tmp_path / "store")
    found = store.read((84_000, 447_000, 86_000, 448_000))
    assert as_set(found.xyz) == as_set(xyz)
    assert found.xyz.dtype == np.float64
    assert found.classification.dtype == found.source.dtype == np.uint8
    assert store.summary.classes == dict(zip(*np.unique(classes, return_counts=True), strict=True))
    assert store.summary.extent == (*xyz.min(axis=0).tolist(), *xyz.max(axis=0).tolist())
    expected = {tuple(point): code for point, code in zip(xyz.tolist(), classes.tolist(), strict=True)}
    assert [expected[tuple(point)] for point in found.xyz.tolist()] == found.classification.tolist()


@pytest.mark.parametrize(
    ("scale", "offset_x"),
    [(0.001, 1_999_999.0), (0.01, -1_500_000.0), (0.001, 84_000.0005), (0.00025, 0.0)],
)
def test_any_scale_and_offset_give_the_nearest_millimetre(
    tmp_path: Path, scale: float, offset_x: float
) -> None:
    path = write_laz(tmp_path / "a.laz", cloud(2_000), scale=scale, offset_x=offset_x)
    written = laspy.read(path)
    with open_laz(path) as file:
        found = np.concatenate([chunk.xyz for chunk in file.chunks(700)])
    assert np.abs(found / 1000 - written.xyz).max() < 0.000501
    assert found.dtype == np.int32


def test_chunks_and_order_of_files_change_nothing(tmp_path: Path) -> None:
    a = write_laz(tmp_path / "a.laz", cloud(3_000, seed=1))
    b = write_laz(tmp_path / "b.laz", cloud(2_000, seed=2), 6)
    box = (84_000, 447_000, 86_000, 448_000)
    first = PointStore.build([a, b], tmp_path / "one", chunk_points=1_000_000).read(box)
    for number, (files, chunk) in enumerate([([b, a], 1_000_000), ([a, b], 7), ([b, a, b], 999)]):
        other = PointStore.build(files, tmp_path / f"other{number}", chunk_points=chunk).read(box)
        assert np.array_equal(first.xyz, other.xyz)
        assert np.array_equal(first.classification, other.classification)
        assert np.array_equal(first.source, other.source)


def test_half_open_boxes_tile_the_plane_and_keep_the_order(tmp_path: Path) -> None:
    xyz = cloud(4_000)
    store = PointStore.build([write_laz(tmp_path / "a.laz", xyz)], tmp_path / "store")
    whole = store.read((84_900, 447_400, 85_300, 447_800)).xyz
    place = {tuple(point): index for index, point in enumerate(whole.tolist())}
    parts = []
    for x in np.arange(84_900, 85_300, 50.0):
        for y in np.arange(447_400, 447_800, 80.0):
            part = store.read((x, y, x + 50, y + 80)).xyz
            assert (
                (part[:, 0] >= x) & (part[:, 0] < x + 50) & (part[:, 1] >= y) & (part[:, 1] < y + 80)
            ).all()
            order = [place[tuple(point)] for point in part.tolist()]
            assert order == sorted(order)
            parts.append(part)
    assert as_set(np.concatenate(parts)) == as_set(xyz)


def test_sides_in_tenths_of_a_metre_are_exact(tmp_path: Path) -> None:
    xyz = np.array([[84_951.1, 447_451.3, 0.0], [84_951.099, 447_451.3, 0.0]])
    store = PointStore.build([write_laz(tmp_path / "a.laz", xyz)], tmp_path / "store")
    assert store.read((84_951.1, 447_451.3, 84_951.2, 447_451.4)).xyz.tolist() == [xyz[0].tolist()]
    assert store.read((84_951.0, 447_451.3, 84_951.1, 447_451.4)).xyz.tolist() == [xyz[1].tolist()]


def test_noise_withheld_and_outside_are_dropped_and_counted(tmp_path: Path) -> None:
    xyz = cloud(1_000)
    classes = np.full(1_000, 2, dtype=np.uint8)
    classes[:30], classes[30:50] = 7, 18
    withheld = np.zeros(1_000, dtype=np.uint8)
    withheld[40:60] = 1
    path = write_laz(tmp_path / "a.laz", xyz, classes, withheld=withheld)
    bbox = (85_000.0, 447_500.0, 85_100.0, 447_600.0)
    file = PointStore.build([path], tmp_path / "store", bbox=bbox).summary.files[0]
    inside = ((xyz[60:, :2] >= bbox[:2]) & (xyz[60:, :2] < bbox[2:])).all(axis=1).sum()
    assert (file.noise, file.withheld, file.kept) == (40, 20, inside)
    assert file.points == file.kept + file.outside + file.noise + file.withheld == 1_000
    assert file.classes == {2: inside}


def test_a_sheet_beside_the_area_is_not_read_but_told(tmp_path: Path) -> None:
    near = write_laz(tmp_path / "near.laz", cloud(100))
    far = write_laz(tmp_path / "far.laz", cloud(200, x=90_000.0))
    steps: list[tuple[int, int]] = []
    store = PointStore.build(
        [near, far], tmp_path / "store", bbox=(84_000, 447_000, 86_000, 448_000),
        progress=lambda done, total: steps.append((done, total)),
    )  # fmt: skip
    assert [(Path(file.path).name, file.kept, file.outside) for file in store.summary.files] == [
        ("far.laz", 0, 200),
        ("near.laz", 100, 0),
    ]
    assert steps[-1] == (300, 300)


def test_a_store_is_reused_until_something_changes(tmp_path: Path) -> None:
    path = write_laz(tmp_path / "a.laz", cloud(500))
    folder = tmp_path / "store"
    PointStore.build([path], folder)
    made = (folder / "index.json").stat().st_ino
    assert PointStore.build([path], folder, chunk_points=10).summary.points == 500
    assert (folder / "index.json").stat().st_ino == made
    write_laz(path, cloud(400))
    assert PointStore.build([path], folder).summary.points == 400
    bbox = (84_950.0, 447_450.0, 85_000.0, 447_500.0)
    assert 0 < PointStore.build([path], folder, bbox=bbox).summary.points < 400
    os.utime(path, ns=(1, 1))
    before = (folder / "index.json").stat().st_ino
    PointStore.build([path], folder, bbox=bbox)
    assert (folder / "index.json").stat().st_ino != before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.laz", "store"]


def test_crs_is_checked_or_assumed_aloud(tmp_path: Path) -> None:
    box = (84_000.0, 447_000.0, 86_000.0, 448_000.0)
    silent = PointStore.build([write_laz(tmp_path / "a.laz", cloud(50))], tmp_path / "silent")
    assert "assumed" in silent.summary.files[0].crs
    assert "no CRS record" in silent.summary.notes[0]
    known = PointStore.build([write_laz(tmp_path / "b.laz", cloud(50), crs="EPSG:7415")], tmp_path / "known")
    assert known.summary.notes == ()
    assert "NAP" in known.summary.files[0].crs
    assert len(known.read(box)) == 50
    with pytest.raises(SourceError, match=r"c\.laz: its coordinates are in .*EPSG:32631"):
        PointStore.build([write_laz(tmp_path / "c.laz", cloud(50), crs="EPSG:32631")], tmp_path / "c")
    with pytest.raises(SourceError, match=r"d\.laz: it has no CRS record"):
        PointStore.build([write_laz(tmp_path / "d.laz", cloud(50, x=700_000.0))], tmp_path / "d")
    far = write_laz(tmp_path / "e.laz", cloud(50, x=1e7, size=1), crs="EPSG:28992", offset_x=1e7)
    with pytest.raises(SourceError, match=r"e\.laz: it has coordinates of more than"):
        PointStore.build([far], tmp_path / "e")
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("suffix", ["laz", "las"])
@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
def test_truncated_files_leave_nothing_behind(tmp_path: Path, suffix: str, share: float) -> None:
    path = write_laz(tmp_path / f"a.{suffix}", cloud(60_000))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(SourceError, match=rf"a\.{suffix}: it can't be .*Download it again"):
        PointStore.build([path], tmp_path / "store", chunk_points=5_000)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_missing_foreign_and_empty_inputs_are_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.laz: it doesn't exist"):
        PointStore.build([tmp_path / "none.laz"], tmp_path / "store")
    other = tmp_path / "b.laz"
    other.write_bytes(b"PK\x03\x04 this is a zip" * 50)
    with pytest.raises(SourceError, match=r"b\.laz: it can't be opened as LAZ"):
        PointStore.build([other], tmp_path / "store")
    with pytest.raises(SourceError, match="asked of 0 files"):
        PointStore.build([], tmp_path / "store")
    path = write_laz(tmp_path / "c.laz", cloud(50))
    with pytest.raises(SourceError, match="none of its 50 points.*in the area 100000, 400000"):  # noqa: RUF043
        PointStore.build([path], tmp_path / "store", bbox=(100_000, 400_000, 100_100, 400_100))
    with pytest.raises(SourceError, match="no point store"):
        PointStore.open(tmp_path / "store")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.doc").write_text("years of work")
    with pytest.raises(SourceError, match="files that are no point store"):
        PointStore.build([path], tmp_path / "taken")
    assert (tmp_path / "taken" / "thesis.doc").exists()


def test_full_disk_leaves_the_old_store_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_laz(tmp_path / "a.laz", cloud(1_000))
    PointStore.build([path], tmp_path / "store")
    write_laz(path, cloud(800))
    real_append = cells.append
    calls = 0

    def append(*arguments: object) -> None:
        nonlocal calls
        calls += 1
        if calls > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real_append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(cells, "append", append)
    with pytest.raises(SourceError, match="the disk is full"):
        PointStore.build([path], tmp_path / "store", chunk_points=100)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.laz", "store"]
    assert PointStore.open(tmp_path / "store").summary.points == 1_000


def test_delft_has_every_point_once(real_data: Path, tmp_path: Path) -> None:
    files = [real_data / "delft" / "ahn3_37en1.laz", real_data / "delft" / "ahn3_37en2.laz"]
    plain = [laspy.read(path) for path in files]
    codes = np.concatenate([np.asarray(las.classification) for las in plain])
    assert len(codes) == 848_942

    store = PointStore.build(files, tmp_path / "store", chunk_points=300_000)
    assert store.summary.points == 848_942
    assert store.summary.classes == dict(zip(*np.unique(codes, return_counts=True), strict=True))
    assert 10 < store.summary.density < 20
    halves = [
        store.read((84_000, 447_000, 84_933.5, 448_000)),
        store.read((84_933.5, 447_000, 86_000, 448_000)),
    ]
    assert sum(map(len, halves)) == 848_942
    xs = np.concatenate([las.x for las in plain])
    assert len(halves[0]) == (xs < 84_933.5).sum()
    for axis in range(3):
        mine = np.sort(np.concatenate([half.xyz[:, axis] for half in halves]))
        assert np.allclose(mine, np.sort(np.concatenate([las.xyz[:, axis] for las in plain])), atol=1e-6)


@pytest.mark.parametrize("side", [100_000, 2_000_000_000])
def test_points_on_one_another_have_an_order_too(side: int) -> None:
    """By height, class and file; also where a cell is too wide for the fast way."""
    rng = np.random.default_rng(3)
    points = cells.records(
        rng.integers(0, 6, (4000, 3), dtype=np.int32), rng.integers(1, 4, 4000).astype(np.uint8), 0
    )
    points["source"] = rng.integers(0, 3, 4000)
    ordered = points[cells.canonical(points, side)]
    told = [ordered[name].tolist() for name in ("y", "x", "z", "classification", "source")]
    assert list(zip(*told, strict=True)) == sorted(zip(*told, strict=True))
