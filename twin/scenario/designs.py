"""An imported design: triangles set down in the town, and whether they make a solid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from twin.geometry.columns import Floats, Ints, Semantic, Shells
from twin.geometry.measure import volume
from twin.scenario.variant import Import

UPRIGHT = 0.2  # vertical share of a normal below which a triangle is a wall
SHEET = 1e-6  # m3 per triangle, below which there are only sheets with two sides
COARSE = 0.01  # metres: vertices of a design this near are one, as exporters write a vertex per face


@dataclass(frozen=True, slots=True)
class Design:
    """Triangles of a design.

    Attributes
    ----------
    shells : Shells
        One object, a surface per triangle.
    outline : shapely geometry
        What it covers of the ground.
    closed : bool
        Has an inside: every edge is passed as often one way as the other.
    solid : bool
        Closed, and no edge is shared by more than two triangles, as a Solid of CityJSON must be.
    volume : float [m3]
        NaN where it is not closed.
    """

    shells: Shells
    outline: Any
    closed: bool
    solid: bool
    volume: float


def design_of(edit: Import, ground: float) -> Design:
    """Set a design down on the ground [m, NAP] at its position."""
    xyz = np.array(edit.mesh.vertices, dtype=np.float64) * edit.scale
    triangles = np.array(edit.mesh.triangles, dtype=np.int64)
    xyz, triangles = _welded(xyz, triangles)
    turn = np.radians(edit.rotation)
    x, y = xyz[:, 0].copy(), xyz[:, 1].copy()
    xyz[:, 0] = np.cos(turn) * x - np.sin(turn) * y + edit.position[0]
    xyz[:, 1] = np.sin(turn) * x + np.cos(turn) * y + edit.position[1]
    xyz[:, 2] += ground
    closed, solid = _closed(triangles)
    shells = _shells(xyz, triangles)
    size = float(volume(shells)[0]) if closed else np.nan
    if size < 0:  # its faces look inwards
        triangles = triangles[:, ::-1]
        shells, size = _shells(xyz, triangles), -size
    if closed and size < SHEET * len(triangles):
        closed, solid, size = False, False, np.nan
    return Design(shells, _outline(xyz, triangles), closed, solid, size)


def _welded(xyz: Floats, triangles: Ints) -> tuple[Floats, Ints]:
    grid = np.rint(xyz / COARSE).astype(np.int64)
    _, first, number = np.unique(grid, axis=0, return_index=True, return_inverse=True)
    triangles = number.reshape(-1)[triangles]
    a, b, c = triangles.T
    triangles = triangles[(a != b) & (b != c) & (c != a)]
    used, corners = np.unique(triangles, return_inverse=True)
    return xyz[first[used]], corners.reshape(-1, 3)


def _closed(triangles: Ints) -> tuple[bool, bool]:
    """Whether edges and their opposites are as many, and whether there is one of each.

    Of the first, the divergence theorem gives a volume: the sum of what each part encloses.
    """
    if not len(triangles):
        return False, False
    a, b = triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()
    count = int(triangles.max()) + 1
    edges, opposites = np.sort(a * count + b), np.sort(b * count + a)
    closed = bool(np.array_equal(edges, opposites))
    return closed, closed and bool((edges[1:] != edges[:-1]).all())


def _shells(xyz: Floats, triangles: Ints) -> Shells:
    count = len(triangles)
    a, b, c = (xyz[k] for k in triangles.T)
    normal = np.cross(b - a, c - a)
    up = normal[:, 2] / np.maximum(np.linalg.norm(normal, axis=1), 1e-12)
    semantics = np.full(count, Semantic.OUTER_WALL, dtype=np.uint8)
    semantics[up > UPRIGHT], semantics[up < -UPRIGHT] = Semantic.ROOF, Semantic.GROUND
    return Shells(
        xyz=xyz,
        ring_vertices=triangles.ravel(),
        ring_offsets=3 * np.arange(count + 1),
        surface_offsets=np.arange(count + 1),
        object_offsets=np.array([0, count]),
        semantics=semantics,
    )


def _outline(xyz: Floats, triangles: Ints) -> Any:
    """Union of the triangles seen from above; their hull where there is no area to see."""
    flat = np.asarray(shapely.polygons(xyz[triangles][:, :, :2]), dtype=object)
    seen = flat[shapely.is_valid(flat) & (shapely.area(flat) > 1e-4)]
    if not len(seen):
        return shapely.convex_hull(shapely.multipoints(xyz[:, :2])) if len(xyz) else shapely.Polygon()
    return shapely.set_precision(shapely.union_all(seen), COARSE)
