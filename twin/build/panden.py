"""The panden of a tile: solids, CityObjects, attributes and triangles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from tiles import Mesh
from twin.build.cloud import Cloud
from twin.build.ground import Raised, either
from twin.build.isolate import isolating
from twin.build.level0 import NOT_BUILT
from twin.build.meshes import ThemeMesh, mesh_of
from twin.build.seen import Seen
from twin.cityjson import CityObjects, Geometry
from twin.cityjson.sequence import json_attributes
from twin.geometry.columns import Bools, Floats, Ints, Semantic, Shells
from twin.geometry.footprints import columns_of, flat_shells
from twin.geometry.measure import FLAT_ROOF, surface_vectors
from twin.geometry.select import concatenate, take, vertex_objects
from twin.ground.solids import plinths
from twin.reconstruction import LODS, Reconstruction, Status, reconstruct
from twin.reconstruction.fit import Fit
from twin.reconstruction.reasons import Reason

_WALL, _FLAT, _PITCHED, _OUTLINE = (238, 232, 222), (201, 200, 197), (196, 146, 122), (214, 206, 196)
MILLIMETRE = 0.001


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
    fit : dict of str to Fit
        Distances of the roof points per LoD.
    """

    objects: CityObjects
    geometries: list[Geometry]
    attributes: pd.DataFrame
    mesh: ThemeMesh
    fit: dict[str, Fit]


def build(
    frame: gpd.GeoDataFrame, cloud: Cloud, chunk: int, seen: Seen, raised: Raised | None = None
) -> Built:
    """Reconstruct the panden of a tile; each is there in the end, at the best LoD its data supports.

    ``raised`` is where they stand on the ground, as LoD 0.
    """
    polygons = _mended(frame.geometry.to_numpy())
    model = _reconstruct(polygons, _status(frame), frame["identificatie"].tolist(), cloud, chunk)
    outlines = _outlines(polygons, model)
    table = frame.drop(columns=[c for c in model.quality if c in frame]).join(model.quality)
    base: Floats = model.quality["h_maaiveld"].to_numpy(dtype=np.float64, na_value=np.nan)
    plinth = None
    if raised is not None:
        standing = np.diff(raised.shells.object_offsets) > 0
        outlines = either(raised.shells, outlines, standing)
        plinth = plinths(raised.shells, base)
        lowest, median = _ground_line(raised.shells)
        table = table.assign(h_maaiveld_min=lowest, h_maaiveld_mediaan=median)
    attributes = seen.all.conform(table, "pand")

    part_rows = len(frame) + np.arange(len(model.part_pand), dtype=np.int64)
    geometries = [Geometry("MultiSurface", "0", outlines, np.arange(len(frame), dtype=np.int64), ())]
    geometries += [Geometry("Solid", lod, solids, part_rows) for lod, solids in model.solids.items()]
    objects = _objects(frame, model, seen.public.conform(attributes, "pand"))
    mesh = _mesh(model, outlines, plinth, attributes, seen.carried("pand"))
    return Built(objects, geometries, attributes, mesh, model.fit)


def _reconstruct(
    polygons: npt.NDArray[Any], status: Ints, ids: list[str], cloud: Cloud, chunk: int
) -> Reconstruction:
    """The model of all panden; one that the reconstruction breaks on has none, and says so."""
    xyz, classification, planes = cloud.points.xyz, cloud.points.classification, cloud.parameters

    def some(rows: Ints) -> Reconstruction:
        return reconstruct(
            polygons[rows], xyz, classification, status=status[rows], chunk=chunk, planes=planes
        )

    pieces = isolating(some, ids)
    models = [p.result or _unmade(len(p.rows)) for p in pieces]
    first = [int(p.rows[0]) if len(p.rows) else 0 for p in pieces]
    quality = pd.concat([m.quality for m in models], ignore_index=True)
    if cloud.delivered:
        quality["lod_reden"] = quality["lod_reden"].replace(Reason.NO_CLOUD.nl, Reason.NO_POINTS.nl)
    return Reconstruction(
        np.concatenate([m.part_pand + row for m, row in zip(models, first, strict=True)]),
        {lod: concatenate([m.solids[lod] for m in models]) for lod in LODS},
        quality,
        {lod: sum((m.fit[lod] for m in models), Fit()) for lod in LODS},
    )


def _unmade(panden: int) -> Reconstruction:
    """What there is to say of panden that the reconstruction broke on."""
    nothing = reconstruct(np.full(panden, None), np.empty((0, 3)), np.empty(0, dtype=np.uint8))
    return replace(nothing, quality=nothing.quality.assign(lod_reden=Reason.INTERNAL_ERROR.nl))


def _mended(polygons: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Outlines that may be drawn; the valid ones, which are nearly all, as they are."""
    wrong = ~shapely.is_valid(polygons)
    mended = polygons.copy()
    mended[wrong] = shapely.make_valid(polygons[wrong], method="structure", keep_collapsed=False)
    return mended


def _status(frame: gpd.GeoDataFrame) -> Ints:
    """What is known beforehand: not yet built, or under the ground."""
    status = np.full(len(frame), Status.STANDING, dtype=np.int64)
    if "pand_status" in frame:
        status[frame["pand_status"].isin(NOT_BUILT).to_numpy()] = Status.NOT_BUILT
    if "relatieve_hoogteligging" in frame:
        below = frame["relatieve_hoogteligging"].fillna(0).to_numpy(dtype=np.float64) < 0
        status[below] = Status.UNDERGROUND
    return status


def _outlines(polygons: npt.NDArray[Any], model: Reconstruction) -> Shells:
    """LoD 0: the outline on the ground, at NAP 0 where its height is unknown; none without an area."""
    rounded = shapely.set_precision(polygons, MILLIMETRE)
    parts, pand = shapely.get_parts(rounded, return_index=True)
    drawn = ~shapely.is_empty(parts)
    parts, pand = parts[drawn], pand[drawn]
    ground = model.quality["h_maaiveld"].fillna(0.0).to_numpy(dtype=np.float64)
    return flat_shells(columns_of(parts), ground[pand], pand, len(polygons))


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


def _ground_line(surfaces: Shells) -> tuple[Floats, Floats]:
    """Lowest and median height of the corners of each surface [m, NAP]; NaN for none."""
    owner, z = vertex_objects(surfaces), surfaces.xyz[:, 2]
    order = np.lexsort((z, owner))
    count = np.bincount(owner, minlength=len(surfaces))
    first = np.cumsum(count) - count
    has = count > 0
    result = np.full((2, len(surfaces)), np.nan)
    result[0, has] = z[order[first[has]]]
    middle = first[has] + (count[has] - 1) // 2, first[has] + count[has] // 2
    result[1, has] = (z[order[middle[0]]] + z[order[middle[1]]]) / 2
    return result[0].round(2), result[1].round(2)


def _mesh(
    model: Reconstruction,
    outlines: Shells,
    plinth: Shells | None,
    attributes: pd.DataFrame,
    carried: list[str],
) -> ThemeMesh:
    """In the detail the best solid of each part, in the overview its LoD 1.2; an outline without either.

    A plinth closes what is open below a solid.
    """
    best, blocks = _best(model), model.solids["1.2"]
    bare = np.setdiff1d(np.arange(len(outlines)), model.part_pand[np.diff(best.object_offsets) > 0])
    flat = take(outlines, bare)
    rows = np.concatenate((model.part_pand, bare))
    properties = attributes[carried].copy()
    properties.insert(1, "collection", "pand")
    pitched = (attributes["dak_type"] == "hellend").fillna(False).to_numpy(dtype=bool)
    detail = best if plinth is None else concatenate([best, plinth])
    detail_rows = rows if plinth is None else np.concatenate((model.part_pand, np.arange(len(plinth)), bare))
    # From afar a block wears the colour of the roof it stands for.
    return ThemeMesh(
        "pand",
        _painted(detail, flat, detail_rows),
        _painted(blocks, flat, rows, pitched[model.part_pand]),
        properties,
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
