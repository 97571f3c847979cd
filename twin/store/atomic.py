"""Writing so that a reader never sees half a file, and a full disk loses nothing already written."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from twin.errors import StoreError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Temporary path beside ``path`` that takes its place when the block ends well.

    Raises
    ------
    StoreError
        When the file can't be written: disk full, no permission.
    """
    # A name of its own, so that two writers never meet, and rights as the user's umask says.
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(4)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(exist_ok=False)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: can't be written: {_reason(error)}") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> bool:
    """Write ``data`` to ``path`` at once; False, and nothing touched, if it holds just that already."""
    with suppress(OSError):  # what can't be read is written anew, which tells what is wrong
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    with replacing(path) as temporary:
        temporary.write_bytes(data)
    return True


def write_with(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write(temporary_path)`` produce the file that becomes ``path``."""
    with replacing(path) as temporary:
        write(temporary)


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full. Free some space and run the same command again: what is finished is kept"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "no permission to write there. Choose another --out or change the folder's rights"
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EEXIST):
        return "no folder can be made there. Choose another place: a part of the path is a file or a device"
    if error.errno == errno.EFBIG:
        return "the file is larger than this account or disk allows (see: ulimit -f)"
    return str(error.strerror or error)
