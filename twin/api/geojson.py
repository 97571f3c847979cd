"""Rows of a query as GeoJSON features, in any CRS of the API."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from tiles import RdNap
from twin.api.crs import Crs, from_rd
from twin.catalogue import Attribute


def features(
    rows: Sequence[Sequence[Any]], attributes: Sequence[Attribute], crs: Crs, rdnap: RdNap
) -> list[dict[str, Any]]:
    """GeoJSON features of rows: attributes, ``identificatie`` first, the height of the ground, and WKB."""
    shapes = shapes_of(rows, crs, rdnap)
    names = [a.name for a in attributes]
    kinds = [a.type for a in attributes]
    return [
        {
            "type": "Feature",
            "id": row[0],
            "geometry": shapely.geometry.mapping(shape) if shape is not None else None,
            "properties": dict(zip(names, map(plain, row[:-2], kinds), strict=True)),
        }
        for row, shape in zip(rows, shapes, strict=True)
    ]


def shapes_of(rows: Sequence[Sequence[Any]], crs: Crs, rdnap: RdNap) -> Any:
    """Shapes ``(N,)`` of rows that end with the height of the ground [m, NAP] and WKB in RD."""
    heights = np.array([np.nan if row[-2] is None else row[-2] for row in rows], dtype=np.float64)
    return from_rd(shapely.from_wkb([row[-1] for row in rows]), crs, rdnap, heights)


def plain(value: Any, kind: str) -> Any:
    """A value of an attribute of type ``kind`` as JSON knows it."""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if kind == "date" else value.isoformat(timespec="seconds")
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value
