"""Which height each BGT surface gets: terrain, water level or deck of a bridge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import shapely

from twin.geometry.columns import Bools, Bytes, Floats, Ints
from twin.ground.terrain import Terrain
from twin.ground.underground import PIPE

GROUND, WATER, CIVIL = 2, 9, 26  # AHN classes
FAULT = "fout in het programma bij dit object; zie het logboek van de bouw"
"""Instead of a :class:`HeightSource` for an object that the method broke on."""
MIN_POINTS = 4
DECK_NEAR_MEDIAN = 1.0  # [m] of the first guess which points are of the deck
DECK_THICKNESS = 0.3  # [m] above and below the plane of a deck that its points may lie
DECK_MAX_SLOPE = 0.25  # steeper is no deck that people drive on: then the median height serves


class HeightSource(StrEnum):
    """What the height of a surface is derived from."""

    TERRAIN = "maaiveldpunten van het AHN"
    SURROUNDINGS = "maaiveld van de omgeving: geen grondpunten"
    WATER = "waterpunten van het AHN"
    WATER_BESIDE = "peil van het aangrenzende water"
    BANK = "laagste maaiveld langs de oever"
    DECK = "kunstwerkpunten van het AHN"
    DECK_FROM_TERRAIN = "maaiveld: geen kunstwerkpunten"
    NONE = "geen punten"
    COVERED = "geen eigen vlak: ligt geheel binnen andere objecten"
    BELOW = "aangenomen diepte onder het maaiveld"


@dataclass(frozen=True, slots=True)
class SurfaceHeights:
    """A plane or the terrain under each polygon.

    Attributes
    ----------
    plane : (G, 3) float64
        ``z = a*(x - ox) + b*(y - oy) + c``; NaN where the surface follows the terrain
        or its height is unknown.
    origin : (G, 2) float64 [m, RD]
    source : (G,) object of HeightSource
    depth : (G,) float64 [m]
        Below the terrain, where the surface follows it.
    """

    plane: Floats
    origin: Floats
    source: npt.NDArray[np.object_]
    depth: Floats

    def at(self, xy: Floats, polygon: Ints, terrain: Terrain) -> Floats:
        """Heights of vertices ``xy (M, 2)`` of ``polygon (M,)`` [m, NAP]; NaN where unknown."""
        d = xy - self.origin[polygon]
        a, b, c = self.plane[polygon].T
        own = a * d[:, 0] + b * d[:, 1] + c
        follows = (
            (self.source == HeightSource.TERRAIN)
            | (self.source == HeightSource.SURROUNDINGS)
            | (self.source == HeightSource.DECK_FROM_TERRAIN)
            | (self.source == HeightSource.BELOW)
        )
        return np.where(follows[polygon], terrain.sample(xy) - self.depth[polygon], own)


def surface_heights(
    polygons: npt.NDArray[np.object_],
    level: Ints,
    water: Bools,
    xyz: Floats,
    classification: Bytes,
    terrain: Terrain,
) -> SurfaceHeights:
    """Decide the height of each surface.

    Water is flat: the median of the water points inside, or else just the lowest terrain along its bank.
    A surface above level 0 is the least-squares plane of the civil-structure points inside it. All others
    follow the terrain, below level 0 a pipe's depth under it for every level.

    Parameters
    ----------
    polygons : (G,) of shapely geometry, EPSG:28992
    level : (G,) int64
        ``relatieve_hoogteligging``.
    water : (G,) bool
    xyz : (N, 3) float64 [m, RD+NAP]
    classification : (N,) uint8
    terrain : Terrain
    """
    center, centered = shapely.get_coordinates(shapely.centroid(polygons), return_index=True)
    origin = np.zeros((len(polygons), 2))
    origin[centered] = center  # an empty geometry has no centre, and no height either
    plane = np.full((len(polygons), 3), np.nan)
    no_terrain = not terrain.known
    source = np.full(len(polygons), HeightSource.NONE if no_terrain else HeightSource.TERRAIN, dtype=object)

    flat = water & (level == 0)
    rows, points = _points_in(polygons, np.flatnonzero(flat), xyz, classification == WATER)
    heights, count = _median_by(rows, xyz[points, 2], len(polygons))
    by_water = flat & (count >= MIN_POINTS)
    bank = _lowest_along(polygons, np.flatnonzero(flat & ~by_water), terrain)
    heights = np.where(by_water, heights, bank)
    known = flat & np.isfinite(heights)
    plane[known] = np.column_stack((np.zeros((known.sum(), 2)), heights[known]))
    source[flat] = HeightSource.NONE
    source[known] = np.where(by_water[known], HeightSource.WATER, HeightSource.BANK)

    above = level > 0
    rows, points = _points_in(polygons, np.flatnonzero(above), xyz, classification == CIVIL)
    deck, fitted = _planes_by(rows, xyz[points], origin, len(polygons))
    fitted &= above
    plane[fitted] = deck[fitted]
    source[above & ~fitted] = HeightSource.NONE if no_terrain else HeightSource.DECK_FROM_TERRAIN
    source[fitted] = HeightSource.DECK

    source[(level < 0) & (not no_terrain)] = HeightSource.BELOW
    return SurfaceHeights(plane, origin, source, PIPE * np.maximum(-level, 0))


def _points_in(
    polygons: npt.NDArray[np.object_], rows: Ints, xyz: Floats, chosen: Bools
) -> tuple[Ints, Ints]:
    """Pairs (polygon row, point) of the chosen points inside the polygons of ``rows``."""
    points = np.flatnonzero(chosen)
    if not len(rows) or not len(points):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    tree = shapely.STRtree(np.asarray(shapely.points(xyz[points, :2]), dtype=object))
    polygon, point = tree.query(polygons[rows], predicate="contains")
    order = np.lexsort((point, polygon))
    return rows[polygon[order]], points[point[order]]


def _median_by(rows: Ints, values: Floats, size: int) -> tuple[Floats, Ints]:
    order = np.lexsort((values, rows))
    rows, values = rows[order], values[order]
    count = np.bincount(rows, minlength=size)
    start = np.cumsum(count) - count
    median = np.full(size, np.nan)
    has = count > 0
    median[has] = (values[(start + (count - 1) // 2)[has]] + values[(start + count // 2)[has]]) / 2
    return median, count


def _lowest_along(polygons: npt.NDArray[np.object_], rows: Ints, terrain: Terrain) -> Floats:
    result = np.full(len(polygons), np.nan)
    if not len(rows):
        return result
    xy, owner = shapely.get_coordinates(shapely.segmentize(polygons[rows], 5.0), return_index=True)
    lowest = np.full(len(rows), np.inf)
    np.fmin.at(lowest, owner, terrain.sample(xy))
    result[rows] = np.where(np.isfinite(lowest), lowest, np.nan)
    return result


def _planes_by(rows: Ints, xyz: Floats, origin: Floats, size: int) -> tuple[Floats, Bools]:
    """Least-squares plane of the points of each row, and whether enough points lie on it.

    A first plane through the points near the median height tells which of all points belong to the deck; the
    plane of those is the answer.
    """
    d = np.column_stack((xyz[:, :2] - origin[rows], np.ones(len(rows))))
    median, _ = _median_by(rows, xyz[:, 2], size)
    # Points of a railing, a mast or a deck above lie far from the median of the deck itself.
    near = np.abs(xyz[:, 2] - median[rows]) < DECK_NEAR_MEDIAN
    plane = _solve(rows[near], d[near], xyz[near, 2], size)
    close = np.abs((plane[rows] * d).sum(axis=1) - xyz[:, 2]) < DECK_THICKNESS
    plane = _solve(rows[close], d[close], xyz[close, 2], size)
    steep = ~(np.hypot(plane[:, 0], plane[:, 1]) < DECK_MAX_SLOPE)
    plane[steep] = np.column_stack((np.zeros((steep.sum(), 2)), median[steep]))
    return plane, np.bincount(rows[close], minlength=size) >= MIN_POINTS


def _solve(rows: Ints, d: Floats, z: Floats, size: int) -> Floats:
    normal = np.zeros((size, 3, 3))
    right = np.zeros((size, 3))
    for i in range(3):
        right[:, i] = np.bincount(rows, weights=d[:, i] * z, minlength=size)
        for j in range(3):
            normal[:, i, j] = np.bincount(rows, weights=d[:, i] * d[:, j], minlength=size)
    # A narrow deck leaves the slope across it open: a little weight on "level" closes it.
    normal[:, 0, 0] += 1e-3 * (normal[:, 2, 2] + 1)
    normal[:, 1, 1] += 1e-3 * (normal[:, 2, 2] + 1)
    normal[:, 2, 2] += 1e-9
    return np.asarray(np.linalg.solve(normal, right[:, :, None])[:, :, 0], dtype=np.float64)
