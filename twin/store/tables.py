"""Attribute tables as GeoParquet: readable by QGIS, DuckDB and pandas."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from twin.catalogue import Catalogue
from twin.store.atomic import write_with
from twin.store.layout import Layout

ROWS_PER_GROUP = 10_000  # a group is what a reader skips or takes as a whole
_GEO_TYPES = np.array(["Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString",
                       "MultiPolygon", "GeometryCollection"])  # fmt: skip


def write_objects(
    layout: Layout,
    collection: str,
    tile: str,
    attributes: pd.DataFrame,
    geometry: gpd.GeoSeries,
    public: Catalogue,
) -> None:
    """Write the objects of a collection in a tile; what is not for everybody goes into a file of its own.

    So the tables in ``objects/`` may be passed on as they are.

    Parameters
    ----------
    layout : Layout
    collection, tile : str
    attributes : DataFrame
        ``identificatie`` and all that is known of each object.
    geometry : GeoSeries [EPSG:28992]
    public : Catalogue
        What everybody may see.

    Raises
    ------
    StoreError
        When a file can't be written.
    """
    open_ = [a.name for a in public.of(collection) if a.name in attributes]
    write_table(layout.objects(collection, tile), attributes[open_], geometry)
    rest = attributes.drop(columns=[n for n in open_ if n != "identificatie"])
    known = rest.drop(columns="identificatie").notna().any()
    if known.any():
        write_restricted(layout.restricted(collection, tile), rest[["identificatie", *known.index[known]]])
    else:
        layout.restricted(collection, tile).unlink(missing_ok=True)


def write_table(path: Path, attributes: pd.DataFrame, geometry: gpd.GeoSeries) -> None:
    """Write attributes with their 2D geometry [EPSG:28992], sorted by ``identificatie``.

    A column of dtype object holds lists of strings, and is written as such even where all are missing, so
    that the tables of all tiles have one schema. The bounding box of each object stands in columns
    ``minx, miny, maxx, maxy`` so that a query can use the statistics of the row groups.

    Source: GeoParquet 1.1.0.

    Raises
    ------
    StoreError
        When the file can't be written.
    """
    order = attributes["identificatie"].argsort(kind="stable").to_numpy()
    frame = attributes.iloc[order].reset_index(drop=True)
    shapes = np.asarray(geometry.array, dtype=object)[order]
    bounds = pd.DataFrame(shapely.bounds(shapes), columns=["minx", "miny", "maxx", "maxy"])
    frame = pd.concat([frame, bounds], axis=1)
    schema = _schema(frame)
    table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    wkb = pa.array(shapely.to_wkb(shapes, output_dimension=2), pa.binary())
    table = table.append_column(pa.field("geometry", pa.binary()), wkb)
    table = table.replace_schema_metadata({**table.schema.metadata, b"geo": _geo(shapes, bounds)})
    write_with(path, lambda to: pq.write_table(table, to, compression="zstd", row_group_size=ROWS_PER_GROUP))


def write_restricted(path: Path, attributes: pd.DataFrame) -> None:
    """Write what not everybody may see of objects: ``identificatie`` and the attributes, without a place.

    The file and its folder are for the owner of the twin only.

    Raises
    ------
    StoreError
        When the file can't be written.
    """
    order = attributes["identificatie"].argsort(kind="stable").to_numpy()
    frame = attributes.iloc[order].reset_index(drop=True)
    schema = _schema(frame)
    table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)

    def write(to: Path) -> None:
        to.chmod(0o600)
        pq.write_table(table, to, compression="zstd", row_group_size=ROWS_PER_GROUP)

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_with(path, write)


def _schema(frame: pd.DataFrame) -> pa.Schema:
    """Types of the columns, of which those of dtype object hold lists of strings."""
    listed = [name for name in frame.columns if frame[name].dtype == object]
    plain = pa.Schema.from_pandas(frame.iloc[:0].drop(columns=listed), preserve_index=False)
    lists = {name: pa.field(name, pa.list_(pa.string())) for name in listed}
    return pa.schema([lists.get(name) or plain.field(name) for name in frame.columns])


def _geo(shapes: np.ndarray[Any, Any], bounds: pd.DataFrame) -> bytes:
    kinds = np.unique(shapely.get_type_id(shapes))
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": _GEO_TYPES[kinds[kinds >= 0]].tolist(),
        "crs": _rd(),
    }
    if len(bounds) and bounds.notna().any(axis=None):
        column["bbox"] = [
            bounds["minx"].min(),
            bounds["miny"].min(),
            bounds["maxx"].max(),
            bounds["maxy"].max(),
        ]
    return orjson.dumps(
        {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}},
        option=orjson.OPT_SERIALIZE_NUMPY,
    )


@cache
def _rd() -> dict[str, Any]:
    return dict(pyproj.CRS.from_epsg(28992).to_json_dict())
