"""The one catalogue of attributes; CityJSON, tiles, API, viewer and docs all read it."""

from twin.catalogue.catalogue import CATALOGUE, Attribute, Catalogue, Text, attributes_from_json

__all__ = ["CATALOGUE", "Attribute", "Catalogue", "Text", "attributes_from_json"]
