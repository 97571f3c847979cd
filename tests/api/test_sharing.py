"""What is public is in memory once, whoever asks; what is not is only where its audience looks."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from tests.api.town import PANDEN, SECRET, SOURCES, write_twin
from tests.store.manifests import manifest
from twin.api.current import CurrentTwin
from twin.api.data import Twin
from twin.api.kept import Kept
from twin.errors import QueryError
from twin.planning import Planner
from twin.store import Layout


@pytest.fixture
def current(root: Path) -> CurrentTwin:
    return CurrentTwin(root)


def address(column: pa.ChunkedArray) -> int:
    """Where the values of a column lie in memory."""
    found: int = column.chunk(0).buffers()[-1].address
    return found


def test_staff_share_all_that_is_public(current: CurrentTwin) -> None:
    public, staff = current(), current("intern")
    for collection in public.collections:
        ours, theirs = public.table(collection), staff.table(collection)
        assert ours.ids is theirs.ids
        assert {address(ours.arrow[n]) for n in ours.names} == {address(theirs.arrow[n]) for n in ours.names}
    assert staff.table("buurt").arrow.num_columns == public.table("buurt").arrow.num_columns
    assert staff.public is public


def test_nothing_of_staff_is_within_reach_of_a_visitor(current: CurrentTwin) -> None:
    """Even with words of SQL that no request can bring about."""
    public, staff = current(), current("intern")
    assert staff.query(f"select count(*) from pand where woz_waarde = {SECRET}") == [(3,)]
    assert public.public is None
    everything = public.query("select table_name, column_name from duckdb_columns() where not internal")
    assert ("pand", "hoogte") in everything
    assert not [c for _, c in everything if "woz" in c and not c.startswith("buurt_")]  # of CBS
    assert "woz_waarde" not in public.table("pand").names
    shown = b"".join(public.written("pand").of(public.table("pand").near((0, 0, 1e6, 1e6))))
    assert str(SECRET).encode() not in shown


def test_answers_that_are_kept_are_kept_apart(current: CurrentTwin) -> None:
    public, staff = current(), current("intern")
    assert public.written("pand") is not staff.written("pand")
    assert public.summaries is not staff.summaries
    with pytest.raises(QueryError):
        public.attribute("pand", "woz_waarde")


def test_a_new_build_reaches_everybody_at_once(tmp_path: Path) -> None:
    current = CurrentTwin(write_twin(tmp_path))
    before = current(), current("intern")
    write_twin(tmp_path, name="Nieuw")
    assert current("openbaar").manifest.name == "Nieuw"
    ready = current.ready("intern")
    assert ready is not None
    assert ready.manifest.name == "Nieuw"
    assert ready.public is current() is not before[0]
    assert current("intern") is ready is not before[1]


def test_staff_have_what_their_files_say_row_by_row(current: CurrentTwin) -> None:
    staff: Twin = current("vertrouwelijk")
    rows = [staff.table("pand").row_of(name) for name in PANDEN]
    assert rows == [0, 1, 2]
    assert staff.table("pand").arrow["woz_waarde"].to_pylist() == [SECRET] * 3


def test_what_is_confidential_here_is_not_for_all_staff(tmp_path: Path) -> None:
    """A municipality may call a source stricter than the catalogue does; planners hold to it too."""
    strict = [s | ({"classification": "vertrouwelijk"} if s["kind"] == "woz" else {}) for s in SOURCES]
    manifest(sources=strict).write(Layout(tmp_path))
    for clearance, sees in (("openbaar", False), ("intern", False), ("vertrouwelijk", True)):
        planner = Planner.open(Layout(tmp_path), clearance)
        assert planner.internal is sees, clearance
        assert ("woz" in {s["kind"] for s in planner.sources}) is sees


def test_what_is_kept_never_takes_more_than_its_bound() -> None:
    kept: Kept[int] = Kept(10)
    kept.put({1: b"aaaa", 2: b"bbbb"})
    kept.put({1: b"aaaa"})
    assert (kept.get(1), kept.get(2)) == (b"aaaa", b"bbbb")
    kept.put({3: b"cccc"})
    assert (kept.get(1), kept.get(3)) == (None, b"cccc")
    kept.put({4: b"d" * 11})
    assert [kept.get(n) for n in (1, 2, 3, 4)] == [None] * 4
