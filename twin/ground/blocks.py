"""A raster of which only some blocks are kept: the terrain under something long, or along a wide water."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.footprints import polygons_of
from twin.ground.coverage import Cells

SIDE = 128
"""Cells along a block: small beside a canal of kilometres, large beside the margin that a terrain needs."""
TOUCH = 2.0  # [m] around a shape that its heights may be looked up: those of a cell and the next


@dataclass(frozen=True, slots=True)
class Blocks:
    """Cells by row and column, as an array of them; what is in no block has one value.

    Attributes
    ----------
    table : (R, C) int64
        Number of each block, -1 for one that is not kept.
    data : (B, SIDE, SIDE)
    fill : scalar
        Value beyond the blocks.
    """

    table: Ints
    data: npt.NDArray[Any]
    fill: Any

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, kept or not."""
        return self.table.shape[0] * SIDE, self.table.shape[1] * SIDE

    @property
    def nbytes(self) -> int:
        """Memory of what is kept."""
        return self.data.nbytes + self.table.nbytes

    def copy(self) -> Blocks:
        """One that may be written to."""
        return Blocks(self.table, self.data.copy(), self.fill)

    def any(self) -> bool:
        """Whether any cell that is kept is true."""
        return bool(self.data.any())

    def __getitem__(self, at: tuple[Ints, Ints]) -> npt.NDArray[Any]:
        block, row, column = self._place(at)
        return np.where(block >= 0, self.data[block, row, column] if len(self.data) else self.fill, self.fill)

    def __setitem__(self, at: tuple[Ints, Ints], value: Any) -> None:
        block, row, column = self._place(at)
        kept = block >= 0
        self.data[block[kept], row[kept], column[kept]] = value

    def _place(self, at: tuple[Ints, Ints]) -> tuple[Ints, Ints, Ints]:
        row, column = at
        return self.table[row // SIDE, column // SIDE], row % SIDE, column % SIDE


def blocks_under(cells: Cells) -> tuple[Floats, Ints, Ints]:
    """Blocks of cells of a metre that heights of some parts are looked up in.

    Of land they are all that it touches, of water those along its border: it is flat inside.

    Returns
    -------
    corner : (2,) float64 [m, RD]
        Lower left corner of the grid of blocks, a multiple of :data:`SIDE`.
    shape : (2,) int64
        Rows and columns of blocks.
    kept : (B, 2) int64
        Row and column of each block that is needed, ascending.
    """
    xy = cells.outline.xy
    low = np.floor((xy.min(axis=0) - TOUCH) / SIDE).astype(np.int64)
    columns, rows = (np.floor((xy.max(axis=0) + TOUCH) / SIDE).astype(np.int64) - low + 1).tolist()
    shapes = polygons_of(cells.outline)
    wet = np.isfinite(cells.level)
    shapes[wet] = shapely.boundary(shapes[wet])
    # Lines cut into pieces: the boxes of blocks around each are few.
    found = {tuple(place) for shape in shapes for place in _touched(shape, low).tolist()}
    return low.astype(np.float64) * SIDE, np.array((rows, columns)), np.array(sorted(found), dtype=np.int64)


def _touched(shape: Any, low: Ints) -> Ints:
    """Row and column of the blocks within reach of a shape, looking at ever smaller squares."""
    x0, y0, x1, y1 = shapely.bounds(shape)
    first = np.floor((np.array((x0, y0)) - TOUCH) / SIDE).astype(np.int64) - low
    last = np.floor((np.array((x1, y1)) + TOUCH) / SIDE).astype(np.int64) - low
    size = 1 << int(np.ceil(np.log2(max(*(last - first + 1).tolist(), 1))))
    shapely.prepare(shape)
    squares = first[None]
    while True:
        corner = (squares + low) * SIDE
        boxes = shapely.box(*(corner - TOUCH).T, *(corner + size * SIDE + TOUCH).T)
        squares = squares[shapely.intersects(shape, boxes)]
        if size == 1:
            found: Ints = squares[:, ::-1]
            return found
        size //= 2
        steps = size * np.array(((0, 0), (1, 0), (0, 1), (1, 1)))
        squares = (squares[:, None] + steps).reshape(-1, 2)


def filled(shape: Ints, kept: Ints, blocks: Iterable[tuple[Floats, Bools]]) -> tuple[Blocks, Blocks]:
    """Heights and whether they were measured, of blocks ``kept (B, 2)`` that come one by one."""
    table = np.full(tuple(shape.tolist()), -1, dtype=np.int64)
    table[kept[:, 0], kept[:, 1]] = np.arange(len(kept))
    z = np.empty((len(kept), SIDE, SIDE))
    measured = np.empty((len(kept), SIDE, SIDE), dtype=bool)
    for number, (heights, seen) in enumerate(blocks):
        z[number], measured[number] = heights, seen
    return Blocks(table, z, np.nan), Blocks(table, measured, False)


def bilinear(z: Blocks, at: Floats) -> Floats:
    """Values between the middles of cells; ``at (M, 2)`` is column and row, whole at corners."""
    place = at - 0.5
    low = np.floor(place).astype(np.int64)
    part = place - low
    limit = np.array(z.shape[::-1]) - 1
    column, row = np.clip(low, 0, limit).T
    right, above = np.clip(low + 1, 0, limit).T
    u, v = part.T
    lower = z[row, column] * (1 - u) + z[row, right] * u
    upper = z[above, column] * (1 - u) + z[above, right] * u
    result: Floats = lower * (1 - v) + upper * v
    return result
