"""The surfaces of the whole area as partitions, level by level, cut into what each tile has to know."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, fields, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import GeometryType

from twin.build.city import City
from twin.build.cloud import Bbox, grown
from twin.build.progress import Progress
from twin.build.registers import Registers
from twin.build.survey import survey
from twin.geometry.columns import Bools, Floats, Ints
from twin.ground import HeightSource, Relief
from twin.ground.collections import LEVEL0
from twin.ground.coverage import Cells, adjacent_pairs, cells_of, cover, with_water
from twin.ground.structures import STRUCTURES
from twin.ledger import rejects

NOT_BUILT = ("Bouwvergunning verleend", "Bouw gestart")
COVERED = "covered: the surfaces of other objects leave nothing of it"
CARRIED = 0.5  # [m2] of road on a deck that make it a deck with a road on it


@dataclass(frozen=True, slots=True)
class TileLayer:
    """Surfaces of one level that belong to a tile and don't overlap.

    Attributes
    ----------
    level : int
        ``relatieve_hoogteligging``, 0 or more.
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
    carries : (S,) bool
        Structures with a road of the same level on them.
    above : (A,) of shapely geometry
        Surfaces of higher levels nearby.
    """

    level: int
    cells: Cells
    collection: npt.NDArray[np.object_]
    row: Ints
    source: npt.NDArray[np.object_]
    mended: Bools
    grounded: Bools
    carries: Bools
    above: npt.NDArray[Any]

    def only(self, collection: str, rows: Ints) -> TileLayer:
        """Of a layer on level 0, the surfaces of objects ``rows (R,)``, which become ``0..R-1``."""
        place = pd.Index(rows).get_indexer(pd.Index(self.row))
        wanted = (self.collection == collection) & (place >= 0)
        cells = self.cells.take(np.flatnonzero(wanted[self.cells.surface]))
        return TileLayer(
            self.level,
            replace(cells, surface=(np.cumsum(wanted) - 1)[cells.surface]),
            self.collection[wanted],
            place[wanted].astype(np.int64),
            self.source[wanted],
            self.mended[wanted],
            np.zeros(len(cells.outline.xy), dtype=bool),
            self.carries[wanted],
            self.above[:0],
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
        return TileGround(tuple(layers), _relief(layers, self.relief) if layers else None)

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
            for array in (*arrays, layer.row, layer.mended, layer.grounded, layer.carries):
                digest.update(np.ascontiguousarray(array).tobytes())
        if self.relief:
            digest.update(self.relief.corner.tobytes() + self.relief.z.tobytes())
        return digest.hexdigest()


def level0(city: City, registers: Registers, executor: Executor, progress: Progress) -> dict[str, TileGround]:
    """Partition every level and find the levels of the waters.

    The ledger tells which objects of level 0 nothing was left of.
    """
    table = _surfaces(city, registers)
    ground = _Layer.of(table[table["level"] == 0])
    _account(city, ground)
    water = (ground.table["collection"] == "waterdeel").to_numpy()
    cells, waters = ground.cells, np.flatnonzero(water)
    touching = _touching(cells, waters)
    found = survey(registers.points, ground.shapes[waters], touching, executor, progress)
    level = np.full(len(water), np.nan)
    level[waters] = found.level
    source = np.full(len(water), HeightSource.TERRAIN, dtype=object)
    source[waters] = found.source
    ground = replace(
        ground, cells=with_water(cells, level[cells.surface], water[cells.surface]), source=source
    )

    layers: dict[str, list[TileLayer]] = {}
    for tile, layer in ground.by_tile(0, None):
        layers.setdefault(tile, []).append(layer)
    for above_ground in _higher(table, ground):
        for tile, layer in above_ground:
            layers.setdefault(tile, []).append(layer)
    return {tile: TileGround(tuple(own), _relief(own, found.relief)) for tile, own in layers.items()}


def _relief(layers: list[TileLayer], relief: Relief | None) -> Relief | None:
    if relief is None:
        return None
    xy = np.concatenate([layer.cells.outline.xy for layer in layers])
    box: Bbox = (*xy.min(axis=0).tolist(), *xy.max(axis=0).tolist())
    return relief.around(box)


@dataclass(frozen=True, slots=True)
class _Layer:
    """Surfaces of the whole area that make up one partition."""

    table: pd.DataFrame
    shapes: npt.NDArray[Any]
    cells: Cells
    source: npt.NDArray[np.object_]
    mended: Bools
    grounded: Bools
    carries: Bools

    @classmethod
    def of(cls, table: pd.DataFrame) -> _Layer:
        table = table.sort_values(["rank", "identificatie"], kind="stable", ignore_index=True)
        shapes, mended = cover(np.asarray(table["geometry"], dtype=object))
        cells = cells_of(shapes)
        source = np.full(len(table), HeightSource.TERRAIN, dtype=object)
        nowhere = np.zeros(len(cells.outline.xy), dtype=bool)
        return cls(table, shapes, cells, source, mended, nowhere, np.zeros(len(table), dtype=bool))

    def by_tile(self, level: int, higher: shapely.STRtree | None) -> Iterator[tuple[str, TileLayer]]:
        """What each tile has of it."""
        if not len(self.cells):
            return
        part_tile = self.table["tile"].to_numpy(dtype=object)[self.cells.surface].astype(str)
        vertex_part = np.repeat(
            np.arange(len(self.cells)),
            np.diff(self.cells.outline.ring_offsets[self.cells.outline.part_offsets]),
        )
        order = np.argsort(part_tile, kind="stable")
        names, starts = np.unique(part_tile[order], return_index=True)
        for tile, parts in zip(names.tolist(), np.split(order, starts[1:]), strict=True):
            own = self.cells.take(parts)
            rows, surface = np.unique(own.surface, return_inverse=True)
            xy = own.outline.xy
            box = grown((*xy.min(axis=0).tolist(), *xy.max(axis=0).tolist()))
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
                    self.carries[rows],
                    np.asarray(higher.geometries[near] if higher else [], dtype=object),
                ),
            )


def _higher(table: pd.DataFrame, ground: _Layer) -> Iterator[Iterator[tuple[str, TileLayer]]]:
    """Partitions of the levels above the ground: roads and the like, and the structures that carry them."""
    structure = table["collection"].isin(STRUCTURES).to_numpy()
    key, water = _land_corners(ground.cells)
    for level in sorted(set(table["level"]) - {0}):
        own = (table["level"] == level).to_numpy()
        tops = np.asarray(table.loc[table["level"] > level, "geometry"], dtype=object)
        higher = shapely.STRtree(tops) if len(tops) else None
        roads = np.asarray(table.loc[own & ~structure, "geometry"], dtype=object)
        for rows in (own & ~structure, own & structure):
            if not rows.any():
                continue
            layer = _Layer.of(table[rows])
            corners = _keys(layer.cells.outline.xy)
            at = np.minimum(np.searchsorted(key, corners), max(len(key) - 1, 0))
            grounded = key[at] == corners if len(key) else np.zeros(len(corners), dtype=bool)
            cells = replace(layer.cells, vertex_level=np.where(grounded, water[at], np.nan))
            layer = replace(layer, cells=cells, grounded=grounded, carries=_carrying(layer.shapes, roads))
            yield layer.by_tile(level, higher)


def _carrying(shapes: npt.NDArray[Any], roads: npt.NDArray[Any]) -> Bools:
    if not len(roads):
        return np.zeros(len(shapes), dtype=bool)
    row, road = shapely.STRtree(roads).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[row], roads[road]))
    carried: Bools = np.bincount(row, weights=shared, minlength=len(shapes)) > CARRIED
    return carried


def _land_corners(cells: Cells) -> tuple[Ints, Floats]:
    """Places of the corners of land, ascending, and the level of the water that meets there."""
    part = np.repeat(np.arange(len(cells)), np.diff(cells.outline.ring_offsets[cells.outline.part_offsets]))
    land = np.isnan(cells.level[part])
    key, first = np.unique(_keys(cells.outline.xy[land]), return_index=True)
    return key, cells.vertex_level[land][first]


def _keys(xy: Floats) -> Ints:
    mm = np.rint(xy * 1000).astype(np.int64)
    keys: Ints = (mm[:, 0] << 31) + mm[:, 1]
    return keys


def _surfaces(city: City, registers: Registers) -> pd.DataFrame:
    """Surfaces of all levels from 0 up; of two that overlap the lower ``rank`` keeps what both claim."""
    columns = ["identificatie", "tile", "row", "collection", "geometry", "rank", "level"]
    frames = [pd.DataFrame({name: [] for name in columns})]
    for rank, name in enumerate(LEVEL0):
        if (frame := city.collections.get(name)) is None:
            continue
        table = pd.DataFrame(frame[["identificatie", "tile"]]).assign(
            row=frame.groupby("tile").cumcount(), collection=name, rank=rank, level=0
        )
        if name == "pand":
            table["geometry"], known = _standing(frame, registers.tables.get("bgt/pand"))
            table["rank"] = np.where(known, rank, len(LEVEL0))
        else:
            table["geometry"] = frame.geometry.to_numpy(dtype=object)
            table["level"] = frame["relatieve_hoogteligging"].to_numpy(dtype=np.int64)
        kind = shapely.get_type_id(np.asarray(table["geometry"], dtype=object))
        areas = np.isin(kind, (GeometryType.POLYGON, GeometryType.MULTIPOLYGON))
        frames.append(table[areas & (table["level"] >= 0).to_numpy()])
    given = [f for f in frames if len(f)]
    return pd.concat(given, ignore_index=True) if given else frames[0]


def _standing(panden: gpd.GeoDataFrame, bgt: gpd.GeoDataFrame | None) -> tuple[npt.NDArray[Any], Bools]:
    """Outline on the ground of each pand, None for one that does not stand there, and whether the BGT has it.

    The BAG draws a pand as seen from above, so with its overhangs; the BGT where it meets the ground.
    """
    shapes = panden.geometry.to_numpy(dtype=object).copy()
    known = np.zeros(len(panden), dtype=bool)
    if "pand_status" in panden:
        shapes[panden["pand_status"].isin(NOT_BUILT).to_numpy()] = None
    if bgt is None or not len(bgt):
        return shapes, known
    own = bgt["identificatie_bag_pnd"].where(bgt["identificatie_bag_pnd"].notna(), bgt["lokaalid"])
    row = pd.Index(panden["identificatie"]).get_indexer(pd.Index(own))
    low = (row >= 0) & (bgt["relatieve_hoogteligging"].to_numpy() == 0)
    known[row[row >= 0]] = True
    shapes[known] = None  # on a roof or below the ground, unless a part of it is found now
    ground = gpd.GeoSeries(bgt.geometry.to_numpy()[low], crs=bgt.crs)
    rows = row[low]
    alone = np.bincount(rows, minlength=len(panden))[rows] == 1
    shapes[rows[alone]] = ground.to_numpy()[alone]
    if not alone.all():
        merged = ground[~alone].groupby(rows[~alone]).agg(lambda g: shapely.union_all(g.to_numpy()))
        shapes[merged.index.to_numpy()] = merged.to_numpy()
    return shapes, known


def _touching(cells: Cells, waters: Ints) -> Ints:
    """Pairs of waters, by their place in ``waters``, that share an edge."""
    number = np.full(int(max(cells.surface.max(initial=-1), waters.max(initial=-1))) + 1, -1)
    number[waters] = np.arange(len(waters))
    pairs = number[cells.surface[adjacent_pairs(cells.outline)]]
    pairs = np.sort(pairs[(pairs >= 0).all(axis=1) & (pairs[:, 0] != pairs[:, 1])], axis=1)
    return np.unique(pairs, axis=0)


def _account(city: City, ground: _Layer) -> None:
    """Enter which objects keep a surface of their own. A pand of the BAG alone stands on those of others."""
    collection = ground.table["collection"].to_numpy(dtype=object)
    covered = shapely.is_empty(ground.shapes) & (ground.table["rank"].to_numpy() < len(LEVEL0))
    ids = ground.table["identificatie"].to_numpy(dtype=object)
    for name in sorted(set(collection)):
        rows = collection == name
        why = rejects((str(i), COVERED, "") for i in ids[rows & covered])
        city.ledger.enter("partition", name, int(rows.sum()), int((rows & ~covered).sum()), why)
