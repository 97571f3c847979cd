"""What the stages of the reconstruction hand to one another.

Axis names: ``P`` parts (one footprint polygon each), ``N`` pixels of the atlas, ``K`` points assigned to
a part, ``G`` planar segments, ``L`` lines. *Local* is the frame of a part: rotated to its main direction,
origin at the corner of its bounding box, metres; heights are metres NAP everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Frames:
    """Rigid map between RD and the local frame of each part.

    ``local = rotation(-angle) @ (rd - center) - corner``, so that local coordinates start at zero.

    Attributes
    ----------
    cos, sin : (P,) float64
        Of the main direction.
    center : (P, 2) float64 [m, RD]
        Point turned about; a whole millimetre, so that shifted inputs give shifted outputs.
    corner : (P, 2) float64 [m]
        Lower left corner of the turned footprint.
    size : (P, 2) float64 [m]
        Extent of the turned footprint.
    """

    cos: Floats
    sin: Floats
    center: Floats
    corner: Floats
    size: Floats

    def to_local(self, xy: Floats, part: Ints) -> Floats:
        """RD coordinates ``xy (M, 2)`` of points of ``part (M,)`` in their part's frame."""
        return np.stack(self.columns_to_local(xy[:, 0], xy[:, 1], part)).T

    def columns_to_local(self, x: Floats, y: Floats, part: Ints) -> tuple[Floats, Floats]:
        """The same of coordinates ``x, y (M,)`` apart."""
        x, y = x - self.center[:, 0].take(part), y - self.center[:, 1].take(part)
        c, s = self.cos.take(part), self.sin.take(part)
        return (
            c * x + s * y - self.corner[:, 0].take(part),
            c * y - s * x - self.corner[:, 1].take(part),
        )

    def to_world(self, local: Floats, part: Ints) -> Floats:
        """Local coordinates ``(M, 2)`` of points of ``part (M,)`` in RD."""
        x, y = local[:, 0] + self.corner[:, 0][part], local[:, 1] + self.corner[:, 1][part]
        c, s = self.cos[part], self.sin[part]
        return np.stack((c * x - s * y + self.center[:, 0][part], s * x + c * y + self.center[:, 1][part])).T

    def plane_to_world(self, plane: Floats, part: Ints) -> Floats:
        """Planes ``z = a*x + b*y + c`` of the local frame as planes around :attr:`center` in RD axes.

        Returns ``(M, 3)`` with ``z = A*(X - center_x) + B*(Y - center_y) + C``.
        """
        a, b, c0 = plane.T
        c, s = self.cos[part], self.sin[part]
        return np.column_stack(
            (c * a - s * b, s * a + c * b, c0 - a * self.corner[part, 0] - b * self.corner[part, 1])
        )

    def plane_to_local(self, plane: Floats, part: Ints) -> Floats:
        """The inverse of :meth:`plane_to_world`, ``(M, 3)``."""
        a, b, c0 = plane.T
        c, s = self.cos[part], self.sin[part]
        right, ahead = c * a + s * b, c * b - s * a
        return np.column_stack(
            (right, ahead, c0 + right * self.corner[part, 0] + ahead * self.corner[part, 1])
        )


@dataclass(frozen=True, slots=True)
class Atlas:
    """Pixels of all parts in one flat array: ``(ix, iy)`` of part ``p`` is ``offset[p] + iy*nx[p] + ix``.

    Every part has at least ``margin`` empty pixels on each side, so neighbours up to ``margin`` away stay
    inside its own block. Local coordinate of a pixel centre: ``(ix - margin + 0.5) * pixel``.

    Attributes
    ----------
    pixel : float
        Side of a pixel [m].
    margin : int
        Empty pixels around the bounding box.
    nx, ny, offset : (P,) int64
    part : (N,) int64
    stride : (N,) int64
        ``nx`` of the pixel's part.
    inside : (N,) bool
        Pixel centre lies in the footprint.
    """

    pixel: float
    margin: int
    nx: Ints
    ny: Ints
    offset: Ints
    part: Ints
    stride: Ints
    inside: Bools


@dataclass(frozen=True, slots=True)
class RoofPoints:
    """Points of the cloud assigned to a part, sorted by pixel.

    Attributes
    ----------
    part : (K,) int64
    xyz : (K, 3) float64 [m]
        Local x, y; z is NAP.
    pixel : (K,) int64
        Pixel in the atlas, ascending.
    segment : (K,) int64
        Plane the point lies on, -1 for none.
    """

    part: Ints
    xyz: Floats
    pixel: Ints
    segment: Ints

    def take(self, rows: Ints) -> RoofPoints:
        """Some of the points; ``rows`` ascending keep them sorted."""
        return RoofPoints(
            self.part[rows], self.xyz.T.take(rows, axis=1).T, self.pixel[rows], self.segment[rows]
        )


@dataclass(frozen=True, slots=True)
class Segments:
    """Planar pieces of the roofs.

    Attributes
    ----------
    plane : (G, 3) float64
        ``z = a*x + b*y + c`` in the local frame; finite, not steeper than 75 degrees.
    part : (G,) int64
        Ascending; a segment lies in one part.
    support : (G,) float64
        Number of inlier points.
    pixel_segment : (N,) int64
        Segment of each pixel of the atlas, -1 for none.
    """

    plane: Floats
    part: Ints
    support: Floats
    pixel_segment: Ints
