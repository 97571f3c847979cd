"""From raw records in official names to a table of current, sound objects and the account of the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ingest import ids
from ingest.bag.status import STATUSES, TERMINATED
from ingest.bag.values import INTEGERS, TUPLES, clean
from ingest.bag.versions import HISTORY, REGISTERED, newest, why_not_current
from ingest.crs import RD
from ingest.delivery import Reject, rejects_frame
from ingest.verdicts import Verdicts

_OUTLINED = {"pand", "ligplaats", "standplaats"}
_POINTS = {"verblijfsobject"}
# Always there, so that what reads a table need not ask in which shape the BAG came.
_PROMISED = {
    "pand": ("oorspronkelijk_bouwjaar", "pand_status", "hersteld"),
    "verblijfsobject": (
        "gebruiksdoel",
        "oppervlakte",
        "verblijfsobject_status",
        "pand_ids",
        "hoofdadres_id",
        "nevenadres_ids",
    ),
    "nummeraanduiding": (
        "huisnummer",
        "huisletter",
        "huisnummertoevoeging",
        "postcode",
        "openbare_ruimte_id",
        "woonplaats_id",
        "nummeraanduiding_status",
    ),
    "openbare_ruimte": ("naam", "woonplaats_id", "openbare_ruimte_status"),
    "woonplaats": ("naam", "woonplaats_status"),
    "ligplaats": ("ligplaats_status", "hoofdadres_id", "nevenadres_ids", "hersteld"),
    "standplaats": ("standplaats_status", "hoofdadres_id", "nevenadres_ids", "hersteld"),
}


@dataclass(slots=True)
class Judged:
    """Records of one table that were judged: accepted, or rejected with a reason."""

    frame: pd.DataFrame
    rejects: pd.DataFrame
    notes: list[str] = field(default_factory=list)


def judge(table: str, raw: pd.DataFrame, on: dt.date | None, withheld: str | None = None) -> Judged:
    """Keep the records that describe an object as it is on a day.

    Parameters
    ----------
    table : str
        One of :data:`ingest.bag.schemas.TABLES`.
    raw : pandas.DataFrame or geopandas.GeoDataFrame
        Columns in their official names, values as delivered; geometry, if any, in EPSG:28992 [m].
    on : datetime.date or None
        Reference date; None takes the newest in `raw`.
    withheld : str, optional
        Why nothing in here can be current (it was delivered as inactief or nietBAG).

    Returns
    -------
    Judged
        ``len(frame) + len(rejects) == len(raw)``. Ids, codes and types in the frame are normalised; dates of
        the history remain, for :func:`settle`.
    """
    raw, unreadable = read_dates(raw.reset_index(drop=True))
    on = on or newest(raw)
    kind = None if table == "woonplaats" else ids.ObjectType[table.upper()]
    found = (
        ids.woonplaats_ids(raw["identificatie"]) if kind is None else ids.bag_ids(raw["identificatie"], kind)
    )
    verdicts = Verdicts(found.ids.where(found.ids.notna(), raw["identificatie"].astype("str")))
    verdicts.add(found.ids.isna(), Reject.BAD_ID, found.reason)

    for column, bad in unreadable.items():
        verdicts.add(bad, Reject.UNREADABLE, f"{column} is no date")
    why = why_not_current(raw, on)
    for reason in (Reject.NOT_CURRENT, Reject.HISTORIC):
        verdicts.add(why["reason"] == str(reason), reason, why["detail"])
    if withheld:
        verdicts.add(pd.Series(True, index=raw.index), Reject.NOT_CURRENT, withheld)
    _judge_status(table, raw, verdicts)
    frame = raw.assign(identificatie=found.ids)
    if isinstance(raw, gpd.GeoDataFrame) and table in _OUTLINED | _POINTS:
        frame = _judge_geometry(table, frame, verdicts)
    frame = frame[verdicts.accepted()]
    frame, notes = clean(frame, table, on)
    return Judged(frame, verdicts.rejects(), notes)


def settle(table: str, parts: Sequence[Judged]) -> Judged:
    """Put the parts of a table together: one record per object, promised columns first, no history."""
    frame = _concatenate([part.frame for part in parts])
    rejects = [part.rejects for part in parts]
    frame, doubles = _merge_doubles(frame, table)
    rejects.append(doubles)
    promised = ["identificatie", *_PROMISED[table]]
    for name in promised:
        if name not in frame.columns:
            frame[name] = _absent(name, frame.index)
    extra = [c for c in frame.columns if c not in promised and c in _EXTRA]
    geometry = ["geometry"] if "geometry" in frame.columns and table != "woonplaats" else []
    notes = list(dict.fromkeys(note for part in parts for note in part.notes))
    if "hersteld" in promised and frame["hersteld"].any():
        notes.append(f"{table}: {int(frame['hersteld'].sum())} self-crossing outlines repaired")
    return Judged(frame[[*promised, *extra, *geometry]], pd.concat(rejects, ignore_index=True), notes)


_EXTRA = (
    "straatnaam",
    "huisnummer",
    "huisletter",
    "huisnummertoevoeging",
    "postcode",
    "woonplaatsnaam",
    "openbare_ruimte_id",
    "woonplaats_id",
    "gebruiksdoel",
    "oppervlakte_min",
    "oppervlakte_max",
    "aantal_verblijfsobjecten",
)


def read_dates(raw: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Give history columns as datetimes without zone, and where a text could not be read as one."""
    dates: dict[str, pd.Series] = {}
    unreadable: dict[str, pd.Series] = {}
    for name in HISTORY:
        if name not in raw.columns:
            continue
        column = raw[name]
        if not pd.api.types.is_datetime64_any_dtype(column):
            text = column.astype("str").where(column.notna())
            text = text.mask(text.str.strip() == "")
            column = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
            unreadable[name] = column.isna() & text.notna()
        elif column.dt.tz is not None:
            column = column.dt.tz_convert("UTC")
        dates[name] = (column.dt.tz_localize(None) if column.dt.tz is not None else column).astype(
            "datetime64[us]"
        )
    return raw.assign(**dates), unreadable


def _judge_status(table: str, raw: pd.DataFrame, verdicts: Verdicts) -> None:
    column = f"{table}_status"
    if column not in raw.columns:
        return
    status = raw[column].astype("str").str.strip()
    official = STATUSES[table]
    verdicts.add(
        ~status.isin([str(s) for s in official]),
        Reject.UNKNOWN_STATUS,
        ("status '" + status + "'").where(status.notna() & (status != ""), "no status"),
    )
    ended = status.isin([str(s) for s in official if s in TERMINATED])
    verdicts.add(ended, Reject.NOT_CURRENT, "status '" + status + "'")


def _judge_geometry(table: str, frame: gpd.GeoDataFrame, verdicts: Verdicts) -> gpd.GeoDataFrame:
    geometry = shapely.force_2d(np.asarray(frame.geometry.array, dtype=object))
    absent = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    verdicts.add(pd.Series(absent, index=frame.index), Reject.NO_GEOMETRY, "")
    if table in _OUTLINED:
        repaired = ~absent & ~shapely.is_valid(geometry)
        if repaired.any():
            # The structure method keeps holes holes, where linework would turn an overlap into one.
            geometry[repaired] = _polygons(shapely.make_valid(geometry[repaired], method="structure"))
        flat = ~absent & ~(shapely.area(geometry) > 0)
        verdicts.add(pd.Series(flat, index=frame.index), Reject.BAD_GEOMETRY, "outline has no area")
        frame = frame.assign(hersteld=repaired)
    return frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=RD))


def _polygons(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Only what has area: a repaired outline may come with the lines and points that were cut off."""
    parts, owner = shapely.get_parts(geometry, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)  # a multipolygon within a collection
    surface = shapely.get_dimensions(parts) == 2
    whole = np.full(len(geometry), shapely.MultiPolygon(), dtype=object)
    shapely.multipolygons(parts[surface], indices=owner[inner][surface], out=whole)
    one = shapely.get_num_geometries(whole) == 1
    whole[one] = shapely.get_geometry(whole[one], 0)
    return whole


def _merge_doubles(frame: pd.DataFrame, table: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep the newest record of an id that occurs more than once, with the references of all of them."""
    repeated = frame["identificatie"].duplicated(keep=False)
    if not repeated.any():
        return frame, rejects_frame()
    order = [c for c in (REGISTERED, "voorkomenidentificatie") if c in frame.columns]
    group = frame[repeated]
    if order:
        group = group.sort_values(order, kind="stable", na_position="first")
    kept = group.drop_duplicates("identificatie", keep="last")
    left_out = group.index.difference(kept.index)
    frame = frame.copy()
    for name in TUPLES & set(frame.columns) - {"gebruiksdoel"}:
        united: dict[str, dict[str, None]] = {}
        for object_id, references in zip(group["identificatie"], group[name], strict=True):
            united.setdefault(object_id, {}).update(dict.fromkeys(references))
        tuples = [tuple(united[object_id]) for object_id in kept["identificatie"]]
        frame.loc[kept.index, name] = pd.Series(tuples, index=kept.index, dtype=object)
    detail = f"{table} has another current record, which was kept"
    rows = [(object_id, Reject.DUPLICATE_ID, detail) for object_id in frame.loc[left_out, "identificatie"]]
    return frame.drop(index=left_out).reset_index(drop=True), rejects_frame(rows)


def _concatenate(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)] or list(frames[:1])
    # Columns that are nowhere filled in one part would otherwise decide the type of the whole.
    if len(filled) == 1:
        return filled[0].reset_index(drop=True)
    whole = pd.concat(filled, ignore_index=True)
    located = any(isinstance(frame, gpd.GeoDataFrame) for frame in filled)
    return gpd.GeoDataFrame(whole, geometry="geometry", crs=RD) if located else whole


def _absent(name: str, index: pd.Index) -> pd.Series:
    if name in TUPLES:
        return pd.Series([()] * len(index), index=index, dtype=object)
    if name == "hersteld":
        return pd.Series(False, index=index, dtype=bool)
    return pd.Series(pd.NA, index=index, dtype="Int64" if name in INTEGERS else "str")
