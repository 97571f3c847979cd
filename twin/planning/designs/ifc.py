"""Designs in IFC: the outside of the building, with what the file says of its place, storeys and use."""

from __future__ import annotations

from typing import cast, get_args

from ingest import ifc
from twin.errors import ScenarioError, TooLargeError
from twin.planning.designs.raw import Raw, require_numbers
from twin.scenario.variant import MOST_FLOORS, Gebruiksdoel

_WORDS = {
    ifc.Fault.PACKAGES: "deze server kan het niet lezen zonder {what}. Vraag de beheerder om "
    "pip install 'gemeentetwin[ifc]', of exporteer het ontwerp als glTF, OBJ of CityJSON",
    ifc.Fault.CUT_OFF: "het bestand is niet heel, de laatste regel END-ISO-10303-21 ontbreekt. Kies het hele "
    "bestand, of exporteer het opnieuw",
    ifc.Fault.STOPPED: "het lezen stopte halverwege (code {what}). Exporteer het gebouw opnieuw, zonder "
    "inrichting en installaties, of als glTF",
    ifc.Fault.TIME: "het lezen duurt langer dan {what} seconden. Laat inrichting, installaties en wapening "
    "weg, of exporteer het ontwerp als glTF",
    ifc.Fault.MEMORY: "het lezen kost te veel geheugen. Laat inrichting, installaties en wapening weg, of "
    "exporteer het ontwerp als glTF",
    ifc.Fault.TRIANGLES: "de bouwdelen hebben meer dan {what} driehoeken. Laat details en de omgeving weg",
    ifc.Fault.BROKEN: "de opbouw klopt niet ({what}). Gelezen worden IFC 2x3, 4 en 4.3; exporteer opnieuw",
    ifc.Fault.EMPTY: "er zit geen bouwdeel met een vorm in. Exporteer het model van de architect, met "
    "wanden, vloeren en daken",
    ifc.Fault.SHAPELESS: "van geen van de {what} bouwdelen is een vorm te maken. Exporteer het opnieuw, of "
    "als glTF",
}


def read_ifc(content: bytes) -> Raw:
    """Read an IFC file; see :func:`ingest.ifc.read`.

    Raises
    ------
    ScenarioError
        When it is broken, holds no building, or this server lacks the packages that read it.
    TooLargeError
        When it takes too much time or memory.
    """
    try:
        found = ifc.read(content)
    except ifc.TooMuchError as error:
        raise TooLargeError(str(error), dutch(error)) from None
    except ifc.IfcError as error:
        raise ScenarioError(str(error), dutch(error)) from None
    require_numbers(found.xyz)
    remarks = [
        ("openings-shut", "", found.sealed),
        ("hollow", "", found.hollow),
        ("other-crs", found.other_crs, bool(found.other_crs)),
        ("turned-north", f"{found.turned:g}", found.turned != 0),
        ("parts-lost", str(found.lost), found.lost > 0),
    ]
    return Raw(
        found.xyz,
        found.triangles,
        found.name,
        in_rd=found.in_rd and found.in_nap,
        metres=True,
        level=found.level,
        floors=None if found.floors is None else min(found.floors, MOST_FLOORS),
        use=_use(found.uses),
        remarks=[(code, what) for code, what, holds in remarks if holds],
    )


def dutch(error: ifc.IfcError) -> str:
    """What is wrong, for whoever chose the file."""
    return f"IFC: {_WORDS[error.fault].replace('{what}', error.what)}"


def _use(said: tuple[str, ...]) -> Gebruiksdoel | None:
    """The first that the BAG has as well."""
    known = (words.strip().lower() for words in said)
    return cast("Gebruiksdoel | None", next((use for use in known if use in get_args(Gebruiksdoel)), None))
