"""What is too large for the raster of a tile: its heights come from blocks along it instead.

A tile has one raster of the terrain around its objects. An object of kilometres, such as a canal, would make
that as large as its box.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import GeometryType, get_type_id

from twin.build.cloud import Bbox, CloudPart, grown
from twin.build.layers import TileLayer
from twin.geometry.columns import Bools, Floats
from twin.ground import LEVEL0, Relief, Terrain
from twin.ground.blocks import SIDE, blocks_under, filled
from twin.ground.levels import GROUND
from twin.ground.structures import STRUCTURES

OUTSIZE = 400.0
"""Width or height [m] above which a surface of the ground is outsize: less than a tile of the usual size."""
_NEVER = ("pand", *STRUCTURES)  # points inside them tell how high they are


def outsize(collection: str, frame: gpd.GeoDataFrame) -> Bools:
    """Which objects ``(G,)`` of a collection are too large for a raster."""
    if collection in _NEVER or collection not in LEVEL0 or not len(frame):
        return np.zeros(len(frame), dtype=bool)
    bounds = frame.geometry.bounds.to_numpy()
    area = np.isin(get_type_id(frame.geometry.to_numpy()), (GeometryType.POLYGON, GeometryType.MULTIPOLYGON))
    large: Bools = (np.nan_to_num(bounds[:, 2:] - bounds[:, :2]) > OUTSIZE).any(axis=1)
    large &= area & (frame["relatieve_hoogteligging"].to_numpy() == 0)
    return large


def ordinary(collections: Mapping[str, gpd.GeoDataFrame]) -> Iterator[gpd.GeoDataFrame]:
    """The frames without what is outsize; those that have nothing left are left out."""
    for name, frame in collections.items():
        if (large := outsize(name, frame)).any():
            frame = frame[~large]
        if len(frame):
            yield frame


def far_surfaces(layer: TileLayer, collections: Mapping[str, gpd.GeoDataFrame]) -> Bools:
    """Which surfaces ``(S,)`` of level 0 are outsize."""
    far = np.zeros(len(layer.row), dtype=bool)
    if layer.level == 0:
        for name in pd.unique(pd.Series(layer.collection, dtype=object)).tolist():
            own = np.flatnonzero(layer.collection == name)
            far[own] = outsize(name, collections[name])[layer.row[own]]
    return far


def far_terrain(layer: TileLayer, cloud: CloudPart, relief: Relief | None) -> Terrain:
    """The terrain where surfaces of a layer need it, read block by block.

    It is as high as that of any other raster there: a height depends on points within 40 m only.
    """
    corner, shape, kept = blocks_under(layer.cells)

    def heights() -> Iterator[tuple[Floats, Bools]]:
        for row, column in kept.tolist():
            x, y = corner[0] + column * SIDE, corner[1] + row * SIDE
            box: Bbox = (x, y, x + SIDE, y + SIDE)
            points = replace(cloud, box=grown(box)).read().points
            ground = points.xyz[points.classification == GROUND]
            around = Terrain.from_points(ground, box, relief=relief)
            left, low = np.rint((np.array((x, y)) - around.corner) / around.cell).astype(int).tolist()
            window = slice(low, low + SIDE), slice(left, left + SIDE)
            yield around.z[window], around.measured[window]

    # They stand for arrays wherever the ground looks heights up.
    z, measured = cast(Any, filled(shape, kept, heights()))
    return Terrain(corner, 1.0, z, measured)
