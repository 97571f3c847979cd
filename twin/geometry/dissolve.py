"""Cells of one plane become one face; vertices that no longer bend an edge go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.geometry.columns import Bools, Ints
from twin.geometry.components import components
from twin.geometry.subdivision import Planes, Subdivision


def dissolve(cells: Subdivision, planes: Planes, fixed: Bools, straight: float) -> tuple[Subdivision, Planes]:
    """Merge neighbouring cells of equal label and straighten their borders.

    Edges with the same face on both sides go (bridges to courtyards among them), then vertices with two
    edges that lie within ``straight`` of the line between their neighbours, never one that is ``fixed``.

    Parameters
    ----------
    fixed : (V,) bool
        Vertices of the footprint.
    straight : float [mm]

    Returns
    -------
    Subdivision, Planes
        Faces are renumbered; faces of one part keep ascending order.
    """
    faces, planes = _merge_cells(cells, planes)
    return _undo_where_edges_coincide(faces, _straighten(faces, fixed, straight)), planes


def _merge_cells(cells: Subdivision, planes: Planes) -> tuple[Subdivision, Planes]:
    n = len(planes.part)
    same = planes.label[cells.left] == planes.label[cells.right]
    count, component = components(cells.left[same], cells.right[same], n)
    member = np.empty(count, dtype=np.int64)
    member[component[::-1]] = np.arange(n)[::-1]
    merged = Planes(
        part=planes.part[member],
        label=planes.label[member],
        outside=planes.outside[member],
        coefficients=planes.coefficients[member],
        slope=planes.slope[member],
    )
    left, right = component[cells.left], component[cells.right]
    keep = left != right
    return replace(cells, left=left, right=right).take(keep), merged


def _straighten(faces: Subdivision, fixed: Bools, straight: float) -> Subdivision:
    while True:
        start, end, left, right = faces.start, faces.end, faces.left, faces.right
        vertices, edges = len(faces.xy), len(start)
        ids = np.arange(edges)
        degree = np.bincount(start, minlength=vertices) + np.bincount(end, minlength=vertices)
        free = np.flatnonzero((degree == 2) & ~fixed)
        # the two edges of a vertex from their sum and one of them
        one = np.full(vertices, -1)
        one[start] = ids
        one[end] = ids
        total = np.zeros(vertices, dtype=np.int64)
        np.add.at(total, start, ids)
        np.add.at(total, end, ids)
        e, f = one[free], total[free] - one[free]
        a, b = start[e] + end[e] - free, start[f] + end[f] - free
        forward_in, forward_out = end[e] == free, start[f] == free
        same_left = np.where(forward_in, left[e], right[e]) == np.where(forward_out, left[f], right[f])

        line = (faces.xy[b] - faces.xy[a]).astype(np.float64)
        arm = (faces.xy[free] - faces.xy[a]).astype(np.float64)
        length = np.hypot(line[:, 0], line[:, 1])
        across = np.abs(line[:, 0] * arm[:, 1] - line[:, 1] * arm[:, 0])
        along = (line * arm).sum(axis=1)
        goes = same_left & (a != b) & (across <= straight * length) & (along > 0) & (along < length**2)

        # of two neighbours that both could go, the one with the smaller rank goes first
        rank = np.full(vertices, np.iinfo(np.int64).max)
        rank[free[goes]] = shuffled(faces.xy[free[goes]])
        mine = rank[free]
        goes &= (mine < rank[a]) & (mine < rank[b])
        if not goes.any():
            return faces
        v, e, f, b = free[goes], e[goes], f[goes], b[goes]
        start, end = start.copy(), end.copy()
        into = end[e] == v
        end[e[into]] = b[into]
        start[e[~into]] = b[~into]
        keep = np.ones(edges, dtype=bool)
        keep[f] = False
        faces = faces.with_edges(start, end, left, right).take(keep)


def _undo_where_edges_coincide(before: Subdivision, after: Subdivision) -> Subdivision:
    low, high = np.minimum(after.start, after.end), np.maximum(after.start, after.end)
    key = low * len(after.xy) + high
    order = np.argsort(key, kind="stable")
    twice = order[1:][key[order][1:] == key[order][:-1]]
    if len(twice) == 0:
        return after
    spoilt = np.zeros(after.vertex_part.max() + 1, dtype=bool)
    spoilt[after.vertex_part[after.start[twice]]] = True
    old = before.take(spoilt[before.vertex_part[before.start]])
    new = after.take(~spoilt[after.vertex_part[after.start]])
    return join(new, old)


def join(first: Subdivision, second: Subdivision) -> Subdivision:
    """Edges of two subdivisions over the same vertices, sorted by part."""
    start = np.concatenate((first.start, second.start))
    order = np.argsort(first.vertex_part[start], kind="stable")
    return first.with_edges(
        start[order],
        np.concatenate((first.end, second.end))[order],
        np.concatenate((first.left, second.left))[order],
        np.concatenate((first.right, second.right))[order],
    )


def shuffled(xy: Ints) -> Ints:
    """Order in which vertices ``(M, 2)`` take turns: a hash of their place, the same in any chunk."""
    mixed = xy[:, 0] * 73_856_093 ^ xy[:, 1] * 19_349_663
    mixed = (mixed ^ (mixed >> 13)) * 1_274_126_177
    return (mixed ^ (mixed >> 16)) & 0x7FFF_FFFF
