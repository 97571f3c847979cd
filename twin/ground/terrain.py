"""The terrain as a raster of the ground points, to look heights up in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from twin.geometry.columns import Bools, Floats, Ints
from twin.ground.blocks import Blocks, bilinear

LEVELS = 4
"""Times that cells are doubled to fill gaps between points: up to 16 cells, so that a height depends on
points within 40 m only. Wider gaps are filled from the :class:`Relief` of the whole area."""
COARSEST = 2**LEVELS
OVERLAY_LEVELS = 3
"""As :data:`LEVELS`, for a deck: it goes on up to 8 cells beyond the last point that was seen of it."""
OVERLAY_REACH = 4 * 2**OVERLAY_LEVELS
"""Cells around one that a deck there may depend on."""
RELIEF_CELL = 32.0  # [m]
_EXACT = float(2**30)
_TOGETHER = 1 << 15  # points


@dataclass(frozen=True, slots=True)
class Relief:
    """Mean height of the ground in large cells of a fixed RD grid, for where ground points are far away.

    Attributes
    ----------
    corner : (2,) float64 [m, RD]
        Lower left corner of cell (0, 0), a multiple of :data:`RELIEF_CELL`.
    z : (rows, columns) float64 [m, NAP]
        Without gaps; NaN throughout where there is no ground point at all.
    """

    corner: Floats
    z: Floats

    @classmethod
    def of_sums(cls, corner: Floats, total: Floats, count: Ints) -> Relief:
        """Relief from the sum of heights [m] and the number of points per cell ``(rows, columns)``."""
        known = count > 0
        return cls(corner, _filled(np.where(known, total / np.maximum(count, 1), np.nan)))

    def around(self, bbox: tuple[float, float, float, float]) -> Relief:
        """Cut out the part that heights within ``bbox`` may depend on."""
        low = np.floor((np.array(bbox[:2]) - self.corner) / RELIEF_CELL).astype(np.int64) - 3
        high = np.ceil((np.array(bbox[2:]) - self.corner) / RELIEF_CELL).astype(np.int64) + 3
        columns, rows = np.array(self.z.shape)[::-1]
        low = np.clip(low, 0, (columns - 1, rows - 1))
        high = np.clip(high, low + 1, (columns, rows))
        return Relief(self.corner + RELIEF_CELL * low, self.z[low[1] : high[1], low[0] : high[0]].copy())

    def sample(self, xy: Floats) -> Floats:
        """Heights at ``xy (M, 2)`` [m, RD], bilinear; outside, those of the edge."""
        return _sample(self.z, (xy - self.corner) / RELIEF_CELL)


@dataclass(frozen=True, slots=True)
class Terrain:
    """Mean height of the ground points per cell of a fixed RD grid, gaps filled from the cells around them.

    A gap takes the mean of ever larger cells until one holds points, blended between those (pull-push:
    Gortler et al., The Lumigraph, 1996).

    Attributes
    ----------
    corner : (2,) float64 [m, RD]
        Lower left corner of cell (0, 0); a multiple of ``COARSEST * cell``, so that neighbouring tiles agree.
    cell : float
        Side of a cell [m].
    z : (rows, columns) float64 [m, NAP]
        NaN throughout when there is no ground point at all. Where only some blocks of a wide area are kept,
        it is :class:`twin.ground.blocks.Blocks` of them, and so is ``measured``.
    measured : (rows, columns) bool
        Cells that hold ground points themselves.
    """

    corner: Floats
    cell: float
    z: Floats
    measured: Bools

    @classmethod
    def from_points(
        cls,
        xyz: Floats,
        bbox: tuple[float, float, float, float],
        cell: float = 1.0,
        relief: Relief | None = None,
    ) -> Terrain:
        """Raster the ground points ``xyz (N, 3)`` [m, RD+NAP] over ``bbox`` and 40 cells around it.

        Given the points that far around, a height inside ``bbox`` does not depend on ``bbox``; without
        ``relief`` that does not hold in gaps wider than 16 cells.
        """
        margin = 2.5 * COARSEST * cell
        low = np.floor((np.array(bbox[:2]) - margin) / (cell * COARSEST)) * cell * COARSEST
        blocks = np.ceil((np.array(bbox[2:]) + margin - low) / (cell * COARSEST)).astype(np.int64)
        columns, rows = (blocks * COARSEST).tolist()
        z, measured = _means(xyz, low, cell, (rows, columns))
        return cls(low, cell, _completed(z, low, cell, relief), measured)

    def sample(self, xy: Floats) -> Floats:
        """Heights at ``xy (M, 2)`` [m, RD], bilinear between cell centres; outside, those of the edge."""
        at = (xy - self.corner) / self.cell
        z = bilinear(self.z, at) if isinstance(self.z, Blocks) else _sample(self.z, at)
        # Whichever of the two it was, and whatever it rounded: half a millimetre stays half a millimetre.
        return np.round(z, 9)

    @property
    def known(self) -> bool:
        """Whether there is any height in it."""
        return bool(np.isfinite(self.z.data if isinstance(self.z, Blocks) else self.z).any())

    def raised(self, up: float) -> Terrain:
        """The same ``up`` [m] higher, and none of it measured."""
        measured = _each(self.measured, np.zeros_like)
        return replace(self, z=_each(self.z, lambda z: z + up), measured=measured)

    def highest(self, radius: float) -> Terrain:
        """In each cell the highest of all within a square of ``radius`` [m] around it."""
        cells = round(radius / self.cell)

        def highest(z: Floats) -> Floats:
            known = np.where(np.isnan(z), -np.inf, z)
            found = ndimage.maximum_filter(known, 2 * cells + 1, mode="nearest")
            return np.where(np.isfinite(found), found, np.nan)

        if not isinstance(self.z, Blocks):
            return replace(self, z=highest(self.z))
        z = self.z.copy()
        for number, window in enumerate(self.z.windows(cells)):
            z.data[number] = highest(window)[cells:-cells, cells:-cells]
        return replace(self, z=z)

    def overlaid(self, xyz: Floats) -> Terrain:
        """The same cells with other points ``(N, 3)`` on top; some cells away from them it is as it was.

        ``measured`` are the cells that hold those points.
        """
        if not isinstance(self.z, Blocks):
            z, measured = _means(xyz, self.corner, self.cell, self.z.shape)
            return replace(self, z=_overlaid(self.z, z, measured), measured=measured)
        means, seen = _means_in_blocks(xyz, self.corner, self.cell, self.z)
        if not seen.any():
            return replace(self, measured=seen)
        decks, edge = self.z.copy(), OVERLAY_REACH
        windows = zip(self.z.windows(edge), means.windows(edge), seen.windows(edge), strict=True)
        for number, (below, own, known) in enumerate(windows):
            decks.data[number] = _overlaid(below, own, known, always=True)[edge:-edge, edge:-edge]
        return replace(self, z=decks, measured=seen)


def _overlaid(below: Floats, z: Floats, measured: Bools, always: bool = False) -> Floats:
    """Cells ``z`` where measured, what is ``below`` away from those, and blended between."""
    if not (always or measured.any()):
        return below
    pyramid = [(np.where(measured, z, 0.0), measured.astype(np.float64))]
    for _ in range(OVERLAY_LEVELS):
        pyramid.append(_pulled(*pyramid[-1]))
        below, _ = _pulled(below, np.ones_like(below))
    coarse, known = pyramid.pop()
    # A ring of cells around those that are known is as they are, lest a deck droops at its edges.
    weight = ndimage.uniform_filter(known, 3, mode="constant")
    ring = ndimage.uniform_filter(coarse * known, 3, mode="constant") / np.where(weight > 0, weight, 1.0)
    near = weight > _EXACT**-1
    above = np.where(known > 0, coarse, np.where(near, ring, below))
    for value, own in reversed(pyramid):
        above = np.where(own > 0, value, _pushed(above))
    return above


def _each(raster: Any, function: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> Any:
    """What a function makes of every cell of an array or of blocks."""
    return raster.each(function) if isinstance(raster, Blocks) else function(raster)


def _means(xyz: Floats, corner: Floats, cell: float, shape: tuple[int, ...]) -> tuple[Floats, Bools]:
    """Mean height per cell, NaN where there is no point, and where there is one."""
    rows, columns = shape
    row, column, z = _binned(xyz, corner, cell, shape)
    mean, seen = _mean_by(row * columns + column, z, rows * columns)
    return mean.reshape(rows, columns), seen.reshape(rows, columns)


def _means_in_blocks(xyz: Floats, corner: Floats, cell: float, like: Blocks) -> tuple[Blocks, Blocks]:
    """The same, in the blocks that another raster keeps."""
    row, column, z = _binned(xyz, corner, cell, like.shape)
    place = like.flat(row, column)
    kept = place < like.size
    mean, seen = _mean_by(place[kept], z[kept], like.data.size)
    return like.each(lambda data: mean.reshape(data.shape)), like.each(lambda data: seen.reshape(data.shape))


def _binned(xyz: Floats, corner: Floats, cell: float, shape: tuple[int, ...]) -> tuple[Ints, Ints, Floats]:
    """Row, column and height of the points in a raster."""
    found = []
    # Some points at a time stay in a core's cache.
    for begin in range(0, max(len(xyz), 1), _TOGETHER):
        x, y, z = xyz[begin : begin + _TOGETHER].T
        column, row = np.floor((x - corner[0]) / cell), np.floor((y - corner[1]) / cell)
        inside = np.flatnonzero((column >= 0) & (column < shape[1]) & (row >= 0) & (row < shape[0]))
        found.append(
            (row.take(inside).astype(np.int64), column.take(inside).astype(np.int64), z.take(inside))
        )
    row, column, z = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return row, column, z


def _mean_by(index: Ints, z: Floats, size: int) -> tuple[Floats, Bools]:
    """Mean of heights by number, NaN for one without any, and which have one."""
    count = np.bincount(index, minlength=size)
    # Whole nanometres: their sum is exact, so the order of the points does not matter.
    total = np.bincount(index, weights=np.rint(z * _EXACT), minlength=size)
    return np.where(count > 0, total / np.maximum(count, 1) / _EXACT, np.nan), count > 0


def _sample(z: Floats, at: Floats) -> Floats:
    """Bilinear between the centres of cells; ``at (M, 2)`` is column and row, whole at corners."""
    result: Floats = ndimage.map_coordinates(z, at[:, ::-1].T - 0.5, order=1, mode="nearest")
    return result


def _completed(z: Floats, corner: Floats, cell: float, relief: Relief | None) -> Floats:
    """Fill gaps from up to :data:`LEVELS` doublings, and what is left from the relief."""
    weight = np.isfinite(z).astype(np.float64)
    if weight.all():
        return z
    pyramid = [(np.where(weight > 0, z, 0.0), weight)]
    for _ in range(LEVELS):
        pyramid.append(_pulled(*pyramid[-1]))
    coarse, known = pyramid.pop()
    coarse = np.where(known > 0, coarse, np.nan)
    if relief is None:
        above = _filled(coarse)
    else:
        rows, columns = np.indices(coarse.shape)
        centres = corner + (np.column_stack((columns.ravel(), rows.ravel())) + 0.5) * cell * COARSEST
        above = np.where(known > 0, coarse, relief.sample(centres).reshape(coarse.shape))
    for value, own in reversed(pyramid):
        above = np.where(own > 0, value, _pushed(above))
    return above


def _filled(z: Floats) -> Floats:
    """Fill all gaps of a raster of any shape from ever larger cells."""
    if np.isfinite(z).all() or not np.isfinite(z).any():
        return z
    padded = np.pad(z, [(0, -s % 2) for s in z.shape], constant_values=np.nan)
    known = np.isfinite(padded)
    value, weight = _pulled(np.where(known, padded, 0.0), known.astype(np.float64))
    below = _pushed(_filled(np.where(weight > 0, value, np.nan)))
    return np.where(known, padded, below)[: z.shape[0], : z.shape[1]]


def _pulled(value: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Mean of squares of four cells, and how much it counts for: as much as one cell at most."""
    rows, columns = value.shape
    four = (rows // 2, 2, columns // 2, 2)
    total = (value * weight).reshape(four).sum(axis=(1, 3))
    counted = weight.reshape(four).sum(axis=(1, 3))
    return total / np.where(counted > 0, counted, 1.0), np.minimum(counted, 1.0)


def _pushed(value: Floats) -> Floats:
    """Bilinear values at the centres of the quarters of each cell."""
    for axis in (0, 1):
        before = np.concatenate((value.take([0], axis), value.take(range(value.shape[axis] - 1), axis)), axis)
        after = np.concatenate((value.take(range(1, value.shape[axis]), axis), value.take([-1], axis)), axis)
        halves = np.stack((0.75 * value + 0.25 * before, 0.75 * value + 0.25 * after), axis + 1)
        shape = list(value.shape)
        shape[axis] *= 2
        value = halves.reshape(shape)
    return value
