"""Builds that come and go under a server: every answer is of one of them, wholly."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from fastapi.testclient import TestClient
from upath import UPath

from tests.api.town import BOX, write_twin
from tests.store.manifests import manifest
from twin.api import create_app
from twin.api.current import CurrentTwin
from twin.api.data import Twin
from twin.catalogue import CATALOGUE
from twin.errors import StoreError
from twin.store import Layout, read_manifest
from twin.store.checksums import write_checksums
from twin.store.remote import root_of
from twin.store.tables import write_objects

COUNT = 40
TILES = ("084500_447000", "085000_447000")
ITEMS = "/api/collections/pand/items?limit=100"


def write_tables(root: Path, generation: int, *, stop_after: int | None = None) -> None:
    """Tables in which every pand says of which generation it is, as a build writes them: one by one."""
    layout = Layout(root)
    for number, tile in enumerate(TILES):
        ids = [f"05031000000{number}{n:04d}" for n in range(COUNT // 2)]
        frame = pd.DataFrame(
            {"identificatie": ids, "oorspronkelijk_bouwjaar": generation, "woz_waarde": generation}
        )
        shapes = gpd.GeoSeries(
            [shapely.box(84600 + i, 447100, 84601 + i, 447101) for i in range(len(ids))], crs=28992
        )
        write_objects(layout, "pand", tile, CATALOGUE.conform(frame, "pand"), shapes, CATALOGUE.public())
        if number + 1 == stop_after:
            return
        time.sleep(0.002)


def build(root: Path, generation: int) -> None:
    write_tables(root, generation)
    made = manifest(bbox=BOX, counts={"pand": COUNT}, name=f"Bouw {generation}", sources=[])
    replace(made, checksums=write_checksums(Layout(root))).write(Layout(root))


def generations(answer: Any) -> set[int]:
    return {f["properties"]["oorspronkelijk_bouwjaar"] for f in answer["features"]}


def test_requests_during_rebuilds_get_one_build_each(tmp_path: Path) -> None:
    build(tmp_path, 1)
    client, done = TestClient(create_app(tmp_path)), threading.Event()
    seen: list[tuple[int, str]] = []

    def ask() -> None:
        while not done.is_set():
            response = client.get(ITEMS)
            assert response.status_code == 200, response.text
            (generation,) = generations(response.json())
            assert response.json()["numberMatched"] == COUNT
            seen.append((generation, response.headers["ETag"]))

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        for generation in range(2, 30):
            build(tmp_path, generation)
        time.sleep(0.3)
        done.set()
        for future in asking:
            future.result()
    assert generations(client.get(ITEMS).json()) == {29}
    assert len({g for g, _ in seen}) > 2, "no build was picked up while they asked"


def test_a_build_that_stopped_half_way_is_not_served(tmp_path: Path) -> None:
    build(tmp_path, 1)
    client = TestClient(create_app(tmp_path))
    write_tables(tmp_path, 2, stop_after=1)
    assert generations(client.get(ITEMS).json()) == {1}
    with pytest.raises(StoreError, match="of another build"):
        create_app(tmp_path)  # a server that begins now has nothing whole to serve, and says so
    build(tmp_path, 2)
    assert generations(client.get(ITEMS).json()) == {2}
    assert generations(TestClient(create_app(tmp_path)).get(ITEMS).json()) == {2}


def test_a_list_of_another_build_is_told(tmp_path: Path) -> None:
    build(tmp_path, 1)
    Layout(tmp_path).checksums.write_text("")
    with pytest.raises(StoreError, match="not the list of this build"):
        Twin.open(tmp_path)


def test_what_can_not_be_read_is_tried_again_later_and_not_at_every_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, 1)
    current, opened = CurrentTwin(tmp_path), []
    before = current()
    write_tables(tmp_path, 2)
    replace(read_manifest(Layout(tmp_path)), name="Half").write(Layout(tmp_path))
    monkeypatch.setattr(Twin, "open", lambda *_: opened.append(1) or before)
    monkeypatch.setattr(Twin, "load", lambda _: (_ for _ in ()).throw(StoreError("half")))
    assert [current() for _ in range(20)] == [before] * 20
    assert len(opened) == 1
    replace(read_manifest(Layout(tmp_path)), name="One later").write(Layout(tmp_path))
    assert [current() for _ in range(20)] == [before] * 20
    assert len(opened) == 2, "a later build is not made to wait for one before it"


def test_several_processes_give_the_same_answers_and_tags(tmp_path: Path) -> None:
    """Nothing but the files: what one has not seen, another answers alike, and 304 for its tags."""
    build(tmp_path, 1)
    one, other = (TestClient(create_app(tmp_path)) for _ in range(2))
    first, second = one.get(ITEMS), other.get(ITEMS)
    assert first.content == second.content
    assert other.get(ITEMS, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


# ---- a twin that lies elsewhere


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Any]:
    """A twin in a file system that is no disk."""
    write_twin(tmp_path)
    store = UPath("memory://gemeentetwin-test/twin")
    for path in tmp_path.rglob("*"):
        if path.is_file():
            to = store.joinpath(*path.relative_to(tmp_path).parts)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(path.read_bytes())
    yield store
    store.fs.rm("/gemeentetwin-test", recursive=True)


PATHS = (
    "/api/collections/pand/items",
    "/api/collections/wegdeel/items?filter=bgt_functie='fietspad'",
    "/api/collections/pand/statistics?property=hoogte&by=buurtcode",
    "/api/search?q=voorstraat 12",
    "/api/twin",
    "/3dtiles/tileset.json",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_twin_in_object_storage_answers_as_one_on_disk(memory: Any, tmp_path: Path, path: str) -> None:
    there = TestClient(create_app(memory)).get(path)
    here = TestClient(create_app(tmp_path)).get(path)
    assert (there.status_code, here.status_code) == (200, 200)
    assert {**there.json(), "timeStamp": ""} == {**here.json(), "timeStamp": ""}


def test_names_that_lead_out_of_the_folder_lead_nowhere(memory: Any) -> None:
    client = TestClient(create_app(memory))
    for name in (
        "../twin.json",
        "..%2ftwin.json",
        "%2e%2e/twin.json",
        "x/../../twin.json",
        "weg.json",
        "",
        "a//b",
    ):
        assert client.get(f"/3dtiles/{name}").status_code == 404, name
    assert client.head("/3dtiles/tileset.json").content == b""
    assert client.post("/3dtiles/tileset.json").status_code == 405


def test_a_twin_on_a_web_server(tmp_path: Path) -> None:
    write_twin(tmp_path)
    layout = Layout(tmp_path)
    made = read_manifest(layout)
    replace(made, checksums=write_checksums(layout)).write(layout)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        pytest.importorskip("aiohttp")
        root = root_of(f"http://127.0.0.1:{server.server_address[1]}")
        answer = TestClient(create_app(root)).get(PATHS[0])
        assert answer.json()["numberMatched"] == 3
    finally:
        server.shutdown()
        server.server_close()


def test_an_address_of_no_file_system_is_told() -> None:
    with pytest.raises(StoreError, match="gopher"):
        root_of("gopher://x/twin")
    assert root_of("een/map") == Path("een/map")
