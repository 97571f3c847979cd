"""Roofs with known planes, and point clouds sampled from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Roof:
    """Height and plane number at local ``x, y``; planes ``z = a*x + b*y + c`` as rows."""

    name: str
    polygon: shapely.Polygon
    planes: Array
    surface: Callable[[Array, Array], npt.NDArray[np.int64]]

    def height(self, x: Array, y: Array) -> Array:
        a, b, c = self.planes[self.surface(x, y)].T
        return np.asarray(a * x + b * y + c)


def gable() -> Roof:
    planes = np.array([[0, 0.8, 4.0], [0, -0.8, 10.4]])
    return Roof("gable", shapely.box(0, 0, 12, 8), planes, lambda x, y: (y > 4).astype(np.int64))


def hip() -> Roof:
    planes = np.array([[0, 0.7, 5.0], [0, -0.7, 10.6], [0.7, 0, 5.0], [-0.7, 0, 13.4]])
    return Roof("hip", shapely.box(0, 0, 12, 8), planes, lowest(planes))


def flat() -> Roof:
    planes = np.array([[0, 0, 6.5], [0, 0, 3.1]])
    return Roof("flat", shapely.box(0, 0, 14, 9), planes, lambda x, y: (x > 9).astype(np.int64))


def mansard() -> Roof:
    planes = np.array([[0, 1.7, 4.0], [0, 0.4, 6.6], [0, -0.4, 10.6], [0, -1.7, 21.0]])
    return Roof("mansard", shapely.box(0, 0, 10, 10), planes, lowest(planes))


def hipped_mansard() -> Roof:
    """Eight planes, four of which meet at each inner corner."""
    rise, eaves, knee, width, length = 1.75, 6.0, 2.4, 9.0, 12.0
    upper, above = 0.47, eaves + knee - 0.47 * knee / rise
    sides = [(rise, eaves), (upper, above)]
    planes = [(0, s, c) for s, c in sides] + [(0, -s, c + s * width) for s, c in sides]
    planes += [(s, 0, c) for s, c in sides] + [(-s, 0, c + s * length) for s, c in sides]
    every = np.array(planes)
    return Roof("hipped mansard", shapely.box(0, 0, length, width), every, lowest(every))


def spire(degrees: float) -> Roof:
    """Four steep planes over a tower of 6 x 6 m, 12 m high."""
    slope = np.tan(np.radians(degrees))
    planes = np.array(
        [[0, slope, 12], [0, -slope, 12 + 6 * slope], [slope, 0, 12], [-slope, 0, 12 + 6 * slope]]
    )
    return Roof(f"spire of {degrees:g} degrees", shapely.box(0, 0, 6, 6), planes, lowest(planes))


def dormer() -> Roof:
    planes = np.array([[0, 0.9, 4.0], [0, -0.9, 11.2], [0, 0, 6.7]])

    def surface(x: Array, y: Array) -> npt.NDArray[np.int64]:
        box = (x > 3.5) & (x < 7) & (y > 0.8) & (y < 3)
        return np.where(box, 2, (y > 4).astype(np.int64))

    return Roof("dormer", shapely.box(0, 0, 11, 8), planes, surface)


def cross() -> Roof:
    planes = np.array([[0, 0.8, 4.0], [0, -0.8, 10.4], [0.8, 0, 4.0], [-0.8, 0, 10.4]])
    wing = shapely.union(shapely.box(0, 0, 18, 8), shapely.box(0, 0, 8, 18))

    def surface(x: Array, y: Array) -> npt.NDArray[np.int64]:
        along_x, along_y = (y > 4).astype(np.int64), 2 + (x > 4)
        height = [np.where(k, 10.4 - 0.8 * t, 4 + 0.8 * t) for k, t in ((y > 4, y), (x > 4, x))]
        both = np.where(height[0] >= height[1], along_x, along_y)
        return np.where(y > 8, along_y, np.where(x > 8, along_x, both))

    return Roof("cross", wing, planes, surface)


ROOFS = (gable, hip, flat, mansard, dormer, cross)


def sample(
    roof: Roof,
    density: float,
    noise: float,
    seed: int,
    angle: float = 0.0,
    shift: tuple[float, float] = (0, 0),
) -> tuple[shapely.Polygon, Array, npt.NDArray[np.int64]]:
    """Footprint, points ``(M, 3)`` and the true plane of each, turned by ``angle`` [rad] and shifted."""
    rng = np.random.default_rng(seed)
    x0, y0, x1, y1 = roof.polygon.bounds
    m = rng.poisson(density * (x1 - x0) * (y1 - y0))
    x, y = rng.uniform(x0, x1, m), rng.uniform(y0, y1, m)
    inside = shapely.contains_xy(roof.polygon, x, y)
    x, y = x[inside], y[inside]
    z = roof.height(x, y) + rng.normal(0, noise, len(x))
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, s], [-s, c]])
    world = np.column_stack((np.column_stack((x, y)) @ turn + shift, z))
    polygon = shapely.transform(roof.polygon, lambda xy: np.round(xy @ turn + shift, 3))
    return polygon, np.round(world, 3), roof.surface(x, y)


def lowest(planes: Array) -> Callable[[Array, Array], npt.NDArray[np.int64]]:
    return lambda x, y: np.argmin(planes[:, :1] * x + planes[:, 1:2] * y + planes[:, 2:], axis=0)
