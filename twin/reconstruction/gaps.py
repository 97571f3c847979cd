"""Where a footprint reaches beyond the building that the cloud shows: there the roof is a low, presumed one.

Outlines of the registers are often newer than the cloud: an annexe was built after the flight, or is glass.
The cloud then shows the garden. Without this stage the plane of the roof beside would be drawn on over it.
"""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.reconstruction.arrays import Atlas, RoofPoints
from twin.reconstruction.atlas import QUANTUM, nearest, pixel_corners
from twin.reconstruction.parameters import PlaneParameters

_QUARTERS = ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))


def with_presumed(
    pixels: Atlas, points: RoofPoints, shown: Ints, ground: Floats, params: PlaneParameters
) -> tuple[RoofPoints, Bools]:
    """Roof points, and presumed ones a storey above the ground where the cloud shows the ground.

    That is in pixels of the footprint farther than ``gap_reach`` from any roof point and no farther than that
    from a ground point, in parts that have such a pixel ``gap_radius`` away from all roof points, and
    ``segment_pixels`` of them with ground points of their own; fewer are points at the foot of a wall. The
    presumed roof is never higher than the highest point of the part.

    Parameters
    ----------
    pixels : Atlas
    points : RoofPoints
    shown : (M,) int64
        Pixels of the ground points that lie in the footprints.
    ground : (P,) float64 [m, NAP]
    params : PlaneParameters

    Returns
    -------
    points : RoofPoints
        Sorted by pixel; four presumed points in a pixel.
    presumed : (K,) bool
        Which of them are no measurements.
    """
    asked = np.zeros(len(pixels.nx), bool)
    asked[pixels.part[shown]] = True
    held = np.zeros(len(pixels.part), bool)
    held[points.pixel] = True
    roof = np.flatnonzero(held & asked[pixels.part])
    bare = np.flatnonzero(pixels.inside & ~held & asked[pixels.part])
    away = nearest(pixels, bare, roof)
    low = (away > params.gap_reach) & (nearest(pixels, bare, np.unique(shown)) <= params.gap_reach)
    wide = np.zeros(len(pixels.nx), bool)
    wide[pixels.part[bare[low & (away >= params.gap_radius)]]] = True
    seen = bare[low & np.isin(bare, shown)]
    wide &= np.bincount(pixels.part[seen], minlength=len(wide)) >= params.segment_pixels
    highest = np.full(len(pixels.nx), -np.inf)
    np.maximum.at(highest, points.part, points.xyz[:, 2])
    pixel = np.repeat(bare[low & wide[pixels.part[bare]]], len(_QUARTERS))

    x, y = pixel_corners(pixels, pixel)
    of_pixel = np.tile(np.array(_QUARTERS) * pixels.pixel, (len(pixel) // len(_QUARTERS), 1))
    part = pixels.part[pixel]
    z = np.minimum(ground[part] + params.presumed_height, highest[part])
    new = np.stack((x + of_pixel[:, 0], y + of_pixel[:, 1], np.rint(z / QUANTUM) * QUANTUM))

    every = np.concatenate((points.pixel, pixel))
    order = np.argsort(every, kind="stable")
    none = np.full(len(pixel), -1, np.int64)
    return RoofPoints(
        np.concatenate((points.part, part))[order],
        np.concatenate((points.xyz.T, new), axis=1).take(order, axis=1).T,
        every[order],
        np.concatenate((points.segment, none))[order],
    ), order >= len(points.pixel)
