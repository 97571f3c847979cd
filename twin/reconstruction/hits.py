"""Where roof lines meet the walls and one another, and how far each line runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Floats, Footprints, Ints
from twin.geometry.ragged import ring_successor
from twin.reconstruction import groups
from twin.reconstruction.arrays import Frames
from twin.reconstruction.frame import vertex_part
from twin.reconstruction.line_columns import Lines
from twin.reconstruction.partition_parameters import PartitionParameters

ON_SUPPORT = 1e-9  # m; two computations of one crossing differ by less


@dataclass(frozen=True, slots=True)
class Outline:
    """Footprints around the centre of their part, in RD axes; equal vertices of one part are one.

    Attributes
    ----------
    xy : (V, 2) float64 [m]
    rd : (V, 2) float64 [m, RD]
        The same vertices exactly as given.
    center : (P, 2) float64 [m, RD]
    part : (V,) int64
        Ascending.
    start, end : (E,) int64
        The inside is on the left.
    edge_part : (E,) int64
        Ascending.
    """

    xy: Floats
    rd: Floats
    center: Floats
    part: Ints
    start: Ints
    end: Ints
    edge_part: Ints

    def __len__(self) -> int:
        return len(self.center)


@dataclass(frozen=True, slots=True)
class Pieces:
    """Lines cut at every crossing, of which only the pieces inside the footprint remain.

    Attributes
    ----------
    xy : (H, 2) float64 [m]
        Crossings, around the centre of their part.
    part : (H,) int64
    on_edge : (H,) int64
        Edge of the outline that the crossing lies on, -1 for a crossing of lines.
    start, end : (M,) int64
        Crossings at both ends of a piece.
    line : (M,) int64
        Ascending.
    """

    xy: Floats
    part: Ints
    on_edge: Ints
    start: Ints
    end: Ints
    line: Ints


def outline(footprints: Footprints, frames: Frames) -> Outline:
    """Footprints as a graph around the centres of ``frames``."""
    part = vertex_part(footprints)
    xy = footprints.xy - frames.center[part]
    vertex = np.arange(len(xy), dtype=np.int64)
    onward = ring_successor(footprints.ring_offsets)

    order = np.lexsort((xy[:, 1], xy[:, 0], part))
    same = (part[order[1:]] == part[order[:-1]]) & (xy[order[1:]] == xy[order[:-1]]).all(axis=1)
    new = np.concatenate((np.ones(min(len(order), 1), bool), ~same))
    one = np.empty_like(vertex)
    one[order] = order[np.flatnonzero(new)[np.cumsum(new) - 1]]
    kept = one == vertex
    number = (np.cumsum(kept) - 1)[one]
    return Outline(xy[kept], footprints.xy[kept], frames.center, part[kept], number, number[onward], part)


def centred(lines: Lines, frames: Frames) -> Lines:
    """Lines of the local frames as lines around the centres, in RD axes."""
    c, s = frames.cos[lines.part], frames.sin[lines.part]
    nx, ny = lines.normal.T
    corner = frames.corner[lines.part]
    along = ny * -corner[:, 0] + nx * corner[:, 1]
    return Lines(
        part=lines.part,
        normal=np.column_stack((c * nx - s * ny, s * nx + c * ny)),
        offset=lines.offset + nx * corner[:, 0] + ny * corner[:, 1],
        t0=lines.t0 + along,
        t1=lines.t1 + along,
        weight=lines.weight,
        kind=lines.kind,
    )


def cut(shape: Outline, lines: Lines, whole: Bools, params: PartitionParameters) -> Pieces:
    """Extend lines to where they stop and cut them.

    A line end runs on to the next wall, or to the next line whose support (a little longer) holds the
    crossing; that line is lengthened to reach the crossing. Lines in the mask ``whole (L,)`` run from wall to
    wall.
    """
    direction = lines.direction
    wall_line, wall_edge = groups.cross(lines.part, groups.offsets(shape.edge_part, len(shape)))
    wall_line, wall_edge, wall_xy = _wall_hits(shape, lines, wall_line, wall_edge)
    wall_t = (wall_xy * direction[wall_line]).sum(axis=1)
    i, j, cross_xy = _line_hits(lines, len(shape))
    ti, tj = (cross_xy * direction[i]).sum(axis=1), (cross_xy * direction[j]).sum(axis=1)

    t0, t1 = _extend(lines, whole, wall_line, wall_t, i, j, ti, tj, params)
    both = np.flatnonzero(
        (ti >= t0[i] - ON_SUPPORT)
        & (ti <= t1[i] + ON_SUPPORT)
        & (tj >= t0[j] - ON_SUPPORT)
        & (tj <= t1[j] + ON_SUPPORT)
    )
    xy = np.concatenate((wall_xy, cross_xy[both]))
    on_edge = np.concatenate((wall_edge, np.full(len(both), -1, np.int64)))
    part = lines.part[np.concatenate((wall_line, i[both]))]

    walls, crossings = np.arange(len(wall_xy)), np.arange(len(wall_xy), len(xy))
    line = np.concatenate((wall_line, i[both], j[both]))
    point = np.concatenate((walls, crossings, crossings))
    t = np.concatenate((wall_t, ti[both], tj[both]))
    order = np.lexsort((point, t, line))
    line, point, t = line[order], point[order], t[order]
    return _inside_pieces(
        xy, part, on_edge, line, point, (t >= t0[line] - ON_SUPPORT) & (t <= t1[line] + ON_SUPPORT)
    )


def _wall_hits(shape: Outline, lines: Lines, line: Ints, edge: Ints) -> tuple[Ints, Ints, Floats]:
    """Crossings of lines with walls; a line through a corner meets an odd number of its two walls or none."""
    a, b = shape.xy[shape.start[edge]], shape.xy[shape.end[edge]]
    normal, offset = lines.normal[line], lines.offset[line]
    da = (a * normal).sum(axis=1) - offset
    db = (b * normal).sum(axis=1) - offset
    meets = np.flatnonzero((da > 0) != (db > 0))
    share = (da[meets] / (da[meets] - db[meets]))[:, None]
    return line[meets], edge[meets], a[meets] + share * (b[meets] - a[meets])


def _line_hits(lines: Lines, parts: int) -> tuple[Ints, Ints, Floats]:
    """Crossings of the infinite lines ``i < j`` of a part, except of parallel ones."""
    i, j = groups.pairs(groups.offsets(lines.part, parts))
    (ax, ay), (bx, by) = lines.normal[i].T, lines.normal[j].T
    determinant = ax * by - ay * bx
    meets = np.flatnonzero(np.abs(determinant) > 1e-3)
    i, j, d = i[meets], j[meets], determinant[meets]
    ci, cj = lines.offset[i], lines.offset[j]
    x = (ci * by[meets] - cj * ay[meets]) / d
    y = (cj * ax[meets] - ci * bx[meets]) / d
    return i, j, np.column_stack((x, y))


def _extend(
    lines: Lines,
    whole: Bools,
    wall_line: Ints,
    wall_t: Floats,
    i: Ints,
    j: Ints,
    ti: Floats,
    tj: Floats,
    params: PartitionParameters,
) -> tuple[Floats, Floats]:
    """Ends ``t0, t1`` of the lines after extension."""
    n = len(lines.part)
    reach = params.stop_reach
    held_i = (tj >= lines.t0[j] - reach) & (tj <= lines.t1[j] + reach)
    held_j = (ti >= lines.t0[i] - reach) & (ti <= lines.t1[i] + reach)
    line = np.concatenate((wall_line, i[held_i], j[held_j]))
    t = np.concatenate((wall_t, ti[held_i], tj[held_j]))
    none = np.full(len(wall_line), -1, np.int64)
    other = np.concatenate((none, j[held_i], i[held_j]))
    other_t = np.concatenate((wall_t, tj[held_i], ti[held_j]))

    overrun = np.where(
        lines.t1 - lines.t0 < params.min_line_length - 1e-6, params.short_overrun, params.overrun
    )
    # Ends beyond the last wall stop nowhere; they have no piece inside anyway.
    t1 = groups.group_min(*_ahead(t, line, lines.t1 + overrun), n, np.inf)
    t0 = -groups.group_min(*_ahead(-t, line, overrun - lines.t0), n, np.inf)

    stops = (other >= 0) & ((t == t1[line]) | (t == t0[line]))
    t0 = np.minimum(t0, groups.group_min(other_t[stops], other[stops], n, np.inf))
    t1 = np.maximum(t1, groups.group_max(other_t[stops], other[stops], n, -np.inf))
    return np.where(whole, -np.inf, t0), np.where(whole, np.inf, t1)


def _ahead(t: Floats, line: Ints, end: Floats) -> tuple[Floats, Ints]:
    """Stops at or after the end of their line."""
    rows = np.flatnonzero(t >= end[line] - ON_SUPPORT)
    return t[rows], line[rows]


def _inside_pieces(xy: Floats, part: Ints, on_edge: Ints, line: Ints, point: Ints, in_range: Bools) -> Pieces:
    """Pieces between consecutive crossings of a line that have met the walls an odd number of times."""
    walls = np.cumsum(on_edge[point] >= 0)
    first = np.flatnonzero(groups.first_of_each(line))
    size = np.diff(np.append(first, len(line)))
    base: Ints = np.repeat(walls[first] - (on_edge[point[first]] >= 0), size)
    odd = (walls - base) % 2 == 1
    piece = np.flatnonzero((line[1:] == line[:-1]) & odd[:-1] & in_range[:-1] & in_range[1:])
    start, end = point[piece], point[piece + 1]
    used = np.zeros(len(xy), bool)
    used[start] = used[end] = True
    number = np.cumsum(used) - 1
    return Pieces(xy[used], part[used], on_edge[used], number[start], number[end], line[piece])
