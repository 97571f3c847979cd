"""How high the ground lies around each part."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy.spatial import cKDTree

from twin.geometry.columns import Bools, Bytes, Floats, Footprints, Ints
from twin.geometry.ragged import expand, offsets_of, ring_successor
from twin.reconstruction.frame import vertex_part
from twin.reconstruction.parameters import PlaneParameters

_NEAREST = 5  # ground cells averaged where no ring holds any
_ROW = 1 << 24  # cells per row of the key: far more than RD is wide
_DENSE = 1 << 24  # cells up to which a full table is cheaper than sorting (8 x 8 km at 2 m)
_TOGETHER = 1 << 15  # points


class GroundSource(IntEnum):
    """Where the ground height of a part comes from."""

    NEAR = 0
    """The first ring, just outside the facades."""
    WIDE = 1
    """A wider ring."""
    FAR = 2
    """The nearest ground anywhere in the cloud."""
    NONE = 3
    """The cloud holds no ground at all; the heights are NaN."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Ground around each part.

    Attributes
    ----------
    height : (P,) float64 [m NAP]
        Low quantile around the part: the ground surface of its solid.
    minimum, median : (P,) float64 [m NAP]
        Of the same samples; the spread of the maaiveld.
    source : (P,) int64
        A :class:`GroundSource`.
    """

    height: Floats
    minimum: Floats
    median: Floats
    source: Ints


def ground_heights(
    footprints: Footprints, xyz: Floats, classification: Bytes, params: PlaneParameters
) -> Ground:
    """Ground around each part: a low quantile of ground cells just outside its walls.

    Class 2 points are averaged in cells of a fixed RD grid, to whole millimetres, so that neither their
    order nor the extent of the cloud matters. Cells are sampled along every edge, outside the part; where
    the first ring meets no ground, wider ones follow, and finally the nearest ground in the cloud.

    Parameters
    ----------
    footprints : Footprints
    xyz : (M, 3) float64 [m, RD+NAP]
        With a margin of the widest ring around the footprints, or the fallback sees less than there is.
    classification : (M,) uint8
    params : PlaneParameters

    Returns
    -------
    Ground
    """
    parts = len(footprints)
    result = np.full((3, parts), np.nan)
    source = np.full(parts, GroundSource.NONE, np.int64)
    cells = _GroundCells.of(xyz, classification == params.ground_class, params.ground_cell)
    if len(cells.key):
        rings = (params.ground_offset, *params.ground_rings)
        for distance in rings:
            todo = source == GroundSource.NONE
            if not todo.any():
                break
            xy, part = _outside_walls(footprints, todo, distance, params.ground_step)
            height = cells.at(xy)
            seen = ~np.isnan(height)
            if not seen.any():
                continue
            count = np.bincount(part[seen], minlength=parts)
            found = count > 0
            near = distance == params.ground_offset
            source[found] = GroundSource.NEAR if near else GroundSource.WIDE
            result[:, found] = _quantiles(
                height[seen], part[seen], count, (params.ground_quantile, 0.0, 0.5)
            )[:, found]
        lost = np.flatnonzero(source == GroundSource.NONE)
        if len(lost):
            corner = footprints.ring_offsets[footprints.part_offsets[lost]]
            result[:, lost] = cells.nearest(footprints.xy[corner])
            source[lost] = GroundSource.FAR
    return Ground(height=result[0], minimum=result[1], median=result[2], source=source)


@dataclass(frozen=True, slots=True)
class _GroundCells:
    """Mean ground height of the cells of a world grid; ``key`` ascending over (row, column)."""

    cell: float
    key: Ints
    height: Floats

    @classmethod
    def of(cls, xyz: Floats, is_ground: Bools, cell: float) -> _GroundCells:
        """Cells of the points that are ground ``(M,)``."""
        points = np.count_nonzero(is_ground)
        if not points:
            return cls(cell, np.empty(0, np.int64), np.empty(0))
        x, y, z = xyz.T
        x0, y0 = math.floor(x.min() / cell), math.floor(y.min() / cell)
        width, height = math.floor(x.max() / cell) - x0 + 1, math.floor(y.max() / cell) - y0 + 1
        dense = width * height <= _DENSE
        row = width if dense else _ROW
        slot, level, end = np.empty(points, np.int64), np.empty(points), 0
        # Most points of a cloud are ground; some at a time stay in a core's cache.
        for begin in range(0, len(xyz), _TOGETHER):
            some = begin + np.flatnonzero(is_ground[begin : begin + _TOGETHER])
            at = slice(end, end := end + len(some))
            ix, iy = (np.floor(along[some] / cell) for along in (x, y))
            # Whole numbers below 2**53 are exact in float64, so the key is made where the numbers are.
            slot[at] = (iy - y0) * row + (ix - x0)
            # Whole millimetres: their sum is exact, so the order of the points does not matter.
            np.rint(z[some] * 1000, out=level[at])
        if dense:
            count = np.bincount(slot)
            used = np.flatnonzero(count)
            count, total = count[used], np.bincount(slot, weights=level)[used]
        else:
            used, slot, count = np.unique(slot, return_inverse=True, return_counts=True)
            total = np.bincount(slot, weights=level)
        iy, ix = np.divmod(used, row)
        return cls(cell, (iy + y0) * _ROW + ix + x0, total / count / 1000)

    def at(self, xy: Floats) -> Floats:
        """Height at ``xy (M, 2)``, NaN in cells without ground."""
        ix, iy = np.floor(xy / self.cell).astype(np.int64).T
        key = iy * _ROW + ix
        slot = np.searchsorted(self.key, key).clip(max=len(self.key) - 1)
        return np.where(self.key[slot] == key, self.height[slot], np.nan)

    def nearest(self, xy: Floats) -> Floats:
        """Mean height of the nearest cells to ``xy (M, 2)``, as a row ``(M,)``."""
        iy, ix = np.divmod(self.key, _ROW)
        k = min(_NEAREST, len(self.key))
        _, slot = cKDTree((np.column_stack((ix, iy)) + 0.5) * self.cell).query(xy, k=np.arange(1, k + 1))
        return np.asarray(self.height[slot].mean(axis=1))


def _outside_walls(
    footprints: Footprints, wanted: Bools, distance: float, step: float
) -> tuple[Floats, Ints]:
    """Places ``distance`` outside each edge of the wanted parts, evenly spread along it."""
    owner = vertex_part(footprints)
    edge = np.flatnonzero(wanted[owner])
    start = footprints.xy[edge]
    along = footprints.xy[ring_successor(footprints.ring_offsets)[edge]] - start
    length = np.hypot(*along.T)
    count = np.maximum(np.rint(length / step).astype(np.int64), 1)
    at, number = expand(np.zeros(len(edge), np.int64), count)
    t = (number + 0.5) / count[at]
    normal = np.column_stack((along[:, 1], -along[:, 0])) / length[:, None]
    return start[at] + t[:, None] * along[at] + distance * normal[at], owner[edge[at]]


def _quantiles(value: Floats, part: Ints, count: Ints, quantiles: tuple[float, ...]) -> Floats:
    """Quantiles ``(Q, P)`` per part, linear between samples; parts without any get an arbitrary number."""
    ordered = value[np.lexsort((value, part))]
    begin = offsets_of(count)[:-1]
    out = np.zeros((len(quantiles), len(count)))
    for row, q in zip(out, quantiles, strict=True):
        position = q * np.maximum(count - 1, 0)
        low = np.floor(position).astype(np.int64)
        first = np.minimum(begin + low, len(ordered) - 1)
        second = np.minimum(first + 1, len(ordered) - 1)
        fraction = position - low
        row[:] = ordered[first] * (1 - fraction) + np.where(fraction > 0, ordered[second], 0.0) * fraction
    return out
