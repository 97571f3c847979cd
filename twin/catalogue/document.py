"""The attribute catalogue as pages to read: Dutch for users, English for developers.

``python -m twin.catalogue.document`` writes both pages; a test fails when they differ from the catalogue.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Literal

from twin.catalogue.catalogue import CATALOGUE, SETS, Attribute, Kind

Language = Literal["nl", "en"]
PAGES: dict[Language, str] = {"nl": "docs/nl/attributen.md", "en": "docs/developers/attributes.md"}

_TITLES = {"nl": "Attributen", "en": "Attributes"}
_INTRODUCTIONS = {
    "nl": (
        "Alle gegevens die een object kan hebben. De namen zijn overal dezelfde: in de tabellen, in "
        "CityJSON, in de API en in de viewer. Datum en licentie van een waarde zijn die van haar bron in "
        "`twin.toml`. Wat *intern* is, geeft de API alleen aan [wie het mag zien](toegang.md). "
        "Deze pagina wordt gemaakt uit `twin/catalogue/attributes.toml`."
    ),
    "en": (
        "Everything that an object can have. The names are the same everywhere: in the tables, in CityJSON, "
        "in the API and in the viewer. Date and licence of a value are those of its source in `twin.toml`. "
        "What is *intern* the API gives to staff only. This page is generated from "
        "`twin/catalogue/attributes.toml` by `python -m twin.catalogue.document`; don't edit it."
    ),
}
_HEADS = {
    "nl": ("Naam", "Opschrift", "Soort", "Bron", "Omschrijving"),
    "en": ("Name", "Label", "Type", "Source", "Description"),
}
_APPLIES = {"nl": "Van", "en": "Of"}
_KINDS: dict[Language, dict[Kind, str]] = {
    "nl": {
        "integer": "geheel getal",
        "number": "getal",
        "string": "tekst",
        "boolean": "ja/nee",
        "date": "datum",
        "datetime": "tijdstip",
        "list": "lijst",
    },
    "en": {
        "integer": "integer",
        "number": "number",
        "string": "string",
        "boolean": "boolean",
        "date": "date",
        "datetime": "datetime",
        "list": "list of strings",
    },
}
_GROUPS = {
    "nl": {
        "algemeen": "Algemeen",
        "pand": "Pand",
        "adres": "Adres",
        "energie": "Energie",
        "waarde": "Waarde",
        "gebied": "Gebied",
        "buurt": "Cijfers van de buurt",
        "maten": "Maten",
        "schil": "Schil",
        "zon": "Zon",
        "kwaliteit": "Kwaliteit van het 3D-model",
        "verblijfsobject": "Verblijfsobject",
        "topografie": "Topografie",
    },
    "en": {
        "algemeen": "General",
        "pand": "Building (pand)",
        "adres": "Address",
        "energie": "Energy",
        "waarde": "Value",
        "gebied": "Area",
        "buurt": "Figures of the neighbourhood (buurt)",
        "maten": "Measures",
        "schil": "Envelope",
        "zon": "Sun",
        "kwaliteit": "Quality of the 3D model",
        "verblijfsobject": "Unit (verblijfsobject)",
        "topografie": "Topography",
    },
}
_SETS = {
    "vlakken": {"nl": "oppervlakken en scheidingen van de BGT", "en": "surfaces and barriers of the BGT"},
    "constructies": {
        "nl": "scheidingen, kunstwerken, bouwwerken en bruggen van de BGT",
        "en": "barriers, engineering works, structures and bridges of the BGT",
    },
    "bomen": {"nl": "bomen", "en": "trees"},
    "inrichting": {"nl": "inrichting van de BGT", "en": "furniture of the BGT"},
}


def markdown(language: Language) -> str:
    """The catalogue as a page of Markdown, a table per group, in the order of the catalogue."""
    groups: dict[str, list[Attribute]] = {}
    for attribute in CATALOGUE.attributes:
        groups.setdefault(attribute.group, []).append(attribute)
    sections = [_section(language, group, members) for group, members in groups.items()]
    return "\n".join([f"# {_TITLES[language]}", "", _INTRODUCTIONS[language], "", *sections])


def _section(language: Language, group: str, attributes: Sequence[Attribute]) -> str:
    lines = [f"## {_GROUPS[language][group]}", ""]
    for applies, members in groupby(attributes, key=lambda a: _collections(language, a)):
        lines += [f"{_APPLIES[language]}: {applies}.", ""]
        lines += [_row(_HEADS[language]), _row(["---"] * len(_HEADS[language]))]
        lines += [_row(_cells(language, a)) for a in members]
        lines.append("")
    return "\n".join(lines)


def _cells(language: Language, attribute: Attribute) -> list[str]:
    text = attribute.nl if language == "nl" else attribute.en
    kind = _KINDS[language][attribute.type] + (f" [{attribute.unit}]" if attribute.unit else "")
    source = attribute.source + (
        "" if attribute.classification == "openbaar" else f", *{attribute.classification}*"
    )
    return [f"`{attribute.name}`", text.label, kind, source, text.description]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _collections(language: Language, attribute: Attribute) -> str:
    """Whose attribute it is; the many feature types of the BGT by the name of their set."""
    named = set(attribute.applies_to)
    words = []
    for name, members in SETS.items():
        if named.issuperset(members):
            named.difference_update(members)
            words.append(_SETS[name][language])
    return ", ".join([*(c for c in attribute.applies_to if c in named), *words])


def main(root: Path) -> None:
    """Write the pages of all languages below ``root``, the folder of the repository."""
    for language, path in PAGES.items():
        (root / path).write_text(markdown(language), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
