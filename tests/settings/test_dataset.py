"""``[[dataset]]``: what can't be joined or may not be shown is refused before anything is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from twin.errors import SettingsError
from twin.settings import Dataset, load

AREA = '[twin]\nname = "X"\n[[source]]\nkind = "bag"\npath = "bag.zip"\n'
TABLE = '[[dataset]]\nname = "{}"\npath = "p.csv"\nby = "pand"\nkey = "k"\nlicence = "CC0-1.0"\n'
ATTRIBUTE = '[[dataset.attribute]]\nname = "{}"\nnl = {{ label = "A" }}\n'


def made(attribute: dict[str, Any] | None = None, **changes: Any) -> Dataset:
    content: dict[str, Any] = {"name": "proef", "path": "p.csv", "by": "pand", "key": "k", "licence": "x"}
    content["attribute"] = [{"name": "waarde", "nl": {"label": "Waarde"}} | (attribute or {})]
    content |= changes
    return Dataset.model_validate({k: v for k, v in content.items() if v is not None})


def refused(attribute: dict[str, Any] | None = None, **changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        made(attribute, **changes)
    return str(caught.value)


@pytest.mark.parametrize(
    ("attribute", "changes", "said"),
    [
        ({}, {"by": "adres"}, "2 to 4 column"),
        ({}, {"key": None}, "needs 1 column"),
        ({}, {"by": "contains"}, "leave key out"),
        ({}, {"by": "nearest", "key": None}, "nearest and within go together"),
        ({}, {"within": 5}, "nearest and within go together"),
        ({}, {"by": "buurt"}, "year goes with"),
        ({}, {"year": 2024}, "year goes with"),
        ({}, {"to": "wegdeel"}, "can't join wegdeel"),
        ({}, {"by": "postcode", "to": "buurt"}, "several buurten"),
        ({}, {"by": "lokaalid", "to": "verblijfsobject"}, "an object of the BGT"),
        ({}, {"name": "bag"}, "name of a register"),
        ({"aggregate": "sum", "type": "string"}, {}, "for type integer or number"),
        ({"aggregate": "max", "type": "string"}, {}, "for numbers and dates"),
        ({"aggregate": "share"}, {}, "share and equals go together"),
        ({"equals": "x"}, {}, "share and equals go together"),
        ({"aggregate": "count", "column": "x"}, {}, "leave column out"),
        ({"name": "hoogte"}, {}, "attribute of the catalogue already"),
        ({"name": "bbox"}, {}, "means something else"),
        ({"name": 'x"; drop'}, {}, "String should match pattern"),
    ],
)
def test_joins_that_can_not_be_made_are_refused(attribute: Any, changes: Any, said: str) -> None:
    assert said in refused(attribute, **changes)


OPEN = {"classification": "openbaar"}


@pytest.mark.parametrize(
    ("attribute", "changes", "said"),
    [
        ({"column": "WOZ-waarde"}, {}, "WOZ values per object may not be public"),
        ({"column": "WOZ-waarde", "personal": False}, {}, "WOZ values per object may not be public"),
        ({"column": "naam_eigenaar"}, {}, "personal = false"),
        ({"personal": True}, {}, "personal data per object"),
        (OPEN, {"classification": "intern"}, "Only a figure of a buurt"),
        (OPEN | {"aggregate": "max"}, {"classification": "intern", "to": "buurt"}, "single record"),
        (OPEN, {"classification": "intern", "to": "buurt"}, "single record"),
        (
            OPEN | {"aggregate": "mean"},
            {"classification": "intern", "to": "buurt", "by": "buurt", "year": 2024},
            "records of single objects",
        ),
        ({"column": "woz", "aggregate": "mode"}, {"to": "buurt"}, "single record"),
        ({}, {"minimum": 1}, "greater than or equal to 2"),
    ],
)
def test_secrets_are_kept(attribute: Any, changes: Any, said: str) -> None:
    assert said in refused(attribute, **changes)


def test_a_name_that_only_looks_personal_may_be_public_if_somebody_says_so() -> None:
    dataset = made({"column": "schoolnaam", "type": "string", "personal": False})
    assert not dataset.attribute[0].sensitive
    assert not dataset.guarded(dataset.attribute[0])


def test_a_public_figure_of_woz_is_guarded_whatever_the_file_is_called() -> None:
    dataset = made({"column": "vastgesteldeWaarde", "aggregate": "mean"}, to="buurt")
    assert dataset.guarded(dataset.attribute[0])


def test_paths_are_seen_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "twin.toml"
    path.write_text(AREA + TABLE.format("een") + ATTRIBUTE.format("a_een"), encoding="utf-8")
    assert load(path).dataset[0].path == tmp_path / "p.csv"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (ATTRIBUTE.format("a_twee") + "soort = 1\n", 24, "unknown key"),
        (ATTRIBUTE.format("a_twee") + ATTRIBUTE.format("a_drie") + 'type = "tekst"\n', 27, "type"),
        (ATTRIBUTE.format("a_een"), 6, "two attributes have the name a_een"),
    ],
)
def test_errors_name_the_line_of_the_right_data_set(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = tmp_path / "twin.toml"
    first = TABLE.format("een") + ATTRIBUTE.format("a_een")
    path.write_text(AREA + first + TABLE.format("twee") + text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said) as caught:
        load(path)
    assert f"twin.toml:{line}:" in str(caught.value)


def test_single_brackets_are_explained(tmp_path: Path) -> None:
    path = tmp_path / "twin.toml"
    path.write_text(AREA + TABLE.format("een").replace("[[dataset]]", "[dataset]"), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"write \[\[dataset\]\]"):
        load(path)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("ftp://bron.nl/a.csv", "begins with https://"),
        ("https:///a.csv", "begins with https://"),
        ("https://jan:geheim@bron.nl/a.csv", "no user or password"),
    ],
)
def test_an_address_is_of_the_web_and_holds_no_password(path: str, told: str) -> None:
    assert told in refused(path=path)
    assert made(path="https://bron.nl/a.csv?x=1").address == "https://bron.nl/a.csv?x=1"
    assert made(path="bron/a.csv").address is None
