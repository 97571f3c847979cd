"""The page on the API names every path and parameter that there is, and no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import code_words, page, rows
from twin.api import create_app

TEXT = page("developers/api.md")


@pytest.fixture(scope="module")
def openapi(sample_twin: Path) -> dict[str, Any]:
    return create_app(sample_twin).openapi()


def test_every_path_is_told(openapi: dict[str, Any]) -> None:
    documented = {cells[0].strip("`") for cells in rows(TEXT)}
    assert documented == {f"/api{path}" for path in openapi["paths"]}


def test_every_parameter_is_told_with_its_path(openapi: dict[str, Any]) -> None:
    documented = {r[0].strip("`"): code_words(r[1]) for r in rows(TEXT) if len(r) == 3}
    for path, methods in openapi["paths"].items():
        assert set(methods) == {"get"} or path.startswith("/scenarios"), f"{path} does more than read"
        parameters = [p for operation in methods.values() for p in operation.get("parameters", ())]
        names = {p["name"] for p in parameters if p["in"] == "query"}
        assert documented.get(f"/api{path}", set()) == names, path


def test_error_statuses_that_are_told_are_those_of_the_table() -> None:
    from twin.errors import HTTP_STATUSES

    for status in set(HTTP_STATUSES.values()) - {500}:
        assert str(status) in TEXT
