"""Representations: pages, files, CityJSON, coordinate systems, and answers that a client has already."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyproj
import pytest
from fastapi.testclient import TestClient

from tests.api.town import PANDEN, SECRET
from twin.api import create_app
from twin.api.crs import CRS84, ETRS89, RD, RDNAP, WGS84
from twin.cityjson.consistency import check_sequence
from twin.store import Layout

ITEMS = "/api/collections/pand/items"
PAGES = ["/api/", "/api/conformance", "/api/collections", "/api/collections/pand",
         "/api/collections/pand/queryables", ITEMS, f"{ITEMS}/{PANDEN[1]}"]  # fmt: skip


@pytest.fixture(scope="module")
def sample(sample_twin: Path) -> Iterator[TestClient]:
    with TestClient(create_app(sample_twin)) as made:
        yield made


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_html_for_who_prefers_it(client: TestClient, path: str) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    page = client.get(path, headers=browser)
    assert page.headers["content-type"].startswith("text/html")
    assert (
        page.text == client.get(path, params={"f": "html"}).text.replace("?f=html", "")
        or "f=html" in page.text
    )
    for accept in ("*/*", "application/json", "application/geo+json", "text/html;q=0,*/*", "rommel;;q=x,,"):
        assert "json" in client.get(path, headers={"accept": accept}).headers["content-type"]
    assert "json" in client.get(path, params={"f": "json"}, headers=browser).headers["content-type"]


def test_pages_escape_what_the_registers_say(client: TestClient) -> None:
    page = client.get("/api/collections/wegdeel/items?f=html&limit=1&bgt_functie=rijbaan%2050%25%20'lokaal'")
    assert "rijbaan 50% &#x27;lokaal&#x27;" in page.text
    wrong = client.get("/api/collections/pand/items?f=html&crs=<script>alert(1)</script>")
    assert wrong.status_code == 400
    assert wrong.headers["content-type"] == "application/problem+json"


def test_an_unknown_representation_is_400(client: TestClient) -> None:
    assert client.get(ITEMS, params={"f": "exe"}).status_code == 400


def test_a_csv_holds_the_selection(client: TestClient) -> None:
    response = client.get(ITEMS, params={"f": "csv", "filter": "hoogte > 1", "crs": RD})
    assert response.headers["content-type"].startswith("text/csv")
    assert response.headers["content-disposition"] == 'attachment; filename="pand.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert [r["identificatie"] for r in rows] == PANDEN[:2]
    assert rows[0]["hoogte"] == "9.25"
    assert rows[1]["gebruiksdoelen"] == "winkelfunctie | woonfunctie"
    assert (float(rows[0]["x"]), float(rows[0]["y"])) == (84605.0, 447105.0)
    assert "woz_waarde" not in rows[0]
    assert str(SECRET) not in response.text


def test_a_text_that_a_spreadsheet_would_run_is_quoted() -> None:
    from twin.api.formats import _cell

    assert _cell("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert _cell(-1.5) == -1.5


def test_a_geopackage_holds_the_selection(client: TestClient, tmp_path: Path) -> None:
    for crs, epsg in ((None, 4326), (RD, 28992), (ETRS89, 4258)):
        response = client.get(ITEMS, params={"f": "gpkg", **({"crs": crs} if crs else {})})
        (tmp_path / "x.gpkg").write_bytes(response.content)
        frame = gpd.read_file(tmp_path / "x.gpkg")
        assert frame["identificatie"].tolist() == PANDEN
        assert frame.crs.to_epsg() == epsg
        back = frame if epsg == 28992 else frame.to_crs(28992)
        assert back.geometry.iloc[0].centroid.distance(gpd.points_from_xy([84605], [447105])[0]) < 1
        assert not [c for c in frame.columns if "woz" in c and "buurt" not in c]
        assert frame["hoogte"].iloc[0] == 9.25
        (tmp_path / "x.gpkg").unlink()


def test_files_are_whole_unless_a_limit_is_asked(client: TestClient) -> None:
    path = "/api/collections/wegdeel/items"
    assert len(client.get(f"{path}?f=csv").text.splitlines()) == 26
    assert len(client.get(f"{path}?f=csv&limit=3&sortby=-identificatie").text.splitlines()) == 4


def test_one_object_and_a_selection_come_as_cityjson(sample: TestClient, tmp_path: Path) -> None:
    ids = [
        f["id"] for f in sample.get(f"{ITEMS}?filter=lod='2.2'&limit=30&sortby=-hoogte").json()["features"]
    ]
    one = sample.get(f"{ITEMS}/{ids[0]}?f=cityjson")
    assert one.headers["content-type"] == "application/city+json"
    _require_city(one.json(), ids[:1], tmp_path)
    some = sample.get(
        ITEMS, params={"f": "cityjson", "filter": "lod='2.2'", "limit": "30", "sortby": "-hoogte"}
    )
    _require_city(some.json(), ids, tmp_path)
    roads = sample.get("/api/collections/wegdeel/items?f=cityjson&limit=5").json()
    assert {o["type"] for o in roads["CityObjects"].values()} <= {"Road", "TransportSquare"}


def _require_city(city: Any, ids: list[str], folder: Path) -> None:
    buildings = [i for i, o in city["CityObjects"].items() if o["type"] == "Building"]
    assert sorted(buildings) == sorted(f"NL.IMBAG.Pand.{i}" for i in ids)
    assert city["metadata"]["referenceSystem"].endswith("7415")
    header = {k: v for k, v in city.items() if k not in ("CityObjects", "vertices")} | {
        "CityObjects": {}, "vertices": []
    }  # fmt: skip
    feature = {"type": "CityJSONFeature", "id": buildings[0], "CityObjects": city["CityObjects"],
               "vertices": city["vertices"]}  # fmt: skip
    path = folder / "x.city.jsonl"
    path.write_text(f"{json.dumps(header)}\n{json.dumps(feature)}\n", encoding="utf-8")
    wrong = [f for f in check_sequence(path) if "root" not in f.message and "one object" not in f.message]
    assert not wrong


def test_what_has_no_model_or_too_many_is_told(sample: TestClient) -> None:
    assert sample.get("/api/collections/buurt/items?f=cityjson").status_code == 400
    empty = sample.get(f"{ITEMS}?f=cityjson&lod=9").json()
    assert empty["CityObjects"] == {}


def test_models_do_not_come_from_a_tile_that_is_gone(sample_twin: Path, tmp_path: Path) -> None:
    import shutil

    root = shutil.copytree(sample_twin, tmp_path / "twin")
    for path in Layout(root).sequences():
        path.unlink()
    with TestClient(create_app(root)) as client:
        assert client.get(f"{ITEMS}?f=cityjson&limit=1").status_code == 503


@pytest.mark.parametrize(("crs", "turned"), [(CRS84, False), (ETRS89, True), (WGS84, True)])
def test_degrees_come_in_the_order_of_their_system(client: TestClient, crs: str, turned: bool) -> None:
    response = client.get(f"{ITEMS}/{PANDEN[0]}", params={"crs": crs})
    assert response.headers["content-crs"] == f"<{crs}>"
    x, y = response.json()["geometry"]["coordinates"][0][0]
    lon, lat = (y, x) if turned else (x, y)
    wanted = pyproj.Transformer.from_crs(28992, 4258, always_xy=True).transform(84610, 447100)
    assert (lon, lat) == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("crs", [ETRS89, WGS84])
def test_a_box_comes_in_the_order_of_its_system(client: TestClient, crs: str) -> None:
    lon, lat = client.get(f"{ITEMS}/{PANDEN[0]}").json()["geometry"]["coordinates"][0][0]
    box = f"{lat - 1e-5},{lon - 1e-5},{lat + 1e-5},{lon + 1e-5}"
    found = client.get(ITEMS, params={"bbox": box, "bbox-crs": crs}).json()
    assert [f["id"] for f in found["features"]] == PANDEN[:1]
    assert client.get(ITEMS, params={"bbox": box, "bbox-crs": CRS84}).json()["numberMatched"] == 0


def test_rd_with_nap_has_the_height_of_the_ground_where_it_is_known(client: TestClient) -> None:
    first, second, third = client.get(ITEMS, params={"crs": RDNAP}).json()["features"]
    assert {p[2] for p in first["geometry"]["coordinates"][0]} == {0.5}
    assert {p[2] for p in second["geometry"]["coordinates"][0]} == {-1.25}
    assert len(third["geometry"]["coordinates"][0][0]) == 2


def test_a_client_that_has_the_answer_gets_none(client: TestClient) -> None:
    first = client.get(ITEMS)
    tag, modified = first.headers["etag"], first.headers["last-modified"]
    again = client.get(ITEMS, headers={"if-none-match": f'"ander", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(ITEMS, headers={"if-modified-since": modified}).status_code == 304
    assert (
        client.get(ITEMS, headers={"if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT"}).status_code == 200
    )
    assert client.get(ITEMS, headers={"if-modified-since": "gisteren"}).status_code == 200
    # The tag of one answer is not that of another: other objects, another representation.
    assert client.get(f"{ITEMS}?limit=1", headers={"if-none-match": tag}).status_code == 200
    assert client.get(ITEMS, headers={"if-none-match": tag, "accept": "text/html"}).status_code == 200


def test_faults_and_what_is_of_the_moment_bear_no_tag(client: TestClient) -> None:
    for path in (f"{ITEMS}?nergens=1", f"{ITEMS}/weg", "/api/health", "/api/version"):
        assert "etag" not in client.get(path).headers


def test_another_build_has_another_tag(root: Path, tmp_path: Path) -> None:
    import os
    import shutil

    copy = shutil.copytree(root, tmp_path / "twin")
    with TestClient(create_app(copy)) as client:
        tag = client.get(ITEMS).headers["etag"]
        manifest = Layout(copy).manifest
        os.utime(manifest, ns=(0, manifest.stat().st_mtime_ns + 1_000_000_000))
        assert client.get(ITEMS, headers={"if-none-match": tag}).status_code == 200
