"""Rows of a query as GeoJSON features, in longitude and latitude or in RD."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from tiles import RdNap
from twin.catalogue import Attribute
from twin.errors import QueryError

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
RD = "http://www.opengis.net/def/crs/EPSG/0/28992"
SUPPORTED = (CRS84, RD)


def require_crs(crs: str | None, parameter: str) -> str:
    """A supported CRS, CRS84 by default; short names such as ``EPSG:28992`` are understood.

    Raises
    ------
    QueryError
        For any other CRS.
    """
    short = {"EPSG:28992": RD, "CRS84": CRS84, "OGC:CRS84": CRS84}
    wanted = short.get(crs or CRS84, crs or CRS84)
    if wanted not in SUPPORTED:
        raise QueryError(f"{parameter}={crs}: this API serves {CRS84} and {RD}")
    return wanted


def features(
    rows: Sequence[Sequence[Any]], attributes: Sequence[Attribute], crs: str, rdnap: RdNap
) -> list[dict[str, Any]]:
    """GeoJSON features of rows that hold the attributes, ``identificatie`` first, and WKB at the end."""
    shapes = shapely.from_wkb([row[-1] for row in rows])
    if crs == CRS84:
        shapes = shapely.transform(shapes, lambda xy: np.round(rdnap.to_lonlat(xy), 8))
    names = [a.name for a in attributes]
    kinds = [a.type for a in attributes]
    return [
        {
            "type": "Feature",
            "id": row[0],
            "geometry": shapely.geometry.mapping(shape) if shape is not None else None,
            "properties": dict(zip(names, map(plain, row[:-1], kinds), strict=True)),
        }
        for row, shape in zip(rows, shapes, strict=True)
    ]


def plain(value: Any, kind: str) -> Any:
    """A value of an attribute of type ``kind`` as JSON knows it."""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if kind == "date" else value.isoformat(timespec="seconds")
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value
