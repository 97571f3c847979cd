"""What a viewer needs beside features: the twin itself, its catalogue, columns, statistics and search."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

import twin as package
from twin.api.data import Twin
from twin.api.dependencies import CurrentTwinDep
from twin.api.geojson import plain
from twin.catalogue import CATALOGUE, Attribute
from twin.errors import QueryError

router = APIRouter(tags=["Stad"])


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
        "sources": [{k: s[k] for k in shown} for s in m.sources if s["classification"] == "openbaar"],
        "themes": m.themes,
        "counts": twin.collections,
        "lods": m.lods,
    }


@router.get("/catalogue", summary="The attribute catalogue")
def catalogue(twin: CurrentTwinDep) -> list[dict[str, Any]]:
    """Every attribute that anybody may see, with words, unit, source and licence."""
    licences = {s["kind"]: s["licence"] for s in twin.manifest.sources}
    present = {a.name for c in twin.collections for a in twin.attributes(c)}
    return [
        {**a.as_json(), "licence": licences.get(a.source)}
        for a in CATALOGUE.public().attributes
        if a.name in present
    ]


@router.get("/collections/{collection}/columns", summary="Attributes of all objects, by column")
def columns(
    collection: str,
    twin: CurrentTwinDep,
    properties: Annotated[str, Query(description="Attributes, separated by commas.")],
) -> dict[str, list[Any]]:
    """Whole columns of a collection, for colouring; in the order of the ids."""
    twin.require(collection)
    names = [a.name for a in (twin.attribute(collection, n.strip()) for n in properties.split(","))]
    names = list(dict.fromkeys(["identificatie", *names]))
    listed = ", ".join(f'"{n}"' for n in names)
    rows = twin.query(f'select {listed} from "{collection}" order by identificatie')
    return {name: [plain(row[i]) for row in rows] for i, name in enumerate(names)}


@router.get("/collections/{collection}/statistics", summary="Statistics of an attribute")
def statistics(
    collection: str,
    twin: CurrentTwinDep,
    name: Annotated[str, Query(alias="property", description="Attribute to summarise.")],
    by: Annotated[str | None, Query(description="Attribute to group by, such as buurtcode.")] = None,
) -> dict[str, Any]:
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
    numeric = attribute.type in ("integer", "number")
    groups = (
        _numbers(twin, collection, attribute, group)
        if numeric
        else _values(twin, collection, attribute, group)
    )
    return {"collection": collection, "property": name, "by": by, "unit": attribute.unit, "groups": groups}


@router.get("/search", summary="Find an address, a street, a buurt or an id")
def search(
    twin: CurrentTwinDep,
    q: Annotated[str, Query(min_length=2, max_length=200, description="What to look for.")],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> dict[str, Any]:
    """Places that match, best first: ids, then streets and buurten, then addresses."""
    words = q.replace(",", " ").split()
    found: list[tuple[Any, ...]] = []
    for rows in (_ids(twin, q, limit), _buurten(twin, words, limit), _streets(twin, words, limit),
                 _addresses(twin, words, limit)):  # fmt: skip
        found.extend(rows[: limit - len(found)])
    if not found:
        return {"query": q, "results": []}
    lonlat = twin.rdnap.to_lonlat([[row[4], row[5]] for row in found]).tolist()
    return {
        "query": q,
        "results": [
            {
                "kind": kind,
                "id": identificatie,
                "collection": collection,
                "label": label,
                "lon": lon,
                "lat": lat,
                "rd": [x, y],
                "z": plain(z),
            }
            for (kind, identificatie, collection, label, x, y, z), (lon, lat) in zip(
                found, lonlat, strict=True
            )
        ],
    }


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


def _numbers(
    twin: Twin, collection: str, attribute: Attribute, group: Attribute | None
) -> list[dict[str, Any]]:
    key = f'"{group.name}"' if group else "null"
    v = f'"{attribute.name}"'
    rows = twin.query(
        f"select {key}, count(*), count(*) - count({v}), min({v}), max({v}), avg({v}), median({v}) "
        f'from "{collection}" group by 1 order by 1 nulls last'
    )
    names = ("group", "count", "missing", "min", "max", "mean", "median")
    return [
        dict(zip(names, map(plain, row), strict=True)) | {"label": _label(twin, group, row[0])}
        for row in rows
    ]


def _values(
    twin: Twin, collection: str, attribute: Attribute, group: Attribute | None
) -> list[dict[str, Any]]:
    key = f'"{group.name}"' if group else "null"
    v = f'"{attribute.name}"'
    rows = twin.query(
        f'select {key}, {v}, count(*) from "{collection}" group by 1, 2 order by 1 nulls last, 3 desc, 2'
    )
    groups: dict[Any, dict[str, Any]] = {}
    for of, value, count in rows:
        entry = groups.setdefault(
            of, {"group": of, "label": _label(twin, group, of), "count": 0, "missing": 0, "counts": {}}
        )
        entry["count"] += count
        if value is None:
            entry["missing"] += count
        else:
            entry["counts"][str(plain(value))] = count
    return list(groups.values())


def _label(twin: Twin, group: Attribute | None, value: Any) -> str | None:
    if group is None or value is None:
        return None
    if group.name == "buurtcode" and "buurt" in twin.collections:
        rows = twin.query('select buurtnaam from "buurt" where identificatie = ?', [value])
        return str(rows[0][0]) if rows else str(value)
    return str(value)


_PLACE = "(minx + maxx) / 2, (miny + maxy) / 2"


def _ids(twin: Twin, q: str, limit: int) -> list[tuple[Any, ...]]:
    """Objects whose id begins with the query; only digits and BGT ids are worth the look."""
    text = q.strip().removeprefix("NL.IMBAG.Pand.").removeprefix("NL.IMGeo.")
    if len(text) < 4 or not any(c.isdigit() for c in text) or " " in text:
        return []
    found: list[tuple[Any, ...]] = []
    for collection in (
        "pand",
        *(c for c in twin.collections if c not in ("pand", "buurt", "verblijfsobject")),
    ):
        if collection not in twin.collections or len(found) >= limit:
            continue
        height = "h_maaiveld" if any(a.name == "h_maaiveld" for a in twin.attributes(collection)) else "null"
        found += twin.query(
            f"select 'id', identificatie, '{collection}', identificatie, {_PLACE}, {height} from \"{collection}\" "
            f"where starts_with(identificatie, ?) order by identificatie limit {limit - len(found)}",
            [text],
        )
    return found


def _buurten(twin: Twin, words: list[str], limit: int) -> list[tuple[Any, ...]]:
    if "buurt" not in twin.collections:
        return []
    return twin.query(
        f"select 'buurt', identificatie, 'buurt', buurtnaam, {_PLACE}, null from \"buurt\" "
        f"where contains(lower(buurtnaam), ?) order by buurtnaam limit {limit}",
        [" ".join(words).lower()],
    )


def _streets(twin: Twin, words: list[str], limit: int) -> list[tuple[Any, ...]]:
    if "verblijfsobject" not in twin.collections:
        return []
    return twin.query(
        "select 'straat', null, null, straatnaam || coalesce(', ' || any_value(woonplaatsnaam), ''), "
        'median(minx), median(miny), null from "verblijfsobject" '
        f"where starts_with(lower(straatnaam), ?) group by straatnaam order by straatnaam limit {limit}",
        [" ".join(words).lower()],
    )


def _addresses(twin: Twin, words: list[str], limit: int) -> list[tuple[Any, ...]]:
    """Addresses in which every word begins a word, with the pand they lie in."""
    if "verblijfsobject" not in twin.collections:
        return []
    clause = " and ".join("contains(' ' || lower(replace(v.adres, ',', ' ')), ' ' || ?)" for _ in words)
    return twin.query(
        "select 'adres', v.pand_ids[1], 'pand', v.adres, v.minx, v.miny, p.h_maaiveld "
        'from "verblijfsobject" v left join "pand" p on p.identificatie = v.pand_ids[1] '
        f"where {clause} order by v.straatnaam, v.huisnummer, v.adres limit {limit}",
        [w.lower() for w in words],
    )
