"""The ground of a tile: the terrain, and every surface of level 0 raised to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from ingest.ahn import Points
from twin.build.cloud import Bbox, Cloud, CloudPart
from twin.build.isolate import isolating
from twin.build.layers import TileGround, TileLayer
from twin.build.outsize import Outsize, far_surfaces, ordinary, with_outsize
from twin.geometry.columns import Bools, Floats, Ints, Shells
from twin.geometry.ragged import offsets_of, ring_successor
from twin.geometry.select import concatenate, take
from twin.ground import COLLECTIONS, GroundMesh, HeightSource, Terrain, ground_mesh
from twin.ground.decks import deck_terrain, joined_heights
from twin.ground.levels import FAULT, GROUND
from twin.ground.mesh import measured_share
from twin.ground.structures import STRUCTURES
from twin.ground.underground import below, underground_terrain

SURFACE, BANK, OPENING = 0, 1, 2
"""Semantics of a raised surface."""


@dataclass(frozen=True, slots=True)
class Raised:
    """Surfaces of one collection of a tile, a row per object.

    Attributes
    ----------
    shells : Shells
        Triangles, ``SURFACE``, ``BANK`` or ``OPENING``; an object that has no surface, or whose height is
        unknown, has none.
    present : (G,) bool
        Objects with a surface.
    source : (G,) object of str
        Where its height is from.
    measured : (G,) float64
        Share of the square metres of the object that hold points of it; NaN where it is too small to tell.
    mended : (G,) bool
        Whether its outline had to give way to others.
    carries : (G,) bool
        Whether it is a structure with a road on it.
    """

    shells: Shells
    present: Bools
    source: npt.NDArray[np.object_]
    measured: Floats
    mended: Bools
    carries: Bools

    def over(self, other: Raised) -> Raised:
        """Objects of this, and of the other those that this does not have."""
        own = self.present
        return Raised(
            either(self.shells, other.shells, own),
            own | other.present,
            np.where(own, self.source, other.source),
            np.where(own, self.measured, other.measured),
            np.where(own, self.mended, other.mended),
            np.where(own, self.carries, other.carries),
        )


@dataclass(frozen=True, slots=True)
class Ground:
    """Ground of a tile.

    Attributes
    ----------
    terrain : Terrain
    raised : dict of str to Raised
        Per collection, for as many objects as the tile has of it.
    levels : dict of int to Terrain
        Heights of the surfaces of other levels, where the tile has any.
    points : Points
        All that tell a height of something in the tile.
    mouths : (M, 2, 2) float64 [m, RD]
        Edges on which something below the ground goes on as ground.
    """

    terrain: Terrain
    points: Points
    raised: dict[str, Raised] = field(default_factory=dict)
    levels: dict[int, Terrain] = field(default_factory=dict)
    mouths: Floats = field(default_factory=lambda: np.empty((0, 2, 2)))

    def at_level(self, level: int) -> Terrain:
        """Heights of what lies on a level; without a surface there, the ground or a depth below it."""
        if level in self.levels or level < 0:
            return self.levels.get(level) or below(self.terrain, level)
        return self.terrain


def raise_ground(
    collections: Mapping[str, gpd.GeoDataFrame],
    cloud: Cloud,
    ground: TileGround | None,
    near: CloudPart | None = None,
    far: CloudPart | None = None,
) -> Ground:
    """Terrain around the objects of a tile, and their surfaces on it and above it.

    ``cloud`` are the points ``near`` all that fits in one raster; ``far`` has those along what does not,
    without which there must be none.
    """
    points, relief = cloud.points, ground.relief if ground else None
    lifted = {n: f for n, f in collections.items() if n in COLLECTIONS or n == "pand"}
    bounds = np.array([f.total_bounds for f in ordinary(lifted)])
    large = Outsize.among(lifted)
    box: Bbox = (0.0, 0.0, 1.0, 1.0)
    if len(bounds):
        box = (*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist())
    elif len(large):
        x, y = shapely.get_coordinates(large.followed)[0].tolist()
        box = (x, y, x, y)
    terrain = Terrain.from_points(points.xyz[points.classification == GROUND], box, relief=relief)
    if len(large) and near and far:
        terrain, points = with_outsize(terrain, points, near.box, large, far, relief)
    raised: dict[str, Raised] = {}
    levels: dict[int, Terrain] = {}
    for layer in ground.layers if ground else ():
        surface_of, fixed = _level_of(layer, terrain, points)
        # Of one level, roads come before what carries them.
        if layer.level > 0 or layer.depths:
            levels.setdefault(layer.level, surface_of)
        for name, found in _raise_layer(layer, surface_of, fixed, collections):
            raised[name] = raised[name].over(found) if name in raised else found
    return Ground(terrain, points, raised, levels, _mouths_of(ground))


def _mouths_of(ground: TileGround | None) -> Floats:
    """Edges ``(M, 2, 2)`` on which surfaces below the ground go on as ground."""
    mouths = [np.empty((0, 2, 2))]
    for layer in ground.layers if ground else ():
        if layer.depths:
            outline = layer.cells.outline
            ends = outline.xy, outline.xy[ring_successor(outline.ring_offsets)]
            mouths.append(np.stack(ends, axis=1)[layer.straight])
    return np.concatenate(mouths)


def _level_of(layer: TileLayer, terrain: Terrain, points: Points) -> tuple[Terrain, Floats]:
    """Heights of a layer, and those that vertices of its outline have where it meets the ground."""
    xy, water = layer.cells.outline.xy, layer.cells.vertex_level
    if layer.level > 0:
        deck = deck_terrain(points.xyz, points.classification, terrain, layer.above)
        return deck, joined_heights(xy, layer.grounded, water, deck, terrain)
    # A mouth that was dug below the water beside it would let it in.
    pinned = np.where(layer.pinned < water, water, layer.pinned)
    if layer.depths:
        return underground_terrain(layer.cells, layer.depths, layer.level, terrain), pinned
    return terrain, pinned


def _raise_layer(
    layer: TileLayer,
    surface_of: Terrain,
    fixed: Floats,
    collections: Mapping[str, gpd.GeoDataFrame],
) -> Iterator[tuple[str, Raised]]:
    mesh, broken = _mesh(layer, surface_of, fixed)
    measured = np.full(len(layer.row), np.nan)
    if layer.level >= 0:
        # The middle of a wide water was not even read.
        read = np.isnan(layer.cells.level) | ~far_surfaces(layer, collections)[layer.cells.surface]
        measured = measured_share(layer.cells, mesh.only(read), surface_of, len(layer.row))
    source = _sources(layer, measured, surface_of, broken)
    surface = layer.cells.surface[mesh.part]
    for name in np.unique(layer.collection.astype(str)).tolist():
        own = np.flatnonzero(layer.collection == name)
        size = len(collections[name])
        number = np.full(len(layer.row), -1)
        number[own] = layer.row[own]
        rows = number[surface]

        def dealt(values: npt.NDArray[Any], otherwise: Any, own: Ints = own, size: int = size) -> Any:
            result = np.full(size, otherwise, dtype=values.dtype)
            result[layer.row[own]] = values[own]
            return result

        yield (
            name,
            Raised(
                _shells(mesh, np.flatnonzero(rows >= 0), rows, size),
                dealt(np.ones(len(layer.row), dtype=bool), False),
                dealt(source, str(HeightSource.NONE)),
                dealt(measured, np.nan),
                dealt(layer.mended, False),
                dealt(layer.carries, False),
            ),
        )


def either(one: Shells, other: Shells, first: Bools) -> Shells:
    """Objects ``first (G,)`` of the one, the rest of the other."""
    size = len(first)
    return take(concatenate([one, other]), np.where(first, 0, size) + np.arange(size))


def _sources(layer: TileLayer, measured: Floats, terrain: Terrain, broken: Bools) -> npt.NDArray[np.object_]:
    source = layer.source.copy()
    land = source == HeightSource.TERRAIN
    if layer.level == 0:
        source[land & (measured == 0)] = HeightSource.SURROUNDINGS
    elif layer.level > 0:
        seen = measured > 0
        source[:] = np.where(seen, HeightSource.DECK, HeightSource.DECK_FROM_TERRAIN)
    if not terrain.known:
        source[land | (source == HeightSource.BELOW)] = HeightSource.NONE
    source[broken] = FAULT
    return np.array([str(s) for s in source], dtype=object)


def _mesh(layer: TileLayer, terrain: Terrain, fixed: Floats) -> tuple[GroundMesh, Bools]:
    """Triangles of all parts, and the surfaces that have a part on which the method broke."""
    cells = layer.cells
    tolerance = np.array(
        [COLLECTIONS[c].tolerance if c in COLLECTIONS else np.inf for c in layer.collection], dtype=np.float64
    )[cells.surface]
    part = np.repeat(np.arange(len(cells)), np.diff(cells.outline.ring_offsets[cells.outline.part_offsets]))
    # A pand or a wall over a tunnel has shapes of its own.
    opens = np.array(
        [layer.level == 0 and c in COLLECTIONS and c not in STRUCTURES for c in layer.collection]
    )
    opens = opens.astype(bool)[cells.surface]

    def some(parts: Ints) -> GroundMesh:
        own = np.isin(part, parts)
        return ground_mesh(
            cells.take(parts), terrain, tolerance[parts], fixed[own], layer.straight[own], opens[parts]
        )

    names = [f"{layer.collection[s]} {layer.row[s]}" for s in cells.surface]
    broken = np.zeros(len(layer.row), dtype=bool)
    meshes = []
    for piece in isolating(some, names):
        if piece.result is None:
            broken[cells.surface[piece.rows]] = True
        else:
            meshes.append(replace(piece.result, part=piece.rows[piece.result.part]))
    if len(meshes) == 1:
        return meshes[0], broken
    first = offsets_of(np.array([len(m.xyz) for m in meshes], dtype=np.int64))
    triangles = [m.triangles + f for m, f in zip(meshes, first, strict=False)]
    return GroundMesh(
        np.concatenate([np.empty((0, 3)), *(m.xyz for m in meshes)]),
        np.concatenate([np.empty((0, 3), dtype=np.int64), *triangles]),
        np.concatenate([np.empty(0, dtype=np.int64), *(m.part for m in meshes)]),
        np.concatenate([np.empty(0, dtype=bool), *(m.bank for m in meshes)]),
        np.concatenate([np.empty(0, dtype=bool), *(m.opening for m in meshes)]),
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
        semantics=np.select((mesh.bank[order], mesh.opening[order]), (BANK, OPENING), SURFACE).astype(
            np.uint8
        ),
    )
