"""The ledger: nothing vanishes without a reason."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.delivery import Delivery, Reject, rejects_frame
from twin.errors import LedgerError
from twin.ledger import Count, Ledger, rejects

LOST = rejects([("1", "no geometry", "x"), ("2", "bad id", "y"), ("3", "no geometry", "")])


def test_what_adds_up_is_entered() -> None:
    ledger = Ledger()
    ledger.enter("tile", "pand", 10, 7, LOST)
    assert ledger.totals() == [Count("tile", "pand", 10, 7, 3)]
    lines = ledger.reject_lines()
    assert list(lines.columns) == ["stage", "collection", "object_id", "reason", "detail"]
    assert lines.iloc[1].tolist() == ["tile", "pand", "2", "bad id", "y"]


@pytest.mark.parametrize("out", [6, 8, 10])
def test_a_vanished_or_invented_object_is_an_error(out: int) -> None:
    ledger = Ledger()
    with pytest.raises(LedgerError, match=rf"tile/pand: 10 objects in, {out} out and 3 rejected"):
        ledger.enter("tile", "pand", 10, out, LOST)
    assert ledger.totals() == []
    assert len(ledger.reject_lines()) == 0


def test_a_delivery_is_received_with_its_rejects() -> None:
    ledger = Ledger()
    left_out = rejects_frame([("9", Reject.HISTORIC, "ended 2019")])
    ledger.receive("bag/pand", Delivery("bag/pand", pd.DataFrame({"identificatie": ["1", "2"]}), 3, left_out))
    assert ledger.as_json() == [
        {
            "stage": "read",
            "collection": "bag/pand",
            "objects_in": 3,
            "objects_out": 2,
            "rejected": 1,
            "reasons": {"earlier version of an object": 1},
        }
    ]


def test_json_counts_reasons_over_all_parts_and_omits_them_where_there_are_none() -> None:
    ledger, other = Ledger(), Ledger()
    ledger.enter("tile", "pand", 10, 7, LOST)
    other.enter("tile", "pand", 2, 1, rejects([("4", "bad id", "")]))
    other.enter("write", "pand", 8, 8)
    ledger.merge(other)
    first, second = ledger.as_json()
    assert first["reasons"] == {"bad id": 2, "no geometry": 2}
    assert sum(first["reasons"].values()) == first["rejected"]
    assert "reasons" not in second
    assert json.loads(json.dumps(ledger.as_json())) == ledger.as_json()


def test_a_reject_without_a_reason_is_no_account() -> None:
    with pytest.raises(LedgerError, match="without a reason"):
        Ledger().enter(
            "tile", "pand", 1, 0, pd.DataFrame({"object_id": ["1"], "reason": [None], "detail": [""]})
        )


def test_an_empty_ledger_has_the_columns_of_a_full_one() -> None:
    assert list(Ledger().reject_lines().columns) == ["stage", "collection", "object_id", "reason", "detail"]
    assert Ledger().as_json() == []


entries = st.lists(
    st.tuples(
        st.sampled_from(["read", "tile", "write"]),
        st.sampled_from(["pand", "wegdeel"]),
        st.integers(0, 50),
        st.lists(st.sampled_from(["a", "b"]), max_size=4),
    ),
    max_size=12,
)


@settings(max_examples=30, deadline=None)
@given(entries, st.integers(0, 12))
def test_sums_do_not_depend_on_how_the_work_was_cut_up(
    lines: list[tuple[str, str, int, list[str]]], cut: int
) -> None:
    whole, first, second = Ledger(), Ledger(), Ledger()
    for i, (stage, collection, out, why) in enumerate(lines):
        lost = rejects((str(n), reason, "") for n, reason in enumerate(why))
        for ledger in (whole, first if i < cut else second):
            ledger.enter(stage, collection, out + len(why), out, lost)
    first.merge(second)
    assert first.as_json() == whole.as_json()
    for count in whole.totals():
        assert count.objects_in == count.objects_out + count.rejected
    assert sum(c.rejected for c in whole.totals()) == len(whole.reject_lines())
