"""How high buildings stand before the sky, seen from points on roofs: a march over a raster of their tops.

The raster is made of the building points of the cloud, so it holds whatever stands there, of this tile or
another, modelled or not: neighbours, and higher parts, parapets and dormers of the building itself. Its cells
are those of the RD grid, and points look no further than :data:`REACH`, so that no tile decides what is seen.
Trees are no buildings, and not in it. The horizon by azimuth is that of Dozier and Frew (1990).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Floats

CELL = 1.0  # m
REACH = 48.0  # m; with its cells within the margin of points around a tile, see twin.build.cloud
FIRST = 2.0  # m: nearer, a cell is a part of the roof that the point is on
ABOVE = 0.5  # m above the plane of the roof, below which a cell is that roof with its tiles and noise
STEP = 15  # degrees between directions
DIRECTIONS = np.arange(0, 360, STEP)
_AROUND = 2 * int(REACH / CELL) + 1  # cells around what is built: from there on nothing of it is in reach
_NOTHING = -1e6  # m
_QUARTILE = 0.75  # of the points in a cell: an antenna or a bird is no building


@dataclass(frozen=True, slots=True)
class Tops:
    """Tops of what is built, in cells of the RD grid.

    Attributes
    ----------
    height : (R, C) float64 [m, NAP]
        By row (y) and column (x), with as many empty cells around as points look far twice; deep below where
        nothing is built.
    row, column : int
        Of the first cell, in the RD grid.
    """

    height: Floats
    row: int
    column: int

    @classmethod
    def of(cls, xyz: Floats) -> Tops:
        """Of building points ``(N, 3)`` [m, RD+NAP]."""
        if not len(xyz):
            return cls(np.full((1, 1), _NOTHING), 0, 0)
        column, row = np.floor(xyz[:, :2] / CELL).astype(np.int64).T
        first_row, first_column = int(row.min()) - _AROUND, int(column.min()) - _AROUND
        shape = int(row.max()) - first_row + _AROUND + 1, int(column.max()) - first_column + _AROUND + 1
        cell = (row - first_row) * shape[1] + column - first_column
        order = np.lexsort((xyz[:, 2], cell))
        used, begin, count = np.unique(cell[order], return_index=True, return_counts=True)
        height = np.full(shape[0] * shape[1], _NOTHING)
        height[used] = xyz[order[begin + (_QUARTILE * (count - 1)).astype(np.int64)], 2]
        return cls(height.reshape(shape), first_row, first_column)


def horizons(points: Floats, normals: Floats, tops: Tops) -> Floats:
    """Angle above the level up to which the sky is built up, in each of :data:`DIRECTIONS`.

    Parameters
    ----------
    points, normals : (N, 3) float64 [m, RD+NAP]
        On roofs, and the unit vectors that stand on them, pointing up.
    tops : Tops

    Returns
    -------
    (N, 24) float64 [degrees]
        0 where nothing stands above the point and its roof.
    """
    steep = np.zeros((len(points), len(DIRECTIONS)))
    cell = np.floor(points[:, :2] / CELL)
    column, row = (cell - (tops.column, tops.row)).astype(np.int64).T
    reach = _AROUND // 2
    rows, columns = tops.height.shape
    near = (row >= reach) & (row < rows - reach) & (column >= reach) & (column < columns - reach)
    kept = np.flatnonzero(near)
    base, (nx, ny, nz) = (row * columns + column)[kept], normals[kept].T
    x, y, z = (points - np.column_stack(((cell + 0.5) * CELL, np.zeros(len(points)))))[kept].T
    # From the middle of a cell to that of another: what has to lie above the plane of the roof.
    level = nx * x + ny * y + nz * z + ABOVE
    flat = tops.height.ravel()
    for number, (right, up) in _marches():
        for dx, dy in zip(right, up, strict=True):
            top = flat[base + (dy * columns + dx)]
            over = np.flatnonzero(nz * top + (nx * (dx * CELL) + ny * (dy * CELL)) > level)
            if len(over):
                distance = np.hypot(dx * CELL - x[over], dy * CELL - y[over])
                rise = (top[over] - z[over]) / distance
                at = kept[over], number
                steep[at] = np.maximum(steep[at], rise)
    return np.asarray(np.degrees(np.arctan(steep)))


def _marches() -> Iterator[tuple[int, tuple[list[int], list[int]]]]:
    """Cells to the right and up that each direction passes, the nearest first."""
    distance = np.arange(FIRST, REACH, CELL)
    for number, azimuth in enumerate(np.radians(DIRECTIONS)):
        right, up = (
            np.rint(distance * w / CELL).astype(np.int64) for w in (np.sin(azimuth), np.cos(azimuth))
        )
        yield number, (right.tolist(), up.tolist())
