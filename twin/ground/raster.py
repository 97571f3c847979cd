"""Which cells of a raster lie in which triangle."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.geometry.columns import Floats, Ints
from twin.geometry.ragged import expand

BATCH = 4_000_000
"""Cells in the boxes of the triangles that are looked at together: some hundreds of megabytes."""


def in_batches(corners: Floats, chosen: Ints, cell: float) -> Iterator[Ints]:
    """Chosen triangles ``(C,)`` of ``corners (T, 3, 2)`` [m], a number at a time that memory can hold."""
    size = np.prod(np.ptp(corners[chosen], axis=1) / cell + 1, axis=1)
    batch = np.floor(np.cumsum(size) / BATCH)
    yield from np.split(chosen, np.flatnonzero(np.diff(batch)) + 1)


def cells_in_triangles(corners: Floats, shape: tuple[int, ...]) -> tuple[Ints, Ints, Ints]:
    """Cells whose middle lies in a triangle or on its edge.

    Parameters
    ----------
    corners : (T, 3, 2) float64
        Column and row of each corner; the middle of a cell is at whole numbers.
    shape : (2,) of int
        Rows and columns of the raster.

    Returns
    -------
    triangle, row, column : (N,) int64
        Ascending by triangle.
    """
    x, y = corners[:, :, 0], corners[:, :, 1]
    first = np.maximum(np.ceil(y.min(axis=1, initial=np.inf)), 0)
    last = np.minimum(np.floor(y.max(axis=1, initial=-np.inf)), shape[0] - 1)
    count = np.maximum(last - first + 1, 0).astype(np.int64)
    line, row = expand(first.astype(np.int64), count)
    left, right = np.full(len(line), np.inf), np.full(len(line), -np.inf)
    for i in range(3):
        xa, ya = x[line, i], y[line, i]
        xb, yb = x[line, (i + 1) % 3], y[line, (i + 1) % 3]
        meets = (np.minimum(ya, yb) <= row) & (row <= np.maximum(ya, yb))
        level = ya == yb
        t = (row - ya) / np.where(level, 1.0, yb - ya)
        cross = np.where(level, xa, xa + t * (xb - xa))
        left = np.where(meets, np.minimum(left, np.where(level, np.minimum(xa, xb), cross)), left)
        right = np.where(meets, np.maximum(right, np.where(level, np.maximum(xa, xb), cross)), right)
    start = np.maximum(np.ceil(left), 0)
    stop = np.minimum(np.floor(right), shape[1] - 1)
    wide = np.maximum(stop - start + 1, 0)
    wide = np.where(np.isfinite(wide), wide, 0).astype(np.int64)
    at, column = expand(np.where(np.isfinite(start), start, 0).astype(np.int64), wide)
    return line[at], row[at], column
