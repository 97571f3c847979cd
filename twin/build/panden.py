"""The panden of a tile: solids, CityObjects, attributes and triangles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ingest.ahn import Points
from tiles import Mesh
from twin.build.meshes import ThemeMesh, mesh_of
from twin.catalogue import CATALOGUE
from twin.cityjson import CityObjects, Geometry
from twin.cityjson.sequence import json_attributes
from twin.geometry.columns import Bools, Ints, Semantic, Shells
from twin.geometry.footprints import columns_of, flat_shells
from twin.geometry.measure import FLAT_ROOF, surface_vectors
from twin.geometry.select import concatenate, take
from twin.reconstruction import Reconstruction, Status, reconstruct

_WALL, _FLAT, _PITCHED, _OUTLINE = (238, 232, 222), (201, 200, 197), (196, 146, 122), (214, 206, 196)
_NOT_BUILT = ("Bouwvergunning verleend", "Bouw gestart")


@dataclass(frozen=True, slots=True)
class Built:
    """Panden of a tile, in 3D.

    Attributes
    ----------
    objects : CityObjects
        A Building per pand, a BuildingPart per solid.
    geometries : list of Geometry
        LoD 0 on the Building; LoD 1.2, 1.3 and 2.2 on its parts.
    attributes : DataFrame
    mesh : ThemeMesh
    """

    objects: CityObjects
    geometries: list[Geometry]
    attributes: pd.DataFrame
    mesh: ThemeMesh


def build(frame: gpd.GeoDataFrame, points: Points, chunk: int) -> Built:
    """Reconstruct the panden of a tile; each is there in the end, at the best LoD its data supports."""
    polygons = frame.geometry.to_numpy()
    model = reconstruct(polygons, points.xyz, points.classification, status=_status(frame), chunk=chunk)
    table = frame.drop(columns=[c for c in model.quality if c in frame]).join(model.quality)
    attributes = CATALOGUE.conform(table, "pand")

    outlines = _outlines(polygons, model)
    part_rows = len(frame) + np.arange(len(model.part_pand), dtype=np.int64)
    geometries = [Geometry("MultiSurface", "0", outlines, np.arange(len(frame), dtype=np.int64), ())]
    geometries += [Geometry("Solid", lod, solids, part_rows) for lod, solids in model.solids.items()]
    objects = _objects(frame, model, attributes)
    return Built(objects, geometries, attributes, _mesh(model, outlines, attributes))


def _status(frame: gpd.GeoDataFrame) -> Ints:
    """What is known beforehand: not yet built, or under the ground."""
    status = np.full(len(frame), Status.STANDING, dtype=np.int64)
    if "pand_status" in frame:
        status[frame["pand_status"].isin(_NOT_BUILT).to_numpy()] = Status.NOT_BUILT
    if "relatieve_hoogteligging" in frame:
        below = frame["relatieve_hoogteligging"].fillna(0).to_numpy(dtype=np.float64) < 0
        status[below] = Status.UNDERGROUND
    return status


def _outlines(polygons: npt.NDArray[Any], model: Reconstruction) -> Shells:
    """LoD 0: the outline on the ground, at NAP 0 where its height is unknown."""
    parts, pand = shapely.get_parts(polygons, return_index=True)
    rounded = shapely.transform(parts, lambda xy: np.round(xy, 3))
    ground = model.quality["h_maaiveld"].fillna(0.0).to_numpy(dtype=np.float64)
    return flat_shells(columns_of(rounded), ground[pand], pand, len(polygons))


def _objects(frame: gpd.GeoDataFrame, model: Reconstruction, attributes: pd.DataFrame) -> CityObjects:
    ids = frame["object_id"].tolist()
    first = np.searchsorted(model.part_pand, model.part_pand)
    number = np.arange(len(model.part_pand)) - first
    part_ids = [f"{ids[p]}-{n}" for p, n in zip(model.part_pand.tolist(), number.tolist(), strict=True)]
    return CityObjects(
        ids + part_ids,
        ["Building"] * len(ids) + ["BuildingPart"] * len(part_ids),
        np.concatenate((np.full(len(ids), -1), model.part_pand)).astype(np.int64),
        json_attributes(attributes) + [{} for _ in part_ids],
    )


def _mesh(model: Reconstruction, outlines: Shells, attributes: pd.DataFrame) -> ThemeMesh:
    """In the detail the best solid of each part, in the overview its LoD 1.2; an outline without either."""
    best, blocks = _best(model), model.solids["1.2"]
    bare = np.setdiff1d(np.arange(len(outlines)), model.part_pand[np.diff(best.object_offsets) > 0])
    flat = take(outlines, bare)
    rows = np.concatenate((model.part_pand, bare))
    properties = attributes[[a.name for a in CATALOGUE.of("pand") if a.tile]].copy()
    properties.insert(1, "collection", "pand")
    pitched = (attributes["dak_type"] == "hellend").fillna(False).to_numpy(dtype=bool)
    # From afar a block wears the colour of the roof it stands for.
    return ThemeMesh(
        "pand", _painted(best, flat, rows), _painted(blocks, flat, rows, pitched[model.part_pand]), properties
    )


def _best(model: Reconstruction) -> Shells:
    """The most detailed solid of every part; none where no LoD was reached."""
    levels = list(model.solids.values())
    parts = len(model.part_pand)
    reached = np.array([np.diff(s.object_offsets) > 0 for s in levels])
    best = len(levels) - 1 - np.argmax(reached[::-1], axis=0)
    return take(concatenate(levels), best * parts + np.arange(parts))


def _painted(solids: Shells, outlines: Shells, rows: Ints, pitched: Bools | None = None) -> Mesh:
    """Walls light, flat roofs grey, pitched roofs terracotta, outlines paper."""
    shells = concatenate([solids, outlines])
    vector = surface_vectors(shells)
    flat = np.hypot(vector[:, 0], vector[:, 1]) <= np.tan(np.radians(FLAT_ROOF)) * np.abs(vector[:, 2])
    color = np.empty((len(shells.semantics), 3), dtype=np.uint8)
    color[:] = _WALL
    roof = shells.semantics == Semantic.ROOF
    color[roof & flat] = _FLAT
    color[roof & ~flat] = _PITCHED
    if pitched is not None:
        of_pitched = np.repeat(
            np.append(pitched, np.zeros(len(outlines), bool)), np.diff(shells.object_offsets)
        )
        color[roof & of_pitched] = _PITCHED
    color[shells.object_offsets[len(solids)] :] = _OUTLINE
    return mesh_of(shells, rows, color)
