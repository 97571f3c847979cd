"""Solids of structures from the surfaces they stand on, or are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from ingest.ahn import Points
from twin.geometry.columns import Bools, Floats, Ints, Shells
from twin.geometry.select import vertex_objects, without
from twin.ground import Terrain
from twin.ground.portals import opened
from twin.ground.solids import solids_between
from twin.ground.structures import (
    DECK_THICKNESS,
    FOOTING,
    PAVEMENT,
    SUPPORTS,
    TUNNEL_FLOOR,
    rises,
    tunnel_roof,
)

MEASURED, ASSUMED = "punten van het AHN", "aangenomen naar de soort"
_KIND = ("plus_type", "bgt_type", "type_overbruggingsdeel")


@dataclass(frozen=True, slots=True)
class BuiltSolids:
    """Solids of structures, a row per object.

    Attributes
    ----------
    solids : Shells
    height : (G,) float64
        Above the ground, of a deck its thickness, of a tunnel how high it is inside [m].
    source : (G,) object of str
        Where the height is from.
    """

    solids: Shells
    height: Floats
    source: npt.NDArray[np.object_]


def build_solids(
    collection: str,
    frame: gpd.GeoDataFrame,
    shapes: npt.NDArray[Any],
    surfaces: Shells,
    carries: Bools,
    points: Points,
    terrain: Terrain,
    mouths: Floats,
) -> BuiltSolids:
    """Make solids of structures.

    A deck hangs below its surface, and a little lower where a road lies on it (``carries``); what supports
    it reaches into the ground. A tunnel stands around the road in it, and is open at its
    ``mouths (M, 2, 2)``; one on the ground stays a surface. All else rises from its surface.
    """
    kind = kinds_of(frame)
    under = frame["relatieve_hoogteligging"].to_numpy() < 0
    owner: Ints = vertex_objects(surfaces)
    z = surfaces.xyz[:, 2]
    if collection == "overbruggingsdeel":
        top = z - np.where(carries, PAVEMENT, 0.0)[owner]
        supports = np.isin(kind, SUPPORTS)[owner]
        footing = terrain.sample(surfaces.xyz[:, :2]) - FOOTING
        bottom = np.where(supports, np.minimum(footing, top - DECK_THICKNESS), top - DECK_THICKNESS)
        height = np.full(len(frame), DECK_THICKNESS)
        told = np.zeros(len(frame), dtype=bool)
    elif collection == "tunneldeel":
        surfaces = without(surfaces, ~under)
        owner, z = vertex_objects(surfaces), surfaces.xyz[:, 2]
        top, bottom = tunnel_roof(surfaces.xyz, terrain), z - TUNNEL_FLOOR
        height, told = np.zeros(len(frame)), np.zeros(len(frame), dtype=bool)
        np.maximum.at(height, owner, np.round(top - z, 2))
    else:
        # Whatever the scanner saw above them, it was not these.
        shapes = shapes.copy()
        shapes[under] = None
        height, told = rises(shapes, kind, collection, points.xyz, points.classification, terrain)
        top, bottom = z + height[owner], z
    solids = solids_between(surfaces, top, bottom)
    if collection == "tunneldeel":
        solids = opened(solids, mouths)
    made = np.diff(solids.object_offsets) > 0
    source = np.where(told, MEASURED, ASSUMED).astype(object)
    source[~made] = None
    return BuiltSolids(solids, np.where(made, height, np.nan), source)


def kinds_of(frame: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Most precise kind that the register gives; None where it gives none."""
    kind = pd.Series([None] * len(frame), dtype="object")
    for name in _KIND:
        if name in frame:
            given = frame[name].reset_index(drop=True).astype("object")
            kind = kind.where(kind.notna(), given)
    return np.asarray(kind.where(kind.notna(), None), dtype=object)
