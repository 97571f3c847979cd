"""WOZ values (valuations for property tax) from a municipality's own export.

Object-level WOZ is internal data, and every municipality exports it in its own columns: they are configured,
never guessed. Owners and users are personal data; their columns are never among those the parser keeps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ingest import ids
from ingest.delivery import Delivery, Reject, rejects_frame
from ingest.errors import SourceError
from ingest.last_line import require_whole
from ingest.verdicts import Verdicts

# Some 100 MB of text for the widest exports; only the configured columns are kept of it.
CHUNK_ROWS = 200_000

_PERSONAL = re.compile(
    r"belanghebbende|bsn|burgerservice|sofi|naam|eigenaar|gebruiker|persoon|geboorte|geslacht"
    r"|voorletter|rsin|kvk|telefoon|e-?mail|iban|rekening|correspondentie",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WozColumns:
    """How a municipality's export is written.

    Attributes
    ----------
    objecten : str
        Column with the id of the verblijfsobject, ligplaats or standplaats, or a list of them.
    waarde : str
        Column with the value [euro].
    peildatum : str
        Column with the reference date of the value.
    bezwaar : str or None
        Column that tells whether an objection or appeal is running.
    bezwaar_ja : str
        What it says then, words with spaces in between; anything else, but for nothing at all, is no.
    delimiter, list_separator, decimal, thousands, encoding : str
        How the text is put together; `encoding` is ``utf-8`` or ``cp1252`` as a rule.
    date_format : str
        Of `peildatum`, as for `datetime.strptime`.

    Raises
    ------
    SourceError
        A column is configured whose name says that it holds personal data.
    """

    objecten: str = "adresseerbaarObjectIdentificaties"
    waarde: str = "vastgesteldeWaarde"
    peildatum: str = "waardepeildatum"
    bezwaar: str | None = "indicatieBezwaarBeroep"
    bezwaar_ja: str = "J JA TRUE 1"
    delimiter: str = ";"
    list_separator: str = ","
    decimal: str = ","
    thousands: str = ""
    encoding: str = "utf-8-sig"
    date_format: str = "%Y-%m-%d"

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name in ("objecten", "waarde", "peildatum", "bezwaar") and _PERSONAL.search(value or ""):
                raise SourceError(
                    f"WOZ columns, {item.name}",
                    found=f"column '{value}' holds personal data by its name",
                    expected="columns with the object, its value, the reference date and the objection only",
                    remedy="Leave owners and users out: they are never read.",
                )

    def used(self) -> list[str]:
        """Names of the columns that are read; no other is kept by the parser."""
        return [self.objecten, self.waarde, self.peildatum, *([self.bezwaar] if self.bezwaar else [])]


def read(path: Path | str, columns: WozColumns | None = None) -> Delivery:
    """Read WOZ values per adresseerbaar object.

    Parameters
    ----------
    path : path
        CSV, compressed or not.
    columns : WozColumns, optional
        How it is written; by default with the names of the LV-WOZ.

    Returns
    -------
    Delivery
        A record is one object in one line: a line with a list of three objects counts as three records.
        Frame: ``verblijfsobject_id`` (str, unique), ``woz_waarde`` (Int64, euro), ``woz_peildatum`` (date),
        ``in_bezwaar`` (boolean) and ``woz_gedeeld_met`` (Int64): among how many objects this one value is
        shared, 1 as a rule; it is not to be added up where it is more. Of an object the newest reference date
        counts. An object with several values on one date is rejected: which is whose can't be told.

    Raises
    ------
    SourceError
        A file that is missing, in another encoding, or without the configured columns.
    """
    path = Path(path)
    columns = columns or WozColumns()
    _require_columns(path, columns)
    records = [_records(chunk, columns) for chunk in _chunks(path, columns)]
    if not records:
        records = [_records(pd.DataFrame(columns=columns.used(), dtype="str"), columns)]
    judged = [_judge(part) for part in records]
    frame = pd.concat([part for part, _ in judged], ignore_index=True)
    frame, superseded = _newest(frame)
    rejects = pd.concat([*(part for _, part in judged), superseded], ignore_index=True)
    frame["woz_peildatum"] = pd.Series(frame["woz_peildatum"].dt.date, index=frame.index, dtype=object)
    return Delivery("woz/waarde", frame, sum(map(len, records)), rejects, (path,))


def _require_columns(path: Path, columns: WozColumns) -> None:
    try:
        header = pd.read_csv(path, sep=columns.delimiter, encoding=columns.encoding, dtype="str", nrows=0)
    except (OSError, EOFError, UnicodeDecodeError, LookupError, pd.errors.ParserError, ValueError) as fault:
        raise _unreadable(path, columns, fault) from None
    absent = [name for name in columns.used() if name not in header.columns]
    if absent:
        raise SourceError(
            path,
            found=f"no column {', '.join(absent)}; there are {_shown(list(header.columns))}",
            expected=f"the columns {', '.join(columns.used())} with '{columns.delimiter}' in between",
            remedy="Set the column names and the delimiter of this municipality's export in the settings.",
        )
    require_whole(path, columns.delimiter, len(header.columns), columns.encoding)


def _shown(names: list[str]) -> str:
    """Names of columns, which is not their contents, but no more than a line of them."""
    return ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")


def _chunks(path: Path, columns: WozColumns) -> Any:
    try:
        with pd.read_csv(
            path,
            sep=columns.delimiter,
            encoding=columns.encoding,
            dtype="str",
            usecols=columns.used(),
            keep_default_na=False,
            chunksize=CHUNK_ROWS,
        ) as chunks:
            yield from chunks
    except (OSError, EOFError, UnicodeDecodeError, pd.errors.ParserError) as fault:
        raise _unreadable(path, columns, fault) from None


def _unreadable(path: Path, columns: WozColumns, fault: Exception) -> SourceError:
    # The text of a decoding or parsing error may quote a line, and with it a person.
    kind = "there is no such file" if isinstance(fault, FileNotFoundError) else type(fault).__name__
    return SourceError(
        path,
        found=f"it can't be read as {columns.encoding} with '{columns.delimiter}' ({kind})",
        expected="a CSV as configured",
        remedy="Set encoding (utf-8 or cp1252) and delimiter of this municipality's export in the settings.",
    )


def _records(chunk: pd.DataFrame, columns: WozColumns) -> pd.DataFrame:
    """One row per object and line, values still as text."""
    objects = chunk[columns.objecten].str.strip(" []{}\"'")
    lists = objects.str.split(columns.list_separator, regex=False)
    bezwaar = chunk[columns.bezwaar] if columns.bezwaar else pd.Series("", index=chunk.index, dtype="str")
    says = bezwaar.str.strip().str.upper()
    rows = pd.DataFrame(
        {
            "row": chunk.index + 1,
            "object": lists,
            "woz_gedeeld_met": objects.str.count(re.escape(columns.list_separator)).astype("Int64") + 1,
            "woz_waarde": _amounts(chunk[columns.waarde], columns),
            "woz_peildatum": pd.to_datetime(
                chunk[columns.peildatum].str.strip(), format=columns.date_format, errors="coerce"
            ),
            "in_bezwaar": says.isin(columns.bezwaar_ja.upper().split()).astype("boolean").mask(says == ""),
        }
    )
    rows = rows.explode("object", ignore_index=True)
    return rows.assign(object=rows["object"].astype("str").str.strip(" \"'"))


def _amounts(text: pd.Series, columns: WozColumns) -> pd.Series:
    """Whole euros, missing where there is no positive amount."""
    plain = text.str.replace(r"^(€|EUR)?\s*", "", regex=True).str.strip()
    if columns.thousands:
        plain = plain.str.replace(columns.thousands, "", regex=False)
    plain = plain.str.replace(columns.decimal, ".", regex=False) if columns.decimal != "." else plain
    numbers = pd.to_numeric(plain, errors="coerce").astype("Float64")
    return (
        numbers.where(np.isfinite(numbers.to_numpy(dtype=float, na_value=np.nan)) & (numbers > 0))
        .round()
        .astype("Int64")
    )


def _judge(records: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    found = ids.bag_ids(records["object"])
    # Not the text itself: a line with a delimiter too many may have a person in this column.
    verdicts = Verdicts(found.ids.where(found.ids.notna(), "row " + records["row"].astype("str")))
    verdicts.add(found.ids.isna(), Reject.BAD_ID, "object id is missing or malformed")
    not_addressable = ~found.ids.str.slice(4, 6).isin(
        [
            str(t)
            for t in (ids.ObjectType.VERBLIJFSOBJECT, ids.ObjectType.LIGPLAATS, ids.ObjectType.STANDPLAATS)
        ]
    )
    verdicts.add(not_addressable, Reject.BAD_ID, "not the id of an adresseerbaar object")
    verdicts.add(records["woz_waarde"].isna(), Reject.UNREADABLE, "value is no positive amount")
    verdicts.add(records["woz_peildatum"].isna(), Reject.UNREADABLE, "reference date is no date")
    frame = records.assign(verblijfsobject_id=found.ids)[verdicts.accepted()]
    names = ["verblijfsobject_id", "woz_waarde", "woz_peildatum", "in_bezwaar", "woz_gedeeld_met"]
    return frame[names], verdicts.rejects()


def _newest(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    if frame.empty:
        return frame, rejects_frame()
    verdicts = Verdicts(frame["verblijfsobject_id"])
    newest = frame.groupby("verblijfsobject_id")["woz_peildatum"].transform("max")
    older = frame["woz_peildatum"] < newest
    verdicts.add(older, Reject.HISTORIC, "newer reference date " + newest.dt.strftime("%Y-%m-%d"))
    last = frame[~older]
    values = last.groupby("verblijfsobject_id")["woz_waarde"].transform("nunique").reindex(frame.index)
    verdicts.add((values > 1).fillna(False), Reject.DUPLICATE_ID, "several values on the same reference date")
    again = last.duplicated("verblijfsobject_id").reindex(frame.index, fill_value=False)
    verdicts.add(again, Reject.DUPLICATE_ID, "the same value on the same reference date once more")
    return frame[verdicts.accepted()].reset_index(drop=True), verdicts.rejects()
