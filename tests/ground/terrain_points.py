"""Ground points of which the height is known everywhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.geometry.columns import Floats
from twin.ground import Terrain

BOX = (1000.0, 400000.0, 1060.0, 400060.0)
Height = Callable[[Floats], Floats]


def slope(xy: Floats) -> Floats:
    """A plane that rises to the north-east."""
    height: Floats = 2.0 + 0.05 * (xy[:, 0] - 1000) - 0.02 * (xy[:, 1] - 400000)
    return height


def grid(box: tuple[float, float, float, float] = BOX, step: float = 0.5, margin: float = 12.0) -> Floats:
    """Places at regular distances, symmetric within each cell of a metre."""
    x = np.arange(box[0] - margin + step / 2, box[2] + margin, step)
    y = np.arange(box[1] - margin + step / 2, box[3] + margin, step)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def lifted(xy: Floats, height: Height = slope) -> Floats:
    """Points ``(N, 3)`` on a surface."""
    return np.column_stack((xy, height(xy)))


def terrain(height: Height = slope) -> Terrain:
    """The terrain of a surface, measured everywhere."""
    return Terrain.from_points(lifted(grid(), height), BOX)


def no_terrain() -> Terrain:
    """What is left where no ground point is."""
    return Terrain.from_points(np.empty((0, 3)), BOX)
