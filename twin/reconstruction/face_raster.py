"""Where points and pixels lie in an arrangement: one raster of faces, looked up by division."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Floats, Ints
from twin.geometry.ragged import offsets_of
from twin.reconstruction.arrangement import Arrangement
from twin.reconstruction.arrays import Atlas, Frames, RoofPoints
from twin.reconstruction.borders import pixel_centers
from twin.reconstruction.scanline import burn

MARGIN = 2  # cells; more than any vertex lies outside the bounding box of its part


@dataclass(frozen=True, slots=True)
class FaceRaster:
    """Faces under points and pixels.

    Attributes
    ----------
    of_points : (K,) int64
        Face of each point, -1 outside; exact to half a cell.
    of_pixels : (H,) int64
        Face under the centre of each pixel that was asked for, -1 outside.
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
    face = burn(
        xy[arrangement.start],
        xy[arrangement.end],
        arrangement.left,
        arrangement.right,
        arrangement.edge_part,
        nx,
        ny,
        begin,
    )

    def look_up(part: Ints, local: Floats) -> Ints:
        column, row = np.floor(local.T / cell + MARGIN).astype(np.int64)
        inside = (column >= 0) & (column < nx[part]) & (row >= 0) & (row < ny[part])
        at = begin[part] + row * nx[part] + column
        return np.where(inside, face[np.where(inside, at, 0)], -1)

    return FaceRaster(
        of_points=look_up(points.part, points.xyz[:, :2]),
        of_pixels=look_up(atlas.part[pixel], pixel_centers(atlas, pixel)),
    )
