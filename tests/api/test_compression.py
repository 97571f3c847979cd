"""Large answers are compressed, by what the client takes, and small ones are left to the library."""

from __future__ import annotations

import gzip
from typing import Any

import brotli
import orjson
import pytest
from fastapi.testclient import TestClient

from tests.api.town import FRAMES, road_frame, write_twin
from twin.api import create_app
from twin.api.compression import LARGE

ITEMS = "/api/collections/wegdeel/items?limit=10000"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("many")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FRAMES, "wegdeel", lambda: road_frame(600))
        write_twin(root)
    with TestClient(create_app(root), base_url="http://127.0.0.1") as made:
        yield made


def raw(client: TestClient, path: str, encoding: str) -> tuple[Any, bytes]:
    with client.stream("GET", path, headers={"Accept-Encoding": encoding}) as response:
        return response, b"".join(response.iter_raw())


@pytest.mark.parametrize(
    ("accepted", "used"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.5", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("br;q=0.000", None),
    ],
)
def test_a_large_answer(client: TestClient, accepted: str, used: str | None) -> None:
    plain = client.get(ITEMS, headers={"Accept-Encoding": "identity"})
    assert len(plain.content) > LARGE
    response, content = raw(client, ITEMS, accepted)
    assert response.headers.get("content-encoding") == used
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[used]
    assert orjson.loads(unpack(content))["features"] == plain.json()["features"]
    assert int(response.headers["content-length"]) == len(content)
    assert response.headers["etag"] == plain.headers["etag"]
    if used:
        assert "Accept-Encoding" in response.headers["vary"]
        assert len(content) < len(plain.content) / 4


def test_a_page_of_html_and_head_and_not_modified(client: TestClient) -> None:
    response, content = raw(client, f"{ITEMS}&f=html", "br")
    assert response.headers["content-encoding"] == "br"
    assert brotli.decompress(content).startswith(b"<!doctype html>")
    head = client.head(ITEMS, headers={"Accept-Encoding": "br"})
    full, _ = raw(client, ITEMS, "br")
    assert head.headers["content-length"] == full.headers["content-length"]
    again = client.get(ITEMS, headers={"Accept-Encoding": "br", "If-None-Match": full.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_is_no_text_is_left_alone(client: TestClient) -> None:
    response, content = raw(client, f"{ITEMS}&f=gpkg", "br")
    assert content[:6] == b"SQLite"
    assert "content-encoding" not in response.headers
