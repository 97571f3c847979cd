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
from twin.build.cloud import Cloud, grown
from twin.build.derived import derived, light_of, neighbours, roof_faces
from twin.build.ground import Raised, either, raise_ground
from twin.build.isolate import Piece, isolating
from twin.build.level0 import NOT_BUILT
from twin.build.meshes import ThemeMesh, mesh_of
from twin.build.presumed import Surroundings, heights_of, with_presumed_blocks
from twin.build.seen import Seen
from twin.cityjson import CityObjects, Geometry
from twin.cityjson.sequence import json_attributes
from twin.geometry.columns import Bools, Bytes, Floats, Ints, Semantic, Shells
from twin.geometry.footprints import columns_of, flat_shells
from twin.geometry.measure import FLAT_ROOF, surface_vectors
from twin.geometry.select import concatenate, take, vertex_objects
from twin.geometry.straight import straightened
from twin.reconstruction import LODS, Reconstruction, Status, reconstruct
from twin.reconstruction.epochs import CloudReason, Epoch, choose
from twin.reconstruction.fit import Fit
from twin.reconstruction.reasons import Reason

_WALL, _FLAT, _PITCHED, _OUTLINE = (238, 232, 222), (201, 200, 197), (196, 146, 122), (214, 206, 196)
_PRESUMED = (247, 245, 241)  # lighter than any wall: it is there, but nobody measured it
MILLIMETRE = 0.001


@dataclass(frozen=True, slots=True)
class Built:
    """Panden of a tile, in 3D.

    Attributes
    ----------
    objects : CityObjects
        A Building per pand, a BuildingPart per solid.
    geometries : list of Geometry
        LoD 0 on the Building; LoD 1.2, 1.3 and 2.2 on its parts, or 1.1.
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
    frame: gpd.GeoDataFrame,
    cloud: Cloud,
    chunk: int,
    seen: Seen,
    raised: Raised | None = None,
    around: Surroundings | None = None,
) -> Built:
    """Reconstruct the panden of a tile; each is there in the end, at the best LoD its data supports.

    ``raised`` is where they stand on the ground, as LoD 0; ``around`` are the panden of other tiles that may
    tell how high one without points is.
    """
    polygons = _mended(frame.geometry.to_numpy())
    lowest, median = _ground_line(raised.shells) if raised else np.full((2, len(frame)), np.nan)
    model = _reconstruct(polygons, _status(frame), frame["identificatie"].tolist(), cloud, chunk, lowest)
    near = around or Surroundings()
    model = with_presumed_blocks(model, polygons, near, lambda some: _measured(some, near, chunk))
    touching = neighbours(frame, near.panden, lambda some: _rebuilt(some, near, chunk))
    light = light_of(model.solids["2.2"], cloud)
    more = derived(model, frame, touching, light)
    model = replace(model, quality=model.quality.join(more))
    outlines = _outlines(polygons, model)
    table = frame.drop(columns=[c for c in model.quality if c in frame]).join(model.quality)
    if raised is not None:
        standing = np.diff(raised.shells.object_offsets) > 0
        outlines = either(raised.shells, outlines, standing)
        table = table.assign(h_maaiveld_min=lowest.round(2), h_maaiveld_mediaan=median.round(2))
    attributes = seen.all.conform(table, "pand")

    part_rows = len(frame) + np.arange(len(model.part_pand), dtype=np.int64)
    geometries = [Geometry("MultiSurface", "0", outlines, np.arange(len(frame), dtype=np.int64), ())]
    told = {"2.2": roof_faces(model.solids["2.2"], light)}
    geometries += [
        Geometry("Solid", lod, solids, part_rows, surface_values=told.get(lod, {}))
        for lod, solids in model.solids.items()
    ]
    objects = _objects(frame, model, seen.public.conform(attributes, "pand"))
    mesh = _mesh(model, outlines, attributes, seen.carried("pand"))
    return Built(objects, geometries, attributes, mesh, model.fit)


def _reconstruct(
    polygons: npt.NDArray[Any], status: Ints, ids: list[str], cloud: Cloud, chunk: int, lowest: Floats
) -> Reconstruction:
    """The model of all panden, each from its cloud; one that a method breaks on has none, and says so.

    ``lowest (M,)`` is where each meets the ground [m, NAP], NaN where that is unknown.
    """
    names = [name for name, _ in cloud.epochs]
    epochs = [epoch for _, epoch in cloud.epochs]
    if not epochs:
        points = cloud.points
        epochs = [Epoch(points.xyz, points.classification, cloud.parameters)]
    chosen, why = _choices(polygons, ids, epochs)
    models, rows = [], []
    for number, epoch in enumerate(epochs):
        own = np.flatnonzero(chosen == number)
        if not len(own) and number:
            continue
        names_of_own = [ids[i] for i in own.tolist()]
        for piece in _pieces(polygons[own], status[own], names_of_own, epoch, chunk, lowest[own]):
            models.append(piece.result or _unmade(len(piece.rows)))
            rows.append(own[piece.rows])
    model = _joined(models, rows)
    quality = model.quality
    if cloud.delivered:
        quality["lod_reden"] = quality["lod_reden"].replace(Reason.NO_CLOUD.nl, Reason.NO_POINTS.nl)
    told = status == Status.STANDING
    texts = {int(r): r.nl for r in CloudReason}
    used = [names[c] if t and names else None for c, t in zip(chosen.tolist(), told.tolist(), strict=True)]
    quality["puntenwolk"] = pd.Series(used, dtype="str")
    reasons = [texts[r] if u else None for r, u in zip(why.tolist(), used, strict=True)]
    quality["puntenwolk_reden"] = pd.Series(reasons, dtype="str")
    return model


def _choices(polygons: npt.NDArray[Any], ids: list[str], epochs: list[Epoch]) -> tuple[Ints, Bytes]:
    """Cloud of each pand and why; the newest for one that can't be looked at."""
    pieces = isolating(lambda rows: choose(polygons[rows], epochs), ids)
    failed = (np.zeros(1, dtype=np.int64), np.full(1, CloudReason.NEWEST, dtype=np.uint8))
    found = [piece.result or failed for piece in pieces]
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def _pieces(
    polygons: npt.NDArray[Any], status: Ints, ids: list[str], epoch: Epoch, chunk: int, lowest: Floats
) -> list[Piece[Reconstruction]]:
    """Models of panden from one cloud, what breaks set apart."""

    def some(rows: Ints) -> Reconstruction:
        return reconstruct(
            polygons[rows], epoch.xyz, epoch.classification,
            status=status[rows], lowest=lowest[rows], chunk=chunk, planes=epoch.parameters,
        )  # fmt: skip

    return isolating(some, ids)


def _joined(models: list[Reconstruction], rows: list[Ints]) -> Reconstruction:
    """Models of some panden each, ``rows`` their numbers, as one in the order of the panden."""
    pand = np.concatenate([r[m.part_pand] for m, r in zip(models, rows, strict=True)])
    order = np.argsort(pand, kind="stable")
    solids = {lod: concatenate([m.solids[lod] for m in models]) for lod in LODS}
    if not np.array_equal(order, np.arange(len(order))):
        solids = {lod: take(shells, order) for lod, shells in solids.items()}
    quality = pd.concat([m.quality for m in models], ignore_index=True)
    return Reconstruction(
        pand[order],
        solids,
        quality.iloc[np.argsort(np.concatenate(rows), kind="stable")].reset_index(drop=True),
        {lod: sum((m.fit[lod] for m in models), Fit()) for lod in LODS},
        np.concatenate([m.part_ground for m in models])[order],
        np.concatenate([m.part_base for m in models])[order],
        np.concatenate([m.part_reason for m in models])[order],
    )


def _measured(frame: gpd.GeoDataFrame, near: Surroundings, chunk: int) -> Floats:
    """Heights above ground of panden of other tiles, as those tiles find them."""
    return heights_of(_rebuilt(frame, near, chunk).quality)


def _rebuilt(frame: gpd.GeoDataFrame, near: Surroundings, chunk: int) -> Reconstruction:
    """Panden of other tiles, as those tiles make them: from the same points, on the same ground."""
    here = replace(near.cloud, box=grown(tuple(frame.total_bounds.tolist()))).read()
    polygons, ids = _mended(frame.geometry.to_numpy()), frame["identificatie"].tolist()
    lowest = np.full(len(frame), np.nan)
    for tile, own in frame.groupby("tile"):
        if (ground := near.grounds.get(str(tile))) is None:
            continue
        ground = ground.only("pand", own["row"].to_numpy())
        if raised := raise_ground({"pand": own}, here, ground).raised.get("pand"):
            lowest[own.index] = _ground_line(raised.shells)[0]
    return _reconstruct(polygons, _status(frame), ids, here, chunk, lowest)


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
    return result[0], result[1]


def _mesh(
    model: Reconstruction,
    outlines: Shells,
    attributes: pd.DataFrame,
    carried: list[str],
) -> ThemeMesh:
    """In the detail the best solid of each part, in the overview its LoD 1.2, in the middle its LoD 1.3.

    An outline stands for what has no solid.
    """
    best, blocks = _best(model, tuple(model.solids)), _best(model, ("1.1", "1.2"))
    steps = _best(model, ("1.1", "1.2", "1.3"))
    presumed = np.diff(model.solids["1.1"].object_offsets) > 0
    bare = np.setdiff1d(np.arange(len(outlines)), model.part_pand[np.diff(best.object_offsets) > 0])
    flat = take(outlines, bare)
    rows = np.concatenate((model.part_pand, bare))
    properties = attributes[carried].copy()
    properties.insert(1, "collection", "pand")
    pitched = (attributes["dak_type"] == "hellend").fillna(False).to_numpy(dtype=bool)
    # From afar a block wears the colour of the roof it stands for.
    overview, middle = (
        _painted(solids, flat, rows, presumed, pitched[model.part_pand]) for solids in (blocks, steps)
    )
    return ThemeMesh("pand", _painted(best, flat, rows, presumed), overview, properties, middle)


def _best(model: Reconstruction, lods: tuple[str, ...]) -> Shells:
    """The most detailed solid of every part among some levels, the simplest first; none without any."""
    levels = [model.solids[lod] for lod in lods]
    parts = len(model.part_pand)
    reached = np.array([np.diff(s.object_offsets) > 0 for s in levels])
    best = len(levels) - 1 - np.argmax(reached[::-1], axis=0)
    return take(concatenate(levels), best * parts + np.arange(parts))


def _painted(
    solids: Shells, outlines: Shells, rows: Ints, presumed: Bools, pitched: Bools | None = None
) -> Mesh:
    """Walls light, flat roofs grey, pitched ones terracotta, presumed blocks white, outlines paper."""
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
    color[: shells.object_offsets[len(solids)]][np.repeat(presumed, np.diff(solids.object_offsets))] = (
        _PRESUMED
    )
    color[shells.object_offsets[len(solids)] :] = _OUTLINE
    mesh = mesh_of(shells, rows, color)
    kind = mesh.color.astype(np.int64) @ np.array([65_536, 256, 1])
    triangles, kept = straightened(mesh.xyz, mesh.triangles, kind)
    return Mesh(mesh.xyz, triangles, mesh.feature[kept], mesh.color[kept])
