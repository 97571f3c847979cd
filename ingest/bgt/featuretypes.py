"""The feature types of the BGT and the values its statuses may have."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

# Columns of every type: element in the delivery -> column. CityGML's creationDate is IMGeo's objectBeginTijd.
COMMON_ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {
        "lokaalID": "lokaalid",
        "bronhouder": "bronhouder",
        "relatieveHoogteligging": "relatieve_hoogteligging",
        "bgt-status": "bgt_status",
        "plus-status": "plus_status",
        "tijdstipRegistratie": "tijdstip_registratie",
        "eindRegistratie": "eind_registratie",
        "LV-publicatiedatum": "lv_publicatiedatum",
        "creationDate": "object_begin_tijd",
        "terminationDate": "object_eind_tijd",
        "inOnderzoek": "in_onderzoek",
    }
)
# These decide whether a version is current; among current ones they say nothing more.
HISTORY_COLUMNS = ("eind_registratie", "object_eind_tijd")
TIME_COLUMNS = ("tijdstip_registratie", "lv_publicatiedatum", "object_begin_tijd", *HISTORY_COLUMNS)
BOOLEAN_COLUMNS = ("in_onderzoek", "op_talud", "overbrugging_is_beweegbaar")


class BgtStatus(StrEnum):
    """Official values of `bgt-status`: code list Status, and the VoidReasonValues for having none."""

    BESTAAND = "bestaand"
    GEEN_WAARDE = "geenWaarde"
    WAARDE_ONBEKEND = "waardeOnbekend"


class PlusStatus(StrEnum):
    """Official values of `plus-status`: code list StatusPlus, and the reasons for having none."""

    PLAN = "plan"
    HISTORIE = "historie"
    GEEN_WAARDE = "geenWaarde"
    WAARDE_ONBEKEND = "waardeOnbekend"


class GeometryKind(StrEnum):
    """What a 2D geometry of the BGT is made of."""

    PUNT = "punt"
    LIJN = "lijn"
    VLAK = "vlak"


@dataclass(frozen=True, slots=True)
class FeatureType:
    """One feature type of the BGT.

    Attributes
    ----------
    name : str
        As in the name of its file, ``bgt_<name>.gml``.
    prefix, element : str
        Its class in the delivery, for instance ``bldg`` and ``BuildingPart``.
    geometry : frozenset of GeometryKind
        What its 2D geometry may be.
    attributes : mapping of str to str
        Element in the delivery -> column, with the ones every type has.
    """

    name: str
    prefix: str
    element: str
    geometry: frozenset[GeometryKind]
    attributes: Mapping[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table read, without `hersteld` and `geometry`."""
        return tuple(column for column in self.attributes.values() if column not in HISTORY_COLUMNS)


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Name without case, hyphens and underscores: in this all spellings of a delivery's names agree."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _load() -> Mapping[str, FeatureType]:
    table = tomllib.loads(files("ingest.bgt").joinpath("featuretypes.toml").read_text("utf-8"))
    types = {}
    for name, row in table.items():
        prefix, element = row["class"].split(":")
        types[name] = FeatureType(
            name,
            prefix,
            element,
            frozenset(map(GeometryKind, row["geometry"])),
            MappingProxyType({**COMMON_ATTRIBUTES, **row.get("attributes", {})}),
        )
    return MappingProxyType(types)


FEATURE_TYPES = _load()
