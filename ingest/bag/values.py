"""Values of the BAG as they are meant: dummies are missing, lists are lists, references are ids."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingest import ids

# Written where the truth was not known, to get past an obligatory field.
BOUWJAAR_DUMMIES = (1005, 9999)
OPPERVLAKTE_DUMMIES = (1, 999_999)
_OLDEST_BOUWJAAR = 1000
_YEARS_AHEAD = 10  # a permit names the year of completion
_LATEST_BOUWJAAR = 2100  # for sources without any date

TUPLES = {"gebruiksdoel", "pand_ids", "nevenadres_ids"}
INTEGERS = (
    "oorspronkelijk_bouwjaar",
    "oppervlakte",
    "oppervlakte_min",
    "oppervlakte_max",
    "aantal_verblijfsobjecten",
    "huisnummer",
)
_REFERENCES = {
    "pand_ids": ids.ObjectType.PAND,
    "hoofdadres_id": ids.ObjectType.NUMMERAANDUIDING,
    "nevenadres_ids": ids.ObjectType.NUMMERAANDUIDING,
    "openbare_ruimte_id": ids.ObjectType.OPENBARE_RUIMTE,
}
_SEPARATORS = re.compile(r"[,;|]")


def clean(frame: pd.DataFrame, table: str, on: dt.date | None) -> tuple[pd.DataFrame, list[str]]:
    """Give numbers as nullable integers with dummies missing, references as ids and lists as tuples.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns in official names, values as delivered.
    table : str
        One of :data:`ingest.bag.schemas.TABLES`.
    on : datetime.date or None
        Reference date, for what is far in the future.

    Returns
    -------
    frame : pandas.DataFrame
        Same rows and columns.
    notes : list of str
        How many references were malformed and left out.
    """
    new: dict[str, pd.Series] = {}
    notes: list[str] = []
    for name in INTEGERS:
        if name in frame.columns:
            numbers = pd.to_numeric(frame[name], errors="coerce").astype("Float64")
            new[name] = numbers.where(numbers.mod(1) == 0).astype("Int64")
    if "oorspronkelijk_bouwjaar" in new:
        year = new["oorspronkelijk_bouwjaar"]
        latest = on.year + _YEARS_AHEAD if on else _LATEST_BOUWJAAR
        new["oorspronkelijk_bouwjaar"] = year.where(
            year.between(_OLDEST_BOUWJAAR, latest) & ~year.isin(BOUWJAAR_DUMMIES)
        )
    for name in ("oppervlakte", "oppervlakte_min", "oppervlakte_max"):
        if name in new:
            new[name] = new[name].where((new[name] > 0) & ~new[name].isin(OPPERVLAKTE_DUMMIES))
    for name in TUPLES & set(frame.columns):
        values, counts = _split(frame[name])
        if name in _REFERENCES:
            normal = ids.bag_ids(values, _REFERENCES[name])
            if bad := int((normal.ids.isna() & values.notna()).sum()):
                notes.append(f"{table}: {bad} malformed references in {name} left out")
            values = normal.ids
        new[name] = _tuples(values, counts, frame.index)
    for name in ("hoofdadres_id", "openbare_ruimte_id"):
        if name in frame.columns:
            new[name] = ids.bag_ids(frame[name], _REFERENCES[name]).ids
    if "woonplaats_id" in frame.columns:
        new["woonplaats_id"] = ids.woonplaats_ids(frame["woonplaats_id"]).ids
    if "postcode" in frame.columns:
        new["postcode"] = ids.postcodes(frame["postcode"]).ids
    for name in (
        "huisletter",
        "huisnummertoevoeging",
        "straatnaam",
        "woonplaatsnaam",
        "naam",
        f"{table}_status",
    ):
        if name in frame.columns:
            text = frame[name].astype("str").where(frame[name].notna()).str.strip()
            new[name] = text.mask(text == "")
    return frame.assign(**new), notes


def _split(column: pd.Series) -> tuple[pd.Series, npt.NDArray[np.int64]]:
    """Flat values of a list column and how many each record has; lists may be text like ``{a,b}``."""
    lists = [_as_list(value) for value in column.array]
    counts = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
    flat = [item for items in lists for item in items]
    return pd.Series(flat, dtype="str"), counts


def _as_list(value: object) -> Sequence[str]:
    if isinstance(value, str):
        items = (item.strip(' "') for item in _SEPARATORS.split(value.strip("{}[] ")))
        return [item for item in items if item]
    if isinstance(value, list | tuple | np.ndarray):
        return [str(item) for item in value]
    return []


def _tuples(values: pd.Series, counts: npt.NDArray[np.int64], index: pd.Index) -> pd.Series:
    ends = np.cumsum(counts)
    flat = values.to_numpy(dtype=object)
    present = values.notna().to_numpy()
    out = np.empty(len(counts), dtype=object)
    for i, (start, end) in enumerate(zip((ends - counts).tolist(), ends.tolist(), strict=True)):
        # In order, each once: some deliveries name a pand twice.
        out[i] = tuple(dict.fromkeys(flat[j] for j in range(start, end) if present[j]))
    return pd.Series(out, index=index, dtype=object)
