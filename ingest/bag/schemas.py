"""The shapes in which the BAG is published, as data: which columns give a shape away, and what they mean.

Column names are compared in lower case, so that GDAL's ``oorspronkelijkBouwjaar`` and a PostGIS dump's
``oorspronkelijkbouwjaar`` are one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import SourceError

TABLES = (
    "pand",
    "verblijfsobject",
    "ligplaats",
    "standplaats",
    "nummeraanduiding",
    "openbare_ruimte",
    "woonplaats",
)

_HISTORY = {
    "voorkomenidentificatie": "voorkomenidentificatie",
    "begingeldigheid": "begin_geldigheid",
    "eindgeldigheid": "eind_geldigheid",
    "tijdstipregistratielv": "tijdstip_registratie_lv",
    "tijdstipeindregistratielv": "tijdstip_eind_registratie_lv",
    "tijdstipinactieflv": "tijdstip_inactief_lv",
    "tijdstipnietbaglv": "tijdstip_niet_bag_lv",
}
_PLAATS_REFS = {
    "hoofdadresnummeraanduidingref": "hoofdadres_id",
    "nevenadresnummeraanduidingref": "nevenadres_ids",
}
_PDOK_ADRES = {
    "openbare_ruimte_naam": "straatnaam",
    "huisnummer": "huisnummer",
    "huisletter": "huisletter",
    "toevoeging": "huisnummertoevoeging",
    "postcode": "postcode",
    "woonplaats_naam": "woonplaatsnaam",
    "nummeraanduiding_hoofdadres_identificatie": "hoofdadres_id",
    "openbare_ruimte_identificatie": "openbare_ruimte_id",
    "woonplaats_identificatie": "woonplaats_id",
}
_WFS_ADRES = {
    "openbare_ruimte": "straatnaam",
    "huisnummer": "huisnummer",
    "huisletter": "huisletter",
    "toevoeging": "huisnummertoevoeging",
    "postcode": "postcode",
    "woonplaats": "woonplaatsnaam",
}


@dataclass(frozen=True, slots=True)
class Schema:
    """One published shape of one table.

    Attributes
    ----------
    name : str
        Publication, for messages.
    table : str
        One of :data:`TABLES`.
    columns : Mapping
        Source column (lower case) to official snake_case name; other columns are left alone.
    identified_by : frozenset of str
        Source columns that must all be there.
    layers : frozenset of str
        Layer names (lower case) it is limited to, where columns alone can't tell; empty for any.
    """

    name: str
    table: str
    columns: Mapping[str, str]
    identified_by: frozenset[str]
    layers: frozenset[str] = field(default_factory=frozenset)


def _extract(
    table: str, columns: Mapping[str, str], identified_by: Collection[str], layers: Collection[str] = ()
) -> Schema:
    identified = frozenset({"identificatie", "status", *identified_by})
    columns = {"identificatie": "identificatie", "status": f"{table}_status", **_HISTORY, **columns}
    return Schema("BAG extract 2.0", table, columns, identified, frozenset(layers))


def _pdok(
    name: str,
    table: str,
    columns: Mapping[str, str],
    identified_by: Collection[str],
    layers: Collection[str] = (),
) -> Schema:
    columns = {"identificatie": "identificatie", "status": f"{table}_status", **columns}
    return Schema(name, table, columns, frozenset({"identificatie", *identified_by}), frozenset(layers))


_VBO = {"gebruiksdoel": "gebruiksdoel", "oppervlakte": "oppervlakte"}
_PAND = {
    "bouwjaar": "oorspronkelijk_bouwjaar",
    "gebruiksdoel": "gebruiksdoel",
    "oppervlakte_min": "oppervlakte_min",
    "oppervlakte_max": "oppervlakte_max",
    "aantal_verblijfsobjecten": "aantal_verblijfsobjecten",
}

SCHEMAS: tuple[Schema, ...] = (
    _extract("pand", {"oorspronkelijkbouwjaar": "oorspronkelijk_bouwjaar"}, {"oorspronkelijkbouwjaar"}),
    _extract(
        "verblijfsobject",
        {**_VBO, **_PLAATS_REFS, "pandref": "pand_ids"},
        {"pandref", "oppervlakte", "gebruiksdoel", "hoofdadresnummeraanduidingref"},
    ),
    *(
        _extract(
            table,
            _PLAATS_REFS,
            {"hoofdadresnummeraanduidingref"},
            {table, f"{table}en", f"bag_{abbreviation}"},
        )
        for table, abbreviation in (("ligplaats", "lig"), ("standplaats", "sta"))
    ),
    _extract(
        "nummeraanduiding",
        {
            "huisnummer": "huisnummer",
            "huisletter": "huisletter",
            "huisnummertoevoeging": "huisnummertoevoeging",
            "postcode": "postcode",
            "openbareruimteref": "openbare_ruimte_id",
            "woonplaatsref": "woonplaats_id",
        },
        {"huisnummer", "openbareruimteref"},
    ),
    _extract(
        "openbare_ruimte",
        {"naam": "naam", "woonplaatsref": "woonplaats_id"},
        {"naam", "type", "woonplaatsref"},
    ),
    _extract("woonplaats", {"naam": "naam"}, {"naam", "voorkomenidentificatie"}),
    _pdok("PDOK bag-light or WFS", "pand", _PAND, {"bouwjaar", "status"}),
    _pdok(
        "PDOK bag-light",
        "verblijfsobject",
        {**_VBO, **_PDOK_ADRES, "pand_identificatie": "pand_ids"},
        {"oppervlakte", "gebruiksdoel", "pand_identificatie", "openbare_ruimte_naam", "bouwjaar"},
    ),
    _pdok(
        "PDOK WFS",
        "verblijfsobject",
        {**_VBO, **_WFS_ADRES, "pandidentificatie": "pand_ids"},
        {"oppervlakte", "gebruiksdoel", "pandidentificatie", "openbare_ruimte", "bouwjaar"},
    ),
    *(
        _pdok("PDOK bag-light", table, _PDOK_ADRES, {"openbare_ruimte_naam", "huisnummer", "status"}, {table})
        for table in ("ligplaats", "standplaats")
    ),
    *(
        _pdok("PDOK WFS", table, _WFS_ADRES, {"openbare_ruimte", "huisnummer", "status"}, {table})
        for table in ("ligplaats", "standplaats")
    ),
    _pdok("PDOK bag-light or WFS", "woonplaats", {"woonplaats": "naam"}, {"woonplaats", "status"}),
    Schema(
        "PDOK per address",
        "nummeraanduiding",
        {
            "nummer_id": "identificatie",
            "straatnaam": "straatnaam",
            "huisnummer": "huisnummer",
            "huisletter": "huisletter",
            "toevoeging": "huisnummertoevoeging",
            "woonplaats": "woonplaatsnaam",
            "postcode": "postcode",
            "status": "nummeraanduiding_status",
            "datum_strt": "begin_geldigheid",
            "datum_eind": "eind_geldigheid",
        },
        frozenset({"nummer_id", "straatnaam", "huisnummer", "woonplaats"}),
    ),
    Schema(
        "pand ids with outlines",
        "pand",
        {"identificatie": "identificatie"},
        frozenset({"identificatie"}),
        frozenset({"pand", "panden", "bag_pand"}),
    ),
)


def recognise(layer: str, columns: Collection[str]) -> Schema | None:
    """Schema of a layer: of those whose columns are all there, the one that asks for most."""
    present = {name.lower() for name in columns}
    fitting = [
        schema
        for schema in SCHEMAS
        if schema.identified_by <= present and (not schema.layers or layer.lower() in schema.layers)
    ]
    return max(fitting, key=lambda schema: len(schema.identified_by), default=None)


def unknown(path: Path | str, found: Mapping[str, Collection[str]]) -> SourceError:
    """Error for a file of which no layer is understood; `found` is columns by layer."""
    layers = "; ".join(f"{layer} ({', '.join(columns) or 'no columns'})" for layer, columns in found.items())
    known = "; ".join(
        f"{s.name}, {s.table}{_limited_to(s)}: {', '.join(sorted(s.identified_by))}" for s in SCHEMAS
    )
    return SourceError(
        path,
        found=f"no BAG layer among {layers or 'no layers at all'}",
        expected=f"one of the known shapes, recognised by their columns: {known}",
        remedy="Check that this is BAG data; if its columns have other names, rename them to one of these.",
    )


def _limited_to(schema: Schema) -> str:
    return f" (layer {' or '.join(sorted(schema.layers))})" if schema.layers else ""
