"""The same objects in other formats than GeoJSON: CSV, GeoPackage and CityJSON."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely

from twin.api.crs import Crs
from twin.api.data import PREFIX, Twin
from twin.api.geojson import plain, shapes_of
from twin.catalogue import Attribute
from twin.catalogue.catalogue import PANDAS_TYPES
from twin.cityjson import merge_features
from twin.errors import QueryError
from twin.store.layout import tile_names

Rows = Sequence[Sequence[Any]]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(rows: Rows, attributes: Sequence[Attribute], crs: Crs, twin: Twin) -> bytes:
    """Attributes and the representative point of each object, in UTF-8 with semicolons, as Excel here reads.

    Lists are joined by a bar. A text that a spreadsheet would take for a formula gets a quote before it.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([*(a.name for a in attributes), "x", "y"])
    shapes = shapes_of(rows, crs, twin.rdnap)
    xy = shapely.get_coordinates(shapely.point_on_surface(shapes)).tolist() if len(rows) else []
    placed = (~(shapely.is_missing(shapes) | shapely.is_empty(shapes))).tolist()
    points = iter(xy)
    for row, has_place in zip(rows, placed, strict=True):
        cells = [_cell(plain(v, a.type)) for v, a in zip(row[:-2], attributes, strict=True)]
        writer.writerow([*cells, *(next(points) if has_place else ("", ""))])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, list | tuple):
        value = " | ".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def to_geopackage(rows: Rows, attributes: Sequence[Attribute], crs: Crs, twin: Twin, layer: str) -> bytes:
    """Attributes and geometry as one layer; in degrees x is the longitude, as GeoPackage has it."""
    east_first = Crs(crs.uri, crs.degrees, False, crs.heights, crs.srid)
    columns = {
        a.name: pd.Series([_field(row[i]) for row in rows], dtype=_dtype(a)) for i, a in enumerate(attributes)
    }
    frame = gpd.GeoDataFrame(columns, geometry=shapes_of(rows, east_first, twin.rdnap), crs=crs.srid)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "selectie.gpkg"
        frame.to_file(path, layer=layer, driver="GPKG", engine="pyogrio")
        return path.read_bytes()


def _field(value: Any) -> Any:
    return " | ".join(value) if isinstance(value, list | tuple) else value


def _dtype(attribute: Attribute) -> Any:
    return "string" if attribute.type == "list" else PANDAS_TYPES[attribute.type]


def to_cityjson(rows: Rows, attributes: Sequence[Attribute], collection: str, twin: Twin) -> bytes:
    """The 3D models of objects as one CityJSON 2.0 file, in RD and NAP (EPSG:7415).

    All of them have what everybody may see. Of ``attributes``, those that only this audience may see are
    added.

    Raises
    ------
    QueryError
        When the collection has no 3D models.
    StoreError
        When a file can't be read.
    """
    if collection in ("verblijfsobject", "buurt"):
        raise QueryError(f"f=cityjson: a {collection} has no 3D model. Ask for pand or a BGT collection")
    shapes = shapely.point_on_surface(shapely.from_wkb([row[-1] for row in rows]))
    xy = shapely.get_coordinates(shapes)
    names = np.array(tile_names(xy, float(twin.manifest.parameters["tile"])), dtype=object)
    wanted = [str(row[0]) for row in rows]
    header: dict[str, Any] | None = None
    features = []
    for tile in sorted(set(names.tolist())):
        lines = twin.city_lines(tile)
        header = header or orjson.loads(lines[""])
        found = [i for i, name in zip(wanted, names, strict=True) if name == tile]
        features += [orjson.loads(lines[i]) for i in found if i in lines]
    if header is None:
        header = {"type": "CityJSON", "version": "2.0", "CityObjects": {}, "vertices": [],
                  "transform": {"scale": [0.001] * 3, "translate": [0.0] * 3},
                  "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/7415"}}  # fmt: skip
    header["metadata"] |= {"title": f"{twin.manifest.name}: selectie", "identifier": f"{collection}-selectie"}
    _add_secret(features, rows, attributes, twin.secret(collection))
    return orjson.dumps(merge_features(header, features))


def _add_secret(
    models: list[dict[str, Any]], rows: Rows, attributes: Sequence[Attribute], secret: frozenset[str]
) -> None:
    """Give CityObjects the attributes that the files of the twin do not have."""
    chosen = [(i, a) for i, a in enumerate(attributes) if a.name in secret]
    if not chosen:
        return
    values = {
        str(row[0]): {a.name: plain(row[i], a.type) for i, a in chosen if row[i] is not None} for row in rows
    }
    for model in models:
        own = model["CityObjects"][model["id"]].setdefault("attributes", {})
        own |= values.get(PREFIX.sub("", model["id"]), {})
