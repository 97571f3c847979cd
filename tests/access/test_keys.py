"""API keys: made, shown once, stored as hashes, revoked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from twin.access import Audience
from twin.access.keys import KeyStore
from twin.errors import NotFoundError, StoreError, UnauthorizedError

TODAY = dt.datetime.now(dt.UTC).date()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_a_key_opens_what_it_may(path: Path) -> None:
    store = KeyStore(path)
    key, text = store.make("dashboard", ["intern", "planner"])
    assert store.audience(text) == Audience("intern", True, f"key:{key.id}")
    assert KeyStore(path).audience(text).clearance == "intern"
    assert text not in path.read_text()
    assert text.rsplit("_", 1)[1] not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


def test_what_is_not_a_good_key_is_refused_in_the_same_words(path: Path) -> None:
    store = KeyStore(path)
    _, old = store.make("oud", ["intern"], TODAY - dt.timedelta(days=1))
    _, last = store.make("vandaag", ["intern"], TODAY)
    gone, revoked = store.make("weg", ["intern"])
    store.revoke(gone.id)
    assert store.audience(last).clearance == "intern"
    wrong = [old, revoked, last[:-1] + ("A" if last[-1] != "A" else "B"), last[:-1], f"{last}x", "", "twin_",
             "twin_00000000_" + "A" * 43, f"twin_{gone.id}_{last.split('_', 2)[2]}", "é" * 57]  # fmt: skip
    said = set()
    for text in wrong:
        with pytest.raises(UnauthorizedError) as error:
            store.audience(text)
        said.add(str(error.value))
    assert len(said) == 1


def test_another_process_sees_it_at_once(path: Path) -> None:
    server, command = KeyStore(path), KeyStore(path)
    key, text = command.make("x", ["vertrouwelijk"])
    assert server.audience(text).clearance == "vertrouwelijk"
    command.revoke(key.id)
    with pytest.raises(UnauthorizedError):
        server.audience(text)
    assert server.salt == command.salt
    with pytest.raises(NotFoundError):
        command.revoke("ffffffff")


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"salt": "zz", "keys": []}', '{"salt": "", "keys": [{}]}']
)
def test_a_spoilt_file_is_told(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(StoreError, match=r"keys\.json"):
        KeyStore(path)
