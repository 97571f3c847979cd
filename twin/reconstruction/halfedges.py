"""Faces of a planar graph by half edges: a permutation, its cycles, and which hole lies in which face.

Half edge ``2e`` runs ``start -> end`` and ``2e + 1`` back; its face is on the left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.components import components
from twin.geometry.subdivision import turn_order
from twin.reconstruction import groups


@dataclass(frozen=True, slots=True)
class Cycles:
    """Closed walks of half edges.

    Attributes
    ----------
    of : (2E,) int64
        Cycle of each half edge; numbered by lowest half edge.
    area : (C,) float64 [m2]
        Signed; positive for the outside of a face, negative for a hole in one.
    part : (C,) int64
    """

    of: Ints
    area: Floats
    part: Ints


@dataclass(frozen=True, slots=True)
class Faces:
    """Faces left and right of each edge, -1 for the outside.

    Attributes
    ----------
    left, right : (E,) int64
    part : (F,) int64
        Ascending.
    area : (F,) float64 [m2]
        Without the face's holes; positive if the part is sound.
    tangled : (P,) bool
        Parts in which inside and outside meet in one cycle, or a hole lies in no face.
    """

    left: Ints
    right: Ints
    part: Ints
    area: Floats
    tangled: Bools


def trace(xy: Floats, start: Ints, end: Ints, edge_part: Ints) -> Cycles:
    """Cycles of the graph with vertices ``xy (V, 2)`` near the origin and edges ``start, end (E,)``."""
    tail = np.column_stack((start, end)).ravel()
    head = np.column_stack((end, start)).ravel()
    half = np.arange(len(tail), dtype=np.int64)
    onward = turn_order(1000 * xy, tail, head)[1][half ^ 1]
    count, of = components(half, onward, len(half))
    (x0, y0), (x1, y1) = xy[tail].T, xy[head].T
    area = groups.group_sum((x0 * y1 - x1 * y0) / 2, of, count)
    part = np.zeros(count, np.int64)
    part[of] = np.repeat(edge_part, 2)
    return Cycles(of, area, part)


def faces(
    xy: Floats, start: Ints, end: Ints, edge_part: Ints, boundary: Bools, cycles: Cycles, parts: int
) -> Faces:
    """Faces from cycles; ``boundary (E,)`` marks footprint edges, which have the inside on their left."""
    count = len(cycles.area)
    reverse = np.zeros(2 * len(start), bool)
    reverse[1::2] = boundary
    outside, inside = np.zeros(count, bool), np.zeros(count, bool)
    outside[cycles.of[reverse]] = True
    inside[cycles.of[~reverse]] = True
    tangled = np.zeros(parts, bool)
    tangled[cycles.part[outside & inside]] = True
    is_face = ~outside & (cycles.area > 0)
    is_hole = ~outside & ~is_face
    owner, found = _enclosing(xy, start, end, edge_part, cycles, np.flatnonzero(is_hole))
    lost = is_hole & (~found | outside[owner])
    tangled[cycles.part[lost]] = True
    number = np.where(is_face, np.cumsum(is_face) - 1, -1)
    of_cycle = np.where(lost, -1, number[owner])
    part = cycles.part[is_face]
    member = of_cycle >= 0
    area = groups.group_sum(cycles.area[member], of_cycle[member], len(part))
    of_half = of_cycle[cycles.of]
    return Faces(of_half[0::2], of_half[1::2], part, area, tangled)


def _enclosing(
    xy: Floats, start: Ints, end: Ints, edge_part: Ints, cycles: Cycles, holes: Ints
) -> tuple[Ints, Bools]:
    """Outer cycle of the face that each cycle bounds, itself unless it is one of ``holes``.

    A ray from the leftmost vertex of the hole to the left meets the edge that has the face on its right hand
    side; if that edge belongs to another hole, the two lie in the same face. The ray runs just above the
    vertex, so that a vertex on it counts once.
    """
    owner = np.arange(len(cycles.area), dtype=np.int64)
    found = np.ones(len(owner), bool)
    if len(holes) == 0:
        return owner, found
    tail = np.column_stack((start, end)).ravel()
    of_hole = np.full(len(owner), -1, np.int64)
    of_hole[holes] = np.arange(len(holes))
    rim = np.flatnonzero(of_hole[cycles.of] >= 0)
    hole = of_hole[cycles.of[rim]]
    x, y = xy[tail[rim]].T
    rim_order = np.lexsort((y, x, hole))
    source = tail[rim[rim_order[groups.first_of_each(hole[rim_order])]]]

    ray, edge = groups.cross(cycles.part[holes], groups.offsets(edge_part, int(edge_part.max()) + 1))
    qx, qy = xy[source[ray]].T
    (x0, y0), (x1, y1) = xy[start[edge]].T, xy[end[edge]].T
    spans = np.flatnonzero((y0 <= qy) != (y1 <= qy))
    ray, edge, qx, qy = ray[spans], edge[spans], qx[spans], qy[spans]
    x0, y0, x1, y1 = x0[spans], y0[spans], x1[spans], y1[spans]
    slope = (x1 - x0) / (y1 - y0)
    at = np.where(y0 < y1, x0 + (qy - y0) * slope, x1 + (qy - y1) * slope)
    left = np.flatnonzero(at < qx)
    ray, edge, at, slope, falls = ray[left], edge[left], at[left], slope[left], (y1 < y0)[left]
    order = np.lexsort((-slope, -at, ray))
    nearest = order[groups.first_of_each(ray[order])]
    found[holes] = False
    found[holes[ray[nearest]]] = True
    owner[holes[ray[nearest]]] = cycles.of[2 * edge[nearest] + ~falls[nearest]]
    # A loop of holes that enclose one another cannot come from a planar graph; cut it, the part is tangled.
    for _ in range(64):
        onward = owner[owner]
        if np.array_equal(onward, owner):
            break
        owner = onward
    found[holes] &= of_hole[owner[holes]] < 0
    return owner, found
