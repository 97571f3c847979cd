"""Surfaces as triangles: fans where a polygon is convex, constrained Delaunay where it is not.

Every vertex of a surface is a corner of one of its triangles, also where it lies on a straight edge: a
closed shell stays closed. (mapbox_earcut drops such vertices and so opens cracks; it serves only for
polygons that are not simple.)
"""

from __future__ import annotations

import mapbox_earcut
import numpy as np
import numpy.typing as npt
import shapely

from twin.geometry.columns import Bools, Floats, Ints, Shells
from twin.geometry.ragged import ring_successor, rows_of, spread, take_rows

STRAIGHT = 0.1  # sine of the turn at a corner below which a fan would make a sliver of it
EXACT = 1e-9  # the same for a corner that rounding may have turned


def triangulate(shells: Shells) -> tuple[Ints, Ints]:
    """Cut all surfaces into triangles that turn the way their surface turns.

    Returns
    -------
    triangles : (T, 3) int64
        Vertex numbers into ``shells.xyz``.
    surface : (T,) int64
        Surface of each triangle, ascending.
    """
    uv = project(shells)
    corners, surface = triangulate_polygons(uv, shells.ring_offsets, shells.surface_offsets)
    return shells.ring_vertices[corners], surface


def project(shells: Shells) -> Floats:
    """Ring vertices ``(K, 2)`` in the coordinate plane each surface is most parallel to.

    Coordinates are relative to the first vertex of the surface's outer ring; the outer ring runs
    counter-clockwise.
    """
    surface = rows_of(shells.surface_offsets)[rows_of(shells.ring_offsets)]
    first = shells.ring_vertices[shells.ring_offsets[shells.surface_offsets[:-1]]]
    xyz = shells.xyz.take(shells.ring_vertices, axis=0) - shells.xyz.take(first[surface], axis=0)
    normal = surface_normals(shells)
    axis = np.argmax(np.abs(normal), axis=1)
    down = normal[np.arange(len(axis)), axis] < 0
    u, v = (axis + 1) % 3, (axis + 2) % 3
    u, v = np.where(down, v, u), np.where(down, u, v)
    at = np.arange(len(xyz))
    return np.column_stack((xyz[at, u[surface]], xyz[at, v[surface]]))


def flatten(shells: Shells) -> Floats:
    """Ring vertices ``(K, 2)`` in the plane of each surface, with lengths as in space.

    Delaunay triangles depend on lengths, so these are the ones to judge a surface by; :func:`project` keeps
    whole millimetres whole instead. The outer ring runs counter-clockwise.
    """
    surface = rows_of(shells.surface_offsets)[rows_of(shells.ring_offsets)]
    first = shells.ring_vertices[shells.ring_offsets[shells.surface_offsets[:-1]]]
    xyz = shells.xyz[shells.ring_vertices] - shells.xyz[first][surface]
    normal = surface_normals(shells)
    normal = normal / np.maximum(np.linalg.norm(normal, axis=1), 1e-300)[:, None]
    run = np.hypot(normal[:, 0], normal[:, 1])
    level = run == 0
    run = np.where(level, 1.0, run)
    u = np.column_stack((np.where(level, 1.0, -normal[:, 1] / run), normal[:, 0] / run, np.zeros(len(run))))
    v = np.cross(normal, u)
    return np.column_stack(((xyz * u[surface]).sum(axis=1), (xyz * v[surface]).sum(axis=1)))


def surface_normals(shells: Shells) -> Floats:
    """Newell normals ``(S, 3)`` of the outer rings, as long as the ring's area [m2]."""
    rings = shells.surface_offsets[:-1]
    vertices, offsets = take_rows(shells.ring_vertices, shells.ring_offsets, rings)
    return 0.5 * _sum_rows(_ring_crosses(shells.xyz, vertices, offsets), offsets)


def _ring_crosses(xyz: Floats, vertices: Ints, offsets: Ints) -> Floats:
    first = np.repeat(vertices[offsets[:-1]], np.diff(offsets))
    corner = xyz.take(vertices, axis=0) - xyz.take(first, axis=0)
    following = corner.take(ring_successor(offsets), axis=0)
    return np.column_stack(
        (
            corner[:, 1] * following[:, 2] - corner[:, 2] * following[:, 1],
            corner[:, 2] * following[:, 0] - corner[:, 0] * following[:, 2],
            corner[:, 0] * following[:, 1] - corner[:, 1] * following[:, 0],
        )
    )


def _sum_rows(values: Floats, offsets: Ints) -> Floats:
    row, n = rows_of(offsets), len(offsets) - 1
    return np.column_stack([np.bincount(row, weights=column, minlength=n) for column in values.T])


def triangulate_polygons(uv: Floats, ring_offsets: Ints, polygon_offsets: Ints) -> tuple[Ints, Ints]:
    """Triangulate many polygons in the plane.

    Parameters
    ----------
    uv : (K, 2) float64
        Vertices ring by ring, outer rings counter-clockwise.
    ring_offsets : (R+1,) int64
    polygon_offsets : (S+1,) int64
        Rings of each polygon, outer first.

    Returns
    -------
    corners : (T, 3) int64
        Rows of ``uv``, counter-clockwise.
    polygon : (T,) int64
        Ascending.
    """
    convex, apex = _convex(uv, ring_offsets)
    outer = polygon_offsets[:-1]
    as_fan = (np.diff(polygon_offsets) == 1) & (convex | (np.diff(ring_offsets) == 3))[outer]
    fan, rest = np.flatnonzero(as_fan), np.flatnonzero(~as_fan)
    fan_corners, fan_polygon = _fans(ring_offsets, outer[fan], apex[outer[fan]])
    corners, polygon = _delaunay(uv, ring_offsets, polygon_offsets, rest)
    corners = np.concatenate((fan_corners, corners))
    polygon = np.concatenate((fan[fan_polygon], rest[polygon]))
    order = np.argsort(polygon, kind="stable")
    return corners.take(order, axis=0), polygon[order]


def convex_rings(uv: Floats, ring_offsets: Ints) -> Bools:
    """Rings ``(R,)`` that are surely simple: they turn one way, counter-clockwise, and go round once."""
    return _convex(uv, ring_offsets)[0]


def _convex(uv: Floats, ring_offsets: Ints) -> tuple[Bools, Ints]:
    """Rings that a fan from their apex (a row of ``uv``) cuts into triangles of positive area."""
    rings = len(ring_offsets) - 1
    if rings == 0:
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64)
    starts, following = ring_offsets[:-1], ring_successor(ring_offsets)
    side = uv[following] - uv
    turn = np.empty(len(uv))
    turn[following] = side[:, 0] * side[following, 1] - side[:, 1] * side[following, 0]
    length = np.hypot(side[:, 0], side[:, 1])
    scale = np.empty(len(uv))
    scale[following] = length * length[following]
    straight = turn <= STRAIGHT * scale
    # a closed walk that only turns left and changes half plane twice goes round once
    upper = (side[:, 1] > 0) | ((side[:, 1] == 0) & (side[:, 0] > 0))
    changes = np.add.reduceat((upper != upper[following]).astype(np.int64), starts)
    bends_right = np.add.reduceat((turn < -EXACT * scale).astype(np.int64), starts) > 0
    straights = np.add.reduceat(straight.astype(np.int64), starts)
    # fan from the one straight vertex, if there is one, lest it become a flat triangle or a sliver
    apex = np.maximum(starts, np.maximum.reduceat(np.where(straight, np.arange(len(uv)), -1), starts))
    return (changes == 2) & ~bends_right & (straights <= 1), apex


def _fans(ring_offsets: Ints, rings: Ints, apex: Ints) -> tuple[Ints, Ints]:
    start, size = ring_offsets[rings], (ring_offsets[1:] - ring_offsets[:-1])[rings]
    ring = np.repeat(np.arange(len(rings)), size - 2)
    step = spread(np.ones(len(rings), dtype=np.int64), size - 2)
    at, n, first = (apex - start)[ring], size[ring], start[ring]
    return np.column_stack((apex[ring], first + (at + step) % n, first + (at + step + 1) % n)), ring


def _delaunay(uv: Floats, ring_offsets: Ints, polygon_offsets: Ints, rows: Ints) -> tuple[Ints, Ints]:
    if len(rows) == 0:
        return np.zeros((0, 3), dtype=np.int64), np.zeros(0, dtype=np.int64)
    rings, offsets = take_rows(np.arange(len(ring_offsets) - 1), polygon_offsets, rows)
    position, part_offsets = take_rows(np.arange(len(uv)), ring_offsets, rings)
    polygons = polygons_of(uv[position], part_offsets, offsets)
    simple = shapely.is_valid(polygons)
    cut = shapely.constrained_delaunay_triangles(polygons[simple])
    triangles, source = shapely.get_parts(cut, return_index=True)
    polygon = np.flatnonzero(simple)[source]
    points = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    own = rows_of(offsets)[rows_of(part_offsets)]
    corners = position[_find(uv[position], own, points.reshape(-1, 2), np.repeat(polygon, 3)).reshape(-1, 3)]
    crossed = [_earcut(uv, ring_offsets, polygon_offsets, rows[i]) for i in np.flatnonzero(~simple)]
    if crossed:
        corners = np.concatenate((corners, *crossed))
        polygon = np.concatenate((polygon, np.repeat(np.flatnonzero(~simple), [len(t) for t in crossed])))
    u, v = uv[corners[:, 1]] - uv[corners[:, 0]], uv[corners[:, 2]] - uv[corners[:, 0]]
    clockwise = u[:, 0] * v[:, 1] < u[:, 1] * v[:, 0]
    corners[clockwise] = corners[clockwise][:, ::-1]
    return corners, polygon


def polygons_of(uv: Floats, ring_offsets: Ints, polygon_offsets: Ints) -> npt.NDArray[np.object_]:
    """Array ``(S,)`` of shapely polygons; every ring has at least three vertices."""
    rings = np.asarray(shapely.linearrings(uv, indices=rows_of(ring_offsets)), dtype=object)
    return np.asarray(shapely.polygons(rings, indices=rows_of(polygon_offsets)), dtype=object)


def _find(uv: Floats, owner: Ints, points: Floats, point_owner: Ints) -> Ints:
    """Row of ``uv`` with the coordinates of each point, among those of the same owner."""
    order = np.lexsort(
        (
            np.arange(len(uv) + len(points)),
            np.concatenate((uv[:, 1], points[:, 1])),
            np.concatenate((uv[:, 0], points[:, 0])),
            np.concatenate((owner, point_owner)),
        )
    )
    # rows of uv come before the points equal to them
    newest = np.maximum.accumulate(np.where(order < len(uv), np.arange(len(order)), -1))
    found = np.empty(len(order), dtype=np.int64)
    found[order] = order[newest]
    return found[len(uv) :]


def _earcut(uv: Floats, ring_offsets: Ints, polygon_offsets: Ints, polygon: int) -> Ints:
    first, last = polygon_offsets[polygon], polygon_offsets[polygon + 1]
    start = ring_offsets[first]
    ends = (ring_offsets[first + 1 : last + 1] - start).astype(np.uint32)
    cut = mapbox_earcut.triangulate_float64(uv[start : ring_offsets[last]], ends)
    corners: Ints = start + cut.astype(np.int64).reshape(-1, 3)
    return corners
