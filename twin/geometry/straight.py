"""Triangles without the corners that lie halfway a straight edge, which say nothing of a shape.

Registers give walls corners where plots meet or where a surveyor stood, and every one of them returns in the
wall, its foot and its eaves. A corner where only two planes meet, on a straight line between two others of
that edge, is drawn into one of those. The surface stays closed, as all of its faces lose it at once. This is
edge collapse (Hoppe, Progressive meshes, 1996), as far as it costs nothing.
"""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints

TOLERANCE = 0.005  # metres that a corner may lie off the line between its neighbours
_SAME_PLANE = np.cos(np.radians(2.0))  # of the angle between the faces on both sides of an edge
_TURNED = np.cos(np.radians(5.0))  # of the angle by which a collapse may turn a face
_ROUNDS = 12  # of collapses; each takes about half of what is left


def straightened(xyz: Floats, triangles: Ints, kind: Ints) -> tuple[Ints, Ints]:
    """Leave out corners on straight edges.

    Parameters
    ----------
    xyz : (V, 3) float64 [m]
        Corners, shared by the triangles of one object and by no others.
    triangles : (T, 3) int64
    kind : (T,) int64
        Triangles of different kinds are never taken for one face.

    Returns
    -------
    triangles : (U, 3) int64
        Into the same ``xyz``.
    rows : (U,) int64
        Which of the given triangles each one was.
    """
    triangles, rows = triangles.copy(), np.arange(len(triangles))
    for _ in range(_ROUNDS):
        vertex, goal = _collapses(xyz, triangles, kind[rows])
        if not len(vertex):
            break
        becomes = np.arange(len(xyz))
        becomes[vertex] = goal
        triangles = becomes[triangles]
        a, b, c = triangles.T
        whole = (a != b) & (b != c) & (c != a)
        triangles, rows = triangles[whole], rows[whole]
    return triangles, rows


def _collapses(xyz: Floats, triangles: Ints, kind: Ints) -> tuple[Ints, Ints]:
    """Corners that can all be drawn into a neighbour at once, and that neighbour."""
    vertex, ends = _on_straight_edges(xyz, triangles, kind)
    if not len(vertex):
        return vertex, vertex
    corner_of = np.full(len(xyz), -1)
    corner_of[vertex] = np.arange(len(vertex))
    triangle, at = np.nonzero(corner_of[triangles] >= 0)  # the stars of the corners, a corner at a time
    star = corner_of[triangles[triangle, at]]
    goal = np.full(len(vertex), -1)
    for end in (1, 0):
        sound = _keeps_shape(xyz, triangles, triangle, at, star, ends[:, end])
        goal[sound] = ends[sound, end]
    able = goal >= 0
    # No triangle may lose two corners in one round. Whose turn it is follows no order along the edges, in
    # which each would wait for the one before.
    rank = np.argsort(np.argsort(vertex * 2_654_435_761 % 2**32, kind="stable"), kind="stable")
    rank[~able] = len(vertex)
    first = np.full(len(triangles), len(vertex))
    np.minimum.at(first, triangle, rank[star])
    loses = np.zeros(len(vertex), dtype=bool)
    loses[star[first[triangle] < rank[star]]] = True
    chosen = able & ~loses
    return vertex[chosen], goal[chosen]


def _on_straight_edges(xyz: Floats, triangles: Ints, kind: Ints) -> tuple[Ints, Ints]:
    """Corners between two neighbours on a straight edge of the shape, and those neighbours (N, 2)."""
    start, end = triangles.ravel(), triangles[:, [1, 2, 0]].ravel()
    low, high = np.minimum(start, end), np.maximum(start, end)
    edge, first, number, count = np.unique(
        low * len(xyz) + high, return_index=True, return_inverse=True, return_counts=True
    )
    owner = np.arange(len(start)) // 3
    other = np.full(len(edge), -1)
    other[number] = owner  # the last triangle on each edge; `first` is the first
    one = owner[first]
    unit = _unit_normals(xyz, triangles)
    flat = (count == 2) & ((unit[one] * unit[other]).sum(axis=1) > _SAME_PLANE) & (kind[one] == kind[other])
    crease = np.flatnonzero(~flat)
    a, b = edge[crease] // len(xyz), edge[crease] % len(xyz)
    at, to = np.concatenate([a, b]), np.concatenate([b, a])
    order = np.argsort(at, kind="stable")
    at, to = at[order], to[order]
    vertex, begin, creases = np.unique(at, return_index=True, return_counts=True)
    odd = np.zeros(len(xyz), dtype=bool)  # where the surface is open, or more than a surface
    odd[edge[count != 2] // len(xyz)] = odd[edge[count != 2] % len(xyz)] = True
    two = (creases == 2) & ~odd[vertex]
    vertex, begin = vertex[two], begin[two]
    ends = np.column_stack([to[begin], to[begin + 1]])
    straight = _between(xyz, vertex, ends)
    return vertex[straight], ends[straight]


def _between(xyz: Floats, vertex: Ints, ends: Ints) -> Bools:
    """Whether each corner lies between two others, and near the line through them."""
    p, q = xyz[ends[:, 0]], xyz[ends[:, 1]]
    along, reach = q - p, xyz[vertex] - p
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = (reach * along).sum(axis=1) / length
    off = np.linalg.norm(reach - share[:, None] * along, axis=1)
    return np.asarray((share > 0) & (share < 1) & (off <= TOLERANCE))


def _keeps_shape(xyz: Floats, triangles: Ints, triangle: Ints, at: Ints, star: Ints, goal: Ints) -> Bools:
    """Whether each corner can go to its goal: no face turns, and none comes to lie over another."""
    before = triangles[triangle]
    after = before.copy()
    after[np.arange(len(at)), at] = goal[star]
    vanishes = (before == goal[star][:, None]).any(axis=1)
    turned = (_unit_normals(xyz, before) * _unit_normals(xyz, after)).sum(axis=1) < _TURNED
    wrong = np.zeros(len(goal), dtype=bool)
    wrong[star[turned & ~vanishes]] = True
    # Beside the corners of the triangles that vanish, the goal knows none of the corner's neighbours.
    start, end = triangles.ravel(), triangles[:, [1, 2, 0]].ravel()
    known = np.unique(np.concatenate([start * len(xyz) + end, end * len(xyz) + start]))
    rim = np.concatenate([np.take_along_axis(before, ((at + k) % 3)[:, None], axis=1)[:, 0] for k in (1, 2)])
    whose = np.concatenate([star, star])
    pairs = np.unique(whose * len(xyz) + rim)
    whose, rim = pairs // len(xyz), pairs % len(xyz)
    shared = np.isin(goal[whose] * len(xyz) + rim, known, assume_unique=False) & (rim != goal[whose])
    wrong |= np.bincount(whose[shared], minlength=len(goal)) > np.bincount(
        star[vanishes], minlength=len(goal)
    )
    return ~wrong


def _unit_normals(xyz: Floats, triangles: Ints) -> Floats:
    a, b, c = (xyz[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    unit: Floats = np.where(length > 1e-6, normal / np.maximum(length, 1e-6), 0.0)
    return unit
