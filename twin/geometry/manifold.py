"""Vertical edges where more than two walls meet: cut roof corners until only two are left.

Around a vertex the faces stand as wedges at their levels. The solid is a 2-manifold there if, for each
height, the wedges above it are neighbours; else four walls share a piece of the vertical edge. Three wedges
are always in order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.levels import Topology, join, lift, take
from twin.geometry.subdivision import Planes

CHAMFER = 50.0  # mm along each of the two edges of a corner that is cut off
CHAMFER_SHARE = 0.3  # of an edge at most, so that the cuts at both ends stay apart
ROUNDS = 12  # one is the rule; a footprint that touches itself loses one wedge per round


def chamfer(topology: Topology, planes: Planes, parts: int) -> tuple[Topology, Bools, Ints]:
    """Cut corners until every vertical edge has two walls and no face touches itself in a vertex.

    If one cut is enough, the corner of one wedge becomes a triangle of a neighbour of another level: a strict
    minimum or maximum around the vertex first. If not, all wedges but the widest lose their corner to it at
    once: every new vertex then has three wedges, and no cut falls on the short edges of an earlier one. The
    outside is given a corner only where the footprint touches itself, and never gives one.

    Returns
    -------
    topology : Topology
        Parts without bad vertices first, as they were; then the repaired ones.
    open_parts : (P,) bool
        Parts that still have a bad vertex.
    cuts : (P,) int64
        Number of corners cut.
    """
    cuts = np.zeros(parts, dtype=np.int64)
    bad = _find_bad(topology, planes)
    if not bad.vertex.any():
        return topology, np.zeros(parts, dtype=bool), cuts
    touched = np.zeros(parts, dtype=bool)
    touched[topology.edges.vertex_part[bad.vertex]] = True
    clean, work = take(topology, ~touched), take(topology, touched)
    for _ in range(ROUNDS):
        bad = _find_bad(work, planes)
        cut, receiver = _choose(work, planes, bad)
        if not cut.any():
            break
        cuts += np.bincount(work.edges.vertex_part[work.origin[cut]], minlength=parts)
        work = _cut(work, planes, cut, receiver)
    still = np.zeros(parts, dtype=bool)
    still[work.edges.vertex_part[bad.vertex]] = True
    return join(clean, work), still, cuts


@dataclass(frozen=True, slots=True)
class _Bad:
    """Vertices to mend, and what of them must change."""

    vertex: Bools  # (V,)
    touching: Bools  # (V,) a face has two wedges here
    walls: Ints  # (V,) most walls over one piece of the vertical edge
    lowest: Ints  # (V,) first node below a piece with more than two walls
    highest: Ints  # (V,) last one


def _find_bad(topology: Topology, planes: Planes) -> _Bad:
    vertices = len(topology.edges.xy)
    degree = np.bincount(topology.origin, minlength=vertices)
    wedge = np.flatnonzero(degree[topology.origin] >= 4)
    one, other = topology.node[wedge], topology.node[topology.clockwise[wedge]]
    # walls that cover the piece from a node to the next one above it
    change = np.zeros(len(topology.node_vertex) + 1, dtype=np.int64)
    np.add.at(change, np.minimum(one, other), 1)
    np.add.at(change, np.maximum(one, other), -1)
    cover = np.cumsum(change)[:-1]
    piece = np.flatnonzero(cover > 2)
    at = topology.node_vertex[piece]
    walls = np.zeros(vertices, dtype=np.int64)
    np.maximum.at(walls, at, cover[piece])
    lowest = np.full(vertices, np.iinfo(np.int64).max)
    highest = np.full(vertices, -1)
    np.minimum.at(lowest, at, piece)
    np.maximum.at(highest, at, piece)
    touching = np.zeros(vertices, dtype=bool)
    key = np.sort(topology.origin[wedge] * len(planes.part) + topology.face[wedge])
    touching[key[1:][key[1:] == key[:-1]] // len(planes.part)] = True
    return _Bad(vertex=touching | (walls > 2), touching=touching, walls=walls, lowest=lowest, highest=highest)


def _choose(topology: Topology, planes: Planes, bad: _Bad) -> tuple[Bools, Ints]:
    """Wedges to cut (2E,) and, for each, the face that is given its corner (2E,)."""
    cut, receiver = np.zeros(len(topology.origin), dtype=bool), topology.face.copy()
    outside = planes.outside[topology.face]
    h = np.flatnonzero(bad.vertex[topology.origin])
    v = topology.origin[h]
    before, after = topology.clockwise[h], _counter_clockwise(topology)[h]
    fits, width = _corner(topology, h, after)
    size = np.bincount(v, minlength=len(bad.vertex))
    outsides = np.bincount(v, weights=outside[h], minlength=len(bad.vertex))

    level, low, high = topology.node[h], topology.node[before], topology.node[after]
    strict = (low - level) * (high - level) > 0
    reach_low = np.where(low < level, np.maximum(low, high), level)
    reach_high = np.where(low < level, level, np.minimum(low, high))
    ends_it = strict & ~bad.touching[v] & (bad.walls[v] == 4)
    ends_it &= (reach_low <= bad.lowest[v]) & (bad.highest[v] < reach_high)
    one_sided = (low == level) != (high == level)
    # the nearest other level changes the shape least; its own level only when nothing else is left
    far = np.iinfo(np.int64).max
    nibble = outsides[v] >= 2
    cost_low = np.where(low == level, far - 1, np.abs(low - level))
    cost_high = np.where(high == level, far - 1, np.abs(high - level))
    cost_low[outside[before] & ~nibble] = far
    cost_high[outside[after] & ~nibble] = far
    cost = np.minimum(cost_low, cost_high)
    single = fits & ~outside[h] & (cost < far) & (ends_it | (size[v] == 4) | nibble)
    kind = np.where(ends_it, 0, np.where(strict, 1, np.where(one_sided, 2, 3)))
    pick = _first_of_each(v, single, (cost, kind))
    cut[h[pick]] = True
    receiver[h[pick]] = topology.face[np.where(cost_low <= cost_high, before, after)[pick]]

    done = np.zeros(len(bad.vertex), dtype=bool)
    done[v[pick]] = True
    widest = _first_of_each(v, ~outside[h] & ~done[v] & ~nibble, (-width,))
    keeps = np.full(len(bad.vertex), -1)
    keeps[v[widest]] = h[widest]
    loses = (keeps[v] >= 0) & (keeps[v] != h) & ~outside[h]
    impossible = np.zeros(len(bad.vertex), dtype=bool)
    impossible[v[loses & ~fits]] = True
    loses &= ~impossible[v]
    cut[h[loses]] = True
    receiver[h[loses]] = topology.face[keeps[v[loses]]]
    return cut, receiver


def _counter_clockwise(topology: Topology) -> Ints:
    after = np.empty(len(topology.clockwise), dtype=np.int64)
    after[topology.clockwise] = np.arange(len(after))
    return after


def _first_of_each(vertex: Ints, allowed: Bools, keys: tuple[Floats | Ints, ...]) -> Ints:
    """Per vertex the allowed row with the least keys (the last key counts most)."""
    rows = np.flatnonzero(allowed)
    rows = rows[np.lexsort((*(key[rows] for key in keys), vertex[rows]))]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = vertex[rows[1:]] != vertex[rows[:-1]]
    return rows[first]


def _corner(topology: Topology, h: Ints, after: Ints) -> tuple[Bools, Floats]:
    """Whether each wedge has a corner to cut on the millimetre grid, and its angle in radians."""
    xy = topology.edges.xy
    v, a, b = xy[topology.origin[h]], xy[topology.target[h]], xy[topology.target[after]]
    p, q = _along(v, a) - v, _along(v, b) - v
    turn = p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]
    a, b = a - v, b - v
    angle = np.arctan2(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], (a * b).sum(axis=1)) % (2 * np.pi)
    return (turn > 0) & (angle < np.pi), angle


def _along(v: Ints, a: Ints) -> Ints:
    d = (a - v).astype(np.float64)
    length = np.hypot(d[:, 0], d[:, 1])
    share: Floats = np.minimum(CHAMFER / np.maximum(length, 1.0), CHAMFER_SHARE)
    return v + np.rint(d * share[:, None]).astype(np.int64)


def _cut(topology: Topology, planes: Planes, cut: Bools, receiver: Ints) -> Topology:
    """Give the corners of the ``cut`` wedges to their receivers, and lift the result again."""
    edges, before, after = topology.edges, topology.clockwise, _counter_clockwise(topology)
    now = np.where(cut, receiver, topology.face)  # face of each wedge next to its vertex
    h = np.flatnonzero(cut | cut[before])
    point = np.full(len(cut), -1)
    point[h] = len(edges.xy) + np.arange(len(h))
    v = topology.origin[h]
    start, end = edges.start.copy(), edges.end.copy()
    forward = h % 2 == 0
    start[h[forward] // 2] = point[h[forward]]
    end[h[~forward] // 2] = point[h[~forward]]
    corner = np.flatnonzero(cut)
    start = np.concatenate((start, v, point[corner]))
    end = np.concatenate((end, point[h], point[after[corner]]))
    left = np.concatenate((edges.left, now[h], receiver[corner]))
    right = np.concatenate((edges.right, now[before[h]], topology.face[corner]))
    chamfered = replace(
        edges,
        xy=np.concatenate((edges.xy, _along(edges.xy[v], edges.xy[topology.target[h]]))),
        vertex_part=np.concatenate((edges.vertex_part, edges.vertex_part[v])),
        start=start,
        end=end,
        left=left,
        right=right,
    )
    keep = np.flatnonzero(left != right)
    keep = keep[np.argsort(chamfered.vertex_part[start[keep]], kind="stable")]
    return lift(chamfered.take(keep), planes)
