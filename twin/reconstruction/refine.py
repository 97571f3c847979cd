"""Step lines from pixel precision to that of the points."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.ordering import distinct
from twin.geometry.ragged import expand
from twin.reconstruction.arrays import Atlas, RoofPoints, Segments
from twin.reconstruction.borders import Borders
from twin.reconstruction.line_columns import Lines, StepLines

BIN = 0.02  # m; finer than the xy noise of airborne lidar
REACH = 1.5  # m; two pixels, and one more for borders that joined from the next row
MIN_POINTS = 3  # per side, else the pixel border stands
MAX_SHIFT = 0.75  # m; a threshold farther off belongs to another edge


def refine(
    steps: StepLines, borders: Borders, owner: Ints, atlas: Atlas, points: RoofPoints, segments: Segments
) -> Lines:
    """Shift each line to where it best separates the points of its two segments.

    Points of the four pixels across the line are counted in bins along the normal; the threshold with most
    points on their own side wins. Lidar seldom sees the low roof up to the wall, so in the gap between the
    sides the line stays near the outermost point of the higher roof: one mean spacing of its points beyond.

    Parameters
    ----------
    steps : StepLines
    borders : Borders
    owner : (M,) int64
        Line of each border.
    """
    lines, n = steps.lines, len(steps)
    bins = round(2 * REACH / BIN)
    line, point = _points_across(borders, owner, atlas, points)
    label = points.segment[point]
    negative, positive = label == steps.negative[line], label == steps.positive[line]
    away = (points.xyz[point, :2] * lines.normal[line]).sum(axis=1) - lines.offset[line]
    use = (negative | positive) & (np.abs(away) < REACH)
    line, negative, away = line[use], negative[use], away[use]
    place = np.minimum(((away + REACH) / BIN).astype(np.int64), bins - 1)
    sign = np.where(negative, 1.0, -1.0)
    votes = np.bincount(line * bins + place, weights=sign, minlength=n * bins).reshape(n, bins)
    score = np.zeros((n, bins + 1))
    np.cumsum(votes, axis=1, out=score[:, 1:])

    last_negative = np.argmax(score, axis=1) * BIN - REACH
    first_positive = (bins - np.argmax(score[:, ::-1], axis=1)) * BIN - REACH
    middle = (last_negative + first_positive) / 2
    n_negative = np.bincount(line[negative], minlength=n)
    n_positive = np.bincount(line[~negative], minlength=n)
    per_metre = 1 / (2 * atlas.pixel)
    after_high = last_negative - BIN / 2 + 1 / np.maximum(n_negative * per_metre, 1)
    before_high = first_positive + BIN / 2 - 1 / np.maximum(n_positive * per_metre, 1)
    shift = np.where(
        _negative_is_higher(steps, segments), np.minimum(after_high, middle), np.maximum(before_high, middle)
    )
    known = (np.minimum(n_negative, n_positive) >= MIN_POINTS) & (np.abs(shift) <= MAX_SHIFT)
    return Lines(
        part=lines.part,
        normal=lines.normal,
        offset=lines.offset + np.where(known, shift, 0.0),
        t0=lines.t0,
        t1=lines.t1,
        weight=lines.weight,
        kind=lines.kind,
    )


def _points_across(borders: Borders, owner: Ints, atlas: Atlas, points: RoofPoints) -> tuple[Ints, Ints]:
    """Line and point for all points in the two pixels on either side of each border, no point twice."""
    step: Ints = np.where(borders.axis == 0, 1, atlas.stride[borders.pixel])
    pixel = (borders.pixel[:, None] + step[:, None] * np.arange(-1, 3)).ravel()
    keys = distinct(np.repeat(owner, 4) * len(atlas.part) + pixel)
    line, pixel = np.divmod(keys, max(len(atlas.part), 1))
    first = np.searchsorted(points.pixel, pixel)
    last = np.searchsorted(points.pixel, pixel, side="right")
    row, point = expand(first, last - first)
    return line[row], point


def _negative_is_higher(steps: StepLines, segments: Segments) -> Bools:
    lines = steps.lines
    middle = lines.normal * lines.offset[:, None] + lines.direction * ((lines.t0 + lines.t1) / 2)[:, None]

    def height(segment: Ints) -> Floats:
        a, b, c = segments.plane[segment].T
        result: Floats = a * middle[:, 0] + b * middle[:, 1] + c
        return result

    return height(steps.negative) > height(steps.positive)
