"""Rows of a query as GeoJSON features, in any CRS of the API."""

from __future__ import annotations

import datetime
import math
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import shapely

from tiles import RdNap
from twin.api.crs import CRS84, SYSTEMS, Crs, from_rd
from twin.api.table import Rows, Table
from twin.catalogue import Attribute

_TURNED = ("number", "date", "datetime")
KEPT = 256 << 20  # bytes per collection: 100 000 panden with all that is known of them


def features(
    rows: Sequence[Sequence[Any]], attributes: Sequence[Attribute], crs: Crs, rdnap: RdNap
) -> list[dict[str, Any]]:
    """GeoJSON features of rows: attributes, ``identificatie`` first, the height of the ground, and WKB."""
    names = [a.name for a in attributes]
    # Column by column, and only those whose values JSON does not know.
    columns = [
        [plain(value, a.type) for value in column] if a.type in _TURNED else column
        for a, column in zip(attributes, zip(*rows, strict=True), strict=False)
    ]
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

    Most answers hold objects that were in an answer before. What was used first is forgotten first, so that
    it takes no more memory than ``limit`` bytes.

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
        self._table, self._attributes, self._rdnap, self._limit = table, attributes, rdnap, limit
        self._lock = threading.Lock()
        self._kept: dict[int, bytes] = {}
        self._size = 0

    def of(self, rows: Rows) -> list[bytes]:
        """Features of rows ``(N,)``."""
        numbers, kept = rows.tolist(), self._kept
        found = {n: kept.get(n) for n in numbers}
        lacking = [n for n, written in found.items() if written is None]
        if lacking:
            names = [a.name for a in self._attributes]
            values = self._table.take(np.array(lacking), [*names, None, "geometry"])
            made = features(values, self._attributes, SYSTEMS[CRS84], self._rdnap)
            fresh = dict(zip(lacking, map(orjson.dumps, made), strict=True))
            found |= fresh
            self._keep(fresh)
        return [found[n] for n in numbers]  # type: ignore[misc]

    def _keep(self, fresh: dict[int, bytes]) -> None:
        with self._lock:
            for number, written in fresh.items():
                if number not in self._kept:
                    self._kept[number] = written
                    self._size += len(written)
            while self._size > self._limit:
                oldest = next(iter(self._kept))
                self._size -= len(self._kept.pop(oldest))


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
