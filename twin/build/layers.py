"""The surfaces of one level of the whole area as a partition, and what each tile has of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from twin.build.cloud import Bbox, grown
from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.ragged import rows_of
from twin.ground import HeightSource, Relief
from twin.ground.coverage import Cells, cells_of, cover
from twin.ground.underground import Depths


@dataclass(frozen=True, slots=True)
class TileLayer:
    """Surfaces of one level that belong to a tile and don't overlap.

    Attributes
    ----------
    level : int
        ``relatieve_hoogteligging``.
    cells : Cells
        ``cells.surface`` is a row of what follows.
    collection : (S,) object of str
    row : (S,) int64
        Row among the tile's objects of that collection.
    source : (S,) object of HeightSource
        Of water; ``TERRAIN`` for land.
    mended : (S,) bool
        Whether its outline had to give way to others.
    grounded : (V,) bool
        Above level 0: vertices that are corners of land on level 0 too.
    pinned : (V,) float64 [m, NAP]
        Height of vertices on the mouth of a tunnel, on both sides of it; NaN elsewhere.
    straight : (V,) bool
        Edges that are straight from one of those to the next, by the vertex they start at.
    carries : (S,) bool
        Structures with a road of the same level on them.
    above : (A,) of shapely geometry
        Surfaces of higher levels nearby.
    depths : Depths or None
        Of land below level 0.
    """

    level: int
    cells: Cells
    collection: npt.NDArray[np.object_]
    row: Ints
    source: npt.NDArray[np.object_]
    mended: Bools
    grounded: Bools
    pinned: Floats
    straight: Bools
    carries: Bools
    above: npt.NDArray[Any]
    depths: Depths | None = None

    def only(self, collection: str, rows: Ints) -> TileLayer:
        """Of a layer on level 0, the surfaces of objects ``rows (R,)``, which become ``0..R-1``."""
        place = pd.Index(rows).get_indexer(pd.Index(self.row))
        wanted = (self.collection == collection) & (place >= 0)
        return replace(self.surfaces(wanted), row=place[wanted].astype(np.int64), above=self.above[:0])

    def surfaces(self, wanted: Bools) -> TileLayer:
        """Of a layer on level 0, some surfaces ``(S,)``."""
        parts = np.flatnonzero(wanted[self.cells.surface])
        cells = self.cells.take(parts)
        # Parts keep their order, and so do their vertices.
        vertices = np.isin(parts_of(self.cells), parts)
        return replace(
            self,
            cells=replace(cells, surface=(np.cumsum(wanted) - 1)[cells.surface]),
            collection=self.collection[wanted],
            row=self.row[wanted],
            source=self.source[wanted],
            mended=self.mended[wanted],
            grounded=self.grounded[vertices],
            pinned=self.pinned[vertices],
            straight=self.straight[vertices],
            carries=self.carries[wanted],
        )


@dataclass(frozen=True, slots=True)
class TileGround:
    """All surfaces of a tile, from the ground up, and the relief around it."""

    layers: tuple[TileLayer, ...]
    relief: Relief | None

    def only(self, collection: str, rows: Ints) -> TileGround:
        """The surfaces on level 0 of objects ``rows (R,)`` of a collection, which become ``0..R-1``."""
        layers = [layer.only(collection, rows) for layer in self.layers if layer.level == 0]
        layers = [layer for layer in layers if len(layer.row)]
        return TileGround(tuple(layers), relief_around(layers, self.relief) if layers else None)

    @property
    def digest(self) -> str:
        """Of all that is in it."""
        digest = hashlib.sha256()
        for layer in self.layers:
            names = (layer.level, layer.collection.tolist(), list(map(str, layer.source)))
            digest.update(repr(names).encode())
            digest.update(b"\0".join(shapely.to_wkb(layer.above).tolist()))
            cells, outline = layer.cells, layer.cells.outline
            arrays = [getattr(cells, f.name) for f in fields(cells) if f.name != "outline"]
            arrays += [outline.xy, outline.ring_offsets, outline.part_offsets]
            if layer.depths:
                arrays += [getattr(layer.depths, f.name) for f in fields(layer.depths)]
            for array in (
                *arrays,
                layer.row,
                layer.mended,
                layer.grounded,
                layer.pinned,
                layer.straight,
                layer.carries,
            ):
                digest.update(np.ascontiguousarray(array).tobytes())
        if self.relief:
            digest.update(self.relief.corner.tobytes() + self.relief.z.tobytes())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Layer:
    """Surfaces of the whole area that make up one partition."""

    table: pd.DataFrame
    shapes: npt.NDArray[Any]
    cells: Cells
    source: npt.NDArray[np.object_]
    mended: Bools
    grounded: Bools
    pinned: Floats
    straight: Bools
    carries: Bools
    depths: Depths | None = None

    @classmethod
    def of(cls, table: pd.DataFrame) -> Layer:
        """Make a partition of the geometry of a table; of two that overlap the lower ``rank`` keeps it."""
        table = table.sort_values(["rank", "identificatie"], kind="stable", ignore_index=True)
        shapes, mended = cover(np.asarray(table["geometry"], dtype=object))
        cells = cells_of(shapes)
        source = np.full(len(table), HeightSource.TERRAIN, dtype=object)
        nowhere = np.zeros(len(cells.outline.xy), dtype=bool)
        free = np.full(len(nowhere), np.nan)
        alone = np.zeros(len(table), dtype=bool)
        return cls(table, shapes, cells, source, mended, nowhere, free, nowhere, alone)

    def by_tile(self, level: int, higher: shapely.STRtree | None) -> Iterator[tuple[str, TileLayer]]:
        """What each tile has of it."""
        if not len(self.cells):
            return
        part_tile = self.table["tile"].to_numpy(dtype=object)[self.cells.surface].astype(str)
        vertex_part = parts_of(self.cells)
        order = np.argsort(part_tile, kind="stable")
        names, starts = np.unique(part_tile[order], return_index=True)
        for tile, parts in zip(names.tolist(), np.split(order, starts[1:]), strict=True):
            own = self.cells.take(parts)
            rows, surface = np.unique(own.surface, return_inverse=True)
            xy = own.outline.xy
            bounds: Bbox = (*xy.min(axis=0).tolist(), *xy.max(axis=0).tolist())
            box = grown(bounds)
            near = np.sort(higher.query(shapely.box(*box))) if higher else np.empty(0, dtype=np.int64)
            # Parts of a tile keep their order, and so do their vertices.
            vertices = np.isin(vertex_part, parts)
            yield (
                tile,
                TileLayer(
                    level,
                    replace(own, surface=surface.reshape(-1).astype(np.int64)),
                    self.table["collection"].to_numpy(dtype=object)[rows],
                    self.table["row"].to_numpy(dtype=np.int64)[rows],
                    self.source[rows],
                    self.mended[rows],
                    self.grounded[vertices],
                    self.pinned[vertices],
                    self.straight[vertices],
                    self.carries[rows],
                    np.asarray(higher.geometries[near] if higher else [], dtype=object),
                    self.depths.take(rows, bounds) if self.depths else None,
                ),
            )


def relief_around(layers: list[TileLayer], relief: Relief | None) -> Relief | None:
    """The part of the relief that heights of some layers may depend on."""
    if relief is None:
        return None
    xy = np.concatenate([layer.cells.outline.xy for layer in layers])
    box: Bbox = (*xy.min(axis=0).tolist(), *xy.max(axis=0).tolist())
    return relief.around(box)


def parts_of(cells: Cells) -> Ints:
    """Part of each vertex ``(V,)``."""
    return rows_of(cells.outline.ring_offsets[cells.outline.part_offsets])


def land_corners(cells: Cells) -> tuple[Ints, Floats]:
    """Places of the corners of land, ascending, and the level of the water that meets there."""
    land = np.isnan(cells.level[parts_of(cells)])
    key, first = np.unique(place_keys(cells.outline.xy[land]), return_index=True)
    return key, cells.vertex_level[land][first]


def place_keys(xy: Floats) -> Ints:
    """A number for each place ``(N, 2)``, by its millimetre."""
    mm = np.rint(xy * 1000).astype(np.int64)
    keys: Ints = (mm[:, 0] << 31) + mm[:, 1]
    return keys
