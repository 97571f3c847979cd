"""Says what a file is before anyone tries to read it: kind, counts, CRS, extent and layers."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, cast
from zipfile import BadZipFile, ZipFile

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from ingest import bgt
from ingest.ahn.laz import open_laz
from ingest.bgt.featuretypes import plain
from ingest.errors import SourceError

_BAG_PART = re.compile(r"\d{4}(PND|VBO|NUM|OPR|WPL|LIG|STA)\d{8}(-\d+)?\.(zip|xml)", re.IGNORECASE)
_BGT_PART = re.compile(r"bgt_([a-z]+)\.gml(\.gz)?", re.IGNORECASE)
_BAG_LAYERS = {"pand", "panden", "verblijfsobject", "verblijfsobjecten", "ligplaatsen", "standplaatsen"}
# A header of any table we know is within these lines: EP-online has two of preamble.
_HEADER_LINES = 6
_HEAD_BYTES = 65_536


def describe(path: Path | str) -> dict[str, Any]:
    """Tell what a file or folder is, from its header where that is enough.

    Parameters
    ----------
    path : Path or str
        Any delivery of a register.

    Returns
    -------
    dict
        ``path``; ``kind`` (``bgt citygml``, ``bgt gml``, ``bgt geopackage``, ``cbs geopackage``,
        ``bag geopackage``, ``geopackage``, ``ahn laz``, ``bag extract``, ``ep-online csv``, ``woz csv``,
        ``csv``, ``cityjson``, ``geojson``); ``crs`` (name, or None where the file has none); ``bbox``
        (``[minx, miny, maxx, maxy]`` in that CRS, or None where only a full read would tell); ``count``
        (objects in it, of the BGT the live ones; or None); ``layers`` (list of dict with ``name`` and, if
        known, ``count``, ``bbox`` and ``columns``); ``notes`` (list of str).

    Raises
    ------
    SourceError
        It doesn't exist, is damaged, or is nothing we know.
    """
    path = Path(path)
    if not path.exists():
        raise _unknown(path, "it doesn't exist", "Check the path.")
    name = path.name.lower()
    if path.is_dir():
        found = _folder(path)
    elif name.endswith((".laz", ".las")):
        found = _laz(path)
    elif name.endswith(".gpkg"):
        found = _geopackage(path)
    elif name.endswith(".zip"):
        found = _zip(path)
    elif name.endswith((".gml", ".gml.gz")):
        found = _bgt(path, "bgt gml")
    elif name.endswith((".csv", ".csv.gz", ".txt")):
        found = _table(path)
    elif name.endswith((".json", ".jsonl", ".geojson")):
        found = _json(path)
    elif _BAG_PART.fullmatch(path.name):
        found = _bag([path.name])
    else:
        raise _unknown(path, "its name and content are of no kind known here", "See the list of sources.")
    empty: dict[str, Any] = {"crs": None, "bbox": None, "count": None, "layers": [], "notes": []}
    return {"path": str(path), **empty, **found}


def _folder(path: Path) -> dict[str, Any]:
    names = sorted(entry.name for entry in path.iterdir())
    if any(_BGT_PART.fullmatch(name) for name in names):
        return _bgt(path, "bgt citygml")
    if any(_BAG_PART.fullmatch(name) for name in names):
        return _bag(names)
    raise _unknown(path, "the folder holds no BGT or BAG files", "Name one of the files in it.")


def _bgt(path: Path, kind: str) -> dict[str, Any]:
    deliveries = bgt.read(path)
    layers: list[dict[str, Any]] = []
    notes: dict[str, None] = {}
    for name, delivery in deliveries.items():
        bounds = gpd.GeoSeries(delivery.frame["geometry"]).total_bounds
        layers.append(
            {
                "name": name,
                "count": len(delivery.frame),
                "rejected": delivery.rejects["reason"].value_counts().to_dict(),
                "bbox": _bbox(bounds),
                "columns": list(delivery.frame.columns),
            }
        )
        notes.update(dict.fromkeys(delivery.notes))
    return {
        "kind": kind,
        "crs": "Amersfoort / RD New",
        "bbox": _union([layer["bbox"] for layer in layers]),
        "count": sum(len(delivery.frame) for delivery in deliveries.values()),
        "layers": layers,
        "notes": list(notes),
    }


def _laz(path: Path) -> dict[str, Any]:
    with open_laz(path) as file:
        return {
            "kind": "ahn laz",
            "crs": file.crs,
            "bbox": _bbox(np.array(file.bounds)) if file.count else None,
            "count": file.count,
            "notes": [*file.notes, *([f"created {file.created}"] if file.created else [])],
        }


def _geopackage(path: Path) -> dict[str, Any]:
    layers = []
    names: set[str] = set()
    columns: set[str] = set()
    try:
        for name in pyogrio.list_layers(path)[:, 0].tolist():
            info = pyogrio.read_info(path, layer=name, force_feature_count=True, force_total_bounds=True)
            bounds = info["total_bounds"]
            layers.append(
                {
                    "name": name,
                    "count": int(info["features"]),
                    "bbox": None if bounds is None else _bbox(np.array(bounds)),
                    "crs": None if info["crs"] is None else CRS.from_user_input(info["crs"]).name,
                    "columns": list(info["fields"]),
                }
            )
            names.add(plain(name).removeprefix("bgt"))
            columns.update(map(plain, info["fields"]))
    except (DataSourceError, DataLayerError) as error:
        raise _unknown(path, f"it can't be opened as a GeoPackage ({error})", "Download it again.") from error
    if "relatievehoogteligging" in columns and names & set(bgt.FEATURE_TYPES):
        kind = "bgt geopackage"
    elif {"buurtcode", "wijkcode", "gemeentecode"} & columns:
        kind = "cbs geopackage"
    elif names & _BAG_LAYERS or {"oorspronkelijkbouwjaar", "bouwjaar", "gebruiksdoel"} & columns:
        kind = "bag geopackage"
    else:
        kind = "geopackage"
    crs = {layer["crs"] for layer in layers if layer["crs"]}
    return {
        "kind": kind,
        "crs": ", ".join(sorted(crs)) or None,
        "bbox": _union([layer["bbox"] for layer in layers]) if len(crs) < 2 else None,
        "count": sum(layer["count"] for layer in layers),
        "layers": layers,
    }


def _zip(path: Path) -> dict[str, Any]:
    try:
        with ZipFile(path) as archive:
            names = [Path(name).name for name in archive.namelist()]
    except (BadZipFile, OSError) as error:
        raise _unknown(path, f"it can't be opened as a zip ({error})", "Download it again.") from error
    if any(_BGT_PART.fullmatch(name) for name in names):
        return _bgt(path, "bgt citygml")
    if any(_BAG_PART.fullmatch(name) for name in names):
        return _bag(names)
    raise _unknown(path, "the zip holds no BGT or BAG files", "Unpack it and name a file in it.")


def _bag(names: list[str]) -> dict[str, Any]:
    parts: dict[str, int] = {}
    for name in names:
        match = _BAG_PART.fullmatch(name)
        if match:
            parts[match[1].upper()] = parts.get(match[1].upper(), 0) + 1
    return {
        "kind": "bag extract",
        "crs": "Amersfoort / RD New",
        "layers": [{"name": part, "files": count} for part, count in sorted(parts.items())],
    }


def _table(path: Path) -> dict[str, Any]:
    lines = _head(path).splitlines()[:_HEADER_LINES]
    for number, line in enumerate(lines):
        columns = _split(line)
        plain_columns = {plain(column).removeprefix("pand") for column in columns}
        kind = None
        if {"bagverblijfsobjectid", "energieklasse"} <= plain_columns:
            kind = "ep-online csv"
        elif any("waarde" in column for column in plain_columns) and any(
            "peildatum" in column or "woz" in column for column in plain_columns
        ):
            kind = "woz csv"
        if kind is not None:
            return _table_of(path, kind, columns, number)
    if not lines or "\0" in lines[0]:
        raise _unknown(path, "it holds no text", "Download it again.")
    return _table_of(path, "csv", _split(lines[0]), 0)


def _split(line: str) -> list[str]:
    return next(csv.reader([line], delimiter=max(";,\t|", key=line.count)), [])


def _table_of(path: Path, kind: str, columns: list[str], preamble: int) -> dict[str, Any]:
    with _open(path) as stream:
        rows = sum(1 for line in stream if line.strip()) - preamble - 1
    notes = [f"{preamble} lines before the header"] if preamble else []
    layer = {"name": path.stem, "columns": columns}
    return {"kind": kind, "count": max(rows, 0), "layers": [layer], "notes": notes}


def _json(path: Path) -> dict[str, Any]:
    head = _head(path)
    match = re.search(r'"type"\s*:\s*"(CityJSON|CityJSONFeature|FeatureCollection|Feature)"', head)
    if match is None:
        raise _unknown(path, "it is no CityJSON or GeoJSON", "See the list of sources.")
    if match[1].startswith("CityJSON"):
        epsg = re.search(r'"referenceSystem"\s*:\s*"[^"]*?(\d{4,5})"', head)
        return {"kind": "cityjson", "crs": CRS.from_epsg(int(epsg[1])).name if epsg else None}
    try:
        info = pyogrio.read_info(path, force_feature_count=True, force_total_bounds=True)
    except (DataSourceError, DataLayerError) as error:
        raise _unknown(path, f"it can't be read as GeoJSON ({error})", "Download it again.") from error
    layer = {"name": info["layer_name"], "count": int(info["features"]), "columns": list(info["fields"])}
    return {
        "kind": "geojson",
        "crs": None if info["crs"] is None else CRS.from_user_input(info["crs"]).name,
        "bbox": None if info["total_bounds"] is None else _bbox(np.array(info["total_bounds"])),
        "count": int(info["features"]),
        "layers": [layer],
    }


def _head(path: Path) -> str:
    with _open(path) as stream:
        return stream.read(_HEAD_BYTES)


@contextmanager
def _open(path: Path) -> Iterator[TextIO]:
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", errors="replace") as stream:
            yield cast(TextIO, stream)
    except (OSError, EOFError, zlib.error) as error:
        raise _unknown(path, f"it can't be read ({error})", "Download it again.") from error


def _bbox(bounds: npt.NDArray[np.float64]) -> list[float] | None:
    return [float(side) for side in bounds] if np.isfinite(bounds).all() else None


def _union(boxes: Iterable[list[float] | None]) -> list[float] | None:
    known = np.array([box for box in boxes if box is not None])
    return [*known[:, :2].min(axis=0).tolist(), *known[:, 2:].max(axis=0).tolist()] if len(known) else None


def _unknown(path: Path, found: str, remedy: str) -> SourceError:
    return SourceError(
        path,
        found=found,
        expected="BGT (zip, folder, GML, GeoPackage), BAG, AHN (LAZ), CBS, WOZ or EP-online",
        remedy=remedy,
    )
