"""Whether the CityJSON of a twin and its tables tell the same of the same objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from twin.catalogue import Catalogue
from twin.cityjson.features import features
from twin.cityjson.sequence import json_attributes
from twin.errors import TwinError
from twin.ground import COLLECTIONS
from twin.store import Layout

PREFIXES = ("NL.IMBAG.Pand.", "NL.IMGeo.", "NL.AHN.Boom.")
CITY = ("pand", *COLLECTIONS)
"""Collections whose objects are CityObjects."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the two don't agree on.

    Attributes
    ----------
    where : str
        File and object.
    message : str
    """

    where: str
    message: str


def compare(layout: Layout, collections: Iterable[str], public: Catalogue) -> tuple[int, list[Difference]]:
    """Number of objects in the tables of ``collections``, and all differences with the CityJSON.

    ``public`` are the attributes that the CityJSON may hold.
    """
    named = [c for c in collections if c in CITY]
    tiles = {path.name.removesuffix(".city.jsonl") for path in layout.sequences()}
    tiles |= {path.stem for collection in named for path in layout.tables(collection)}
    checked, found = 0, list[Difference]()
    for tile in sorted(tiles):
        rows = _rows(layout, tile, named, public)
        checked += len(rows)
        found.extend(_differences(layout, tile, rows))
    return checked, found


def _rows(
    layout: Layout, tile: str, collections: list[str], public: Catalogue
) -> dict[str, tuple[str, dict[str, Any]]]:
    """Collection and attributes of every object in the tables of a tile, by ``identificatie``."""
    rows: dict[str, tuple[str, dict[str, Any]]] = {}
    for collection in collections:
        path = layout.objects(collection, tile)
        if not path.is_file():
            continue
        try:
            table = public.conform(pd.read_parquet(path), collection)
        except (OSError, ValueError, pa.ArrowException, TwinError):
            continue  # told by the check of the tables
        for attributes in json_attributes(table):
            rows[attributes.get("identificatie", "")] = collection, attributes
    return rows


def _differences(
    layout: Layout, tile: str, rows: dict[str, tuple[str, dict[str, Any]]]
) -> Iterator[Difference]:
    path = layout.cityjson(tile)
    file = f"cityjson/{path.name}"
    if not path.is_file():
        yield Difference(file, f"missing, with {len(rows)} objects that the tables have")
        return
    seen: set[str] = set()
    for number, feature in features(path):
        main = feature["CityObjects"].get(feature.get("id"))
        where = f"{file}:{number} {feature.get('id')}"
        if not isinstance(main, dict):
            continue  # told by the check of the sequences
        given = main.get("attributes", {})
        name = str(given.get("identificatie", ""))
        seen.add(name)
        if name not in rows:
            yield Difference(where, "no table has this object")
            continue
        collection, expected = rows[name]
        if feature["id"] not in [prefix + name for prefix in PREFIXES]:
            yield Difference(where, f"is not the id of {collection} {name}")
        strange = sorted(k for k in given.keys() | expected.keys() if given.get(k) != expected.get(k))
        if strange:
            key = strange[0]
            yield Difference(
                where,
                f"{key} is {given.get(key)!r}, in objects/{collection}/{tile}.parquet {expected.get(key)!r}"
                + (f"; {len(strange) - 1} more differ" if len(strange) > 1 else ""),
            )
        if collection == "pand" and (level := _level(feature)) != expected.get("lod"):
            yield Difference(where, f"its solids reach LoD {level}, but lod is {expected.get('lod')}")
    for name in sorted(rows.keys() - seen):
        yield Difference(f"{file} {name}", f"missing, but objects/{rows[name][0]}/{tile}.parquet has it")


def _level(feature: dict[str, Any]) -> str:
    """The level that all parts of a building reach."""
    levels = [
        max((g.get("lod", "0") for g in part.get("geometry", ()) if g.get("type") == "Solid"), default="0")
        for part in feature["CityObjects"].values()
        if part.get("type") == "BuildingPart"
    ]
    return min(levels, default="0")
