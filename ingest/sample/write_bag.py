"""BAG as delivered: extract 2.0 (XML in zips in a zip, with earlier versions) and a GeoPackage of today."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import geopandas as gpd
import shapely

from ingest.sample.registers import MUNICIPALITY, MUNICIPALITY_CODE, WOONPLAATS, Registers

DAY, ISO_DAY = "15102025", "2025-10-15"
ZIP_TIME = (2025, 10, 15, 6, 0, 0)
EXTRACTED = dt.date.fromisoformat(ISO_DAY)
RECORDS_PER_FILE = 10_000
"""The BAG's own limit per XML file."""

_IMBAG = "www.kadaster.nl/schemas/lvbag/imbag"
_SCHEMA = "http://www.kadaster.nl/schemas"
NAMESPACES = (
    f'xmlns:DatatypenNEN3610="{_IMBAG}/datatypennen3610/v20200601" '
    f'xmlns:Objecten="{_IMBAG}/objecten/v20200601" '
    f'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:Historie="{_IMBAG}/historie/v20200601" '
    f'xmlns:Objecten-ref="{_IMBAG}/objecten-ref/v20200601" xmlns:nen5825="{_IMBAG}/nen5825/v20200601" '
    f'xmlns:KenmerkInOnderzoek="{_IMBAG}/kenmerkinonderzoek/v20200601" '
    f'xmlns:selecties-extract="{_SCHEMA}/lvbag/extract-selecties/v20200601" '
    f'xmlns:sl-bag-extract="{_SCHEMA}/lvbag/extract-deelbestand-lvc/v20200601" '
    f'xmlns:sl="{_SCHEMA}/standlevering-generiek/1.0" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    f'xsi:schemaLocation="{_SCHEMA}/lvbag/extract-deelbestand-lvc/v20200601 '
    f"{_SCHEMA}/bag-verstrekkingen/extract-deelbestand-lvc/v20200601/"
    'BagvsExtractDeelbestandExtractLvc-2.1.0.xsd"'
)
SELECTION = (
    "<selecties-extract:Gebied-Registratief><selecties-extract:Gebied-GEM><selecties-extract:GemeenteCollectie>"
    f"<selecties-extract:Gemeente><selecties-extract:GemeenteIdentificatie>{MUNICIPALITY_CODE}"
    "</selecties-extract:GemeenteIdentificatie>{name}</selecties-extract:Gemeente></selecties-extract:GemeenteCollectie>"
    "</selecties-extract:Gebied-GEM></selecties-extract:Gebied-Registratief>"
)
MOMENT = (
    "<selecties-extract:LVC-Extract><selecties-extract:StandTechnischeDatum>"
    f"{ISO_DAY}</selecties-extract:StandTechnischeDatum></selecties-extract:LVC-Extract>"
)


def write_extract(folder: Path, registers: Registers, outline: shapely.Polygon) -> Path:
    """Write the extract as one zip of zips into ``folder``; its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"BAGNLDL-{DAY}.zip"
    current = {
        "PND": [*_pand_records(registers)],
        "VBO": [*_object_records(registers)],
        "NUM": [*_address_records(registers)],
        "OPR": [*_street_records(registers)],
        "WPL": [_place_record(outline)],
        "LIG": [],
        "STA": [],
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as outer:
        _put(outer, "Leveringsdocument-BAG-Extract.xml", _delivery_note().encode())
        for kind, records in current.items():
            _put(outer, f"9999{kind}{DAY}.zip", _zip(_files(f"{MUNICIPALITY_CODE}{kind}", kind, records)))
        for name, short, ending in (
            ("Inactief", "IA", _inactive(registers)),
            ("NietBag", "NB", _not_bag(registers)),
        ):
            inner = {
                f"{MUNICIPALITY_CODE}{short}{kind}{DAY}.zip": _zip(
                    _files(f"{MUNICIPALITY_CODE}{short}{kind}", kind, ending if kind == "PND" else [])
                )
                for kind in current
            }
            _put(outer, f"9999{name}{DAY}.zip", _zip(inner))
    return path


def write_light(folder: Path, registers: Registers) -> Path:
    """Write today's state as a GeoPackage with layers as in the national ``bag-light.gpkg``; its path."""
    path = folder / "bag-light.gpkg"
    path.unlink(missing_ok=True)
    pand, objects, addresses = registers.pand, registers.verblijfsobject, registers.nummeraanduiding
    objects = objects[objects["status"] != "Verblijfsobject ingetrokken"]
    of_pand = objects.groupby("pand")
    rows = pand.index
    frame = gpd.GeoDataFrame(
        {
            "identificatie": pand["identificatie"],
            "rdf_seealso": "http://bag.basisregistraties.overheid.nl/bag/id/pand/" + pand["identificatie"],
            "bouwjaar": pand["bouwjaar"],
            "status": pand["status"],
            "gebruiksdoel": of_pand["uses"]
            .agg(lambda s: ",".join(sorted({u for t in s for u in t})))
            .reindex(rows),
            "oppervlakte_min": of_pand["oppervlakte"].min().reindex(rows).astype("Int64"),
            "oppervlakte_max": of_pand["oppervlakte"].max().reindex(rows).astype("Int64"),
            "aantal_verblijfsobjecten": of_pand.size().reindex(rows, fill_value=0),
        },
        geometry=pand["geometry"].to_numpy(),
        crs=28992,
    )
    kept = ~frame["status"].isin(("Pand gesloopt", "Pand ten onrechte opgevoerd", "Niet gerealiseerd pand"))
    frame[kept].to_file(path, layer="pand", driver="GPKG")
    address = addresses.iloc[objects["address"]]
    of = pand.iloc[objects["pand"]]
    street = registers.openbare_ruimte.iloc[address["street"].to_numpy()]
    second = objects["second_pand"].to_numpy()
    ids = pand["identificatie"].to_numpy()
    place = gpd.GeoDataFrame(
        {
            "identificatie": objects["identificatie"].to_numpy(),
            "rdf_seealso": "http://bag.basisregistraties.overheid.nl/bag/id/verblijfsobject/"
            + objects["identificatie"].to_numpy(),
            "oppervlakte": objects["oppervlakte"].to_numpy(),
            "status": objects["status"].to_numpy(),
            "gebruiksdoel": [",".join(u) for u in objects["uses"]],
            "openbare_ruimte": street["naam"].to_numpy(),
            "huisnummer": address["huisnummer"].to_numpy(),
            "huisletter": address["huisletter"].to_numpy(),
            "toevoeging": address["toevoeging"].to_numpy(),
            "postcode": address["postcode"].to_numpy(),
            "woonplaats": MUNICIPALITY,
            "bouwjaar": of["bouwjaar"].to_numpy(),
            "pandidentificatie": [
                f"{a},{ids[b]}" if b >= 0 else a for a, b in zip(of["identificatie"], second, strict=True)
            ],
            "pandstatus": of["status"].to_numpy(),
        },
        geometry=shapely.points(objects["x"], objects["y"]),
        crs=28992,
    )
    place.to_file(path, layer="verblijfsobject", driver="GPKG")
    return path


def _pand_records(registers: Registers) -> Iterator[str]:
    """Each pand with its versions: some have an earlier one, some were corrected on the day of entry."""
    table = registers.pand
    for row, (pand, year, status, geometry) in enumerate(
        zip(table["identificatie"], table["bouwjaar"], table["status"], table["geometry"], strict=True)
    ):
        begin = f"{2009 + row % 9}-0{1 + row % 9}-1{row % 9}"
        if row % 11 == 3:
            yield _pand(
                pand, 1, 9999 if row % 2 else year, "Bouw gestart", geometry, _life(1, begin, "2019-05-02")
            )
            yield _pand(pand, 2, year, status, geometry, _life(2, "2019-05-02"))
        elif row % 29 == 5:
            yield _pand(pand, 1, year, "Pand buiten gebruik", geometry, _life(1, begin, begin))
            yield _pand(pand, 2, year, status, geometry, _life(2, begin))
        else:
            yield _pand(pand, 1, year, status, geometry, _life(1, begin))


def _inactive(registers: Registers) -> list[str]:
    """Versions that were struck out: of panden that live on under another version."""
    some = registers.pand.iloc[:: max(1, len(registers.pand) // 4)][:4]
    ending = f"<Historie:tijdstipInactief>{ISO_DAY}T10:00:00.000</Historie:tijdstipInactief>"
    ending_lv = f"<Historie:tijdstipInactiefLV>{ISO_DAY}T10:20:00.000</Historie:tijdstipInactiefLV>"
    return [
        _pand(p, 9, 1066, "Pand in gebruik", g, _life(9, "2015-01-01", "2015-02-01", ending, ending_lv))
        for p, g in zip(some["identificatie"], some["geometry"], strict=True)
    ]


def _not_bag(registers: Registers) -> list[str]:
    last = registers.pand.iloc[-1]
    gone = f"<Historie:tijdstipNietBagLV>{ISO_DAY}T11:00:00.000</Historie:tijdstipNietBagLV>"
    other = f"{MUNICIPALITY_CODE}109999999999"
    return [
        _pand(other, 1, 1900, "Pand in gebruik", last["geometry"], _life(1, "2012-03-04", None, "", gone))
    ]


def _pand(pand: str, version: int, year: int, status: str, geometry: shapely.Polygon, life: str) -> str:
    return (
        f'<Objecten:Pand><Objecten:identificatie domein="NL.IMBAG.Pand">{pand}</Objecten:identificatie>'
        f'<Objecten:geometrie><gml:Polygon srsName="urn:ogc:def:crs:EPSG::28992" srsDimension="3" '
        f'gml:id="PND_{pand}_{version}">{_rings(geometry)}</gml:Polygon></Objecten:geometrie>'
        f"<Objecten:oorspronkelijkBouwjaar>{year}</Objecten:oorspronkelijkBouwjaar>{_common(status)}{life}</Objecten:Pand>"
    )


def _object_records(registers: Registers) -> Iterator[str]:
    numbers = registers.nummeraanduiding["identificatie"].to_numpy()
    panden = registers.pand["identificatie"].to_numpy()
    ref = (
        '<Objecten-ref:NummeraanduidingRef domein="NL.IMBAG.Nummeraanduiding">{}'
        "</Objecten-ref:NummeraanduidingRef>"
    )
    rows: Any = registers.verblijfsobject.itertuples()
    for row, o in enumerate(rows):
        secondary = ref.format(numbers[o.extra_address])
        extra = f"<Objecten:heeftAlsNevenadres>{secondary}</Objecten:heeftAlsNevenadres>"
        uses = "".join(f"<Objecten:gebruiksdoel>{u}</Objecten:gebruiksdoel>" for u in o.uses)
        parts = "".join(
            f'<Objecten-ref:PandRef domein="NL.IMBAG.Pand">{panden[p]}</Objecten-ref:PandRef>'
            for p in (o.pand, o.second_pand)
            if p >= 0
        )
        head = (
            f"<Objecten:Verblijfsobject><Objecten:heeftAlsHoofdadres>{ref.format(numbers[o.address])}"
            f"</Objecten:heeftAlsHoofdadres>{extra if o.extra_address >= 0 else ''}"
        )
        versions = (
            [(1, _life(1, "2011-09-06", "2021-01-15"), 40), (2, _life(2, "2021-01-15"), o.oppervlakte)]
            if row % 17 == 4
            else [(1, _life(1, "2012-02-01"), o.oppervlakte)]
        )
        for version, life, area in versions:
            yield (
                f'{head}{life}<Objecten:identificatie domein="NL.IMBAG.Verblijfsobject">{o.identificatie}'
                "</Objecten:identificatie><Objecten:geometrie><Objecten:punt>"
                '<gml:Point srsName="urn:ogc:def:crs:EPSG::28992" srsDimension="3" '
                f'gml:id="VBO_{o.identificatie}_{version}"><gml:pos>{o.x:.3f} {o.y:.3f} 0.0</gml:pos>'
                f"</gml:Point></Objecten:punt></Objecten:geometrie>{uses}<Objecten:oppervlakte>{area}</Objecten:oppervlakte>"
                f"{_common(o.status)}<Objecten:maaktDeelUitVan>{parts}</Objecten:maaktDeelUitVan>"
                "</Objecten:Verblijfsobject>"
            )


def _address_records(registers: Registers) -> Iterator[str]:
    streets = registers.openbare_ruimte["identificatie"].to_numpy()
    rows: Any = registers.nummeraanduiding.itertuples()
    for a in rows:
        letter = f"<Objecten:huisletter>{a.huisletter}</Objecten:huisletter>" if a.huisletter else ""
        more = (
            f"<Objecten:huisnummertoevoeging>{a.toevoeging}</Objecten:huisnummertoevoeging>"
            if a.toevoeging
            else ""
        )
        yield (
            f'<Objecten:Nummeraanduiding><Objecten:identificatie domein="NL.IMBAG.Nummeraanduiding">'
            f"{a.identificatie}"
            f"</Objecten:identificatie><Objecten:huisnummer>{a.huisnummer}</Objecten:huisnummer>{letter}{more}"
            f"<Objecten:postcode>{a.postcode}</Objecten:postcode>"
            "<Objecten:typeAdresseerbaarObject>Verblijfsobject</Objecten:typeAdresseerbaarObject>"
            f"{_common('Naamgeving uitgegeven')}{_life(1, '2012-02-01')}"
            '<Objecten:ligtAan><Objecten-ref:OpenbareRuimteRef domein="NL.IMBAG.Openbareruimte">'
            f"{streets[a.street]}</Objecten-ref:OpenbareRuimteRef></Objecten:ligtAan></Objecten:Nummeraanduiding>"
        )


def _street_records(registers: Registers) -> Iterator[str]:
    rows: Any = registers.openbare_ruimte.itertuples()
    for s in rows:
        yield (
            f'<Objecten:OpenbareRuimte><Objecten:identificatie domein="NL.IMBAG.Openbareruimte">'
            f"{s.identificatie}"
            f"</Objecten:identificatie><Objecten:naam>{escape(s.naam)}</Objecten:naam><Objecten:type>Weg</Objecten:type>"
            f"{_common('Naamgeving uitgegeven')}"
            f'<Objecten:ligtIn><Objecten-ref:WoonplaatsRef domein="NL.IMBAG.Woonplaats">{WOONPLAATS}'
            f"</Objecten-ref:WoonplaatsRef></Objecten:ligtIn>"
            f"{_life(1, '2009-01-20')}</Objecten:OpenbareRuimte>"
        )


def _place_record(outline: shapely.Polygon) -> str:
    ring = shapely.get_coordinates(outline.exterior)
    values = " ".join(f"{x:.3f} {y:.3f}" for x, y in ring)
    return (
        f'<Objecten:Woonplaats><Objecten:identificatie domein="NL.IMBAG.Woonplaats">{WOONPLAATS}'
        f"</Objecten:identificatie><Objecten:naam>{MUNICIPALITY}</Objecten:naam><Objecten:geometrie><Objecten:vlak>"
        '<gml:Polygon srsName="urn:ogc:def:crs:EPSG::28992" srsDimension="2" '
        f'gml:id="WPL_{WOONPLAATS}_1"><gml:exterior><gml:LinearRing><gml:posList count="{len(ring)}">{values}'
        "</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></Objecten:vlak></Objecten:geometrie>"
        f"{_common('Woonplaats aangewezen')}{_life(1, '2009-01-20')}</Objecten:Woonplaats>"
    )


def _common(status: str) -> str:
    return (
        f"<Objecten:status>{status}</Objecten:status><Objecten:geconstateerd>N</Objecten:geconstateerd>"
        "<Objecten:documentdatum>2009-01-20</Objecten:documentdatum>"
        "<Objecten:documentnummer>MW/2009-001</Objecten:documentnummer>"
    )


def _life(version: int, begin: str, end: str | None = None, inside: str = "", inside_lv: str = "") -> str:
    until = f"<Historie:eindGeldigheid>{end}</Historie:eindGeldigheid>" if end else ""
    closed = f"<Historie:eindRegistratie>{end}T16:16:03.000</Historie:eindRegistratie>" if end else ""
    closed_lv = (
        f"<Historie:tijdstipEindRegistratieLV>{end}T16:34:48.162</Historie:tijdstipEindRegistratieLV>"
        if end
        else ""
    )
    return (
        "<Objecten:voorkomen><Historie:Voorkomen>"
        f"<Historie:voorkomenidentificatie>{version}</Historie:voorkomenidentificatie>"
        f"<Historie:beginGeldigheid>{begin}</Historie:beginGeldigheid>{until}"
        f"<Historie:tijdstipRegistratie>{begin}T11:14:25.000</Historie:tijdstipRegistratie>{closed}{inside}"
        f"<Historie:BeschikbaarLV><Historie:tijdstipRegistratieLV>{begin}T11:31:36.618</Historie:tijdstipRegistratieLV>"
        f"{closed_lv}{inside_lv}</Historie:BeschikbaarLV></Historie:Voorkomen></Objecten:voorkomen>"
    )


def _rings(geometry: shapely.Polygon) -> str:
    def ring(name: str, line: shapely.LinearRing) -> str:
        xy = shapely.get_coordinates(line)
        values = " ".join(f"{x:.3f} {y:.3f} 0.0" for x, y in xy)
        positions = f'<gml:posList count="{len(xy)}">{values}</gml:posList>'
        return f"<gml:{name}><gml:LinearRing>{positions}</gml:LinearRing></gml:{name}>"

    return ring("exterior", geometry.exterior) + "".join(
        ring("interior", hole) for hole in geometry.interiors
    )


def _files(stem: str, kind: str, records: list[str]) -> dict[str, bytes]:
    chunks = [records[i : i + RECORDS_PER_FILE] for i in range(0, len(records), RECORDS_PER_FILE)] or [[]]
    return {
        f"{stem}{DAY}-{n:06d}.xml": _document(kind, chunk).encode() for n, chunk in enumerate(chunks, start=1)
    }


def _document(kind: str, records: list[str]) -> str:
    body = "".join(
        f"<sl:stand><sl-bag-extract:bagObject>{r}</sl-bag-extract:bagObject></sl:stand>" for r in records
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<sl-bag-extract:bagStand {NAMESPACES}>'
        f"<sl-bag-extract:bagInfo>{SELECTION.format(name='')}{MOMENT}</sl-bag-extract:bagInfo>"
        "<sl:standBestand><sl:dataset>LVBAG</sl:dataset><sl:inhoud><sl:gebied>GEMEENTE</sl:gebied>"
        "<sl:leveringsId>0000000001</sl:leveringsId><sl:objectTypen>"
        f"<sl:objectType>{kind}</sl:objectType></sl:objectTypen></sl:inhoud>{body}</sl:standBestand></sl-bag-extract:bagStand>\n"
    )


def _delivery_note() -> str:
    name = f"<selecties-extract:GemeenteNaam>{MUNICIPALITY}</selecties-extract:GemeenteNaam>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<xb:BAG-Extract-Levering '
        'xmlns:xb="http://www.kadaster.nl/schemas/lvbag/extract-levering/v20200601" '
        'xmlns:selecties-extract="http://www.kadaster.nl/schemas/lvbag/extract-selecties/v20200601">'
        f"<xb:SelectieGegevens>{MOMENT}{SELECTION.format(name=name)}</xb:SelectieGegevens><xb:SchemaInfo>"
        "<xb:naam>BagvsExtractDeelbestandExtractLvc-2.1.0.xsd</xb:naam><xb:versie>20200601</xb:versie></xb:SchemaInfo>"
        "</xb:BAG-Extract-Levering>\n"
    )


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            _put(archive, name, data)
    return buffer.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Write a member with a fixed time, so that the same town gives the same bytes."""
    info = zipfile.ZipInfo(name, ZIP_TIME)
    info.compress_type = archive.compression
    archive.writestr(info, data)
