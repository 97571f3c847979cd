"""The surfaces of the whole area as partitions, level by level, cut into what each tile has to know."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import GeometryType

from twin.build.below import lower
from twin.build.city import City
from twin.build.cloud import Bbox
from twin.build.layers import Layer, TileGround, TileLayer, land_corners, place_keys
from twin.build.progress import Progress
from twin.build.registers import Registers
from twin.build.survey import survey
from twin.geometry.columns import Bools, Ints
from twin.ground import COLLECTIONS, HeightSource
from twin.ground.collections import LEVEL0
from twin.ground.coverage import Cells, adjacent_pairs, with_water
from twin.ground.structures import STRUCTURES
from twin.ground.underground import clearances
from twin.ledger import rejects

NOT_BUILT = ("Bouwvergunning verleend", "Bouw gestart")
COVERED = "covered: the surfaces of other objects leave nothing of it"
CARRIED = 0.5  # [m2] of road on a deck that make it a deck with a road on it


def level0(city: City, registers: Registers, executor: Executor, progress: Progress) -> dict[str, TileGround]:
    """Partition every level and find the levels of the waters.

    The ledger tells which objects of level 0 nothing was left of.
    """
    table = _surfaces(city, registers)
    ground = Layer.of(table[table["level"] == 0])
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

    deep, pins = lower(table, ground, level, registers, found.relief, executor)
    ground = pins.pin(ground)
    layers: dict[str, list[TileLayer]] = {}
    lower_down = [layer.by_tile(depth, None) for depth, layer in deep]
    for of_level in (ground.by_tile(0, None), *_higher(table, ground), *lower_down):
        for tile, layer in of_level:
            layers.setdefault(tile, []).append(layer)
    return {
        tile: TileGround(tuple(layers.get(tile, ())), found.relief and found.relief.around(box))
        for tile, box in _boxes(city).items()
    }


def _boxes(city: City) -> dict[str, Bbox]:
    """Around the objects of each tile, surfaces or not."""
    frames = [f for name, f in city.collections.items() if name in COLLECTIONS or name == "pand"]
    bounds = pd.concat([f.geometry.bounds.assign(tile=f["tile"].to_numpy()) for f in frames if len(f)])
    around = bounds.groupby("tile").agg({"minx": "min", "miny": "min", "maxx": "max", "maxy": "max"})
    return {str(tile): tuple(box) for tile, *box in around.itertuples()}


def _higher(table: pd.DataFrame, ground: Layer) -> Iterator[Iterator[tuple[str, TileLayer]]]:
    """Partitions of the levels above the ground: roads and the like, and the structures that carry them."""
    structure = table["collection"].isin(STRUCTURES).to_numpy()
    key, water = land_corners(ground.cells)
    for level in sorted(set(table.loc[table["level"] > 0, "level"])):
        own = (table["level"] == level).to_numpy()
        tops = np.asarray(table.loc[table["level"] > level, "geometry"], dtype=object)
        higher = shapely.STRtree(tops) if len(tops) else None
        roads = np.asarray(table.loc[own & ~structure, "geometry"], dtype=object)
        for rows in (own & ~structure, own & structure):
            if not rows.any():
                continue
            layer = Layer.of(table[rows])
            corners = place_keys(layer.cells.outline.xy)
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


def _surfaces(city: City, registers: Registers) -> pd.DataFrame:
    """Surfaces of all levels; of two that overlap the lower ``rank`` keeps what both claim."""
    columns = ["identificatie", "tile", "row", "collection", "geometry", "rank", "level", "clearance"]
    frames = [pd.DataFrame({name: [] for name in columns})]
    for rank, name in enumerate(LEVEL0):
        if (frame := city.collections.get(name)) is None:
            continue
        table = pd.DataFrame(frame[["identificatie", "tile"]]).assign(
            row=frame.groupby("tile").cumcount(), collection=name, rank=rank, level=0, clearance=0.0
        )
        if name == "pand":
            table["geometry"], known = _standing(frame, registers.tables.get("bgt/pand"))
            table["rank"] = np.where(known, rank, len(LEVEL0))
        else:
            table["geometry"] = frame.geometry.to_numpy(dtype=object)
            table["level"] = frame["relatieve_hoogteligging"].to_numpy(dtype=np.int64)
            function = frame.get("bgt_functie", pd.Series("", index=frame.index))
            table["clearance"] = clearances(name, function.to_numpy(dtype=object))
        kind = shapely.get_type_id(np.asarray(table["geometry"], dtype=object))
        areas = np.isin(kind, (GeometryType.POLYGON, GeometryType.MULTIPOLYGON))
        frames.append(table[areas])
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


def _account(city: City, ground: Layer) -> None:
    """Enter which objects keep a surface of their own. A pand of the BAG alone stands on those of others."""
    collection = ground.table["collection"].to_numpy(dtype=object)
    covered = shapely.is_empty(ground.shapes) & (ground.table["rank"].to_numpy() < len(LEVEL0))
    ids = ground.table["identificatie"].to_numpy(dtype=object)
    for name in sorted(set(collection)):
        rows = collection == name
        why = rejects((str(i), COVERED, "") for i in ids[rows & covered])
        city.ledger.enter("partition", name, int(rows.sum()), int((rows & ~covered).sum()), why)
