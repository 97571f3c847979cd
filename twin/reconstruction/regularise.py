"""One line where several say the same, and none along a wall."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Bools, Floats, Footprints, Ints
from twin.geometry.ragged import ring_successor
from twin.reconstruction import groups
from twin.reconstruction.arrays import Frames
from twin.reconstruction.frame import vertex_part
from twin.reconstruction.line_columns import LineKind, Lines
from twin.reconstruction.partition_parameters import PartitionParameters

LONG_WALL = 2.0  # m; shorter walls have no certain direction
ALONG_SHARE = 0.7  # of a line's support beside walls makes it a wall's line


def regularise(lines: Lines, footprints: Footprints, frames: Frames, params: PartitionParameters) -> Lines:
    """Drop lines along walls and let each line absorb its near-parallel, overlapping neighbours.

    Intersections win over steps, then the better supported line wins. The winner keeps its place, so that the
    intersection lines of three planes still meet in one point, and gets the stretch of all it absorbed.
    """
    lines = lines.take(np.flatnonzero(~_along_wall(lines, footprints, frames, params)))
    i, j = _same(lines, len(footprints), params)
    order = np.lexsort((-lines.weight, lines.kind != LineKind.INTERSECTION, lines.part))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    better, worse = np.where(rank[i] < rank[j], i, j), np.where(rank[i] < rank[j], j, i)

    t0, t1 = lines.t0.copy(), lines.t1.copy()
    active, kept = np.ones(len(lines), bool), np.zeros(len(lines), bool)
    while active.any():
        live = active[better] & active[worse]
        better, worse = better[live], worse[live]
        wins = active.copy()
        wins[worse] = False
        absorbed = wins[better]
        _stretch(lines, better[absorbed], worse[absorbed], t0, t1)
        kept |= wins
        active &= ~wins
        active[worse[absorbed]] = False
    longer = Lines(lines.part, lines.normal, lines.offset, t0, t1, lines.weight, lines.kind)
    return longer.take(np.flatnonzero(kept))


def align_with_walls(
    lines: Lines, footprints: Footprints, frames: Frames, params: PartitionParameters
) -> Lines:
    """Turn each line about its middle to the nearest direction of a wall, if that is near enough.

    Party walls continue as steps of the roof, and a pixel staircase tells a direction less well than a wall.
    """
    part = vertex_part(footprints)
    line, edge = groups.cross(lines.part, groups.offsets(part, len(footprints)))
    onward = ring_successor(footprints.ring_offsets)[edge]
    run = frames.to_local(footprints.xy[onward], part[edge]) - frames.to_local(
        footprints.xy[edge], part[edge]
    )
    length = np.hypot(*run.T)
    x, y = (run * lines.direction[line]).sum(axis=1), (run * lines.normal[line]).sum(axis=1)
    angle = np.arctan2(y, x)
    turn = angle - np.pi * np.rint(angle / np.pi)
    near = np.flatnonzero((length > LONG_WALL) & (np.abs(turn) < np.radians(params.oblique_angle)))
    order = near[np.lexsort((edge[near], np.abs(turn[near]), line[near]))]
    order = order[groups.first_of_each(line[order])]
    turned = np.zeros(len(lines))
    turned[line[order]] = turn[order]

    middle = _at(lines, np.arange(len(lines)), (lines.t0 + lines.t1) / 2)
    half = (lines.t1 - lines.t0) / 2
    c, s = np.cos(turned)[:, None], np.sin(turned)[:, None]
    normal = c * lines.normal - s * lines.direction
    t = middle[:, 1] * normal[:, 0] - middle[:, 0] * normal[:, 1]
    offset = (middle * normal).sum(axis=1)
    return Lines(lines.part, normal, offset, t - half, t + half, lines.weight, lines.kind)


def _along_wall(lines: Lines, footprints: Footprints, frames: Frames, params: PartitionParameters) -> Bools:
    """Lines of which most lies beside near-parallel footprint edges."""
    part = vertex_part(footprints)
    xy = frames.to_local(footprints.xy, part)
    line, edge = groups.cross(lines.part, groups.offsets(part, len(footprints)))
    a, b = xy[edge], xy[ring_successor(footprints.ring_offsets)[edge]]
    normal, direction = lines.normal[line], lines.direction[line]
    ta, tb = (a * direction).sum(axis=1), (b * direction).sum(axis=1)
    da = (a * normal).sum(axis=1) - lines.offset[line]
    db = (b * normal).sum(axis=1) - lines.offset[line]
    length = np.hypot(ta - tb, da - db)
    low = np.maximum(np.minimum(ta, tb), lines.t0[line])
    high = np.minimum(np.maximum(ta, tb), lines.t1[line])
    parallel = np.abs(da - db) < np.sin(np.radians(params.parallel_angle)) * length
    rise = (db - da) / np.where(parallel, tb - ta, 1.0)
    away = np.maximum(np.abs(da + (low - ta) * rise), np.abs(da + (high - ta) * rise))
    beside = parallel & (high > low) & (away < params.along_edge_distance)
    covered = np.bincount(line[beside], weights=(high - low)[beside], minlength=len(lines))
    return covered > ALONG_SHARE * (lines.t1 - lines.t0)


def _same(lines: Lines, parts: int, params: PartitionParameters) -> tuple[Ints, Ints]:
    """Pairs of lines that are one: nearly parallel, and near as far as they run beside each other."""
    i, j = groups.pairs(groups.offsets(lines.part, parts))
    parallel = np.abs((lines.normal[i] * lines.normal[j]).sum(axis=1)) > np.cos(
        np.radians(params.parallel_angle)
    )
    i, j = i[parallel], j[parallel]
    t_low, t_high = _projected(lines, i, j)
    low, high = np.maximum(t_low, lines.t0[i]), np.minimum(t_high, lines.t1[i])
    ends = [(_at(lines, i, t) * lines.normal[j]).sum(axis=1) - lines.offset[j] for t in (low, high)]
    away = np.abs(ends).max(axis=0)
    both = (lines.kind[i] == LineKind.INTERSECTION) & (lines.kind[j] == LineKind.INTERSECTION)
    limit = np.where(both, params.merge_distance_intersections, params.merge_distance)
    one = (high > low) & (away < limit)
    return i[one], j[one]


def _stretch(lines: Lines, winner: Ints, loser: Ints, t0: Floats, t1: Floats) -> None:
    """Lengthen winners over their losers, in place."""
    low, high = _projected(lines, winner, loser)
    np.minimum.at(t0, winner, low)
    np.maximum.at(t1, winner, high)


def _projected(lines: Lines, onto: Ints, line: Ints) -> tuple[Floats, Floats]:
    """Stretch of ``line`` along the direction of the lines ``onto``."""
    direction = lines.direction[onto]
    a = (_at(lines, line, lines.t0[line]) * direction).sum(axis=1)
    b = (_at(lines, line, lines.t1[line]) * direction).sum(axis=1)
    return np.minimum(a, b), np.maximum(a, b)


def _at(lines: Lines, line: Ints, t: Floats) -> Floats:
    """Point of each line at ``t``."""
    result: Floats = lines.normal[line] * lines.offset[line, None] + lines.direction[line] * t[:, None]
    return result
