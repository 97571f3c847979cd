"""What one read of a register gives: a table, and a reason for every record left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import pandas as pd

from ingest.errors import SourceError


class Reject(StrEnum):
    """Why a record of a source is not in the table that was read from it."""

    HISTORIC = "earlier version of an object"
    NOT_CURRENT = "not current: withdrawn, terminated or not yet in force"
    PLANNED = "planned object"
    OUTSIDE_AREA = "outside the area"
    NO_GEOMETRY = "no geometry"
    BAD_GEOMETRY = "geometry can't be repaired to a valid one with area"
    BAD_ID = "missing or malformed id"
    DUPLICATE_ID = "id occurs more than once among current records"
    UNKNOWN_STATUS = "status is not on the official list"
    UNREADABLE = "record can't be parsed"


REJECT_COLUMNS = ("object_id", "reason", "detail")


def rejects_frame(rows: Iterable[tuple[str, Reject, str]] = ()) -> pd.DataFrame:
    """Table of rejected records from ``(object_id, reason, detail)`` rows."""
    return pd.DataFrame(list(rows), columns=list(REJECT_COLUMNS), dtype="str")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A table read from a source, with the account of what was left out.

    Attributes
    ----------
    name : str
        What was read, for instance ``"bgt/wegdeel"`` or ``"bag/pand"``.
    frame : pandas.DataFrame or geopandas.GeoDataFrame
        Accepted records. Geometry, where there is any, is in EPSG:28992 [m].
    read : int
        Records seen in the source; always ``len(frame) + len(rejects)``.
    rejects : pandas.DataFrame
        Columns ``object_id``, ``reason`` (a :class:`Reject` value) and ``detail``; a row per record left out.
    paths : tuple of Path
        The files it came from.
    notes : tuple of str
        Assumptions worth telling, for instance that a CRS record was missing and RD was assumed.

    Raises
    ------
    SourceError
        When the counts do not add up: a record vanished.
    """

    name: str
    frame: pd.DataFrame
    read: int
    rejects: pd.DataFrame = field(default_factory=rejects_frame)
    paths: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.read != len(self.frame) + len(self.rejects):
            raise SourceError(
                ", ".join(map(str, self.paths)) or self.name,
                found=f"{self.read} records read, {len(self.frame)} kept and {len(self.rejects)} rejected",
                expected="every record to be kept or rejected with a reason",
                remedy="This is a fault in the reader: please report it with the file.",
            )
