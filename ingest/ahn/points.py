"""What is read from AHN, and what is known about the files it came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BBox = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Points:
    """LiDAR points in canonical order: that of their cells (row by row), then y, x, z, class and file.

    Attributes
    ----------
    xyz : (N, 3) float64
        Coordinates [m, RD New + NAP], whole millimetres.
    classification : (N,) uint8
        ASPRS/AHN class: 1 unclassified, 2 ground, 6 building, 9 water, 26 civil structure; others may occur.
    source : (N,) uint8
        Index into :attr:`StoreSummary.files` of the file each came from.
    """

    xyz: npt.NDArray[np.float64]
    classification: npt.NDArray[np.uint8]
    source: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.xyz)


@dataclass(frozen=True, slots=True)
class FileSummary:
    """One LAZ or LAS file of a store.

    Attributes
    ----------
    path : str
        Where it was read from.
    created : str or None
        File creation date of its header, ISO 8601.
    crs : str
        Name of the CRS in the file, or what was assumed.
    points : int
        Points in the file; the sum of `kept`, `outside`, `withheld` and `noise`.
    kept, outside, withheld, noise : int
        Points in the store, outside its area, flagged withheld, and of class 7 or 18.
    classes : dict of int to int
        Kept points per class.
    extent : tuple of float or None
        ``minx, miny, minz, maxx, maxy, maxz`` [m, RD + NAP] of the kept points.
    notes : tuple of str
        What was assumed.
    """

    path: str
    created: str | None
    crs: str
    points: int
    kept: int
    outside: int
    withheld: int
    noise: int
    classes: dict[int, int]
    extent: tuple[float, float, float, float, float, float] | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoreSummary:
    """A whole store.

    Attributes
    ----------
    files : tuple of FileSummary
        In the order to which :attr:`Points.source` refers.
    points : int
        Points in the store.
    density : float
        Points per square metre of the cells' parts that hold any, measured in squares of 10 m.
    """

    files: tuple[FileSummary, ...]
    points: int
    density: float

    @property
    def classes(self) -> dict[int, int]:
        """Points per class over all files."""
        total: dict[int, int] = {}
        for file in self.files:
            for code, count in file.classes.items():
                total[code] = total.get(code, 0) + count
        return dict(sorted(total.items()))

    @property
    def extent(self) -> tuple[float, float, float, float, float, float] | None:
        """``minx, miny, minz, maxx, maxy, maxz`` [m, RD + NAP] of all points; None for an empty store."""
        extents = np.array([file.extent for file in self.files if file.extent is not None])
        if not len(extents):
            return None
        minx, miny, minz = extents[:, :3].min(axis=0).tolist()
        maxx, maxy, maxz = extents[:, 3:].max(axis=0).tolist()
        return (minx, miny, minz, maxx, maxy, maxz)

    @property
    def notes(self) -> tuple[str, ...]:
        """Assumptions, each with its file."""
        return tuple(f"{file.path}: {note}" for file in self.files for note in file.notes)
