"""The BAG as tables: real ones counted again with sqlite, csv and json, and small ones with every fault."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from ingest import bag
from ingest.delivery import Reject
from ingest.errors import SourceError

SQUARE = shapely.box(85000, 447000, 85010, 447010)
BOWTIE = shapely.Polygon([(85000, 447000), (85010, 447010), (85010, 447000), (85000, 447010)])


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def write(path: Path, layer: str, geometry: list[Any], crs: str = "EPSG:28992", **columns: list[Any]) -> Path:
    gpd.GeoDataFrame(columns, geometry=geometry, crs=crs).to_file(path, layer=layer, driver="GPKG")
    return path


@pytest.fixture(scope="module")
def voorburg(real_data: Path) -> dict[str, Any]:
    folder = real_data / "voorburg"
    return bag.read([folder / "bag_pand.gpkg", folder / "bag_vbo.gpkg", folder / "bag_num.csv.gz"])


def test_voorburg_panden(real_data: Path, voorburg: dict[str, Any]) -> None:
    path = real_data / "voorburg/bag_pand.gpkg"
    pand = voorburg["pand"]
    assert pand.read == rows(path, "select count(*) from bag_pand")[0][0] == 15_380
    counted = dict(rows(path, "select status, count(*) from bag_pand group by status"))
    wrong = counted.pop("Pand ten onrechte opgevoerd")
    assert pand.frame["pand_status"].value_counts().to_dict() == counted
    assert pand.rejects["detail"].tolist() == ["status 'Pand ten onrechte opgevoerd'"] * wrong
    assert set(pand.rejects["reason"]) == {str(Reject.NOT_CURRENT)}
    area = pand.frame.area.sum()
    assert area == pytest.approx(_area_in_file(path, set(pand.frame["identificatie"])))


def _area_in_file(path: Path, wanted: set[str]) -> float:
    total = 0.0
    for object_id, blob in rows(path, "select identificatie, geom from bag_pand"):
        if object_id[-16:] in wanted:
            envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[(blob[3] >> 1) & 7]
            total += shapely.from_wkb(blob[8 + envelope :]).area
    return total


def test_voorburg_verblijfsobjecten_and_their_panden(real_data: Path, voorburg: dict[str, Any]) -> None:
    path = real_data / "voorburg/bag_vbo.gpkg"
    raw = rows(path, "select identificatie, status, pandref, oppervlakte, gebruiksdoel from bag_vbo")
    unit = voorburg["verblijfsobject"]
    assert unit.read == len(raw) == 31_293
    known = {
        i[-16:] for (i,) in rows(real_data / "voorburg/bag_pand.gpkg", "select identificatie from bag_pand")
    }
    refs = {i[-16:]: [ref[-16:] for ref in pandref.strip("{}").split(",")] for i, _, pandref, _, _ in raw}
    assert sum(any(ref in known for ref in r) for r in refs.values()) == 31_045
    withdrawn = {i[-16:] for i, status, *_ in raw if status == "Verblijfsobject ingetrokken"}
    assert set(unit.rejects["object_id"]) == withdrawn
    assert len(withdrawn) == 1_057
    frame = unit.frame.set_index("identificatie")
    assert frame["pand_ids"].to_dict() == {i: tuple(r) for i, r in refs.items() if i not in withdrawn}
    # The count of links over everything that was read: those kept, and those rejected for their status.
    linked = sum(any(ref in known for ref in r) for r in frame["pand_ids"])
    assert linked + sum(any(ref in known for ref in refs[i]) for i in withdrawn) == 31_045
    areas = {i[-16:]: int(a) for i, _, _, a, _ in raw if i[-16:] not in withdrawn}
    assert frame["oppervlakte"].fillna(-1).to_dict() == {
        i: -1 if a in (1, 999_999) else a for i, a in areas.items()
    }
    assert Counter(d for t in frame["gebruiksdoel"] for d in t) == Counter(
        d for i, *_, text in raw if i[-16:] not in withdrawn for d in text.strip("{}").split(",")
    )


def test_voorburg_nummeraanduidingen_and_addresses(real_data: Path, voorburg: dict[str, Any]) -> None:
    with gzip.open(real_data / "voorburg/bag_num.csv.gz", "rt", newline="") as stream:
        raw = list(csv.DictReader(stream))
    number = voorburg["nummeraanduiding"]
    assert number.read == len(number.frame) == len(raw) == 30_236
    first = number.frame.set_index("identificatie").loc[raw[2]["identificatie"][-16:]]
    assert (first["huisnummer"], first["huisletter"], first["postcode"]) == (55, "J", "2591AA")
    assert first["openbare_ruimte_id"] == raw[2]["openbareruimteref"][-16:]
    assert number.frame["postcode"].isna().sum() == sum(not r["postcode"] for r in raw)

    found = bag.addresses(voorburg)
    units = voorburg["verblijfsobject"].frame
    assert found["hoofdadres"].sum() == len(units)
    assert (~found["hoofdadres"]).sum() == units["nevenadres_ids"].map(len).sum() > 0
    assert found["straatnaam"].isna().all()  # the street names are not in this delivery
    plain = {r["identificatie"][-16:]: int(r["huisnummer"]) for r in raw}
    main = found[found["hoofdadres"]]
    assert main["huisnummer"].tolist() == [plain[i] for i in main["nummeraanduiding_id"]]


def test_per_address_geopackage(real_data: Path) -> None:
    path = real_data / "formats/bag_gpkg/gokoala_bag.gpkg"
    found = bag.read(path)
    counted = sum(
        rows(path, f"select count(*) from {t}")[0][0]
        for t in ("verblijfsobjecten", "ligplaatsen", "standplaatsen")
    )
    assert list(found) == ["nummeraanduiding"]
    assert found["nummeraanduiding"].read == len(found["nummeraanduiding"].frame) == counted == 1_904
    address = bag.addresses(found).set_index("nummeraanduiding_id").loc["0363200000039881"]
    assert (address["straatnaam"], address["huisnummer"], address["huisnummertoevoeging"]) == (
        "Barentszplein",
        1,
        "H",
    )
    assert address["woonplaatsnaam"] == "Amsterdam"
    assert pd.isna(address["verblijfsobject_id"])


def test_ids_only_leave_year_and_status_unknown(real_data: Path) -> None:
    pand = bag.read(real_data / "delft/bag_pand_ids.gpkg")["pand"]
    assert len(pand.frame) == 160
    assert pand.frame["pand_status"].isna().all()
    assert pand.frame["oorspronkelijk_bouwjaar"].isna().all()


def test_wfs_geojson_is_converted_to_rd(real_data: Path) -> None:
    path = real_data / "formats/bag_wfs_json/panden.geojson"
    features = json.loads(path.read_text())["features"]
    pand = bag.read(path)["pand"]
    assert pand.read == len(pand.frame) == len(features)
    assert pand.frame["oorspronkelijk_bouwjaar"].tolist() == [f["properties"]["bouwjaar"] for f in features]
    assert pand.frame.crs.to_epsg() == 28992
    x, y = pand.frame.geometry.iloc[0].centroid.coords[0]
    assert 104_500 < x < 104_700  # Haarlem
    assert 490_100 < y < 490_300
    assert "RDNAPTRANS2018" in pand.notes[0]
    window = bag.read(path, bbox=(x - 1, y - 1, x + 1, y + 1))["pand"]
    assert 0 < len(window.frame) < len(features)
    assert window.notes[-1] == f"{len(features) - window.read} records lie outside the area and were not read"


def test_window_on_a_geopackage(real_data: Path) -> None:
    path = real_data / "voorburg/bag_pand.gpkg"
    box = (83_000.0, 454_500.0, 83_500.0, 455_000.0)
    whole = bag.read(path)["pand"].frame
    part = bag.read(path, bbox=box)["pand"]
    expected = whole[whole.intersects(shapely.box(*box))]
    assert set(part.frame["identificatie"]) == set(expected["identificatie"])
    assert 0 < len(expected) < len(whole)


def test_every_fault_in_a_pand_has_its_reject_line(tmp_path: Path) -> None:
    empty, line = shapely.Polygon(), shapely.Polygon([(85000, 447000), (85010, 447000), (85000, 447000)])
    cases = [
        ("0503100000000001", "Pand in gebruik", SQUARE, None),
        ("0503100000000002", "Bouwvergunning verleend", SQUARE, None),
        ("0503100000000003", "Bouw gestart", SQUARE, None),
        ("0503100000000004", "Pand gesloopt", SQUARE, Reject.NOT_CURRENT),
        ("0503100000000005", "Niet gerealiseerd pand", SQUARE, Reject.NOT_CURRENT),
        ("0503100000000006", "Pand in gebuik", SQUARE, Reject.UNKNOWN_STATUS),
        ("0503100000000007", "Pand in gebruik", BOWTIE, None),
        ("0503100000000008", "Pand in gebruik", line, Reject.BAD_GEOMETRY),
        ("0503100000000009", "Pand in gebruik", None, Reject.NO_GEOMETRY),
        ("0503100000000010", "Pand in gebruik", empty, Reject.NO_GEOMETRY),
        ("0503010000000011", "Pand in gebruik", SQUARE, Reject.BAD_ID),
        ("503", "Pand in gebruik", SQUARE, Reject.BAD_ID),
        (None, "Pand in gebruik", SQUARE, Reject.BAD_ID),
        ("0503100000000001", "Pand in gebruik", SQUARE, Reject.DUPLICATE_ID),
    ]
    path = write(
        tmp_path / "bag-light.gpkg",
        "pand",
        [c[2] for c in cases],
        identificatie=[c[0] for c in cases],
        status=[c[1] for c in cases],
        bouwjaar=[1950] * len(cases),
    )
    pand = bag.read(path)["pand"]
    assert pand.read == len(cases)
    assert Counter(pand.rejects["reason"]) == Counter(str(c[3]) for c in cases if c[3])
    assert set(pand.frame["identificatie"]) == {c[0] for c in cases if not c[3]}
    assert pand.rejects["detail"].str.contains("'Pand in gebuik'").sum() == 1
    mended = pand.frame.set_index("identificatie").loc["0503100000000007"]
    assert mended["hersteld"]
    assert mended["geometry"].is_valid
    assert mended["geometry"].area == pytest.approx(50)
    assert not pand.frame.loc[pand.frame["identificatie"] == "0503100000000001", "hersteld"].any()


@pytest.mark.parametrize(
    ("year", "kept"), [(1005, False), (9999, False), (999, False), (2150, False), (1000, True)]
)
def test_dummy_years_are_missing(tmp_path: Path, year: int, kept: bool) -> None:
    path = write(
        tmp_path / "b.gpkg",
        "pand",
        [SQUARE],
        identificatie=["0503100000000001"],
        status=["Pand in gebruik"],
        bouwjaar=[year],
    )
    found = bag.read(path)["pand"].frame["oorspronkelijk_bouwjaar"]
    assert found.notna().tolist() == [kept]


def test_bag_light_carries_the_address_on_the_verblijfsobject(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "identificatie": ["0503010000000001", "0503010000000001", "0503010000000002", "0503010000000003"],
        "oppervlakte": [120, 120, 999_999, 1],
        "status": ["Verblijfsobject in gebruik"] * 4,
        "gebruiksdoel": ["woonfunctie,winkelfunctie", "woonfunctie,winkelfunctie", "woonfunctie", None],
        "openbare_ruimte_naam": ["Oude Delft"] * 4,
        "huisnummer": [1, 1, 3, 5],
        "huisletter": ["a", "a", None, None],
        "toevoeging": [None] * 4,
        "postcode": ["2611 BC", "2611 BC", "2611BC", "x"],
        "woonplaats_naam": ["Delft"] * 4,
        "bouwjaar": [1650] * 4,
        "pand_identificatie": [
            "0503100000000001",
            "0503100000000002",
            "0503100000000003,0503100000000004",
            "503",
        ],
        "nummeraanduiding_hoofdadres_identificatie": [f"05032000000000{i:02d}" for i in (1, 1, 2, 3)],
    }
    path = write(
        tmp_path / "bag-light.gpkg", "verblijfsobject", [shapely.Point(85000, 447000)] * 4, **columns
    )
    unit = bag.read(path)["verblijfsobject"]
    assert unit.frame["pand_ids"].tolist() == [
        ("0503100000000001", "0503100000000002"),
        ("0503100000000003", "0503100000000004"),
        (),
    ]
    assert unit.rejects["reason"].tolist() == [str(Reject.DUPLICATE_ID)]
    assert unit.frame["gebruiksdoel"].tolist() == [("woonfunctie", "winkelfunctie"), ("woonfunctie",), ()]
    assert unit.frame["oppervlakte"].fillna(0).tolist() == [120, 0, 0]
    assert unit.notes == ("verblijfsobject: 1 malformed references in pand_ids left out",)
    found = bag.addresses({"verblijfsobject": unit})
    assert found["straatnaam"].tolist() == ["Oude Delft"] * 3
    assert found["huisnummer"].tolist() == [1, 3, 5]
    assert found["postcode"].fillna("-").tolist() == ["2611BC", "2611BC", "-"]
    assert found["nummeraanduiding_id"].tolist() == [f"05032000000000{i:02d}" for i in (1, 2, 3)]


def test_a_date_that_is_none_is_not_taken_for_no_end(tmp_path: Path) -> None:
    text = (
        "identificatie,status,huisnummer,openbareruimteref,begingeldigheid,eindgeldigheid\n"
        "0503200000000001,Naamgeving uitgegeven,1,0503300000000001,2010-01-01,soon\n"
        "0503200000000002,Naamgeving uitgegeven,2,0503300000000001,2010-01-01,\n"
    )
    (tmp_path / "bag_num.csv").write_text(text)
    number = bag.read(tmp_path / "bag_num.csv")["nummeraanduiding"]
    assert number.frame["huisnummer"].tolist() == [2]
    assert number.rejects[["reason", "detail"]].values.tolist() == [
        [str(Reject.UNREADABLE), "eind_geldigheid is no date"]
    ]


def test_a_table_in_chunks_is_judged_on_one_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = "identificatie,status,huisnummer,openbareruimteref,begingeldigheid,tijdstipregistratielv\n"
    lines = [
        f"050320000000000{i},Naamgeving uitgegeven,{i},0503300000000001,{begin},{registered}\n"
        for i, begin, registered in ((1, "2012-01-01", "2011-01-01"), (2, "2013-01-01", "2013-01-01"))
    ]
    (tmp_path / "bag_num.csv").write_text(header + "".join(lines))
    monkeypatch.setattr("ingest.bag.layers.CSV_ROWS", 1)
    # By itself the first line would lie in its own future.
    assert len(bag.read(tmp_path / "bag_num.csv")["nummeraanduiding"].frame) == 2


def test_an_unknown_shape_lists_what_was_found_and_what_is_understood(tmp_path: Path) -> None:
    path = write(tmp_path / "roofs.gpkg", "roofs", [SQUARE], colour=["red"])
    with pytest.raises(
        SourceError, match=r"no BAG layer among roofs \(colour\).*BAG extract 2\.0, pand: identificatie"
    ):
        bag.read(path)
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SourceError, match=r"x\.csv \(a, b\)"):
        bag.read(tmp_path / "x.csv")


def test_another_crs_is_refused(tmp_path: Path) -> None:
    path = write(
        tmp_path / "utm.gpkg",
        "pand",
        [SQUARE],
        crs="EPSG:32631",
        identificatie=["0503100000000001"],
        status=["Bouw gestart"],
        bouwjaar=[1900],
    )
    with pytest.raises(SourceError, match="EPSG:32631"):
        bag.read(path)


def test_a_damaged_geopackage_and_csv_are_errors(real_data: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes((real_data / "voorburg/bag_pand.gpkg").read_bytes()[:1_000_000])
    with pytest.raises(SourceError, match=r"can't be opened .*malformed"):
        bag.read(broken)
    cut = tmp_path / "bag_num.csv.gz"
    cut.write_bytes((real_data / "voorburg/bag_num.csv.gz").read_bytes()[:100_000])
    with pytest.raises(SourceError, match="can't be read as a table"):
        bag.read(cut)
