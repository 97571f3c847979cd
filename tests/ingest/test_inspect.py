"""A file is named for what it is, also when it is something else."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.inspect import describe
from tests.ingest.bgt_deliveries import delivery, record, square


def test_bgt_says_its_live_objects_and_rejects(tmp_path: Path) -> None:
    ended = "<imgeo:eindRegistratie>2017-01-01T00:00:00</imgeo:eindRegistratie>"
    text = delivery([record(geometry=square()), record(geometry=square(), extra=ended)])
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bgt_wegdeel.gml", text)
    found = describe(path)
    assert found["kind"] == "bgt citygml"
    assert found["count"] == 1
    assert found["bbox"] == [84_900, 447_500, 84_910, 447_510]
    assert found["layers"][0]["rejected"] == {"earlier version of an object": 1}


@pytest.mark.parametrize(
    ("text", "kind", "count", "preamble"),
    [
        ("A\nB\nPand_energieklasse;Pand_bagverblijfsobjectid\nA;1\nB;2\n", "ep-online csv", 2, 2),
        ("Opnamedatum;Energieklasse;BAGVerblijfsobjectID\n20200101;A;1\n", "ep-online csv", 1, 0),
        ("identificatie,vastgesteldeWaarde,waardepeildatum\n1,300000,2022-01-01\n", "woz csv", 1, 0),
        ("naam,leeftijd\nx,1\ny,2\n\n", "csv", 2, 0),
    ],
)  # fmt: skip
def test_tables_are_told_by_their_header(
    tmp_path: Path, text: str, kind: str, count: int, preamble: int
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, "utf-8")
    found = describe(path)
    assert (found["kind"], found["count"]) == (kind, count)
    assert found["layers"][0]["columns"] == text.splitlines()[preamble].replace(";", ",").split(",")


def test_unknown_and_damaged_files_are_source_errors(tmp_path: Path) -> None:
    for name, content in {
        "a.zip": b"PK no zip",
        "b.gpkg": b"no database",
        "c.laz": b"no laz at all",
        "d.exe": b"MZ",
        "e.json": b"[1, 2]",
        "f.csv": b"",
        "g.csv.gz": b"no gzip",
        "h.gml": b"<a/>",
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SourceError, match=name):
            describe(tmp_path / name)
    with pytest.raises(SourceError, match="doesn't exist"):
        describe(tmp_path / "none")


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        ("delft/bgt.gpkg", "bgt geopackage", 582),
        ("delft/ahn3_37en1.laz", "ahn laz", 640_510),
        ("voorburg/cbs_buurten.gpkg", "cbs geopackage", 14),
        ("voorburg/bag_pand.gpkg", "bag geopackage", 15_380),
        ("formats/bag_gpkg/gokoala_bag.gpkg", "bag geopackage", None),
        ("formats/bag_lvc_xml/lv/BAGNLDL-15092020-small.zip", "bag extract", None),
        ("formats/bag_lvc_xml/lv/BAGNLDL-15092020-small", "bag extract", None),
        ("formats/bag_lvc_xml/0221PND15092020.zip", "bag extract", None),
        ("formats/bag_wfs_json/panden.geojson", "geojson", 20),
        ("formats/misc_3dbag/b2.jsonl", "cityjson", None),
        ("formats/bgt_citygml_denhaag_partial/bgt_waterdeel.gml", "bgt gml", 40),
    ],
)
def test_real_files_are_recognised(real_data: Path, name: str, kind: str, count: int | None) -> None:
    found = describe(real_data / name)
    assert found["kind"] == kind
    if count is not None:
        assert found["count"] == count
    assert set(found) == {"path", "kind", "crs", "bbox", "count", "layers", "notes"}
