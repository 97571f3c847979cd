"""Which points lie in the shadow of triangles: parallel projection along the sun, exact, no raster.

Seen from the sun a point is in shadow if a triangle covers it and lies nearer to the sun. Per direction all
triangles that face the sun are laid flat on the plane across it and searched by an R-tree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from twin.geometry.columns import Bools, Floats, Shells
from twin.geometry.triangulate import triangulate

NEARER = 0.05  # metres a triangle must lie nearer to the sun than the point, so that no wall shades itself
THIN = 1e-9  # m2: triangles seen from the side


@dataclass(frozen=True, slots=True)
class Blockers:
    """Triangles that keep the sun away.

    Attributes
    ----------
    corners : (T, 3, 3) float64 [m, RD+NAP]
        Counter-clockwise seen from outside.
    top : float [m, NAP]
    """

    corners: Floats
    top: float

    def __len__(self) -> int:
        return len(self.corners)

    @classmethod
    def of(cls, shells: Shells) -> Blockers:
        """All triangles of solids; those that face the sun are enough to block it."""
        if not len(shells.xyz):
            return cls(np.zeros((0, 3, 3)), -np.inf)
        triangles, _ = triangulate(shells)
        return cls(shells.xyz[triangles], float(shells.xyz[:, 2].max()))


def shaded(points: Floats, blockers: Blockers, directions: Floats, ask: Bools | None = None) -> Bools:
    """Whether each point is in shadow at each moment ``(N, M)``.

    Parameters
    ----------
    points : (N, 3) float64 [m, RD+NAP]
    blockers : Blockers
    directions : (M, 3) float64
        Unit vectors towards the sun, above the horizon.
    ask : (N, M) bool, optional
        Which pairs to look at; the others stay False.
    """
    result = np.zeros((len(points), len(directions)), dtype=bool)
    if not len(blockers) or not len(points):
        return result
    middle = points.mean(axis=0)
    corners, at = blockers.corners - middle, points - middle
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    for m, direction in enumerate(directions):
        rows = np.arange(len(at)) if ask is None else np.flatnonzero(ask[:, m])
        if len(rows):
            result[rows, m] = _covered(at[rows], corners[normal @ direction > THIN], direction)
    return result


def _covered(at: Floats, corners: Floats, direction: Floats) -> Bools:
    """Points that a triangle covers, seen along a direction, with the triangle on the near side."""
    side = np.array([direction[1], -direction[0], 0.0])
    side /= np.hypot(*side[:2])
    up = np.cross(side, direction)
    axes = np.column_stack((side, up, direction))
    p, t = at @ axes, corners.reshape(-1, 3) @ axes
    t = t.reshape(-1, 3, 3)
    low, high = p.min(axis=0), p.max(axis=0)
    # only what can cover any of the points: beside them, and not behind all of them
    smallest, largest = t.min(axis=1), t.max(axis=1)
    near = (largest[:, :2] >= low[:2]).all(axis=1) & (smallest[:, :2] <= high[:2]).all(axis=1)
    near &= largest[:, 2] > low[2] + NEARER
    t, smallest, largest = t[near], smallest[near], largest[near]
    if not len(t):
        return np.zeros(len(at), dtype=bool)
    tree = shapely.STRtree(shapely.box(smallest[:, 0], smallest[:, 1], largest[:, 0], largest[:, 1]))
    row, triangle = tree.query(shapely.points(p[:, :2]))
    inside = _inside(p[row], t[triangle])
    covered = np.zeros(len(at), dtype=bool)
    covered[row[inside]] = True
    return covered


def _inside(p: Floats, t: Floats) -> Bools:
    """Points in their triangle, both projected, with the triangle at least 5 cm nearer to the sun."""
    a, b, c = t[:, 0], t[:, 1], t[:, 2]
    v0, v1, v2 = b - a, c - a, p - a
    area = v0[:, 0] * v1[:, 1] - v0[:, 1] * v1[:, 0]
    area = np.where(np.abs(area) < THIN, np.inf, area)
    u = (v2[:, 0] * v1[:, 1] - v2[:, 1] * v1[:, 0]) / area
    w = (v0[:, 0] * v2[:, 1] - v0[:, 1] * v2[:, 0]) / area
    edge = 1e-9  # a point on the edge between two triangles is in one of them
    depth = a[:, 2] + u * v0[:, 2] + w * v1[:, 2]
    found: Bools = (u >= -edge) & (w >= -edge) & (u + w <= 1 + edge) & (depth > p[:, 2] + NEARER)
    return found & np.isfinite(area)
