"""Points on disk, a file per square cell of the RD grid, in an order that depends on the points alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.ahn.points import BBox

RECORD = np.dtype([("x", "<i4"), ("y", "<i4"), ("z", "<i4"), ("classification", "u1"), ("source", "u1")])
"""A point: coordinates [mm, RD New + NAP], class, index of its file. 14 bytes."""

Records = npt.NDArray[np.void]
I8 = npt.NDArray[np.int64]

# Side of the squares in which occupied area is measured [mm].
_AREA_SQUARE = 10_000
_SUFFIX = ".points"


def records(xyz: npt.NDArray[np.int32], classification: npt.NDArray[np.uint8], source: int) -> Records:
    """Points (N, 3) [mm], their classes (N,) and one file index as records (N,)."""
    points = np.empty(len(xyz), dtype=RECORD)
    points["x"], points["y"], points["z"] = xyz[:, 0], xyz[:, 1], xyz[:, 2]
    points["classification"] = classification
    points["source"] = source
    return points


def append(folder: Path, points: Records, side: int) -> None:
    """Add records to the files of their cells; `side` is that of a cell [mm]."""
    if not len(points):
        return
    row, column = points["y"] // side, points["x"] // side
    cell = (row - row.min()).astype(np.int64) * (int(np.ptp(column)) + 1) + (column - column.min())
    # In 16 bits, as nearly always, sorting is by radix and several times as fast.
    order = np.argsort(cell.astype(np.uint16) if cell.max() < 1 << 16 else cell, kind="stable")
    row, column, cell, points = row[order], column[order], cell[order], points[order]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    for begin, end in zip(starts.tolist(), [*starts[1:].tolist(), len(points)], strict=True):
        with (folder / file_name(int(row[begin]), int(column[begin]))).open("ab") as file:
            file.write(points[begin:end].tobytes())


def sort_cells(folder: Path, side: int) -> tuple[dict[str, int], int]:
    """Put every cell, of `side` [mm], in canonical order: y, x, z, class and file.

    Returns
    -------
    counts : dict of str to int
        Points per cell file, by name.
    occupied : int
        Squares of 10 m that hold any point.
    """
    counts = {}
    occupied = 0
    for path in sorted(folder.iterdir()):
        points = np.fromfile(path, dtype=RECORD)
        path.write_bytes(points.take(canonical(points, side)).tobytes())
        counts[path.name] = len(points)
        squares = points["y"] // _AREA_SQUARE * (1 << 20) + points["x"] // _AREA_SQUARE
        occupied += len(np.unique(squares.astype(np.int64)))
    return counts, occupied


def canonical(points: Records, side: int) -> I8:
    """Order of the points of a cell: y, x, z, class and file."""
    place = (points["y"] % side).astype(np.int64) * side + points["x"] % side
    last = points["classification"].astype(np.uint16) << 8 | points["source"]
    bits = len(points).bit_length()
    if (side * side).bit_length() + bits > 63:
        return np.lexsort((last, points["z"], place))
    # Hardly any point lies on another: one sort of plain numbers, and then those that do.
    order = np.sort(place << bits | np.arange(len(points))) & (1 << bits) - 1
    alike = place[order[1:]] == place[order[:-1]]
    rows = np.flatnonzero(np.append(alike, False) | np.append(False, alike)[: len(points)])
    some = order[rows]
    order[rows] = some[np.lexsort((last[some], points["z"][some], place[some]))]
    return order


def load(
    folder: Path, counts: dict[str, int], side: int, bbox: BBox
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Coordinates (3, N) [mm], class and file (N,) of points in a half-open box [m], cell row by cell row."""
    minx, miny, maxx, maxy = millimetres(bbox)
    parts = [np.empty(0, dtype=RECORD)]
    for name in sorted(counts):
        row, column = map(int, name.removesuffix(_SUFFIX).split("_"))
        if (
            column * side < maxx
            and minx < (column + 1) * side
            and row * side < maxy
            and miny < (row + 1) * side
        ):
            points = np.fromfile(folder / name, dtype=RECORD)
            whole = (
                minx <= column * side
                and (column + 1) * side <= maxx
                and miny <= row * side
                and (row + 1) * side <= maxy
            )
            if not whole:
                points = points.take(np.flatnonzero(inside(points["x"], points["y"], bbox)))
            parts.append(points)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in RECORD.names or ()}
    return np.stack([columns["x"], columns["y"], columns["z"]]), columns["classification"], columns["source"]


def inside(x: npt.NDArray[np.int32], y: npt.NDArray[np.int32], bbox: BBox) -> npt.NDArray[np.bool_]:
    """Which points [mm] lie in a box [m] that includes its lower and left side only."""
    minx, miny, maxx, maxy = millimetres(bbox)
    return np.asarray((x >= minx) & (x < maxx) & (y >= miny) & (y < maxy))


def millimetres(bbox: BBox) -> tuple[int, int, int, int]:
    """Box [m] as the whole millimetres at or above its sides; 84808.1 m is 84808100 mm, not one more."""
    minx, miny, maxx, maxy = (int(np.ceil(round(value * 1000, 3))) for value in bbox)
    return minx, miny, maxx, maxy


def file_name(row: int, column: int) -> str:
    """Name of a cell's file, by row (y) and column (x) in the RD grid."""
    return f"{row:06d}_{column:06d}{_SUFFIX}"
