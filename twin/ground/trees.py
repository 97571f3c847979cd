"""Trees: crowns found in the points that no class claims, and the registered trees that they belong to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from twin.geometry.columns import Bools, Bytes, Floats, Ints
from twin.ground.terrain import Terrain

UNCLASSIFIED, BUILDING = 1, 6  # AHN classes
CELL = 0.5  # [m] of the canopy raster: a few points in each at the density of AHN4
LOWEST, HIGHEST = 3.0, 45.0
"""Height [m] of a crown above the ground: below it stand hedges, cars and people, above it cranes and
birds."""
SMOOTHED = 1.0
"""Standard deviation [m] of the smoothing of the canopy, lest every branch is a top."""
APART = 2.0
"""A top is the highest within this distance [m]."""
WIDEST = 7.0  # [m] from a top that its crown reaches
EDGE = 0.4
"""A crown is what is higher than this share of its top; below it the neighbours' shrubs begin."""
SMALLEST = 3.0  # [m2] of canopy below which it is a lamp or a sign
FULL = 0.5
"""Share of the circle around a crown that it fills at least: a row of facade points or a wire fills
little."""
BESIDE_BUILDINGS = 1.0
"""Points this near [m] to points of a building are of its facades."""
SAME = 3.0
"""A registered tree this near [m] to a top is that tree."""
MARGIN = 2 * WIDEST + 6
"""Distance [m] around a place within which points decide whether a tree stands there."""


@dataclass(frozen=True, slots=True)
class Crowns:
    """Crowns of trees.

    Attributes
    ----------
    xy : (N, 2) float64 [m, RD]
        Of the top, on a fixed grid.
    height : (N,) float64 [m]
        Of the highest point above the ground.
    radius : (N,) float64 [m]
        Of the circle as large as the crown.
    """

    xy: Floats
    height: Floats
    radius: Floats

    def __len__(self) -> int:
        return len(self.xy)

    def take(self, rows: Ints | Bools) -> Crowns:
        """Select some."""
        return Crowns(self.xy[rows], self.height[rows], self.radius[rows])


def crowns(
    xyz: Floats, classification: Bytes, terrain: Terrain, box: tuple[float, float, float, float]
) -> Crowns:
    """Find the crowns whose tops lie within a box.

    The canopy is the highest unclassified point above the ground in each cell of a fixed grid, away from
    points of buildings. Its smoothed local maxima are tops, every cell of it belongs to the nearest top,
    and the area of those cells is the crown's (after Popescu and Wynne, 2004, with one window). Points
    further than :data:`MARGIN` from the box don't matter; without any point of a building there is no
    telling trees from facades, and none is found.
    """
    low = np.floor((np.array(box[:2]) - MARGIN) / CELL).astype(np.int64)
    columns, rows = (np.ceil((np.array(box[2:]) + MARGIN) / CELL).astype(np.int64) - low).tolist()
    at = np.floor(xyz[:, :2] / CELL).astype(np.int64) - low
    inside = ((at >= 0) & (at < (columns, rows))).all(axis=1)
    cell = at[:, 1] * columns + at[:, 0]
    building = np.zeros(rows * columns, dtype=bool)
    building[cell[inside & (classification == BUILDING)]] = True
    building = building.reshape(rows, columns)
    if not building.any() and not (classification == BUILDING).any():
        return _none()
    reach = round(BESIDE_BUILDINGS / CELL)
    near = ndimage.binary_dilation(building, iterations=reach, structure=np.ones((3, 3), dtype=bool))

    chosen = np.flatnonzero(inside & (classification == UNCLASSIFIED))
    chosen = chosen[~near.ravel()[cell[chosen]]]
    above = xyz[chosen, 2] - terrain.sample(xyz[chosen, :2])
    with np.errstate(invalid="ignore"):
        tall = (above > LOWEST) & (above < HIGHEST)
    canopy = np.zeros(rows * columns)
    np.maximum.at(canopy, cell[chosen[tall]], above[tall])
    canopy = canopy.reshape(rows, columns)
    # A hole of one cell between points is part of the crown around it.
    canopy = np.where(canopy > 0, canopy, ndimage.median_filter(canopy, 3))
    smooth = ndimage.gaussian_filter(canopy, SMOOTHED / CELL, truncate=3.0)
    return _around_tops(canopy, smooth, low, box)


def _around_tops(canopy: Floats, smooth: Floats, low: Ints, box: tuple[float, float, float, float]) -> Crowns:
    disc = np.hypot(*np.mgrid[-4:5, -4:5]) * CELL <= APART
    top = (smooth == ndimage.maximum_filter(smooth, footprint=disc)) & (smooth > LOWEST / 2) & (canopy > 0)
    row, column = np.nonzero(top)
    if not len(row):
        return _none()
    tall_row, tall_column = np.nonzero(canopy)
    tops = np.column_stack((row, column))
    distance, owner = cKDTree(tops).query(np.column_stack((tall_row, tall_column)))
    height = canopy[tall_row, tall_column]
    peak = np.zeros(len(tops))
    np.maximum.at(peak, owner, np.where(distance * CELL <= APART, height, 0.0))
    own = (distance * CELL <= WIDEST) & (height > EDGE * peak[owner])
    area = np.bincount(owner[own], minlength=len(tops)) * CELL**2
    furthest = np.zeros(len(tops))
    np.maximum.at(furthest, owner[own], distance[own] * CELL)
    xy = np.asarray((tops[:, ::-1] + low + 0.5) * CELL, dtype=np.float64)
    stands = (area >= SMALLEST) & (area >= FULL * 0.5 * np.pi * furthest**2) & (peak > LOWEST)
    stands &= ((xy >= box[:2]) & (xy < box[2:])).all(axis=1)
    radius = np.round(np.sqrt(area / np.pi), 2)
    return Crowns(xy, np.round(peak, 2), radius).take(stands)


def matched(found: Crowns, registered: Floats) -> Ints:
    """Registered tree of each crown ``(N,)``, -1 for none.

    A tree goes to the crown nearest to it, if that is within :data:`SAME`.
    """
    result = np.full(len(found), -1, dtype=np.int64)
    if not len(found) or not len(registered):
        return result
    distance, tree = cKDTree(registered).query(found.xy, distance_upper_bound=SAME)
    near = np.flatnonzero(np.isfinite(distance))
    order = near[np.lexsort((found.xy[near, 1], found.xy[near, 0], distance[near]))]
    _, first = np.unique(tree[order], return_index=True)
    result[order[first]] = tree[order[first]]
    return result


def _none() -> Crowns:
    return Crowns(np.empty((0, 2)), np.empty(0), np.empty(0))
