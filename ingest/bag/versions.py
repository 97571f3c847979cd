"""Which of an object's records in the BAG counts on a given day."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from ingest.delivery import Reject

# Registration in the national BAG (LV), then the period in which the facts hold.
REGISTERED = "tijdstip_registratie_lv"
SUPERSEDED = "tijdstip_eind_registratie_lv"
INACTIVE = "tijdstip_inactief_lv"
NOT_BAG = "tijdstip_niet_bag_lv"
BEGIN = "begin_geldigheid"
END = "eind_geldigheid"
HISTORY = (REGISTERED, SUPERSEDED, INACTIVE, NOT_BAG, BEGIN, END)


def current(frame: pd.DataFrame, on: dt.date | None = None) -> pd.Series:
    """Which records count on a day.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any of the columns in :data:`HISTORY`, as datetimes without zone; a column that is absent says
        nothing. Status plays no part here: it is judged afterwards, on current records only.
    on : datetime.date, optional
        Reference date; by default the newest date in the data (:func:`newest`). There is no clock.

    Returns
    -------
    pandas.Series of bool
        Same index as `frame`.
    """
    return why_not_current(frame, on)["reason"].isna()


def why_not_current(frame: pd.DataFrame, on: dt.date | None = None) -> pd.DataFrame:
    """Why records do not count on a day: columns ``reason`` and ``detail``, missing where they do.

    The order of the rules is that of the register: a record withdrawn as a whole says nothing, a
    superseded registration says what was once believed, and only then do the dates of validity count. A
    record whose end equals its begin was never valid (it was corrected on the day it was made).
    """
    on = on or newest(frame)
    verdict = pd.DataFrame({"reason": None, "detail": None}, index=frame.index, dtype="str")
    if on is None:
        return verdict
    date = {name: _column(frame, name) for name in HISTORY}
    after = pd.Timestamp(on) + pd.Timedelta(days=1)
    rules = (
        (date[INACTIVE] < after, Reject.NOT_CURRENT, "inactief since ", INACTIVE),
        (date[NOT_BAG] < after, Reject.NOT_CURRENT, "nietBAG since ", NOT_BAG),
        (date[SUPERSEDED] < after, Reject.HISTORIC, "registration superseded ", SUPERSEDED),
        (date[REGISTERED] >= after, Reject.NOT_CURRENT, "registered after the reference date, ", REGISTERED),
        (
            date[END].notna() & (date[END] == date[BEGIN]),
            Reject.HISTORIC,
            "never valid: began and ended ",
            END,
        ),
        (date[BEGIN] >= after, Reject.NOT_CURRENT, "not in force before ", BEGIN),
        (date[END] < after, Reject.HISTORIC, "valid until ", END),
    )
    for applies, reason, detail, column in rules:
        new = applies & verdict["reason"].isna()
        if new.any():
            days = date[column][new].dt.strftime("%Y-%m-%d")
            verdict.loc[new, "reason"] = str(reason)
            verdict.loc[new, "detail"] = detail + days
    return verdict


def newest(frame: pd.DataFrame) -> dt.date | None:
    """Newest day on which anything happened to these records, or None if they carry no dates.

    What happened is a registration; validity may begin in the future and counts only for want of better.
    """
    for names in ((REGISTERED, SUPERSEDED, INACTIVE, NOT_BAG), (BEGIN,)):
        days = [frame[name].max() for name in names if name in frame.columns]
        days = [day for day in days if pd.notna(day)]
        if days:
            return pd.Timestamp(max(days)).date()
    return None


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if name in frame.columns:
        return frame[name]
    return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
