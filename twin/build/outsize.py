"""What is too large for the raster of a tile: its heights come from blocks along it instead.

A tile has one raster of the terrain around its objects. An object of kilometres, such as a canal, a fence or
a viaduct, would make that as large as its box, and of all points in that box only a few matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import GeometryType, get_type_id

from ingest.ahn import Points
from twin.build.cloud import Bbox, CloudPart, grown
from twin.build.layers import TileLayer
from twin.geometry.columns import Bools, Floats, Ints
from twin.ground import COLLECTIONS, LEVEL0, Relief, Terrain
from twin.ground.blocks import SIDE, TOUCH, Blocks, Near, squares_near
from twin.ground.levels import CIVIL, GROUND
from twin.ground.structures import STRUCTURES

OUTSIZE = 400.0
"""Width or height [m] above which an object is outsize: less than a tile of the usual size. A pand never is:
it takes its heights from points of its own."""
CLOSE = 4.0  # [m] squares, of which the points in those that shapes touch are kept


def outsize(collection: str, frame: gpd.GeoDataFrame) -> Bools:
    """Which objects ``(G,)`` of a collection are too large for a raster."""
    if collection not in COLLECTIONS or not len(frame):
        return np.zeros(len(frame), dtype=bool)
    bounds = frame.geometry.bounds.to_numpy()
    large: Bools = (np.nan_to_num(bounds[:, 2:] - bounds[:, :2]) > OUTSIZE).any(axis=1)
    return large


def ordinary(collections: Mapping[str, gpd.GeoDataFrame]) -> Iterator[gpd.GeoDataFrame]:
    """The frames without what is outsize; those that have nothing left are left out."""
    for name, frame in collections.items():
        if (large := outsize(name, frame)).any():
            frame = frame[~large]
        if len(frame):
            yield frame


def far_surfaces(layer: TileLayer, collections: Mapping[str, gpd.GeoDataFrame]) -> Bools:
    """Which surfaces ``(S,)`` of a layer are outsize."""
    far = np.zeros(len(layer.row), dtype=bool)
    for name in pd.unique(pd.Series(layer.collection, dtype=object)).tolist():
        own = np.flatnonzero(layer.collection == name)
        far[own] = outsize(name, collections[name])[layer.row[own]]
    return far


@dataclass(frozen=True, slots=True)
class Outsize:
    """Shapes of what is too large for the raster of a tile.

    Attributes
    ----------
    followed : (G,) of shapely geometry, EPSG:28992
        Where their heights are looked up: of water and of what has no mesh of its own, the border only.
    told : (N,) of shapely geometry
        Those of which points within tell how high they are.
    above : (A,) of shapely geometry
        Those above the ground, as high as the points on and beside them.
    """

    followed: npt.NDArray[Any]
    told: npt.NDArray[Any]
    above: npt.NDArray[Any]

    @classmethod
    def among(cls, collections: Mapping[str, gpd.GeoDataFrame]) -> Outsize:
        """Those of a tile."""
        followed, told, above = [], [], []
        for name, frame in collections.items():
            if not (large := outsize(name, frame)).any():
                continue
            shapes = shapely.force_2d(frame.geometry.to_numpy(dtype=object)[large])
            level = frame["relatieve_hoogteligging"].to_numpy(dtype=np.int64)[large]
            area = np.isin(get_type_id(shapes), (GeometryType.POLYGON, GeometryType.MULTIPOLYGON))
            meshed = (name in LEVEL0) & ~((name == "waterdeel") & (level <= 0))
            followed.append(np.where(area & ~meshed, shapely.boundary(shapes), shapes))
            if name in STRUCTURES or name not in LEVEL0:
                told.append(shapes)
            above.append(shapes[level > 0])
        none = np.empty(0, dtype=object)
        return cls(*(np.concatenate([none, *own]) for own in (followed, told, above)))

    def __len__(self) -> int:
        return len(self.followed)


def with_outsize(
    terrain: Terrain, points: Points, box: Bbox, large: Outsize, cloud: CloudPart, relief: Relief | None
) -> tuple[Terrain, Points]:
    """The terrain and the points of a tile, and those that what is outsize needs beside them.

    Blocks along it are read one by one. The terrain there is as high as that of any other raster: a height
    depends on points within 40 m only.

    Parameters
    ----------
    terrain : Terrain
        Around all else.
    points : Points
        All in ``box``.
    box : (4,) of float [m, RD]
    large : Outsize
    cloud : CloudPart
        Where more are read.
    relief : Relief or None

    Returns
    -------
    terrain : Terrain
        Of blocks, those of the one that was given among them.
    points : Points
    """
    squares = squares_near(large.followed, SIDE, TOUCH)
    low = np.floor(terrain.corner / SIDE).astype(np.int64)
    high = np.floor((terrain.corner + np.array(terrain.z.shape[::-1]) - 1) / SIDE).astype(np.int64)
    columns, rows = (np.arange(a, b + 1) for a, b in zip(low, high, strict=True))
    near = np.column_stack((np.tile(columns, len(rows)), np.repeat(rows, len(columns))))
    kept = np.unique(np.concatenate((squares, near)), axis=0)
    first = kept.min(axis=0)
    shape, places = (kept.max(axis=0) - first + 1)[::-1], (kept - first)[:, ::-1]
    z = Blocks.of(shape, places, (), np.nan)
    measured = Blocks.of(shape, places, (), False)
    asked = set(map(tuple, squares.tolist()))
    beside, on = Near.of(large.above, CLOSE, TOUCH), Near.of(large.told, CLOSE)
    more = [points]
    for number, square in enumerate(kept.tolist()):
        x, y = square[0] * SIDE, square[1] * SIDE
        block: Bbox = (x, y, x + SIDE, y + SIDE)
        if tuple(square) in asked and not _within(block, box):
            around, own = _read(block, cloud, relief)
            # Which of the points tell a height; those of the ground have told it.
            own = _some(own, ~_inside(own.xyz, box) & (own.classification != GROUND))
            civil = own.classification == CIVIL
            more.append(_some(own, on.has(own.xyz[:, :2]) | civil & beside.has(own.xyz[:, :2])))
        else:
            around = terrain
        z.data[number], measured.data[number] = _cut(around, np.array((x, y)))
    # They stand for arrays wherever the ground looks heights up.
    whole = Terrain(first.astype(np.float64) * SIDE, terrain.cell, cast(Any, z), cast(Any, measured))
    return whole, Points(
        np.concatenate([p.xyz for p in more]),
        np.concatenate([p.classification for p in more]),
        np.concatenate([p.source for p in more]),
    )


def _within(block: Bbox, box: Bbox) -> bool:
    """Whether all points that a block depends on are in a box."""
    x0, y0, x1, y1 = grown(block)
    return box[0] <= x0 and box[1] <= y0 and x1 <= box[2] and y1 <= box[3]


def _read(block: Bbox, cloud: CloudPart, relief: Relief | None) -> tuple[Terrain, Points]:
    """The terrain of a block, and the points in it."""
    points = replace(cloud, box=grown(block)).read().points
    terrain = Terrain.from_points(points.xyz[points.classification == GROUND], block, relief=relief)
    return terrain, _some(points, _inside(points.xyz, block))


def _inside(xyz: Floats, box: Bbox) -> Bools:
    inside: Bools = np.all((xyz[:, :2] >= box[:2]) & (xyz[:, :2] < box[2:]), axis=1)
    return inside


def _some(points: Points, wanted: Bools) -> Points:
    return Points(points.xyz[wanted], points.classification[wanted], points.source[wanted])


def _cut(terrain: Terrain, corner: Ints) -> tuple[Floats, Bools]:
    """Cells of a block, and whether they were measured; unknown beyond the raster."""
    z, measured = np.full((SIDE, SIDE), np.nan), np.zeros((SIDE, SIDE), dtype=bool)
    column, row = np.rint((corner - terrain.corner) / terrain.cell).astype(int).tolist()
    here = slice(max(row, 0), max(row + SIDE, 0)), slice(max(column, 0), max(column + SIDE, 0))
    part = terrain.z[here]
    low, left = max(-row, 0), max(-column, 0)
    there = slice(low, low + part.shape[0]), slice(left, left + part.shape[1])
    z[there], measured[there] = part, terrain.measured[here]
    return z, measured
