"""Vertical edges where more than two walls meet: cut one roof's corner until only two are left.

Around a vertex the faces stand as wedges at their levels. The solid is a 2-manifold there if, for each
height, the wedges above it are neighbours; else four walls share a piece of the vertical edge.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.dissolve import shuffled
from twin.geometry.levels import Topology, join, lift, take
from twin.geometry.subdivision import Planes

CHAMFER = 50.0  # mm along each of the two edges of a corner that is cut off
CHAMFER_SHARE = 0.3  # of an edge at most
ROUNDS = 12  # a vertex with d wedges needs at most d - 3


def chamfer(topology: Topology, planes: Planes, parts: int) -> tuple[Topology, Bools, Ints]:
    """Cut corners until every vertical edge has two walls and no face touches itself in a vertex.

    At a bad vertex the corner of one wedge becomes a triangle of a neighbour of another level: a strict
    minimum or maximum around the vertex first, then a wedge that differs from one side only. No two
    vertices of one edge are treated in one round. The outside is given a corner only where the footprint
    touches itself, and never gives one.

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
    bad = _bad_vertices(topology, planes)
    if not bad.any():
        return topology, np.zeros(parts, dtype=bool), cuts
    touched = np.zeros(parts, dtype=bool)
    touched[topology.edges.vertex_part[bad]] = True
    clean, work = take(topology, ~touched), take(topology, touched)
    for _ in range(ROUNDS):
        wedge, receiver, p, q = _choose(work, planes, bad)
        if len(wedge) == 0:
            break
        cuts += np.bincount(work.edges.vertex_part[work.origin[wedge]], minlength=parts)
        work = _cut(work, planes, wedge, receiver, p, q)
        bad = _bad_vertices(work, planes)
        if not bad.any():
            break
    still = np.zeros(parts, dtype=bool)
    still[work.edges.vertex_part[bad]] = True
    return join(clean, work), still, cuts


def _bad_vertices(topology: Topology, planes: Planes) -> Bools:
    vertices = len(topology.edges.xy)
    degree = np.bincount(topology.origin, minlength=vertices)
    wedge = np.flatnonzero(degree[topology.origin] >= 4)  # three wedges are always in order
    bad = np.zeros(vertices, dtype=bool)
    if len(wedge) == 0:
        return bad
    one, other = topology.node[wedge], topology.node[topology.clockwise[wedge]]
    # walls that cover the piece from a node to the next one above it
    change = np.zeros(len(topology.node_vertex) + 1, dtype=np.int64)
    np.add.at(change, np.minimum(one, other), 1)
    np.add.at(change, np.maximum(one, other), -1)
    bad[topology.node_vertex[np.flatnonzero(np.cumsum(change)[:-1] > 2)]] = True
    key = np.sort(topology.origin[wedge] * len(planes.part) + topology.face[wedge])
    bad[key[1:][key[1:] == key[:-1]] // len(planes.part)] = True
    return bad


def _choose(topology: Topology, planes: Planes, bad: Bools) -> tuple[Ints, Ints, Ints, Ints]:
    """One wedge for each bad vertex whose turn it is, the half edge of the receiver, and the two new points."""
    xy, outside = topology.edges.xy, planes.outside
    rank = np.full(len(xy), np.iinfo(np.int64).max)
    rank[bad] = shuffled(xy[bad])
    counter = np.empty(len(topology.clockwise), dtype=np.int64)
    counter[topology.clockwise] = np.arange(len(topology.clockwise))
    outsides = np.bincount(topology.origin[outside[topology.face]], minlength=len(xy))

    # equal ranks at both ends: the smaller vertex number, which is the order within the part, goes first
    waits = np.zeros(len(xy), dtype=bool)
    mine, theirs = rank[topology.origin], rank[topology.target]
    waits[topology.origin[(mine > theirs) | ((mine == theirs) & (topology.origin > topology.target))]] = True
    h = np.flatnonzero((bad & ~waits)[topology.origin] & ~outside[topology.face])

    before, after = topology.clockwise[h], counter[h]
    p, q, fits = _corner(topology, h, after)
    level, low, high = topology.node[h], topology.node[before], topology.node[after]
    step_low, step_high = low - level, high - level
    strict = step_low * step_high > 0
    one_sided = (step_low == 0) != (step_high == 0)
    may_nibble = outsides[topology.origin[h]] >= 2
    low_takes = ~outside[topology.face[before]] | may_nibble
    high_takes = ~outside[topology.face[after]] | may_nibble
    # the nearest other level changes the shape least; a level of its own only when nothing else is left
    far = np.iinfo(np.int64).max
    cost_low = np.where(low_takes, np.where(step_low == 0, far - 1, np.abs(step_low)), far)
    cost_high = np.where(high_takes, np.where(step_high == 0, far - 1, np.abs(step_high)), far)
    receiver = np.where(cost_low <= cost_high, before, after)
    possible = fits & (np.minimum(cost_low, cost_high) < far)
    kind = np.where(strict, 0, np.where(one_sided, 1, 2))

    h, p, q, receiver, kind = h[possible], p[possible], q[possible], receiver[possible], kind[possible]
    cost = np.minimum(cost_low, cost_high)[possible]
    choice = np.lexsort((topology.face[h], cost, kind, topology.origin[h]))
    vertex = topology.origin[h[choice]]
    choice = choice[np.concatenate((np.ones(min(1, len(vertex)), dtype=bool), vertex[1:] != vertex[:-1]))]
    return h[choice], receiver[choice], p[choice], q[choice]


def _corner(topology: Topology, h: Ints, after: Ints) -> tuple[Ints, Ints, Bools]:
    xy = topology.edges.xy
    v = xy[topology.origin[h]]
    p, q = _along(v, xy[topology.target[h]]), _along(v, xy[topology.target[after]])
    a, b = p - v, q - v
    fits = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] > 0) & _moved(p, v, xy[topology.target[h]])
    return p, q, fits & _moved(q, v, xy[topology.target[after]])


def _along(v: Ints, a: Ints) -> Ints:
    d = (a - v).astype(np.float64)
    length = np.hypot(d[:, 0], d[:, 1])
    share: Floats = np.minimum(CHAMFER / np.maximum(length, 1.0), CHAMFER_SHARE)
    return v + np.rint(d * share[:, None]).astype(np.int64)


def _moved(p: Ints, v: Ints, a: Ints) -> Bools:
    return (p != v).any(axis=1) & (p != a).any(axis=1)


def _cut(topology: Topology, planes: Planes, wedge: Ints, receiver: Ints, p: Ints, q: Ints) -> Topology:
    edges, k = topology.edges, len(wedge)
    counter = np.empty(len(topology.clockwise), dtype=np.int64)
    counter[topology.clockwise] = np.arange(len(topology.clockwise))
    after = counter[wedge]
    v, f, g = topology.origin[wedge], topology.face[wedge], topology.face[receiver]
    new_p, new_q = len(edges.xy) + np.arange(k), len(edges.xy) + k + np.arange(k)
    start, end = edges.start.copy(), edges.end.copy()
    for half, new in ((wedge, new_p), (after, new_q)):
        forward = half % 2 == 0
        start[half[forward] // 2] = new[forward]
        end[half[~forward] // 2] = new[~forward]
    start = np.concatenate((start, v, v, new_p))
    end = np.concatenate((end, new_p, new_q, new_q))
    left = np.concatenate((edges.left, g, topology.face[after], g))
    right = np.concatenate((edges.right, topology.face[topology.clockwise[wedge]], g, f))
    part = edges.vertex_part[v]
    cut = replace(
        edges,
        xy=np.concatenate((edges.xy, p, q)),
        vertex_part=np.concatenate((edges.vertex_part, part, part)),
        start=start,
        end=end,
        left=left,
        right=right,
    )
    keep = np.flatnonzero(left != right)
    keep = keep[np.argsort(cut.vertex_part[start[keep]], kind="stable")]
    return lift(cut.take(keep), planes)
