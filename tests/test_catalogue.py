"""The catalogue: whole, in both languages, and every table in its types."""

from __future__ import annotations

import datetime
import tomllib
from dataclasses import fields
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest

from twin.catalogue import CATALOGUE, Attribute
from twin.catalogue.catalogue import PANDAS_TYPES
from twin.errors import AttachError
from twin.ground import COLLECTIONS
from twin.settings import SourceKind

by_name = pytest.mark.parametrize("attribute", CATALOGUE.attributes, ids=lambda a: a.name)


@by_name
def test_every_attribute_has_words_in_both_languages(attribute: Attribute) -> None:
    texts = (attribute.nl, attribute.en)
    for text in texts:
        assert 2 <= len(text.label) <= 45, text.label
        assert not text.label[0].islower()
        assert text.description.endswith(".")
        assert len(text.description) > 5
    assert attribute.nl.description != attribute.en.description


@by_name
def test_every_attribute_has_a_known_source_and_collections(attribute: Attribute) -> None:
    assert attribute.source in {*SourceKind, "reconstructie"}
    assert attribute.applies_to
    assert len(set(attribute.applies_to)) == len(attribute.applies_to)
    assert set(attribute.applies_to) <= {
        "pand",
        "verblijfsobject",
        "buurt",
        "bouwverslag",
        "dakvlak",
        *COLLECTIONS,
    }
    assert attribute.name.isidentifier()
    assert attribute.name == attribute.name.lower()


def test_no_attribute_has_a_key_that_is_not_read() -> None:
    content = tomllib.loads(files("twin.catalogue").joinpath("attributes.toml").read_text(encoding="utf-8"))
    known = {f.name for f in fields(Attribute)}
    assert set(content) == {"sets", "attribute"}
    for entry in content["attribute"]:
        assert set(entry) <= known, entry["name"]
        assert set(entry["nl"]) == set(entry["en"]) == {"label", "description"}


def test_names_are_unique_and_every_collection_begins_with_its_id() -> None:
    names = [a.name for a in CATALOGUE.attributes]
    assert len(set(names)) == len(names)
    for collection in ("pand", "verblijfsobject", "buurt", *COLLECTIONS):
        assert CATALOGUE.of(collection)[0].name == "identificatie"


def test_values_of_single_properties_are_not_for_everybody() -> None:
    public = {a.name for a in CATALOGUE.public().attributes}
    woz = {a.name for a in CATALOGUE.attributes if a.source == "woz"}
    assert woz >= {"woz_waarde", "verblijfsobject_woz_waarde"}
    assert not woz & public
    assert all(a.classification == "openbaar" for a in CATALOGUE.public().attributes)
    assert not any(a.tile and a.classification != "openbaar" for a in CATALOGUE.attributes)


def test_looking_up_by_name() -> None:
    assert CATALOGUE["woz_waarde"].unit == "EUR"
    with pytest.raises(KeyError, match="hoogste"):
        CATALOGUE["hoogste"]


def test_a_table_conforms_in_order_types_and_missing_columns() -> None:
    given = pd.DataFrame(
        {
            "adressen": [("Dorpsstraat 1",), np.nan],
            "other": [1, 2],
            "hoogte": [3, None],
            "oorspronkelijk_bouwjaar": [1905.0, None],
            "identificatie": ["0503100000000001", "0503100000000002"],
            "geometrie_geldig": [True, None],
            "woz_peildatum": [datetime.date(2024, 1, 1), None],
        },
        index=[5, 9],
    )
    table = CATALOGUE.conform(given, "pand")
    assert list(table.columns) == [a.name for a in CATALOGUE.of("pand")]
    assert list(table.index) == [5, 9]
    for attribute in CATALOGUE.of("pand"):
        assert str(table[attribute.name].dtype).startswith(PANDAS_TYPES[attribute.type]), attribute.name
    assert table["oorspronkelijk_bouwjaar"].tolist() == [1905, pd.NA]
    assert table["woz_peildatum"].iloc[0] == pd.Timestamp("2024-01-01")
    assert table["adressen"].tolist() == [("Dorpsstraat 1",), None]
    assert table["gebruiksdoel"].isna().all()
    assert table["gebruiksdoelen"].tolist() == [None, None]


def test_an_empty_table_conforms_too() -> None:
    table = CATALOGUE.conform(pd.DataFrame(), "pand")
    assert len(table) == 0
    assert str(table["oorspronkelijk_bouwjaar"].dtype) == "Int64"


@pytest.mark.parametrize("values", [[["a"], None], [np.array(["a"]), float("nan")], [("a",), pd.NA]])
def test_lists_come_as_tuples_whatever_they_were(values: list[Any]) -> None:
    given = pd.DataFrame({"adressen": pd.Series(values, dtype="object")})
    assert CATALOGUE.conform(given, "pand")["adressen"].tolist() == [("a",), None]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("oorspronkelijk_bouwjaar", "rond 1900"),
        ("oorspronkelijk_bouwjaar", 1900.5),
        ("hoogte", "hoog"),
        ("geometrie_geldig", "misschien"),
        ("woz_peildatum", "gisteren"),
        ("adressen", "Dorpsstraat 1"),
        ("adressen", (1, 2)),
    ],
)
def test_a_value_that_does_not_fit_names_object_attribute_and_value(column: str, value: object) -> None:
    given = pd.DataFrame(
        {"identificatie": ["a", "b", "c"], column: pd.Series([None, value, None], dtype="object")}
    )
    with pytest.raises(AttachError, match=rf"pand b: {column}.*type") as caught:
        CATALOGUE.conform(given, "pand")
    assert repr(value) in str(caught.value)
