"""The BGT objects of a tile: heights, CityObjects, attributes and triangles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import GeometryType

from ingest.ahn import Points
from tiles import Instances
from twin.build.ground import BANK, OPENING, Ground, Raised, either
from twin.build.isolate import isolating
from twin.build.meshes import ThemeMesh, mesh_of, seen_from_inside
from twin.build.seen import Seen
from twin.build.structures import ASSUMED, build_solids, kinds_of
from twin.build.tracks import RAILS, on_their_level
from twin.build.tree_copies import Trees, single_points
from twin.cityjson import CityObjects, Geometry
from twin.cityjson.sequence import json_attributes
from twin.geometry.columns import Bools, Bytes, Floats, Semantic, Shells
from twin.geometry.ragged import rows_of
from twin.geometry.select import concatenate, ring_vertex_surfaces, take, without, without_surfaces
from twin.ground import (
    COLLECTIONS,
    LEVEL0,
    Collection,
    GroundShapes,
    HeightSource,
    Terrain,
    ground_shapes,
    surface_heights,
)
from twin.ground.furniture import furniture_shells, usual_sizes
from twin.ground.levels import FAULT
from twin.ground.portals import is_open
from twin.ground.structures import LINE_WIDTH, STRUCTURES

LOD = "1"  # a surface without thickness or detail of its own
_BANK = np.array((178, 172, 160), dtype=np.uint8)
_BANK_TYPE = "WaterGroundSurface"  # a quay is where the water meets the ground at its side
LINE_STEP = 5.0  # [m] between vertices of a line, so that it follows the ground
_UPRIGHT = ("CityFurniture", "SolitaryVegetationObject")
"""Types of objects that stand on the ground with shapes of their own."""
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
    mesh : ThemeMesh or None
        None where it is not drawn.
    """

    objects: CityObjects
    geometries: list[Geometry]
    attributes: pd.DataFrame
    mesh: ThemeMesh | None


def build(collections: dict[str, gpd.GeoDataFrame], seen: Seen, ground: Ground) -> dict[str, Lifted]:
    """Lift the BGT objects of a tile; one without a known height keeps its attributes."""
    return {name: _lift(COLLECTIONS[name], f, seen, ground) for name, f in sorted(collections.items())}


def _lift(collection: Collection, frame: gpd.GeoDataFrame, seen: Seen, ground: Ground) -> Lifted:
    raised = ground.raised.get(collection.name)
    present = raised.present if raised else np.zeros(len(frame), dtype=bool)
    covered = _covered(collection, frame, present) if ground.raised else np.zeros(len(frame), dtype=bool)
    # What has a surface in a partition is lifted with its neighbours; all else by itself.
    shapes = _widened(collection, frame.geometry.to_numpy(dtype=object).copy())
    others = shapes.copy()
    others[present | covered] = None
    alone = frame.set_geometry(others, crs=frame.crs)
    pieces = isolating(
        lambda some: _raise(collection, alone.iloc[some], ground.points, ground.terrain),
        frame["identificatie"].tolist(),
    )
    own = [p.result or _Raised.nothing(len(p.rows)) for p in pieces]
    lifted = GroundShapes(
        *(concatenate([getattr(r.shapes, kind) for r in own]) for kind in ("surfaces", "lines", "points"))
    )
    sources = np.array([source for r in own for source in r.sources], dtype=object)
    sources[covered] = str(HeightSource.COVERED)
    measured = np.full(len(frame), np.nan)
    if raised:
        lifted = replace(lifted, surfaces=either(raised.shells, lifted.surfaces, present))
        sources = np.where(present, raised.source, sources)
        measured = raised.measured
    table = frame.assign(
        h_bron=sources,
        h_gemeten=np.round(measured, 2),
        h_maaiveld=_mean_height(lifted),
        hersteld=_mended(frame, raised),
    )
    solids = trees = None
    if collection.name == RAILS:
        lifted, sources, measured = on_their_level(frame, lifted, sources, ground)
        table = table.assign(h_bron=sources, h_gemeten=measured, h_maaiveld=_mean_height(lifted))
    if collection.city_type == "SolitaryVegetationObject":
        trees = Trees.of(frame, lifted.points)
        lifted = replace(lifted, surfaces=trees.over(lifted.surfaces))
    if collection.city_type == "CityFurniture":
        lifted, height = _furniture(collection.name, frame, lifted)
        source = [ASSUMED if known else None for known in np.isfinite(height).tolist()]
        table = table.assign(h_object=height, h_object_bron=source)
    if collection.name in STRUCTURES:
        carries = raised.carries if raised else np.zeros(len(frame), dtype=bool)
        built = build_solids(
            collection.name,
            frame,
            shapes,
            lifted.surfaces,
            carries,
            ground.points,
            ground.terrain,
            ground.mouths,
        )
        solids = built.solids
        table = table.assign(h_object=built.height, h_object_bron=built.source)
    return _described(collection, frame, table, lifted, solids, trees, seen)


def _furniture(name: str, frame: gpd.GeoDataFrame, lifted: GroundShapes) -> tuple[GroundShapes, Floats]:
    """A small shape for everything that is one point, and how high it is ``(G,)`` [m]; NaN for all else."""
    single, places = single_points(lifted.points)
    known = np.flatnonzero(single)
    size = usual_sizes(name, kinds_of(frame))
    which = len(known) + np.arange(len(frame))
    which[known] = np.arange(len(known))
    shapes = take(concatenate([furniture_shells(places[known], size[known]), lifted.surfaces]), which)
    return replace(lifted, surfaces=shapes), np.where(single, size[:, 0], np.nan)


def _widened(collection: Collection, shapes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Structures that are drawn as lines, as wide as they may be."""
    if collection.name not in STRUCTURES:
        return shapes
    line = np.isin(shapely.get_type_id(shapes), (GeometryType.LINESTRING, GeometryType.MULTILINESTRING))
    wide = shapely.buffer(shapes[line], LINE_WIDTH / 2, cap_style="flat", join_style="mitre")
    # After widening, which drops vertices on a straight line.
    shapes[line] = shapely.segmentize(wide, LINE_STEP)
    return shapes


def _described(
    collection: Collection,
    frame: gpd.GeoDataFrame,
    table: gpd.GeoDataFrame,
    lifted: GroundShapes,
    solids: Shells | None,
    trees: Trees | None,
    seen: Seen,
) -> Lifted:
    """Objects with their attributes and colours; a solid takes the place of the surface it was made from."""
    attributes = seen.all.conform(table, collection.name)
    rows = np.arange(len(frame), dtype=np.int64)
    upright = collection.city_type in _UPRIGHT
    # By SURFACE, BANK and OPENING.
    types = (collection.surface_type, _BANK_TYPE if collection.water else "", Semantic.CLOSURE.cityjson_type)
    surfaces, geometries = lifted.surfaces, []
    if solids is not None:
        solid = np.diff(solids.object_offsets) > 0
        geometries.append(Geometry("Solid", LOD, solids, rows))
        surfaces = without(surfaces, solid)
        drawn = either(without_surfaces(solids, solids.semantics == Semantic.CLOSURE), surfaces, solid)
    else:
        drawn = without_surfaces(surfaces, (surfaces.semantics == OPENING) & (not upright))
    copies: list[Instances] = []
    if trees is not None:
        copies = [trees.instances(collection.color, simple=simple) for simple in (False, True)]
        drawn = without(drawn, np.isin(rows, trees.rows))
    colors = _per_surface(_colors(collection, frame), drawn)
    bank = (drawn.semantics == BANK) & collection.water
    colors[bank] = _BANK
    ground = ~bank & (not upright)
    if solids is not None:
        ground &= ~np.repeat(solid, np.diff(drawn.object_offsets))
    mesh = mesh_of(drawn, rows, colors, ground)
    if solids is not None:
        mesh = seen_from_inside(mesh, is_open(solids))
    properties = attributes[seen.carried(collection.name)].copy()
    properties.insert(1, "collection", collection.name)
    return Lifted(
        CityObjects(
            frame["object_id"].tolist(),
            _types(collection, frame),
            np.full(len(frame), -1, dtype=np.int64),
            json_attributes(seen.public.conform(attributes, collection.name)),
        ),
        [
            *geometries,
            Geometry("MultiSurface", LOD, surfaces, rows, () if upright else types),
            Geometry("MultiLineString", LOD, lifted.lines, rows, ()),
            Geometry("MultiPoint", LOD, lifted.points, rows, ()),
        ],
        attributes,
        ThemeMesh(collection.theme, mesh, None, properties, None, *copies) if collection.theme else None,
    )


def _types(collection: Collection, frame: gpd.GeoDataFrame) -> list[str]:
    """Type of each CityObject."""
    if not collection.types or "bgt_functie" not in frame:
        return [collection.city_type] * len(frame)
    return [collection.types.get(str(f), collection.city_type) for f in frame["bgt_functie"]]


def _covered(collection: Collection, frame: gpd.GeoDataFrame, present: Bools) -> Bools:
    """Areas of level 0 of which other objects left nothing."""
    area = frame.geometry.geom_type.isin(("Polygon", "MultiPolygon")).to_numpy()
    ground = frame["relatieve_hoogteligging"].to_numpy() == 0
    covered: Bools = area & ground & ~present & (collection.name in LEVEL0)
    return covered


def _mended(frame: gpd.GeoDataFrame, raised: Raised | None) -> Bools:
    """Whether the outline of an object is not the one delivered."""
    mended = (
        frame["hersteld"].to_numpy(dtype=bool) if "hersteld" in frame else np.zeros(len(frame), dtype=bool)
    )
    return mended | raised.mended if raised else mended


@dataclass(frozen=True, slots=True)
class _Raised:
    """Shapes of ``G`` objects at their heights, and where these come from."""

    shapes: GroundShapes
    sources: list[str]

    @classmethod
    def nothing(cls, objects: int) -> _Raised:
        """Of objects that the method broke on."""
        none = _no_shells(objects)
        return cls(GroundShapes(none, none, none), [FAULT] * objects)


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
    return _Raised(ground_shapes(shapes, heights, terrain), [str(s) for s in heights.source])


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


def _mean_height(shapes: GroundShapes) -> Floats:
    """Mean height of the vertices of each object [m, NAP], banks left out; NaN for one without."""
    total = np.zeros(len(shapes.surfaces))
    count = np.zeros(len(shapes.surfaces))
    for shells in (shapes.surfaces, shapes.lines, shapes.points):
        surface = ring_vertex_surfaces(shells)
        counted = shells.semantics[surface] != BANK
        owner = rows_of(shells.object_offsets)[surface[counted]]
        z = shells.xyz[shells.ring_vertices[counted], 2]
        total += np.bincount(owner, weights=z, minlength=len(shells))
        count += np.bincount(owner, minlength=len(shells))
    return np.where(count > 0, np.round(total / np.maximum(count, 1), 2), np.nan)


def _colors(collection: Collection, frame: gpd.GeoDataFrame) -> Bytes:
    """Colour ``(G, 3)`` of each object: its collection's, or the shade of its function or appearance."""
    chosen: pd.Series[Any] = pd.Series([None] * len(frame), dtype="object")
    for name in _SHADED_BY:
        if name in frame:
            chosen = chosen.where(chosen.notna(), frame[name].reset_index(drop=True).map(collection.shades))
    return np.array(
        [c or collection.color for c in chosen.where(chosen.notna(), None)], dtype=np.uint8
    ).reshape(-1, 3)
