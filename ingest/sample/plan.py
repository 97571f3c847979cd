"""The plan of the town: a mosaic of cells round an old centre, with canals and roads between them.

Sites lie on a jittered sunflower spiral, so that a town of any size is round, dense in the middle and never a
grid. Their Voronoi cells are the town's blocks. A ridge between two cells is a canal or a road; the strips
along it (verge, cycle path, pavement) are parallel curves with circular corners, so the three points of
every arc are known exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Voronoi

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[Any]

CENTRE = (150_000.0, 520_000.0)
"""Middle of the market square [m, RD]: open water of the IJsselmeer in the real world."""

MARKET_AREA, CORE_AREA, OUTER_AREA = 10_500.0, 8_000.0, 21_000.0
GOLDEN_ANGLE = math.pi * (3.0 - math.sqrt(5.0))

# Strips from the ridge inwards; the radii of a corner follow from the innermost one: they never cross.
STRIP_RADII = (9.0, 7.4, 5.4, 3.4)
ROAD, CANAL, DITCH = 0, 1, 2
HALF_WIDTH = {ROAD: 3.0, CANAL: 6.5, DITCH: 1.6}


@dataclass(frozen=True, slots=True)
class Cell:
    """One block of the town.

    Attributes
    ----------
    index : int
        Rank from the centre outwards.
    corners : (K, 2) float64 [m, RD]
        Voronoi corners, counter-clockwise; edge k runs from corner k to corner k + 1.
    edge_kind, edge_ridge, edge_neighbour : (K,) int64
        ``ROAD``, ``CANAL`` or ``DITCH``; number of the ridge (shared with the neighbour); index of that
        neighbour.
    site : (2,) float64 [m, RD]
        A point well inside.
    core : (C, 2) float64 [m, RD]
        The convex polygon round whose corners all arcs of this cell are drawn.
    levels : tuple of shapely.Polygon
        Kerb, and the inner edges of verge, cycle path and pavement; the last bounds the building land.
    """

    index: int
    corners: Floats
    edge_kind: Ints
    edge_ridge: Ints
    edge_neighbour: Ints
    site: Floats
    core: Floats
    levels: tuple[shapely.Polygon, ...]

    @property
    def land(self) -> shapely.Polygon:
        """The building land: all that lies within the pavements."""
        return self.levels[-1]


@dataclass(frozen=True, slots=True)
class Plan:
    """The mosaic, from which cells are taken in order until the town is big enough."""

    sites: Floats
    old_centre: int
    voronoi: Voronoi
    side: Ints

    def cell(self, index: int, built: int | None = None) -> Cell:
        """Cell ``index``; where ``built`` is given, ridges between two cells beyond it are ditches."""
        return _cell(self, index, built)

    def neighbours(self, index: int) -> Ints:
        """Indices of the cells that share a ridge with cell ``index``."""
        pairs = self.voronoi.ridge_points
        mine = (pairs == index).any(axis=1)
        return np.unique(pairs[mine][pairs[mine] != index]).astype(np.int64)


def make_plan(buildings: int, seed: int) -> Plan:
    """Lay out more cells than ``buildings`` panden need; see :class:`Plan`."""
    rng = np.random.default_rng([seed, 1])
    old_centre = old_cells(buildings)
    count = int(buildings / 25) + 60
    area = np.where(np.arange(count) < old_centre, CORE_AREA, OUTER_AREA)
    area[0] = MARKET_AREA
    radius = np.sqrt((np.cumsum(area) - area / 2) / math.pi)
    radius[0] = 0.0
    angle = np.arange(count) * GOLDEN_ANGLE + rng.uniform(0, 2 * math.pi)
    jitter = np.clip(rng.normal(0, 0.05, (count, 2)), -0.1, 0.1) * np.sqrt(area)[:, None]
    sites = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]) + jitter + CENTRE
    return Plan(sites, old_centre, Voronoi(sites), _banks(sites, old_centre, rng))


def old_cells(buildings: int) -> int:
    """How many cells the old centre has, the market square among them."""
    return 1 + int(np.clip(round(buildings / 180), 1, 7))


def convex_inset(corners: Floats, distances: Floats) -> Floats:
    """Convex polygon moved inwards by a distance per edge.

    Parameters
    ----------
    corners : (K, 2) float64
        Counter-clockwise; edge k runs from corner k to corner k + 1.
    distances : (K,) float64 [m]

    Returns
    -------
    (C, 2) float64
        Empty where nothing is left.
    """
    result = corners
    step = np.roll(corners, -1, axis=0) - corners
    normal = np.column_stack([-step[:, 1], step[:, 0]]) / np.linalg.norm(step, axis=1)[:, None]
    for start, inward, distance in zip(corners, normal, distances, strict=True):
        height = (result - start) @ inward - distance
        result = _clip(result, height)
        if len(result) < 3:
            return np.empty((0, 2))
    long = np.linalg.norm(np.roll(result, -1, axis=0) - result, axis=1) > 0.8
    kept: Floats = result[long]
    return kept


def rounded(core: Floats, radius: float) -> Floats:
    """Ring ``radius`` outside a convex polygon, (3 C, 2): start, middle and end of an arc per corner."""
    step = np.roll(core, -1, axis=0) - core
    after = np.column_stack([step[:, 1], -step[:, 0]]) / np.linalg.norm(step, axis=1)[:, None]
    before = np.roll(after, 1, axis=0)
    middle = after + before
    middle /= np.linalg.norm(middle, axis=1)[:, None]
    normals: Floats = np.stack([before, middle, after], axis=1)
    ring: Floats = np.round(core[:, None, :] + radius * normals, 3).reshape(-1, 2)
    return ring


def band(land: Floats, v0: float, v1: float, margin: float = 1.0) -> tuple[float, float] | None:
    """Stretch of ``u`` over which a convex polygon (local, (N, 2)) spans the whole band from v0 to v1."""
    spans = [_span(land, v) for v in (v0, v1)]
    if any(s is None for s in spans):
        return None
    start = max(s[0] for s in spans if s) + margin
    end = min(s[1] for s in spans if s) - margin
    return (start, end) if end - start > 6.0 else None


def _cell(plan: Plan, index: int, built: int | None) -> Cell:
    voronoi = plan.voronoi
    ridges = np.flatnonzero((voronoi.ridge_points == index).any(axis=1))
    loop = np.array(voronoi.regions[voronoi.point_region[index]])
    corners = voronoi.vertices[loop]
    middle = plan.sites[index]
    order = np.argsort(np.arctan2(*(corners - middle).T[::-1]))
    loop, corners = loop[order], np.round(corners[order], 3)
    of_edge = {frozenset(voronoi.ridge_vertices[r]): int(r) for r in ridges}
    ridge = np.array(
        [of_edge[frozenset(pair)] for pair in zip(loop.tolist(), np.roll(loop, -1).tolist(), strict=True)]
    )
    pairs = voronoi.ridge_points[ridge]
    neighbour = np.where(pairs[:, 0] == index, pairs[:, 1], pairs[:, 0])
    kind = np.where(plan.side[neighbour] != plan.side[index], CANAL, ROAD)
    if built is not None:
        kind = np.where((kind == ROAD) & (neighbour >= built) & (index >= built), DITCH, kind)
    half = np.array([HALF_WIDTH[int(k)] for k in kind])
    core = convex_inset(corners, half + STRIP_RADII[0])
    levels = tuple(shapely.Polygon(rounded(core, r)) for r in STRIP_RADII) if len(core) > 2 else ()
    return Cell(
        index, corners, kind.astype(np.int64), ridge, neighbour.astype(np.int64), middle, core, levels
    )


def _banks(sites: Floats, old_centre: int, rng: np.random.Generator) -> Ints:
    """Which bank a cell lies on: a canal runs wherever two neighbours differ.

    The old centre is a bank of its own, so a canal rings it; long canals cross the town every half kilometre.
    """
    direction = rng.uniform(0.2, 0.9)
    normal = np.array([math.cos(direction), math.sin(direction)])
    across = (sites - CENTRE) @ normal
    along = (sites - CENTRE) @ np.array([-normal[1], normal[0]])
    first = math.sqrt(old_centre * CORE_AREA / math.pi) + 8.0
    wave = 25.0 * np.sin(along / 170.0)
    bank: Ints = np.floor((across - first + wave) / 560.0).astype(np.int64)
    bank[:old_centre] = 1_000_000
    return bank


def _clip(polygon: Floats, height: Floats) -> Floats:
    """Part of a polygon whose corners' ``height`` is positive (Sutherland and Hodgman, 1974)."""
    following = np.roll(polygon, -1, axis=0)
    rise = np.roll(height, -1)
    kept: list[Floats] = []
    for p, q, h, k in zip(polygon, following, height, rise, strict=True):
        if h >= 0:
            kept.append(p)
        if (h >= 0) != (k >= 0):
            kept.append(p + (q - p) * (h / (h - k)))
    return np.array(kept).reshape(-1, 2)


def _span(land: Floats, v: float) -> tuple[float, float] | None:
    following = np.roll(land, -1, axis=0)
    crosses = (land[:, 1] > v) != (following[:, 1] > v)
    if crosses.sum() != 2:
        return None
    p, q = land[crosses], following[crosses]
    u = p[:, 0] + (v - p[:, 1]) / (q[:, 1] - p[:, 1]) * (q[:, 0] - p[:, 0])
    return float(u.min()), float(u.max())
