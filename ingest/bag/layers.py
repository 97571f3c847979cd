"""The BAG as GeoPackage, GeoJSON or CSV: tables in one of the known shapes, in chunks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pyogrio.errors

from ingest.bag import tables
from ingest.bag.schemas import Schema, recognise, unknown
from ingest.bag.versions import HISTORY, newest
from ingest.errors import SourceError
from ingest.last_line import require_whole
from ingest.window import Bbox, read_layer

# Some 60 MB of text at a time; a national table of addresses has ten million rows.
CSV_ROWS = 200_000

_CSV = (".csv", ".csv.gz")
_VECTOR = (".gpkg", ".geojson", ".json", ".parquet", ".fgb")


@dataclass(slots=True)
class Layer:
    """Raw records of (a part of) one layer, columns in official names, geometry in EPSG:28992 [m]."""

    table: str
    frame: pd.DataFrame
    on: dt.date | None = None  # newest day in the whole file, where that is more than this frame
    outside: int = 0  # records that lie outside the area and are not in the frame
    notes: tuple[str, ...] = ()


def is_table(path: Path) -> bool:
    """Whether a path has the suffix of a table this module reads."""
    return path.name.lower().endswith(_CSV + _VECTOR)


def layers(path: Path, bbox: Bbox | None) -> Iterator[Layer]:
    """Layers of a file whose shape is known.

    Raises
    ------
    SourceError
        Not one layer is understood, the file can't be opened, or it is in another CRS.
    """
    yield from _csv(path) if path.name.lower().endswith(_CSV) else _vector(path, bbox)


def _vector(path: Path, bbox: Bbox | None) -> Iterator[Layer]:
    try:
        info = {name: pyogrio.read_info(path, layer=name) for name in pyogrio.list_layers(path)[:, 0]}
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as fault:
        raise SourceError(
            path,
            found=f"it can't be opened ({fault})",
            expected="a GeoPackage or GeoJSON with BAG layers",
            remedy="Check that the download was complete.",
        ) from None
    known = {name: schema for name, i in info.items() if (schema := recognise(name, i["fields"]))}
    if not known:
        raise unknown(path, {name: list(i["fields"]) for name, i in info.items()})
    passed_over = tuple(
        f"layer {name} of {path.name} passed over: no BAG shape" for name in info if name not in known
    )
    for name, schema in known.items():
        frame, outside, notes = read_layer(path, name, bbox)
        yield Layer(schema.table, _renamed(frame, schema), outside=outside, notes=passed_over + notes)
        passed_over = ()


def _csv(path: Path) -> Iterator[Layer]:
    try:
        header = pd.read_csv(path, dtype="str", encoding="utf-8-sig", nrows=0)
        schema = recognise(path.name.split(".")[0], header.columns)
        if schema is None:
            raise unknown(path, {path.name: list(header.columns)})
        require_whole(path, ",", len(header.columns), "utf-8-sig")
        on = _newest(
            path, {c: n for c in header.columns if (n := schema.columns.get(c.lower(), "")) in HISTORY}
        )
        options: dict[str, Any] = {"dtype": "str", "encoding": "utf-8-sig", "keep_default_na": False}
        with pd.read_csv(path, chunksize=CSV_ROWS, **options) as chunks:
            for chunk in chunks:
                yield Layer(schema.table, _renamed(chunk.mask(chunk == ""), schema), on)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, EOFError, OSError) as fault:
        raise SourceError(
            path,
            found=f"it can't be read as a table ({fault})",
            expected="CSV in UTF-8 with a comma between the columns and their names in the first line",
            remedy="Check that the download was complete, or export it again in that form.",
        ) from None


def _newest(path: Path, columns: Mapping[str, str]) -> dt.date | None:
    """Newest day in the whole file: a chunk by itself would not know what lies in its future."""
    newest_day: dt.date | None = None
    if columns:
        with pd.read_csv(
            path, dtype="str", encoding="utf-8-sig", usecols=list(columns), chunksize=CSV_ROWS
        ) as chunks:
            for chunk in chunks:
                dates, _ = tables.read_dates(chunk.rename(columns=columns))
                day = newest(dates)
                newest_day = max(filter(None, (newest_day, day)), default=None)
    return newest_day


def _renamed(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    keep = {c: schema.columns[c.lower()] for c in frame.columns if c.lower() in schema.columns}
    geometry = ["geometry"] if isinstance(frame, gpd.GeoDataFrame) else []
    return frame[[*keep, *geometry]].rename(columns=keep)
