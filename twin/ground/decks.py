"""The surface of what lies above the ground: bridges, viaducts and the roads on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from twin.geometry.columns import Bools, Bytes, Floats
from twin.ground.edges import land_height
from twin.ground.terrain import Terrain

CIVIL = 26  # AHN class
NEAR_MEDIAN = 0.5
"""Points of a deck lie within this [m] of the median around them; railings, lamps and passers-by don't."""
MEDIAN_CELL = 4.0  # [m]
JOINS = 0.5
"""A deck that ends within this [m] of the ground meets it; what differs more passes over it."""


def deck_terrain(xyz: Floats, classification: Bytes, terrain: Terrain, above: npt.NDArray[Any]) -> Terrain:
    """Heights of the decks of one level, and of the ground where there is none.

    Parameters
    ----------
    xyz : (N, 3) float64 [m, RD+NAP]
    classification : (N,) uint8
    terrain : Terrain
    above : (A,) of shapely geometry, EPSG:28992
        What lies higher still: the scanner saw only that.
    """
    points = xyz[classification == CIVIL]
    if len(above) and len(points):
        _, hidden = shapely.STRtree(shapely.points(points[:, :2])).query(above, predicate="intersects")
        points = np.delete(points, np.unique(hidden), axis=0)
    return terrain.overlaid(points[_near_median(points)])


def _near_median(points: Floats) -> Bools:
    cell = np.floor(points[:, :2] / MEDIAN_CELL).astype(np.int64)
    _, number = np.unique(cell[:, 0] * (1 << 24) + cell[:, 1], return_inverse=True)
    order = np.lexsort((points[:, 2], number))
    count = np.bincount(number)
    first = np.cumsum(count) - count
    middle = points[order[first + (count - 1) // 2], 2] if len(points) else np.empty(0)
    near: Bools = np.abs(points[:, 2] - middle[number]) <= NEAR_MEDIAN
    return near


def joined_heights(xy: Floats, grounded: Bools, water: Floats, deck: Terrain, terrain: Terrain) -> Floats:
    """Heights ``(V,)`` [m, NAP] of vertices of a deck where it meets the ground; NaN elsewhere.

    Parameters
    ----------
    xy : (V, 2) float64 [m, RD]
    grounded : (V,) bool
        Vertices that are corners of land on level 0 as well.
    water : (V,) float64 [m, NAP]
        Level of the water that meets there too.
    deck, terrain : Terrain
    """
    ground = land_height(xy, water, terrain)
    with np.errstate(invalid="ignore"):
        return np.where(grounded & (np.abs(deck.sample(xy) - ground) < JOINS), ground, np.nan)
