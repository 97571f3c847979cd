"""Footprints cut by roof lines into faces: a planar subdivision, checked part by part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Bytes, Floats, Footprints, Ints
from twin.geometry.components import components
from twin.reconstruction import groups, halfedges
from twin.reconstruction.arrays import Frames
from twin.reconstruction.hits import Outline, centred, cut, outline
from twin.reconstruction.line_columns import Lines
from twin.reconstruction.partition_parameters import PartitionParameters
from twin.reconstruction.reasons import LadderStep, Reason
from twin.reconstruction.snap import FIXED, Graph, snap

LADDER = [
    LadderStep.FULL,
    LadderStep.FULL,  # again, with lines that tie loose islands to the walls
    LadderStep.FULL,  # and again, for islands of islands
    LadderStep.LINES_EXTENDED,
    LadderStep.FEWER_LINES,
    LadderStep.NO_LINES,
]
GRID = 0.001  # m; a vertex on a wall lies at most 0.71 of it beside the wall


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Planar subdivision of many footprints; vertices, edges and faces are in the order of their parts.

    Attributes
    ----------
    xy : (V, 2) float64 [m, RD]
        Footprint vertices exactly as given, others on the millimetre grid.
    vertex_part : (V,) int64
    fixed : (V,) bool
        Vertices of the footprint.
    start, end : (E,) int64
        Footprint edges have the inside on their left; other edges run from the lower number to the higher.
    edge_part : (E,) int64
    boundary : (E,) bool
        Edges of the footprint.
    left, right : (E,) int64
        Faces, -1 for the outside; never equal.
    face_part : (F,) int64
    area : (F,) float64 [m2]
        Positive, without holes; the areas of a part sum to that of its footprint.
    step : (P,) uint8
        :class:`LadderStep` that gave the subdivision; ``NONE`` where the footprint itself is not a polygon.
    reason : (P,) uint8
        :class:`Reason` why the first attempt was not good.
    """

    xy: Floats
    vertex_part: Ints
    fixed: Bools
    start: Ints
    end: Ints
    edge_part: Ints
    boundary: Bools
    left: Ints
    right: Ints
    face_part: Ints
    area: Floats
    step: Bytes
    reason: Bytes

    def __len__(self) -> int:
        return len(self.step)


def arrange(
    footprints: Footprints,
    frames: Frames,
    lines: Lines,
    params: PartitionParameters,
    highest: LadderStep = LadderStep.FULL,
    only: Bools | None = None,
) -> Arrangement:
    """Cut footprints by lines (of the local frames) into faces that tile them.

    Parts that fail a check are tried again with lines from wall to wall, then with the better supported half
    of the lines, then with none. Closed boxes of lines and courtyards become holes in the faces around them.
    Rungs above ``highest`` are left out, for parts of which more lines gave no valid solid; parts beside
    ``only (P,)`` get no faces.

    Returns
    -------
    Arrangement
        A part's share does not depend on the other parts.
    """
    shape, lines = outline(footprints, frames), centred(lines, frames)
    parts = len(footprints)
    step = np.full(parts, LadderStep.NONE, np.uint8)
    reason = np.full(parts, Reason.NOTHING_WRONG, np.uint8)
    pending = np.ones(parts, bool) if only is None else only.copy()
    whole = np.zeros(len(lines), bool)
    attempts: list[Arrangement] = []
    ladder = [rung for rung in LADDER if rung <= highest]
    for number, rung in enumerate(ladder):
        whole |= rung < LadderStep.FULL
        rows = _trial_lines(lines, rung, pending)
        attempt, loose = _attempt(_only(shape, pending), lines.take(rows), whole[rows], params)
        first = pending & (reason == Reason.NOTHING_WRONG)
        reason[first] = attempt.reason[first]
        good = pending & (attempt.reason == Reason.NOTHING_WRONG)
        if [rung] == ladder[number + 1 : number + 2]:
            whole[rows[loose]] = True
            good[lines.part[rows[loose]]] = False
        step[good] = rung
        attempts.append(share(attempt, good))
        pending &= ~good
        if not pending.any():
            break
    reason[pending] = Reason.INVALID_FOOTPRINT
    return in_part_order(attempts, step, reason)


def _trial_lines(lines: Lines, rung: LadderStep, pending: Bools) -> Ints:
    """Rows of the lines of the pending parts that a rung of the ladder uses."""
    use = pending[lines.part]
    if rung == LadderStep.NO_LINES:
        use[:] = False
    elif rung == LadderStep.FEWER_LINES:
        order = np.lexsort((-lines.weight, lines.part))
        place = np.empty(len(order), np.int64)
        place[order] = groups.rank(lines.part, len(pending))
        use &= 2 * place < np.bincount(lines.part, minlength=len(pending))[lines.part]
    return np.flatnonzero(use)


def _only(shape: Outline, parts: Bools) -> Outline:
    """The outline of some parts, which keep their numbers; the others become empty."""
    if parts.all():
        return shape
    vertex = parts[shape.part]
    number = np.cumsum(vertex) - 1
    edge = parts[shape.edge_part]
    return Outline(
        shape.xy[vertex],
        shape.rd[vertex],
        shape.center,
        shape.part[vertex],
        number[shape.start[edge]],
        number[shape.end[edge]],
        shape.edge_part[edge],
    )


def _attempt(
    shape: Outline, lines: Lines, whole: Bools, params: PartitionParameters
) -> tuple[Arrangement, Ints]:
    """One rung of the ladder, with the first failed check per part as reason; lines that should be longer."""
    pieces = cut(shape, lines, whole, params)
    graph, narrow = snap(shape, pieces, params)
    graph, loose = _without_bridges(graph, lines)
    boundary = graph.wall >= 0
    cycles = halfedges.trace(graph.xy, graph.start, graph.end, graph.edge_part)
    found = halfedges.faces(graph.xy, graph.start, graph.end, graph.edge_part, boundary, cycles, len(shape))
    reason = np.full(len(shape), Reason.NOTHING_WRONG, np.uint8)
    reason[found.tangled | _untiled(shape, graph, found)] = Reason.FACES_DO_NOT_TILE
    reason[narrow] = Reason.TOO_NARROW
    reason[_crossing(graph, len(shape))] = Reason.CROSSING_EDGES
    fixed = graph.on_edge == FIXED
    xy = graph.xy + shape.center[graph.vertex_part]
    xy[fixed] = shape.rd
    xy[~fixed] = np.round(xy[~fixed], 3)
    return Arrangement(
        xy=xy,
        vertex_part=graph.vertex_part,
        fixed=fixed,
        start=graph.start,
        end=graph.end,
        edge_part=graph.edge_part,
        boundary=boundary,
        left=found.left,
        right=found.right,
        face_part=found.part,
        area=found.area,
        step=np.zeros(len(shape), np.uint8),
        reason=reason,
    ), loose


def _without_bridges(graph: Graph, lines: Lines) -> tuple[Graph, Ints]:
    """Drop every edge with the same cycle on both sides: dangling ends, and links to islands of lines.

    Such a link was meant to separate two planes and can't, as one can walk around the island. The best
    supported line of each linked island is returned: drawn from wall to wall it ties the island down.
    """
    cycles = halfedges.trace(graph.xy, graph.start, graph.end, graph.edge_part)
    bridge = (cycles.of[0::2] == cycles.of[1::2]) & (graph.wall < 0)
    if not bridge.any():
        return graph, np.empty(0, np.int64)
    keep = ~bridge
    start, end, line = graph.start[keep], graph.end[keep], graph.line[keep]
    clean = Graph(
        graph.xy,
        graph.vertex_part,
        graph.on_edge,
        start,
        end,
        graph.edge_part[keep],
        graph.wall[keep],
        line,
    )
    count, island = components(start, end, len(graph.xy))
    linked = np.zeros(count, bool)
    linked[island[graph.start[bridge]]] = linked[island[graph.end[bridge]]] = True
    linked[island[start[line < 0]]] = False
    rows = np.flatnonzero((line >= 0) & linked[island[start]])
    best = rows[np.lexsort((line[rows], -lines.weight[line[rows]], island[start[rows]]))]
    return clean, np.unique(line[best[groups.first_of_each(island[start[best]])]])


def _untiled(shape: Outline, graph: Graph, found: halfedges.Faces) -> Bools:
    """Parts with an inverted face, or whose faces do not add up to the footprint, or that have none."""
    parts = len(shape)
    area = groups.group_sum(found.area, found.part, parts)
    (x0, y0), (x1, y1) = shape.xy[shape.start].T, shape.xy[shape.end].T
    footprint = groups.group_sum((x0 * y1 - x1 * y0) / 2, shape.edge_part, parts)
    perimeter = groups.group_sum(np.hypot(x1 - x0, y1 - y0), shape.edge_part, parts)
    wrong: Bools = (np.abs(area - footprint) > GRID * perimeter) | (area <= 0)
    wrong[found.part[found.area <= 0]] = True
    wrong[graph.edge_part[found.left == found.right]] = True
    return wrong


def _crossing(graph: Graph, parts: int) -> Bools:
    """Parts with two edges that cross between their ends."""
    (ax, ay), (bx, by) = graph.xy[graph.start].T, graph.xy[graph.end].T
    low, high = np.minimum(ax, bx), np.maximum(ax, bx)
    i, j = groups.sweep(graph.edge_part, low, high, graph.edge_part, low)
    s, e = graph.start, graph.end
    over = (np.minimum(ay, by)[i] <= np.maximum(ay, by)[j]) & (np.minimum(ay, by)[j] <= np.maximum(ay, by)[i])
    i, j = i[over], j[over]
    apart = (s[i] != s[j]) & (s[i] != e[j]) & (e[i] != s[j]) & (e[i] != e[j])
    i, j = i[apart], j[apart]

    def side(edge: Ints, vertex: Ints) -> Floats:
        x, y = graph.xy[vertex].T
        result: Floats = (bx - ax)[edge] * (y - ay[edge]) - (by - ay)[edge] * (x - ax[edge])
        return result

    crosses = (side(i, s[j]) * side(i, e[j]) < 0) & (side(j, s[i]) * side(j, e[i]) < 0)
    wrong = np.zeros(parts, bool)
    wrong[graph.edge_part[i[crosses]]] = True
    return wrong


def share(attempt: Arrangement, good: Bools) -> Arrangement:
    """What belongs to the good parts, without unused vertices."""
    edge = good[attempt.edge_part]
    start, end = attempt.start[edge], attempt.end[edge]
    vertex = np.zeros(len(attempt.xy), bool)
    vertex[start] = vertex[end] = True
    vertex_number = np.cumsum(vertex) - 1
    face = good[attempt.face_part]
    face_number = np.append(np.cumsum(face) - 1, -1)
    return Arrangement(
        xy=attempt.xy[vertex],
        vertex_part=attempt.vertex_part[vertex],
        fixed=attempt.fixed[vertex],
        start=vertex_number[start],
        end=vertex_number[end],
        edge_part=attempt.edge_part[edge],
        boundary=attempt.boundary[edge],
        left=face_number[attempt.left[edge]],
        right=face_number[attempt.right[edge]],
        face_part=attempt.face_part[face],
        area=attempt.area[face],
        step=attempt.step,
        reason=attempt.reason,
    )


def in_part_order(attempts: list[Arrangement], step: Bytes, reason: Bytes) -> Arrangement:
    """One arrangement from the good parts of all attempts."""
    vertex_base = np.cumsum([0, *(len(a.xy) for a in attempts)])
    face_base = np.cumsum([0, *(len(a.area) for a in attempts)])
    vertex_part = np.concatenate([a.vertex_part for a in attempts])
    edge_part = np.concatenate([a.edge_part for a in attempts])
    face_part = np.concatenate([a.face_part for a in attempts])
    vertices = np.argsort(vertex_part, kind="stable")
    edges = np.argsort(edge_part, kind="stable")
    faces = np.argsort(face_part, kind="stable")
    vertex_number: Ints = np.empty_like(vertices)
    face_number: Ints = np.full(len(faces) + 1, -1, np.int64)
    vertex_number[vertices] = np.arange(len(vertices))
    face_number[faces] = np.arange(len(faces))

    def ends(name: str) -> Ints:
        raw: Ints = np.concatenate([getattr(a, name) + vertex_base[k] for k, a in enumerate(attempts)])
        return vertex_number[raw[edges]]

    def sides(name: str) -> Ints:
        own = [getattr(a, name) for a in attempts]
        raw: Ints = np.concatenate([np.where(f < 0, -1, f + face_base[k]) for k, f in enumerate(own)])
        return face_number[raw[edges]]

    return Arrangement(
        xy=np.concatenate([a.xy for a in attempts])[vertices],
        vertex_part=vertex_part[vertices],
        fixed=np.concatenate([a.fixed for a in attempts])[vertices],
        start=ends("start"),
        end=ends("end"),
        edge_part=edge_part[edges],
        boundary=np.concatenate([a.boundary for a in attempts])[edges],
        left=sides("left"),
        right=sides("right"),
        face_part=face_part[faces],
        area=np.concatenate([a.area for a in attempts])[faces],
        step=step,
        reason=reason,
    )
