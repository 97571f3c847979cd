"""Parallel views of solids, with hidden faces hidden: every pixel knows its surface and how near that is.

A depth buffer instead of a sorting of faces, as the faces of a building overlap one another in circles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.geometry.columns import Bools, Floats, Ints, Shells
from twin.geometry.triangulate import triangulate

_SUN = np.array([-0.45, -0.35, 0.82])  # to the sun, from the south west as on a map that is read
_SUN /= np.linalg.norm(_SUN)
_BEHIND = 0.25  # m: how far a point may lie behind a face and still be seen, as noise puts half of them there
_SIDE = 1.05  # of the picture, against what it must hold


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the picture plane lies.

    Attributes
    ----------
    right, up, toward : (3,) float64
        Axes of the picture, and the direction to the viewer.
    corner : (2,) float64 [m]
        Lower left corner in the picture plane.
    pixel : float [m]
    width, height : int
        Pixels.
    """

    right: Floats
    up: Floats
    toward: Floats
    corner: Floats
    pixel: float
    width: int
    height: int

    @classmethod
    def looking(cls, azimuth: float, elevation: float, xyz: Floats, width: int, height: int) -> Camera:
        """A camera that holds all of ``xyz (N, 3)`` [m].

        Parameters
        ----------
        azimuth, elevation : float [degree]
            Whence it looks: clockwise from the north, and above the horizon.
        width, height : int
            Pixels.
        """
        a, e = np.radians((azimuth, elevation))
        toward = np.array([np.sin(a) * np.cos(e), np.cos(a) * np.cos(e), np.sin(e)])
        right = np.array([-np.cos(a), np.sin(a), 0.0])
        up = np.cross(toward, right)
        plane = np.column_stack((xyz @ right, xyz @ up))
        low, high = plane.min(axis=0), plane.max(axis=0)
        pixel = _SIDE * float(((high - low) / (width, height)).max()) or 1.0
        corner = (low + high) / 2 - np.array((width, height)) * pixel / 2
        return cls(right, up, toward, corner, pixel, width, height)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """``left, right, bottom, top`` [m] of the picture."""
        left, bottom = self.corner.tolist()
        return left, left + self.width * self.pixel, bottom, bottom + self.height * self.pixel

    def project(self, xyz: Floats) -> Floats:
        """Along right, up and toward, of points ``(N, 3)``, as ``(N, 3)`` [m]."""
        return np.asarray(xyz @ np.column_stack((self.right, self.up, self.toward)))


@dataclass(frozen=True, slots=True)
class View:
    """What a camera sees.

    Attributes
    ----------
    camera : Camera
    surface : (H, W) int64
        Surface in each pixel, -1 for none; the lowest row first.
    depth : (H, W) float64 [m]
        Of it along ``toward``; -inf for none.
    """

    camera: Camera
    surface: Ints
    depth: Floats

    def shaded(self, shells: Shells, color: Floats) -> npt.NDArray[np.float64]:
        """The picture ``(H, W, 4)``, from colours ``(S, 3)`` in 0..1: sunlit, with dark edges."""
        triangles, of = triangulate(shells)
        a, b, c = (shells.xyz[triangles[:, k]] for k in range(3))
        normal = np.zeros((len(shells.semantics), 3))
        np.add.at(normal, of, np.cross(b - a, c - a))
        normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
        light = 0.62 + 0.38 * np.clip(normal @ _SUN, 0, 1)
        seen = self.surface >= 0
        picture = np.zeros((*self.surface.shape, 4))
        picture[seen, :3] = np.clip(color * light[:, None], 0, 1)[self.surface[seen]]
        picture[seen, 3] = 1
        picture[self.edges()] = (0.15, 0.15, 0.17, 1)
        return picture

    def edges(self) -> Bools:
        """Pixels ``(H, W)`` where another surface begins; surfaces are flat, so there are no other edges."""
        edge = np.zeros(self.surface.shape, dtype=bool)
        for axis in (0, 1):
            here, there = _pair(self.surface, axis)
            differ = here != there
            first, second = _pair(edge, axis)
            first |= differ & (here >= 0)
            second |= differ & (there >= 0) & (here < 0)
        return edge

    def sees(self, xyz: Floats) -> Bools:
        """Which points ``(N, 3)`` are not hidden behind a surface."""
        place = self.camera.project(xyz)
        column, row = ((place[:, :2] - self.camera.corner) / self.camera.pixel).astype(np.int64).T
        inside = (column >= 0) & (column < self.camera.width) & (row >= 0) & (row < self.camera.height)
        in_front = np.full(len(xyz), -np.inf)
        in_front[inside] = self.depth[row[inside], column[inside]]
        return np.asarray(place[:, 2] > in_front - _BEHIND)


def look(camera: Camera, shells: Shells) -> View:
    """What ``camera`` sees of ``shells``; triangle by triangle, as a building has few large ones."""
    surface = np.full((camera.height, camera.width), -1, dtype=np.int64)
    depth = np.full(surface.shape, -np.inf)
    triangles, of = triangulate(shells)
    place = camera.project(shells.xyz)
    place[:, :2] = (place[:, :2] - camera.corner) / camera.pixel
    corners = place[triangles]
    ab, ac = corners[:, 1, :2] - corners[:, 0, :2], corners[:, 2, :2] - corners[:, 0, :2]
    double = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    for k in np.flatnonzero(double > 1e-9).tolist():  # those that face the camera
        _burn(surface, depth, corners[k], float(double[k]), int(of[k]))
    return View(camera, surface, depth)


def _burn(surface: Ints, depth: Floats, corner: Floats, double: float, number: int) -> None:
    """Draw a triangle with corners ``(3, 3)`` [pixel, pixel, m] where it is nearest."""
    low = np.maximum(np.floor(corner[:, :2].min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(corner[:, :2].max(axis=0)).astype(int) + 1, surface.shape[::-1])
    if (low >= high).any():
        return
    x, y = np.arange(low[0], high[0]) + 0.5, (np.arange(low[1], high[1]) + 0.5)[:, None]
    (x0, y0, z0), (x1, y1, z1), (x2, y2, z2) = corner
    second = ((x - x0) * (y2 - y0) - (y - y0) * (x2 - x0)) / double
    third = ((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) / double
    first = 1 - second - third
    z = first * z0 + second * z1 + third * z2
    window = slice(low[1], high[1]), slice(low[0], high[0])
    least = np.minimum(np.minimum(first, second), third)
    nearer = (least >= -1e-6) & (z > depth[window])
    depth[window][nearer] = z[nearer]
    surface[window][nearer] = number


def _pair(grid: Any, axis: int) -> tuple[Any, Any]:
    """Each cell but the last along an axis, and the next one; views."""
    return (grid[:-1], grid[1:]) if axis == 0 else (grid[:, :-1], grid[:, 1:])
