"""What a viewer needs beside features: the twin itself, its catalogue, columns, statistics and search."""

from __future__ import annotations

import base64
from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

import twin as package
from twin.api.answers import Json
from twin.api.data import Twin
from twin.api.dependencies import CurrentTwinDep, OnlyKnownParameters, note_read
from twin.api.features import Filter, FilterCrs, FilterLang
from twin.api.geojson import listed, plain
from twin.api.search import find
from twin.api.selection import selection
from twin.catalogue import Attribute
from twin.errors import NotFoundError, QueryError

# What is computed comes from the registers that it is computed of.
LOGO_TYPES = ("image/svg+xml", "image/png", "image/jpeg", "image/webp")
_ORIGINS = {"reconstructie": ("ahn", "bag", "bgt")}

router = APIRouter(tags=["Stad"], dependencies=[OnlyKnownParameters])


@router.get("/twin", summary="What this twin is of")
def about(twin: CurrentTwinDep) -> dict[str, Any]:
    """Name, extent, sources, themes and counts."""
    m = twin.manifest
    middle = [(m.bbox[0] + m.bbox[2]) / 2, (m.bbox[1] + m.bbox[3]) / 2]
    shown = ("kind", "title", "date", "licence", "attribution", "classification")
    return {
        "name": m.name,
        "municipality": m.municipality,
        "bbox": list(m.bbox),
        "center": twin.rdnap.to_lonlat(middle).tolist(),
        "built": m.built,
        "versions": m.versions,
        "sources": [{k: s[k] for k in shown} for s in twin.sources],
        "themes": m.themes,
        "counts": twin.collections,
        "lods": m.lods,
        "theme": {
            **{k: v for k, v in m.looks.items() if k != "logo"},
            "logo": "/api/logo" if m.looks.get("logo") else None,
        }
        if m.looks
        else None,
    }


@router.get(
    "/logo",
    summary="The municipality's logo",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in LOGO_TYPES}}},
)
def logo(twin: CurrentTwinDep) -> Response:
    """The picture that ``[theme]`` names; 404 when there is none."""
    found = twin.manifest.looks.get("logo")
    if not found:
        raise NotFoundError("This twin has no logo. Name one under [theme] in twin.toml, and build it again")
    # Opened by itself, an SVG is a page; this one may do nothing.
    alone = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return Response(base64.b64decode(found["data"]), media_type=found["type"], headers=alone)


@router.get("/catalogue", summary="The attribute catalogue")
def catalogue(twin: CurrentTwinDep) -> list[dict[str, Any]]:
    """Every attribute that anybody may see, with words, unit, source, and that source's date and licence."""
    sources = {s["kind"]: s for s in twin.sources}
    shown = ("title", "date", "licence", "attribution")
    present = {a.name for c in twin.collections for a in twin.attributes(c)}
    return [
        {
            **a.as_json(),
            "licence": sources.get(a.source, {}).get("licence"),
            "provenance": [
                {"kind": kind, **{k: sources[kind][k] for k in shown}}
                for kind in _ORIGINS.get(a.source, (a.source,))
                if kind in sources
            ],
        }
        for a in twin.catalogue.attributes
        if a.name in present
    ]


@router.get(
    "/collections/{collection}/columns", summary="Attributes of all objects, by column", response_class=Json
)
def columns(
    collection: str,
    request: Request,
    twin: CurrentTwinDep,
    properties: Annotated[str, Query(description="Attributes, separated by commas.")],
    filter_: Filter = None,
    filter_lang: FilterLang = "cql2-text",
    filter_crs: FilterCrs = None,
) -> Json:
    """Whole columns of a collection, or those of the objects that meet a filter; in the order of the ids."""
    twin.require(collection)
    names = ["identificatie", *(n.strip() for n in properties.split(","))]
    chosen = [twin.attribute(collection, n) for n in dict.fromkeys(names)]
    found = selection(
        request, twin, collection, filter_=filter_, filter_lang=filter_lang, filter_crs=filter_crs
    )
    note_read(request, twin, collection, tuple(chosen), found.count(), found.where)
    table = twin.table(collection)
    return Json({a.name: listed(table.column(a.name, found.found, told=True), a) for a in chosen})


@router.get("/collections/{collection}/statistics", summary="Statistics of an attribute", response_class=Json)
async def statistics(
    collection: str,
    request: Request,
    twin: CurrentTwinDep,
    name: Annotated[str, Query(alias="property", description="Attribute to summarise.")],
    by: Annotated[str | None, Query(description="Attribute to group by, such as buurtcode.")] = None,
) -> Response:
    """Count, missing values and spread of an attribute, per group and in all.

    For text and booleans the number of objects per value.
    """
    twin.require(collection)
    attribute = twin.attribute(collection, name)
    if attribute.type == "list":
        raise QueryError(f"property={name}: statistics of a list are not defined")
    group = twin.attribute(collection, by) if by else None
    if group is not None and group.type == "list":
        raise QueryError(f"by={by}: objects can't be grouped by a list")
    read = (attribute, group) if group else (attribute,)
    note_read(request, twin, collection, read, len(twin.table(collection)))
    asked = (collection, name, by or "")
    content = twin.summaries.get(asked)
    if content is None:
        content = await run_in_threadpool(_summary, twin, collection, attribute, group)
        twin.summaries.put({asked: content})
    return Response(content, media_type=Json.media_type)


@router.get("/search", summary="Find an address, a street, a postcode, a buurt or an id", response_class=Json)
def search(
    twin: CurrentTwinDep,
    q: Annotated[str, Query(min_length=2, max_length=200, description="What to look for.")],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Json:
    """Places that match, best first: ids, then streets and buurten, then addresses."""
    found = find(twin, q, limit)
    lonlat = twin.rdnap.to_lonlat(np.array([(p.x, p.y) for p in found]).reshape(-1, 2)).tolist()
    return Json(
        {
            "query": q,
            "results": [
                {
                    "kind": place.kind,
                    "id": place.id,
                    "collection": place.collection,
                    "label": place.label,
                    "lon": lon,
                    "lat": lat,
                    "rd": [place.x, place.y],
                    "z": place.z,
                }
                for place, (lon, lat) in zip(found, lonlat, strict=True)
            ],
        }
    )


@router.get("/health", summary="Whether the twin can be read")
def health(twin: CurrentTwinDep) -> dict[str, str]:
    """``ok`` when the tables answer."""
    for collection in list(twin.collections)[:1]:
        twin.query(f'select 1 from "{collection}" limit 1')
    return {"status": "ok"}


@router.get("/version", summary="Version of the program and of the twin")
def version(twin: CurrentTwinDep) -> dict[str, Any]:
    """Version of this program, and when and by what the twin was built."""
    return {"version": package.__version__, "built": twin.manifest.built, "build": twin.manifest.versions}


def _summary(twin: Twin, collection: str, attribute: Attribute, group: Attribute | None) -> bytes:
    numeric = attribute.type in ("integer", "number")
    groups = (_numbers if numeric else _values)(twin, collection, attribute, group)
    content = {
        "collection": collection,
        "property": attribute.name,
        "by": group.name if group else None,
        "unit": attribute.unit,
        "groups": groups,
    }
    return orjson.dumps(content)


def _numbers(
    twin: Twin, collection: str, attribute: Attribute, group: Attribute | None
) -> list[dict[str, Any]]:
    key = f'"{group.name}"' if group else "null"
    v = f'"{attribute.name}"'
    rows = twin.query(
        f"select {key}, count(*), count(*) - count({v}), min({v}), max({v}), avg({v}), median({v}) "
        f'from "{collection}" group by 1 order by 1 nulls last'
    )
    labels = _labels(twin, group)
    names = ("count", "missing", "min", "max", "mean", "median")
    return [
        _named(group, of, labels) | dict(zip(names, (plain(v, "number") for v in row), strict=True))
        for of, *row in rows
    ]


def _values(
    twin: Twin, collection: str, attribute: Attribute, group: Attribute | None
) -> list[dict[str, Any]]:
    key = f'"{group.name}"' if group else "null"
    v = f'"{attribute.name}"'
    rows = twin.query(
        f'select {key}, {v}, count(*) from "{collection}" group by 1, 2 order by 1 nulls last, 3 desc, 2'
    )
    labels = _labels(twin, group)
    groups: dict[Any, dict[str, Any]] = {}
    for of, value, count in rows:
        entry = groups.setdefault(of, _named(group, of, labels) | {"count": 0, "missing": 0, "counts": {}})
        entry["count"] += count
        if value is None:
            entry["missing"] += count
        else:
            entry["counts"][_text(value, attribute.type)] = count
    return list(groups.values())


def _named(group: Attribute | None, value: Any, labels: dict[Any, str]) -> dict[str, Any]:
    if group is None or value is None:
        return {"group": None, "label": None}
    return {"group": plain(value, group.type), "label": labels.get(value, _text(value, group.type))}


def _text(value: Any, kind: str) -> str:
    return str(value).lower() if kind == "boolean" else str(plain(value, kind))


def _labels(twin: Twin, group: Attribute | None) -> dict[Any, str]:
    """Names of the groups that have other names than their values."""
    if group is None or group.name != "buurtcode" or "buurt" not in twin.collections:
        return {}
    if all(a.name != "buurtnaam" for a in twin.attributes("buurt")):
        return {}
    rows = twin.query('select identificatie, buurtnaam from "buurt" where buurtnaam is not null')
    return {code: str(name) for code, name in rows}
