"""Which points of a pixel that holds a step lie on one roof: those of its fullest layer."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Ints
from twin.reconstruction import groups
from twin.reconstruction.arrays import RoofPoints
from twin.reconstruction.parameters import PlaneParameters

APART = 1e5  # m; more than two heights differ, so that points sort by pixel and then by height


def fullest_layers(points: RoofPoints, params: PlaneParameters) -> Ints:
    """Rows ``(M,)``, ascending, of the points without those that lie apart from most of their pixel.

    A pixel whose heights spread no more than ``step_sigma`` keeps all its points. In another, points belong
    to one layer as far as no gap between two that follow in height exceeds ``layer_gap``, and the layer with
    most points stays, of equal ones the highest. So a gutter shows under the points of its facade, and the
    floor of a sunken terrace among those of the walls around it.

    Parameters
    ----------
    points : RoofPoints
        ``K`` of them, sorted by pixel.
    params : PlaneParameters
    """
    z = points.xyz[:, 2]
    pixel = np.cumsum(groups.first_of_each(points.pixel)) - 1
    count = np.bincount(pixel)
    away = z - (np.bincount(pixel, weights=z) / count)[pixel]
    uneven = np.bincount(pixel, weights=away**2) > params.step_sigma**2 * count
    rows = np.flatnonzero(uneven[pixel])
    rows = rows[np.argsort(pixel[rows] * APART + z[rows])]
    z, pixel = z[rows], pixel[rows]
    below = (pixel[1:] == pixel[:-1]) & (z[1:] - z[:-1] <= params.layer_gap)
    first = np.flatnonzero(np.concatenate((np.ones(min(len(rows), 1), bool), ~below)))
    size = np.diff(first, append=len(rows))
    # The layers of a pixel, the fullest last and of equal ones the highest.
    order = np.lexsort((first, size, pixel[first]))
    fuller = pixel[first[order[1:]]] == pixel[first[order[:-1]]]
    beaten = np.zeros(len(first), bool)
    beaten[order[:-1][fuller]] = True
    apart = np.zeros(len(points.pixel), bool)
    apart[rows[beaten.repeat(size)]] = True
    return np.flatnonzero(~apart)
