"""Every file of real register data is read, and counted a second time by a program that knows no register.

Text is searched for the start of a record and GeoPackages are asked in SQL. What becomes of the records is
tested per register; here none may be missing, and no file may be without its count.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import laspy
import pytest

from ingest import ahn, bag, bgt, cbs
from ingest.delivery import Delivery

BGT_RECORD = re.compile(rb"<(?:\w+:)?cityObjectMember>")
BAG_RECORD = {
    "pand": rb"<Objecten:Pand>",
    "verblijfsobject": rb"<Objecten:Verblijfsobject>",
    "ligplaats": rb"<Objecten:Ligplaats>",
    "standplaats": rb"<Objecten:Standplaats>",
    "nummeraanduiding": rb"<Objecten:Nummeraanduiding>",
    "openbare_ruimte": rb"<Objecten:OpenbareRuimte>",
    "woonplaats": rb"<Objecten:Woonplaats>",
    "in_onderzoek": rb"<sl-bag-extract:kenmerkInOnderzoek>",
}


def texts(path: Path, content: bytes | None = None, name: str = "") -> list[tuple[str, bytes]]:
    """All XML in a file or folder, however deep in zips."""
    if path.is_dir() and content is None:
        return [text for child in sorted(path.iterdir()) for text in texts(child)]
    name, content = name or path.name, path.read_bytes() if content is None else content
    if not name.endswith(".zip"):
        return [(name, content)] if name.endswith((".xml", ".gml")) else []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [t for inner in archive.namelist() for t in texts(path, archive.read(inner), Path(inner).name)]


def sql(path: Path, query: str) -> int:
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        return int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def count_bgt(path: Path) -> dict[str, int]:
    return {name[4:-4]: len(BGT_RECORD.findall(xml)) for name, xml in texts(path) if name.startswith("bgt_")}


def count_bag(path: Path) -> dict[str, int]:
    found = texts(path)
    return {table: n for table, mark in BAG_RECORD.items() if (n := sum(xml.count(mark) for _, xml in found))}


def read_all(found: dict[str, Delivery]) -> dict[str, int]:
    for delivery in found.values():
        assert delivery.read == len(delivery.frame) + len(delivery.rejects)
    return {name: delivery.read for name, delivery in found.items()}


def lines(path: Path) -> int:
    with gzip.open(path, "rt", newline="") as stream:
        return sum(1 for _ in csv.reader(stream)) - 1


Reader = Callable[[Path], dict[str, int]]
EXTRACT: tuple[Reader, Reader] = (lambda p: read_all(bag.read(p)), count_bag)
DOWNLOAD: tuple[Reader, Reader] = (lambda p: read_all(bgt.read(p)), count_bgt)


def rows_of(**tables: str) -> Reader:
    return lambda path: {t: sql(path, f"select count(*) from {layer}") for t, layer in tables.items()}


SAMPLES: dict[str, tuple[Reader, Reader]] = {
    "formats/bgt_citygml_otterlo/otterlo.zip": DOWNLOAD,
    "formats/bgt_citygml_hilversum": DOWNLOAD,
    "formats/bgt_citygml_denhaag_partial": DOWNLOAD,
    "formats/bag_lvc_xml/0221PND15092020.zip": EXTRACT,
    "formats/bag_lvc_xml/lv/BAGNLDL-15092020-small.zip": EXTRACT,
    "formats/bag_lvc_xml/lv/BAGNLDL-15092020-small": EXTRACT,
    "formats/bag_lvc_xml/lv/BAGNLDL-15092020-small-expand": EXTRACT,
    "formats/bag_gpkg/gokoala_bag.gpkg": (
        EXTRACT[0],
        lambda p: {
            "nummeraanduiding": sum(
                sql(p, f"select count(*) from {t}")
                for t in ("verblijfsobjecten", "ligplaatsen", "standplaatsen")
            )
        },
    ),
    "formats/bag_wfs_json/panden.geojson": (
        EXTRACT[0],
        lambda p: {"pand": len(json.loads(p.read_bytes())["features"])},
    ),
    "voorburg/bag_pand.gpkg": (EXTRACT[0], rows_of(pand="bag_pand")),
    "voorburg/bag_vbo.gpkg": (EXTRACT[0], rows_of(verblijfsobject="bag_vbo")),
    "voorburg/bag_num.csv.gz": (EXTRACT[0], lambda p: {"nummeraanduiding": lines(p)}),
    "voorburg/cbs_buurten.gpkg": (lambda p: read_all(cbs.read(p)), rows_of(buurt="cbs_buurten")),
    "delft/bag_pand_ids.gpkg": (
        EXTRACT[0],
        lambda p: {"pand": sql(p, f"select count(*) from {only_table(p)}")},
    ),
    "delft/bgt.gpkg": (
        DOWNLOAD[0],
        lambda p: {
            t.removeprefix("bgt_"): sql(p, f"select count(*) from {t}") for t in tables(p)
        },
    ),
}  # fmt: skip


def tables(path: Path) -> list[str]:
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        return [name for (name,) in connection.execute("select table_name from gpkg_contents")]
    finally:
        connection.close()


def only_table(path: Path) -> str:
    (name,) = tables(path)
    return name


@pytest.mark.parametrize("name", SAMPLES)
def test_every_record_is_read(real_data: Path, name: str) -> None:
    read, count = SAMPLES[name]
    counted = count(real_data / name)
    assert sum(counted.values()) > 0
    assert {t: n for t, n in read(real_data / name).items() if n} == {t: n for t, n in counted.items() if n}


def test_every_point_is_read(real_data: Path, tmp_path: Path) -> None:
    sheets = sorted((real_data / "delft").glob("*.laz"))
    store = ahn.PointStore.build(sheets, tmp_path / "points")
    for sheet, summary in zip(sheets, store.summary.files, strict=True):
        with laspy.open(sheet) as reader:
            assert summary.points == reader.header.point_count
        assert summary.points == summary.kept + summary.outside + summary.withheld + summary.noise
    assert sum(f.points for f in store.summary.files) == 848_942


def test_no_sample_is_without_its_count(real_data: Path) -> None:
    """A register file that somebody adds is counted too; 3DBAG is a product, read by nobody here."""
    known = [real_data / name for name in SAMPLES]
    files = [p for folder in ("formats", "voorburg", "delft") for p in (real_data / folder).rglob("*")]
    passed_over = [
        str(p.relative_to(real_data))
        for p in files
        if p.is_file() and not any(k == p or k in p.parents for k in known) and "misc_3dbag" not in p.parts
    ]
    assert sorted(passed_over) == ["delft/ahn3_37en1.laz", "delft/ahn3_37en2.laz"]
