"""Writing: all or nothing, whatever goes wrong."""

from __future__ import annotations

import errno
import os
import resource
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twin.errors import StoreError
from twin.store.atomic import replacing, write_bytes, write_with


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """The kernel refuses to let a file grow beyond ``size``, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_is_written_with_its_folders_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "twin.json"
    assert write_bytes(path, b"one") is True
    assert write_bytes(path, b"two") is True
    assert path.read_bytes() == b"two"
    assert names(path.parent) == ["twin.json"]


def test_equal_content_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_bytes(path, b"same")
    before = path.stat()
    assert write_bytes(path, b"same") is False
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert write_bytes(path, b"sane") is True


def test_a_failing_writer_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    write_bytes(path, b"old")

    def fail(to: Path) -> None:
        to.write_bytes(b"half")
        raise RuntimeError("no matter what")

    with pytest.raises(RuntimeError, match="no matter what"):
        write_with(path, fail)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["x.bin"]


def test_a_full_disk_at_the_last_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    write_bytes(path, b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=rf"^{path}: can't be written: the disk is full\. Free some space"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["x"]


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_bytes(path, b"old")
    with largest_file(4096), pytest.raises(StoreError, match="larger than this account or disk allows"):
        write_bytes(path, bytes(100_000))
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["x"]


def test_a_library_that_runs_out_of_space(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    table = pa.table({"a": list(range(100_000))})
    with largest_file(4096), pytest.raises(StoreError, match="can't be written"):
        write_with(path, lambda to: pq.write_table(table, to))
    assert names(tmp_path) == []


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_no_permission_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(StoreError, match=r"no permission to write there\. Choose another --out"):
        write_bytes(tmp_path / "x", b"")


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(StoreError, match="can't be written: "):
        write_bytes(tmp_path / "out" / "twin.json", b"")


def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    (tmp_path / "twin.json").mkdir()
    with pytest.raises(StoreError, match="can't be written: "):
        write_bytes(tmp_path / "twin.json", b"")
    assert names(tmp_path) == ["twin.json"]


def test_the_temporary_name_keeps_the_suffix_and_is_hidden(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.parquet") as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".parquet"
        assert temporary.name.startswith(".")
        temporary.write_bytes(b"x")


@pytest.mark.parametrize(("mask", "rights"), [(0o022, 0o644), (0o077, 0o600)])
def test_rights_are_those_that_the_user_gives_files(tmp_path: Path, mask: int, rights: int) -> None:
    with umask(mask):
        write_bytes(tmp_path / "x", b"x")
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == rights


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    contents = [bytes([i]) * 50_000 for i in range(2)]
    write_bytes(path, contents[0])
    seen, done = set(), threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(40):
        write_bytes(path, contents[i % 2])
    done.set()
    reader.join()
    assert seen <= set(contents)
