"""Files that are either the old ones or the new ones, never half of each."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tiles.errors import TilesError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Staging:
    """A folder in the making, beside the one it will replace.

    `new` holds the files to come, `scratch` what only the making needs. `publish` moves changed files into
    place, the entry `tileset.json` last, then removes what the new set does not have. Files with equal bytes
    are left alone, so their time stamps (and the caches of browsers) stay valid.
    """

    def __init__(self, folder: Path) -> None:
        if folder.is_dir() and any(folder.iterdir()) and not (folder / "tileset.json").is_file():
            raise TilesError(
                f"{folder} holds files but no tileset.json, so it is not a tileset's folder; "
                "name another one, because everything in it would be removed"
            )
        self.folder = folder
        self._root = folder.parent / f".{folder.name}.partial"
        self.new, self.scratch = self._root / "new", self._root / "scratch"

    def write(self, name: str, data: bytes) -> None:
        """Store one file under its path relative to the folder."""
        path = self.new / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def publish(self) -> tuple[int, int]:
        """Put the set in place; returns how many files were changed and how many removed."""
        names = sorted(path.relative_to(self.new) for path in self.new.rglob("*") if path.is_file())
        names.sort(key=lambda name: name.name == "tileset.json" and len(name.parts) == 1)
        if not self.folder.is_dir() or not any(self.folder.iterdir()):
            return self._publish_first(names), 0
        changed = sum(_move(self.new / name, self.folder / name) for name in names)
        stale = [
            path
            for path in self.folder.rglob("*")
            if path.is_file() and path.relative_to(self.folder) not in set(names)
        ]
        for path in stale:
            path.unlink()
        for path in sorted(self.folder.rglob("*"), reverse=True):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        return changed, len(stale)

    def _publish_first(self, names: list[Path]) -> int:
        """All at once: an interruption halfway would leave files that no entry vouches for."""
        for name in names:
            _flush(self.new / name)
        if self.folder.is_dir():
            self.folder.rmdir()
        self.new.rename(self.folder)
        return len(names)

    def __enter__(self) -> Staging:
        # What an interrupted run left behind is of no use to this one.
        shutil.rmtree(self._root, ignore_errors=True)
        self.new.mkdir(parents=True)
        self.scratch.mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._root, ignore_errors=True)


def write_file(path: Path, data: bytes) -> bool:
    """Write one file atomically; returns whether its bytes changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    temporary.write_bytes(data)
    changed = _move(temporary, path)
    temporary.unlink(missing_ok=True)
    return changed


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Say in plain words that the disk, and not the data, is the problem."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        where = f" ({error.filename})" if error.filename else ""
        raise TilesError(
            f"Tiles cannot be written to {folder}{where}: "
            f"{'the disk is full' if full else error.strerror or error}. "
            f"{'Free some space' if full else 'Choose another folder or change its rights'}, then run the "
            "same command again; the tileset that was there is still whole"
        ) from error


def _move(source: Path, target: Path) -> bool:
    if (
        target.is_file()
        and target.stat().st_size == source.stat().st_size
        and target.read_bytes() == source.read_bytes()
    ):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    _flush(source)
    source.replace(target)
    return True


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
