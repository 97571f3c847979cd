"""The twin itself, catalogue, columns, statistics; what is not public; how it is served."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient

import twin
from tests.api.town import PANDEN, SECRET, SOURCES, WEST, pand_frame, unit_frame, write_twin
from twin.api import create_app
from twin.api.data import Twin
from twin.build.looks import looks_of
from twin.catalogue import CATALOGUE
from twin.errors import StoreError
from twin.settings import Theme
from twin.store import Layout, read_manifest


def get(client: TestClient, path: str, **query: Any) -> Any:
    response = client.get(path, params=query or None)
    assert response.status_code == 200, response.text
    return response.json()


def test_about(client: TestClient) -> None:
    about = get(client, "/api/twin")
    assert about["name"] == "Dorp"
    assert about["bbox"] == [84500, 447000, 85500, 448000]
    assert about["center"] == pytest.approx([4.365, 52.009], abs=0.01)
    assert about["counts"] == {"buurt": 2, "pand": 3, "verblijfsobject": 9, "wegdeel": 25}
    assert [s["kind"] for s in about["sources"]] == ["bag", "bgt", "cbs", "energielabel"]
    assert all("files" not in s for s in about["sources"])


def test_a_theme_is_served_with_its_logo(tmp_path: Path) -> None:
    root = write_twin(tmp_path / "twin")
    with TestClient(create_app(root)) as client:
        assert get(client, "/api/twin")["theme"] is None
        assert client.get("/api/logo").status_code == 404
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    picture = tmp_path / "logo.svg"
    picture.write_bytes(svg)
    theme = Theme(organisation="Gemeente Dorp", logo=picture, accent="#00517a")
    replace(read_manifest(Layout(root)), looks=looks_of(theme)).write(Layout(root))
    with TestClient(create_app(root)) as client:
        served = get(client, "/api/twin")["theme"]
        assert served["organisation"] == "Gemeente Dorp"
        assert (served["accent"], served["logo"]) == ("#00517a", "/api/logo")
        answer = client.get("/api/logo")
    assert (answer.content, answer.headers["content-type"]) == (svg, "image/svg+xml")
    assert "default-src 'none'" in answer.headers["content-security-policy"], "its script may not run"


def test_health_and_version(client: TestClient) -> None:
    assert get(client, "/api/health") == {"status": "ok"}
    assert get(client, "/api/version")["version"] == twin.__version__


def test_the_catalogue_has_words_and_licence_of_what_is_there(client: TestClient) -> None:
    entries = {e["name"]: e for e in get(client, "/api/catalogue")}
    assert entries["hoogte"]["unit"] == "m"
    assert entries["hoogte"]["en"]["label"] == "Height above ground"
    assert entries["buurtcode"]["licence"] == "CC0-1.0"
    assert entries["hoogte"]["applies_to"] == ["pand"]


def test_columns_are_whole_and_in_the_order_of_the_ids(client: TestClient) -> None:
    content = get(client, "/api/collections/pand/columns", properties="hoogte,gebruiksdoelen,identificatie")
    assert content == {
        "identificatie": PANDEN,
        "hoogte": [9.25, 3.5, None],
        "gebruiksdoelen": [["woonfunctie"], ["winkelfunctie", "woonfunctie"], None],
    }


def test_columns_of_the_objects_that_meet_a_filter(client: TestClient) -> None:
    path = "/api/collections/pand/columns"
    assert get(client, path, properties="hoogte", filter="hoogte < 5") == {
        "identificatie": [PANDEN[1]],
        "hoogte": [3.5],
    }
    assert get(client, path, properties="hoogte", filter="hoogte > 100")["identificatie"] == []
    asked = {"properties": "hoogte", "filter": "woz_waarde > 1"}
    assert client.get(path, params=asked).status_code == 400, "a filter tells of what may not be seen"


# ---- statistics, against pandas


def test_statistics_of_numbers_agree_with_pandas(client: TestClient) -> None:
    frame = unit_frame()[0]
    content = get(
        client, "/api/collections/verblijfsobject/statistics", property="oppervlakte", by="woonplaatsnaam"
    )
    assert (content["unit"], content["by"]) == ("m2", "woonplaatsnaam")
    grouped = frame.groupby("woonplaatsnaam")["oppervlakte"]
    assert [g["group"] for g in content["groups"]] == list(grouped.groups)
    for group in content["groups"]:
        own = grouped.get_group(group["group"])
        assert (group["count"], group["missing"]) == (len(own), 0)
        for name in ("min", "max", "mean", "median"):
            assert group[name] == pytest.approx(getattr(own, name)(), abs=1e-4)


def test_statistics_in_all_count_what_is_missing(client: TestClient) -> None:
    (group,) = get(client, "/api/collections/pand/statistics", property="oorspronkelijk_bouwjaar")["groups"]
    assert group == {"group": None, "label": None, "count": 3, "missing": 1, "min": 1905, "max": 1950,
                     "mean": 1927.5, "median": 1927.5}  # fmt: skip


def test_statistics_of_text_count_values_per_buurt_with_its_name(client: TestClient) -> None:
    content = get(client, "/api/collections/pand/statistics", property="energielabel", by="buurtcode")
    assert content["groups"] == [
        {"group": WEST, "label": "Binnenstad", "count": 1, "missing": 0, "counts": {"A": 1}},
        {"group": "BU05030002", "label": "Hof van 's-Heer", "count": 1, "missing": 0, "counts": {"G": 1}},
        {"group": None, "label": None, "count": 1, "missing": 1, "counts": {}},
    ]


@pytest.mark.parametrize("collection", ["pand", "verblijfsobject", "buurt", "wegdeel"])
def test_every_attribute_has_statistics_or_says_why_not(client: TestClient, collection: str) -> None:
    names = client.get(f"/api/collections/{collection}/queryables").json()["properties"]
    for name in set(names) - {"geometry"}:
        response = client.get(
            f"/api/collections/{collection}/statistics", params={"property": name, "by": "buurtcode"}
        )
        assert response.status_code == (400 if CATALOGUE[name].type == "list" else 200), response.text
        if response.status_code == 200:
            for group in response.json()["groups"]:
                assert "mean" in group or group["count"] == group["missing"] + sum(group["counts"].values())


def test_values_of_booleans_and_times_are_written_as_items_write_them(client: TestClient) -> None:
    (group,) = get(client, "/api/collections/pand/statistics", property="geometrie_geldig")["groups"]
    assert group["counts"] == {"true": 1, "false": 1}
    (group,) = get(client, "/api/collections/pand/statistics", property="tijdstip_registratie")["groups"]
    assert set(group["counts"]) == {"2020-01-02T03:04:05", "2021-01-01T00:00:00"}


# ---- what is not for everybody


def everything(client: TestClient) -> dict[str, str]:
    """The text of every answer that mentions attributes."""
    paths = [
        "/api/twin",
        "/api/catalogue",
        "/api/collections",
        "/api/openapi.json",
        "/api/search?q=voorstraat",
    ]
    for name in client.get("/api/twin").json()["counts"]:
        base = f"/api/collections/{name}"
        first = client.get(f"{base}/items?limit=1").json()["features"][0]["id"]
        paths += [base, f"{base}/items", f"{base}/items/{first}", f"{base}/queryables"]
    return {path: client.get(path).text for path in paths}


def test_values_of_single_properties_appear_nowhere(client: TestClient) -> None:
    for path, text in everything(client).items():
        assert str(SECRET) not in text, path
        assert not re.search(r"(?<!gemiddelde_)woz_(waarde|peildatum)", text), path


@pytest.mark.parametrize(
    "path",
    [
        "items?properties=woz_waarde",
        f"items?woz_waarde={SECRET}",
        "columns?properties=woz_waarde",
        "columns?properties=lod,woz_waarde",
        "statistics?property=woz_waarde",
        "statistics?property=lod&by=woz_waarde",
        "statistics?property=lod&by=woz_peildatum",
    ],
)
def test_asking_for_them_is_as_asking_for_what_does_not_exist(client: TestClient, path: str) -> None:
    def told(text: str) -> str:
        response = client.get(f"/api/collections/pand/{text}")
        assert response.status_code == 400
        return str(response.json()["detail"])

    other = re.sub(r"woz_\w+", "onbekend", path)
    assert re.sub(r"\bwoz_(waarde|peildatum)\b", "onbekend", told(path)) == told(other)


def test_a_source_that_the_settings_keep_inside_stays_inside(tmp_path: Path) -> None:
    kept = [{**s, "classification": "vertrouwelijk"} if s["kind"] == "energielabel" else s for s in SOURCES]
    client = TestClient(create_app(write_twin(tmp_path, kept)))
    for path, text in everything(client).items():
        assert "energielabel" not in text, path
    assert client.get("/api/collections/pand/columns?properties=energielabel").status_code == 400


def test_ids_stay_even_if_their_register_is_kept_inside(tmp_path: Path) -> None:
    kept = [{**s, "classification": "intern"} if s["kind"] == "bag" else s for s in SOURCES]
    client = TestClient(create_app(write_twin(tmp_path, kept)))
    first = client.get("/api/collections/pand/items").json()["features"][0]["properties"]
    assert first["identificatie"] == PANDEN[0]
    assert "oorspronkelijk_bouwjaar" not in first
    assert client.get("/api/search?q=voorstraat").json()["results"] == []


# ---- serving


def test_large_answers_are_compressed_and_small_ones_are_not(client: TestClient) -> None:
    large = client.get("/api/collections/wegdeel/items", headers={"Accept-Encoding": "gzip"})
    assert large.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/api/health", headers={"Accept-Encoding": "gzip"}).headers


@pytest.mark.parametrize("path", ["/api/twin", "/api/collections/none", "/3dtiles/tileset.json", "/"])
def test_every_answer_has_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "http:" not in policy


def test_the_tiles_are_served(client: TestClient) -> None:
    assert get(client, "/3dtiles/tileset.json") == {"asset": {"version": "1.1"}}


def test_without_a_viewer_the_first_page_says_where_the_api_is(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twin.api.app.files", lambda _: tmp_path)
    client = TestClient(create_app(root))
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<a href='/api/'>" in page.text
    assert client.get("/api").status_code == 200


def test_with_a_viewer_it_is_served_and_the_api_stays(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "index.html").write_text("<!doctype html><title>viewer</title>")
    monkeypatch.setattr("twin.api.app.files", lambda _: tmp_path)
    client = TestClient(create_app(root))
    assert "viewer" in client.get("/").text
    assert client.get("/api").json()["title"] == "Gemeentetwin"
    assert client.get("/nothing").headers["content-type"] == "application/problem+json"


def test_openapi_documents_every_route(client: TestClient) -> None:
    document = get(client, "/api/openapi.json")
    app: Any = client.app
    served = {path for path in _paths(app.routes) if path.startswith("/api/") and path != "/api/openapi.json"}
    assert document["servers"][0]["url"] == "/api/v1"
    assert served == {f"/api{path}" for path in document["paths"]}
    for path, methods in document["paths"].items():
        assert list(methods) == ["get"] or path.startswith("/scenarios"), path
        for told in methods.values():
            assert told["summary"], path
            assert told["description"], path
            assert "application/problem+json" in told["responses"]["4XX"]["content"], path
            assert "422" not in told["responses"], path
            for parameter in told.get("parameters", []):
                assert parameter["in"] == "path" or parameter["name"] == "limit" or parameter["description"]
    items = document["paths"]["/collections/{collection}/items"]["get"]
    assert list(items["responses"]["200"]["content"]) == [
        "application/geo+json",
        "text/html",
        "text/csv",
        "application/geopackage+sqlite3",
        "application/city+json",
        "model/gltf-binary",
    ]
    (where,) = [p for p in items["parameters"] if p["in"] == "path"]
    assert where["schema"]["enum"] == ["buurt", "pand", "verblijfsobject", "wegdeel"]


def _paths(routes: Any) -> set[str]:
    found = set()
    for route in routes:
        found.add(getattr(route, "path", ""))
        router = getattr(route, "original_router", None)
        if router is not None:
            prefix = getattr(getattr(route, "include_context", None), "prefix", "")
            found |= {prefix + path for path in _paths(router.routes)}
    return found


def test_a_fault_of_ours_tells_nothing_of_the_inside(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret path /home/x")

    monkeypatch.setattr(Twin, "query", fail)
    response = TestClient(create_app(root), raise_server_exceptions=False).get("/api/health")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text


# ---- builds come and go


def test_no_twin_no_application(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no twin here"):
        create_app(tmp_path)


def test_a_new_build_is_picked_up(tmp_path: Path) -> None:
    root = write_twin(tmp_path)
    client = TestClient(create_app(root))
    assert get(client, "/api/twin")["name"] == "Dorp"
    assert get(client, "/api/search", q="voorstraat 12")["results"]
    for path in Layout(root).tables("verblijfsobject"):
        path.unlink()
    time.sleep(0.01)
    replace(read_manifest(Layout(root)), name="Stad").write(Layout(root))
    about = get(client, "/api/twin")
    assert about["name"] == "Stad"
    assert "verblijfsobject" not in about["counts"]
    assert get(client, "/api/search", q="voorstraat 12")["results"] == []


def test_a_build_that_is_going_on_takes_nothing_away(tmp_path: Path) -> None:
    """All that was there when the server began stays as it was, asked for before or not."""
    root = write_twin(tmp_path)
    client = TestClient(create_app(root))
    paths = [f"/api/collections/{c}/items" for c in ("wegdeel", "pand")]
    roads = get(client, paths[0])
    expected = get(TestClient(create_app(root)), paths[1])["features"]
    for collection in ("pand", "wegdeel"):
        for path in Layout(root).tables(collection):
            path.unlink()
    assert get(client, paths[0]) == roads
    assert get(client, paths[1])["features"] == expected


def test_sixteen_threads_get_the_answers_that_one_gets(tmp_path: Path) -> None:
    client = TestClient(create_app(write_twin(tmp_path)))
    asked = [
        *(f"/api/collections/wegdeel/items?limit=1&after=G0503.{i:04d}" for i in range(24)),
        *(f"/api/collections/pand/items/{p}" for p in PANDEN),
        "/api/search?q=voorstraat 12",
        "/api/collections/pand/statistics?property=hoogte&by=buurtcode",
        "/api/collections/pand/items?bbox=4.0,51.9,4.7,52.1",
    ] * 4
    # The first answers of all come at once, when nothing has been read or derived yet.
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(lambda path: client.get(path).json(), asked))
    alone = TestClient(create_app(tmp_path))
    expected = {path: alone.get(path).json() for path in set(asked)}
    assert all(found == expected[path] for path, found in zip(asked, together, strict=True))


def test_a_twin_of_the_bgt_alone(tmp_path: Path) -> None:
    client = TestClient(create_app(write_twin(tmp_path, only=("wegdeel",))))
    assert get(client, "/api/twin")["counts"] == {"wegdeel": 25}
    assert get(client, "/api/search", q="voorstraat")["results"] == []
    assert get(client, "/api/search", q="G0503.0001")["results"][0]["collection"] == "wegdeel"


def test_the_tables_hold_what_the_tests_keep_secret(root: Path) -> None:
    """Or else the tests above would prove nothing."""
    layout = Layout(root)
    apart = pd.concat(pd.read_parquet(p, columns=["woz_waarde"]) for p in layout.restricted_tables("pand"))
    assert apart["woz_waarde"].tolist() == pand_frame()[0]["woz_waarde"].tolist()
    assert all("woz_waarde" not in pd.read_parquet(p) for p in layout.tables("pand"))
