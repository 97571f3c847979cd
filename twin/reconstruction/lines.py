"""Roof lines from pixel borders: intersections of planes, and steps between them."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Bools, Floats, Footprints, Ints
from twin.geometry.ordering import numbered
from twin.reconstruction import groups
from twin.reconstruction.arrays import Atlas, Frames, RoofPoints, Segments
from twin.reconstruction.borders import Borders, find_borders
from twin.reconstruction.line_columns import LineKind, Lines, StepLines, joined
from twin.reconstruction.partition_parameters import PartitionParameters
from twin.reconstruction.refine import refine
from twin.reconstruction.regularise import align_with_walls, regularise

FEW = 2  # lines between two segments along one axis; the staircase of an oblique border has more


def find_lines(
    footprints: Footprints,
    frames: Frames,
    atlas: Atlas,
    points: RoofPoints,
    segments: Segments,
    params: PartitionParameters,
) -> Lines:
    """Lines along which a roof changes from one plane to another, in the local frames.

    Border pixels near the intersection of their two planes support that exact line. Other borders with a
    height jump are steps: one oblique line where they are straight and off the main directions, else the
    peaks of their histogram of offsets, refined with the points on both sides.

    Returns
    -------
    Lines
        Regularised: none doubles another or a wall. A part with more lines than ``max_lines`` keeps the best
        supported; one with more planes than ``max_planes`` has none.
    """
    borders = find_borders(atlas, points, segments, params.fill_rounds)
    pairs = _pairs(borders)
    found, supports = _intersections(borders, pairs, segments, atlas.pixel, params)
    rest = borders.take(~supports)
    rest = rest.take(_jump(rest, segments) > params.min_step)
    oblique, oblique_owner = _oblique_steps(rest, atlas.pixel, params)
    aligned = align_with_walls(oblique.lines, footprints, frames, params)
    oblique = StepLines(aligned, oblique.negative, oblique.positive)
    straight = rest.take(oblique_owner < 0)
    axis, axis_owner, alike = _axis_steps(straight, atlas.pixel)
    oblique, supporting, owner = _only(oblique, _long(oblique, params), oblique_owner)
    steps = [refine(oblique, rest.take(supporting), owner, atlas, points, segments)]
    sides = _long(axis, params) | _short_sides(axis, alike, atlas, segments, params)
    sides |= _necks(axis, pairs, atlas.pixel)
    axis, supporting, owner = _only(axis, sides, axis_owner)
    steps.append(refine(axis, straight.take(supporting), owner, atlas, points, segments))
    lines = joined([found, *steps])
    lines = _within_bounds(lines, np.bincount(segments.part, minlength=len(footprints)), params)
    return regularise(lines, footprints, frames, params)


def _intersections(
    borders: Borders,
    pairs: tuple[Ints, Ints, Ints],
    segments: Segments,
    pixel: float,
    params: PartitionParameters,
) -> tuple[Lines, Bools]:
    """Lines in which planes meet, and which borders support one."""
    low, high, pair = pairs
    a, b, c = (segments.plane[low] - segments.plane[high]).T
    gradient = np.hypot(a, b)
    meets = gradient > params.min_gradient_change
    scale = np.where(meets, gradient, 1.0)
    normal, offset = np.column_stack((a, b)) / scale[:, None], -c / scale
    away = (normal[pair] * borders.xy).sum(axis=1) - offset[pair]
    near = meets[pair] & (np.abs(away) < params.intersection_reach)
    t0, t1, weight = _support(borders.xy[near], normal, pair[near], pixel)
    length = t1 - t0
    keep = (length >= params.min_line_length) & (weight >= params.min_support_share * length)
    lines = Lines(
        part=segments.part[low],
        normal=normal,
        offset=offset,
        t0=t0,
        t1=t1,
        weight=weight,
        kind=np.full(len(low), LineKind.INTERSECTION, np.uint8),
    )
    return lines.take(np.flatnonzero(keep)), near & keep[pair]


def _jump(borders: Borders, segments: Segments) -> Floats:
    """Height difference of the two planes at each border."""
    a, b, c = (segments.plane[borders.below] - segments.plane[borders.above]).T
    result: Floats = np.abs(a * borders.xy[:, 0] + b * borders.xy[:, 1] + c)
    return result


def _oblique_steps(borders: Borders, pixel: float, params: PartitionParameters) -> tuple[StepLines, Ints]:
    """Pairs of segments with one straight border off the main directions; the line of each border or -1.

    The line is the principal axis of the midpoints.
    """
    low, high, pair = _pairs(borders)
    n = np.bincount(pair, minlength=len(low))
    mean = np.column_stack([np.bincount(pair, weights=c, minlength=len(low)) / n for c in borders.xy.T])
    dx, dy = (borders.xy - mean[pair]).T
    xx, xy, yy = (np.bincount(pair, weights=w, minlength=len(low)) / n for w in (dx * dx, dx * dy, dy * dy))
    angle = np.arctan2(2 * xy, xx - yy) / 2
    spread = np.hypot((xx - yy) / 2, xy)
    major, minor = np.sqrt((xx + yy) / 2 + spread), np.sqrt(np.maximum((xx + yy) / 2 - spread, 0))
    off_axis = np.abs((np.degrees(angle) + 45) % 90 - 45)
    deviation = np.sqrt(12) * major * np.sin(np.radians(off_axis))  # across the axis, from end to end
    straight = (minor < params.straight_sd) & (major > params.straight_length_sd)
    straight &= (off_axis > params.oblique_angle) & (deviation > params.oblique_deviation)
    number = np.where(straight, np.cumsum(straight) - 1, -1)
    owner = number[pair]

    normal = np.column_stack((-np.sin(angle), np.cos(angle)))[straight]
    offset = (normal * mean[straight]).sum(axis=1)
    mine = owner >= 0
    t0, t1, weight = _support(borders.xy[mine], normal, owner[mine], pixel)
    # The lower segment number lies on the negative side if most borders say so.
    toward = (
        np.where(borders.axis == 0, normal[owner, 0], normal[owner, 1])
        if len(normal)
        else np.zeros(len(owner))
    )
    vote = np.where(borders.below == low[pair], toward, -toward)
    negative_low = np.bincount(owner[mine], weights=vote[mine], minlength=len(normal)) > 0
    low_of, high_of = low[straight], high[straight]
    lines = Lines(
        part=_part_of(borders, pair, len(low))[straight],
        normal=normal,
        offset=offset,
        t0=t0,
        t1=t1,
        weight=weight,
        kind=np.full(len(normal), LineKind.OBLIQUE_STEP, np.uint8),
    )
    negative = np.where(negative_low, low_of, high_of)
    return StepLines(lines, negative, low_of + high_of - negative), owner


def _only(steps: StepLines, keep: Bools, owner: Ints) -> tuple[StepLines, Ints, Ints]:
    """Some of the lines, the rows of the borders that support them, and the line of each of those."""
    rows = np.flatnonzero(keep)
    number = np.append(np.where(keep, np.cumsum(keep) - 1, -1), -1)[owner]
    kept = StepLines(steps.lines.take(rows), steps.negative[rows], steps.positive[rows])
    borders = np.flatnonzero(number >= 0)
    return kept, borders, number[borders]


def _long(steps: StepLines, params: PartitionParameters) -> Bools:
    return np.asarray(steps.lines.t1 - steps.lines.t0 >= params.min_line_length - 1e-6)


def _short_sides(
    steps: StepLines, alike: Ints, atlas: Atlas, segments: Segments, params: PartitionParameters
) -> Bools:
    """Axis steps that are a side of a small segment, as of a dormer, however short they are.

    The smaller of the two segments reaches no farther along the line than ``short_side`` and has no long step
    on that side; and the two share `FEW` such lines at most.
    """
    count = len(segments.plane)
    held = np.flatnonzero(segments.pixel_segment >= 0)
    segment, part = segments.pixel_segment[held], atlas.part[held]
    size = np.bincount(segment, minlength=count)
    row, column = np.divmod(held - atlas.offset[part], atlas.stride[held])
    reach = [
        groups.group_max(at, segment, count, 0) - groups.group_min(at, segment, count, len(atlas.part)) + 1
        for at in (row, column)
    ]
    axis = np.argmax(np.abs(steps.lines.normal), axis=1)
    first = size[steps.negative] <= size[steps.positive]
    small = np.where(first, steps.negative, steps.positive)
    side = 2 * (2 * small + axis) + first
    has_long = np.bincount(side, weights=_long(steps, params), minlength=4 * count) > 0
    along = np.concatenate(reach)[axis * count + small] * atlas.pixel
    return np.asarray((along <= params.short_side) & ~has_long[side] & (alike <= FEW))


def _necks(steps: StepLines, pairs: tuple[Ints, Ints, Ints], pixel: float) -> Bools:
    """Axis steps that are all that two segments share, as where an annex hangs on a narrow neck."""
    low, high, pair = pairs
    if not len(low):
        return np.zeros(len(steps), bool)
    pitch = int(high.max()) + 1
    key = np.minimum(steps.negative, steps.positive) * pitch + np.maximum(steps.negative, steps.positive)
    shared = np.bincount(pair)[np.searchsorted(low * pitch + high, key)]
    return np.asarray(np.rint(steps.lines.weight / pixel) == shared)


def _axis_steps(borders: Borders, pixel: float) -> tuple[StepLines, Ints, Ints]:
    """Peaks of the histogram of offsets per ordered pair of segments and axis; the line of each border.

    Ordered, so that the two opposite sides of a penthouse never become one line. A bin beside a peak joins
    it; the rest is searched again. And how many lines each pair and axis has: the side of a dormer is one
    line or two, an oblique border many.
    """
    across = np.rint(borders.xy[np.arange(len(borders.axis)), borders.axis] / pixel).astype(np.int64)
    order = np.lexsort((across, borders.above, borders.below, borders.axis))
    fields = np.stack((borders.axis, borders.below, borders.above, across))[:, order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (fields[:, 1:] != fields[:, :-1]).any(axis=0)
    first = np.flatnonzero(fresh)
    count = np.diff(np.append(first, len(order)))
    axis, below, above, place = fields[:, first]
    adjacent = np.zeros(len(first) + 1, bool)  # bin k continues bin k-1
    adjacent[1:-1] = (np.diff(fields[:3, first], axis=1) == 0).all(axis=0) & (np.diff(place) == 1)

    peak_of = np.full(len(first), -1, np.int64)
    bins = np.arange(len(first), dtype=np.int64)
    while (peak_of < 0).any():
        open_count = np.append(np.where(peak_of < 0, count, 0), 0)
        before = np.where(adjacent[:-1], open_count[bins - 1], 0)
        after = np.where(adjacent[1:], open_count[bins + 1], 0)
        peak = (peak_of < 0) & (open_count[:-1] > before) & (open_count[:-1] >= after)
        joined = np.where(before >= after, bins - 1, bins + 1)
        joins = (
            (peak_of < 0) & ~peak & (np.maximum(before, after) > 0) & peak[np.minimum(joined, len(bins) - 1)]
        )
        peak_of[peak] = bins[peak]
        peak_of[joins] = joined[joins]

    peaks, number = np.unique(peak_of, return_inverse=True)
    owner = np.empty(len(order), np.int64)
    owner[order] = np.repeat(number, count)
    normal = np.column_stack((axis[peaks] == 0, axis[peaks] == 1)).astype(np.float64)
    t0, t1, weight = _support(borders.xy, normal, owner, pixel)
    lines = Lines(
        part=_part_of(borders, owner, len(peaks)),
        normal=normal,
        offset=place[peaks] * pixel,
        t0=t0,
        t1=t1,
        weight=weight,
        kind=np.full(len(peaks), LineKind.AXIS_STEP, np.uint8),
    )
    pair = np.cumsum(np.append(True, (np.diff(fields[:3][:, first][:, peaks], axis=1) != 0).any(axis=0))) - 1
    alike = np.bincount(pair)[pair] if len(peaks) else peaks
    return StepLines(lines, below[peaks], above[peaks]), owner, alike


def _pairs(borders: Borders) -> tuple[Ints, Ints, Ints]:
    """Unordered pairs of segments, lower and higher number, and the pair of each border."""
    low, high = np.minimum(borders.below, borders.above), np.maximum(borders.below, borders.above)
    pitch = int(high.max()) + 1 if len(high) else 1
    keys, pair = numbered(low * pitch + high)
    return keys // pitch, keys % pitch, pair


def _part_of(borders: Borders, owner: Ints, count: int) -> Ints:
    part = np.zeros(count, np.int64)
    part[owner[owner >= 0]] = borders.part[owner >= 0]
    return part


def _support(xy: Floats, normal: Floats, line: Ints, pixel: float) -> tuple[Floats, Floats, Floats]:
    """Stretch ``t0, t1`` along each line that its borders cover, and their total length."""
    t = xy[:, 1] * normal[line, 0] - xy[:, 0] * normal[line, 1]
    t0 = groups.group_min(t, line, len(normal), np.inf) - pixel / 2
    t1 = groups.group_max(t, line, len(normal), -np.inf) + pixel / 2
    weight = np.bincount(line, minlength=len(normal)).astype(np.float64) * pixel
    return t0, t1, weight


def _within_bounds(lines: Lines, planes: Ints, params: PartitionParameters) -> Lines:
    """Lines that the memory of one part can hold, as pairs of lines and of faces and planes are listed."""
    order = np.lexsort((-lines.weight, lines.part))
    place = np.empty(len(order), np.int64)
    place[order] = groups.rank(lines.part, len(planes))
    few = (place < params.max_lines) & (planes[lines.part] <= params.max_planes)
    return lines.take(np.flatnonzero(few))
