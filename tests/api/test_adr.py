"""The Dutch API design rules (ADR 2.1), those that apply, as their linter and a client would find out.

One is not kept: /core/query-keys asks for lowerCamelCase, and `bbox-crs`, `filter-lang` and `filter-crs` are
what OGC API - Features calls them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from twin.access.settings import AccessSettings, Contact
from twin.api import create_app
from twin.api.headers import origins_of
from twin.errors import SettingsError

OFFICE = Contact(name="Geo", email="geo@example.nl", url="https://www.example.nl/geo")


@pytest.fixture(scope="module")
def office(root: Path, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    folder = tmp_path_factory.mktemp("office")
    access = AccessSettings.model_validate(
        {"server": {"keys": folder / "keys.json"}, "contact": OFFICE.model_dump()}
    )
    return TestClient(create_app(root, access))


@pytest.fixture(scope="module")
def described(office: TestClient) -> dict[str, Any]:
    answer: dict[str, Any] = office.get("/api/openapi.json").json()
    return answer


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_description_is_open_and_says_whom_to_ask(office: TestClient, described: dict[str, Any]) -> None:
    """/core/publish-openapi, /core/doc-openapi, /core/doc-openapi-contact."""
    assert described["openapi"].startswith("3.")
    assert described["info"]["contact"] == OFFICE.model_dump()
    assert re.fullmatch(r"\d+\.\d+\.\d+", described["info"]["version"])
    for address in ("/api/openapi.json", "/api/v1/openapi.json"):
        response = office.get(address, headers={"Origin": "https://elders.example"})
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == "*"


def test_paths_have_no_slash_at_the_end_nor_capitals(office: TestClient, described: dict[str, Any]) -> None:
    """/core/no-trailing-slash, /core/path-segments-kebab-case; of the landing page it is the root."""
    for path in described["paths"]:
        assert re.fullmatch(r"/|(/([a-z][a-z0-9.-]*|\{[a-z_]+\}))+", path), path
    assert office.get("/api/collections/").status_code == 404
    assert office.get("/api/twin/").status_code == 404


def test_standard_methods_only(described: dict[str, Any]) -> None:
    """/core/http-methods, /core/hidden-operations."""
    for path, method, operation in operations(described):
        assert method in ("get", "post", "put", "patch", "delete"), path
        assert operation["summary"], path
        assert not re.search(r"/(get|list|find|do|create|delete|update)[a-z]*$", path), path


@pytest.mark.parametrize(
    "path", ["/api/", "/api/twin", "/api/collections/pand/items", "/api/niets", "/api/openapi.json"]
)
def test_every_answer_has_the_full_version(office: TestClient, described: dict[str, Any], path: str) -> None:
    """/core/version-header, /core/semver."""
    response = office.get(path)
    assert response.headers["API-Version"] == described["info"]["version"]
    other = office.get(path.replace("/api", "/api/v1", 1))
    assert other.status_code == response.status_code
    assert other.headers["API-Version"] == response.headers["API-Version"]


def test_answers_in_the_description_have_it_too_and_faults_are_problems(described: dict[str, Any]) -> None:
    """/core/version-header, /core/error-handling/problem-details."""
    for path, _, operation in operations(described):
        for status, answer in operation["responses"].items():
            if status[0] in "23":
                assert "API-Version" in answer["headers"], path
            if status[0] in "45":
                assert set(answer["content"]) == {"application/problem+json"}, path


def test_the_version_is_in_the_address_that_is_described(
    office: TestClient, described: dict[str, Any]
) -> None:
    """/core/uri-version: the server of the description, under which every path answers."""
    (server,) = described["servers"]
    assert re.search(r"/v\d+$", server["url"])
    for path in ("/", "/twin", "/collections", "/openapi.json"):
        assert office.get(server["url"] + path).status_code == 200


def test_what_may_be_asked_wrongly_tells_of_a_400(described: dict[str, Any]) -> None:
    """/core/error-handling/invalid-input."""
    for path, method, operation in operations(described):
        assert ("400" in operation["responses"]) == (method != "get" or "parameters" in operation), path


def test_an_answer_that_the_client_has_gives_the_version_too(office: TestClient) -> None:
    first = office.get("/api/v1/twin")
    again = office.get("/api/v1/twin", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["API-Version"] == first.headers["API-Version"]


def test_secure_headers_are_there(office: TestClient) -> None:
    """/transport/security-headers."""
    headers = office.get("/api/twin").headers
    for name in ("Cache-Control", "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options"):
        assert name in headers
    assert "Strict-Transport-Security" in office.get("https://testserver/api/twin").headers


def test_only_pages_that_are_named_may_frame_the_viewer(root: Path) -> None:
    def ancestors(framed_by: str) -> str:
        headers = TestClient(create_app(root, framed_by=origins_of(framed_by))).get("/api/twin").headers
        assert ("X-Frame-Options" in headers) == (framed_by == "")
        return next(p for p in headers["Content-Security-Policy"].split("; ") if p.startswith("frame-anc"))

    assert ancestors("") == "frame-ancestors 'self'"
    named = ancestors("https://www.gemeente.nl/, https://*.example.nl:8443")
    assert named == "frame-ancestors 'self' https://www.gemeente.nl https://*.example.nl:8443"


@pytest.mark.parametrize("text", ["*", "www.gemeente.nl", "https://a.nl/pad", "https://a.nl; script-src *"])
def test_what_is_no_origin_may_not_frame(text: str) -> None:
    with pytest.raises(SettingsError, match="no origin"):
        origins_of(text)


def test_parameters_are_of_the_query_and_not_in_the_path_twice(described: dict[str, Any]) -> None:
    """/core/query-keys: lower case, with hyphens or none."""
    for path, _, operation in operations(described):
        names = [p["name"] for p in operation.get("parameters", ())]
        assert len(set(names)) == len(names), path
        assert all(re.fullmatch(r"[a-z][a-z-]*", n) for n in names), path
