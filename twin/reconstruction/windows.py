"""Planes at pixels: 3 x 3 windows, the best of the nine around each pixel, and patches of alike pixels."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.components import components
from twin.reconstruction.atlas import pixel_corners
from twin.reconstruction.grid import FORWARD, SHIFTS, Grid
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.planes import N, across, fit, height_variance, is_steep


def window_planes(grid: Grid, params: PlaneParameters, steep: bool = False) -> tuple[Floats, Floats]:
    """Plane of each pixel: that of the best-fitting 3 x 3 window that holds the pixel.

    The Kuwahara filter of image processing, on planes: windows that lie across a ridge or a step fit worse
    than those beside it, so the planes stay crisp up to the ridge. Pixels that hold a step themselves take
    no part in any window.

    Parameters
    ----------
    grid : Grid
        Of ``W`` pixels.
    params : PlaneParameters
    steep : bool
        Only planes steeper than ``params.steep``; then every pixel takes part.

    Returns
    -------
    plane : (W, 3) float64
    sigma : (W,) float64 [m]
        Of the window chosen; infinite if no window there has a plane.
    """
    own_plane, own_sigma = _windows(grid, params, steep)
    chosen = _best_of_nine(grid, own_sigma)
    better = own_sigma.take(chosen) < params.kuwahara_gain * own_sigma
    chosen = np.where(better, chosen, np.arange(len(chosen)))
    return own_plane.take(chosen, axis=0), own_sigma.take(chosen)


def patches(
    grid: Grid, plane: Floats, sigma: Floats, among: Bools, params: PlaneParameters, angle: float
) -> Ints:
    """Connected patches of pixels whose planes continue one another.

    Parameters
    ----------
    grid : Grid
        Of ``W`` pixels.
    plane, sigma : (W, 3), (W,) float64
        From :func:`window_planes`.
    among : (W,) bool
        Pixels that may belong to a patch.
    params : PlaneParameters
    angle : float [degree]
        Largest angle between the normals of neighbours in one patch.

    Returns
    -------
    (W,) int64
        Patch of each pixel, numbered in the order of their first pixels; -1 in patches that are too small.
    """
    live = np.flatnonzero(among & np.isfinite(sigma))
    label = _connected(_links(grid, live, plane.take(live, axis=0), params, angle))
    large = np.bincount(label) >= params.segment_pixels
    out = np.full(len(grid.where), -1, np.int64)
    out[live] = np.where(large, np.cumsum(large) - 1, -1).take(label)
    return out


def _links(grid: Grid, live: Ints, plane: Floats, params: PlaneParameters, angle: float) -> Ints:
    """Which of ``live (L,)`` are linked to each as one of its first four neighbours, ``(4, L)``, or -1."""
    size = grid.pixels.pixel
    a, b, c = np.ascontiguousarray(plane.T)
    # Height at the pixel's centre and unit normal: what the links compare.
    x, y = pixel_corners(grid.pixels, grid.where[live])
    height = a * (x + 0.5 * size) + b * (y + 0.5 * size) + c
    up = 1.0 / np.sqrt(1.0 + a * a + b * b)
    right, ahead = a * up, b * up
    least = np.cos(np.radians(angle))
    link = params.link_height / across(plane, params)
    number = np.full(len(grid.where) + 1, -1, np.int64)
    number[live] = np.arange(len(live))
    target = number.take(grid.around[FORWARD].take(live, axis=1))
    for j, (dx, dy) in zip(target, SHIFTS[FORWARD], strict=True):
        half = 0.5 * size * (dx * a + dy * b)
        level = np.abs(height + half - (height - half).take(j)) < link
        alike = right * right.take(j) + ahead * ahead.take(j) + up * up.take(j) > least
        j[~(level & alike)] = -1
    return target


def _connected(target: Ints) -> Ints:
    """Component ``(L,)`` of each pixel with such links, numbered in the order of their first pixels.

    Pixels in a row that are linked are one node of the graph, which makes it several times smaller.
    """
    right, *others = target
    run = np.cumsum(np.append(True, right[:-1] < 0)[: len(right)]) - 1
    ones, twos = [], []
    for other in others:
        linked = np.flatnonzero(other >= 0)
        one, two = run.take(linked), run.take(other.take(linked))
        fresh = np.flatnonzero(np.append(True, (one[1:] != one[:-1]) | (two[1:] != two[:-1]))[: len(one)])
        ones.append(one.take(fresh))
        twos.append(two.take(fresh))
    runs = int(run[-1]) + 1 if len(run) else 0
    return components(np.concatenate(ones), np.concatenate(twos), runs)[1].take(run)


def _windows(grid: Grid, params: PlaneParameters, steep: bool) -> tuple[Floats, Floats]:
    """Plane and sigma of the 3 x 3 window around each pixel; all sums are exact, see ``atlas``."""
    even = np.ones(len(grid.where), bool) if steep else height_variance(grid.own) <= params.step_sigma**2
    window = grid.windows(even)
    plane, error, defined = fit(window, params.window_spread)
    # Three degrees of freedom go into the plane; the prior noise stands in for them.
    variance = (error + 3 * params.noise**2) / np.maximum(window[N], 1)
    if steep:
        variance *= across(plane, params) ** 2
        defined &= is_steep(plane, params)
    good = defined & (window[N] >= params.window_points) & (variance <= params.window_sigma**2)
    return plane, np.where(good, np.sqrt(variance), np.inf)


def _best_of_nine(grid: Grid, sigma: Floats) -> Ints:
    """Where in the 3 x 3 pixels around each pixel the smallest value is; on a tie the lowest pixel.

    Values count as equal if they are in single precision, which leaves room for the pixel in the same number.
    """
    bits = np.append(sigma, np.inf).astype(np.float32).view(np.int32).astype(np.int64)
    key = bits << 32 | np.arange(len(bits))
    least = key.take(grid.around[0])
    for around in grid.around[1:]:
        np.minimum(least, key.take(around), out=least)
    return np.asarray(least & 0xFFFFFFFF)
