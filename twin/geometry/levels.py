"""Heights of the faces around each vertex as numbered 3D nodes; where two planes cross, an edge is split."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.errors import GeometryError
from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.subdivision import HEIGHT_BITS, Planes, Subdivision, turn_order

SNAP = 40  # tenths of a millimetre: heights closer than 4 mm at a vertex are one level
NEAREST_SPLIT = 12.0  # mm: a crossing nearer than this to an end is moved to that end


@dataclass(frozen=True, slots=True)
class Topology:
    """Subdivision with its rings and its 3D nodes.

    Attributes
    ----------
    edges : Subdivision
    origin, target, face : (2E,) int64
        Per half edge, ``face`` on its left.
    following : (2E,) int64
        Next half edge around that face.
    order, clockwise : (2E,) int64
        See :func:`twin.geometry.subdivision.turn_order`.
    node : (2E,) int64
        Node of ``(origin, face)``. Nodes are numbered by (vertex, height), so what lies straight above a
        node is the next number.
    node_vertex : (Q,) int64
    node_height : (Q,) int64 [mm above the part's ground]
    """

    edges: Subdivision
    origin: Ints
    target: Ints
    face: Ints
    following: Ints
    order: Ints
    clockwise: Ints
    node: Ints
    node_vertex: Ints
    node_height: Ints


def lift(faces: Subdivision, planes: Planes) -> Topology:
    """Split edges where their planes cross, and number the levels at each vertex.

    Heights of the incident faces (on the border the ground too) are sorted per vertex; neighbours within
    4 mm are one level. A crossing within 12 mm of an end of its edge joins the two faces at that end. So
    no face passes another along an edge, and walls have one right side.

    Raises
    ------
    GeometryError
        A plane is more than 26 km above the ground.
    """
    edges = _split_crossings(faces, planes)
    origin, target, face = edges.half_edges()
    order, clockwise = turn_order(edges.xy, origin, target)
    twin = np.arange(len(origin)) ^ 1
    following = clockwise[twin]

    height = planes.height(face, edges.xy[origin])
    if len(height) and height.max() >= 1 << HEIGHT_BITS:
        raise GeometryError("a roof plane rises more than 26 km above its ground inside its part")
    ranked = np.argsort((origin << HEIGHT_BITS) + height, kind="stable")
    height, at = height[ranked], origin[ranked]
    same_vertex = at[1:] == at[:-1]
    gap = np.diff(height)
    joined = same_vertex & ((gap <= SNAP) | _between_unsplit_crossings(height, ranked, following)[:-1])
    first = np.concatenate((np.ones(min(1, len(at)), dtype=bool), ~joined))
    starts = np.flatnonzero(first)
    node = np.empty(len(origin), dtype=np.int64)
    node[ranked] = np.cumsum(first) - 1
    return Topology(
        edges=edges,
        origin=origin,
        target=target,
        face=face,
        following=following,
        order=order,
        clockwise=clockwise,
        node=node,
        node_vertex=at[starts],
        node_height=(_level_of_flattest(planes.slope[face[ranked]], height, starts) + 5) // 10,
    )


def _split_crossings(faces: Subdivision, planes: Planes) -> Subdivision:
    at_start, at_end = _steps(faces, planes)
    crosses = np.flatnonzero(_crosses(at_start, at_end))
    share = at_start[crosses] / (at_start[crosses] - at_end[crosses])
    a, b = faces.xy[faces.start[crosses]], faces.xy[faces.end[crosses]]
    length = np.hypot(*(b - a).T.astype(np.float64))
    inside = np.minimum(share, 1.0 - share) * length >= NEAREST_SPLIT
    crosses, share, a, b = crosses[inside], share[inside], a[inside], b[inside]
    if len(crosses) == 0:
        return faces
    middle = len(faces.xy) + np.arange(len(crosses))
    end = faces.end.copy()
    end[crosses] = middle
    # the second half stands right behind the first, so that edges stay sorted by part
    place = np.insert(np.arange(len(end)), crosses + 1, crosses)
    second = crosses + 1 + np.arange(len(crosses))
    start, end = faces.start[place], end[place]
    start[second], end[second] = middle, faces.end[crosses]
    return Subdivision(
        xy=np.concatenate((faces.xy, a + np.rint(share[:, None] * (b - a)).astype(np.int64))),
        vertex_part=np.concatenate((faces.vertex_part, faces.vertex_part[faces.start[crosses]])),
        start=start,
        end=end,
        left=faces.left[place],
        right=faces.right[place],
    )


def _steps(faces: Subdivision, planes: Planes) -> tuple[Ints, Ints]:
    """Height of the left face above the right one at both ends of each edge [0.1 mm]."""
    a, b = faces.xy[faces.start], faces.xy[faces.end]
    return (
        planes.height(faces.left, a) - planes.height(faces.right, a),
        planes.height(faces.left, b) - planes.height(faces.right, b),
    )


def _crosses(at_start: Ints, at_end: Ints) -> Bools:
    # an end within the snap is one level anyway, so nothing can turn inside out there
    return (np.minimum(at_start, at_end) < -SNAP) & (np.maximum(at_start, at_end) > SNAP)


def _between_unsplit_crossings(height: Ints, ranked: Ints, following: Ints) -> Bools:
    """Gaps above each ranked height that must close, because the edge's planes cross next to it."""
    rank = np.empty(len(ranked), dtype=np.int64)
    rank[ranked] = np.arange(len(ranked))
    along = np.arange(0, len(ranked), 2)
    # at the start: left face of the half edge, and of the one that follows its twin
    start_left, start_right = rank[along], rank[following[along + 1]]
    end_left, end_right = rank[following[along]], rank[along + 1]
    at_start, at_end = height[start_left] - height[start_right], height[end_left] - height[end_right]
    crosses = np.flatnonzero(_crosses(at_start, at_end))
    near_start = np.abs(at_start[crosses]) <= np.abs(at_end[crosses])
    one = np.where(near_start, start_left[crosses], end_left[crosses])
    other = np.where(near_start, start_right[crosses], end_right[crosses])
    change = np.zeros(len(ranked), dtype=np.int64)
    np.add.at(change, np.minimum(one, other), 1)
    np.add.at(change, np.maximum(one, other), -1)
    return np.cumsum(change) > 0


def _level_of_flattest(slope: Floats, height: Ints, starts: Ints) -> Ints:
    """Height of each level: that of its flattest face, so flat roofs stay flat; of equals the lowest."""
    if len(starts) == len(height):
        return height
    size = np.diff(np.append(starts, len(height)))
    flattest = np.repeat(np.minimum.reduceat(slope, starts), size) == slope
    return np.minimum.reduceat(np.where(flattest, height, np.iinfo(np.int64).max), starts)


def take(topology: Topology, parts: Bools) -> Topology:
    """Topology of some parts: half edges and nodes of those with ``parts (P,)`` true."""
    part = topology.edges.vertex_part
    keep_edge = parts[part[topology.edges.start]]
    keep = np.repeat(keep_edge, 2)
    keep_node = parts[part[topology.node_vertex]]
    half, node = np.cumsum(keep) - 1, np.cumsum(keep_node) - 1
    return Topology(
        edges=topology.edges.take(keep_edge),
        origin=topology.origin[keep],
        target=topology.target[keep],
        face=topology.face[keep],
        following=half[topology.following[keep]],
        order=half[topology.order[keep[topology.order]]],
        clockwise=half[topology.clockwise[keep]],
        node=node[topology.node[keep]],
        node_vertex=topology.node_vertex[keep_node],
        node_height=topology.node_height[keep_node],
    )


def join(first: Topology, second: Topology) -> Topology:
    """Topology of different parts side by side; the vertices of ``first`` are the first of ``second``."""
    halves, nodes = len(first.origin), len(first.node_vertex)
    a, b = first.edges, second.edges

    def both(one: Ints, other: Ints) -> Ints:
        return np.concatenate((one, other))

    edges = replace(
        b,
        start=both(a.start, b.start),
        end=both(a.end, b.end),
        left=both(a.left, b.left),
        right=both(a.right, b.right),
    )
    return Topology(
        edges=edges,
        origin=both(first.origin, second.origin),
        target=both(first.target, second.target),
        face=both(first.face, second.face),
        following=both(first.following, second.following + halves),
        order=both(first.order, second.order + halves),
        clockwise=both(first.clockwise, second.clockwise + halves),
        node=both(first.node, second.node + nodes),
        node_vertex=both(first.node_vertex, second.node_vertex),
        node_height=both(first.node_height, second.node_height),
    )
