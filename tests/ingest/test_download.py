"""Files from the web, by a server on this machine that can do all that servers do wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from ingest.download import fetch
from ingest.errors import SourceError

TABLE = b"pand;wp\n0503100000000010;1,5\n"


class Web:
    """What the server answers, and what it was asked."""

    def __init__(self) -> None:
        self.status, self.body, self.cut = 200, TABLE, 0
        self.headers: dict[str, str] = {"Content-Type": "text/csv", "ETag": '"1"'}
        self.speaks = Event()
        self.speaks.set()
        self.asked: list[dict[str, str]] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append({k.lower(): v for k, v in self.headers.items()})
                same = self.headers.get("If-None-Match", "") == web.headers.get("ETag")
                self.send_response(304 if same and web.status == 200 else web.status)
                for name, value in web.headers.items():
                    self.send_header(name, value)
                if not (same and web.status == 200):
                    self.send_header("Content-Length", str(len(web.body)))
                self.end_headers()
                web.speaks.wait()
                if not same:
                    self.wfile.write(web.body[: len(web.body) - web.cut])

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()
        self.root = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    made = Web()
    yield made
    made.speaks.set()
    made.stop()


def test_a_file_is_kept_with_its_checksum_and_not_sent_twice(web: Web, tmp_path: Path) -> None:
    first = fetch(f"{web.root}/panelen.csv?key=geheim", tmp_path)
    again = fetch(f"{web.root}/panelen.csv?key=geheim", tmp_path)
    assert first.path.read_bytes() == TABLE
    assert first.path.name == "panelen.csv"
    assert first.sha256 == hashlib.sha256(TABLE).hexdigest()
    assert again == first
    assert web.asked[1]["if-none-match"] == '"1"'
    assert first.address == f"{web.root}/panelen.csv"
    assert "geheim" not in "".join(p.read_text() for p in tmp_path.rglob("*") if p.is_file())


def test_a_newer_file_takes_the_place_of_the_old(web: Web, tmp_path: Path) -> None:
    old = fetch(f"{web.root}/a.csv", tmp_path)
    web.headers["ETag"], web.body = '"2"', TABLE + TABLE
    new = fetch(f"{web.root}/a.csv", tmp_path)
    assert new.path.read_bytes() == TABLE + TABLE
    assert not old.path.exists()


def test_a_damaged_copy_is_fetched_anew(web: Web, tmp_path: Path) -> None:
    fetch(f"{web.root}/a.csv", tmp_path).path.write_bytes(b"kapot")
    assert fetch(f"{web.root}/a.csv", tmp_path).path.read_bytes() == TABLE
    assert "if-none-match" not in web.asked[1]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_of_the_server_leaves_the_copy_of_last_time(web: Web, tmp_path: Path, status: int) -> None:
    fetch(f"{web.root}/a.csv", tmp_path)
    web.status = status
    kept = fetch(f"{web.root}/a.csv", tmp_path)
    assert kept.path.read_bytes() == TABLE
    assert kept.note is not None
    assert f"answers {status}" in kept.note
    assert f"the copy of {kept.fetched[:10]} was used" in kept.note


def test_offline_the_copy_of_last_time_is_used_and_without_one_the_remedy_told(
    web: Web, tmp_path: Path
) -> None:
    fetch(f"{web.root}/a.csv", tmp_path)
    web.stop()
    kept = fetch(f"{web.root}/a.csv", tmp_path)
    assert kept.note is not None
    assert "can't be reached" in kept.note
    with pytest.raises(SourceError, match=r"/b\.csv: it can't be reached .* Go online"):
        fetch(f"{web.root}/b.csv", tmp_path)


def test_half_a_file_never_takes_the_place_of_a_whole_one(web: Web, tmp_path: Path) -> None:
    fetch(f"{web.root}/a.csv", tmp_path)
    web.headers["ETag"], web.cut, web.body = '"2"', 7, TABLE * 3
    kept = fetch(f"{web.root}/a.csv", tmp_path)
    assert kept.path.read_bytes() == TABLE
    assert kept.note is not None
    (own,) = tmp_path.iterdir()
    assert sorted(p.name for p in own.iterdir()) == sorted([kept.sha256[:16], "copy.json"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"status": 404}, "answers 404"),
        ({"headers": {"Content-Type": "text/html"}}, "gives a web page"),
        ({"headers": {"Content-Type": "text/csv", "Content-Encoding": "br"}}, "packed as 'br'"),
        ({"body": b"x" * 2000}, r"larger than 0\.001 MB.*download_limit"),
    ],
)
def test_what_is_no_file_is_refused_even_with_a_copy(
    web: Web, tmp_path: Path, change: dict[str, object], told: str
) -> None:
    fetch(f"{web.root}/a.csv", tmp_path)
    web.headers = {"ETag": '"2"'}
    vars(web).update(change)
    with pytest.raises(SourceError, match=told):
        fetch(f"{web.root}/a.csv", tmp_path, largest=1000)


def test_one_page_of_a_service_is_not_the_data_set(web: Web, tmp_path: Path) -> None:
    page = {"type": "FeatureCollection", "features": [], "links": [{"rel": "next", "href": "?page=2"}]}
    web.headers, web.body = {"Content-Type": "application/geo+json"}, json.dumps(page).encode()
    with pytest.raises(SourceError, match="one page of more"):
        fetch(f"{web.root}/collections/a/items", tmp_path)
    web.body = b'{"type": "FeatureCollection", "features": []}'
    assert fetch(f"{web.root}/collections/a/items", tmp_path).path.name == "items.geojson"


def test_names_can_not_leave_the_folder(web: Web, tmp_path: Path) -> None:
    web.headers["Content-Disposition"] = 'attachment; filename="../../../kwaad.csv"'
    assert fetch(f"{web.root}/x", tmp_path / "in").path.name == "kwaad.csv"
    assert [p.name for p in tmp_path.iterdir()] == ["in"]


def test_a_silent_server_is_not_waited_for(web: Web, tmp_path: Path) -> None:
    web.speaks.clear()
    with pytest.raises(SourceError, match=r"can't be reached \(.*timed out"):
        fetch(f"{web.root}/a.csv", tmp_path, silence=0.2)
