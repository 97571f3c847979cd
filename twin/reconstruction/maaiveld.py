"""The height of the ground at places, from the points around each: the same however the cloud is turned."""

from __future__ import annotations

import math

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.reconstruction.parameters import PlaneParameters

_WIDEST = 2000.0  # m: a table of half-metre cells of this size takes 80 MB at most
_TOGETHER = 1 << 15  # points
_PARTS = 256  # of a cell: how finely a place in it is told


def mean_heights(xy: Floats, xyz: Floats, is_ground: Bools, params: PlaneParameters) -> Floats:
    """Mean height of the ground points around places; NaN where there are none.

    A point at distance `d` weighs ``(1 - (d / ground_reach)**2)**2``. The points are spread over the nodes of
    a fixed RD grid, bilinearly, and the nodes are weighed: that is so smooth that it hardly matters how the
    grid lies, and neither the order of the points nor the extent of the cloud matters.

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
        out[some] = _Nodes(xy[some], params).heights(xyz, is_ground)
    return out


def _neighbourhoods(xy: Floats) -> list[Ints]:
    """Rows of ``xy`` together as long as a table has room for them."""
    if not len(xy) or np.ptp(xy, axis=0).max() <= _WIDEST:
        return [np.arange(len(xy))]
    tile = np.unique(np.floor(xy / _WIDEST), axis=0, return_inverse=True)[1]
    order = np.argsort(tile, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(tile[order])) + 1)


class _Nodes:
    """The nodes of the grid around some places, not none."""

    def __init__(self, xy: Floats, params: PlaneParameters) -> None:
        self._cell, self._reach = params.ground_cell, params.ground_reach
        beside = math.ceil(self._reach / self._cell)
        self._low = np.floor(xy.min(axis=0) / self._cell) - beside - 2
        self._width, height = (np.floor(xy.max(axis=0) / self._cell) - self._low + beside + 3).astype(int)
        at = xy / self._cell - self._low
        node = np.floor(at)
        self._away = (node - at).T * self._cell
        self._base = (node[:, 1] * self._width + node[:, 0]).astype(np.int64)
        near = np.arange(1 - beside, beside + 1)
        dy, dx = (along.ravel() for along in np.meshgrid(near, near, indexing="ij"))
        self._steps = list(zip(dx * self._cell, dy * self._cell, dy * self._width + dx, strict=True))
        asked = np.zeros(self._width * height, bool)
        for _, _, step in self._steps:
            asked[self._base + step] = True
        node = np.flatnonzero(asked)
        self._row = np.zeros(len(asked), np.int32)  # 0 of nodes that nobody asks for
        self._row[node] = np.arange(1, len(node) + 1)
        # A point counts at the four nodes of its cell.
        self._corners = (0, 1, self._width, self._width + 1)
        for step in self._corners[1:]:
            asked[node - step] = True
        self._asked, self._size = asked, (self._width, height)

    def heights(self, xyz: Floats, is_ground: Bools) -> Floats:
        """Weighted mean at each place."""
        count, total = self._sums(*self._spread(xyz, is_ground))
        mass, moment = np.zeros((2, len(self._base)))
        for right, up, step in self._steps:
            distance = (self._away[0] + right) ** 2 + (self._away[1] + up) ** 2
            weight = np.maximum(1 - distance / self._reach**2, 0) ** 2
            row = self._row.take(self._base + step)
            mass += weight * count.take(row)
            moment += weight * total.take(row)
        return np.divide(moment, mass * 1000, out=np.full(len(mass), np.nan), where=mass > 0)

    def _spread(self, xyz: Floats, is_ground: Bools) -> tuple[Ints, Floats, Floats, Floats]:
        """Of the points that count: cell, place in it in whole parts, height in whole millimetres."""
        found = []
        # Most points of a cloud are ground, and far from any wall; some at a time stay in a core's cache.
        for begin in range(0, len(xyz), _TOGETHER):
            some = slice(begin, begin + _TOGETHER)
            x, y = (
                np.clip(xyz[some, axis] / self._cell - self._low[axis], 0, self._size[axis] - 1)
                for axis in (0, 1)
            )
            ix, iy = x.astype(np.int32), y.astype(np.int32)
            cell = iy * np.int32(self._width) + ix
            kept = np.flatnonzero(self._asked.take(cell) & is_ground[some])
            right, up = (np.rint((at[kept] - whole[kept]) * _PARTS) for at, whole in ((x, ix), (y, iy)))
            found.append((cell[kept].astype(np.int64), right, up, np.rint(xyz[some, 2][kept] * 1000)))
        cell, right, up, level = (np.concatenate(column) for column in zip(*found, strict=True))
        return cell, right, up, level

    def _sums(self, cell: Ints, right: Floats, up: Floats, level: Floats) -> tuple[Floats, Floats]:
        """Weight of the points and sum of their heights [mm] per row of the nodes: exact, so in any order."""
        size = int(self._row.max()) + 1
        count, total = np.zeros((2, size))
        left, down = _PARTS - right, _PARTS - up
        weights = (left * down, right * down, left * up, right * up)
        for step, weight in zip(self._corners, weights, strict=True):
            row = self._row.take(cell + step)
            count += np.bincount(row, weight, size)
            total += np.bincount(row, weight * level, size)
        return count, total
