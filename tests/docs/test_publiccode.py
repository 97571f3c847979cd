"""publiccode.yml by the rules of its standard, version 0.4."""

from __future__ import annotations

import datetime
import tomllib
from typing import Any

import pytest

from tests.docs.pages import REPOSITORY

yaml = pytest.importorskip("yaml", reason="PyYAML reads publiccode.yml")

# Source: yml.publiccode.tools, "The Standard (core)" of version 0.4.
MANDATORY = {
    "publiccodeYmlVersion",
    "name",
    "url",
    "releaseDate",
    "platforms",
    "categories",
    "developmentStatus",
    "softwareType",
    "description",
    "legal",
    "maintenance",
    "localisation",
}
STATUSES = {"concept", "development", "beta", "stable", "obsolete"}
TYPES = {
    *(f"standalone/{kind}" for kind in ("mobile", "iot", "desktop", "web", "backend", "other")),
    "addon",
    "library",
    "configurationFiles",
}


@pytest.fixture(scope="module")
def content() -> Any:
    return yaml.safe_load((REPOSITORY / "publiccode.yml").read_text(encoding="utf-8"))


def test_the_mandatory_keys_hold_what_the_standard_allows(content: Any) -> None:
    assert content.keys() >= MANDATORY
    assert content["publiccodeYmlVersion"] == "0.4"
    assert content["url"].startswith("https://")
    assert isinstance(content["releaseDate"], datetime.date)
    assert content["developmentStatus"] in STATUSES
    assert content["softwareType"] in TYPES
    assert content["platforms"]
    assert content["categories"]
    assert content["maintenance"]["type"] in {"internal", "contract", "community", "none"}
    assert all(contact["name"] for contact in content["maintenance"]["contacts"])
    assert content["localisation"]["localisationReady"] is True


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_is_described_in_every_language_that_it_speaks(content: Any, language: str) -> None:
    assert set(content["description"]) == set(content["localisation"]["availableLanguages"])
    about = content["description"][language]
    assert 0 < len(about["shortDescription"]) <= 150
    assert 150 <= len(about["longDescription"]) <= 10_000
    assert len(about["features"]) >= 1
    assert all(0 < len(feature) <= 100 for feature in about["features"])


def test_the_licence_is_that_of_the_package(content: Any) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert content["legal"]["license"] == project["license"]
    assert content["name"] == project["name"]
