"""Planes and the pixels that follow them, by turns, until they settle."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.reconstruction.grid import Grid, Unlike, distinct
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.planes import N, fit, height_variance, mean_squared_error
from twin.reconstruction.windows import patches, window_planes


def settled_planes(grid: Grid, params: PlaneParameters) -> tuple[Ints, Floats]:
    """Segment of each pixel and the planes of segments, after ``params.rounds`` rounds.

    In each round segments that one plane explains as well are merged, every pixel moves to the plane of its
    surroundings that explains it best, what no plane explains becomes a segment of its own, and the planes
    are fitted again.

    Parameters
    ----------
    grid : Grid
        Of ``W`` pixels.
    params : PlaneParameters

    Returns
    -------
    label : (W,) int64
        -1 for none.
    planes : (S, 3) float64
    """
    plane, sigma = window_planes(grid, params)
    label = patches(grid, plane, sigma, np.ones(len(grid.where), bool), params, params.link_angle)
    even = height_variance(grid.own) <= params.step_sigma**2
    planes, sums, label = refit(grid, label, even, int(label.max(initial=-1)) + 1, params)
    for number in range(params.rounds):
        unlike = grid.unlike(label)
        planes, label = merged(unlike, label, sums, params)
        label, error = _reassigned(grid, unlike, label, planes, params)
        support, count = error <= params.pixel_inlier**2, len(planes)
        if number < params.rounds - 1:
            label, count = _with_unexplained(grid, label, even, plane, sigma, count, params)
            support |= label >= len(planes)
        planes, sums, label = refit(grid, label, support, count, params)
    return label, planes


def refit(
    grid: Grid, label: Ints, support: Bools, count: int, params: PlaneParameters, few: int | None = None
) -> tuple[Floats, Floats, Ints]:
    """Planes and moments of ``count`` segments from the pixels that ``support (W,)`` them.

    Segments that are too weak are dropped: they keep their number, but no pixel.
    """
    used = support & (label >= 0) & (grid.own[N] > 0)
    sums = grid.of_labels(label, count, used)
    fitted, _, defined = fit(sums, params.window_spread)
    good = defined & is_roof(fitted, params) & (sums[N] >= (few or params.segment_points))
    good &= np.bincount(label[used], minlength=count) >= params.segment_pixels
    sums[:, ~good] = 0.0
    keep = np.append(good, False)[label]
    return fitted, sums, np.where(keep, label, -1)


def _with_unexplained(
    grid: Grid, label: Ints, even: Bools, plane: Floats, sigma: Floats, count: int, params: PlaneParameters
) -> tuple[Ints, int]:
    """Labels with new patches in what no segment explains, and the number of segments with those.

    A patch runs over a slight fold as if it were none, since pixel by pixel the planes hardly turn. Its plane
    then fits the larger side, and the other falls out; here that becomes a patch of its own, whose pixels
    must agree better.
    """
    lost = (label < 0) & even & (grid.own[N] > 0)
    fresh = patches(grid, plane, sigma, lost, params, params.fold_angle)
    return np.where(fresh >= 0, fresh + count, label), count + int(fresh.max(initial=-1)) + 1


def is_roof(planes: Floats, params: PlaneParameters) -> Bools:
    """Which planes ``(S, 3)`` are planes at all, and no walls."""
    steepest = np.tan(np.radians(params.steepest_spire))
    return np.asarray(np.isfinite(planes).all(axis=1) & (np.hypot(planes[:, 0], planes[:, 1]) <= steepest))


def merged(unlike: Unlike, label: Ints, sums: Floats, params: PlaneParameters) -> tuple[Floats, Ints]:
    """Planes of segments after merging, and the label of each pixel."""
    into, sums = mergers(unlike, label, sums, params)
    return fit(sums, params.window_spread)[0], np.append(into, -1).take(label)


def mergers(unlike: Unlike, label: Ints, sums: Floats, params: PlaneParameters) -> tuple[Ints, Floats]:
    """Segment that each becomes if those that are each other's best partner merge, and the moments then.

    Merging costs the root of the squared error that it adds, per point of the smaller segment, beyond what
    the two have per point; it goes on until no pair is good enough.
    """
    count = sums.shape[1]
    sums = sums.copy()
    i, j = unlike.adjacent(label, count)
    into = np.arange(count, dtype=np.int64)
    error = fit(sums, params.window_spread)[1]
    while len(i):
        joint = fit(sums[:, i] + sums[:, j], params.window_spread)[1]
        apart = error[i] + error[j]
        cost = (joint - apart) / np.minimum(sums[N, i], sums[N, j]) - apart / (sums[N, i] + sums[N, j])
        rank = np.empty(len(i), np.int64)
        rank[np.argsort(cost, kind="stable")] = np.arange(len(i))
        best = np.full(count, len(i), np.int64)
        np.minimum.at(best, i, rank)
        np.minimum.at(best, j, rank)
        mutual = (best[i] == rank) & (best[j] == rank) & (cost < params.merge_height**2)
        if not mutual.any():
            break
        kept, gone = i[mutual], j[mutual]
        sums[:, kept] += sums[:, gone]
        sums[:, gone] = 0.0
        error[kept] = joint[mutual]
        move = np.arange(count, dtype=np.int64)
        move[gone] = kept
        into = move[into]
        i, j = distinct(move[i], move[j], count)
    return into, sums


def _reassigned(
    grid: Grid, unlike: Unlike, label: Ints, planes: Floats, params: PlaneParameters
) -> tuple[Ints, Floats]:
    """Give each pixel the plane of its 3 x 3 surroundings that explains it best; and the squared error.

    All pixels choose at once, on the labels before. A pixel that no plane explains loses its label; one
    without points keeps what it has.
    """
    if not len(planes):
        return label, np.full(len(label), np.inf)
    error = np.where(label >= 0, mean_squared_error(grid.own, planes.T.take(label, axis=1).T), np.inf)
    chosen = label.copy()
    pixel, other = unlike.offers(label, len(planes))
    held = np.flatnonzero(grid.own[N].take(pixel) > 0)
    pixel, other = pixel.take(held), other.take(held)
    offer = mean_squared_error(grid.own.take(pixel, axis=1), planes.T.take(other, axis=1).T)
    better = np.flatnonzero(offer < (error * params.own_bonus).take(pixel))
    # The least offer is written last; of equal ones that of the lower segment.
    better = better[np.lexsort((-other[better], -offer[better]))]
    chosen[pixel[better]] = other[better]
    error[pixel[better]] = offer[better]
    lost = (grid.own[N] > 0) & ~(error <= params.point_inlier**2)
    return np.where(lost, -1, chosen), error
