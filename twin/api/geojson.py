"""Rows of a query as GeoJSON features, in any CRS of the API."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely

from tiles import RdNap
from twin.api.crs import CRS84, SYSTEMS, Crs, from_rd
from twin.api.kept import Kept
from twin.api.table import DECIMALS, Rows, Table
from twin.catalogue import Attribute

_TURNED = ("date", "datetime")
KEPT = 256 << 20  # bytes per collection: 100 000 panden with all that is known of them


def features(
    rows: Sequence[Sequence[Any]], attributes: Sequence[Attribute], crs: Crs, rdnap: RdNap
) -> list[dict[str, Any]]:
    """GeoJSON features of rows as :meth:`~twin.api.table.Table.take` tells them.

    Each has its attributes, ``identificatie`` first, the height of the ground, and WKB.
    """
    names = [a.name for a in attributes]
    columns = [_listed(column, a) for a, column in zip(attributes, zip(*rows, strict=True), strict=False)]
    written = shapely.to_geojson(shapes_of(rows, crs, rdnap)) if len(rows) else []
    return [
        {
            "type": "Feature",
            "id": row[0],
            "geometry": orjson.Fragment(geometry) if geometry is not None else None,
            "properties": dict(zip(names, values, strict=True)),
        }
        for row, values, geometry in zip(rows, zip(*columns, strict=True), written, strict=True)
    ]


class Written:
    """GeoJSON of the objects of a collection with all attributes in CRS84, kept as it was written.

    Most answers hold objects that were in an answer before. They take no more memory than ``limit`` bytes.

    Parameters
    ----------
    table : Table
    attributes : sequence of Attribute
    rdnap : RdNap
    limit : int
    """

    def __init__(
        self, table: Table, attributes: Sequence[Attribute], rdnap: RdNap, limit: int = KEPT
    ) -> None:
        self._table, self._attributes, self._rdnap = table, attributes, rdnap
        self._kept: Kept[int] = Kept(limit)

    def of(self, rows: Rows) -> list[bytes]:
        """Features of rows ``(N,)``."""
        found = {n: self._kept.get(n) for n in rows.tolist()}
        lacking = [n for n, written in found.items() if written is None]
        if lacking:
            names = [a.name for a in self._attributes]
            values = self._table.take(np.array(lacking), [*names, None, "geometry"], told=True)
            made = features(values, self._attributes, SYSTEMS[CRS84], self._rdnap)
            fresh = dict(zip(lacking, map(orjson.dumps, made), strict=True))
            found |= fresh
            self._kept.put(fresh)
        return list(found.values())  # type: ignore[arg-type]


def shapes_of(rows: Sequence[Sequence[Any]], crs: Crs, rdnap: RdNap) -> Any:
    """Shapes ``(N,)`` of rows that end with the height of the ground [m, NAP] and WKB in RD."""
    heights = np.array([np.nan if row[-2] is None else row[-2] for row in rows], dtype=np.float64)
    return from_rd(shapely.from_wkb([row[-1] for row in rows]), crs, rdnap, heights)


def listed(column: pa.Array, attribute: Attribute) -> Sequence[Any]:
    """A column of an attribute, as :meth:`~twin.api.table.Table.column` tells it, as JSON knows it."""
    return _listed(column.to_pylist(), attribute)


def _listed(values: Sequence[Any], attribute: Attribute) -> Sequence[Any]:
    """Only values of kinds that JSON does not know are looked at."""
    return [plain(v, attribute.type) for v in values] if attribute.type in _TURNED else values


def plain(value: Any, kind: str) -> Any:
    """A value of an attribute of type ``kind`` as JSON knows it."""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if kind == "date" else value.isoformat(timespec="seconds")
    if isinstance(value, float):
        return round(value, DECIMALS) if math.isfinite(value) else None
    return value
