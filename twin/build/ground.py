"""The ground of a tile: the terrain, and every surface of level 0 raised to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np

from twin.build.cloud import Bbox, Cloud
from twin.build.isolate import isolating
from twin.build.level0 import TileGround
from twin.geometry.columns import Bools, Floats, Ints, Shells
from twin.geometry.ragged import offsets_of
from twin.ground import COLLECTIONS, GroundMesh, HeightSource, Terrain, ground_mesh
from twin.ground.levels import GROUND
from twin.ground.mesh import measured_share

FAULT = "fout in het programma bij dit object; zie het logboek van de bouw"
SURFACE, BANK = 0, 1
"""Semantics of a raised surface."""


@dataclass(frozen=True, slots=True)
class Raised:
    """Surfaces of one collection of a tile, a row per object.

    Attributes
    ----------
    shells : Shells
        Triangles, ``SURFACE`` or ``BANK``; an object that has no surface on level 0, or whose height is
        unknown, has none.
    present : (G,) bool
        Objects with a surface on level 0.
    source : (G,) object of str
        Where its height is from.
    measured : (G,) float64
        Share of the square metres of the object that hold ground points; NaN where it is too small to tell.
    mended : (G,) bool
        Whether its outline had to give way to others.
    """

    shells: Shells
    present: Bools
    source: np.ndarray[tuple[int], np.dtype[np.object_]]
    measured: Floats
    mended: Bools


@dataclass(frozen=True, slots=True)
class Ground:
    """Ground of a tile.

    Attributes
    ----------
    terrain : Terrain
    raised : dict of str to Raised
        Per collection, for as many objects as the tile has of it.
    """

    terrain: Terrain
    raised: dict[str, Raised] = field(default_factory=dict)


def raise_ground(
    collections: Mapping[str, gpd.GeoDataFrame], cloud: Cloud, ground: TileGround | None
) -> Ground:
    """Terrain around the objects of a tile, and their surfaces of level 0 on it."""
    points = cloud.points
    bounds = np.array([f.total_bounds for n, f in collections.items() if n in COLLECTIONS or n == "pand"])
    box: Bbox = (0.0, 0.0, 1.0, 1.0)
    if len(bounds):
        box = (*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist())
    terrain = Terrain.from_points(
        points.xyz[points.classification == GROUND], box, relief=ground.relief if ground else None
    )
    if ground is None:
        return Ground(terrain)
    mesh, broken = _mesh(ground, terrain)
    measured = measured_share(ground.cells, mesh, terrain, len(ground.row))
    surface = ground.cells.surface[mesh.part]
    raised = {}
    for name in np.unique(ground.collection.astype(str)).tolist():
        own = np.flatnonzero(ground.collection == name)
        size = len(collections[name])
        number = np.full(len(ground.row), -1)
        number[own] = ground.row[own]
        rows = number[surface]
        of_rows = ground.row[own]
        source = np.full(size, HeightSource.NONE, dtype=object)
        source[of_rows] = _sources(ground, own, measured[own], terrain, broken[own])
        raised[name] = Raised(
            _shells(mesh, np.flatnonzero(rows >= 0), rows, size),
            _placed(np.ones(len(own), dtype=bool), of_rows, size, False),
            source,
            _placed(measured[own], of_rows, size, np.nan),
            _placed(ground.mended[own], of_rows, size, False),
        )
    return Ground(terrain, raised)


def _placed(values, rows: Ints, size: int, otherwise):  # type: ignore[no-untyped-def]
    result = np.full(size, otherwise, dtype=values.dtype)
    result[rows] = values
    return result


def _sources(
    ground: TileGround, own: Ints, measured: Floats, terrain: Terrain, broken: Bools
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    source = ground.source[own].copy()
    land = source == HeightSource.TERRAIN
    source[land & (measured == 0)] = HeightSource.SURROUNDINGS
    if not np.isfinite(terrain.z).any():
        source[land] = HeightSource.NONE
    source[broken] = FAULT
    return np.array([str(s) for s in source], dtype=object)


def _mesh(ground: TileGround, terrain: Terrain) -> tuple[GroundMesh, Bools]:
    """Triangles of all parts, and the surfaces that have a part on which the method broke."""
    tolerance = np.array(
        [COLLECTIONS[c].tolerance if c in COLLECTIONS else np.inf for c in ground.collection],
        dtype=np.float64,
    )[ground.cells.surface]

    def some(parts: Ints) -> GroundMesh:
        return ground_mesh(ground.cells.take(parts), terrain, tolerance[parts])

    names = [f"{ground.collection[s]} {ground.row[s]}" for s in ground.cells.surface]
    pieces = isolating(some, names)
    broken = np.zeros(len(ground.row), dtype=bool)
    meshes = []
    for piece in pieces:
        if piece.result is None:
            broken[ground.cells.surface[piece.rows]] = True
        else:
            meshes.append(replace(piece.result, part=piece.rows[piece.result.part]))
    if len(meshes) == 1:
        return meshes[0], broken
    first = offsets_of(np.array([len(m.xyz) for m in meshes], dtype=np.int64))
    return GroundMesh(
        np.concatenate([np.empty((0, 3)), *(m.xyz for m in meshes)]),
        np.concatenate(
            [np.empty((0, 3), np.int64), *(m.triangles + f for m, f in zip(meshes, first, strict=False))]
        ),
        np.concatenate([np.empty(0, np.int64), *(m.part for m in meshes)]),
        np.concatenate([np.empty(0, bool), *(m.bank for m in meshes)]),
    ), broken


def _shells(mesh: GroundMesh, chosen: Ints, rows: Ints, size: int) -> Shells:
    """Chosen triangles as objects ``0..size-1``; surfaces before banks."""
    order = chosen[np.lexsort((mesh.bank[chosen], rows[chosen]))]
    owner = rows[order]
    key = np.repeat(owner, 3) * max(len(mesh.xyz), 1) + mesh.triangles[order].ravel()
    used, number = np.unique(key, return_inverse=True)
    count = np.arange(len(order) + 1, dtype=np.int64)
    return Shells(
        xyz=mesh.xyz[used % max(len(mesh.xyz), 1)],
        ring_vertices=number.reshape(-1).astype(np.int64),
        ring_offsets=3 * count,
        surface_offsets=count,
        object_offsets=offsets_of(np.bincount(owner, minlength=size)),
        semantics=np.where(mesh.bank[order], BANK, SURFACE).astype(np.uint8),
    )
