"""From all versions of all objects to those that are in force, with a reason for every other."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ingest.bgt.citygml import RawRecords
from ingest.bgt.featuretypes import (
    BOOLEAN_COLUMNS,
    TIME_COLUMNS,
    BgtStatus,
    FeatureType,
    PlusStatus,
)
from ingest.bgt.validity import mend
from ingest.crs import RD
from ingest.delivery import REJECT_COLUMNS, Delivery, Reject

Bools = npt.NDArray[np.bool_]

BBox = tuple[float, float, float, float]

# gemeentecode, objecttypecode 10 (pand), volgnummer; all nines or zeros stand for "not known yet".
_BAG_PAND = r"(?!0{16})\d{4}10(?!9{10})(?!0{10})\d{10}"
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def select_current(
    raw: RawRecords, kind: FeatureType, path: Path, bbox: BBox | None, notes: tuple[str, ...] = ()
) -> Delivery:
    """Keep the versions in force, typed and valid, and reject every other with a reason.

    In force is a version without `eindRegistratie`, with `bgt-status` `bestaand`, `plus-status` not `plan` or
    `historie`, and no `terminationDate` up to the newest date the file knows of.
    """
    values = _typed(raw.values)
    verdict = _Verdict(values["lokaalid"])
    remarks = [*notes, *raw.notes]

    _reject_by_status(verdict, raw, values)
    lokaalid = values["lokaalid"]
    malformed = ~lokaalid.str.fullmatch(r"\S+").fillna(False).to_numpy(dtype=bool)
    verdict.reject(malformed, Reject.BAD_ID, "no lokaalID, or one with white space")

    absent = np.asarray(raw.geometry == None) & np.asarray(raw.problem == None)  # noqa: E711 - per element
    verdict.reject(absent, Reject.NO_GEOMETRY, "no geometrie2d")
    _reject_texts(verdict, raw.problem, Reject.BAD_GEOMETRY)
    # Only what is still in the running is worth a validity check.
    geometry = raw.geometry.copy()
    geometry[~verdict.open] = None
    geometry, mended, problem = mend(geometry, kind.geometry)
    _reject_texts(verdict, problem, Reject.BAD_GEOMETRY)
    if bbox is not None:
        outside = verdict.open & ~shapely.intersects(geometry, shapely.box(*bbox))
        verdict.reject(outside, Reject.OUTSIDE_AREA, "outside {:.0f}, {:.0f}, {:.0f}, {:.0f}".format(*bbox))
    verdict.reject(_superseded(values, verdict.open), Reject.DUPLICATE_ID, "a newer current version is kept")

    live = verdict.open
    frame = values.loc[live, list(kind.columns)].reset_index(drop=True)
    remarks += _fill_levels(frame)
    if "identificatie_bag_pnd" in frame:
        remarks += _clean_bag_ids(frame)
    frame["hersteld"] = mended[live]
    if frame["hersteld"].any():
        remarks.append(
            f"{int(frame['hersteld'].sum())} self-crossing geometries repaired, see column hersteld"
        )
    return Delivery(
        name=f"bgt/{kind.name}",
        frame=gpd.GeoDataFrame(frame, geometry=geometry[live], crs=RD),
        read=len(values),
        rejects=verdict.rejects(),
        paths=(path,),
        notes=tuple(remarks),
    )


class _Verdict:
    """The first reason against every record."""

    def __init__(self, lokaalid: pd.Series) -> None:
        self._object_id = lokaalid.to_numpy(dtype=object, na_value="")
        self._reason = np.full(len(lokaalid), None, dtype=object)
        self._detail = np.full(len(lokaalid), "", dtype=object)
        self.open: Bools = np.ones(len(lokaalid), dtype=bool)

    def reject(self, where: Bools, reason: Reject, detail: str | npt.NDArray[np.object_]) -> None:
        where = np.asarray(where, dtype=bool) & self.open
        self._reason[where] = reason.value
        self._detail[where] = detail if isinstance(detail, str) else detail[where]
        self.open = self.open & ~where

    def rejects(self) -> pd.DataFrame:
        out = ~self.open
        columns = (self._object_id[out], self._reason[out], self._detail[out])
        return pd.DataFrame(dict(zip(REJECT_COLUMNS, columns, strict=True)), dtype="str")


def _typed(raw: pd.DataFrame) -> pd.DataFrame:
    values = pd.DataFrame(index=pd.RangeIndex(len(raw)))
    for column in raw.columns:
        text = pd.Series(raw[column].to_numpy(dtype=object), dtype="str")
        if column in TIME_COLUMNS:
            # Seconds and milliseconds stand side by side, and there is no zone; one given leads to UTC.
            time = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)
            values[column] = time.dt.tz_localize(None).astype("datetime64[ms]")
        elif column in BOOLEAN_COLUMNS:
            values[column] = text.str.lower().map(_BOOLEANS).astype("boolean")
        elif column == "relatieve_hoogteligging":
            values[column] = pd.to_numeric(text, errors="coerce").round().astype("Int64")
        else:
            values[column] = text
    return values


def _reject_by_status(verdict: _Verdict, raw: RawRecords, values: pd.DataFrame) -> None:
    _reject_texts(verdict, raw.foreign, Reject.UNREADABLE)
    # Any text there ends a version, also one that is no timestamp.
    ended = raw.values["eind_registratie"].notna().to_numpy()
    verdict.reject(
        ended,
        Reject.HISTORIC,
        _detail("eindRegistratie ", raw.values["eind_registratie"].to_numpy(dtype=object)),
    )
    for column, official, may_miss in (("bgt_status", BgtStatus, False), ("plus_status", PlusStatus, True)):
        status = values[column]
        unknown = ~status.isin([value.value for value in official]).to_numpy()
        if may_miss:
            unknown &= status.notna().to_numpy()
        text = status.to_numpy(dtype=object, na_value="missing")
        verdict.reject(unknown, Reject.UNKNOWN_STATUS, _detail(f"{column.replace('_', '-')} ", text))
    plus_status = values["plus_status"]
    verdict.reject(_is(plus_status, PlusStatus.PLAN), Reject.PLANNED, "plus-status plan")
    verdict.reject(_is(plus_status, PlusStatus.HISTORIE), Reject.NOT_CURRENT, "plus-status historie")
    verdict.reject(
        ~_is(values["bgt_status"], BgtStatus.BESTAAND), Reject.NOT_CURRENT, "bgt-status not bestaand"
    )
    newest = values[["lv_publicatiedatum", "tijdstip_registratie"]].max().max()
    terminated = values["object_eind_tijd"]
    over = terminated.notna() if pd.isna(newest) else terminated <= newest
    verdict.reject(
        over.to_numpy(),
        Reject.NOT_CURRENT,
        _detail("terminationDate ", terminated.astype("str").to_numpy(dtype=object)),
    )


def _reject_texts(verdict: _Verdict, texts: npt.NDArray[np.object_], reason: Reject) -> None:
    verdict.reject(np.asarray(texts != None), reason, texts)  # noqa: E711 - per element


def _is(status: pd.Series, value: str) -> Bools:
    return np.asarray((status == value).fillna(False), dtype=bool)


def _detail(prefix: str, values: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    return np.array([f"{prefix}{value}" for value in values], dtype=object)


def _superseded(values: pd.DataFrame, live: Bools) -> Bools:
    """Live versions of an object that has a newer live one; of equally new ones the last one stays."""
    order = values.loc[live, ["lokaalid", "tijdstip_registratie", "lv_publicatiedatum"]].sort_values(
        ["tijdstip_registratie", "lv_publicatiedatum"], na_position="first", kind="stable"
    )
    older = order.index[order["lokaalid"].duplicated(keep="last")]
    superseded = np.zeros(len(values), dtype=bool)
    superseded[older] = True
    return superseded


def _fill_levels(frame: pd.DataFrame) -> list[str]:
    missing = int(frame["relatieve_hoogteligging"].isna().sum())
    frame["relatieve_hoogteligging"] = frame["relatieve_hoogteligging"].fillna(0).astype("int64")
    return [f"relatieve_hoogteligging missing for {missing} objects: 0 assumed"] if missing else []


def _clean_bag_ids(frame: pd.DataFrame) -> list[str]:
    given = frame["identificatie_bag_pnd"]
    # A number has lost the leading zero of its gemeentecode.
    padded = given.where(~given.str.fullmatch(r"\d{1,15}").fillna(False), given.str.zfill(16))
    wellformed = padded.str.fullmatch(_BAG_PAND).fillna(False)
    frame["identificatie_bag_pnd"] = padded.where(wellformed)
    dropped = given[given.notna() & ~wellformed]
    if dropped.empty:
        return []
    examples = ", ".join(dropped.drop_duplicates().head(3))
    return [f"identificatieBAGPND of {len(dropped)} panden is no BAG pand id ({examples}): left empty"]
