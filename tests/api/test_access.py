"""One server for everybody and for staff: each gets their own, and no cache or log mixes them."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.access.provider import Provider, provider, settings
from tests.api.town import PANDEN, SECRET, write_twin
from twin.access.keys import KeyStore
from twin.api import create_app
from twin.api.dependencies import MayWrite

HERE = "http://127.0.0.1"
DATA = (
    "/api/collections/pand/items",
    "/api/collections/pand/items?f=csv",
    "/api/collections/pand/items?f=html",
    "/api/collections/pand/items?f=gpkg",
    f"/api/collections/pand/items/{PANDEN[0]}",
    "/api/collections/pand/items?filter=woz_waarde > 1",
    "/api/collections/pand/items?woz_waarde=987654",
    "/api/collections/pand/items?sortby=-woz_waarde",
    "/api/collections/pand/columns?properties=woz_waarde",
    "/api/collections/pand/statistics?property=woz_waarde&by=buurtcode",
    "/api/collections/pand/histogram?property=woz_waarde",
    "/api/collections/pand/histogram?property=hoogte&filter=woz_waarde > 1",
    "/api/collections/pand/values?property=woz_waarde",
)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Provider]:
    with provider() as made:
        yield made


class Served:
    """A server with access, its audit file, and a key of each kind."""

    def __init__(self, issuer: Provider, folder: Path, **server: Any) -> None:
        folder.mkdir(exist_ok=True)
        self.settings = settings(issuer.issuer, folder, **server)
        store = KeyStore(self.settings.server.keys)
        self.keys = {r: store.make(r, [r])[1] for r in ("openbaar", "intern", "vertrouwelijk", "planner")}
        self.audit = folder / "audit.jsonl"
        self.app: FastAPI = create_app(write_twin(folder / "twin"), self.settings)

        @self.app.post("/api/keep")
        async def keep(who: MayWrite) -> dict[str, Any]:
            return {"subject": who.subject}

        self.app.router.routes.insert(0, self.app.router.routes.pop())
        self.client = TestClient(self.app, base_url=HERE)

    def get(self, path: str, key: str | None = None, **headers: str) -> Any:
        shown = {"X-API-Key": self.keys[key]} if key else {}
        return self.client.get(path, headers=shown | headers)

    def audited(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.audit.read_text().splitlines()]


@pytest.fixture(scope="module")
def served(issuer: Provider, tmp_path_factory: pytest.TempPathFactory) -> Served:
    return Served(issuer, tmp_path_factory.mktemp("served"))


def holds_secret(response: Any) -> bool:
    content: bytes = response.content
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise AssertionError("not expected here")
    # A GeoPackage keeps an integer as bytes.
    return str(SECRET).encode() in content or SECRET.to_bytes(3, "big") in content


@pytest.mark.parametrize("path", DATA)
def test_staff_see_what_others_do_not(served: Served, path: str) -> None:
    staff = served.get(path, "intern")
    assert staff.status_code == 200, staff.text
    assert staff.headers["Cache-Control"] == "private, no-cache"
    if "property=hoogte" not in path:
        assert holds_secret(staff)
    for key in (None, "openbaar", "planner"):
        other = served.get(path, key)
        assert not holds_secret(other) or other.status_code == 400  # the filter itself, in the message
        assert other.status_code == (400 if "woz" in path else 200)
        assert "Authorization" in other.headers["Vary"]
        assert "X-API-Key" in other.headers["Vary"]


def test_catalogue_and_queryables_follow_the_audience(served: Served) -> None:
    for path in ("/api/catalogue", "/api/collections/pand/queryables"):
        assert '"woz_waarde"' in served.get(path, "intern").text
        assert '"woz_waarde"' not in served.get(path).text
    kinds = {s["kind"] for s in served.get("/api/twin", "intern").json()["sources"]}
    assert "woz" in kinds
    assert "woz" not in {s["kind"] for s in served.get("/api/twin").json()["sources"]}


def test_an_answer_for_one_is_never_taken_for_the_other(served: Served) -> None:
    path = DATA[0]
    tags = [served.get(path, key).headers["ETag"] for key in ("intern", None, "vertrouwelijk")]
    assert len(set(tags)) == 3
    for other in (None, "openbaar", "vertrouwelijk"):
        assert served.get(path, other, **{"If-None-Match": tags[0]}).status_code == 200
    again = served.get(path, "intern", **{"If-None-Match": tags[0]})
    assert again.status_code == 304
    assert "X-API-Key" in again.headers["Vary"]
    assert again.headers["Cache-Control"] == "private, no-cache"


def test_a_token_does_what_a_key_does(served: Served, issuer: Provider) -> None:
    for header in (f"Bearer {issuer.token()}", f"Bearer {served.keys['intern']}"):
        assert holds_secret(served.get(DATA[0], Authorization=header))
    who = served.get("/api/access", Authorization=f"Bearer {issuer.token()}").json()
    assert (who["clearance"], who["planner"]) == ("intern", False)
    assert who["subject"].startswith("sub:")
    assert "jansen" not in json.dumps(who).lower()
    assert served.get("/api/access").json()["providers"][0]["client"] == "viewer"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer x.y.z"},
        {"Authorization": "Basic abc"},
        {"X-API-Key": "twin_00000000_x"},
        {"X-API-Key": ""},
        {"Authorization": "Bearer \xff\xfe"},
    ],
)
def test_what_is_not_trusted_is_a_401_everywhere(served: Served, headers: dict[str, str]) -> None:
    for path in (*DATA[:2], "/api/twin", "/api/access", "/api/niets", "/api/openapi.json"):
        response = served.client.get(path, headers={k: v.encode("latin-1") for k, v in headers.items()})
        assert response.status_code == 401, path
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["www-authenticate"].startswith("Bearer ")
        assert response.json()["title"] == "UnauthorizedError"


def test_expired_and_foreign_tokens_are_problems(served: Served, issuer: Provider) -> None:
    for token in (
        issuer.token(exp=int(time.time()) - 5),
        issuer.token(aud="elders"),
        issuer.token("first") + "x",
    ):
        response = served.get(DATA[0], Authorization=f"Bearer {token}")
        assert response.status_code == 401
        assert not holds_secret(response)


def test_the_record_tells_who_read_what_and_nothing_of_persons(served: Served, issuer: Provider) -> None:
    before = len(served.audited())
    served.get(f"/api/collections/pand/items/{PANDEN[0]}")  # anybody: not recorded
    served.get("/api/collections/pand/items?properties=hoogte", "intern")  # public only: not recorded
    served.get("/api/collections/wegdeel/items", "intern")
    served.get(DATA[5], "openbaar")
    assert len(served.audited()) == before
    served.get(f"/api/collections/pand/items/{PANDEN[0]}", "intern")
    served.get("/api/collections/pand/items?properties=hoogte&filter=woz_waarde > 1", "intern")
    served.get("/api/collections/verblijfsobject/items?f=csv", Authorization=f"Bearer {issuer.token()}")
    served.get("/api/collections/pand/histogram?property=woz_waarde", "vertrouwelijk")
    lines = served.audited()[before:]
    assert [(x["route"], x["collection"], x["attributes"], x["count"]) for x in lines] == [
        ("/api/collections/{collection}/items/{item}", "pand", ["woz_peildatum", "woz_waarde"], 1),
        ("/api/collections/{collection}/items", "pand", ["woz_waarde"], 3),
        ("/api/collections/{collection}/items", "verblijfsobject", ["verblijfsobject_woz_waarde"], 9),
        ("/api/collections/{collection}/histogram", "pand", ["woz_waarde"], 3),
    ]
    assert {x["subject"].split(":")[0] for x in lines} == {"key", "sub"}
    text = served.audit.read_text()
    assert not [word for word in (*PANDEN, str(SECRET), "ansen", "127.0.0.1", "testclient") if word in text]
    assert served.audit.stat().st_mode & 0o077 == 0


def test_saving_is_for_planners(served: Served, issuer: Provider) -> None:
    def keep(**headers: str) -> int:
        return int(served.client.post("/api/keep", headers=headers).status_code)

    assert keep() == 401
    assert keep(**{"X-API-Key": served.keys["vertrouwelijk"]}) == 403
    assert keep(**{"X-API-Key": served.keys["planner"]}) == 200
    assert keep(Authorization=f"Bearer {issuer.token(roles=['ontwerper'])}") == 200
    assert keep(Authorization=f"Bearer {issuer.token(aud='elders', roles=['ontwerper'])}") == 401
    told = {k: served.get("/api/access", k).json()["saves"] for k in (None, "vertrouwelijk", "planner")}
    assert told == {None: False, "vertrouwelijk": False, "planner": True}


@pytest.mark.parametrize(
    ("loopback", "base", "headers", "status"),
    [
        (True, HERE, {}, 200),
        (True, "http://localhost:8000", {"Origin": "http://localhost:8000"}, 200),
        (False, HERE, {}, 403),
        (True, HERE, {"Origin": "https://elders.example"}, 403),
        (True, "http://elders.example", {"Origin": "http://elders.example"}, 403),
        (True, HERE, {"X-Forwarded-For": "192.0.2.1"}, 403),
        (True, HERE, {"X-API-Key": "twin_x"}, 401),
    ],
)
def test_without_accounts_only_this_machine_saves(
    root: Path, loopback: bool, base: str, headers: dict[str, str], status: int
) -> None:
    app = create_app(root, loopback=loopback)

    @app.post("/api/keep")
    async def keep(who: MayWrite) -> bool:
        return who.anonymous

    app.router.routes.insert(0, app.router.routes.pop())
    client = TestClient(app, base_url=base)
    assert client.post("/api/keep", headers=headers).status_code == status
    told = client.get("/api/access", headers=headers)
    assert told.status_code == 401 if status == 401 else told.json()["saves"] is (status == 200)


def test_who_asks_too_fast_is_told_when_to_come_back(issuer: Provider, tmp_path: Path) -> None:
    served = Served(issuer, tmp_path / "slow", rate=0.5, burst=3)
    answers = [served.get("/api/version") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 2
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert served.get("/api/version", "intern").status_code == 200, "another client"
    assert served.get("/3dtiles/tileset.json").status_code == 200, "a viewer asks for many tiles"


def test_guessing_keys_goes_at_the_rate_of_the_anonymous(issuer: Provider, tmp_path: Path) -> None:
    served = Served(issuer, tmp_path / "slow", rate=0.1, burst=3)
    shown = [served.get("/api/version", **{"X-API-Key": f"twin_{n}"}).status_code for n in range(5)]
    assert shown == [401, 401, 401, 429, 429]


def test_other_sites_may_use_it_where_that_is_configured(issuer: Provider, tmp_path: Path) -> None:
    served = Served(issuer, tmp_path / "cors", origins=["https://kaart.example"])
    asked = {"Origin": "https://kaart.example", "Access-Control-Request-Method": "GET",
             "Access-Control-Request-Headers": "x-api-key"}  # fmt: skip
    flight = served.client.options("/api/twin", headers=asked)
    assert flight.status_code == 200
    assert flight.headers["access-control-allow-origin"] == "https://kaart.example"
    assert served.get("/api/twin", Origin="https://kaart.example").headers["access-control-allow-origin"]
    other = served.get("/api/twin", Origin="https://elders.example")
    assert "access-control-allow-origin" not in other.headers
    # A refusal can be read by that site as well.
    refused = served.get("/api/twin", Origin="https://kaart.example", Authorization="Bearer x")
    assert refused.headers["access-control-allow-origin"] == "https://kaart.example"


def test_headers_keep_a_browser_safe(served: Served) -> None:
    for path in ("/", "/api/twin", "/api/niets", "/3dtiles/tileset.json"):
        headers = served.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "'unsafe-eval'" not in headers["Content-Security-Policy"].replace("'wasm-unsafe-eval'", "")
        assert served.settings.provider[0].issuer in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/api/", "/api/twin", DATA[0], DATA[1], DATA[4], "/api/openapi.json"])
def test_head_says_what_get_says(served: Served, path: str) -> None:
    get, head = served.get(path), served.client.head(path)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]
    assert head.headers.get("etag") == get.headers.get("etag")


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_answers_are_compressed(served: Served, encoding: str) -> None:
    response = served.get("/api/catalogue", **{"Accept-Encoding": encoding})
    assert response.headers["content-encoding"] == encoding
    assert {"Accept", "Accept-Encoding"} <= {v.strip() for v in response.headers["Vary"].split(",")}
    assert response.json() == served.get("/api/catalogue", **{"Accept-Encoding": "identity"}).json()
