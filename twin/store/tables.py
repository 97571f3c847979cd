"""Attribute tables as GeoParquet: readable by QGIS, DuckDB and pandas."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from twin.store.atomic import write_with


def write_table(path: Path, attributes: pd.DataFrame, geometry: gpd.GeoSeries) -> None:
    """Write attributes with their 2D geometry [EPSG:28992], sorted by ``identificatie``.

    The bounding box of each object stands in columns ``minx, miny, maxx, maxy`` so that a query can use
    the statistics of the row groups.
    """
    frame = gpd.GeoDataFrame(attributes.copy(), geometry=gpd.GeoSeries(geometry.to_numpy(), attributes.index))
    frame = frame.set_crs(28992).sort_values("identificatie", ignore_index=True)
    for name in frame.columns:
        if frame[name].dtype == object:
            frame[name] = [None if v is None or v is pd.NA or v is np.nan else list(v) for v in frame[name]]
    bounds = frame.bounds.astype(np.float64)
    frame = gpd.GeoDataFrame(pd.concat([frame.drop(columns="geometry"), bounds, frame[["geometry"]]], axis=1))
    write_with(path, lambda temporary: frame.to_parquet(temporary, index=False, row_group_size=10_000))
