"""Segments that bend are halved, and halved again: vaults, and slight folds.

A fold of a few degrees hides in the noise of 3 x 3 windows, so that patches run across it, and over a whole
vault. Over the length of a roof it makes a decimetre or more, which all points of the segment show together.
"""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.reconstruction.arrays import RoofPoints
from twin.reconstruction.borders import pixel_centers
from twin.reconstruction.grid import Grid
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.planes import N, X, Y, fit, mean_squared_error, moments_of

HALVINGS = 3  # a vault becomes eight facets at most, which leaves a 64th of its rise
SETTLE = 8  # rounds in which the fold moves to its place; most need three
STEADY = 1e-6  # keeps the curvature across a narrow segment from taking any value


def split_bent(
    grid: Grid,
    points: RoofPoints,
    point_label: Ints,
    label: Ints,
    planes: Floats,
    sums: Floats,
    params: PlaneParameters,
) -> tuple[Ints, Ints, Floats, Floats]:
    """Halve each segment that two planes explain much better than one, then its halves, in rounds.

    A surface of the second degree shows whether a segment bends, and in which direction; there it begins with
    a plane on either side of its middle. A roof that bends down is the lower of its two planes everywhere,
    one that bends up the higher one, so that points choose their side without looking at their height, and
    the halves meet in a straight fold.

    Parameters
    ----------
    grid : Grid
        Of ``W`` pixels.
    points : RoofPoints
        ``K`` of them.
    point_label, label : (K,), (W,) int64
        Segments of the points and of the pixels, -1 for none.
    planes, sums : (S, 3), (10, S) float64
        Of the segments; the moments are those of their points.
    params : PlaneParameters

    Returns
    -------
    point_label, label, planes, sums
        The same with further segments, of which the numbers follow.
    """
    fresh = np.ones(len(planes), bool)
    for _ in range(HALVINGS):
        count = len(planes)
        large = np.bincount(label + 1, minlength=count + 1)[1:] >= 2 * params.bend_pixels
        asked = np.flatnonzero(fresh & large & (_off(planes, mean_squared_error(sums, planes)) > params.bend))
        mine, group = _members(point_label, asked, count)
        way, up = _curvature(points.xyz.T.take(mine, axis=1), group, planes[asked], sums[:, asked], params)
        bent, way, up = asked[up != 0], way[up != 0], up[up != 0]
        if not len(bent):
            break
        mine, group = _members(point_label, bent, count)
        xyz = points.xyz.T.take(mine, axis=1)
        pair, halves, side = _folded(xyz, group, sums[:, bent], way, up, params)
        cells, cell_group = _members(label, bent, count)
        cell_side = _beyond(pixel_centers(grid.pixels, grid.where[cells]).T, cell_group, pair, up)

        before = mean_squared_error(sums[:, bent], planes[bent])
        after = (halves[N] * mean_squared_error(halves, pair)).reshape(-1, 2).sum(axis=1) / sums[N, bent]
        sizes = np.bincount(2 * cell_group + cell_side, minlength=2 * len(bent))
        whole = (halves[N] >= params.segment_points) & (sizes >= params.bend_pixels)
        good = _better(planes[bent], before, after, params) & whole.reshape(-1, 2).all(axis=1)

        second = np.where(good, count - 1 + np.cumsum(good), -1)
        point_label, label = point_label.copy(), label.copy()
        for labels, rows, of, beyond in (
            (point_label, mine, group, side),
            (label, cells, cell_group, cell_side),
        ):
            moved = beyond & good[of]
            labels[rows[moved]] = second[of[moved]]
        first = bent[good]
        planes = np.concatenate((planes, pair[1::2][good]))
        sums = np.concatenate((sums, halves[:, 1::2][:, good]), axis=1)
        planes[first], sums[:, first] = pair[0::2][good], halves[:, 0::2][:, good]
        fresh = np.zeros(len(planes), bool)
        fresh[first] = fresh[count:] = True
    return point_label, label, planes, sums


def _members(label: Ints, segments: Ints, count: int) -> tuple[Ints, Ints]:
    """Rows of ``label`` in some of ``count`` segments, and in which of these."""
    number = np.full(count + 1, -1, np.int64)
    number[segments] = np.arange(len(segments))
    of_rows = number[label]
    rows = np.flatnonzero(of_rows >= 0)
    return rows, of_rows[rows]


def _off(planes: Floats, variance: Floats) -> Floats:
    """Root of a mean squared vertical distance, measured across planes ``(S, 3)``."""
    return np.asarray(np.sqrt(np.maximum(variance, 0.0) / (1.0 + planes[:, 0] ** 2 + planes[:, 1] ** 2)))


def _better(planes: Floats, before: Floats, after: Floats, params: PlaneParameters) -> Bools:
    """Whether so much of the mean squared distance to planes ``(S, 3)`` is a bend that they are halved."""
    return np.asarray((_off(planes, before - after) > params.bend) & (after < params.bend_share * before))


def _curvature(
    xyz: Floats, group: Ints, planes: Floats, sums: Floats, params: PlaneParameters
) -> tuple[Floats, Ints]:
    """Direction ``(S, 2)`` in which each segment bends most, and 1 if up, -1 if down, 0 if hardly at all.

    From the least-squares surface of the second degree through its distances to the plane.
    """
    count = len(planes)
    middle = np.stack((sums[X], sums[Y])) / np.maximum(sums[N], 1.0)
    x, y = xyz[:2] - middle.take(group, axis=1)
    a, b, c = planes.T.take(group, axis=1)
    away = xyz[2] - (a * xyz[0] + b * xyz[1] + c)
    terms = (np.ones_like(x), x, y, x * x, x * y, y * y)
    matrix, right = np.zeros((count, 6, 6)), np.zeros((count, 6))
    for i, one in enumerate(terms):
        right[:, i] = np.bincount(group, weights=one * away, minlength=count)
        for j, other in enumerate(terms[: i + 1]):
            matrix[:, i, j] = matrix[:, j, i] = np.bincount(group, weights=one * other, minlength=count)
    matrix[:, range(6), range(6)] += STEADY * sums[N][:, None]
    surface = np.linalg.solve(matrix, right[:, :, None])[:, :, 0]
    # A fold far from the middle shows half in such a surface, or more.
    before, shown = mean_squared_error(sums, planes), (surface * right).sum(axis=1) / sums[N]
    bends = _better(planes, before, before - 2 * shown, params)
    xx, xy, yy = surface[:, 3:].T
    up = np.where(xx + yy >= 0, 1, -1)
    # The main axis of the second derivatives with the larger one.
    angle = np.arctan2(up * xy, up * (xx - yy)) / 2
    return np.column_stack((np.cos(angle), np.sin(angle))), up * bends


def _folded(
    xyz: Floats, group: Ints, sums: Floats, way: Floats, up: Ints, params: PlaneParameters
) -> tuple[Floats, Floats, Bools]:
    """Planes ``(2 * S, 3)`` of both sides of each fold, moments of their points, and the side of each."""
    middle = np.stack((sums[X], sums[Y])) / sums[N]
    side = ((xyz[:2] - middle.take(group, axis=1)) * way.T.take(group, axis=1)).sum(axis=0) > 0
    for _ in range(SETTLE):
        halves = moments_of(xyz.T, 2 * group + side, 2 * len(up))
        pair = fit(halves, params.window_spread)[0]
        before, side = side, _beyond(xyz[:2], group, pair, up)
        if np.array_equal(before, side):
            break
    return pair, halves, before


def _beyond(xy: Floats, group: Ints, pair: Floats, up: Ints) -> Bools:
    """Whether places ``xy (2, M)`` lie on the second side of the folds of their segments."""
    a, b, c = ((pair[1::2] - pair[0::2]) * up[:, None]).T.take(group, axis=1)
    return np.asarray(a * xy[0] + b * xy[1] + c > 0)
