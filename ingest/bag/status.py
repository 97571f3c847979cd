"""The official status lists of the BAG, word for word (Catalogus BAG 2018, domeinwaarden)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class PandStatus(StrEnum):
    """Life of a pand, in order."""

    BOUWVERGUNNING_VERLEEND = "Bouwvergunning verleend"
    NIET_GEREALISEERD = "Niet gerealiseerd pand"
    BOUW_GESTART = "Bouw gestart"
    IN_GEBRUIK_NIET_INGEMETEN = "Pand in gebruik (niet ingemeten)"
    IN_GEBRUIK = "Pand in gebruik"
    VERBOUWING = "Verbouwing pand"
    BUITEN_GEBRUIK = "Pand buiten gebruik"
    SLOOPVERGUNNING_VERLEEND = "Sloopvergunning verleend"
    GESLOOPT = "Pand gesloopt"
    TEN_ONRECHTE_OPGEVOERD = "Pand ten onrechte opgevoerd"


class VerblijfsobjectStatus(StrEnum):
    """Life of a verblijfsobject, in order."""

    GEVORMD = "Verblijfsobject gevormd"
    NIET_GEREALISEERD = "Niet gerealiseerd verblijfsobject"
    IN_GEBRUIK_NIET_INGEMETEN = "Verblijfsobject in gebruik (niet ingemeten)"
    IN_GEBRUIK = "Verblijfsobject in gebruik"
    VERBOUWING = "Verbouwing verblijfsobject"
    INGETROKKEN = "Verblijfsobject ingetrokken"
    BUITEN_GEBRUIK = "Verblijfsobject buiten gebruik"
    TEN_ONRECHTE_OPGEVOERD = "Verblijfsobject ten onrechte opgevoerd"


class NaamgevingStatus(StrEnum):
    """Of a nummeraanduiding or an openbare ruimte."""

    UITGEGEVEN = "Naamgeving uitgegeven"
    INGETROKKEN = "Naamgeving ingetrokken"


class PlaatsStatus(StrEnum):
    """Of a ligplaats or a standplaats."""

    AANGEWEZEN = "Plaats aangewezen"
    INGETROKKEN = "Plaats ingetrokken"


class WoonplaatsStatus(StrEnum):
    """Of a woonplaats."""

    AANGEWEZEN = "Woonplaats aangewezen"
    INGETROKKEN = "Woonplaats ingetrokken"


STATUSES: Mapping[str, type[StrEnum]] = {
    "pand": PandStatus,
    "verblijfsobject": VerblijfsobjectStatus,
    "nummeraanduiding": NaamgevingStatus,
    "openbare_ruimte": NaamgevingStatus,
    "woonplaats": WoonplaatsStatus,
    "ligplaats": PlaatsStatus,
    "standplaats": PlaatsStatus,
}

# The object does not exist (any more, or never did), although its record is the newest there is.
TERMINATED: frozenset[StrEnum] = frozenset(
    {
        PandStatus.NIET_GEREALISEERD,
        PandStatus.GESLOOPT,
        PandStatus.TEN_ONRECHTE_OPGEVOERD,
        VerblijfsobjectStatus.NIET_GEREALISEERD,
        VerblijfsobjectStatus.INGETROKKEN,
        VerblijfsobjectStatus.TEN_ONRECHTE_OPGEVOERD,
        NaamgevingStatus.INGETROKKEN,
        PlaatsStatus.INGETROKKEN,
        WoonplaatsStatus.INGETROKKEN,
    }
)
