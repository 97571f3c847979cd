"""Rasters of which only some blocks are kept: the terrain under something long, or along a wide water."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from twin.geometry.columns import Bools, Floats, Ints

SIDE = 128
"""Cells along a block: small beside a canal of kilometres, large beside the margin that a terrain needs."""
TOUCH = 32.0
"""How far [m] around a shape cells are kept: a deck on it takes those within some of its largest cells into
account, all else only those beside it."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Cells by row and column, as an array of them; what is in no block has one value.

    Attributes
    ----------
    table : (R, C) int64
        Number of each block, -1 for one that is not kept.
    data : (B + 1, SIDE, SIDE)
        The blocks, and at the end one that stands for all that are not kept.
    """

    table: Ints
    data: npt.NDArray[Any]

    @classmethod
    def of(cls, shape: Ints, kept: Ints, blocks: Iterable[npt.NDArray[Any]], fill: Any) -> Blocks:
        """Blocks ``kept (B, 2)``, row and column among ``shape (2,)`` of them, that come one by one."""
        table = np.full(tuple(shape.tolist()), -1, dtype=np.int64)
        table[kept[:, 0], kept[:, 1]] = np.arange(len(kept))
        data = np.full((len(kept) + 1, SIDE, SIDE), fill)
        for number, block in enumerate(blocks):
            data[number] = block
        return cls(table, data)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, kept or not."""
        return self.table.shape[0] * SIDE, self.table.shape[1] * SIDE

    @property
    def size(self) -> int:
        """Cells that are kept."""
        return (len(self.data) - 1) * SIDE * SIDE

    @property
    def nbytes(self) -> int:
        """Memory of what is kept."""
        return self.data.nbytes + self.table.nbytes

    def copy(self) -> Blocks:
        """One that may be written to."""
        return Blocks(self.table, self.data.copy())

    def any(self) -> bool:
        """Whether any cell that is kept is true."""
        return bool(self.data[:-1].any())

    def each(self, function: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> Blocks:
        """What a function makes of every cell by itself."""
        return Blocks(self.table, function(self.data))

    def windows(self, margin: int) -> Iterator[npt.NDArray[Any]]:
        """Each block with some cells around it, in the order of ``data``."""
        ringed = Blocks(np.pad(self.table, 1, constant_values=-1), self.data)
        around = np.arange(SIDE - margin, 2 * SIDE + margin)
        places = np.argwhere(self.table >= 0)
        for row, column in places[np.argsort(self.table[tuple(places.T)])].tolist():
            yield ringed[row * SIDE + around[:, None], column * SIDE + around]

    def flat(self, row: Ints, column: Ints) -> Ints:
        """Place of cells in ``data.ravel()``; in its last block for those that are not kept."""
        block = self.table[row // SIDE, column // SIDE] % len(self.data)
        place: Ints = (block * SIDE + row % SIDE) * SIDE + column % SIDE
        return place

    def __getitem__(self, at: tuple[Ints, Ints]) -> npt.NDArray[Any]:
        return self.data.ravel()[self.flat(*at)]

    def __setitem__(self, at: tuple[Ints, Ints], value: Any) -> None:
        place = self.flat(*at)
        kept = place < self.size
        self.data.reshape(-1)[place[kept]] = np.broadcast_to(value, place.shape)[kept]


def squares_near(shapes: npt.NDArray[Any], side: float, reach: float = 0.0) -> Ints:
    """Squares of the RD grid within reach of any shape, found by looking at ever smaller ones.

    Parameters
    ----------
    shapes : (G,) of shapely geometry, EPSG:28992
    side : float [m]
    reach : float [m]
        Along either axis.

    Returns
    -------
    (S, 2) int64
        Column and row: the lower left corner divided by ``side``.
    """
    bounds = shapely.total_bounds(shapes) if len(shapes) else np.full(4, np.nan)
    if not np.isfinite(bounds).all():
        return np.empty((0, 2), dtype=np.int64)
    first = np.floor((bounds[:2] - reach) / side).astype(np.int64)
    last = np.floor((bounds[2:] + reach) / side).astype(np.int64)
    size = 1 << int(np.ceil(np.log2((last - first + 1).max())))
    squares = first[None]
    while True:
        boxes = shapely.box(*(squares * side - reach).T, *((squares + size) * side + reach).T)
        _, found = shapely.STRtree(boxes).query(shapes, predicate="intersects")
        squares = squares[np.unique(found)]
        if size == 1:
            return np.asarray(squares, dtype=np.int64)
        size //= 2
        quarters = size * np.array(((0, 0), (1, 0), (0, 1), (1, 1)))
        squares = (squares[:, None] + quarters).reshape(-1, 2)


@dataclass(frozen=True, slots=True)
class Near:
    """The squares near some shapes, to look places up in.

    Attributes
    ----------
    side : float [m]
    low : (2,) int64
        Column and row of the lower left square of ``marked``.
    marked : Blocks
    """

    side: float
    low: Ints
    marked: Blocks

    @classmethod
    def of(cls, shapes: npt.NDArray[Any], side: float, reach: float = 0.0) -> Near:
        """See :func:`squares_near`."""
        squares = squares_near(shapes, side, reach)
        low = squares.min(axis=0) if len(squares) else np.zeros(2, dtype=np.int64)
        blocks = np.unique((squares - low) // SIDE, axis=0)
        none = (np.zeros((SIDE, SIDE), dtype=bool) for _ in blocks)
        marked = Blocks.of(blocks.max(axis=0, initial=0)[::-1] + 1, blocks[:, ::-1], none, False)
        marked[tuple((squares - low).T[::-1])] = True
        return cls(side, low, marked)

    def has(self, xy: Floats) -> Bools:
        """Which places ``(N, 2)`` [m, RD] lie in one of the squares."""
        at = np.floor(xy / self.side).astype(np.int64) - self.low
        near: Bools = np.all((at >= 0) & (at < self.marked.shape[::-1]), axis=1)
        near[near] = self.marked[at[near, 1], at[near, 0]]
        return near


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
