"""OWSLib, which QGIS's own Python and many scripts read with, opens the API as its users would."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from owslib.ogcapi.features import Features

from tests.api.town import PANDEN
from twin.api import create_app


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = uvicorn.Server(uvicorn.Config(create_app(root), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/"
    server.should_exit = True
    thread.join(10)


def test_it_reads_collections_and_their_objects(address: str) -> None:
    api = Features(address)
    assert set(api.feature_collections()) == {"buurt", "pand", "verblijfsobject", "wegdeel"}
    assert "hoogte" in api.collection_queryables("pand")["properties"]
    items = api.collection_items("pand", limit=2)
    assert [f["id"] for f in items["features"]] == PANDEN[:2]
    assert items["numberMatched"] == 3
    assert api.collection_item("pand", PANDEN[0])["properties"]["hoogte"] == 9.25


def test_it_filters(address: str) -> None:
    api = Features(address)
    found = api.collection_items("pand", filter="hoogte > 5 AND energielabel = 'A'")
    assert [f["id"] for f in found["features"]] == PANDEN[:1]
    lon, lat = api.collection_item("pand", PANDEN[0])["geometry"]["coordinates"][0][0]
    near = api.collection_items("pand", bbox=[lon - 1e-5, lat - 1e-5, lon + 1e-5, lat + 1e-5])
    assert [f["id"] for f in near["features"]] == PANDEN[:1]
