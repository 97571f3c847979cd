"""The terrain as a raster of the ground points, to look heights up in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from twin.geometry.columns import Bools, Floats

MARGIN = 10.0  # [m] around the area, so that what lies outside it counts as it does for its neighbour
SMOOTHED = 5  # cells on a side of the window in which filled cells are averaged


@dataclass(frozen=True, slots=True)
class Terrain:
    """Mean height of the ground points per cell of a fixed RD grid; empty cells filled from their nearest.

    Attributes
    ----------
    corner : (2,) float64 [m, RD]
        Lower left corner of cell (0, 0); a multiple of ``cell``, so that neighbouring tiles agree.
    cell : float
        Side of a cell [m].
    z : (rows, columns) float64 [m, NAP]
        NaN throughout when there is no ground point at all.
    measured : (rows, columns) bool
        Cells that hold ground points themselves.
    """

    corner: Floats
    cell: float
    z: Floats
    measured: Bools

    @classmethod
    def from_points(cls, xyz: Floats, bbox: tuple[float, float, float, float], cell: float = 1.0) -> Terrain:
        """Raster the ground points ``xyz (N, 3)`` [m, RD+NAP] over ``bbox`` and :data:`MARGIN` around it.

        A height inside ``bbox`` does not depend on ``bbox``, given the points within the margin, but where a
        gap between ground points is wider than that.
        """
        low = np.floor((np.array(bbox[:2]) - MARGIN) / cell) * cell
        columns, rows = np.ceil((np.array(bbox[2:]) + MARGIN - low) / cell).astype(np.int64).tolist()
        at = np.floor((xyz[:, :2] - low) / cell).astype(np.int64)
        inside = ((at >= 0) & (at < (columns, rows))).all(axis=1)
        index = at[inside, 1] * columns + at[inside, 0]
        count = np.bincount(index, minlength=rows * columns).reshape(rows, columns)
        total = np.bincount(index, weights=xyz[inside, 2], minlength=rows * columns).reshape(rows, columns)
        measured = count > 0
        z = np.where(measured, total / np.maximum(count, 1), np.nan)
        if measured.any() and not measured.all():
            nearest = ndimage.distance_transform_edt(~measured, return_distances=False, return_indices=True)
            filled = z[tuple(nearest)]
            # Filled cells repeat their nearest value: smooth those, and only those, so that no step remains.
            z = np.where(measured, z, ndimage.uniform_filter(filled, size=SMOOTHED, mode="nearest"))
        return cls(low, cell, z, measured)

    def sample(self, xy: Floats) -> Floats:
        """Heights at ``xy (M, 2)`` [m, RD], bilinear between cell centres; outside, those of the edge."""
        at = (xy - self.corner) / self.cell - 0.5
        z: Floats = ndimage.map_coordinates(self.z, at[:, ::-1].T, order=1, mode="nearest")
        return z
