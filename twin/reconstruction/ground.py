"""How high the ground lies around each part."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy.spatial import cKDTree

from twin.geometry.columns import Bools, Bytes, Floats, Footprints, Ints
from twin.geometry.ragged import expand, offsets_of, ring_successor
from twin.reconstruction.frame import vertex_part
from twin.reconstruction.maaiveld import mean_heights
from twin.reconstruction.parameters import PlaneParameters

_NEAREST = 20  # ground cells averaged where no ring holds any


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
    """Ground around each part: a low quantile of places just outside its walls.

    Places lie along every edge, outside the part; each takes the mean of the class 2 points around it, with
    weights that fade with distance. Points are summed in cells of a fixed RD grid, to whole millimetres, so
    that neither their order nor the extent of the cloud matters. Where the first ring meets no ground, wider
    ones follow, and finally the nearest ground in the cloud.

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
    is_ground = classification == params.ground_class
    if is_ground.any():
        # Nearly all parts are done by the first; the others share one more look at the cloud.
        for rings in ((params.ground_offset,), params.ground_rings):
            _sample(footprints, xyz, is_ground, rings, params, result, source)
        lost = np.flatnonzero(source == GroundSource.NONE)
        if len(lost):
            corner = footprints.ring_offsets[footprints.part_offsets[lost]]
            result[:, lost] = _nearest(footprints.xy[corner], xyz[is_ground], params.ground_cell)
            source[lost] = GroundSource.FAR
    return Ground(height=result[0], minimum=result[1], median=result[2], source=source)


def _sample(
    footprints: Footprints,
    xyz: Floats,
    is_ground: Bools,
    rings: tuple[float, ...],
    params: PlaneParameters,
    result: Floats,
    source: Ints,
) -> None:
    """Fill in ``result (3, P)`` and ``source (P,)`` of parts without, from the first ring with ground."""
    parts = len(footprints)
    todo = source == GroundSource.NONE
    if not todo.any():
        return
    places = [_outside_walls(footprints, todo, distance, params.ground_step) for distance in rings]
    heights = mean_heights(np.concatenate([xy for xy, _ in places]), xyz, is_ground, params)
    ends = np.cumsum([len(part) for _, part in places])
    for distance, (_, part), height in zip(rings, places, np.split(heights, ends[:-1]), strict=True):
        seen = ~np.isnan(height) & (source[part] == GroundSource.NONE)
        if not seen.any():
            continue
        count = np.bincount(part[seen], minlength=parts)
        found = count > 0
        source[found] = GroundSource.NEAR if distance == params.ground_offset else GroundSource.WIDE
        quantiles = _quantiles(height[seen], part[seen], count, (params.ground_quantile, 0.0, 0.5))
        result[:, found] = quantiles[:, found]


def _nearest(xy: Floats, ground: Floats, cell: float) -> Floats:
    """Mean height of the cells nearest to ``xy (M, 2)`` that hold some of ``ground (K, 3)``, ``(M,)``."""
    index, inverse, count = np.unique(
        np.floor(ground[:, :2] / cell), axis=0, return_inverse=True, return_counts=True
    )
    height = np.bincount(inverse, np.rint(ground[:, 2] * 1000)) / count / 1000
    k = min(_NEAREST, len(index))
    _, found = cKDTree((index + 0.5) * cell).query(xy, k=np.arange(1, k + 1))
    return np.asarray(height[found].mean(axis=1))


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
