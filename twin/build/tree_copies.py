"""Trees of a tile: surfaces for CityJSON, and copies of one crown and one stem for the tiles."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from tiles import Instances, Prototype
from twin.geometry.columns import Bools, Floats, Ints, Shells
from twin.geometry.select import concatenate, take
from twin.ground.collections import Color
from twin.ground.tree_shapes import tree_parts, tree_shells

_STEM: Color = (128, 112, 92)


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees of which place, height and crown are known, by their row ``(N,)``."""

    rows: Ints
    place: Floats
    height: Floats
    radius: Floats

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame, points: Shells) -> Trees:
        """Those of the objects ``(G,)`` that have all of it, of which ``points`` are the places."""
        single, places = single_points(points)
        unknown = pd.Series(np.nan, index=frame.index)
        height, radius = (
            frame.get(c, unknown).to_numpy(dtype=np.float64) for c in ("h_object", "kroonstraal")
        )
        known = np.flatnonzero(np.isfinite(height) & np.isfinite(radius) & single)
        return cls(known, places[known], height[known], radius[known])

    def over(self, surfaces: Shells) -> Shells:
        """Crown and stem of every tree, and of all else the surfaces as they are."""
        trees = tree_shells(self.place, self.height, self.radius)
        which = len(self.rows) + np.arange(len(surfaces))
        which[self.rows] = np.arange(len(self.rows))
        return take(concatenate([trees, surfaces]), which)

    def instances(self, crown: Color, *, simple: bool = False) -> Instances:
        """The trees as copies of one crown and one stem."""
        parts = tree_parts(self.place, self.height, self.radius, simple=simple)
        colors = [np.array(color, dtype=np.uint8) for color in (crown, _STEM)]
        return Instances.merged(
            [
                Instances(
                    (
                        Prototype(
                            p.xyz,
                            p.triangles,
                            np.tile(color, (len(p.triangles), 1)),
                            p.part,
                        ),
                    ),
                    np.zeros(len(self.rows), dtype=np.int64),
                    p.place,
                    p.scale,
                    self.rows,
                )
                for p, color in zip(parts, colors, strict=False)
            ]
        )


def single_points(points: Shells) -> tuple[Bools, Floats]:
    """Objects that are one point ``(G,)``, and their places ``(G, 3)``; NaN for the others."""
    first = points.ring_offsets[points.surface_offsets[points.object_offsets]]
    single = np.diff(first) == 1
    places = np.full((len(single), 3), np.nan)
    places[single] = points.xyz[points.ring_vertices[first[:-1][single]]]
    return single, places
