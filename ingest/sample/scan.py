"""The scanner: which spots of which surface a laser flown over the town would hit.

Scan lines are intersected with all polygons at once, by the even-odd rule: every crossing of an edge with a
line is computed, sorted, and paired into stretches; pulses lie at equal steps along each stretch. A spot
falls in exactly one polygon of a partition, whatever its shape or holes, and the cost is linear in points
and edges.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from ingest.sample.plan import Floats, Geometries, Ints


@dataclass(frozen=True, slots=True)
class Flight:
    """One pass of the scanner.

    Attributes
    ----------
    angle : float
        Direction of the scan lines [rad].
    between, along : float
        Distance between scan lines, and between pulses on a line [m].
    swath : tuple of float
        Period and width of the strips the pass covers, measured along the scan lines [m].
    source : int
        Number of its first flight line (``point_source_id``).
    """

    angle: float
    between: float
    along: float
    swath: tuple[float, float]
    source: int


def flights(density: float) -> tuple[Flight, Flight]:
    """Two passes that together give ``density`` pulses per m2: one over all, one over strips that overlap."""
    first, second = 0.74 * density, 0.26 * density / 0.42
    return (
        Flight(0.13, 1.0 / math.sqrt(first), 1.0 / math.sqrt(first), (310.0, 310.0), 5701),
        Flight(-0.09, 1.15 / math.sqrt(second), 1.0 / (1.15 * math.sqrt(second)), (250.0, 105.0), 5731),
    )


def scan(polygons: Geometries, flight: Flight, origin: tuple[float, float]) -> tuple[Floats, Ints, Ints]:
    """Spots hit: xy (N, 2) float64 [m, RD], the polygon of each (N,) and its scan line (N,) int64."""
    cos, sin = math.cos(flight.angle), math.sin(flight.angle)
    start, end, owner = _edges(polygons, origin)
    turn = np.array([[cos, -sin], [sin, cos]])
    start, end = start @ turn, end @ turn
    up = start[:, 1] > end[:, 1]
    low, high = np.where(up[:, None], end, start), np.where(up[:, None], start, end)
    first = np.floor(low[:, 1] / flight.between).astype(np.int64) - 1
    count = np.ceil(high[:, 1] / flight.between).astype(np.int64) + 2 - first
    edge, line = _spread(first, count)
    across = (line + 0.4 * _noise(line, 1)) * flight.between
    hit = (across >= low[edge, 1]) & (across < high[edge, 1])
    edge, line, across = edge[hit], line[hit], across[hit]
    share = (across - low[edge, 1]) / (high[edge, 1] - low[edge, 1])
    at = low[edge, 0] + share * (high[edge, 0] - low[edge, 0])
    order = np.lexsort((at, line, owner[edge]))
    at, line, across, who = at[order], line[order], across[order], owner[edge][order]
    line, across, who = line[::2], across[::2], who[::2]
    phase = _noise(line, 2)
    begin = np.ceil(at[::2] / flight.along - phase).astype(np.int64)
    count = np.ceil(at[1::2] / flight.along - phase).astype(np.int64) - begin
    stretch, pulse = _spread(begin, count)
    t = (pulse + phase[stretch]) * flight.along
    strip = np.floor(t / flight.swath[0])
    if flight.swath[1] < flight.swath[0]:
        seen = t - strip * flight.swath[0] < flight.swath[1]
        t, strip, stretch = t[seen], strip[seen], stretch[seen]
    q = across[stretch]
    xy = np.column_stack([t * cos - q * sin, t * sin + q * cos])
    xy += origin
    return xy, who[stretch], line[stretch] * 64 + (strip.astype(np.int64) % 64)


def uniform(index: Ints, salt: int) -> Floats:
    """Numbers in [0, 1) that depend on ``index`` and ``salt`` only."""
    return _noise(index, salt) + 0.5


def _edges(polygons: Geometries, origin: tuple[float, float]) -> tuple[Floats, Floats, Ints]:
    rings, owner = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inner = np.flatnonzero(ring[1:] == ring[:-1])
    xy = xy - origin
    return xy[inner], xy[inner + 1], owner[ring[inner]]


def _spread(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Owner and value of the runs first .. first + count."""
    owner = np.repeat(np.arange(first.size), count)
    value = np.arange(owner.size) - np.repeat(np.cumsum(count) - count, count) + first[owner]
    return owner, value


def _noise(index: Ints, salt: int) -> Floats:
    """Noise in [-0.5, 0.5) from ``index`` and ``salt`` only (SplitMix64: Steele et al., 2014)."""
    with np.errstate(over="ignore"):
        z: npt.NDArray[np.uint64] = index.astype(np.uint64) + np.uint64(salt) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    result: Floats = (z >> np.uint64(11)).astype(np.float64) / 2.0**53 - 0.5
    return result
