"""Spoilt deliveries: ``twin build`` has a sentence with a remedy for each, or a line in the ledger."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from tests.build.towns import (
    CORNER,
    Town,
    build_town,
    pand_id,
    read_json,
    read_panden,
    read_rejects,
    write_laz,
)
from tests.cli.conftest import Twin, is_sentence
from tests.conftest import Sample
from twin.build import Silence
from twin.check import check_twin

REGISTERS = {
    "bgt": "bgt/bgt.zip",
    "bag": "bag/BAGNLDL-15102025.zip",
    "ahn": "ahn/ahn_145000_518750.laz",
    "cbs": "cbs/cbs_buurten.gpkg",
    "woz": "woz/woz.csv",
    "energielabel": "energielabel/ep_online.csv",
}


@pytest.fixture
def delivered(sample_registers: Sample, tmp_path: Path) -> Path:
    """A copy of the sample's files, to be spoilt."""
    return shutil.copytree(sample_registers.town.folder, tmp_path / "bron")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    town = Town(tmp_path / "bron", houses=8)
    town.write()
    return town


def refused(twin: Twin, settings: Path, file: object) -> str:
    """What a build says that must end with exit code 1, naming a file and leaving no twin."""
    out = settings.parent.parent / "twin"
    answer = twin("build", settings, "--out", out, "--workers", 1, "--quiet")
    assert (answer.code, answer.out) == (1, "")
    assert is_sentence(answer.err), answer.err
    assert str(file) in answer.err
    assert not (out / "twin.json").exists()
    return answer.err


def only(folder: Path, register: str) -> Path:
    """A ``twin.toml`` of one register, beside the smallest source of panden: nothing else is read first."""
    kinds = {register: REGISTERS[register]}
    if register not in ("bag", "bgt"):
        kinds["bag"] = "bag/bag-light.gpkg"
    tables = (f'[[source]]\nkind = "{kind}"\npath = "{path}"\n' for kind, path in kinds.items())
    settings = folder / "twin.toml"
    settings.write_text('[twin]\nname = "Meerwaarde"\n' + "".join(tables), encoding="utf-8")
    return settings


@pytest.mark.parametrize("register", REGISTERS)
def test_a_missing_file(twin: Twin, delivered: Path, register: str) -> None:
    path = delivered / REGISTERS[register]
    path.unlink()
    said = refused(twin, only(delivered, register), path)
    assert "no such file or folder" in said
    assert "Check `path` in twin.toml" in said


@pytest.mark.parametrize("share", [0.0, 0.5, 0.97], ids=["empty", "half", "tail"])
@pytest.mark.parametrize("register", REGISTERS)
def test_a_file_that_breaks_off(twin: Twin, delivered: Path, register: str, share: float) -> None:
    path = delivered / REGISTERS[register]
    whole = path.read_bytes()
    # Not by chance at the end of a line.
    path.write_bytes(whole[: int(len(whole) * share)].rstrip(b"\r\n;"))
    said = refused(twin, only(delivered, register), path)
    assert any(remedy in said for remedy in ("ownload", "Set encoding"))


def test_a_geopackage_spoilt_in_its_middle(twin: Twin, delivered: Path) -> None:
    path = delivered / REGISTERS["cbs"]
    content = bytearray(path.read_bytes())
    for at in range(len(content) // 3, len(content), 4096):
        content[at : at + 300] = b"\xff" * 300
    path.write_bytes(content)
    refused(twin, only(delivered, "cbs"), path)


def rezip(path: Path, change: Callable[[str, bytes], bytes]) -> None:
    """Change the members of a zip, also of the zips in it."""

    def changed(name: str, content: bytes) -> bytes:
        if not name.endswith(".zip"):
            return change(name, content)
        inner = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(inner, "w") as target:
            for member in source.namelist():
                target.writestr(member, changed(member, source.read(member)))
        return inner.getvalue()

    path.write_bytes(changed("all.zip", path.read_bytes()))


def in_panden(change: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    return lambda name, content: change(content) if "9998PND1510" in name or "bgt_pand" in name else content


def test_xml_that_is_none(twin: Twin, delivered: Path) -> None:
    for register in ("bgt", "bag"):
        path = delivered / REGISTERS[register]
        sound = path.read_bytes()
        rezip(path, in_panden(lambda xml: xml[: len(xml) // 2]))
        said = refused(twin, only(delivered, register), path)
        assert ("bgt_pand.gml" if register == "bgt" else "9998PND15102025-000001.xml") in said
        path.write_bytes(sound)


def test_gml_in_another_crs(twin: Twin, delivered: Path) -> None:
    path = delivered / REGISTERS["bgt"]
    rezip(path, lambda _, xml: xml.replace(b"EPSG::28992", b"EPSG::25831"))
    said = refused(twin, only(delivered, "bgt"), path)
    assert "ETRS89 / UTM zone 31N (EPSG:25831). Expected RD New" in said


def test_a_laz_file_in_utm(twin: Twin, town: Town) -> None:
    path = town.folder / "ahn.laz"
    write_laz(path, town.points, epsg=25831)
    assert "ETRS89 / UTM zone 31N (EPSG:25831). Expected RD New" in refused(twin, town.settings, path)


def test_a_laz_file_without_crs_that_is_not_in_rd(twin: Twin, town: Town) -> None:
    path = town.folder / "ahn.laz"
    write_laz(path, town.points.assign(y=town.points["y"] - 440_000), epsg=None)
    assert "is not in the range of RD New" in refused(twin, town.settings, path)


@pytest.mark.parametrize("fault", ["elsewhere", "noise", "empty"])
def test_a_laz_file_without_points_in_the_area(twin: Twin, town: Town, fault: str) -> None:
    points = town.points
    if fault == "elsewhere":
        points = points.assign(y=points["y"] + 5_000)
    elif fault == "noise":
        points = points.assign(**{"class": 7})
    write_laz(town.folder / "ahn.laz", points.iloc[:0] if fault == "empty" else points)
    said = refused(twin, town.settings, town.folder / "ahn.laz")
    assert "can be used in the area 99950, 449950, 100250, 450150" in said
    assert "Download the AHN sheets that cover the area, or correct the area" in said


def test_a_geopackage_in_degrees_is_converted_exactly_and_the_report_says_so(
    town: Town, tmp_path: Path
) -> None:
    right = read_panden(build_town(town.settings, tmp_path / "right").out)
    town.panden.to_crs(4326).to_file(town.folder / "bag.gpkg", layer="pand", driver="GPKG")
    out = build_town(town.settings, tmp_path / "twin").out
    found = read_panden(out)
    assert found["lod"].tolist() == right["lod"].tolist() == ["2.2"] * 8
    # PROJ without the Dutch grids made the degrees: within its decimetres it must be the same place.
    assert found.geometry.centroid.distance(right.geometry.centroid).max() < 0.5
    bag = read_json(out / "twin.json")["sources"][0]
    assert "RDNAPTRANS2018" in " ".join(bag["notes"])


@pytest.mark.parametrize("crs", [3857, 32631])
def test_a_geopackage_in_another_projection(twin: Twin, town: Town, crs: int) -> None:
    path = town.folder / "bag.gpkg"
    town.panden.to_crs(crs).to_file(path, layer="pand", driver="GPKG")
    assert f"(EPSG:{crs}). Expected RD New" in refused(twin, town.settings, path)


def test_degrees_with_the_axes_swapped(twin: Twin, town: Town) -> None:
    path = town.folder / "bag.gpkg"
    swapped = town.panden.to_crs(4326)
    shapes = shapely.transform(swapped.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    swapped.set_geometry(gpd.GeoSeries(shapes, crs=4326)).to_file(path, layer="pand", driver="GPKG")
    assert "Check whether the axes are swapped" in refused(twin, town.settings, path)


def test_a_file_of_another_register(twin: Twin, town: Town) -> None:
    text = town.settings.read_text(encoding="utf-8")
    town.settings.write_text(text.replace('"bag.gpkg"', '"ahn.laz"'), encoding="utf-8")
    assert "nothing in it that looks like the BAG" in refused(twin, town.settings, "ahn.laz")
    town.settings.write_text(text.replace('"ahn.laz"', '"bag.gpkg"'), encoding="utf-8")
    assert "can't be opened as LAZ or LAS" in refused(twin, town.settings, "bag.gpkg")


def test_every_pand_is_in_the_twin_or_in_the_ledger(town: Town, tmp_path: Path) -> None:
    x, y = CORNER[0], CORNER[1] + 20
    shapes = list(town.panden.geometry)
    shapes[0] = shapely.Polygon([(x + 10, y), (x + 20, y + 10), (x + 20, y), (x + 10, y + 10)])
    shapes[1] = shapely.Polygon([(x + 35, y), (x + 45, y), (x + 35, y)])
    shapes[2], shapes[3] = None, shapely.Polygon()
    panden = town.panden.set_geometry(gpd.GeoSeries(shapes, crs=28992))
    panden.loc[4, "identificatie"] = pand_id(6)
    panden.loc[6, "identificatie"] = "599-7"
    panden.loc[7, "status"] = "Pand in gebuik"
    town.panden = panden
    town.write()
    out = build_town(town.settings, tmp_path / "twin").out

    kept = read_panden(out)
    assert kept.index.tolist() == [pand_id(1), pand_id(6)]
    notes = read_json(out / "twin.json")["sources"][0]["notes"]
    assert notes == ["pand: 1 self-crossing outlines repaired"]
    lines = read_rejects(out).set_index("object_id")["reason"].to_dict()
    assert lines == {
        pand_id(2): "geometry can't be repaired to a valid one with area",
        pand_id(3): "no geometry",
        pand_id(4): "no geometry",
        "599-7": "missing or malformed id",
        pand_id(8): "status is not on the official list",
        pand_id(6): "id occurs more than once among current records",
    }
    read = next(c for c in read_json(out / "twin.json")["ledger"] if c["stage"] == "read")
    assert (read["objects_in"], read["objects_out"], read["rejected"]) == (8, 2, 6)
    assert check_twin(out, Silence()).findings == []


def test_when_nothing_is_left_the_reasons_are_told(twin: Twin, town: Town) -> None:
    town.panden["identificatie"] = "x"
    town.write()
    said = refused(twin, town.settings, "Dorp")
    assert "of 8 records read (8 rejected: missing or malformed id)" in said


def test_records_that_are_none_are_set_apart_each_with_its_reason(
    sample_twin: Path, delivered: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rezip(delivered / REGISTERS["bag"], in_panden(spoilt_bag))
    rezip(delivered / REGISTERS["bgt"], spoilt_bgt)
    areas = gpd.read_file(delivered / REGISTERS["cbs"], layer="buurten")
    areas.loc[0, "geometry"] = None
    areas.to_file(delivered / REGISTERS["cbs"], layer="buurten", driver="GPKG")
    capfd.readouterr()
    out = build_town(delivered / "twin.toml", tmp_path / "twin").out
    # What GDAL has to say is among the notes, not on the screen.
    assert "onbekend" not in "".join(capfd.readouterr())
    bag = next(s for s in read_json(out / "twin.json")["sources"] if s["kind"] == "bag")
    assert any("'onbekend' of field Pand.oorspronkelijkBouwjaar" in note for note in bag["notes"])

    new = set(map(tuple, read_rejects(out).to_numpy().tolist()))
    new -= set(map(tuple, read_rejects(sample_twin).to_numpy().tolist()))
    found = {(collection, reason, detail): name for _, collection, name, reason, detail in new}
    bad_geometry = "geometry can't be repaired to a valid one with area"
    assert found.pop(("bgt/pand", "missing or malformed id", "no lokaalID, or one with white space")) == (
        "record 1 of the file"
    )
    assert found.pop(("cbs/buurt", "no geometry", "")) == areas.loc[0, "buurtcode"]
    assert found.pop(("bgt/wegdeel", bad_geometry, "a coordinate list can't be read as numbers"))
    assert found.pop(("bag/pand", "status is not on the official list", "status 'Pand in gebruk'"))
    (collection, reason, detail), lost = found.popitem()
    assert (collection, reason) == ("bag/pand", "record can't be parsed")
    assert detail.startswith("GDAL can't read it")
    assert not found

    # Two panden were lost to the BAG and one to the BGT, which all stand where they stood, by the other.
    before, after = read_panden(sample_twin), read_panden(out)
    assert len(after) == len(before)
    assert lost in before.index
    counts = {(c["stage"], c["collection"]): c["objects_in"] for c in read_json(out / "twin.json")["ledger"]}
    sound = {
        (c["stage"], c["collection"]): c["objects_in"] for c in read_json(sample_twin / "twin.json")["ledger"]
    }
    assert counts["read", "bag/pand"] == sound["read", "bag/pand"]
    assert counts["read", "bgt/pand"] == sound["read", "bgt/pand"]


def spoilt_bag(xml: bytes) -> bytes:
    """A coordinate, a year and a status that are none, in three records."""
    if b"oorspronkelijkBouwjaar" not in xml:
        return xml
    place = xml.index(b">", xml.index(b"posList", len(xml) // 2)) + 1
    xml = xml[:place] + b"abc " + xml[place:]
    year = xml.index(b"oorspronkelijkBouwjaar>") + len(b"oorspronkelijkBouwjaar>")
    xml = xml[:year] + b"onbekend" + xml[xml.index(b"<", year) :]
    status = xml.index(b">Pand in gebruik<", len(xml) // 4)
    return xml[:status] + xml[status:].replace(b">Pand in gebruik<", b">Pand in gebruk<", 1)


def spoilt_bgt(name: str, xml: bytes) -> bytes:
    """A coordinate that is none in a road, and a pand without an id."""
    if name.endswith("bgt_wegdeel.gml"):
        place = xml.index(b">", xml.index(b"posList")) + 1
        return xml[:place] + b"abc " + xml[place:]
    if name.endswith("bgt_pand.gml"):
        first = xml.index(b"<imgeo:lokaalID>") + len(b"<imgeo:lokaalID>")
        return xml[:first] + xml[xml.index(b"<", first) :]
    return xml
