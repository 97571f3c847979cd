"""The BGT objects of a tile: heights, CityObjects, attributes and triangles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from ingest.ahn import Points
from twin.build.cloud import Cloud, grown
from twin.build.isolate import isolating
from twin.build.meshes import ThemeMesh, join_meshes, mesh_of
from twin.build.seen import Seen
from twin.cityjson import CityObjects, Geometry
from twin.cityjson.sequence import json_attributes
from twin.geometry.columns import Bytes, Shells
from twin.geometry.select import concatenate
from twin.ground import COLLECTIONS, Collection, GroundShapes, Terrain, banks, ground_shapes, surface_heights
from twin.ground.levels import GROUND

LOD = "1"  # a surface without thickness or detail of its own
_BANK = np.array((178, 172, 160), dtype=np.uint8)
FAULT = "fout in het programma bij dit object; zie het logboek van de bouw"
_SHADED_BY = ("bgt_functie", "bgt_fysiek_voorkomen", "bgt_type")


@dataclass(frozen=True, slots=True)
class Lifted:
    """Objects of one collection, in 3D.

    Attributes
    ----------
    objects : CityObjects
    geometries : list of Geometry
    attributes : DataFrame
        As the catalogue names them.
    mesh : ThemeMesh
    """

    objects: CityObjects
    geometries: list[Geometry]
    attributes: pd.DataFrame
    mesh: ThemeMesh


def build(collections: dict[str, gpd.GeoDataFrame], cloud: Cloud, seen: Seen) -> dict[str, Lifted]:
    """Lift the BGT objects of a tile; one without a known height keeps its attributes."""
    if not collections:
        return {}
    points = cloud.points
    bounds = np.array([f.total_bounds for f in collections.values()])
    # With the margin, so that objects on either side of a tile's edge see the same terrain there.
    box = grown((*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist()))
    terrain = Terrain.from_points(points.xyz[points.classification == GROUND], box)
    return {
        name: _lift(COLLECTIONS[name], f, points, terrain, seen) for name, f in sorted(collections.items())
    }


def _lift(
    collection: Collection, frame: gpd.GeoDataFrame, points: Points, terrain: Terrain, seen: Seen
) -> Lifted:
    pieces = isolating(
        lambda some: _raise(collection, frame.iloc[some], points, terrain), frame["identificatie"].tolist()
    )
    raised = [p.result or _Raised.nothing(len(p.rows)) for p in pieces]
    lifted = GroundShapes(
        *(concatenate([getattr(r.shapes, kind) for r in raised]) for kind in ("surfaces", "lines", "points"))
    )
    sources = [source for r in raised for source in r.sources]
    table = frame.assign(h_bron=sources, h_maaiveld=_mean_height(lifted))
    attributes = seen.all.conform(table, collection.name)
    rows = np.arange(len(frame), dtype=np.int64)
    types = (collection.surface_type,) if collection.surface_type else ()
    mesh = mesh_of(lifted.surfaces, rows, _per_surface(_colors(collection, frame), lifted.surfaces))
    if collection.water:
        walls = concatenate([r.banks for r in raised])
        mesh = join_meshes(mesh, mesh_of(walls, rows, _per_surface(np.tile(_BANK, (len(frame), 1)), walls)))
    properties = attributes[seen.carried(collection.name)].copy()
    properties.insert(1, "collection", collection.name)
    return Lifted(
        CityObjects(
            frame["object_id"].tolist(),
            [collection.city_type] * len(frame),
            np.full(len(frame), -1, dtype=np.int64),
            json_attributes(seen.public.conform(attributes, collection.name)),
        ),
        [
            Geometry("MultiSurface", LOD, lifted.surfaces, rows, types),
            Geometry("MultiLineString", LOD, lifted.lines, rows, ()),
            Geometry("MultiPoint", LOD, lifted.points, rows, ()),
        ],
        attributes,
        ThemeMesh(collection.theme, mesh, None, properties),
    )


@dataclass(frozen=True, slots=True)
class _Raised:
    """Shapes of ``G`` objects at their heights, where these come from, and the walls down to water."""

    shapes: GroundShapes
    sources: list[str]
    banks: Shells

    @classmethod
    def nothing(cls, objects: int) -> _Raised:
        """Of objects that the method broke on."""
        none = _no_shells(objects)
        return cls(GroundShapes(none, none, none), [FAULT] * objects, none)


def _raise(collection: Collection, frame: gpd.GeoDataFrame, points: Points, terrain: Terrain) -> _Raised:
    shapes = frame.geometry.to_numpy()
    heights = surface_heights(
        shapes,
        frame["relatieve_hoogteligging"].to_numpy(dtype=np.int64),
        np.full(len(frame), collection.water),
        points.xyz,
        points.classification,
        terrain,
    )
    return _Raised(
        ground_shapes(shapes, heights, terrain),
        [str(s) for s in heights.source],
        banks(shapes, heights, terrain) if collection.water else _no_shells(len(frame)),
    )


def _no_shells(objects: int) -> Shells:
    start = np.zeros(1, dtype=np.int64)
    return Shells(
        np.empty((0, 3)),
        start[:0],
        start,
        start,
        np.zeros(objects + 1, dtype=np.int64),
        np.empty(0, dtype=np.uint8),
    )


def _per_surface(colors: Bytes, shells: Shells) -> Bytes:
    """Colour ``(S, 3)`` of each surface from that of its object ``(O, 3)``."""
    return np.repeat(colors, np.diff(shells.object_offsets), axis=0)


def _mean_height(shapes: GroundShapes) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Mean height of the vertices of each object [m, NAP]; NaN for one without."""
    total = np.zeros(len(shapes.surfaces))
    count = np.zeros(len(shapes.surfaces))
    for shells in (shapes.surfaces, shapes.lines, shapes.points):
        owner = _vertex_owner(shells)
        total += np.bincount(owner, weights=shells.xyz[shells.ring_vertices, 2], minlength=len(shells))
        count += np.bincount(owner, minlength=len(shells))
    return np.where(count > 0, np.round(total / np.maximum(count, 1), 2), np.nan)


def _vertex_owner(shells: Shells) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    per_object = np.diff(shells.ring_offsets[shells.surface_offsets[shells.object_offsets]])
    return np.repeat(np.arange(len(shells)), per_object)


def _colors(collection: Collection, frame: gpd.GeoDataFrame) -> Bytes:
    """Colour ``(G, 3)`` of each object: its collection's, or the shade of its function or appearance."""
    chosen: pd.Series[Any] = pd.Series([None] * len(frame), dtype="object")
    for name in _SHADED_BY:
        if name in frame:
            chosen = chosen.where(chosen.notna(), frame[name].reset_index(drop=True).map(collection.shades))
    return np.array(
        [c or collection.color for c in chosen.where(chosen.notna(), None)], dtype=np.uint8
    ).reshape(-1, 3)
