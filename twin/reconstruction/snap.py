"""Crossings to vertices on the millimetre grid, none nearer to a foreign edge than the parameters allow.

Iterated snap rounding, after Halperin & Packer, "Iterated snap rounding", Computational Geometry 23 (2002):
an edge that passes too near to a vertex is led through it. Here the footprint is sacred: its vertices do not
move, and its edges are only split at points on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.components import components
from twin.reconstruction import groups
from twin.reconstruction.hits import Outline, Pieces
from twin.reconstruction.partition_parameters import PartitionParameters

FREE, FIXED = -1, -2
ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Graph:
    """Vertices on the grid and the edges between them, part by part.

    Attributes
    ----------
    xy : (V, 2) float64 [m]
        Around the centre of the part.
    vertex_part : (V,) int64
    on_edge : (V,) int64
        Edge of the outline that carries the vertex, :data:`FREE`, or :data:`FIXED` for its own vertices.
    start, end : (E,) int64
        Footprint edges have the inside on their left.
    edge_part : (E,) int64
        Ascending.
    wall : (E,) int64
        Edge of the outline that this is a piece of, -1 for roof lines.
    line : (E,) int64
        Roof line that this is a piece of, -1 for footprint edges.
    """

    xy: Floats
    vertex_part: Ints
    on_edge: Ints
    start: Ints
    end: Ints
    edge_part: Ints
    wall: Ints
    line: Ints


def snap(shape: Outline, pieces: Pieces, params: PartitionParameters) -> tuple[Graph, Bools]:
    """Graph of the outline and the pieces, and the parts (P,) in which some distance stays too small."""
    xy, part, on_edge, vertex = _cluster(shape, pieces, params.cluster_distance)
    lines = _unique_edges(vertex[pieces.start], vertex[pieces.end], pieces.line, len(xy))
    narrow = np.zeros(len(shape), bool)
    busy = np.ones(len(shape), bool)
    for _ in range(ROUNDS):
        graph = _graph(shape, xy, part, on_edge, lines)
        near = _near(graph, busy, params.min_distance)
        narrow[:] = False
        narrow[part[near.vertex]] = True
        if not narrow.any():
            break
        busy = narrow.copy()
        xy, on_edge, lines = _mend(shape, graph, near, xy, on_edge, lines)
    return graph, narrow


@dataclass(frozen=True, slots=True)
class _Near:
    """Vertices that lie too near to an edge."""

    vertex: Ints
    edge: Ints
    at: Floats  # share of the edge up to the foot point
    corner: Ints  # end of the edge that is as near, or -1


def _cluster(shape: Outline, pieces: Pieces, distance: float) -> tuple[Floats, Ints, Ints, Ints]:
    """Vertices ``xy, part, on_edge`` and the vertex of each crossing.

    A crossing joins the nearest footprint vertex, else its neighbours. A group with crossings on walls stays
    on the wall of the first of them; a free group goes to its mean.
    """
    fixed = len(shape.xy)
    x = pieces.xy[:, 0]
    a, b = groups.sweep(pieces.part, x - distance, x + distance, shape.part, shape.xy[:, 0])
    d = np.hypot(*(pieces.xy[a] - shape.xy[b]).T)
    close = np.flatnonzero(d < distance)
    order = close[np.lexsort((b[close], d[close], a[close]))]
    order = order[groups.first_of_each(a[order])]
    vertex = np.full(len(x), -1, np.int64)
    vertex[a[order]] = b[order]

    rest = np.flatnonzero(vertex < 0)
    xy, part, on_edge = pieces.xy[rest], pieces.part[rest], pieces.on_edge[rest]
    a, b = groups.sweep(part, xy[:, 0], xy[:, 0] + distance, part, xy[:, 0])
    close = np.flatnonzero((a != b) & (np.hypot(*(xy[a] - xy[b]).T) < distance))
    count, group = components(a[close], b[close], len(rest))
    vertex[rest] = fixed + group

    size = np.bincount(group, minlength=count)
    mean = np.column_stack([np.bincount(group, weights=c, minlength=count) / size for c in xy.T])
    wall = np.flatnonzero(on_edge >= 0)[::-1]  # backwards, so that the first of a group is written last
    group_edge = np.full(count, FREE, np.int64)
    group_edge[group[wall]] = on_edge[wall]
    mean[group[wall]] = xy[wall]
    group_part = np.empty(count, np.int64)
    group_part[group] = part
    return (
        np.concatenate((shape.xy, _to_grid(mean, shape.center[group_part]))),
        np.concatenate((shape.part, group_part)),
        np.concatenate((np.full(fixed, FIXED, np.int64), group_edge)),
        vertex,
    )


def _to_grid(xy: Floats, center: Floats) -> Floats:
    """Rounded to whole millimetres in RD."""
    rounded: Floats = np.round(xy + center, 3) - center
    return rounded


def _unique_edges(a: Ints, b: Ints, line: Ints, vertices: int) -> Ints:
    """Edges ``(E, 3)``: lower vertex, higher vertex, line; no loops, and of doubles the first."""
    edge = a != b
    a, b, line = a[edge], b[edge], line[edge]
    keys, first = np.unique(np.minimum(a, b) * vertices + np.maximum(a, b), return_index=True)
    return np.column_stack((*np.divmod(keys, max(vertices, 1)), line[first]))


def _graph(shape: Outline, xy: Floats, part: Ints, on_edge: Ints, lines: Ints) -> Graph:
    """Footprint edges split at the vertices on them, and the line edges that do not repeat them."""
    alive = np.zeros(len(xy), bool)
    alive[lines[:, :2]] = True
    on_wall = np.flatnonzero(alive & (on_edge >= 0))
    edge = np.concatenate((np.arange(len(shape.start)), on_edge[on_wall]))
    vertex = np.concatenate((shape.start, on_wall))
    a = shape.xy[shape.start[edge]]
    along = ((xy[vertex] - a) * (shape.xy[shape.end[edge]] - a)).sum(axis=1)
    along[: len(shape.start)] = -np.inf
    order = np.lexsort((vertex, along, edge))
    edge, start = edge[order], vertex[order]
    last = np.append(edge[1:] != edge[:-1], True)
    end = np.where(last, shape.end[edge], np.roll(start, -1))

    n = len(xy)
    wall_key = np.minimum(start, end) * n + np.maximum(start, end)
    new = ~np.isin(lines[:, 0] * n + lines[:, 1], wall_key)
    start = np.concatenate((start, lines[new, 0]))
    end = np.concatenate((end, lines[new, 1]))
    wall = np.concatenate((edge, np.full(int(new.sum()), -1, np.int64)))
    line = np.concatenate((np.full(len(edge), -1, np.int64), lines[new, 2]))
    order = np.argsort(part[start], kind="stable")
    start, end = start[order], end[order]
    return Graph(xy, part, on_edge, start, end, part[start], wall[order], line[order])


def _near(graph: Graph, busy: Bools, distance: float) -> _Near:
    """Vertices nearer than ``distance`` to an edge that they do not end, in the ``busy`` parts.

    What the footprint itself does is not ours to judge: two of its vertices, or a vertex and an edge of it.
    """
    alive = np.zeros(len(graph.xy), bool)
    alive[graph.start] = alive[graph.end] = True
    vertices = np.flatnonzero(alive & busy[graph.vertex_part])
    edges = np.flatnonzero(busy[graph.edge_part])
    (ax, ay), (bx, by) = graph.xy[graph.start[edges]].T, graph.xy[graph.end[edges]].T
    e, v = groups.sweep(
        graph.edge_part[edges],
        np.minimum(ax, bx) - distance,
        np.maximum(ax, bx) + distance,
        graph.vertex_part[vertices],
        graph.xy[vertices, 0],
    )
    y = graph.xy[vertices, 1][v]
    close = (y >= np.minimum(ay, by)[e] - distance) & (y <= np.maximum(ay, by)[e] + distance)
    edge, vertex = edges[e[close]], vertices[v[close]]
    start, end = graph.start[edge], graph.end[edge]
    own = (graph.wall[edge] >= 0) & (graph.on_edge[vertex] == FIXED)
    foreign = (vertex != start) & (vertex != end) & ~own
    edge, vertex, start, end = edge[foreign], vertex[foreign], start[foreign], end[foreign]

    p, a, b = graph.xy[vertex], graph.xy[start], graph.xy[end]
    run = b - a
    squared = (run * run).sum(axis=1)
    at = np.clip(((p - a) * run).sum(axis=1) / np.maximum(squared, 1e-12), 0, 1)
    foot = a + at[:, None] * run
    length = np.sqrt(squared)
    corner = np.where(at * length < distance, start, np.where((1 - at) * length < distance, end, -1))
    both_fixed = (corner >= 0) & (graph.on_edge[vertex] == FIXED) & (graph.on_edge[corner] == FIXED)
    close = (np.hypot(*(p - foot).T) < distance) & ~both_fixed
    return _Near(vertex[close], edge[close], at[close], corner[close])


def _mend(
    shape: Outline, graph: Graph, near: _Near, xy: Floats, on_edge: Ints, lines: Ints
) -> tuple[Floats, Ints, Ints]:
    """One round: in each part merge vertices, else move vertices onto walls, else split line edges."""
    part = graph.vertex_part
    wall = graph.wall[near.edge] >= 0
    between_walls = (near.corner < 0) & wall & (on_edge[near.vertex] >= 0)
    target = np.where(between_walls, _shared_corner(shape, graph, near), near.corner)
    merges = target >= 0
    merging = np.zeros(len(shape), bool)
    merging[part[near.vertex[merges]]] = True
    a, b = near.vertex[merges], target[merges]

    moves = wall & (on_edge[near.vertex] == FREE) & ~merging[part[near.vertex]]
    moving = np.zeros(len(shape), bool)
    moving[part[near.vertex[moves]]] = True
    splits = ~wall & ~merging[part[near.vertex]] & ~moving[part[near.vertex]]

    xy, on_edge = xy.copy(), on_edge.copy()
    _move(shape, graph, near.vertex[moves], near.edge[moves], xy, on_edge)
    lines = _split(graph, near, np.flatnonzero(splits), lines)
    one = _merge(a, b, on_edge)
    return xy, on_edge, _unique_edges(one[lines[:, 0]], one[lines[:, 1]], lines[:, 2], len(xy))


def _shared_corner(shape: Outline, graph: Graph, near: _Near) -> Ints:
    """Footprint vertex between the wall of a vertex and the wall it is too near to, -1 for none."""
    own = np.maximum(graph.on_edge[near.vertex], 0)
    p, q = shape.start[own], shape.end[own]
    other = np.maximum(graph.wall[near.edge], 0)
    a, b = shape.start[other], shape.end[other]
    return np.where((p == a) | (p == b), p, np.where((q == a) | (q == b), q, -1))


def _move(shape: Outline, graph: Graph, vertex: Ints, edge: Ints, xy: Floats, on_edge: Ints) -> None:
    """Free vertices onto the walls they are too near to, in place."""
    vertex, first = np.unique(vertex, return_index=True)
    edge = edge[first]
    a, b = graph.xy[graph.start[edge]], graph.xy[graph.end[edge]]
    run = b - a
    share = ((xy[vertex] - a) * run).sum(axis=1) / (run * run).sum(axis=1)
    xy[vertex] = _to_grid(a + share[:, None] * run, shape.center[graph.vertex_part[vertex]])
    on_edge[vertex] = graph.wall[edge]


def _split(graph: Graph, near: _Near, rows: Ints, lines: Ints) -> Ints:
    """Line edges led through the vertices that they pass too near."""
    if len(rows) == 0:
        return lines
    edges = np.unique(near.edge[rows])
    start, end = graph.start[edges], graph.end[edges]
    edge = np.concatenate((edges, near.edge[rows], edges))
    vertex = np.concatenate((start, near.vertex[rows], end))
    at = np.concatenate((np.full(len(edges), -1.0), near.at[rows], np.full(len(edges), 2.0)))
    order = np.lexsort((vertex, at, edge))
    edge, vertex = edge[order], vertex[order]
    same = edge[1:] == edge[:-1]
    chain = np.column_stack((vertex[:-1][same], vertex[1:][same], graph.line[edge[1:][same]]))
    n = len(graph.xy)
    gone = np.minimum(start, end) * n + np.maximum(start, end)
    return np.concatenate((lines[~np.isin(lines[:, 0] * n + lines[:, 1], gone)], chain))


def _merge(a: Ints, b: Ints, on_edge: Ints) -> Ints:
    """Vertex that each vertex becomes: of a pair, the one on the footprint stays, else the lower number."""
    free_last = np.where(on_edge == FIXED, 0, np.where(on_edge >= 0, 1, 2))
    b_stays = (free_last[b] < free_last[a]) | ((free_last[b] == free_last[a]) & (b < a))
    stays, goes = np.where(b_stays, b, a), np.where(b_stays, a, b)
    one = np.arange(len(on_edge), dtype=np.int64)
    order = np.lexsort((stays, free_last[stays], goes))
    order = order[groups.first_of_each(goes[order])]
    one[goes[order]] = stays[order]
    return groups.resolve(one)
