"""From all versions of all objects to those that are in force, with a reason for every other."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from ingest.bgt.citygml import RawRecords
from ingest.bgt.featuretypes import (
    BOOLEAN_COLUMNS,
    HISTORY_COLUMNS,
    TIME_COLUMNS,
    BgtStatus,
    FeatureType,
    PlusStatus,
)
from ingest.bgt.validity import mend
from ingest.crs import RD
from ingest.delivery import Delivery, Reject
from ingest.ids import ObjectType, bag_ids
from ingest.verdicts import Verdicts

BBox = tuple[float, float, float, float]

# Instead of the number of a pand in the BAG: "not known yet".
_PLACEHOLDER = r"\d{6}(?:9{10}|0{10})"
_SENTINELS = (PlusStatus.GEEN_WAARDE.value, PlusStatus.WAARDE_ONBEKEND.value)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def select_current(
    raw: RawRecords, kind: FeatureType, path: Path, bbox: BBox | None, notes: tuple[str, ...] = ()
) -> Delivery:
    """Keep the versions in force, typed and valid, and reject every other with a reason.

    In force is a version without `eindRegistratie`, with `bgt-status` `bestaand`, `plus-status` not `plan` or
    `historie`, and no `terminationDate` up to the newest date the file knows of.
    """
    values = _typed(raw.values)
    place = "record " + pd.Series(values.index + 1, index=values.index).astype("str") + " of the file"
    verdicts = Verdicts(values["lokaalid"].fillna(place))
    remarks = [*notes, *raw.notes]

    _reject_by_status(verdicts, raw, values)
    sound = values["lokaalid"].str.fullmatch(r"\S+", na=False)
    verdicts.add(~sound, Reject.BAD_ID, "no lokaalID, or one with white space")

    problem = pd.Series(raw.problem, dtype="str")
    absent = problem.isna() & pd.Series(shapely.is_missing(raw.geometry))
    verdicts.add(absent, Reject.NO_GEOMETRY, "no geometrie2d")
    verdicts.add(problem.notna(), Reject.BAD_GEOMETRY, problem)
    # Only what is still in the running is worth a validity check.
    geometry = raw.geometry.copy()
    geometry[~verdicts.accepted()] = None
    geometry, mended, unusable = mend(geometry, kind.geometry)
    problem = pd.Series(unusable, dtype="str")
    verdicts.add(problem.notna(), Reject.BAD_GEOMETRY, problem)
    if bbox is not None:
        outside = pd.Series(~shapely.intersects(geometry, shapely.box(*bbox)))
        verdicts.add(outside, Reject.OUTSIDE_AREA, "outside {:.0f}, {:.0f}, {:.0f}, {:.0f}".format(*bbox))
    older = _superseded(values[verdicts.accepted()])
    verdicts.add(values.index.to_series().isin(older), Reject.DUPLICATE_ID, "a newer current version is kept")

    live = verdicts.accepted().to_numpy()
    frame = values.loc[live, list(kind.columns)].reset_index(drop=True)
    _blank_sentinels(frame)
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
        rejects=verdicts.rejects(),
        paths=(path,),
        notes=tuple(remarks),
    )


def _blank_sentinels(frame: pd.DataFrame) -> None:
    """Make "no value" and "value unknown" what they mean: missing."""
    for column in frame.columns[frame.columns.str.startswith(("bgt_", "plus_", "type_"))]:
        frame[column] = frame[column].mask(frame[column].isin(_SENTINELS))


def _typed(raw: pd.DataFrame) -> pd.DataFrame:
    values = pd.DataFrame(index=pd.RangeIndex(len(raw)))
    for column in raw.columns:
        text = _text(raw[column])
        if column in TIME_COLUMNS:
            # Seconds and milliseconds stand side by side, and there is no zone; one given leads to UTC.
            time = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)
            values[column] = time.dt.tz_localize(None).astype("datetime64[ms]")
        elif column in BOOLEAN_COLUMNS:
            values[column] = text.str.lower().map(_BOOLEANS).astype("boolean")
        elif column == "relatieve_hoogteligging":
            whole = text.where(text.str.fullmatch(r"-?\d{1,9}", na=False))
            values[column] = pd.to_numeric(whole).astype("Int64")
        else:
            values[column] = text
    return values


def _reject_by_status(verdicts: Verdicts, raw: RawRecords, values: pd.DataFrame) -> None:
    foreign = pd.Series(raw.foreign, dtype="str")
    verdicts.add(foreign.notna(), Reject.UNREADABLE, foreign)
    # Any text there ends a version, also one that is no timestamp.
    ended, terminated = (_text(raw.values[column]) for column in HISTORY_COLUMNS)
    verdicts.add(ended.notna(), Reject.HISTORIC, "eindRegistratie " + ended)

    bgt_status, plus_status = values["bgt_status"], values["plus_status"]
    known = bgt_status.isin(list(BgtStatus))
    verdicts.add(~known, Reject.UNKNOWN_STATUS, "bgt-status " + bgt_status.fillna("missing"))
    # Only the plus-status may be absent: IMGeo is optional on top of the BGT.
    known = plus_status.isin(list(PlusStatus)) | plus_status.isna()
    verdicts.add(~known, Reject.UNKNOWN_STATUS, "plus-status " + plus_status)
    verdicts.add(plus_status == PlusStatus.PLAN, Reject.PLANNED, "plus-status plan")
    verdicts.add(plus_status == PlusStatus.HISTORIE, Reject.NOT_CURRENT, "plus-status historie")
    verdicts.add(bgt_status != BgtStatus.BESTAAND, Reject.NOT_CURRENT, "bgt-status " + bgt_status)

    newest = values[["lv_publicatiedatum", "tijdstip_registratie"]].max().max()
    over = terminated.notna() & ~(values["object_eind_tijd"] > newest)
    verdicts.add(over, Reject.NOT_CURRENT, "terminationDate " + terminated)


def _text(column: pd.Series) -> pd.Series:
    return pd.Series(column.to_numpy(dtype=object), dtype="str")


def _superseded(live: pd.DataFrame) -> pd.Index:
    """Live versions of an object that has a newer live one; of equally new ones the last one stays."""
    newest_last = live.sort_values(
        ["tijdstip_registratie", "lv_publicatiedatum"], na_position="first", kind="stable"
    )
    return newest_last.index[newest_last["lokaalid"].duplicated(keep="last")]


def _fill_levels(frame: pd.DataFrame) -> list[str]:
    missing = int(frame["relatieve_hoogteligging"].isna().sum())
    frame["relatieve_hoogteligging"] = frame["relatieve_hoogteligging"].fillna(0).astype("int64")
    return [f"relatieve_hoogteligging missing for {missing} objects: 0 assumed"] if missing else []


def _clean_bag_ids(frame: pd.DataFrame) -> list[str]:
    given = frame["identificatie_bag_pnd"]
    ids = bag_ids(given, ObjectType.PAND).ids
    ids = ids.mask(ids.str.fullmatch(_PLACEHOLDER, na=False))
    frame["identificatie_bag_pnd"] = ids
    dropped = given[given.notna() & ids.isna()]
    if dropped.empty:
        return []
    examples = ", ".join(dropped.drop_duplicates().head(3))
    return [f"identificatieBAGPND of {len(dropped)} panden is no BAG pand id ({examples}): left empty"]
