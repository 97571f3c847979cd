"""A layer of a file GDAL reads, as a whole or in a window, with the records that are nowhere."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from ingest.crs import RD, require_rd
from ingest.errors import SourceError

Bbox = tuple[float, float, float, float]


def read_layer(path: Path, layer: str, bbox: Bbox | None) -> tuple[pd.DataFrame, int, tuple[str, ...]]:
    """Read the records that touch a window, and those without geometry.

    A record without geometry is nowhere, and so not outside the window either: it comes along, to be
    rejected for that, where a spatial filter would pass over it without a word.

    Parameters
    ----------
    path : Path
    layer : str
    bbox : (minx, miny, maxx, maxy) or None
        Window [m, RD]; None reads all.

    Returns
    -------
    frame : DataFrame or GeoDataFrame
        In the order of the file, geometry in EPSG:28992 [m]; a plain DataFrame where the layer has none,
        and then the window says nothing.
    outside : int
        Records that lie outside the window.
    notes : tuple of str
        What was assumed or converted, see :func:`ingest.crs.require_rd`.

    Raises
    ------
    SourceError
        The layer can't be read to its end, or is in another CRS.
    """
    try:
        info = pyogrio.read_info(path, layer=layer, force_feature_count=True)
        # The spatial index answers in RD; in another CRS the window is applied after conversion.
        in_rd = info["crs"] is not None and RD.equals(info["crs"], ignore_axis_order=True)
        if bbox is not None and in_rd and info["driver"] == "GPKG":
            frame = _through_index(path, layer, info["geometry_name"], bbox)
        else:
            frame = pyogrio.read_dataframe(path, layer=layer)
    except (DataSourceError, DataLayerError, shapely.errors.GEOSException) as fault:
        raise SourceError(
            path,
            found=f"layer {layer} breaks off ({fault})",
            expected="every record to be readable",
            remedy="Check that the download was complete, or download it again.",
        ) from None
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame, 0, ()
    frame, notes = require_rd(frame, path)
    if bbox is not None:
        shapes = frame.geometry.array
        nowhere = frame.geometry.isna() | frame.geometry.is_empty
        frame = frame[shapely.intersects(shapes, shapely.box(*bbox)) | nowhere].reset_index(drop=True)
    return frame, int(info["features"]) - len(frame), notes


def _through_index(path: Path, layer: str, geometry: str, bbox: Bbox) -> pd.DataFrame:
    inside: pd.DataFrame = pyogrio.read_dataframe(path, layer=layer, bbox=bbox, fid_as_index=True)
    if not isinstance(inside, gpd.GeoDataFrame):
        return inside.reset_index(drop=True)
    absent = f'"{geometry}" IS NULL OR ST_IsEmpty("{geometry}")'
    nowhere = pyogrio.read_dataframe(path, layer=layer, where=absent, fid_as_index=True)
    if len(nowhere):
        inside = pd.concat([inside, nowhere]).sort_index()
    return inside.reset_index(drop=True)
