"""Tiny BGT deliveries, written as PDOK writes them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ingest import bgt
from ingest.delivery import Delivery

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<CityModel xmlns:gml="http://www.opengis.net/gml" xmlns:imgeo="http://www.geostandaarden.nl/imgeo/2.1" '
    'xmlns="http://www.opengis.net/citygml/2.0">'
)
NAMESPACES = {
    "BuildingPart": "http://www.opengis.net/citygml/building/2.0",
    "TrafficArea": "http://www.opengis.net/citygml/transportation/2.0",
    "Paal": "http://www.geostandaarden.nl/imgeo/2.1",
    "Scheiding": "http://www.geostandaarden.nl/imgeo/2.1",
}


def delivery(records: Iterable[str]) -> str:
    return (
        HEAD
        + "\n".join(f"<cityObjectMember>{record}</cityObjectMember>" for record in records)
        + "</CityModel>"
    )


def record(
    element: str = "TrafficArea",
    *,
    lokaalid: str | None = "G0503.a1",
    geometry: str | None = None,
    property_name: str = "geometrie2dWegdeel",
    bgt_status: str | None = "bestaand",
    plus_status: str | None = "geenWaarde",
    registered: str = "2016-03-15T12:02:49.000",
    level: str | None = "0",
    extra: str = "",
) -> str:
    parts = [f'<{element} xmlns="{NAMESPACES[element]}" gml:id="b1">']
    parts.append('<creationDate xmlns="http://www.opengis.net/citygml/2.0">2014-07-09</creationDate>')
    parts.append("<imgeo:LV-publicatiedatum>2016-04-12T11:54:23</imgeo:LV-publicatiedatum>")
    if level is not None:
        parts.append(f"<imgeo:relatieveHoogteligging>{level}</imgeo:relatieveHoogteligging>")
    parts.append("<imgeo:inOnderzoek>false</imgeo:inOnderzoek>")
    parts.append(f"<imgeo:tijdstipRegistratie>{registered}</imgeo:tijdstipRegistratie>")
    if lokaalid is not None:
        parts.append(
            "<imgeo:identificatie><imgeo:NEN3610ID><imgeo:namespace>NL.IMGeo</imgeo:namespace>"
            f"<imgeo:lokaalID>{lokaalid}</imgeo:lokaalID></imgeo:NEN3610ID></imgeo:identificatie>"
        )
    parts.append("<imgeo:bronhouder>G0503</imgeo:bronhouder>")
    if bgt_status is not None:
        parts.append(f"<imgeo:bgt-status>{bgt_status}</imgeo:bgt-status>")
    if plus_status is not None:
        parts.append(f"<imgeo:plus-status>{plus_status}</imgeo:plus-status>")
    parts.append(extra)
    if geometry is not None:
        parts.append(f"<imgeo:{property_name}>{geometry}</imgeo:{property_name}>")
    return "".join(parts) + f"</{element}>"


def square(x: float = 84_900, y: float = 447_500, size: float = 10, hole: float = 0) -> str:
    rings = f"<gml:exterior>{_ring(x, y, size)}</gml:exterior>"
    if hole:
        rings += f"<gml:interior>{_ring(x + 1, y + 1, hole)}</gml:interior>"
    return f'<gml:Polygon srsName="urn:ogc:def:crs:EPSG::28992">{rings}</gml:Polygon>'


def _ring(x: float, y: float, size: float) -> str:
    corners = [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]
    return ring(corners)


def ring(corners: Iterable[tuple[float, float]]) -> str:
    text = " ".join(f"{x:.3f} {y:.3f}" for x, y in corners)
    return f'<gml:LinearRing><gml:posList srsDimension="2">{text}</gml:posList></gml:LinearRing>'


def read_one(folder: Path, *records: str, kind: str = "wegdeel", bbox: bgt.BBox | None = None) -> Delivery:
    """Write a file of one kind and read it."""
    path = folder / f"bgt_{kind}.gml"
    path.write_text(delivery(records), "utf-8")
    return bgt.read(path, bbox=bbox)[kind]


def reasons(found: Delivery) -> list[str]:
    """Why records were rejected."""
    return found.rejects["reason"].tolist()
