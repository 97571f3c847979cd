"""Constrained Delaunay triangles, the same whatever else is triangulated with them.

The CDT library (Amirkhanov, MPL-2.0) is the only kept one with a licence that fits, that takes both edges and
vertices between them: GEOS and earcut take no vertices, Qhull and startinpy no edges, and Triangle may not
be used commercially. It makes about a million triangles a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pythoncdt as cdt

from twin.geometry.columns import Bools, Floats, Footprints, Ints
from twin.geometry.components import components
from twin.geometry.footprints import flat_shells, select_parts
from twin.geometry.ragged import ring_successor
from twin.geometry.triangulate import triangulate

MANY = 200
"""Vertices of a polygon from which on GEOS leaves slivers: it cuts ears, and improves them so many times."""
ON_CIRCLE = 1e-10
"""In-circle determinant, relative to its terms, below which four vertices lie on one circle."""


def triangulated(xy: Floats, start: Ints, end: Ints, part: Ints) -> tuple[Ints, Ints]:
    """Triangles inside the parts that edges enclose.

    Four vertices on one circle, as of a rectangle, have two Delaunay triangulations. Which one a library
    gives depends on all else that it was given; here the diagonal from the lowest vertex, in (x, y), is
    taken.

    Parameters
    ----------
    xy : (N, 2) float64 [m]
        Distinct vertices, near the origin.
    start, end : (E,) int64
        Directed edges with a part to their left, on both sides of it if there is another part to their right.
    part : (E,) int64

    Returns
    -------
    triangles : (T, 3) int64
        Counter-clockwise.
    part : (T,) int64

    Raises
    ------
    RuntimeError
        When edges cross.
    """
    made = cdt.Triangulation(cdt.VertexInsertionOrder.AUTO, cdt.IntersectingConstraintEdges.NOT_ALLOWED, 0.0)
    edges: Any = np.column_stack((start, end)).astype(np.uint32)
    places: Any = np.ascontiguousarray(xy)  # arrays are buffers, which types know from Python 3.12 on
    made.insert_vertices(places)
    made.insert_edges(edges)
    made.erase_super_triangle()
    found = made.triangles_array()
    triangles = found["vertices"].astype(np.int64)
    neighbour = found["neighbors"].astype(np.int64)
    following = np.roll(triangles, -1, axis=1)
    inside = _part_of(triangles, following, start, end, part, len(xy))
    outside = _part_of(following, triangles, start, end, part, len(xy))
    passable = (inside < 0) & (outside < 0) & (neighbour < len(triangles))
    row = np.repeat(np.arange(len(triangles)), 3)[passable.ravel()]
    count, component = components(row, neighbour[passable], len(triangles))
    of_component = np.full(count, -1, dtype=np.int64)
    np.maximum.at(of_component, component, inside.max(axis=1, initial=-1))
    owner = of_component[component]
    _settle_ties(xy, triangles, neighbour, passable & (owner >= 0)[:, None], owner)
    return triangles[owner >= 0], owner[owner >= 0]


def polygons_triangulated(polygons: Footprints) -> tuple[Ints, Ints]:
    """Triangles inside polygons that may overlap, each by itself.

    Of one with many vertices, such as a fence of kilometres, they are as those of a partition; a line that
    touches itself and all small ones are cut as faces of buildings are.

    Returns
    -------
    triangles : (T, 3) int64
        Rows of ``polygons.xy``, counter-clockwise.
    polygon : (T,) int64
        Ascending.
    """
    size = np.diff(polygons.ring_offsets[polygons.part_offsets])
    first = np.cumsum(size) - size
    following = ring_successor(polygons.ring_offsets)
    cut = np.zeros(len(polygons), dtype=bool)
    made = []
    for number in np.flatnonzero(size > MANY).tolist():
        rows = np.arange(first[number], first[number] + size[number])
        xy = polygons.xy[rows] - polygons.xy[rows].min(axis=0)
        if len(np.unique(xy, axis=0)) < len(xy):
            continue
        edges = np.arange(len(rows)), following[rows] - first[number]
        try:
            found, _ = triangulated(xy, *edges, np.zeros(len(rows), dtype=np.int64))
        except RuntimeError:
            continue
        made.append((rows[found], np.full(len(found), number)))
        cut[number] = True
    rest = np.flatnonzero(~cut)
    own = select_parts(polygons, rest)
    triangles, polygon = triangulate(flat_shells(own, np.zeros(len(own)), np.arange(len(own)), len(own)))
    back = np.flatnonzero(np.repeat(~cut, size))
    made.append((back[triangles] if len(triangles) else triangles.reshape(-1, 3), rest[polygon]))
    triangles, polygon = (np.concatenate(found) for found in zip(*made, strict=True))
    order = np.argsort(polygon, kind="stable")
    return triangles[order], polygon[order]


def _part_of(a: Ints, b: Ints, start: Ints, end: Ints, part: Ints, size: int) -> Ints:
    """Part to the left of the edges ``a -> b`` of any shape; -1 for what is no edge of a part."""
    key = start * size + end
    order = np.argsort(key)
    key, part = key[order], part[order]
    wanted = (a * size + b).ravel()
    at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    return np.where(key[at] == wanted, part[at], -1).reshape(a.shape)


def _settle_ties(xy: Floats, triangles: Ints, neighbour: Ints, passable: Bools, owner: Ints) -> None:
    """Flip, in place, diagonals between vertices on one circle until each has the lowest of its four."""
    row, side = np.nonzero(passable)
    other = neighbour[row, side]
    once = row < other
    row, side, other = row[once], side[once], other[once]
    quad = _quads(triangles, row, side, other)
    tied = _on_one_circle(xy, quad)
    if not tied.any():
        return
    # A flip among them changes no triangle beside them, so these are all that matter from here on.
    some = np.unique(np.concatenate((row[tied], other[tied])))
    lowest = np.empty(len(xy), dtype=np.int64)
    lowest[np.lexsort((xy[:, 1], xy[:, 0]))] = np.arange(len(xy))
    while True:
        row, side, other = _shared_sides(triangles, some, len(xy))
        quad = _quads(triangles, row, side, other)
        rank = lowest[quad]
        wrong = np.minimum(rank[:, 0], rank[:, 2]) > np.minimum(rank[:, 1], rank[:, 3])
        wrong &= _on_one_circle(xy, quad) & (owner[row] == owner[other]) & _convex(xy, quad)
        row, other, quad = row[wrong], other[wrong], quad[wrong]
        if not len(row):
            return
        # Of flips that share a triangle the first goes first; order of vertices, not of triangles, decides.
        order = np.lexsort(np.sort(lowest[quad], axis=1).T)
        turn = np.empty(len(order), dtype=np.int64)
        turn[order] = np.arange(len(order))
        first = np.full(len(triangles), len(order))
        np.minimum.at(first, row, turn)
        np.minimum.at(first, other, turn)
        free = (first[row] == turn) & (first[other] == turn)
        row, other, (a, b, c, d) = row[free], other[free], quad[free].T
        triangles[row], triangles[other] = np.column_stack((a, b, d)), np.column_stack((b, c, d))


def _quads(triangles: Ints, row: Ints, side: Ints, other: Ints) -> Ints:
    """Corners ``(N, 4)`` counter-clockwise around two triangles; the first and third are on both."""
    u, v = triangles[row, side], triangles[row, (side + 1) % 3]
    near = triangles[row, (side + 2) % 3]
    far = triangles[other].sum(axis=1) - u - v
    return np.column_stack((u, far, v, near))


def _on_one_circle(xy: Floats, quad: Ints) -> Bools:
    corners = xy[np.sort(quad, axis=1)]
    d = corners[:, :3] - corners[:, 3:]
    squares = (d**2).sum(axis=2)
    minors = np.stack(
        [d[:, i, 0] * d[:, j, 1] - d[:, j, 0] * d[:, i, 1] for i, j in ((1, 2), (2, 0), (0, 1))], axis=1
    )
    terms = squares * minors
    small: Bools = np.abs(terms.sum(axis=1)) <= ON_CIRCLE * np.abs(terms).sum(axis=1)
    return small


def _convex(xy: Floats, quad: Ints) -> Bools:
    """Quads whose other diagonal runs inside, too."""
    b, d = xy[quad[:, 1]], xy[quad[:, 3]]
    along = d - b
    sides = [
        along[:, 0] * (xy[quad[:, i], 1] - b[:, 1]) - along[:, 1] * (xy[quad[:, i], 0] - b[:, 0])
        for i in (0, 2)
    ]
    inside: Bools = (sides[0] > 0) & (sides[1] < 0) | (sides[0] < 0) & (sides[1] > 0)
    return inside


def _shared_sides(triangles: Ints, some: Ints, size: int) -> tuple[Ints, Ints, Ints]:
    """Sides that two of some triangles share, each once: triangle, side, other triangle."""
    start = triangles[some].ravel()
    end = np.roll(triangles[some], -1, axis=1).ravel()
    key, back = start * size + end, end * size + start
    order = np.argsort(key)
    at = np.minimum(np.searchsorted(key[order], back), len(key) - 1)
    shared = (key[order][at] == back) & (start < end)
    mine, theirs = np.flatnonzero(shared), order[at][shared]
    return some[mine // 3], mine % 3, some[theirs // 3]
