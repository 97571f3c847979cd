"""Heights of the ground: a town on a low mound, polder about it, a dike round all, level water."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy import ndimage

from ingest.sample.plan import CENTRE, Cell, Floats, Geometries

STEP = 2.0
"""Node distance of the height grid [m]."""

WATER_LEVEL = {"meer": -0.20, "gracht": -0.40, "vijver": -0.05, "sloot": -1.30}
"""Level of each kind of water [m, NAP]."""

POLDER, CREST = -0.85, 2.60


@dataclass(frozen=True, slots=True)
class Terrain:
    """True height of the ground, bilinear between grid nodes.

    Attributes
    ----------
    x0, y0 : float
        Lower left node [m, RD].
    z : (rows, columns) float64
        Heights [m, NAP]; row 0 is the southernmost, nodes are ``STEP`` apart.
    """

    x0: float
    y0: float
    z: Floats

    def height(self, xy: Floats) -> Floats:
        """Height of the ground at points (N, 2) [m, NAP]."""
        column = np.clip((xy[:, 0] - self.x0) / STEP, 0, self.z.shape[1] - 1.001)
        row = np.clip((xy[:, 1] - self.y0) / STEP, 0, self.z.shape[0] - 1.001)
        i, j = row.astype(np.int64), column.astype(np.int64)
        fi, fj = row - i, column - j
        z = self.z
        result: Floats = (z[i, j] * (1 - fj) + z[i, j + 1] * fj) * (1 - fi) + (
            z[i + 1, j] * (1 - fj) + z[i + 1, j + 1] * fj
        ) * fi
        return result


def make_terrain(cells: list[Cell], island: shapely.Polygon, area: shapely.Polygon) -> Terrain:
    """Heights over ``area``; the built ``cells`` lie on a mound, the dike follows the ``island``'s edge."""
    low = np.floor(np.array(area.bounds[:2]) / STEP) * STEP - STEP
    high = np.ceil(np.array(area.bounds[2:]) / STEP) * STEP + STEP
    x = np.arange(low[0], high[0] + STEP / 2, STEP)
    y = np.arange(low[1], high[1] + STEP / 2, STEP)
    town: Any = shapely.union_all([shapely.Polygon(c.corners) for c in cells])
    gx, gy = np.meshgrid(x, y)
    built = ndimage.gaussian_filter(_inside(town, gx, gy).astype(float), 4.0)
    radius = np.hypot(gx - CENTRE[0], gy - CENTRE[1])
    mound = 0.55 + 0.95 * np.exp(-((radius / 170.0) ** 2)) + 0.12 * np.sin(gx / 83.0) * np.cos(gy / 61.0)
    ground = POLDER + built * (mound - POLDER) + 0.06 * np.sin(gx / 23.0 + gy / 31.0)
    distance = _distance_inside(island, gx, gy)
    dike = np.interp(distance, [0.0, 6.5, 10.5, 18.0], [-0.35, CREST, CREST, POLDER - 0.1])
    return Terrain(float(low[0]), float(low[1]), np.where(distance < 18.0, np.maximum(ground, dike), ground))


def _inside(area: shapely.Polygon, gx: Floats, gy: Floats) -> Geometries:
    shapely.prepare(area)
    inside: Geometries = shapely.contains_xy(area, gx.ravel(), gy.ravel()).reshape(gx.shape)
    return inside


def _distance_inside(island: shapely.Polygon, gx: Floats, gy: Floats) -> Floats:
    """Distance to the shore of nodes on land, exact up to 20 m; 0 outside."""
    land = _inside(island, gx, gy)
    result = ndimage.distance_transform_edt(land) * STEP
    near = land & (result < 24.0)
    ring = shapely.get_coordinates(island.exterior)
    sides = np.asarray(shapely.linestrings(np.stack([ring[:-1], ring[1:]], axis=1)))
    shore = shapely.STRtree(sides)
    points = shapely.points(gx[near], gy[near])
    (which, _), exact = shore.query_nearest(points, return_distance=True, all_matches=False)
    values = np.empty(points.size)
    values[which] = exact
    result[near] = values
    distance: Floats = result
    return distance
