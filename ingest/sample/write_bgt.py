"""BGT as PDOK delivers it: a zip with a CityGML file per feature type, with arcs, history and plans."""

from __future__ import annotations

import datetime as dt
import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ingest.sample.bgt_kinds import EMPTY_TYPES, KINDS, Kind
from ingest.sample.plan import Floats, Geometries, Ints
from ingest.sample.registers import MUNICIPALITY_CODE, Registers
from ingest.sample.surfaces import CREST_FROM_SHORE
from ingest.sample.town import Town

ZIP_TIME = (2025, 10, 20, 7, 30, 0)
DELIVERED = dt.date(*ZIP_TIME[:3])
DEF = "http://www.geostandaarden.nl/imgeo/def/2.1"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<CityModel xmlns:gml="http://www.opengis.net/gml" '
    'xmlns:imgeo="http://www.geostandaarden.nl/imgeo/2.1" xmlns="http://www.opengis.net/citygml/2.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.geostandaarden.nl/imgeo/2.1 '
    'http://register.geostandaarden.nl/gmlapplicatieschema/imgeo/2.1.1/imgeo.xsd">\n'
)
TAIL = "</CityModel>\n"
NO_CREST = '<imgeo:kruinlijnBegroeidTerreindeel xsi:nil="true" nilReason="waardeOnbekend"/>'
SRS = ' srsName="urn:ogc:def:crs:EPSG::28992"'


@dataclass(frozen=True, slots=True)
class Record:
    """One version of one object, ready to be written: its geometry and what comes after it are GML."""

    kind: Kind
    local_id: str
    geometry: str
    level: int = 0
    ended: str = ""
    status: str = "geenWaarde"
    void: bool = True
    extra: str = ""
    age: int = 0


def write_bgt(folder: Path, town: Town, registers: Registers) -> tuple[Path, dict[str, int]]:
    """Write ``bgt.zip`` into ``folder``; its path and the number of current objects per feature type."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "bgt.zip"
    records: dict[str, list[Record]] = {name: [] for name in EMPTY_TYPES}
    counts: dict[str, int] = {}
    for record in _records(town, registers):
        records.setdefault(record.kind.feature_type, []).append(record)
        if not record.ended and record.status == "geenWaarde":
            counts[record.kind.feature_type] = counts.get(record.kind.feature_type, 0) + 1
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(records):
            info = zipfile.ZipInfo(f"bgt_{name}.gml", ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as out:
                out.write(HEAD.encode())
                for record in records[name]:
                    out.write(_member(record).encode())
                out.write(TAIL.encode())
    return path, counts


def _records(town: Town, registers: Registers) -> Iterator[Record]:
    surfaces = town.surfaces
    gml = _Polygons(surfaces.arcs)
    texts = gml.write(surfaces.geometry)
    places = np.round(shapely.get_coordinates(shapely.point_on_surface(surfaces.geometry)), 3)
    labels = _house_labels(town, registers)
    crest = surfaces.island.buffer(-CREST_FROM_SHORE, quad_segs=12).exterior.buffer(0.05)
    for row, (name, building, text, place) in enumerate(
        zip(surfaces.kind, surfaces.building, texts, places, strict=True)
    ):
        kind = KINDS[name]
        local = _local_id(name, *place)
        extra = kind.tail
        if name == "pand":
            text = text.replace(SRS, "")
            text = f"<gml:MultiSurface><gml:surfaceMember>{text}</gml:surfaceMember></gml:MultiSurface>"
            extra = labels[building] if building < len(labels) else ""
            pand = registers.pand["identificatie"].iat[building]
            extra = f"<imgeo:identificatieBAGPND>{pand}</imgeo:identificatieBAGPND>\n%s{extra}"
        if name == "dijk":
            extra = extra.replace(NO_CREST, _crest(surfaces.geometry[row], crest) or NO_CREST)
        record = Record(kind, local, text, extra=extra, age=row)
        if row % 13 == 6:
            former = KINDS["transitie"] if name in ("voetpad", "trottoir", "straat", "rijbaan") else kind
            yield Record(
                former,
                local,
                text,
                ended=("2019-06-03T10:36:01", "2021-02-11T09:00:00")[row % 2],
                extra=extra,
                age=row + 1,
            )
        yield record
    yield from _bridges(town, gml)
    yield from _planned(town, registers, gml)
    yield from _points_and_lines(town)
    yield from _street_labels(registers)


def _crest(polygon: shapely.Polygon, crest: shapely.Polygon) -> str:
    """The crest line in the outline of a slope; written as in the BGT, without ``srsDimension``."""
    lines = shapely.get_parts(shapely.line_merge(shapely.intersection(polygon.boundary, crest)))
    line = max(lines, key=shapely.length, default=None)
    if line is None or line.geom_type != "LineString" or line.length < 5.0:
        return ""
    values = " ".join(f"{x:.3f} {y:.3f}" for x, y in shapely.get_coordinates(line))
    return (
        f"<imgeo:kruinlijnBegroeidTerreindeel><gml:LineString><gml:posList>{values}</gml:posList></gml:LineString>"
        "</imgeo:kruinlijnBegroeidTerreindeel>"
    )


def _bridges(town: Town, gml: _Polygons) -> Iterator[Record]:
    for number, row in enumerate(town.surfaces.decks):
        for geometry, name in zip(row, ("brugdek", "brugweg", "brugpad"), strict=True):
            text = gml.write(np.array([geometry], dtype=object))[0]
            spot = shapely.get_coordinates(geometry.centroid)[0]
            yield Record(
                KINDS[name], _local_id(name, *spot), text, level=1, extra=KINDS[name].tail, age=number
            )


def _planned(town: Town, registers: Registers, gml: _Polygons) -> Iterator[Record]:
    """Objects on the drawing board: panden with a permit, which overlap what is there now."""
    for row in range(town.standing, len(town.buildings)):
        text = gml.write(town.footprints[row : row + 1])[0].replace(SRS, "")
        text = f"<gml:MultiSurface><gml:surfaceMember>{text}</gml:surfaceMember></gml:MultiSurface>"
        pand = registers.pand["identificatie"].iat[row]
        extra = f"<imgeo:identificatieBAGPND>{pand}</imgeo:identificatieBAGPND>\n%s"
        yield Record(KINDS["pand"], _local_id("plan", row), text, status="plan", extra=extra, age=row)


def _points_and_lines(town: Town) -> Iterator[Record]:
    for number, (x, y, *_rest) in enumerate(town.trees):
        yield Record(
            KINDS["boom"], _local_id("boom", x, y), _point(x, y), extra=KINDS["boom"].tail, age=number
        )
        if number % 5 == 0:
            yield Record(
                KINDS["lichtmast"],
                _local_id("mast", x, y),
                _point(x + 1.7, y + 0.9),
                extra=KINDS["lichtmast"].tail,
            )
    quays = town.surfaces.geometry[town.surfaces.kind == "gracht"]
    for number, ring in enumerate(shapely.get_rings(quays)):
        values = " ".join(f"{x:.3f} {y:.3f}" for x, y in shapely.get_coordinates(ring))
        line = f'<gml:LineString{SRS}><gml:posList srsDimension="2">{values}</gml:posList></gml:LineString>'
        yield Record(KINDS["kademuur"], _local_id("kademuur", number), line, extra=KINDS["kademuur"].tail)


def _street_labels(registers: Registers) -> Iterator[Record]:
    rows: Any = registers.openbare_ruimte.itertuples()
    for s in rows:
        text = (
            f"<imgeo:identificatieBAGOPR>{s.identificatie}</imgeo:identificatieBAGOPR>\n<imgeo:openbareRuimteNaam><imgeo:Label>"
            f"<imgeo:tekst>{s.naam}</imgeo:tekst>"
            f"{_position(s.x, s.y, np.degrees(s.angle) % 180)}</imgeo:Label>"
            f'</imgeo:openbareRuimteNaam>\n<imgeo:openbareRuimteType codeSpace="{DEF}#TypeOpenbareRuimte">Weg'
            "</imgeo:openbareRuimteType>"
        )
        yield Record(KINDS["straatnaam"], _local_id("opr", s.identificatie), "", extra=text)


def _house_labels(town: Town, registers: Registers) -> list[str]:
    """Per building its house-number label, a point inside the pand: that is what misleads simple readers."""
    objects = registers.verblijfsobject
    address = registers.nummeraanduiding.iloc[objects["address"]]
    result = [""] * len(town.buildings)
    table: Any = objects.assign(number=address["huisnummer"].to_numpy())
    for row, group in table.groupby("pand"):
        low, high = int(group["number"].min()), int(group["number"].max())
        text = str(low) if low == high else f"{low}-{high}"
        first, last = group["identificatie"].iat[0], group["identificatie"].iat[-1]
        tag = "imgeo:identificatieBAGVBOHoogsteHuisnummer"
        highest = f"<{tag}>{last}</{tag}>" if len(group) > 1 else ""
        result[row] = (
            "<imgeo:nummeraanduidingreeks><imgeo:Nummeraanduidingreeks><imgeo:nummeraanduidingreeks><imgeo:Label>"
            f"<imgeo:tekst>{text}</imgeo:tekst>"
            f"{_position(group['x'].iat[0], group['y'].iat[0], 0)}</imgeo:Label>"
            "</imgeo:nummeraanduidingreeks>"
            f"<imgeo:identificatieBAGVBOLaagsteHuisnummer>{first}</imgeo:identificatieBAGVBOLaagsteHuisnummer>{highest}"
            "</imgeo:Nummeraanduidingreeks></imgeo:nummeraanduidingreeks>"
        )
    return result


class _Polygons:
    """Writes polygons as GML, with three-point arcs wherever a ring runs along a known one."""

    def __init__(self, arcs: Floats) -> None:
        key = _millimetres(arcs.reshape(-1, 2)).reshape(-1, 3)
        self.ends = {int(m): (int(s), int(e)) for s, m, e in key}
        self.middles = np.unique(key[:, 1])

    def write(self, polygons: Geometries) -> list[str]:
        rings, owner = shapely.get_rings(polygons, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        key = _millimetres(xy)
        curved = np.zeros(len(rings), dtype=bool)
        curved[np.unique(ring[np.isin(key, self.middles)])] = True
        bounds = np.r_[np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]]), len(xy)]
        text = [f"{x:.3f} {y:.3f}" for x, y in xy.tolist()]
        written = [
            self._curved(text[a:b], key[a:b]) if c else _straight(text[a:b])
            for a, b, c in zip(bounds[:-1], bounds[1:], curved, strict=True)
        ]
        result, last = [f"<gml:Polygon{SRS}>"] * len(polygons), -1
        for o, line in zip(owner.tolist(), written, strict=True):
            name = "exterior" if o != last else "interior"
            result[o] += f"<gml:{name}>{line}</gml:{name}>"
            last = o
        return [f"{r}</gml:Polygon>" for r in result]

    def _curved(self, text: list[str], key: Ints) -> str:
        """A ring of line and arc segments; it starts where no arc is under way."""
        text, keys = text[:-1], key[:-1].tolist()
        size = len(keys)
        arc = [
            k in self.ends
            and self.ends[k] in ((keys[i - 1], keys[(i + 1) % size]), (keys[(i + 1) % size], keys[i - 1]))
            for i, k in enumerate(keys)
        ]
        if not any(arc):
            return _straight([*text, text[0]])
        begin = next(i for i in range(size) if not arc[i])
        text, arc = text[begin:] + text[: begin + 1], arc[begin:] + arc[: begin + 1]
        segments, i = [], 0
        while i < size:
            if arc[i + 1]:
                segments.append(("Arc", text[i : i + 3]))
                i += 2
            else:
                end = i + 1
                while end < size and not arc[end + 1]:
                    end += 1
                segments.append(("LineStringSegment", text[i : end + 1]))
                i = end
        body = "".join(
            f'<gml:{n}><gml:posList srsDimension="2">{" ".join(p)}</gml:posList></gml:{n}>'
            for n, p in segments
        )
        curve = f"<gml:Curve><gml:segments>{body}</gml:segments></gml:Curve>"
        return f"<gml:Ring><gml:curveMember>{curve}</gml:curveMember></gml:Ring>"


def _member(r: Record) -> str:
    kind, seconds = r.kind, r.age * 37 % 60
    created = f"{2008 + r.age % 14}-0{1 + r.age % 9}-1{r.age % 10}"
    registered = f"{2014 + r.age % 8}-0{1 + r.age % 9}-2{r.age % 8}T1{r.age % 10}:16:{seconds:02d}" + (
        ".000" if r.age % 3 else ""
    )
    version = hashlib.md5(f"{r.local_id}{r.ended}{r.status}".encode(), usedforsecurity=False).hexdigest()
    gml_id = f"b{version[:8]}-{version[8:12]}-{version[12:16]}-{version[16:20]}-{version[20:]}"
    ended = f"<imgeo:eindRegistratie>{r.ended}</imgeo:eindRegistratie>\n" if r.ended else ""
    terminated = f"<terminationDate>{r.ended[:10]}</terminationDate>\n" if r.ended and r.age % 2 else ""
    space = "VoidReasonValue" if r.status == "geenWaarde" else "StatusPlus"
    geometry = f"<imgeo:{kind.geometry}>{r.geometry}</imgeo:{kind.geometry}>\n" if r.geometry else ""
    body = kind.head + (r.extra % geometry if "%s" in r.extra else geometry + r.extra)
    spelled = f' xmlns="{kind.namespace}"' if kind.namespace else ""
    return (
        f'    <cityObjectMember>\n        <{kind.element}{spelled} gml:id="{gml_id}">\n'
        f'<creationDate xmlns="http://www.opengis.net/citygml/2.0">{created}</creationDate>\n{terminated}'.replace(
            "<terminationDate>", '<terminationDate xmlns="http://www.opengis.net/citygml/2.0">'
        )
        + f"<imgeo:LV-publicatiedatum>2022-03-04T15:39:24</imgeo:LV-publicatiedatum>\n"
        f"<imgeo:relatieveHoogteligging>{r.level}</imgeo:relatieveHoogteligging>\n"
        f"<imgeo:inOnderzoek>{'true' if r.age % 97 == 50 else 'false'}</imgeo:inOnderzoek>\n{ended}"
        f"<imgeo:tijdstipRegistratie>{registered}</imgeo:tijdstipRegistratie>\n"
        "<imgeo:identificatie><imgeo:NEN3610ID><imgeo:namespace>NL.IMGeo</imgeo:namespace>"
        f"<imgeo:lokaalID>{r.local_id}</imgeo:lokaalID></imgeo:NEN3610ID></imgeo:identificatie>\n"
        f"<imgeo:bronhouder>G{MUNICIPALITY_CODE}</imgeo:bronhouder>\n"
        f'<imgeo:bgt-status codeSpace="{DEF}#Status">bestaand</imgeo:bgt-status>\n'
        f'<imgeo:plus-status codeSpace="{DEF}#{space}">{r.status}</imgeo:plus-status>\n'
        f"{body}\n        </{kind.element}>\n    </cityObjectMember>\n"
    )


def _straight(text: list[str]) -> str:
    return f'<gml:LinearRing><gml:posList srsDimension="2">{" ".join(text)}</gml:posList></gml:LinearRing>'


def _local_id(*parts: object) -> str:
    return f"G{MUNICIPALITY_CODE}.{hashlib.md5(repr(parts).encode(), usedforsecurity=False).hexdigest()}"


def _position(x: float, y: float, angle: float) -> str:
    return (
        "<imgeo:positie><imgeo:Labelpositie><imgeo:plaatsingspunt><gml:Point>"
        f"<gml:pos>{x:.3f} {y:.3f}</gml:pos></gml:Point></imgeo:plaatsingspunt><imgeo:hoek>"
        f"{angle:.1f}</imgeo:hoek>"
        "</imgeo:Labelpositie></imgeo:positie>"
    )


def _point(x: float, y: float) -> str:
    return f'<gml:Point{SRS}><gml:pos srsDimension="2">{x:.3f} {y:.3f}</gml:pos></gml:Point>'


def _millimetres(xy: Floats) -> Ints:
    """One whole number per place: RD coordinates are below 2**20 m, so millimetres fit in 30 bits each."""
    whole = np.rint(xy * 1000.0).astype(np.int64)
    key: Ints = (whole[:, 0] << 31) | whole[:, 1]
    return key
