"""Variants by the API: judged, drawn, exported and kept."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import trimesh
from fastapi.testclient import TestClient

from twin.api import create_app
from twin.store.variants import LARGEST

BASE = "/api/scenarios"


def variant(*edits: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "gemeentetwin-variant",
        "version": 1,
        "title": "Proef",
        "edits": [{"id": f"e{n}", **edit} for n, edit in enumerate(edits)],
        **more,
    }


@pytest.fixture(scope="module")
def client(sample_twin: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    root = tmp_path_factory.mktemp("planning") / "twin"
    shutil.copytree(sample_twin, root)
    with TestClient(create_app(root), base_url="http://127.0.0.1") as made:
        yield made


@pytest.fixture(scope="module")
def pand(client: TestClient) -> dict[str, Any]:
    answer = client.get("/api/collections/pand/items", params={"limit": 1, "sortby": "-hoogte"}).json()
    found: dict[str, Any] = answer["features"][0]
    return found


@pytest.fixture(scope="module")
def block(client: TestClient) -> dict[str, Any]:
    """A mass of 12 by 10 m in the middle of the sample."""
    x0, y0, x1, y1 = client.get("/api/twin").json()["bbox"]
    x, y = round((x0 + x1) / 2), round((y0 + y1) / 2)
    ring = [[x, y], [x + 12, y], [x + 12, y + 10], [x, y + 10]]
    return {"kind": "add", "rings": [ring], "height": 9.0, "floors": 3, "dwellings": 4}


def indicators(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return {i["id"]: i for i in answer.json()["indicators"]}


def test_a_demolished_pand_takes_its_footprint_along(client: TestClient, pand: dict[str, Any]) -> None:
    answer = client.post(f"{BASE}/evaluate", json=variant({"kind": "demolish", "pand": pand["id"]}))
    told = indicators(answer)
    assert [e["code"] for e in answer.json()["edits"]] == ["done"]
    area = pand["properties"]["opp_grond"]
    assert told["footprint"]["difference"] == pytest.approx(-area, abs=0.6)
    assert told["volume"]["difference"] < 0
    assert all(i["nl"]["definition"] and i["en"]["definition"] for i in told.values())


def test_a_new_mass_counts_as_drawn(client: TestClient, block: dict[str, Any]) -> None:
    told = indicators(client.post(f"{BASE}/evaluate", json=variant(block)))
    assert told["volume"]["difference"] == pytest.approx(12 * 10 * 9, rel=0.01)
    assert told["floor_area"]["difference"] == pytest.approx(360, abs=1)
    assert told["dwellings"]["difference"] == 4
    assert not told["woz"]["after"]  # not for the anonymous
    assert told["woz"]["reason"]


def test_a_variant_without_edits_has_no_facades(client: TestClient) -> None:
    answer = client.post(f"{BASE}/sun", json=variant())
    assert answer.status_code == 200, answer.text
    assert answer.json()["facades"] == []


def test_sun_hours_are_counted_on_request(client: TestClient, block: dict[str, Any]) -> None:
    without = indicators(client.post(f"{BASE}/evaluate", json=variant(block)))
    sunny = indicators(client.post(f"{BASE}/sun", json=variant(block)))
    assert sunny
    assert not set(sunny) & set(without)
    facades = client.post(f"{BASE}/sun", json=variant(block)).json()["facades"]
    below = [sum(f["light"][when] < 2 for f in facades) for when in (0, 1)]
    assert below == [sunny["facade_light"]["before"], sunny["facade_light"]["after"]]


def test_what_is_drawn_stands_where_the_tiles_do(client: TestClient, block: dict[str, Any]) -> None:
    answer = client.post(f"{BASE}/mesh", json=variant(block))
    assert answer.headers["content-type"] == "model/gltf-binary"
    scene = trimesh.load(io.BytesIO(answer.content), file_type="glb")
    assert sorted(scene.extents.round(1))[0] == pytest.approx(9.0, abs=0.3)


def test_files_of_a_variant(client: TestClient, block: dict[str, Any], pand: dict[str, Any]) -> None:
    content = variant(block, {"kind": "raise", "pand": pand["id"], "floors": 1, "height": 3.0})
    city = client.post(f"{BASE}/export", params={"f": "cityjson"}, json=content).json()
    assert (city["type"], city["version"]) == ("CityJSON", "2.0")
    assert {o["type"] for o in city["CityObjects"].values()} <= {"Building", "BuildingPart"}
    assert client.post(f"{BASE}/export", params={"f": "glb"}, json=content).content[:4] == b"glTF"
    table = client.post(f"{BASE}/export", params={"f": "csv"}, json=content)
    assert len(pd.read_csv(io.BytesIO(table.content))) > 10
    sheet = client.post(f"{BASE}/export", params={"f": "html"}, json={**content, "title": "<b>Plan</b>"}).text
    assert "&lt;b&gt;Plan&lt;/b&gt;" in sheet
    assert "krijgt 1 bouwlaag erop (3,0 m)" in sheet
    assert ": 3 bouwlagen, goothoogte" in sheet
    assert "<b>Plan</b>" not in sheet


def test_an_edit_of_a_pand_that_is_gone_is_told_and_the_rest_goes_on(
    client: TestClient, block: dict[str, Any]
) -> None:
    answer = client.post(
        f"{BASE}/evaluate", json=variant({"kind": "demolish", "pand": "0503100000099999"}, block)
    )
    gone, done = answer.json()["edits"]
    assert (gone["code"], gone["level"]) == ("pand-gone", "error")
    assert done["level"] != "error"  # a tree stands there


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"type": "gemeentetwin-variant", "version": 2, "edits": []}',
        b'{"type": "gemeentetwin-variant", "version": 1, "title": "x", "edits": [{"id": "a", "kind": "x"}]}',
        b'{"type": "gemeentetwin-variant", "version": 1, "title": "x", "edits": [{"id": "a", "kind": "add", '
        b'"rings": [[[NaN, 1], [2, 3], [4, 5]]], "height": 3}]}',
        b"[" * 5000,
    ],
)
@pytest.mark.parametrize("path", ["", "/evaluate", "/mesh", "/export", "/sun"])
def test_what_is_no_variant_is_refused(client: TestClient, path: str, content: bytes) -> None:
    answer = client.post(BASE + path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["detail"] == told["en"]
    assert "variant" in told["nl"]
    assert told["nl"] != told["en"]


def test_too_much_is_refused(client: TestClient) -> None:
    answer = client.post(BASE, content=b" " * (LARGEST + 1))
    assert answer.status_code == 413
    assert answer.json()["nl"] == "Het bestand is groter dan 12 MB, het meeste dat mag"


def test_a_variant_is_kept_and_nobody_overwrites_another(client: TestClient, block: dict[str, Any]) -> None:
    hostile = "<script>alert('x')</script>"
    made = client.post(BASE, json=variant(block, title=hostile))
    assert made.status_code == 201
    place, tag = made.headers["location"], made.headers["etag"]
    assert client.get(place).json()["title"] == hostile
    assert client.get(place).headers["content-type"] == "application/json"
    assert made.json()["id"] in {s["id"] for s in client.get(BASE).json()["scenarios"]}

    assert client.put(place, json=variant(title="Zonder")).status_code == 428
    changed = client.put(place, json=variant(title="Nieuw"), headers={"If-Match": tag})
    assert changed.status_code == 200
    late = client.put(place, json=variant(title="Te laat"), headers={"If-Match": tag})
    assert (late.status_code, client.get(place).json()["title"]) == (412, "Nieuw")
    assert client.delete(place, headers={"If-Match": changed.headers["etag"]}).status_code == 204
    assert client.get(place).status_code == 404


def test_what_is_saved_is_dated_by_the_server(client: TestClient) -> None:
    begun = dt.datetime.now(dt.UTC).replace(microsecond=0)
    made = client.post(BASE, json=variant(modified="2001-01-01T00:00:00Z"))
    place, first = made.headers["location"], made.json()
    assert first["created"] == first["modified"]
    assert begun <= dt.datetime.fromisoformat(first["modified"]) <= dt.datetime.now(dt.UTC)
    again = client.put(
        place, json=variant(created="2020-02-02T00:00:00Z"), headers={"If-Match": made.headers["etag"]}
    )
    assert again.json()["created"] == "2020-02-02T00:00:00Z"
    assert again.json()["modified"] >= first["modified"]
    (listed,) = [s for s in client.get(BASE).json()["scenarios"] if s["id"] == first["id"]]
    assert listed["modified"] == again.json()["modified"]
    client.delete(place, headers={"If-Match": again.headers["etag"]})


@pytest.mark.parametrize("name", ["..%2Ftwin", "%2e%2e", "a" * 65, "evaluate"])
def test_no_other_file_can_be_read(client: TestClient, name: str) -> None:
    assert client.get(f"{BASE}/{name}").status_code == 404


def test_a_page_of_another_site_can_not_save(client: TestClient) -> None:
    headers = {"Origin": "https://example.org"}
    assert client.post(BASE, json=variant(), headers=headers).status_code == 403
    assert client.get(BASE, headers=headers).status_code == 403


def test_a_server_for_the_world_without_accounts_keeps_nothing(sample_twin: Path) -> None:
    with TestClient(create_app(sample_twin, loopback=False), base_url="http://127.0.0.1") as public:
        assert public.post(BASE, json=variant()).status_code == 403
        assert public.get(BASE).status_code == 403
        assert public.post(f"{BASE}/evaluate", json=variant()).status_code == 200
