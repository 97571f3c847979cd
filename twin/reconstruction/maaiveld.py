"""The height of the ground at places, from the points around each: the same however the cloud is turned."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from twin.geometry.columns import Bools, Floats, Ints
from twin.reconstruction.parameters import PlaneParameters

_WIDEST = 2000.0  # m: a table of half-metre cells of this size takes 80 MB at most
_TOGETHER = 1 << 15  # points


def mean_heights(xy: Floats, xyz: Floats, is_ground: Bools, params: PlaneParameters) -> Floats:
    """Mean height of the ground points around places; NaN where there are none.

    The points are summed in the cells of a fixed RD grid, and a cell whose middle is at distance `d` weighs
    ``(1 - (d / ground_reach)**2)**2``: with a reach of several cells that is so smooth that it hardly matters
    how the grid lies. Neither the order of the points nor the extent of the cloud matters.

    Parameters
    ----------
    xy : (M, 2) float64 [m, RD]
        Places.
    xyz : (N, 3) float64 [m, RD+NAP]
        One coordinate after the other in memory is faster.
    is_ground : (N,) bool
        Which of them count.
    params : PlaneParameters
        ``ground_cell`` and ``ground_reach``.

    Returns
    -------
    (M,) float64 [m NAP]
    """
    out = np.full(len(xy), np.nan)
    for some in _neighbourhoods(xy):
        out[some] = _Cells(xy[some], params).heights(xyz, is_ground)
    return out


def _neighbourhoods(xy: Floats) -> list[Ints]:
    """Rows of ``xy`` together as long as a table has room for them."""
    if not len(xy) or np.ptp(xy, axis=0).max() <= _WIDEST:
        return [np.arange(len(xy))]
    tile = np.unique(np.floor(xy / _WIDEST), axis=0, return_inverse=True)[1]
    order = np.argsort(tile, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(tile[order])) + 1)


class _Cells:
    """The cells of the grid around some places, not none."""

    def __init__(self, xy: Floats, params: PlaneParameters) -> None:
        self._cell, self._reach = params.ground_cell, params.ground_reach
        beside = math.ceil(self._reach / self._cell - 0.5)
        self._low = np.floor(xy.min(axis=0) / self._cell) - beside - 1
        size = (np.floor(xy.max(axis=0) / self._cell) - self._low + beside + 2).astype(int)
        self._size, width = size, int(size[0])
        at = xy / self._cell - self._low
        cell = np.floor(at)
        self._away = (cell + 0.5 - at).T * self._cell
        self._base = (cell[:, 1] * width + cell[:, 0]).astype(np.int64)
        near = np.arange(-beside, beside + 1)
        dy, dx = (along.ravel() for along in np.meshgrid(near, near, indexing="ij"))
        within = np.hypot(*(np.maximum(np.abs(d) - 0.5, 0) for d in (dx, dy))) * self._cell < self._reach
        dx, dy = dx[within], dy[within]
        self._steps = list(zip(dx * self._cell, dy * self._cell, dy * width + dx, strict=True))
        self._asked = np.zeros(size.prod(), bool)
        for _, _, step in self._steps:
            self._asked[self._base + step] = True
        asked = np.flatnonzero(self._asked)
        self._row = np.zeros(len(self._asked), np.int32)
        self._row[asked] = np.arange(len(asked))
        self._rows = len(asked)

    def heights(self, xyz: Floats, is_ground: Bools) -> Floats:
        """Weighted mean at each place."""
        row, level = self._levels(xyz, is_ground)
        # Sums of whole millimetres are exact, so the order of the points does not matter.
        count = np.bincount(row, minlength=self._rows).astype(np.float64)
        total = np.bincount(row, level, self._rows)
        mass, moment = np.zeros((2, len(self._base)))
        for right, up, step in self._steps:
            distance = (self._away[0] + right) ** 2 + (self._away[1] + up) ** 2
            weight = np.maximum(1 - distance / self._reach**2, 0) ** 2
            at = self._row.take(self._base + step)
            mass += weight * count.take(at)
            moment += weight * total.take(at)
        height: Floats = np.divide(moment, mass * 1000, out=np.full(len(mass), np.nan), where=mass > 0)
        return height

    def _levels(self, xyz: Floats, is_ground: Bools) -> tuple[Ints, Floats]:
        """Of ground points in cells that are asked for: row of the cell, and height in whole millimetres."""
        rows, levels = [], []
        # Most points of a cloud are ground, and far from any wall; some at a time stay in a core's cache.
        for begin in range(0, len(xyz), _TOGETHER):
            some = slice(begin, begin + _TOGETHER)
            ix, iy = (self._index(xyz[some, axis], axis) for axis in (0, 1))
            cell = iy * np.int32(self._size[0]) + ix
            kept = np.flatnonzero(self._asked.take(cell) & is_ground[some])
            rows.append(self._row.take(cell.take(kept)))
            levels.append(np.rint(xyz[some, 2].take(kept) * 1000))
        return np.concatenate(rows), np.concatenate(levels)

    def _index(self, along: Floats, axis: int) -> npt.NDArray[np.int32]:
        """Column or row of coordinates ``(N,)``; of those outside the outermost, which nobody asks for."""
        at = along / self._cell
        at -= self._low[axis]
        np.clip(at, 0, self._size[axis] - 1, out=at)
        return at.astype(np.int32)
