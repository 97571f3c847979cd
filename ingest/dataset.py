"""Any table with keys or places: CSV, GeoPackage, GeoJSON or Parquet, of which named columns are read.

Nothing of a column that is not named is kept, and no value is ever quoted in a message: it may be secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet as pq
import pyogrio
import pyogrio.errors
import shapely

from ingest import ids
from ingest.crs import in_rd_range, require_rd
from ingest.delivery import Delivery, Reject
from ingest.errors import SourceError
from ingest.verdicts import Verdicts

Kind = Literal["integer", "number", "string", "boolean", "date"]
KeyKind = Literal["pand", "verblijfsobject", "nummeraanduiding", "adres", "postcode", "lokaalid", "buurt",
                  "wijk", "gemeente"]  # fmt: skip
KEY_KINDS: dict[str, KeyKind] = {kind: kind for kind in get_args(KeyKind)}

_TEXT = (".csv", ".txt", ".tsv")
_PARQUET = (".parquet", ".geoparquet")
_BAG = {
    "pand": ids.ObjectType.PAND,
    "verblijfsobject": None,  # ligplaatsen and standplaatsen as well
    "nummeraanduiding": ids.ObjectType.NUMMERAANDUIDING,
}
_AREAS = {"buurt": ids.Area.BUURT, "wijk": ids.Area.WIJK, "gemeente": ids.Area.GEMEENTE}
_FAULTS = (
    OSError,
    LookupError,
    ValueError,  # also of decoding
    pd.errors.ParserError,
    pyarrow.ArrowException,
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
)
_TRUE, _FALSE = ("ja", "j", "true", "waar", "1", "yes", "y"), ("nee", "n", "false", "onwaar", "0", "no")


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written.

    Attributes
    ----------
    layer : str or None
        Of a GeoPackage with several.
    xy : tuple of str or None
        Columns of a CSV with x and y [m, RD] or longitude and latitude.
    delimiter, decimal, encoding : str
        Of a CSV.
    missing : tuple of str
        Texts that stand for no value.
    """

    layer: str | None = None
    xy: tuple[str, str] | None = None
    delimiter: str = ";"
    decimal: str = ","
    encoding: str = "utf-8-sig"
    missing: tuple[str, ...] = ()


def read(
    path: Path,
    name: str,
    columns: Mapping[str, Kind],
    *,
    key: Sequence[str] = (),
    key_kind: KeyKind | None = None,
    style: Format | None = None,
) -> Delivery:
    """Read the named columns of a table.

    Parameters
    ----------
    path : Path
    name : str
        Of the data set; the delivery is ``dataset/<name>``.
    columns : mapping
        Columns to read, and the type of their values.
    key : sequence of str
        Columns of the key; none for a table of places.
    key_kind : str or None
        What the key is of; None for a table of places.
    style : Format, optional

    Returns
    -------
    Delivery
        ``key`` (str; the parts of an address separated by spaces) or ``geometry`` (valid, EPSG:28992), and
        the columns as Int64, Float64, string, boolean or datetime64. A value that does not fit its type is
        missing, and a note tells how many there were.

    Raises
    ------
    SourceError
        A file that is missing, can't be read, or lacks a column.
    """
    style = style or Format()
    if not _is_text(path):
        style = replace(style, decimal=".")
    wanted = list(dict.fromkeys([*columns, *key]))
    raw = _raw(path, wanted, key_kind is None, style)
    raw = raw.reset_index(drop=True)
    verdicts = Verdicts(pd.Series("record " + (raw.index + 1).astype("str"), index=raw.index))
    notes: tuple[str, ...] = ()
    frame: pd.DataFrame
    if key_kind is None:
        placed, notes = require_rd(gpd.GeoDataFrame(raw), path)
        frame = _mended(placed, verdicts)
    else:
        found = _key(raw, key, key_kind)
        verdicts.add(found.isna(), Reject.BAD_ID, "key is missing or malformed")
        frame = pd.DataFrame({"key": found})
    for column, kind in columns.items():
        values, lost = _typed(raw[column], kind, style)
        frame[column] = values
        if lost:
            notes += (f"{column}: {lost} values are no {kind} and were left out",)
    kept = frame[verdicts.accepted()].reset_index(drop=True)
    shown = [*columns, "geometry" if key_kind is None else "key"]
    return Delivery(f"dataset/{name}", kept[shown], len(raw), verdicts.rejects(), (path,), notes)


def _is_text(path: Path) -> bool:
    return not {s.lower() for s in path.suffixes}.isdisjoint(_TEXT)


def _raw(path: Path, wanted: list[str], places: bool, style: Format) -> pd.DataFrame:
    if not path.is_file():
        raise SourceError(
            path, found="no such file", expected="the file of a data set", remedy="Check `path` in twin.toml."
        )
    try:
        if _is_text(path):
            return _from_text(path, wanted, places, style)
        if path.suffix.lower() in _PARQUET:
            return _from_parquet(path, wanted, places)
        return _from_gdal(path, wanted, places, style)
    except _FAULTS as fault:
        # Not the text of the fault: it may quote a line.
        raise SourceError(
            path,
            found=f"it can't be read ({type(fault).__name__})",
            expected=f"CSV ({style.encoding}, '{style.delimiter}' between columns), GeoPackage, "
            "GeoJSON or Parquet",
            remedy="Check that the file is whole, and delimiter, encoding and layer in twin.toml.",
        ) from None


def _from_text(path: Path, wanted: list[str], places: bool, style: Format) -> pd.DataFrame:
    options: dict[str, Any] = {"sep": style.delimiter, "encoding": style.encoding, "dtype": "str"}
    header = list(pd.read_csv(path, nrows=0, **options).columns)
    xy = list(style.xy or ()) if places else []
    if places and not xy:
        raise SourceError(
            path,
            found="a CSV, which has no geometry",
            expected="columns with places",
            remedy='Name them in twin.toml: xy = ["x", "y"].',
        )
    _require(path, [*wanted, *xy], header)
    text: pd.DataFrame = pd.read_csv(path, usecols=[*wanted, *xy], keep_default_na=False, **options)
    if not places:
        return pd.DataFrame(text[wanted])
    x, y = (_numbers(text[c], style.decimal).to_numpy(dtype=np.float64, na_value=np.nan) for c in xy)
    known = np.isfinite(x) & np.isfinite(y)
    points = np.full(len(text), None, dtype=object)
    points[known] = shapely.points(x[known], y[known])
    in_rd = in_rd_range(shapely.total_bounds(points[known]).tolist()) if known.any() else True
    placed: pd.DataFrame = gpd.GeoDataFrame(
        text[wanted], geometry=points, crs=28992 if in_rd else "OGC:CRS84"
    )
    return placed


def _from_parquet(path: Path, wanted: list[str], places: bool) -> pd.DataFrame:
    schema = pq.read_schema(path)
    _require(path, wanted, schema.names)
    if not places:
        table: pd.DataFrame = pq.read_table(path, columns=wanted).to_pandas()
        return table
    if b"geo" not in (schema.metadata or {}):
        raise _no_places(path)
    placed = gpd.read_parquet(path)
    frame: pd.DataFrame = gpd.GeoDataFrame(placed[wanted], geometry=placed.geometry)
    return frame


def _from_gdal(path: Path, wanted: list[str], places: bool, style: Format) -> pd.DataFrame:
    layers = pyogrio.list_layers(path)
    names = layers[:, 0].tolist()
    if style.layer is None and len(names) > 1:
        raise SourceError(
            path,
            found=f"several layers: {', '.join(names)}",
            expected="one layer, or its name",
            remedy='Name it in twin.toml: layer = "...".',
        )
    layer = style.layer or names[0]
    if layer not in names:
        raise SourceError(
            path,
            found=f"no layer {layer!r}",
            expected=f"one of {', '.join(names)}",
            remedy="Correct `layer` in twin.toml.",
        )
    info = pyogrio.read_info(path, layer=layer)
    _require(path, wanted, list(info["fields"]))
    if places and info["geometry_type"] is None:
        raise _no_places(path)
    frame: pd.DataFrame = pyogrio.read_dataframe(path, layer=layer, columns=wanted, read_geometry=places)
    return frame[[*wanted, "geometry"]] if places else frame[wanted]


def _require(path: Path, wanted: Sequence[str], present: Sequence[str]) -> None:
    absent = [name for name in wanted if name not in present]
    if absent:
        shown = ", ".join(present[:20]) + (", ..." if len(present) > 20 else "")
        raise SourceError(
            path,
            found=f"no column {', '.join(absent)}; there are {shown}",
            expected=f"the columns {', '.join(wanted)}",
            remedy="Correct key or column in twin.toml; of a CSV, check the delimiter as well.",
        )


def _no_places(path: Path) -> SourceError:
    return SourceError(
        path,
        found="a table without geometry",
        expected="geometry, as the join is by place",
        remedy="Choose a join by key in twin.toml, or a file with geometry.",
    )


def _mended(frame: gpd.GeoDataFrame, verdicts: Verdicts) -> gpd.GeoDataFrame:
    shapes = np.asarray(frame.geometry.array, dtype=object)
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    verdicts.add(pd.Series(absent, index=frame.index), Reject.NO_GEOMETRY, "no place")
    wrong = ~absent & ~shapely.is_valid(shapes)
    mended = shapes.copy()
    mended[wrong] = shapely.make_valid(shapes[wrong], method="structure", keep_collapsed=False)
    lost = wrong & shapely.is_empty(mended)
    verdicts.add(pd.Series(lost, index=frame.index), Reject.BAD_GEOMETRY, "outline has no area")
    return gpd.GeoDataFrame(geometry=mended, crs=28992, index=frame.index)


def _key(raw: pd.DataFrame, key: Sequence[str], kind: KeyKind) -> pd.Series:
    first = raw[key[0]]
    if kind in _BAG:
        return ids.bag_ids(first, _BAG[kind]).ids
    if kind in _AREAS:
        return ids.cbs_codes(first, _AREAS[kind]).ids
    if kind == "postcode":
        return ids.postcodes(first).ids
    if kind == "adres":
        return address_key(raw[list(key)].set_axis(ADDRESS[: len(key)], axis=1))
    text = first.astype("string").str.strip().str.replace(r"^NL\.IMGeo\.", "", regex=True)
    return text.mask(text == "").astype("str")


ADDRESS = ("postcode", "huisnummer", "huisletter", "huisnummertoevoeging")


def address_key(parts: pd.DataFrame) -> pd.Series:
    """Addresses as one text, ``1234AB 12 A BIS``; missing without a postcode and a number.

    Parameters
    ----------
    parts : DataFrame
        The first two to four of :data:`ADDRESS`.
    """
    postcode = ids.postcodes(parts["postcode"]).ids
    number = pd.to_numeric(parts["huisnummer"], errors="coerce").astype("Float64")
    whole = number.where((number > 0) & (number % 1 == 0)).astype("Int64")
    joined = postcode.astype("string").str.cat(whole.astype("string"), sep=" ")
    for part in ADDRESS[2 : len(parts.columns)]:
        joined = joined.str.cat(parts[part].astype("string").fillna("").str.strip().str.upper(), sep=" ")
    return joined.astype("str")


def _typed(column: pd.Series, kind: Kind, style: Format) -> tuple[pd.Series, int]:
    """Values in their type, and how many there were that don't fit it."""
    text = column.astype("string").str.strip()
    if style.missing:
        column = column.mask(text.isin(style.missing))
        text = text.mask(text.isin(style.missing))
    text = text.mask(text == "")
    match kind:
        case "number":
            values = _numbers(column, style.decimal)
        case "integer":
            values = _numbers(column, style.decimal)
            values = values.where((values % 1 == 0) & (values.abs() < 2**53)).astype("Int64")
        case "boolean":
            lower = text.str.lower().str.replace(r"\.0$", "", regex=True)
            values = lower.isin(_TRUE).astype("boolean").mask(~lower.isin((*_TRUE, *_FALSE)))
        case "date":
            values = _dates(column, text)
        case "string":
            values = text
    return values, int((text.notna() & values.isna()).sum())


def _dates(column: pd.Series, text: pd.Series) -> pd.Series:
    """Days; of a moment with a zone, the day there."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.tz_localize(None)
        return column.astype("datetime64[s]")
    days = text.str.slice(0, 10)
    return pd.to_datetime(days, format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")


def _numbers(column: pd.Series, decimal: str) -> pd.Series:
    """Finite numbers; of text with the decimal mark of the file, and no mark between thousands."""
    if not pd.api.types.is_numeric_dtype(column):
        text = column.astype("string").str.strip()
        if decimal != ".":
            # A point would be one between thousands, or a mark that was not told: never guessed.
            text = text.mask(text.str.contains(".", regex=False)).str.replace(decimal, ".", regex=False)
        column = text
    values = pd.to_numeric(column, errors="coerce").astype("Float64")
    return values.where(np.isfinite(values.to_numpy(dtype=np.float64, na_value=np.nan)))
