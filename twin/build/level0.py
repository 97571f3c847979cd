"""Level 0 of the whole area as one partition, cut into what each tile has to know of it."""

from __future__ import annotations

import hashlib
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import GeometryType

from twin.build.city import City
from twin.build.cloud import Bbox
from twin.build.progress import Progress
from twin.build.registers import Registers
from twin.build.survey import survey
from twin.geometry.columns import Bools, Ints
from twin.ground import HeightSource, Relief
from twin.ground.collections import LEVEL0
from twin.ground.coverage import Cells, adjacent_pairs, cells_of, cover, with_water
from twin.ledger import rejects

NOT_BUILT = ("Bouwvergunning verleend", "Bouw gestart")

COVERED = "covered: the surfaces of other objects leave nothing of it"


@dataclass(frozen=True, slots=True)
class TileGround:
    """Surfaces of level 0 that belong to a tile.

    Attributes
    ----------
    cells : Cells
        ``cells.surface`` is a row of what follows.
    collection : (S,) object of str
    row : (S,) int64
        Row among the tile's objects of that collection.
    source : (S,) object of HeightSource
        Of water; ``TERRAIN`` for land.
    mended : (S,) bool
        Whether its outline had to give way to others.
    relief : Relief or None
    """

    cells: Cells
    collection: npt.NDArray[np.object_]
    row: Ints
    source: npt.NDArray[np.object_]
    mended: Bools
    relief: Relief | None

    @property
    def digest(self) -> str:
        """Of all that is in it."""
        digest = hashlib.sha256(repr((self.collection.tolist(), list(map(str, self.source)))).encode())
        arrays = [getattr(self.cells, f.name) for f in fields(self.cells) if f.name != "outline"]
        outline = self.cells.outline
        arrays += [outline.xy, outline.ring_offsets, outline.part_offsets, self.row, self.mended]
        arrays += [self.relief.corner, self.relief.z] if self.relief else []
        for array in arrays:
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def level0(city: City, registers: Registers, executor: Executor, progress: Progress) -> dict[str, TileGround]:
    """Partition level 0 and find the levels of its waters.

    The ledger tells which objects nothing was left of.
    """
    table = _surfaces(city, registers)
    shapes, mended = cover(np.asarray(table["geometry"], dtype=object))
    water = (table["collection"] == "waterdeel").to_numpy()
    cells = cells_of(shapes)
    waters = np.flatnonzero(water)
    found = survey(registers.points, shapes[waters], _touching(cells, waters), executor, progress)
    level = np.full(len(table), np.nan)
    level[waters] = found.level
    source = np.full(len(table), HeightSource.TERRAIN, dtype=object)
    source[waters] = found.source
    cells = with_water(cells, level[cells.surface], water[cells.surface])
    _account(city, table, shapely.is_empty(shapes))

    result: dict[str, TileGround] = {}
    part_tile = table["tile"].to_numpy()[cells.surface]
    order = np.argsort(part_tile.astype(str), kind="stable")
    names, starts = np.unique(part_tile[order].astype(str), return_index=True)
    for tile, parts in zip(names.tolist(), np.split(order, starts[1:]), strict=True):
        own = cells.take(parts)
        rows, surface = np.unique(own.surface, return_inverse=True)
        xy = own.outline.xy
        box: Bbox = (*xy.min(axis=0).tolist(), *xy.max(axis=0).tolist())
        result[tile] = TileGround(
            Cells(own.outline, surface.reshape(-1).astype(np.int64), own.level, own.vertex_level, own.beyond,
                  own.beyond_level),
            table["collection"].to_numpy(dtype=object)[rows],
            table["row"].to_numpy(dtype=np.int64)[rows],
            source[rows],
            mended[rows],
            found.relief.around(box) if found.relief else None,
        )  # fmt: skip
    return result


def _surfaces(city: City, registers: Registers) -> pd.DataFrame:
    """All surfaces of level 0, those that keep what others claim too first."""
    frames = []
    for name in LEVEL0:
        if (frame := city.collections.get(name)) is None:
            continue
        row = frame.groupby("tile").cumcount()
        table = pd.DataFrame(
            {"identificatie": frame["identificatie"], "tile": frame["tile"], "row": row, "collection": name}
        )
        if name == "pand":
            table["geometry"], known = _standing(frame, registers.tables.get("bgt/pand"))
            table["rank"] = np.where(known, LEVEL0.index(name), len(LEVEL0))
        else:
            at_ground = frame["relatieve_hoogteligging"].to_numpy() == 0
            shapes = frame.geometry.to_numpy(dtype=object).copy()
            shapes[~at_ground] = None
            table["geometry"] = shapes
            table["rank"] = LEVEL0.index(name)
        areas = np.isin(
            shapely.get_type_id(np.asarray(table["geometry"], dtype=object)),
            (GeometryType.POLYGON, GeometryType.MULTIPOLYGON),
        )
        frames.append(table[areas])
    if not frames:
        return pd.DataFrame(
            {n: [] for n in ("identificatie", "tile", "row", "collection", "geometry", "rank")}
        )
    return pd.concat(frames).sort_values(["rank", "identificatie"], kind="stable", ignore_index=True)


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


def _account(city: City, table: pd.DataFrame, covered: Bools) -> None:
    """Enter which objects keep a surface of their own. A pand of the BAG alone stands on those of others."""
    collection = table["collection"].to_numpy(dtype=object)
    for name in sorted(set(collection)):
        rows = np.flatnonzero(collection == name)
        lost = rows[covered[rows] & (table["rank"].to_numpy()[rows] < len(LEVEL0))]
        why = rejects((str(i), COVERED, "") for i in table["identificatie"].to_numpy()[lost])
        city.ledger.enter("partition", name, len(rows), len(rows) - len(lost), why)
