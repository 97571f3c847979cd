"""Builds that are stopped, get in each other's way, or run out of disk: told, and gone on with afterwards."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import SourceError
from tests.build.towns import Town, build_town, contents
from tests.cli.conftest import Twin, is_sentence
from tiles.errors import TilesError
from twin.build import Silence
from twin.check import check_twin
from twin.errors import StoreError
from twin.store import Layout
from twin.store.claim import claimed

TWIN = [sys.executable, "-c", "from twin.cli import main; main()"]
DEADLINE = 120.0  # s, for a machine that is busy with other things


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Eight houses in two tiles of 100 m."""
    town = Town(tmp_path / "bron", houses=8, extra="[build]\ntile = 100.0\n")
    town.write()
    return town


def started(*arguments: object) -> subprocess.Popen[str]:
    command = [*TWIN, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + DEADLINE
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_a_stopped_build_says_so_and_the_next_one_goes_on(
    twin: Twin, town: Town, tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "twin"
    process = started("build", town.settings, "--out", out, "--workers", 1, "--quiet")
    wait_for((out / ".work").exists, process)
    process.send_signal(number)
    said = process.communicate(timeout=DEADLINE)
    assert (process.returncode, *said) == (130, "", "Stopped.\n")
    assert not (out / "twin.json").exists()
    answer = twin("build", town.settings, "--out", out, "--workers", 1, "--quiet")
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert twin("check", out, "--quiet").code == 0
    assert not [p for p in out.rglob(".*") if p.is_file()], "a half-written file was left"


def test_of_two_builds_in_a_folder_the_second_is_told(twin: Twin, town: Town, tmp_path: Path) -> None:
    out = tmp_path / "twin"
    (out / ".work").mkdir(parents=True)
    with claimed(Layout(out)):
        answer = twin("build", town.settings, "--out", out, "--workers", 1, "--quiet")
        assert (answer.code, answer.out) == (1, "")
        assert answer.err.startswith(
            f"Error: {out}: another build is at work here (process {os.getpid()} on "
        )
        assert "Wait until it is done, or choose another folder with --out" in answer.err
    assert twin("build", town.settings, "--out", out, "--workers", 1, "--quiet").code == 0
    assert not (out / ".work" / "building").exists()


def test_a_lock_goes_with_the_process_that_held_it(tmp_path: Path) -> None:
    out = tmp_path / "twin"
    (out / ".work").mkdir(parents=True)
    hold = (
        "import time; from pathlib import Path; from twin.store import Layout;"
        "from twin.store.claim import claimed;"
        f"held = claimed(Layout(Path({str(out)!r}))); held.__enter__();"
        "print('held', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match=f"process {holder.pid} on "), claimed(Layout(out)):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with claimed(Layout(out)):
        assert (out / ".work" / "building").exists()
    assert not (out / ".work" / "building").exists()


@pytest.mark.parametrize("room", [0, 1, 4, 9, 14])
def test_a_disk_that_is_full_after_some_files_loses_nothing(
    twin: Twin, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "twin"
    build_town(town.settings, whole)
    written = 0

    def full(number: int) -> None:
        nonlocal written
        written += 1
        if written > room:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises((StoreError, SourceError, TilesError), match=r"disk is full.*Free some space"):
            build_town(town.settings, out)
    assert not (out / "twin.json").exists()
    assert not [p for p in out.rglob(".*") if p.is_file()], "a half-written file was left"
    assert twin("build", town.settings, "--out", out, "--workers", 1, "--quiet").code == 0
    assert contents(out) == contents(whole)
    assert check_twin(out, Silence()).passed


def test_a_full_disk_on_the_command_line(
    twin: Twin, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    for command in (
        ("build", town.settings, "--out", tmp_path / "twin", "--workers", 1),
        ("init", "Delft", "--out", tmp_path / "new.toml"),
    ):
        answer = twin(*command)
        assert answer.code == 1
        assert is_sentence(answer.err)
        assert "the disk is full. Free some space" in answer.err
    assert not (tmp_path / "new.toml").exists()


def test_a_full_disk_while_the_sample_is_generated(
    twin: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lazrs import LazrsError

    def full(*_: object) -> None:
        raise LazrsError("IoError: Failed to call write")

    monkeypatch.setattr("laspy.LasWriter.write_points", full)
    out = tmp_path / "demo"
    answer = twin("demo", "--out", out, "--buildings", 50, "--no-serve", "--quiet")
    assert (answer.code, answer.out) == (1, "")
    assert is_sentence(answer.err)
    assert answer.err.startswith(f"Error: {out / 'bron'}: the sample can't be written there (IoError")
    assert "Free some space" in answer.err


@pytest.mark.parametrize("command", ["build", "demo"])
def test_a_folder_that_can_not_be_written(
    twin: Twin, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    out = tmp_path / "twin"
    arguments = {"build": [town.settings, "--workers", 1], "demo": ["--buildings", 50, "--no-serve"]}[command]
    answer = twin(command, *arguments, "--out", out, "--quiet")
    assert (answer.code, answer.out) == (1, "")
    assert is_sentence(answer.err)
    assert str(out) in answer.err
    assert "hoose another --out" in answer.err


@pytest.mark.parametrize("command", ["build", "demo"])
def test_a_folder_below_a_file(twin: Twin, town: Town, tmp_path: Path, command: str) -> None:
    (tmp_path / "file").touch()
    arguments = {"build": [town.settings, "--workers", 1], "demo": ["--buildings", 50, "--no-serve"]}[command]
    answer = twin(command, *arguments, "--out", tmp_path / "file" / "twin", "--quiet")
    assert (answer.code, answer.out) == (1, "")
    assert is_sentence(answer.err)
    assert "hoose another" in answer.err


def test_a_folder_with_something_else_in_it(twin: Twin, town: Town, tmp_path: Path) -> None:
    out = tmp_path / "holiday"
    out.mkdir()
    (out / "photo.jpg").touch()
    answer = twin("build", town.settings, "--out", out, "--quiet")
    assert answer.code == 1
    assert answer.err.startswith(f"Error: {out}: holds files but no twin, such as photo.jpg. Choose an empty")
    assert [p.name for p in out.iterdir()] == ["photo.jpg"]
