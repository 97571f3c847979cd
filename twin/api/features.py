"""OGC API - Features: collections and their items.

Source: OGC 17-069r4 (Part 1: Core), 18-058r1 (Part 2: CRS by reference), 19-079r2 (Part 3: Filtering).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import numpy as np
import orjson
from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from twin.api import formats, html
from twin.api.answers import GeoJson, Json, JsonSchema
from twin.api.crs import CRS84, RD, SUPPORTED, Crs, require_crs
from twin.api.data import PREFIX, Twin
from twin.api.dependencies import CurrentTwinDep, OnlyKnownParameters, note_read
from twin.api.geojson import features
from twin.api.negotiation import MEDIA, Download, Page, preferred
from twin.api.selection import Selection, selection
from twin.catalogue import Attribute
from twin.errors import NotFoundError, QueryError

router = APIRouter(tags=["Features"])

MAX_LIMIT = 10_000
MAX_MODELS = 1_000
MAX_DOWNLOAD = 1_000_000
FILES = ("csv", "gpkg", "cityjson", "glb")
_JSON_TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "list": {"type": "array", "items": {"type": "string"}},
}

CrsParameter = Annotated[
    str | None,
    Query(description="CRS of the answer: CRS84 (default), or EPSG:28992, 7415, 4258 or 4326."),
]
Bbox = Annotated[str | None, Query(description="The lower and the upper corner, in bbox-crs.")]
BboxCrs = Annotated[str | None, Query(alias="bbox-crs", description="CRS of bbox; default CRS84.")]
Filter = Annotated[str | None, Query(alias="filter", description="Condition in CQL2.")]
FilterLang = Annotated[
    Literal["cql2-text", "cql2-json"], Query(alias="filter-lang", description="How filter is written.")
]
FilterCrs = Annotated[
    str | None, Query(alias="filter-crs", description="CRS of geometries in filter; default CRS84.")
]


@router.get(
    "/collections",
    summary="The collections of this twin",
    dependencies=[OnlyKnownParameters],
    response_model=None,
)
def collections(request: Request, twin: CurrentTwinDep, f: Page = None) -> Response:
    """All collections: panden, verblijfsobjecten, buurten and the BGT feature types."""
    base = str(request.base_url).rstrip("/")
    content = {
        "collections": [_collection(twin, name, base) for name in twin.collections],
        "links": [{"rel": "self", "type": "application/json", "href": f"{base}/api/collections"}],
    }
    return html.page("Collecties", content) if preferred(request, f) == "html" else Json(content)


@router.get(
    "/collections/{collection}",
    summary="One collection",
    dependencies=[OnlyKnownParameters],
    response_model=None,
)
def collection(collection: str, request: Request, twin: CurrentTwinDep, f: Page = None) -> Response:
    """Extent, CRSs and links of a collection."""
    twin.require(collection)
    content = _collection(twin, collection, str(request.base_url).rstrip("/"))
    return html.page(collection, content) if preferred(request, f) == "html" else Json(content)


@router.get(
    "/collections/{collection}/queryables",
    summary="The attributes of a collection",
    response_class=JsonSchema,
    dependencies=[OnlyKnownParameters],
    response_model=None,
)
def queryables(collection: str, request: Request, twin: CurrentTwinDep, f: Page = None) -> Response:
    """JSON Schema of the attributes; each may be used in a filter, or as one, ``?name=value``."""
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
    content = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": str(request.url),
        "type": "object",
        "title": collection,
        "properties": {**properties, "geometry": {"format": "geometry-any", "title": "Geometrie"}},
        "additionalProperties": False,
    }
    return html.page(collection, content) if preferred(request, f) == "html" else JsonSchema(content)


@router.get(
    "/collections/{collection}/items",
    summary="Objects of a collection, page by page or as a file",
    response_class=GeoJson,
    response_model=None,
)
def items(
    collection: str,
    request: Request,
    twin: CurrentTwinDep,
    bbox: Bbox = None,
    bbox_crs: BboxCrs = None,
    crs: CrsParameter = None,
    datetime: Annotated[
        str | None,
        Query(
            description="Instant or interval (RFC 3339). All objects are as of the build: it leaves none out."
        ),
    ] = None,
    filter_: Filter = None,
    filter_lang: FilterLang = "cql2-text",
    filter_crs: FilterCrs = None,
    sortby: Annotated[
        str | None, Query(description="Attributes to sort by, separated by commas; - before one for down.")
    ] = None,
    limit: Annotated[
        int, Query(ge=1, description="Objects per page.", json_schema_extra={"maximum": MAX_LIMIT})
    ] = 100,
    after: Annotated[str | None, Query(description="Continue after this id; used by the next link.")] = None,
    properties: Annotated[str | None, Query(description="Attributes to give, separated by commas.")] = None,
    f: Download = None,
) -> Response:
    """The objects, by id or as ``sortby`` says; any attribute is a filter, ``?name=value``."""
    twin.require(collection)
    wanted = require_crs(crs, "crs")
    chosen = _chosen(twin, collection, properties)
    if datetime is not None:
        _require_time(datetime)
    if after is not None and "\0" in after:
        raise QueryError("after: no id")
    found = selection(
        request,
        twin,
        collection,
        bbox=bbox,
        bbox_crs=bbox_crs,
        filter_=filter_,
        filter_lang=filter_lang,
        filter_crs=filter_crs,
        sortby=sortby,
    )
    form = preferred(request, f, ("json", "html", *FILES))
    if form in FILES:
        given = limit if "limit" in request.query_params else None
        return _file(request, form, found, chosen, wanted, given, after)
    # More than the maximum is no error (/req/core/fc-limit-response-1).
    size = min(limit, MAX_LIMIT)
    rows = found.page(size + 1, after)
    page = rows[:size]
    note_read(request, twin, collection, chosen, len(page), f"{found.where} {found.order}")
    last = found.table.ids[page[-1]] if len(rows) > size else None
    base = str(request.base_url).rstrip("/")
    written = None
    if form == "json" and properties is None and wanted.uri == CRS84:
        written = list(map(orjson.Fragment, twin.written(collection).of(page)))
    content = {
        "type": "FeatureCollection",
        "timeStamp": twin.manifest.built,
        "numberMatched": found.count(),
        "numberReturned": len(page),
        "features": written
        if written is not None
        else features(found.values_of(page, chosen, told=True), chosen, wanted, twin.rdnap),
        "links": _links(request, base, collection, form, last),
    }
    if form == "html":
        return html.features_page(collection, content, f"{base}/api/collections/{collection}/items")
    return GeoJson(content, headers={"Content-Crs": f"<{wanted.uri}>"})


@router.get(
    "/collections/{collection}/items/{item}",
    summary="One object",
    response_class=GeoJson,
    dependencies=[OnlyKnownParameters],
    response_model=None,
)
async def item(
    collection: str,
    item: str,
    request: Request,
    twin: CurrentTwinDep,
    crs: CrsParameter = None,
    f: Download = None,
) -> Response:
    """One object, by its ``identificatie`` or its CityObject id."""
    twin.require(collection)
    wanted = require_crs(crs, "crs")
    attributes = twin.attributes(collection)
    row = twin.table(collection).row_of(PREFIX.sub("", item))
    if row is None:
        raise NotFoundError(f"{collection} has no object {item!r}")
    one = Selection(twin, collection, "row_ = ?", (row,))
    form = preferred(request, f, ("json", "html", *FILES))
    if form in FILES:
        return await run_in_threadpool(_file, request, form, one, attributes, wanted, 1, None)
    note_read(request, twin, collection, attributes, 1)
    links = _links(request, str(request.base_url).rstrip("/"), collection, form, None)
    headers = {"Content-Crs": f"<{wanted.uri}>"}
    if form == "json" and wanted.uri == CRS84:
        (written,) = twin.written(collection).of(np.array([row]))
        content = b"".join((written[:-1], b',"links":', orjson.dumps(links), b"}"))
        return Response(content, media_type=GeoJson.media_type, headers=headers)
    rows = one.values_of(np.array([row]), attributes, told=True)
    feature = features(rows, attributes, wanted, twin.rdnap)[0] | {"links": links}
    if form == "html":
        return html.feature_page(f"{collection} {rows[0][0]}", feature)
    return GeoJson(feature, headers=headers)


def _file(
    request: Request,
    form: str,
    found: Selection,
    attributes: tuple[Attribute, ...],
    crs: Crs,
    limit: int | None,
    after: str | None,
) -> Response:
    """A selection as a file: all of it, unless a limit is asked for."""
    twin, collection = found.twin, found.collection
    modelled = form in ("cityjson", "glb")
    if modelled and limit is None and (matched := found.count()) > MAX_MODELS:
        raise QueryError(
            f"f={form}: {matched} objects, of {MAX_MODELS} at most. Ask for fewer, or by limit and after; "
            "the whole city comes with twin export"
        )
    most = MAX_MODELS if modelled else MAX_DOWNLOAD
    rows = found.values_of(found.page(min(limit or most, most), after), attributes)
    note_read(request, twin, collection, attributes, len(rows), f"{found.where} {found.order}")
    if form == "csv":
        content = formats.to_csv(rows, attributes, crs, twin)
    elif form == "gpkg":
        content = formats.to_geopackage(rows, attributes, crs, twin, collection)
    elif form == "cityjson":
        content = formats.to_cityjson(rows, attributes, collection, twin)
    else:
        content = formats.to_gltf(rows, attributes, collection, twin)
    ending = {"csv": "csv", "gpkg": "gpkg", "cityjson": "city.json", "glb": "glb"}[form]
    return Response(
        content,
        media_type=MEDIA[form],
        headers={
            "Content-Disposition": f'attachment; filename="{collection}.{ending}"',
            **({"Content-Crs": f"<{crs.uri}>"} if not modelled else {}),
        },
    )


def _links(request: Request, base: str, collection: str, form: str, last: str | None) -> list[dict[str, str]]:
    """To itself, in other representations, and to the next page after the id ``last``."""
    types = {"json": "application/geo+json", "html": "text/html"}
    asked = [(k, v) for k, v in request.query_params.multi_items() if k not in ("after", "f")]
    start = [(k, v) for k, v in request.query_params.multi_items() if k == "after"]
    address = request.url.replace(query="")
    links = [{"rel": "self", "type": types[form], "href": str(request.url), "title": "Deze pagina"}]
    for name in ("json", "html", "csv", "gpkg"):
        if name != form:
            href = f"{address}?{urlencode([*asked, *start, ('f', name)])}"
            links.append(
                {"rel": "alternate", "type": types.get(name, MEDIA[name]), "href": href, "title": name}
            )
    href = f"{base}/api/collections/{collection}"
    links.append({"rel": "collection", "type": "application/json", "href": href, "title": collection})
    if last is not None:
        given = [(k, v) for k, v in request.query_params.multi_items() if k == "f"]
        href = f"{address}?{urlencode([*asked, *given, ('after', last)])}"
        links.append({"rel": "next", "type": types[form], "href": href, "title": "Volgende"})
    return links


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


def _chosen(twin: Twin, collection: str, properties: str | None) -> tuple[Attribute, ...]:
    if properties is None:
        return twin.attributes(collection)
    names = ["identificatie", *(n.strip() for n in properties.split(",") if n.strip() != "identificatie")]
    return tuple(twin.attribute(collection, n) for n in names if n)


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
