"""From patches of pixels to roof planes: merge, reassign, and label the points."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto

import numpy as np

from twin.geometry.columns import Floats, Ints
from twin.reconstruction.arrays import Atlas, RoofPoints, Segments
from twin.reconstruction.bent import split_bent
from twin.reconstruction.grid import Grid
from twin.reconstruction.layers import fullest_layers
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.planes import (
    N,
    Z,
    across,
    fit,
    height_variance,
    mean_squared_error,
    moments_of,
)
from twin.reconstruction.rounds import is_roof, merged, mergers, refit, settled_planes
from twin.reconstruction.windows import patches, window_planes


class Look(Enum):
    """How planes are sought among the points that no segment explains."""

    EVEN = auto()  # in pixels without a step
    LAYERED = auto()  # in all, by the points of the fullest layer of each
    STEEP = auto()  # planes in whose pixels the heights spread as on a step


def segment_planes(pixels: Atlas, points: RoofPoints, params: PlaneParameters) -> tuple[RoofPoints, Segments]:
    """Find the planes of all roofs.

    Windows give each pixel a plane (:mod:`twin.reconstruction.windows`); pixels that continue one another
    form patches; patches that one plane explains as well are merged, and every pixel moves to the plane of
    its surroundings that explains it best, in rounds; finally each point chooses among the planes of its own
    and the four adjacent pixels, segments that bend are halved (:mod:`twin.reconstruction.bent`), and the
    planes are fitted to their points.

    Parameters
    ----------
    pixels : Atlas
    points : RoofPoints
        Sorted by pixel, from :func:`twin.reconstruction.atlas.roof_points`.
    params : PlaneParameters

    Returns
    -------
    points : RoofPoints
        With the segment of each; a labelled point lies within ``point_inlier`` of its plane, across
        it if that is steep.
    segments : Segments
        Every plane is finite and not steeper than ``steepest_spire``.
    """
    grid = Grid.of(pixels, points)
    label, planes = settled_planes(grid, params)
    point_label = _nearest_plane(grid, points, label, planes, params)
    label = _majority(grid, points, point_label, label)
    point_label, label, planes = _further_looks(grid, points, point_label, label, planes, params)
    sums = _moments_of_segments(grid, points, point_label, len(planes))
    point_label, label, planes, sums = split_bent(grid, points, point_label, label, planes, sums, params)
    point_label, label, planes, sums = _merged_by_points(grid, point_label, label, planes, sums, params)
    planes = _fitted_to_points(points, point_label, planes, sums, params)
    return _finished(grid, points, point_label, label, planes, params)


def _nearest_plane(
    grid: Grid, points: RoofPoints, label: Ints, planes: Floats, params: PlaneParameters
) -> Ints:
    """Segment of each point: the nearest plane of its pixel and the four adjacent ones."""
    image = grid.image(label)
    own = image[points.pixel]
    gap = np.where(own >= 0, _distance(points, own, planes, params), np.inf)
    chosen = own.copy()
    stride = grid.pixels.stride[grid.where]
    mixed = np.zeros(len(image), bool)
    for shift in (-1, 1, -stride, stride):
        other = image[grid.where + shift]
        mixed[grid.where] |= (other >= 0) & (other != label)
    ask = np.flatnonzero(mixed[points.pixel])
    pixel = points.pixel[ask]
    stride = grid.pixels.stride[pixel]
    for shift in (-1, 1, -stride, stride):
        other = image[pixel + shift]
        differ = np.flatnonzero((other >= 0) & (other != own[ask]))
        point, other = ask[differ], other[differ]
        offer = _distance(points, other, planes, params, point)
        better = offer < gap[point]
        chosen[point[better]] = other[better]
        gap[point[better]] = offer[better]
    return np.where(gap <= params.point_inlier, chosen, -1)


def _majority(grid: Grid, points: RoofPoints, point_label: Ints, label: Ints) -> Ints:
    """Give pixels without a label that of most of their points; on a tie the lower one.

    These are the pixels on a step or under a railing: as a whole they fit no plane, but some points do.
    """
    image = grid.image(label)
    vote = np.flatnonzero((image[points.pixel] < 0) & (point_label >= 0))
    if not len(vote):
        return label
    many = int(point_label.max()) + 1
    ballot, count = np.unique(points.pixel[vote] * many + point_label[vote], return_counts=True)
    pixel, candidate = np.divmod(ballot, many)
    order = np.lexsort((-candidate, count, pixel))
    image[pixel[order]] = candidate[order]  # the last one written wins
    return image[grid.where]


def _further_looks(
    grid: Grid, points: RoofPoints, point_label: Ints, label: Ints, planes: Floats, params: PlaneParameters
) -> tuple[Ints, Ints, Floats]:
    """Planes of the points that no segment explains, as of a small dormer among points of the roof below it.

    A pixel that holds two roofs has no plane; without the points of one of them it shows the other. It goes
    to the other if most of its points do.
    """
    point_label, label = point_label.copy(), label.copy()
    rest = np.flatnonzero(point_label < 0)
    left = points.take(rest)
    for look in Look:
        mine, where, fresh, found = _seen(grid, left, params, look)
        seen = mine >= 0
        at, cell = np.searchsorted(where, left.pixel), np.searchsorted(grid.where, where)
        here = np.bincount(at[seen], minlength=len(where))
        there = grid.own[N, cell] - np.bincount(at, minlength=len(where))
        take = (fresh >= 0) & (here > 0) & (here >= there)
        label[cell[take]] = fresh[take] + len(planes)
        point_label[rest[seen]] = mine[seen] + len(planes)
        planes = np.concatenate((planes, found))
        rest, left = rest[~seen], left.take(np.flatnonzero(~seen))
    return point_label, label, planes


def _seen(
    grid: Grid, points: RoofPoints, params: PlaneParameters, look: Look
) -> tuple[Ints, Ints, Ints, Floats]:
    """By one look: plane of each point, or -1; the pixels of the points, with their planes; the planes."""
    shown = points.take(fullest_layers(points, params)) if look == Look.LAYERED else points
    other = Grid.of(grid.pixels, shown, footprint=False)
    steep = look == Look.STEEP
    plane, sigma = window_planes(other, params, steep)
    fresh = patches(other, plane, sigma, np.ones(len(other.where), bool), params, params.link_angle)
    count = int(fresh.max(initial=-1)) + 1
    if steep:
        even = mean_squared_error(other.own, plane) * across(plane, params) ** 2 <= params.step_sigma**2
    else:
        even = height_variance(other.own) <= params.step_sigma**2
    few = {
        Look.EVEN: params.segment_points,
        Look.LAYERED: params.layer_points,
        Look.STEEP: params.steep_points,
    }
    _, sums, fresh = refit(other, fresh, even, count, params, few[look])
    found, fresh = merged(other.unlike(fresh), fresh, sums, params)
    mine = _nearest_plane(other, points, fresh, found, params)
    # Steep planes gain nothing by it.
    for _ in range(0 if steep or not (mine >= 0).any() else params.look_rounds):
        before, fresh = fresh, _majority(other, points, mine, fresh)
        if np.array_equal(before, fresh):
            break
        mine = _nearest_plane(other, points, fresh, found, params)
    return mine, other.where, fresh, found


def _merged_by_points(
    grid: Grid, point_label: Ints, label: Ints, planes: Floats, sums: Floats, params: PlaneParameters
) -> tuple[Ints, Ints, Floats, Floats]:
    """Labels of points and pixels after merging segments whose points one plane explains.

    And the planes, and the moments of their points.
    """
    into, sums = mergers(grid.unlike(label), label, sums, params)
    planes = planes.copy()
    grown = np.bincount(into, minlength=len(into)) > 1
    planes[grown] = fit(sums, params.window_spread)[0][grown]
    into = np.append(into, -1)
    return into[point_label], into[label], planes, sums


def _moments_of_segments(grid: Grid, points: RoofPoints, label: Ints, count: int) -> Floats:
    """Moments ``(10, count)`` of the points of each segment, ``label (K,)``.

    Those of a pixel whose points are all of one segment are known; only the others are summed point by point.
    """
    mixed = np.zeros(len(grid.pixels.part), bool)
    mixed[points.pixel[1:][(label[1:] != label[:-1]) & (points.pixel[1:] == points.pixel[:-1])]] = True
    image = np.full(len(mixed), -1, np.int64)
    image[points.pixel] = label
    known = grid.of_labels(image[grid.where], count, ~mixed[grid.where])
    on = np.flatnonzero(mixed[points.pixel] & (label >= 0))
    return known + moments_of(points.xyz.T.take(on, axis=1).T, label[on], count)


def _distance(
    points: RoofPoints, label: Ints, planes: Floats, params: PlaneParameters, which: Ints | None = None
) -> Floats:
    """Distance of points (all, or ``which``) to the plane of ``label``; arbitrary for label -1.

    Vertical; see :func:`twin.reconstruction.planes.across` for steep ones.
    """
    if not len(planes):
        return np.full(len(label), np.inf)
    x, y, z = points.xyz.T if which is None else points.xyz.T.take(which, axis=1)
    a, b, c = planes.T.take(label, axis=1)
    away = np.abs(a * x + b * y + c - z)
    weight = across(planes, params)
    return np.asarray(away * weight.take(label) if weight.min() < 1.0 else away)


def _fitted_to_points(
    points: RoofPoints, label: Ints, planes: Floats, sums: Floats, params: PlaneParameters
) -> Floats:
    """Planes fitted to their points within a few times the spread of these; nearly flat ones made flat."""
    spread = np.sqrt(mean_squared_error(sums, planes)) * across(planes, params)
    reach = np.clip(params.refit_sigmas * spread, params.refit_sigmas * params.noise, params.point_inlier)
    on = label >= 0
    far = np.flatnonzero(on & (_distance(points, label, planes, params) > np.append(reach, 0.0)[label]))
    # Sums are exact, so taking some points out leaves those of the others.
    sums = sums - moments_of(points.xyz.T.take(far, axis=1).T, label[far], len(planes))
    fitted, _, defined = fit(sums, params.window_spread)
    fitted = np.where((defined & is_roof(fitted, params))[:, None], fitted, planes)
    mean = sums[Z] / np.maximum(sums[N], 1.0)
    level = np.column_stack((np.zeros_like(mean), np.zeros_like(mean), mean))
    # A slight slope over a large roof is a difference in height.
    added = height_variance(sums) - mean_squared_error(sums, fitted)
    flat = (np.hypot(fitted[:, 0], fitted[:, 1]) < params.flat_slope) & (added <= params.flat_height**2)
    return np.where((flat & (sums[N] > 0))[:, None], level, fitted)


def _finished(
    grid: Grid, points: RoofPoints, point_label: Ints, label: Ints, planes: Floats, params: PlaneParameters
) -> tuple[RoofPoints, Segments]:
    """Keep points near their plane and segments with points, and number the segments part by part."""
    far = (point_label >= 0) & ~(_distance(points, point_label, planes, params) <= params.point_inlier)
    point_label = np.where(far, -1, point_label)
    support = np.bincount(point_label + 1, minlength=len(planes) + 1)[1:]
    pixel_count = np.bincount(label + 1, minlength=len(planes) + 1)[1:]
    part = np.zeros(len(planes), np.int64)
    shown = label >= 0
    part[label[shown]] = grid.pixels.part[grid.where[shown]]
    live = np.flatnonzero((support >= params.segment_points) & (pixel_count > 0))
    live = live[np.argsort(part[live], kind="stable")]
    number = np.full(len(planes) + 1, -1, np.int64)
    number[live] = np.arange(len(live))
    segments = Segments(planes[live], part[live], support[live].astype(np.float64), grid.image(number[label]))
    return replace(points, segment=number[point_label]), segments
