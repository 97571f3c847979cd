"""Energy labels from EP-online, the national register of RVO, as its total or mutation file in CSV."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pandas as pd

from ingest import ids
from ingest.delivery import Delivery, Reject, rejects_frame
from ingest.errors import SourceError
from ingest.last_line import require_whole
from ingest.verdicts import Verdicts

# The national file has some six million lines of 40 columns; a dozen of them are kept.
CHUNK_ROWS = 200_000


class Energielabel(StrEnum):
    """Label classes, best first."""

    A5 = "A+++++"
    A4 = "A++++"
    A3 = "A+++"
    A2 = "A++"
    A1 = "A+"
    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"
    G = "G"


# Our name, and the names it has in the versions of the file; compared in lower case, without `Pand_`.
NAMES: dict[str, tuple[str, ...]] = {
    "verblijfsobject_id": ("bagverblijfsobjectid",),
    "ligplaats_id": ("bagligplaatsid",),
    "standplaats_id": ("bagstandplaatsid",),
    "energielabel": ("energieklasse",),
    "energielabel_registratiedatum": ("registratiedatum",),
    "energielabel_opnamedatum": ("opnamedatum",),
    "energielabel_geldig_tot": ("meting_geldig_tot", "geldig_tot", "geldigtot"),
    "energielabel_status": ("status",),
    "energie_index": ("energieindex",),
    "gebouwklasse": ("gebouwklasse",),
    "gebouwtype": ("gebouwtype",),
    "gebouwsubtype": ("gebouwsubtype",),
    "postcode": ("postcode",),
    "huisnummer": ("huisnummer",),
    "huisletter": ("huisletter",),
    "huisnummertoevoeging": ("huisnummer_toev", "huisnummertoevoeging"),
}
_OURS = {published: ours for ours, names in NAMES.items() for published in names}
_REQUIRED = ("verblijfsobject_id", "energielabel", "energielabel_registratiedatum")
_DATES = ("energielabel_registratiedatum", "energielabel_opnamedatum", "energielabel_geldig_tot")
_ADDRESSES = ("postcode", "huisnummer", "huisletter", "huisnummertoevoeging")
_COLUMNS = (
    "verblijfsobject_id",
    "energielabel",
    *_DATES,
    "energie_index",
    "gebouwklasse",
    "gebouwtype",
    "gebouwsubtype",
    *_ADDRESSES,
)
_PERMIT = "vergunningsaanvraag"
_MOST_PREAMBLE = 5  # lines


def read(path: Path | str) -> Delivery:
    """Read the newest label of every object.

    Parameters
    ----------
    path : path
        CSV with ``;``, compressed or not; lines before the header are allowed.

    Returns
    -------
    Delivery
        ``verblijfsobject_id`` (str; that of a ligplaats or standplaats where it is one), ``energielabel``
        (one of :class:`Energielabel`), ``energielabel_registratiedatum``, ``energielabel_opnamedatum`` and
        ``energielabel_geldig_tot`` (date), ``energie_index`` (Float64), ``gebouwklasse``, ``gebouwtype``,
        ``gebouwsubtype``, and ``postcode``, ``huisnummer`` (Int64), ``huisletter``,
        ``huisnummertoevoeging``: a label without id has its address as key. Older labels of the same object
        are rejected as historic, labels that came with an application for a permit as planned.

    Raises
    ------
    SourceError
        A file that is missing or can't be read, or that has no header with the required columns.
    """
    path = Path(path)
    skip, header = _header(path)
    parts: list[pd.DataFrame] = []
    rejects: list[pd.DataFrame] = []
    seen = 0
    for chunk in _chunks(path, skip, header):
        seen += len(chunk)
        frame, left_out = _judge(chunk)
        parts.append(frame)
        rejects.append(left_out)
    if not parts:
        frame, left_out = _judge(pd.DataFrame(columns=sorted(header.values()), dtype="str"))
        parts.append(frame)
    frame, older = _newest(pd.concat(parts, ignore_index=True))
    for name in _DATES:
        frame[name] = pd.Series(frame[name].dt.date, index=frame.index, dtype=object).where(
            frame[name].notna(), None
        )
    return Delivery(
        "energielabel/label", frame, seen, pd.concat([*rejects, older], ignore_index=True), (path,)
    )


def _header(path: Path) -> tuple[int, dict[str, str]]:
    """How many lines come before the header, and the columns to read with our names for them."""
    lines: list[str] = []
    try:
        top = pd.read_csv(
            path, sep="\x01", header=None, nrows=_MOST_PREAMBLE + 1, dtype="str", encoding="utf-8-sig",
            quoting=3, skip_blank_lines=False, keep_default_na=False,
        )  # fmt: skip
        lines = top[0].tolist()
    except (OSError, EOFError, UnicodeDecodeError, pd.errors.EmptyDataError, pd.errors.ParserError) as fault:
        raise _unreadable(path, fault) from None
    for skip, line in enumerate(lines):
        names = [name.strip().strip('"') for name in line.split(";")]
        ours = {name: _OURS[key] for name in names if (key := _key(name)) in _OURS}
        if set(_REQUIRED) <= set(ours.values()):
            require_whole(path, ";", len(names), "utf-8-sig")
            return skip, ours
    raise SourceError(
        path,
        found=f"no header among its first lines, which begin with '{lines[0][:60] if lines else ''}'",
        expected="Pand_bagverblijfsobjectid, Pand_energieklasse and Pand_registratiedatum, with ';' between",
        remedy="Download the total file of EP-online as CSV, unpacked or as the zip it came in.",
    )


def _key(name: str) -> str:
    return name.lower().removeprefix("pand_")


def _chunks(path: Path, skip: int, header: dict[str, str]) -> Iterator[pd.DataFrame]:
    options: dict[str, Any] = {"sep": ";", "dtype": "str", "encoding": "utf-8-sig", "keep_default_na": False}
    try:
        with pd.read_csv(
            path, skiprows=skip, usecols=list(header), chunksize=CHUNK_ROWS, **options
        ) as chunks:
            for chunk in chunks:
                yield chunk.rename(columns=header)
    except (OSError, EOFError, UnicodeDecodeError, pd.errors.ParserError) as fault:
        raise _unreadable(path, fault) from None


def _unreadable(path: Path, fault: Exception) -> SourceError:
    return SourceError(
        path,
        found="there is no such file"
        if isinstance(fault, FileNotFoundError)
        else f"it can't be read ({fault})",
        expected="a CSV of EP-online in UTF-8",
        remedy="Check the path in the settings, and that the download was complete.",
    )


def _judge(chunk: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    text = chunk.reset_index(drop=True).apply(lambda column: column.str.strip())
    text = text.mask(text == "")
    for name in (*_COLUMNS, "ligplaats_id", "standplaats_id", "energielabel_status"):
        if name not in text.columns:
            text[name] = pd.Series(index=text.index, dtype="str")
    said = text["verblijfsobject_id"].fillna(text["ligplaats_id"]).fillna(text["standplaats_id"])
    found = ids.bag_ids(said)
    postcode = ids.postcodes(text["postcode"]).ids
    number = pd.to_numeric(text["huisnummer"], errors="coerce").astype("Int64")
    address = postcode + " " + number.astype("str").where(number.notna())
    verdicts = Verdicts(found.ids.fillna(said).fillna(address))
    verdicts.add(found.ids.isna() & said.notna(), Reject.BAD_ID, found.reason)
    verdicts.add(said.isna() & address.isna(), Reject.BAD_ID, "neither an id nor a postcode with number")

    label = text["energielabel"].str.upper().str.replace(" ", "", regex=False)
    official = label.isin([str(grade) for grade in Energielabel])
    verdicts.add(label.isna(), Reject.UNKNOWN_STATUS, "no label class")
    verdicts.add(~official, Reject.UNKNOWN_STATUS, "label class '" + text["energielabel"].fillna("") + "'")
    permit = text["energielabel_status"].str.lower() == _PERMIT
    verdicts.add(permit, Reject.PLANNED, "label of an application for a permit")
    dates = {name: _dates(text[name]) for name in _DATES}
    registered = dates["energielabel_registratiedatum"]
    verdicts.add(registered.isna(), Reject.UNREADABLE, "registration date is no date")

    index = pd.to_numeric(text["energie_index"].str.replace(",", ".", regex=False), errors="coerce")
    frame = text.assign(
        verblijfsobject_id=found.ids,
        energielabel=label,
        **dates,
        energie_index=index.astype("Float64"),
        postcode=postcode,
        huisnummer=number,
    )
    return frame.loc[verdicts.accepted(), list(_COLUMNS)], verdicts.rejects()


def _dates(text: pd.Series) -> pd.Series:
    """Dates written as YYYYMMDD or ISO, even in one file; missing where they are neither."""
    digits = text.str.slice(0, 10).str.replace("-", "", regex=False)
    return pd.to_datetime(digits, format="%Y%m%d", errors="coerce").astype("datetime64[s]")


def _newest(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    if frame.empty:
        return frame, rejects_frame()
    unnamed = frame.loc[frame["verblijfsobject_id"].isna(), list(_ADDRESSES)].astype("str").fillna("")
    address = unnamed["postcode"].str.cat(unnamed[list(_ADDRESSES[1:])], sep=" ")
    key = frame["verblijfsobject_id"].fillna(address)
    order = ["energielabel_registratiedatum", "energielabel_opnamedatum"]
    latest = frame.sort_values(order, kind="stable", na_position="first").index
    kept = ~key.loc[latest].duplicated(keep="last").reindex(frame.index)
    verdicts = Verdicts(key)
    verdicts.add(~kept, Reject.HISTORIC, "a newer label was registered")
    return frame[kept].reset_index(drop=True), verdicts.rejects()
