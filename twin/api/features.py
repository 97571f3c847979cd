"""OGC API - Features: collections and their items.

Source: OGC 17-069r4 (Part 1: Core), 18-058r1 (Part 2: CRS by reference).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request

from twin.api.answers import GeoJson, JsonSchema
from twin.api.area import area_of
from twin.api.data import Twin
from twin.api.dependencies import CurrentTwinDep, OnlyKnownParameters, known_parameters
from twin.api.geojson import CRS84, RD, SUPPORTED, features, require_crs
from twin.catalogue import Attribute
from twin.errors import NotFoundError, QueryError

router = APIRouter(tags=["Features"])

MAX_LIMIT = 10_000
_PREFIX = re.compile(r"^NL\.(IMBAG\.\w+|IMGeo)\.")
_JSON_TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "list": {"type": "array", "items": {"type": "string"}},
}


@router.get("/collections", summary="The collections of this twin", dependencies=[OnlyKnownParameters])
def collections(request: Request, twin: CurrentTwinDep) -> dict[str, Any]:
    """All collections: panden, verblijfsobjecten, buurten and the BGT feature types."""
    base = str(request.base_url).rstrip("/")
    return {
        "collections": [_collection(twin, name, base) for name in twin.collections],
        "links": [{"rel": "self", "type": "application/json", "href": f"{base}/api/collections"}],
    }


@router.get("/collections/{collection}", summary="One collection", dependencies=[OnlyKnownParameters])
def collection(collection: str, request: Request, twin: CurrentTwinDep) -> dict[str, Any]:
    """Extent, CRSs and links of a collection."""
    twin.require(collection)
    return _collection(twin, collection, str(request.base_url).rstrip("/"))


@router.get(
    "/collections/{collection}/queryables",
    summary="The attributes of a collection",
    response_class=JsonSchema,
    dependencies=[OnlyKnownParameters],
)
def queryables(collection: str, request: Request, twin: CurrentTwinDep) -> JsonSchema:
    """JSON Schema of the attributes; each may be used as a filter, ``?name=value``."""
    twin.require(collection)
    properties = {
        a.name: {
            **_JSON_TYPES.get(a.type, {"type": "string"}),
            "title": a.nl.label,
            "description": a.nl.description,
            **({"x-unit": a.unit} if a.unit else {}),
        }
        for a in twin.attributes(collection)
    }
    return JsonSchema(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": str(request.url),
            "type": "object",
            "title": collection,
            "properties": {
                **properties,
                "geometry": {"format": "geometry-any", "title": "Geometrie"},
            },
            "additionalProperties": False,
        }
    )


@router.get(
    "/collections/{collection}/items", summary="Objects of a collection, page by page", response_class=GeoJson
)
def items(
    collection: str,
    request: Request,
    twin: CurrentTwinDep,
    bbox: Annotated[str | None, Query(description="min x, min y, max x, max y, in bbox-crs.")] = None,
    bbox_crs: Annotated[
        str | None, Query(alias="bbox-crs", description="CRS of bbox; default CRS84.")
    ] = None,
    crs: Annotated[str | None, Query(description="CRS of the answer: CRS84 (default) or EPSG:28992.")] = None,
    datetime: Annotated[
        str | None,
        Query(
            description="Instant or interval (RFC 3339). All objects are as of the build: it leaves none out."
        ),
    ] = None,
    limit: Annotated[
        int, Query(ge=1, description="Objects per page.", json_schema_extra={"maximum": MAX_LIMIT})
    ] = 100,
    after: Annotated[str | None, Query(description="Continue after this id; used by the next link.")] = None,
    properties: Annotated[str | None, Query(description="Attributes to give, separated by commas.")] = None,
) -> GeoJson:
    """GeoJSON of the objects, in the order of their ids; any attribute is a filter, ``?name=value``."""
    twin.require(collection)
    wanted = require_crs(crs, "crs")
    box_crs = require_crs(bbox_crs, "bbox-crs")
    chosen = _chosen(twin, collection, properties)
    clauses, values = _filters(request, twin, collection)
    if datetime is not None:
        _require_time(datetime)
    if bbox is not None:
        area = area_of(bbox, box_crs, twin)
        if area is None:
            clauses.append("false")
        else:
            clauses, values = area.clauses(twin, collection, clauses, values)
    limit = min(limit, MAX_LIMIT)  # more than the maximum is no error (/req/core/fc-limit-response-1)
    where = f"where {' and '.join(clauses)}" if clauses else ""
    matched = twin.query(f'select count(*) from "{collection}" {where}', values)[0][0]
    if after is not None:
        where = f"{where} and identificatie > ?" if where else "where identificatie > ?"
        values = [*values, after]
    rows = twin.query(
        f'select {_columns(chosen)} from "{collection}" {where} order by identificatie limit {limit + 1}',
        values,
    )
    page = rows[:limit]
    base = str(request.base_url).rstrip("/")
    links = [
        {"rel": "self", "type": "application/geo+json", "href": str(request.url)},
        {"rel": "collection", "type": "application/json", "href": f"{base}/api/collections/{collection}"},
    ]
    if len(rows) > limit:
        query = [(k, v) for k, v in request.query_params.multi_items() if k != "after"]
        href = f"{request.url.replace(query='')}?{urlencode([*query, ('after', page[-1][0])])}"
        links.append({"rel": "next", "type": "application/geo+json", "href": href})
    content = {
        "type": "FeatureCollection",
        "timeStamp": twin.manifest.built,
        "numberMatched": matched,
        "numberReturned": len(page),
        "features": features(page, chosen, wanted, twin.rdnap),
        "links": links,
    }
    return GeoJson(content, headers={"Content-Crs": f"<{wanted}>"})


@router.get(
    "/collections/{collection}/items/{item}",
    summary="One object",
    response_class=GeoJson,
    dependencies=[OnlyKnownParameters],
)
def item(
    collection: str,
    item: str,
    request: Request,
    twin: CurrentTwinDep,
    crs: Annotated[str | None, Query(description="CRS of the answer: CRS84 (default) or EPSG:28992.")] = None,
) -> GeoJson:
    """GeoJSON of one object, by its ``identificatie`` or its CityObject id."""
    twin.require(collection)
    wanted = require_crs(crs, "crs")
    attributes = twin.attributes(collection)
    identificatie = _PREFIX.sub("", item)
    rows = twin.query(
        f'select {_columns(attributes)} from "{collection}" where identificatie = ? limit 1', [identificatie]
    )
    if not rows:
        raise NotFoundError(f"{collection} has no object {item!r}")
    feature = features(rows, attributes, wanted, twin.rdnap)[0]
    base = str(request.base_url).rstrip("/")
    feature["links"] = [
        {"rel": "self", "type": "application/geo+json", "href": str(request.url)},
        {"rel": "collection", "type": "application/json", "href": f"{base}/api/collections/{collection}"},
    ]
    return GeoJson(feature, headers={"Content-Crs": f"<{wanted}>"})


def _collection(twin: Twin, name: str, base: str) -> dict[str, Any]:
    href = f"{base}/api/collections/{name}"
    return {
        "id": name,
        "title": name,
        "itemType": "feature",
        "extent": {"spatial": {"bbox": [twin.lonlat_box(twin.extents[name])], "crs": CRS84}},
        "crs": list(SUPPORTED),
        "storageCrs": RD,
        "links": [
            {"rel": "self", "type": "application/json", "href": href},
            {"rel": "items", "type": "application/geo+json", "href": f"{href}/items"},
            {
                "rel": "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                "type": "application/schema+json",
                "href": f"{href}/queryables",
            },
        ],
    }


def _columns(attributes: tuple[Attribute, ...]) -> str:
    return ", ".join(f'"{a.name}"' for a in attributes) + ", geometry"


def _chosen(twin: Twin, collection: str, properties: str | None) -> tuple[Attribute, ...]:
    if properties is None:
        return twin.attributes(collection)
    names = ["identificatie", *(n.strip() for n in properties.split(",") if n.strip() != "identificatie")]
    return tuple(twin.attribute(collection, n) for n in names if n)


def _filters(request: Request, twin: Twin, collection: str) -> tuple[list[str], list[Any]]:
    """Clauses for the attributes among the query parameters; an unknown parameter is an error."""
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
        if known[name].type == "list":
            clauses.append(f'list_contains("{name}", ?)')
        else:
            clauses.append(f'"{name}" = ?')
        values.append(_value(known[name], text))
    return clauses, values


def _value(attribute: Attribute, text: str) -> Any:
    try:
        match attribute.type:
            case "integer":
                return _within_64_bits(int(text))
            case "number":
                return float(text)
            case "boolean":
                return {"true": True, "false": False}[text.lower()]
            case "date":
                return dt.date.fromisoformat(text)
            case "datetime":
                return _without_zone(text)
            case _:
                return text
    except (ValueError, KeyError):
        raise QueryError(f"{attribute.name}={text}: expected a value of type {attribute.type}") from None


def _within_64_bits(number: int) -> int:
    if not -(2**63) <= number < 2**63:
        raise ValueError("too large for any attribute")
    return number


def _without_zone(text: str) -> dt.datetime:
    """Registers give Dutch local time without a zone; a zone in a request must not shift it silently."""
    time = dt.datetime.fromisoformat(text)
    if time.tzinfo is not None:
        raise ValueError("times here have no zone")
    return time


def _require_time(text: str) -> None:
    ends = text.split("/")
    try:
        if len(ends) > 2:
            raise ValueError(text)
        times = [dt.datetime.fromisoformat(end) for end in ends if end not in ("", "..")]
        if not times and len(ends) == 1:
            raise ValueError(text)
        if len(times) == 2 and times[0].timestamp() > times[1].timestamp():
            raise ValueError(text)
    except ValueError:
        raise QueryError(f"datetime={text}: expected an instant or an interval by RFC 3339") from None
