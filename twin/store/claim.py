"""One build at a time in a folder."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from twin.errors import StoreError
from twin.store.layout import Layout

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows: nobody is kept out
    fcntl = None  # type: ignore[assignment]


@contextmanager
def claimed(layout: Layout) -> Iterator[None]:
    """Keep other builds out of a twin's folder while the block runs.

    The lock is the system's: it goes with the process that holds it, however that ends.

    Raises
    ------
    StoreError
        When another build is at work there.
    """
    path = layout.work / "building"
    file = _locked(path)
    if file is None:
        yield
        return
    try:
        with suppress(OSError):  # on a full disk; the name is for others to read, the lock is what counts
            file.truncate()
            file.write(f"process {os.getpid()} on {socket.gethostname()}".encode())
            file.flush()
        yield
    finally:
        path.unlink(missing_ok=True)
        with suppress(OSError):
            file.close()


def _locked(path: Path) -> BinaryIO | None:
    """The locked file, or None where the file system has no locks."""
    if fcntl is None:  # pragma: no cover
        return None
    while True:
        file = path.open("a+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            who = file.read().decode(errors="replace") or "another process"
            file.close()
            raise StoreError(
                f"{path.parent.parent}: another build is at work here ({who}). Wait until it is done, "
                "or choose another folder with --out"
            ) from None
        except OSError:
            file.close()
            return None
        # Whoever held it may have removed it between our opening and locking.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()
