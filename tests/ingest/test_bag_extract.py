"""The BAG extract as delivered: nested zips and XML, counted again from the raw text."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import bag
from ingest.delivery import Delivery, Reject
from ingest.errors import SourceError

LV = "formats/bag_lvc_xml/lv"
ZIP = f"{LV}/BAGNLDL-15092020-small.zip"
SHAPES = [ZIP, f"{LV}/BAGNLDL-15092020-small", f"{LV}/BAGNLDL-15092020-small-expand"]
ELEMENT = {
    "pand": "Pand",
    "verblijfsobject": "Verblijfsobject",
    "ligplaats": "Ligplaats",
    "standplaats": "Standplaats",
    "nummeraanduiding": "Nummeraanduiding",
    "openbare_ruimte": "OpenbareRuimte",
    "woonplaats": "Woonplaats",
}


def texts(path: Path | io.BytesIO, name: str = "") -> Iterator[tuple[str, str]]:
    """All XML in a delivery, by name, with nothing of the reader under test."""
    if isinstance(path, Path) and path.is_dir():
        for child in sorted(path.iterdir()):
            yield from texts(child, child.name)
    elif name.endswith(".xml") or (isinstance(path, Path) and path.suffix == ".xml"):
        yield name, (path.read_bytes() if isinstance(path, Path) else path.getvalue()).decode()
    elif name.endswith(".zip") or (isinstance(path, Path) and path.suffix == ".zip"):
        with zipfile.ZipFile(path) as archive:
            for inner in archive.namelist():
                if not inner.startswith("__MACOSX"):
                    yield from texts(io.BytesIO(archive.read(inner)), inner)


def raw_records(path: Path, element: str) -> list[str]:
    pattern = re.compile(rf"<Objecten:{element}>.*?</Objecten:{element}>", re.DOTALL)
    return [record for _, text in texts(path) for record in pattern.findall(text)]


def value(record: str, tag: str) -> str | None:
    found = re.search(rf"<(?:\w+:)?{tag}(?: [^>]*)?>([^<]*)<", record)
    return found[1] if found else None


@pytest.fixture(scope="module")
def delivery(real_data: Path) -> dict[str, Delivery]:
    return bag.read(real_data / ZIP)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_record_of_a_delivery_is_accounted_for(real_data: Path, shape: str) -> None:
    tables = bag.read(real_data / shape)
    for table, element in ELEMENT.items():
        raw = raw_records(real_data / shape, element)
        assert tables[table].read == len(raw)
        living = [
            value(r, "identificatie")
            for r in raw
            if not any(
                value(r, t) for t in ("tijdstipEindRegistratieLV", "tijdstipNietBagLV", "tijdstipInactiefLV")
            )
        ]
        assert set(tables[table].frame["identificatie"]) == set(living)
        assert tables[table].frame["identificatie"].is_unique
        doubles = (tables[table].rejects["reason"] == str(Reject.DUPLICATE_ID)).sum()
        assert doubles == len(living) - len(set(living))


def test_what_is_niet_bag_is_among_the_rejects_only(delivery: dict[str, Delivery]) -> None:
    number = delivery["nummeraanduiding"]
    line = number.rejects[number.rejects["object_id"] == "0221200000328545"]
    assert line["reason"].tolist() == [str(Reject.NOT_CURRENT)]
    assert line["detail"].tolist() == ["nietBAG since 2012-04-19"]
    assert "0221200000328545" not in set(number.frame["identificatie"])


def test_facts_under_investigation_are_a_table_of_their_own(
    real_data: Path, delivery: dict[str, Delivery]
) -> None:
    found = delivery["in_onderzoek"]
    tags = Counter[str]()
    open_cases = 0
    for name, text in texts(real_data / ZIP):
        if "IO" not in name:
            continue
        for record in text.split("<sl-bag-extract:kenmerkInOnderzoek>")[1:]:
            tags["records"] += 1
            open_cases += (
                value(record, "inOnderzoek") == "J" and value(record, "tijdstipEindRegistratieLV") is None
            )
    assert found.read == tags["records"] == 31_534
    assert len(found.frame) == open_cases


def test_doesburg_panden_agree_with_their_xml(real_data: Path) -> None:
    path = real_data / "formats/bag_lvc_xml/0221PND15092020.zip"
    pand = bag.read(path)["pand"]
    raw = raw_records(path, "Pand")
    assert pand.read == len(raw) == 13_098
    gone = {"Pand gesloopt", "Niet gerealiseerd pand", "Pand ten onrechte opgevoerd"}
    newest = [r for r in raw if value(r, "tijdstipEindRegistratieLV") is None]
    current = {value(r, "identificatie"): r for r in newest if value(r, "status") not in gone}
    assert set(pand.frame["identificatie"]) == set(current)
    historic = pand.rejects[pand.rejects["reason"] == str(Reject.HISTORIC)]
    assert len(historic) == len(raw) - len(newest)
    ended = pand.rejects.loc[pand.rejects["reason"] == str(Reject.NOT_CURRENT), "detail"]
    assert Counter(ended) == Counter(
        f"status '{value(r, 'status')}'" for r in newest if value(r, "status") in gone
    )
    years = pand.frame.set_index("identificatie")["oorspronkelijk_bouwjaar"]
    said = {i: int(value(r, "oorspronkelijkBouwjaar") or 0) for i, r in current.items()}
    assert years.isna().sum() == sum(y in (9999, 1005) for y in said.values())
    assert all(years[i] == y for i, y in said.items() if y not in (9999, 1005))
    assert pand.frame.crs.to_epsg() == 28992
    assert not pand.frame.has_z.any()
    assert pand.frame.is_valid.all()


def test_an_earlier_day_gives_the_panden_of_then(real_data: Path) -> None:
    path = real_data / "formats/bag_lvc_xml/0221PND15092020.zip"
    then = bag.read(path, on=dt.date(2012, 1, 1))["pand"]
    now = bag.read(path)["pand"]
    assert then.read == now.read
    late = "registered after the reference date"
    assert then.rejects["detail"].str.startswith(late).any()
    assert not now.rejects["detail"].str.startswith(late).any()


def test_a_window_limits_objects_and_what_they_refer_to(
    real_data: Path, delivery: dict[str, Delivery]
) -> None:
    whole = delivery
    x, y = whole["verblijfsobject"].frame.geometry.iloc[0].coords[0]
    part = bag.read(real_data / ZIP, bbox=(x - 1, y - 1, x + 1, y + 1))
    assert part["verblijfsobject"].frame["identificatie"].tolist() == ["0221010000330226"]
    assert part["nummeraanduiding"].frame["identificatie"].tolist() == ["0221200000330227"]
    assert part["openbare_ruimte"].frame["naam"].tolist() == ["Kosterstraat"]
    for table, table_part in part.items():
        outside = [int(n.split()[0]) for n in table_part.notes if "outside the area" in n]
        assert table_part.read + sum(outside) == whole[table].read


def test_addresses_join_the_four_tables(delivery: dict[str, Delivery]) -> None:
    found = bag.addresses(delivery)
    assert found["verblijfsobject_id"].tolist() == ["0221010000330226"] + ["0221010000330999"] * 3
    assert found["hoofdadres"].tolist() == [True, True, False, False]
    first = found.iloc[0]
    assert (first["straatnaam"], first["huisnummer"], first["postcode"], first["woonplaatsnaam"]) == (
        "Kosterstraat",
        4,
        "6981CH",
        "Doesburg",
    )
    assert found["huisletter"].fillna("").tolist() == ["", "l", "x", "y"]


def test_nothing_is_left_beside_the_input(real_data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "delivery"
    shutil.copytree(real_data / SHAPES[2], copy, copy_function=shutil.copyfile)
    before = sorted(p.name for p in copy.iterdir())
    bag.read(copy)
    assert sorted(p.name for p in copy.iterdir()) == before


def test_a_compressed_zip_in_a_zip_reads_the_same(
    real_data: Path, tmp_path: Path, delivery: dict[str, Delivery]
) -> None:
    packed = tmp_path / "packed.zip"
    with (
        zipfile.ZipFile(real_data / ZIP) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if "InOnderzoek" not in name:
                target.writestr(name, source.read(name))
    again = bag.read(packed)
    for table in ELEMENT:
        assert again[table].frame.equals(delivery[table].frame)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_truncated_zip_is_an_error_with_a_remedy(real_data: Path, tmp_path: Path, share: float) -> None:
    whole = (real_data / ZIP).read_bytes()
    broken = tmp_path / "broken.zip"
    broken.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(
        SourceError, match=r"broken\.zip: the zip is damaged or incomplete.*Download it again"
    ):
        bag.read(broken)


def test_a_damaged_inner_zip_is_named(real_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    whole = (real_data / LV / "BAGNLDL-15092020-small/9999PND15092020.zip").read_bytes()
    (folder / "9999PND15092020.zip").write_bytes(whole[:-40])
    with pytest.raises(SourceError, match=r"9999PND15092020\.zip: the zip is damaged"):
        bag.read(folder)


def test_xml_that_breaks_off_is_an_error(real_data: Path, tmp_path: Path) -> None:
    text = (real_data / SHAPES[2] / "0221PND15092020-000001.xml").read_bytes()
    broken = tmp_path / "0221PND15092020-000001.xml"
    broken.write_bytes(text[: len(text) // 2])
    with pytest.raises(SourceError, match="can't be read as a BAG extract"):
        bag.read(broken)


def test_xml_under_another_tables_name_is_an_error(real_data: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "0221VBO15092020-000001.xml"
    wrong.write_bytes((real_data / SHAPES[2] / "0221PND15092020-000001.xml").read_bytes())
    with pytest.raises(SourceError, match="it holds pand records"):
        bag.read(wrong)


@pytest.mark.parametrize("name", ["absent.zip", "absent.gpkg"])
def test_a_missing_file_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match="there is no such file"):
        bag.read(tmp_path / name)


def test_a_folder_and_a_zip_without_bag_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nothing in it that looks like the BAG"):
        bag.read(tmp_path)
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("bag.gpkg", b"")
    with pytest.raises(SourceError, match="unpack a zip that holds"):
        bag.read(other)


@pytest.mark.parametrize(("letters", "group"), [("IA", "inactief"), ("NB", "nietBAG")])
def test_objects_delivered_apart_are_never_current(
    real_data: Path, tmp_path: Path, letters: str, group: str
) -> None:
    xml = (real_data / SHAPES[2] / "0221PND15092020-000001.xml").read_bytes()
    (tmp_path / f"0221{letters}PND15092020-000001.xml").write_bytes(xml)
    pand = bag.read(tmp_path)["pand"]
    assert pand.read == len(pand.rejects) == 6
    # Here the records themselves do not say so, and two of them would otherwise count.
    assert (pand.rejects["detail"] == f"delivered as {group}").sum() == 2
