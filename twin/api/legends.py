"""What a legend is made from: the distribution of an attribute over objects."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from twin.api.answers import Json
from twin.api.dependencies import CurrentTwinDep, note_read
from twin.api.features import Bbox, BboxCrs, Filter, FilterCrs, FilterLang
from twin.api.geojson import plain
from twin.api.selection import selection
from twin.errors import QueryError

router = APIRouter(tags=["Legenda"])

PropertyName = Annotated[str, Query(alias="property", description="Attribute to look at.")]


@router.get("/collections/{collection}/histogram", summary="Distribution of a number", response_class=Json)
def histogram(
    collection: str,
    request: Request,
    twin: CurrentTwinDep,
    name: PropertyName,
    bins: Annotated[int, Query(ge=1, le=200, description="Classes of equal width.")] = 20,
    bbox: Bbox = None,
    bbox_crs: BboxCrs = None,
    filter_: Filter = None,
    filter_lang: FilterLang = "cql2-text",
    filter_crs: FilterCrs = None,
) -> Json:
    """Objects per class, of all objects or of those that are asked for as in ``items``."""
    twin.require(collection)
    attribute = twin.attribute(collection, name)
    if attribute.type not in ("integer", "number"):
        raise QueryError(
            f"property={name}: of type {attribute.type}, which has no histogram. Ask for its values"
        )
    found = selection(
        request, twin, collection, bbox=bbox, bbox_crs=bbox_crs, filter_=filter_, filter_lang=filter_lang,
        filter_crs=filter_crs,
    )  # fmt: skip
    note_read(request, twin, collection, (attribute,), found.count(), found.where)
    column = f'"{attribute.name}"::double'
    source = f'from "{collection}" where {found.where}'
    ((count, known, low, high),) = twin.query(
        f"select count(*), count({column}), min({column}), max({column}) {source}", found.values
    )
    classes: list[dict[str, Any]] = []
    if known:
        width = (high - low) / bins
        # A value on the upper edge of all belongs to the last class.
        number = f"least(floor(({column} - ?) / ?), ?)::integer" if width > 0 else "0"
        values = [low, width, bins - 1] if width > 0 else []
        counted = dict(
            twin.query(
                f"select {number}, count(*) {source} and {column} is not null group by 1",
                [*values, *found.values],
            )
        )
        edges = [low + i * width for i in range(bins)] + [high]
        classes = [
            {
                "from": plain(edges[i], "number"),
                "to": plain(edges[i + 1], "number"),
                "count": counted.get(i, 0),
            }
            for i in range(bins if width > 0 else 1)
        ]
    return Json(
        {
            "collection": collection,
            "property": name,
            "unit": attribute.unit,
            "count": count,
            "missing": count - known,
            "min": plain(low, "number"),
            "max": plain(high, "number"),
            "bins": classes,
        }
    )


@router.get("/collections/{collection}/values", summary="Values that occur", response_class=Json)
def distinct(
    collection: str,
    request: Request,
    twin: CurrentTwinDep,
    name: PropertyName,
    limit: Annotated[int, Query(ge=1, le=1000, description="Values to give, the most frequent first.")] = 100,
    bbox: Bbox = None,
    bbox_crs: BboxCrs = None,
    filter_: Filter = None,
    filter_lang: FilterLang = "cql2-text",
    filter_crs: FilterCrs = None,
) -> Json:
    """Values of an attribute with the number of objects; of a list, the members of all lists."""
    twin.require(collection)
    attribute = twin.attribute(collection, name)
    found = selection(
        request, twin, collection, bbox=bbox, bbox_crs=bbox_crs, filter_=filter_, filter_lang=filter_lang,
        filter_crs=filter_crs,
    )  # fmt: skip
    note_read(request, twin, collection, (attribute,), found.count(), found.where)
    column = f'"{attribute.name}"'
    value = f"unnest({column})" if attribute.type == "list" else column
    source = f'(select {value} as value_ from "{collection}" where ({found.where}) and {column} is not null)'
    rows = twin.query(
        f"select value_, count(*), count(*) over () from {source} "
        f"group by 1 order by 2 desc, 1 limit {limit}",
        found.values,
    )
    return Json(
        {
            "collection": collection,
            "property": name,
            "unit": attribute.unit,
            "distinct": rows[0][2] if rows else 0,
            "missing": found.count() - _known(twin, collection, column, found.where, found.values),
            "values": [
                {"value": plain(v, "string" if attribute.type == "list" else attribute.type), "count": n}
                for v, n, _ in rows
            ],
        }
    )


def _known(twin: Any, collection: str, column: str, where: str, values: tuple[Any, ...]) -> int:
    return int(twin.query(f'select count({column}) from "{collection}" where {where}', values)[0][0])
