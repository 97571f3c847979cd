"""AHN on disk in 100 m cells: sheets of gigabytes are streamed once, then any box is read at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.ahn import cells
from ingest.ahn.making import CELLS, INDEX, Progress, make
from ingest.ahn.points import BBox, FileSummary, Points, StoreSummary
from ingest.errors import SourceError

# Raise when the files of a store change meaning: older stores are then built again.
_VERSION = 1
_MOST_FILES = 256


@dataclass(frozen=True, slots=True)
class PointStore:
    """Points of AHN in cells on disk.

    Attributes
    ----------
    folder : Path
        Where the store is.
    cell : float
        Side of a cell [m].
    summary : StoreSummary
        What is in it, per file.
    """

    folder: Path
    cell: float
    summary: StoreSummary
    _counts: dict[str, int]

    @classmethod
    def build(
        cls,
        paths: Iterable[Path | str],
        folder: Path | str,
        bbox: BBox | None = None,
        cell: float = 100.0,
        chunk_points: int = 500_000,
        progress: Progress | None = None,
    ) -> PointStore:
        """Stream LAZ or LAS files into a store, or reuse the one there if nothing changed.

        Nothing is visible at `folder` until the store is complete. Points flagged withheld and of noise
        classes 7 and 18 are dropped and counted.

        Parameters
        ----------
        paths : iterable of Path or str
            LAZ or LAS files in RD New + NAP, in any order; at most 256. Without a CRS record RD is assumed,
            and noted, if the coordinates fit.
        folder : Path or str
            The store: made, or replaced if it is a store of other inputs.
        bbox : tuple of float, optional
            ``minx, miny, maxx, maxy`` [m, RD]; only points in this half-open box are kept.
        cell : float
            Side of a cell [m], whole millimetres.
        chunk_points : int
            Points in memory at a time; half a million take under 100 MB at the peak. It changes no result.
        progress : callable, optional
            Called with the number of points read and the total.

        Raises
        ------
        SourceError
            A file is missing, truncated, no LAZ or in another CRS; no point lies in the area; the disk is
            full; or `folder` holds something else.
        """
        folder = Path(folder)
        # By name, so that the order in which files are given means nothing.
        files = sorted({Path(path).absolute() for path in paths}, key=lambda path: (path.name, str(path)))
        _check_arguments(folder, files, bbox, cell, chunk_points)
        fingerprint = _fingerprint(files, bbox, cell)
        if _read_index(folder).get("fingerprint") == fingerprint:
            return cls.open(folder)
        if folder.exists() and not (folder / INDEX).is_file() and any(folder.iterdir()):
            raise SourceError(
                folder,
                found="it holds files that are no point store",
                expected="an empty or new folder, or a point store to replace",
                remedy="Give another folder.",
            )
        make(folder, files, fingerprint, bbox, cell, chunk_points, progress)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path | str) -> PointStore:
        """Open a store that was built before.

        Raises
        ------
        SourceError
            There is no store, or one of another version.
        """
        folder = Path(folder)
        index = _read_index(folder)
        if index.get("fingerprint", {}).get("version") != _VERSION:
            raise SourceError(
                folder,
                found="it holds no point store of this version",
                expected=f"a folder with a readable {INDEX} and its cells",
                remedy="Build the store from the LAZ files again.",
            )
        files = tuple(_file_summary(row) for row in index["files"])
        summary = StoreSummary(files, sum(index["cells"].values()), index["density"])
        return cls(folder, float(index["fingerprint"]["cell"]), summary, index["cells"])

    def read(self, bbox: BBox) -> Points:
        """Points in a box, in canonical order; next to one another, boxes give every point once.

        Parameters
        ----------
        bbox : tuple of float
            ``minx, miny, maxx, maxy`` [m, RD], half-open: a point on the upper or right side is not in it.

        Returns
        -------
        Points
            Possibly none. The order depends on the points and the cell size alone: not on the box, the order
            of the files or the chunk size.
        """
        millimetres, classification, source = cells.load(
            self.folder / CELLS, self._counts, round(self.cell * 1000), bbox
        )
        # One coordinate after the other in memory, as columns are worked on.
        return Points((millimetres / 1000.0).T, classification, source)


def _file_summary(row: dict[str, Any]) -> FileSummary:
    # JSON has no integer keys and no tuples.
    classes = {int(code): count for code, count in row["classes"].items()}
    extent = None if row["extent"] is None else tuple(row["extent"])
    return FileSummary(**{**row, "classes": classes, "extent": extent, "notes": tuple(row["notes"])})


def _check_arguments(
    folder: Path, files: list[Path], bbox: BBox | None, cell: float, chunk_points: int
) -> None:
    if not 0 < len(files) <= _MOST_FILES:
        raise SourceError(
            folder,
            found=f"a point store was asked of {len(files)} files",
            expected=f"1 to {_MOST_FILES} LAZ or LAS files",
            remedy="Name the AHN sheets of the area only.",
        )
    if bbox is not None and not (bbox[0] < bbox[2] and bbox[1] < bbox[3]):
        raise ValueError(f"bbox {bbox} is empty: expected minx < maxx and miny < maxy")
    if cell * 1000 < 1 or cell * 1000 != round(cell * 1000):
        raise ValueError(f"cell {cell} m is no positive whole number of millimetres")
    if chunk_points < 1:
        raise ValueError(f"chunk_points {chunk_points} is less than one")


def _fingerprint(files: list[Path], bbox: BBox | None, cell: float) -> dict[str, Any]:
    inputs = []
    for path in files:
        # A missing file is told when it is opened.
        stat = path.stat() if path.is_file() else None
        inputs.append([str(path), stat and stat.st_size, stat and stat.st_mtime_ns])
    return {
        "version": _VERSION,
        "inputs": inputs,
        "bbox": bbox and [float(side) for side in bbox],
        "cell": cell,
    }


def _read_index(folder: Path) -> dict[str, Any]:
    try:
        index: dict[str, Any] = json.loads((folder / INDEX).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return index if isinstance(index, dict) else {}
