"""Gemeenten, wijken and buurten of Statistics Netherlands (CBS), with their figures, of one year.

Codes and column names change from year to year, so the year belongs to the data, and the names a year uses
are listed here as data. A figure keeps its official name; only the average WOZ value, which is
published in thousands of euros under several names, becomes ``gemiddelde_woz_waarde`` in euros.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyogrio.errors
import shapely

from ingest import ids
from ingest.crs import RD
from ingest.delivery import Delivery, Reject
from ingest.errors import SourceError
from ingest.verdicts import Verdicts
from ingest.window import Bbox, read_layer

# How CBS writes that there is no figure: unknown, confidential or impossible. Never a number.
SENTINELS = (-99_995, -99_997, -99_998, -99_999_995, -99_999_997, -99_999_998)

# Our name, and the names it had in the publications since 2003.
NAMES: dict[str, tuple[str, ...]] = {
    "buurtcode": ("buurtcode", "bu_code"),
    "buurtnaam": ("buurtnaam", "bu_naam"),
    "wijkcode": ("wijkcode", "wk_code"),
    "wijknaam": ("wijknaam", "wk_naam"),
    "gemeentecode": ("gemeentecode", "gm_code"),
    "gemeentenaam": ("gemeentenaam", "gm_naam"),
    "water": ("water", "h2o"),
    "gemiddelde_woz_waarde": (
        "gemiddelde_woz_waarde_woning",
        "gemiddelde_woz_waarde_woningen",
        "gemiddelde_woz_waarde_van_woningen",
        "gemiddelde_woningwaarde",
        "gemiddelde_waarde_woning",
        "g_woz",
        "woz",
    ),
}
_RENAMED = {published: ours for ours, names in NAMES.items() for published in names}

# What an area of a level is known by, the finest first: a buurt also names its wijk and gemeente.
_LEVELS = {
    "buurt": ("buurtcode", ids.Area.BUURT),
    "wijk": ("wijkcode", ids.Area.WIJK),
    "gemeente": ("gemeentecode", ids.Area.GEMEENTE),
}
_PROMISED = ("buurtcode", "buurtnaam", "wijkcode", "gemeentecode", "gemeentenaam", "jaar", "water")
# Digits, but no amounts.
_CODES = {"meest_voorkomende_postcode", "pst_mvp", "jrstatcode", "statcode", "id", "wijknaam"}
# B is Belgian territory around Baarle-Nassau: abroad, but land.
_WATER = {"JA": True, "NEE": False, "B": False}
_FIRST_YEAR = 1995


def read(path: Path | str, year: int | None = None, bbox: Bbox | None = None) -> dict[str, Delivery]:
    """Read areas and their figures.

    Parameters
    ----------
    path : path
        GeoPackage or other file GDAL reads, with a layer per level or only one of them.
    year : int, optional
        Year of the division; needed where neither the column ``jaar`` nor ``jrstatcode`` gives it.
    bbox : (minx, miny, maxx, maxy), optional
        RD window [m]: areas that intersect it. Areas outside do not count as read.

    Returns
    -------
    dict of str to Delivery
        Of ``buurt``, ``wijk`` and ``gemeente`` those that are there: ``buurtcode, buurtnaam, wijkcode,
        gemeentecode, gemeentenaam`` (str), ``jaar`` (Int64), ``water`` (boolean), every figure under its
        official snake_case name as Int64 or Float64 with suppressed values missing,
        ``gemiddelde_woz_waarde`` (Int64, euro) and ``geometry`` (valid, EPSG:28992). One area may have two
        rows, its land and its water.

    Raises
    ------
    SourceError
        A file that is missing or damaged, has no areas, is in another CRS, or is not of the one year asked.

    Notes
    -----
    Source of the meaning of codes: CBS, Toelichting Wijk- en Buurtkaart 2021, chapter 5.
    """
    path = Path(path)
    found = _layers(path)
    levels: dict[str, Delivery] = {}
    for layer, columns in found.items():
        level = _level(columns)
        if level and level not in levels:
            levels[level] = _read_level(path, layer, level, year, bbox)
    if not levels:
        shown = "; ".join(f"{layer} ({', '.join(columns)})" for layer, columns in found.items())
        raise SourceError(
            path,
            found=f"no layer of gemeenten, wijken or buurten among {shown}",
            expected=f"a column {' or '.join(n for k, _ in _LEVELS.values() for n in NAMES[k])}",
            remedy="Download 'Wijken en buurten' of CBS as GeoPackage.",
        )
    return {level: levels[level] for level in _LEVELS if level in levels}


def _layers(path: Path) -> dict[str, list[str]]:
    if not path.exists():
        raise SourceError(
            path,
            found="there is no such file",
            expected="CBS wijken en buurten",
            remedy="Check the path in the settings.",
        )
    try:
        return {
            layer: list(pyogrio.read_info(path, layer=layer)["fields"])
            for layer in pyogrio.list_layers(path)[:, 0]
        }
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as fault:
        raise SourceError(
            path,
            found=f"it can't be opened ({fault})",
            expected="a GeoPackage with gemeenten, wijken or buurten",
            remedy="Check that the download was complete.",
        ) from None


def _level(columns: Collection[str]) -> str | None:
    ours = {_RENAMED.get(name, name) for name in map(_snake_case, columns)}
    return next((level for level, (code, _) in _LEVELS.items() if code in ours), None)


def _read_level(path: Path, layer: str, level: str, year: int | None, bbox: Bbox | None) -> Delivery:
    raw, _, notes = read_layer(path, layer, bbox)
    if not isinstance(raw, gpd.GeoDataFrame):
        raise SourceError(
            path,
            found=f"layer {layer} has no geometry",
            expected="areas with their outline",
            remedy="Download 'Wijken en buurten' with geometry.",
        )
    raw = raw.rename(columns=_snake_case).rename(columns=_RENAMED)
    frame, verdicts = _judge(raw, level)
    frame = frame.assign(jaar=_year(raw, path, year))
    frame = _promised(_figures(frame), level)
    if abroad := int((raw["water"].astype("str") == "B").sum()) if "water" in raw.columns else 0:
        notes = (*notes, f"{abroad} areas are Belgian territory (water is B), taken as land")
    return Delivery(
        f"cbs/{level}",
        frame[verdicts.accepted()].reset_index(drop=True),
        len(raw),
        verdicts.rejects(),
        (path,),
        notes,
    )


def _judge(raw: gpd.GeoDataFrame, level: str) -> tuple[gpd.GeoDataFrame, Verdicts]:
    codes: dict[str, pd.Series] = {}
    for column, area in _LEVELS.values():
        if column in raw.columns:
            codes[column] = ids.cbs_codes(raw[column], area).ids
    own, area = _LEVELS[level]
    found = ids.cbs_codes(raw[own], area)
    verdicts = Verdicts(found.ids.where(found.ids.notna(), raw[own].astype("str")))
    verdicts.add(found.ids.isna(), Reject.BAD_ID, found.reason)

    geometry = np.asarray(raw.geometry.array, dtype=object)
    absent = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    verdicts.add(pd.Series(absent, index=raw.index), Reject.NO_GEOMETRY, "")
    geometry = np.where(absent | shapely.is_valid(geometry), geometry, shapely.make_valid(geometry))
    flat = ~absent & ~(shapely.area(geometry) > 0)
    verdicts.add(pd.Series(flat, index=raw.index), Reject.BAD_GEOMETRY, "outline has no area")
    frame = raw.assign(**codes).set_geometry(gpd.GeoSeries(geometry, index=raw.index, crs=RD))

    said = raw["water"] if "water" in raw.columns else pd.Series(index=raw.index, dtype="str")
    frame["water"] = said.astype("str").str.strip().str.upper().map(_WATER).astype("boolean")
    sound = pd.DataFrame({"code": codes[own], "water": frame["water"]})[verdicts.accepted()]
    again = sound.duplicated(["code", "water"]).reindex(raw.index, fill_value=False)
    verdicts.add(again, Reject.DUPLICATE_ID, f"{level} has another row of the same kind, which was kept")
    return frame, verdicts


def _year(raw: pd.DataFrame, path: Path, asked: int | None) -> int:
    """Year of the division: what the data say, and what was asked where they say nothing."""
    years: set[int] = set()
    for column in ("jaar", "jrstatcode"):
        if column in raw.columns:
            digits = pd.to_numeric(raw[column].astype("str").str.slice(0, 4), errors="coerce").dropna()
            years |= {int(y) for y in digits.unique() if y >= _FIRST_YEAR}
    if asked is not None and years - {asked}:
        raise _other_year(path, f"its areas are of {', '.join(map(str, sorted(years)))}", f"areas of {asked}")
    if len(years) > 1:
        raise _other_year(path, f"it mixes the years {', '.join(map(str, sorted(years)))}", "one year")
    if not years and asked is None:
        raise _other_year(path, "it does not say of which year it is", "a column jaar or jrstatcode")
    return asked if asked is not None else years.pop()


def _other_year(path: Path, found: str, expected: str) -> SourceError:
    return SourceError(
        path,
        found=found,
        expected=expected,
        remedy="Codes change every year: give the year in the settings, or the file of the right year.",
    )


def _figures(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Everything that is a number as one, with suppressed values missing."""
    new: dict[str, Any] = {}
    for name in frame.columns.drop([*_PROMISED, frame.geometry.name], errors="ignore"):
        column = frame[name]
        if name in _CODES:
            new[name] = column.astype("str").where(column.notna())
            continue
        numbers = _numbers(column)
        new[name] = column.astype("str").where(column.notna()) if numbers is None else numbers
    if "gemiddelde_woz_waarde" in new:
        thousands = new["gemiddelde_woz_waarde"].astype("Float64")
        new["gemiddelde_woz_waarde"] = (thousands.where(thousands > 0) * 1000).round().astype("Int64")
    return frame.assign(**new)


def _numbers(column: pd.Series) -> pd.Series | None:
    """Column as Int64 or Float64, or None if there is text in it."""
    if not pd.api.types.is_numeric_dtype(column):
        text = column.astype("str").where(column.notna()).str.strip().str.replace(",", ".", regex=False)
        text = text.mask(text.isin(["", "."]))
        numbers = pd.to_numeric(text, errors="coerce")
        if (numbers.isna() & text.notna()).any():
            return None
        column = numbers
    values = column.astype("Float64")
    values = values.mask(values.isin(SENTINELS).fillna(False))
    whole = bool((values.dropna() % 1 == 0).all())
    return values.astype("Int64") if whole else values


def _promised(frame: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    """Promised columns first, those of finer levels missing, geometry last."""
    for name in _PROMISED:
        if name not in frame.columns:
            frame[name] = pd.Series(pd.NA, index=frame.index, dtype="str")
        elif name.endswith(("code", "naam")):
            frame[name] = frame[name].astype("str").where(frame[name].notna())
    frame["jaar"] = frame["jaar"].astype("Int64")
    if f"{level}naam" in frame.columns:
        frame[f"{level}naam"] = frame[f"{level}naam"].str.strip()
    rest = [c for c in frame.columns if c not in (*_PROMISED, "geometry")]
    return frame[[*_PROMISED, *rest, "geometry"]]


def _snake_case(name: str) -> str:
    """Name without capitals: ``gemiddeldeWoningwaarde`` and ``BU_CODE`` alike."""
    if name.isupper():
        return name.lower()
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
