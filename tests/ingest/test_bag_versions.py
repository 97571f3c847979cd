"""One record of an object counts on a day, and its status is judged only then."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from ingest.bag import PandStatus, VerblijfsobjectStatus, current
from ingest.bag.versions import HISTORY, newest, why_not_current
from ingest.delivery import Reject

ON = dt.date(2020, 9, 15)


def records(**columns: object) -> pd.DataFrame:
    given = {"begin_geldigheid": "2010-01-01", "tijdstip_registratie_lv": "2010-01-01 12:00:00", **columns}
    return pd.DataFrame({name: pd.to_datetime(pd.Series([given.get(name)])) for name in HISTORY})


@pytest.mark.parametrize(
    ("columns", "reason", "detail"),
    [
        ({}, None, None),
        ({"eind_geldigheid": "2020-09-16"}, None, None),
        ({"eind_geldigheid": "2020-09-15"}, Reject.HISTORIC, "valid until 2020-09-15"),
        ({"eind_geldigheid": "2010-01-01"}, Reject.HISTORIC, "never valid"),
        # Ends on the day it begins, in the future: `end > today` alone would let it through.
        ({"begin_geldigheid": "2021-01-01", "eind_geldigheid": "2021-01-01"}, Reject.HISTORIC, "never valid"),
        ({"begin_geldigheid": "2020-09-15"}, None, None),
        ({"begin_geldigheid": "2020-09-16"}, Reject.NOT_CURRENT, "not in force before 2020-09-16"),
        ({"tijdstip_eind_registratie_lv": "2020-09-15 23:59:59"}, Reject.HISTORIC, "superseded 2020-09-15"),
        ({"tijdstip_eind_registratie_lv": "2020-09-16 00:00:00"}, None, None),
        ({"tijdstip_registratie_lv": "2020-09-16 00:00:00"}, Reject.NOT_CURRENT, "registered after"),
        ({"tijdstip_inactief_lv": "2019-01-01"}, Reject.NOT_CURRENT, "inactief since 2019-01-01"),
        ({"tijdstip_niet_bag_lv": "2012-04-19"}, Reject.NOT_CURRENT, "nietBAG since 2012-04-19"),
        # A record withdrawn as a whole says so, whatever else was done to it.
        (
            {"tijdstip_inactief_lv": "2019-01-01", "tijdstip_eind_registratie_lv": "2018-01-01"},
            Reject.NOT_CURRENT,
            "inactief",
        ),
    ],
)
def test_rules(columns: dict[str, object], reason: Reject | None, detail: str | None) -> None:
    frame = records(**columns)
    why = why_not_current(frame, ON).iloc[0]
    assert current(frame, ON).tolist() == [reason is None]
    if reason is None:
        assert why.isna().all()
    else:
        assert why["reason"] == str(reason)
        assert detail is not None
        assert detail in why["detail"]


def test_without_a_date_the_newest_in_the_data_counts() -> None:
    frame = pd.concat([records(), records(tijdstip_registratie_lv="2015-05-05 08:00:00")], ignore_index=True)
    assert newest(frame) == dt.date(2015, 5, 5)
    assert current(frame).all()


def test_records_without_dates_are_all_current() -> None:
    frame = pd.DataFrame({"identificatie": ["a", "b"]})
    assert newest(frame) is None
    assert current(frame).all()
    assert current(frame, ON).all()


def test_the_state_on_an_earlier_day_is_the_one_then_registered() -> None:
    old = records(tijdstip_eind_registratie_lv="2015-05-05 08:00:00", eind_geldigheid="2015-05-05")
    new = records(begin_geldigheid="2015-05-05", tijdstip_registratie_lv="2015-05-05 08:00:00")
    frame = pd.concat([old, new], ignore_index=True)
    assert current(frame, dt.date(2012, 1, 1)).tolist() == [True, False]
    assert current(frame, ON).tolist() == [False, True]


def test_official_lists_are_complete() -> None:
    assert len(PandStatus) == 10
    assert len(VerblijfsobjectStatus) == 8
