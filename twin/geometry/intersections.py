"""Do the triangles of a shell pass through one another? Exact on whole millimetres."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.ragged import offsets_of, spread

Numbers = npt.NDArray[Any]  # int64, or float64 for objects of more than 1 km

PAIRS = 30_000  # candidate pairs looked at together: their corners stay in the cache
LARGEST = 1_000_000  # mm: up to this extent a 3 x 3 determinant fits int64


def intersecting_objects(xyz: Floats, triangles: Ints, surface: Ints, owner: Ints, objects: Bools) -> Ints:
    """Objects in which two triangles meet elsewhere than in a common vertex or edge.

    Parameters
    ----------
    xyz : (V, 3) float64 [mm]
        Whole numbers relative to a vertex of each object.
    triangles : (T, 3) int64
    surface, owner : (T,) int64
        Surface and object of each triangle. Triangles of one surface, whose polygon was found sound before,
        are not compared.
    objects : (O,) bool
        Objects to look at.

    Returns
    -------
    (N,) int64
        Ascending.

    Notes
    -----
    Touching counts, as in CGAL's ``does_self_intersect``. Pairs come from a sweep along x per object. An
    object larger than 1 km is judged with float64 determinants, which may miss a contact of under 1 mm.
    """
    chosen = np.flatnonzero(objects[owner])
    if len(chosen) == 0:
        return np.zeros(0, dtype=np.int64)
    small = np.abs(xyz).max() * 2 <= LARGEST
    corners = xyz.take(triangles.take(chosen, axis=0), axis=0)
    corners = corners.astype(np.int64) if small else corners
    ids, surface, owner = triangles.take(chosen, axis=0), surface[chosen], owner[chosen]
    normal = _cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    hit = np.zeros(len(objects), dtype=bool)
    for one, other in _candidates(corners, owner):
        open_pair = (surface[one] != surface[other]) & ~hit[owner[one]]
        one, other = one[open_pair], other[open_pair]
        # most pairs end here: one triangle lies on one side of the plane of the other
        one, other = _not_beside(corners, normal, ids, one, other)
        other, one = _not_beside(corners, normal, ids, other, one)
        meet = _meet(corners, normal, ids, one, other)
        hit[owner[one[meet]]] = True
    return np.flatnonzero(hit)


def _candidates(corners: Numbers, owner: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of triangles of one object whose boxes touch, in batches."""
    low, high = corners.min(axis=1), corners.max(axis=1)
    shift = owner * (2 * int(np.abs(corners).max()) + 1)  # objects side by side on the x axis
    begin, end = low[:, 0] + shift, high[:, 0] + shift
    order = np.argsort(begin, kind="stable")
    partners = np.searchsorted(begin[order], end[order], side="right") - np.arange(len(order)) - 1
    offsets = offsets_of(partners)
    first = 0
    while first < len(order):
        last = max(first + 1, int(np.searchsorted(offsets, offsets[first] + PAIRS, side="right")) - 1)
        rows = np.arange(first, last)
        one, other = order[np.repeat(rows, partners[rows])], order[spread(rows + 1, partners[rows])]
        near = (low[one, 1] <= high[other, 1]) & (low[other, 1] <= high[one, 1])
        near &= (low[one, 2] <= high[other, 2]) & (low[other, 2] <= high[one, 2])
        yield one[near], other[near]
        first = last


def _not_beside(corners: Numbers, normal: Numbers, ids: Ints, plane: Ints, other: Ints) -> tuple[Ints, Ints]:
    """Pairs without those whose second triangle lies, but for common corners, on one side of the first."""
    sides, own = _sides(corners, normal, plane, other), _own(ids.take(other, axis=0), ids.take(plane, axis=0))
    above, below = (sides > 0) | ~own, (sides < 0) | ~own
    beside = (_all(above) | _all(below)) & ~_all(~own)
    return plane[~beside], other[~beside]


def _meet(corners: Numbers, normal: Numbers, ids: Ints, one: Ints, other: Ints) -> Bools:
    """Pairs of triangles that meet outside their common vertices."""
    a, b = corners.take(one, axis=0), corners.take(other, axis=0)
    side_b, side_a = _sides(corners, normal, one, other), _sides(corners, normal, other, one)
    ids_a, ids_b = ids.take(one, axis=0), ids.take(other, axis=0)
    own_a, own_b = _own(ids_a, ids_b), _own(ids_b, ids_a)
    shared = 3 - own_a.sum(axis=1)
    meet = np.asarray(shared == 3)

    # two triangles on an edge: folded onto one another if both lie in one plane, on one side of the edge
    folded = np.flatnonzero(_all(side_b == 0) & (shared == 2))
    meet[folded] = _folded(a[folded], b[folded], own_a[folded], own_b[folded])
    for i, j in ((1, 2), (2, 0), (0, 1)):
        # with a common vertex only the side opposite to it is tested: the others start on the vertex itself
        corner = 3 - i - j
        rows = np.flatnonzero(((shared == 0) | ((shared == 1) & ~own_a[:, corner])) & ~meet)
        meet[rows] = _side_meets(a, i, j, b, side_a, rows)
        rows = np.flatnonzero(((shared == 0) | ((shared == 1) & ~own_b[:, corner])) & ~meet)
        meet[rows] = _side_meets(b, i, j, a, side_b, rows)
    return meet


def _own(ids: Ints, others: Ints) -> Bools:
    """Corners ``(N, 3)`` of triangles that are not corners of their partners."""
    equal = ids[:, :, None] == others[:, None, :]
    return np.asarray(~(equal[:, :, 0] | equal[:, :, 1] | equal[:, :, 2]))


def _sides(corners: Numbers, normal: Numbers, plane: Ints, points: Ints) -> Numbers:
    """Side ``(N, 3)`` of the plane of one triangle on which the corners of another lie, as a sign."""
    away = corners.take(points, axis=0) - corners[:, :1].take(plane, axis=0)
    n = normal.take(plane, axis=0)
    signs: Numbers = np.sign(away[:, :, 0] * n[:, :1] + away[:, :, 1] * n[:, 1:2] + away[:, :, 2] * n[:, 2:])
    return signs


def _all(three: Bools) -> Bools:
    return np.asarray(three[:, 0] & three[:, 1] & three[:, 2])


def _cross(u: Numbers, v: Numbers) -> Numbers:
    return np.stack(
        (
            u[..., 1] * v[..., 2] - u[..., 2] * v[..., 1],
            u[..., 2] * v[..., 0] - u[..., 0] * v[..., 2],
            u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0],
        ),
        axis=-1,
    )


def _orient(a: Numbers, b: Numbers, c: Numbers, d: Numbers) -> Numbers:
    """Sign of the volume of tetrahedra ``abcd``, all (N, 3)."""
    n = _cross(c - a, d - a)
    u = b - a
    sign: Numbers = np.sign(u[:, 0] * n[:, 0] + u[:, 1] * n[:, 1] + u[:, 2] * n[:, 2])
    return sign


def _side_meets(a: Numbers, i: int, j: int, b: Numbers, sides: Numbers, rows: Ints) -> Bools:
    """Whether side ``ij`` of triangles ``a[rows]`` touches triangle ``b``, of whose plane ``sides`` tells."""
    at, to = sides[rows, i], sides[rows, j]
    meets = np.zeros(len(rows), dtype=bool)
    flat = np.flatnonzero((at == 0) & (to == 0))
    meets[flat] = _flat_side_meets(a[rows[flat]][:, [i, j]], b[rows[flat]])
    through = np.flatnonzero((at * to <= 0) & ((at != 0) | (to != 0)))
    p, q, t = a[rows[through], i], a[rows[through], j], b[rows[through]]
    turns = np.stack([_orient(p, q, t[:, k], t[:, (k + 1) % 3]) for k in range(3)], axis=1)
    meets[through] = _all(turns >= 0) | _all(turns <= 0)
    return meets


def _flat_side_meets(segment: Numbers, triangle: Numbers) -> Bools:
    """Test the same in the plane of the triangle: convex sets are apart if a side of one parts them."""
    normal = _cross(triangle[:, 1] - triangle[:, 0], triangle[:, 2] - triangle[:, 0])
    axis = np.argmax(np.abs(normal), axis=1)
    keep = np.array([[1, 2], [2, 0], [0, 1]])[axis][:, None, :]
    s, t = np.take_along_axis(segment, keep, axis=2), np.take_along_axis(triangle, keep, axis=2)
    p, q = s[:, 0], s[:, 1]
    around = _turn(t[:, 0], t[:, 1], t[:, 2])
    beside = np.stack([_turn(p, q, t[:, k]) for k in range(3)], axis=1)
    apart = _all(beside > 0) | _all(beside < 0)
    for k in range(3):
        start, end = t[:, k], t[:, (k + 1) % 3]
        apart |= (_turn(start, end, p) == -around) & (_turn(start, end, q) == -around)
    return np.asarray(~apart)


def _turn(a: Numbers, b: Numbers, c: Numbers) -> Numbers:
    u, v = b - a, c - a
    sign: Numbers = np.sign(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
    return sign


def _folded(a: Numbers, b: Numbers, own_a: Bools, own_b: Bools) -> Bools:
    """Coplanar triangles with a common edge whose third corners lie on the same side of it."""
    rows = np.arange(len(a))
    i, j = np.argmax(own_a, axis=1), np.argmax(own_b, axis=1)
    start, end = a[rows, (i + 1) % 3], a[rows, (i + 2) % 3]
    one, other = _cross(end - start, a[rows, i] - start), _cross(end - start, b[rows, j] - start)
    # in one plane the two normals are parallel: compare them by sign, their products may not fit
    return np.asarray((np.sign(one) * np.sign(other)).sum(axis=1) > 0)
