"""Whether a table in text was cut off: a transfer that breaks leaves half a line at the end."""

from __future__ import annotations

import csv
from pathlib import Path

from ingest.errors import SourceError

# Longer than any line of the tables we know, whatever it is in bytes.
_TAIL = 65_536
_PACKED = (".gz", ".zip", ".bz2", ".xz", ".zst")


def require_whole(path: Path, delimiter: str, columns: int, encoding: str) -> None:
    """Refuse a table whose last line has no end and too few columns.

    A last line without an end is common, and a line with too few columns is a matter for its reader: both
    together are a file that breaks off. Of a packed file the unpacking tells.

    Parameters
    ----------
    path : Path
    delimiter : str
        Between columns.
    columns : int
        In the header.
    encoding : str

    Raises
    ------
    SourceError
        The file breaks off.
    """
    if path.suffix.lower() in _PACKED:
        return
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    if not tail or tail.endswith((b"\n", b"\r")):
        return
    line = tail.decode(encoding, errors="replace").splitlines()[-1]
    found = len(next(csv.reader([line], delimiter=delimiter), []))
    if found < columns:
        raise SourceError(
            path,
            found=f"it breaks off within its last line, in column {found} of {columns}",
            expected="a whole table",
            remedy="Download or export it again, and compare its size with that of the original.",
        )
