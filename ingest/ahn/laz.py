"""One LAZ or LAS file as a stream of chunks in whole millimetres, checked before it is believed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import laspy
import numpy as np
import numpy.typing as npt
from laspy import DecompressionSelection as Decompress
from lazrs import LazrsError  # type: ignore[import-untyped]
from pyproj import CRS
from pyproj.exceptions import CRSError

from ingest.ahn.points import BBox
from ingest.crs import rd_notes
from ingest.errors import SourceError

# Within this, millimetres fit in 32 bits; all of the Netherlands does.
_FARTHEST = 2_000_000.0

NOISE = (7, 18)
"""ASPRS classes low point (noise) and high noise."""

# The rest of a record (times, colours, waveforms) stays compressed where the point format allows.
_NEEDED = Decompress.XY_RETURNS_CHANNEL | Decompress.Z | Decompress.CLASSIFICATION | Decompress.FLAGS


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some consecutive points of a file.

    Attributes
    ----------
    xyz : (N, 3) int32
        Coordinates [mm, RD New + NAP], one after the other in memory.
    classification : (N,) uint8
        Class.
    withheld : (N,) bool
        Flagged as not to be used.
    """

    xyz: npt.NDArray[np.int32]
    classification: npt.NDArray[np.uint8]
    withheld: npt.NDArray[np.bool_]


class LazFile:
    """An open LAZ or LAS file in RD.

    Attributes
    ----------
    count : int
        Points according to its header.
    bounds : tuple of float
        ``minx, miny, maxx, maxy`` [m, RD] according to its header.
    created : str or None
        Creation date of the header, ISO 8601.
    crs : str
        Name of its CRS, or what was assumed.
    notes : tuple of str
        What was assumed.
    """

    def __init__(self, path: Path, reader: Any) -> None:
        header = reader.header
        self.path = path
        self._reader = reader
        self._scaling = header.scales.tolist(), header.offsets.tolist()
        self.count = int(header.point_count)
        (minx, miny, _), (maxx, maxy, _) = header.mins.tolist(), header.maxs.tolist()
        self.bounds: BBox = (minx, miny, maxx, maxy)
        date = header.creation_date
        self.created: str | None = None if date is None else date.isoformat()
        try:
            crs: CRS | None = header.parse_crs()
        except CRSError:
            crs = None
        self.notes = rd_notes(crs, self.bounds if self.count else [np.nan] * 4, path)
        self.crs = "RD New (EPSG:28992) + NAP, assumed" if crs is None else crs.name

    def chunks(self, size: int) -> Iterator[Chunk]:
        """All points of the file, at most `size` at a time.

        Raises
        ------
        SourceError
            The file ends before the points its header promises.
        """
        seen = 0
        try:
            for record in self._reader.chunk_iterator(size):
                seen += len(record)
                yield self._chunk(record)
        except (LazrsError, laspy.errors.LaspyException, ValueError, OSError, EOFError) as error:
            raise self._truncated(seen, f" ({error})") from error
        if seen != self.count:
            raise self._truncated(seen, "")

    def _chunk(self, record: Any) -> Chunk:
        millimetres = np.empty((3, len(record)), dtype=np.int32)
        raw = (record.X, record.Y, record.Z)
        for column, stored, scale, offset in zip(millimetres, raw, *self._scaling, strict=True):
            # Out of the records once; then in a row, where every look is fast.
            column[:] = stored
            ends = np.array([column.min(), column.max()]) if len(column) else np.zeros(1)
            if not np.abs(ends * scale + offset).max() < _FARTHEST:
                raise SourceError(
                    self.path,
                    found=f"it has coordinates of more than {_FARTHEST:.0f} m",
                    expected="RD New + NAP in metres",
                    remedy="Check its scale and offset, or download it again.",
                )
            unit, origin = 1000 * scale, 1000 * offset
            if unit.is_integer() and origin.is_integer() and max(unit, abs(origin)) < 2**31:
                # As in nearly all files; exact, and several times as fast. What wraps round comes back.
                column *= np.int32(unit)
                column += np.int32(origin)
            else:
                column[:] = np.rint((column * scale + offset) * 1000)
        return Chunk(
            millimetres.T,
            np.asarray(record.classification, dtype=np.uint8),
            np.asarray(record.withheld, dtype=bool),
        )

    def _truncated(self, seen: int, cause: str) -> SourceError:
        return SourceError(
            self.path,
            found=f"it can't be read beyond point {seen} of {self.count}{cause}",
            expected="all points its header promises",
            remedy="Download it again: it is truncated or damaged.",
        )


@contextmanager
def open_laz(path: Path) -> Iterator[LazFile]:
    """Open a LAZ or LAS file and check its kind and CRS.

    Raises
    ------
    SourceError
        Missing, no LAZ, damaged, or in another CRS than RD.
    """
    if not path.is_file():
        raise SourceError(
            path,
            found="it doesn't exist" if not path.exists() else "it is no file",
            expected="a LAZ or LAS file of AHN",
            remedy="Check the path, or download the AHN sheet first.",
        )
    try:
        reader = laspy.open(path, decompression_selection=_NEEDED)
    except (LazrsError, laspy.errors.LaspyException, ValueError, EOFError, OSError, IndexError) as error:
        raise SourceError(
            path,
            found=f"it can't be opened as LAZ or LAS ({error})",
            expected="a LAZ or LAS file of AHN",
            remedy="Download it again if it is truncated; convert it if it is another format.",
        ) from error
    with reader:
        yield LazFile(path, reader)
