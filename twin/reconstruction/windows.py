"""Planes at pixels: 3 x 3 windows, the best of the nine around each pixel, and patches of alike pixels."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from twin.geometry.columns import Bools, Floats, Ints
from twin.reconstruction.atlas import pixel_corners
from twin.reconstruction.grid import ASCENDING, FORWARD, SHIFTS, Grid
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
    chosen_sigma, chosen = _best_of_nine(grid, own_sigma)
    better = chosen_sigma < params.kuwahara_gain * own_sigma
    return (
        own_plane.take(np.where(better, chosen, np.arange(len(chosen))), axis=0),
        np.where(better, chosen_sigma, own_sigma),
    )


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
    size = grid.pixels.pixel
    plane = plane.take(live, axis=0)
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
    target = number[grid.around[FORWARD]].take(live, axis=1)
    for j, (dx, dy) in zip(target, SHIFTS[FORWARD], strict=True):
        half = 0.5 * size * (dx * a + dy * b)
        level = np.abs(height + half - (height - half)[j]) < link
        alike = right * right[j] + ahead * ahead[j] + up * up[j] > least
        j[~(level & alike)] = -1
    linked = target >= 0
    begin = np.concatenate(([0], np.cumsum(np.count_nonzero(linked, axis=0))))
    graph = csr_array((np.ones(begin[-1]), target.T[linked.T], begin), shape=(len(live), len(live)))
    label = connected_components(graph, directed=False)[1].astype(np.int64)
    large = np.bincount(label) >= params.segment_pixels
    out = np.full(len(grid.where), -1, np.int64)
    out[live] = np.where(large, np.cumsum(large) - 1, -1)[label]
    return out


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


def _best_of_nine(grid: Grid, sigma: Floats) -> tuple[Floats, Ints]:
    """Smallest value in the 3 x 3 pixels around each pixel, and where; on a tie the lowest pixel."""
    padded = np.append(sigma, np.inf)
    first, *others = ASCENDING
    at = grid.around[first].copy()
    value = padded[at]
    for k in others:
        other = padded[grid.around[k]]
        np.copyto(at, grid.around[k], where=other < value)
        np.minimum(value, other, out=value)
    return value, at
