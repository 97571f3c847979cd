"""Which objects a request asks for, and in what order: filters, area and sorting as one query."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from fastapi import Request

from twin.api import cql2
from twin.api.area import area_of
from twin.api.crs import Crs, require_crs, to_rd
from twin.api.data import Twin
from twin.api.dependencies import known_parameters
from twin.api.table import Rows, Table
from twin.api.values import typed
from twin.catalogue import Attribute
from twin.errors import NotFoundError, QueryError

_MOST_VERTICES = 10_000
_RELATIONS = {
    "s_intersects": "intersects",
    "s_within": "within",
    "s_contains": "contains",
    "s_equals": "equals",
    "s_touches": "touches",
    "s_crosses": "crosses",
    "s_overlaps": "overlaps",
}


@dataclass(frozen=True)
class Selection:
    """Objects of a collection.

    Attributes
    ----------
    twin : Twin
    collection : str
    where : str
        Condition of SQL; ``true`` for all.
    values : tuple
        Of its parameters.
    order : str
        Columns of SQL, ending with the id, so that no two objects are equal.
    within : (N,) int64 or None
        Rows of the objects in an area, ascending; others are none of them.
    """

    twin: Twin
    collection: str
    where: str
    values: tuple[Any, ...]
    order: str = "identificatie"
    within: Rows | None = None

    @cached_property
    def found(self) -> Rows:
        """Rows of the objects ``(N,)``, in order."""
        by_id = self.order == "identificatie"  # which is the order of the rows
        if self.where == "true" and by_id:
            return np.arange(len(self.table)) if self.within is None else self.within
        sql = f'select row_ from "{self.collection}" where {self.where}'
        rows = self.twin.rows(sql if by_id else f"{sql} order by {self.order}", self.values)
        if by_id:
            rows.sort(kind="stable")  # they mostly are
        if self.within is None:
            return rows
        inside = np.zeros(len(self.table), dtype=bool)
        inside[self.within] = True
        return rows[inside[rows]]

    @property
    def table(self) -> Table:
        """The collection."""
        return self.twin.table(self.collection)

    def count(self) -> int:
        """How many there are."""
        return len(self.found)

    def page(self, limit: int, after: str | None = None) -> Rows:
        """Rows of at most ``limit`` objects, in order.

        Parameters
        ----------
        limit : int
        after : str, optional
            Id of the object after which to begin.

        Raises
        ------
        NotFoundError
            When ``after`` is none of them and the order is not that of the ids.
        """
        first = 0
        if after is not None and self.order == "identificatie":
            first = int(np.searchsorted(self.found, self.table.first_after(after)))
        elif after is not None:
            row = self.table.row_of(after)
            place = np.flatnonzero(self.found == (-1 if row is None else row))
            if not len(place):
                raise NotFoundError(f"after={after}: not among the objects that are asked for")
            first = int(place[0]) + 1
        return self.found[first : first + limit]

    def values_of(
        self, rows: Rows, attributes: tuple[Attribute, ...], *, told: bool = False
    ) -> list[tuple[Any, ...]]:
        """Attributes, height of the ground where it may be seen, and geometry (WKB) of objects.

        ``told``: numbers as JSON tells them, see :meth:`~twin.api.table.Table.take`.
        """
        ground = "h_maaiveld" if "h_maaiveld" in self.table.names else None
        return self.table.take(rows, [*(a.name for a in attributes), ground, "geometry"], told=told)


def selection(
    request: Request,
    twin: Twin,
    collection: str,
    *,
    bbox: str | None = None,
    bbox_crs: str | None = None,
    filter_: str | None = None,
    filter_lang: str = "cql2-text",
    filter_crs: str | None = None,
    sortby: str | None = None,
) -> Selection:
    """The objects that a request asks for; any parameter that its route does not know is an attribute.

    Raises
    ------
    QueryError
        For a wrong value, or a parameter that is no attribute.
    """
    clauses, values = _equalities(request, twin, collection)
    box_crs, shape_crs = require_crs(bbox_crs, "bbox-crs"), require_crs(filter_crs, "filter-crs")
    if filter_ is not None:
        known = {a.name: a for a in twin.attributes(collection)}
        condition = cql2.condition(
            cql2.parse(filter_, filter_lang),
            known,
            lambda op, shape: _related(twin, collection, op, _geometry(shape, shape_crs, twin)),
        )
        clauses, values = [*clauses, condition.sql], [*values, *condition.values]
    within = None
    if bbox is not None:
        area = area_of(bbox, box_crs, twin)
        within = np.empty(0, dtype=np.int64) if area is None else area.rows(twin.table(collection))
    where = " and ".join(clauses) or "true"
    return Selection(twin, collection, where, tuple(values), _order(twin, collection, sortby), within)


def _equalities(request: Request, twin: Twin, collection: str) -> tuple[list[str], list[Any]]:
    known = {a.name: a for a in twin.attributes(collection)}
    parameters = known_parameters(request)
    clauses, values = [], []
    for name, text in request.query_params.multi_items():
        if name in parameters:
            continue
        if name not in known:
            raise QueryError(
                f"{name}: no such parameter or attribute. See /api/collections/{collection}/queryables"
            )
        clauses.append(f'list_contains("{name}", ?)' if known[name].type == "list" else f'"{name}" = ?')
        values.append(typed(known[name].type, text, name))
    return clauses, values


def _order(twin: Twin, collection: str, sortby: str | None) -> str:
    """Columns to sort by; what is missing comes last, and the id decides between equals."""
    parts = []
    for word in (sortby or "").split(","):
        name = word.strip().lstrip("+- ")
        if not name:
            continue
        attribute = twin.attribute(collection, name)
        if attribute.type == "list":
            raise QueryError(f"sortby={sortby}: {name} is a list, which has no order")
        direction = "desc" if word.strip().startswith("-") else "asc"
        parts.append(f'"{attribute.name}" {direction} nulls last')
    if sortby is not None and not parts:
        raise QueryError("sortby: expected attributes, as in sortby=-hoogte,identificatie")
    return ", ".join([*parts, "identificatie"]) if parts else "identificatie"


def _geometry(content: dict[str, Any], crs: Crs, twin: Twin) -> Any:
    """A geometry of a filter in RD."""
    shape: shapely.Geometry
    try:
        if "bbox" in content:
            numbers = [float(v) for v in content["bbox"]]
            numbers = [*numbers[:2], *numbers[3:5]] if len(numbers) == 6 else numbers
            x0, y0, x1, y1 = numbers
            shape = shapely.box(x0, y0, x1, y1)
        else:
            shape = shapely.geometry.shape(content)
        bounds = shapely.bounds(shape)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError):
        raise QueryError("filter: a geometry that is none of GeoJSON or WKT") from None
    if shape.is_empty or not all(map(math.isfinite, bounds)):
        raise QueryError("filter: a geometry without finite coordinates")
    if shapely.get_num_coordinates(shape) > _MOST_VERTICES:
        raise QueryError(f"filter: a geometry of more than {_MOST_VERTICES} vertices")
    if crs.degrees:
        low, high = (bounds[:2], bounds[2:]) if not crs.latitude_first else (bounds[1::-1], bounds[:1:-1])
        if low[0] < -180 or high[0] > 180 or low[1] < -90 or high[1] > 90:
            raise QueryError("filter: a geometry beyond the globe; is filter-crs right?")
        west, south, east, north = twin.lonlat_box(twin.manifest.bbox)
        if low[0] > east + 1 or high[0] < west - 1 or low[1] > north + 1 or high[1] < south - 1:
            return None  # nothing of this twin is near it
        if high[0] - low[0] > 5 or high[1] - low[1] > 5:
            raise QueryError("filter: a geometry larger than the Netherlands. Use a smaller one, or bbox")
    placed = to_rd(shape, crs, twin.rdnap)
    return placed if placed.is_valid else shapely.make_valid(placed)


def _related(twin: Twin, collection: str, op: str, shape: Any) -> list[int]:
    """Rows of the objects that stand in relation ``op`` to a shape in RD."""
    if shape is None:
        return []
    table = twin.table(collection)
    near = table.near(shapely.bounds(shape).tolist())
    shapely.prepare(shape)
    hits: list[int] = near[getattr(shapely, _RELATIONS[op])(table.shapes(near), shape)].tolist()
    return hits
