"""Heights and shapes of the BGT surfaces; pure, no files."""

from twin.ground.banks import banks
from twin.ground.collections import COLLECTIONS, THEMES, Collection, Theme
from twin.ground.levels import SurfaceHeights, surface_heights
from twin.ground.shapes import GroundShapes, ground_shapes
from twin.ground.terrain import Terrain

__all__ = [
    "COLLECTIONS",
    "THEMES",
    "Collection",
    "GroundShapes",
    "SurfaceHeights",
    "Terrain",
    "Theme",
    "banks",
    "ground_shapes",
    "surface_heights",
]
