"""The ground and what stands on it: heights and shapes of the BGT; pure, no files."""

from twin.ground.collections import COLLECTIONS, LEVEL0, THEMES, Collection, Theme
from twin.ground.coverage import Cells, cells_of, cover, with_water
from twin.ground.levels import HeightSource, SurfaceHeights, surface_heights
from twin.ground.mesh import GroundMesh, ground_mesh
from twin.ground.shapes import GroundShapes, ground_shapes
from twin.ground.terrain import Relief, Terrain

__all__ = [
    "COLLECTIONS",
    "LEVEL0",
    "THEMES",
    "Cells",
    "Collection",
    "GroundMesh",
    "GroundShapes",
    "HeightSource",
    "Relief",
    "SurfaceHeights",
    "Terrain",
    "Theme",
    "cells_of",
    "cover",
    "ground_mesh",
    "ground_shapes",
    "surface_heights",
    "with_water",
]
