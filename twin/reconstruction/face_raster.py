"""Where points and pixels lie in an arrangement: one raster of faces, exact where its cells are cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Ints
from twin.geometry.ragged import offsets_of
from twin.reconstruction.arrangement import Arrangement
from twin.reconstruction.arrays import Atlas, Frames, RoofPoints
from twin.reconstruction.borders import pixel_centers
from twin.reconstruction.scanline import burn, locate

MARGIN = 2  # cells; more than any vertex lies outside the bounding box of its part


@dataclass(frozen=True, slots=True)
class FaceRaster:
    """Faces under points and pixels.

    Attributes
    ----------
    of_points : (K,) int64
        Face of each point, -1 outside.
    of_pixels : (H,) int64
        Face under the centre of each pixel that was asked for, to half a cell; -1 outside.
    """

    of_points: Ints
    of_pixels: Ints


def burn_faces(
    arrangement: Arrangement, frames: Frames, atlas: Atlas, points: RoofPoints, pixel: Ints, cell: float
) -> FaceRaster:
    """Burn faces into cells of side ``cell`` [m] and look up the points, and pixels ``(H,)`` of the atlas."""
    nx, ny = (np.ceil(frames.size / cell).astype(np.int64) + 2 * MARGIN + 1).T
    begin = offsets_of(nx * ny)[:-1]
    xy = frames.to_local(arrangement.xy, arrangement.vertex_part) / cell + MARGIN
    edges = (
        xy[arrangement.start],
        xy[arrangement.end],
        arrangement.left,
        arrangement.right,
        arrangement.edge_part,
    )
    face = burn(*edges, nx, ny, begin)

    # Roof points lie in their footprint, and pixels that hold one at most half a pixel beside it: all of them
    # in the raster.
    at = (points.xyz.T[:2] / cell + MARGIN).T
    of_points = locate(face, *edges, nx, begin, at, points.part)
    part = atlas.part[pixel]
    column, row = np.floor(pixel_centers(atlas, pixel) / cell + MARGIN).astype(np.int64).T
    return FaceRaster(of_points, face[begin[part] + row * nx[part] + column])
