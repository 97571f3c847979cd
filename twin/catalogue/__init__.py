"""The one catalogue of attributes; CityJSON, tiles, API, viewer and docs all read it."""

from twin.catalogue.catalogue import (
    CATALOGUE,
    STRICTNESS,
    Attribute,
    Catalogue,
    Classification,
    Text,
    attributes_from_json,
)

__all__ = [
    "CATALOGUE",
    "STRICTNESS",
    "Attribute",
    "Catalogue",
    "Classification",
    "Text",
    "attributes_from_json",
]
