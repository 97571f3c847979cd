"""The files: same bytes for a seed, well-formed, read by GDAL and by our readers with the counts promised."""

from __future__ import annotations

import hashlib
import io
import sqlite3
import zipfile
from pathlib import Path

import geopandas as gpd
import laspy
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from lxml import etree

import ingest.bag
import ingest.bgt
import ingest.cbs
import ingest.energielabel
import ingest.woz
from ingest.sample import SampleTown, generate
from tests.sample.conftest import BUILDINGS, DENSITY, SEED

GML = "{http://www.opengis.net/gml}"


@pytest.fixture(scope="session")
def cloud(sample: SampleTown) -> tuple[np.ndarray, np.ndarray]:
    xyz, label = [], []
    for path in sample.ahn:
        las = laspy.read(path)
        xyz.append(np.asarray(las.xyz))
        label.append(np.asarray(las.classification))
    return np.concatenate(xyz), np.concatenate(label)


def test_same_seed_gives_the_same_files(sample: SampleTown, tmp_path: Path) -> None:
    again = generate(tmp_path, buildings=BUILDINGS, seed=SEED, density=DENSITY)
    assert again.counts == sample.counts
    for name in ("bgt", "bag", "woz", "energielabel", "truth_roofs", "truth_panden", "truth_ground"):
        assert _digest(getattr(again, name)) == _digest(getattr(sample, name)), name
    for one, other in zip(sample.ahn, again.ahn, strict=True):
        assert _digest(one) == _digest(other)
    for name in ("bag_light", "cbs"):
        assert _rows(getattr(again, name)) == _rows(getattr(sample, name)), name


def test_bgt_reads_back_with_the_counts_promised(sample: SampleTown) -> None:
    read = ingest.bgt.read(sample.bgt)
    for name, delivery in read.items():
        assert len(delivery.frame) == sample.counts.get(f"bgt/{name}", 0), name
    assert len(read["pand"].frame) == BUILDINGS
    assert set(read["pand"].rejects["reason"]) == {"earlier version of an object", "planned object"}
    assert (read["overbruggingsdeel"].frame["relatieve_hoogteligging"] == 1).all()


def test_bgt_is_a_partition_after_its_arcs_are_linearised(sample: SampleTown) -> None:
    types = (
        "pand",
        "wegdeel",
        "ondersteunendwegdeel",
        "waterdeel",
        "begroeidterreindeel",
        "onbegroeidterreindeel",
    )
    read = ingest.bgt.read(sample.bgt)
    frames = [read[name].frame for name in types]
    ground = np.concatenate(
        [f.geometry.to_numpy()[f["relatieve_hoogteligging"].to_numpy() == 0] for f in frames]
    )
    whole = shapely.union_all(ground)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert shapely.area(ground).sum() == pytest.approx(whole.area, abs=1e-3)


def test_bgt_has_arcs_that_join_up_history_labels_and_crest_lines(sample: SampleTown) -> None:
    with zipfile.ZipFile(sample.bgt) as archive:
        assert len(archive.namelist()) == 35
        road = etree.fromstring(archive.read("bgt_wegdeel.gml"))
        pand = etree.fromstring(archive.read("bgt_pand.gml"))
        green = archive.read("bgt_begroeidterreindeel.gml").decode()
        assert len(etree.fromstring(archive.read("bgt_tunneldeel.gml"))) == 0
    arcs = list(road.iter(f"{GML}Arc"))
    assert len(arcs) > 20
    assert all(len(arc.findtext(f"{GML}posList").split()) == 6 for arc in arcs)
    for segments in road.iter(f"{GML}segments"):
        parts = [part.findtext(f"{GML}posList").split() for part in segments]
        assert all(a[-2:] == b[:2] for a, b in zip(parts, [*parts[1:], parts[0]], strict=True))
    text = etree.tostring(pand).decode()
    assert "nummeraanduidingreeks" in text
    assert "eindRegistratie" in text
    assert ">plan<" in text
    assert "<imgeo:kruinlijnBegroeidTerreindeel><gml:LineString><gml:posList>" in green


def test_bgt_has_the_element_names_of_a_real_delivery(sample: SampleTown, real_data: Path) -> None:
    """Every element path of ours that the same file of a real delivery could hold, it does hold."""
    real = zipfile.ZipFile(real_data / "formats" / "bgt_citygml_otterlo" / "otterlo.zip")
    ours = zipfile.ZipFile(sample.bgt)
    assert set(ours.namelist()) == set(real.namelist())
    full = [name for name in ours.namelist() if f"bgt/{name[4:-4]}" in sample.counts]
    assert len(full) > 9
    for name in full:
        unknown = _children(ours.read(name)) - _children(real.read(name))
        allowed = {"identificatieBAGVBOHoogsteHuisnummer"}
        assert {u for u in unknown if u.rsplit("}", 1)[1] not in allowed} <= _optional(name), name


def test_bag_extract_is_read_by_gdal_and_by_us(sample: SampleTown, tmp_path: Path) -> None:
    with zipfile.ZipFile(sample.bag) as outer:
        names = [n for n in outer.namelist() if n.startswith("9999PND")]
        with zipfile.ZipFile(io.BytesIO(outer.read(names[0]))) as inner:
            inner.extractall(tmp_path)
            file = tmp_path / inner.namelist()[0]
    frame = pyogrio.read_dataframe(file)
    assert frame["identificatie"].nunique() == sample.counts["bag/pand"]
    assert len(frame) > sample.counts["bag/pand"]
    read = ingest.bag.read(sample.bag)
    gone = (
        read["pand"]
        .frame["pand_status"]
        .isin(("Pand gesloopt", "Pand ten onrechte opgevoerd", "Niet gerealiseerd pand"))
    )
    assert not gone.any()
    assert read["pand"].frame["identificatie"].is_unique
    assert len(read["pand"].frame) > BUILDINGS
    assert read["openbare_ruimte"].read == sample.counts["bag/openbare_ruimte"]
    assert len(read["nummeraanduiding"].frame) == sample.counts["bag/nummeraanduiding"]
    light = ingest.bag.read(sample.bag_light)
    assert set(light["pand"].frame["identificatie"]) == set(read["pand"].frame["identificatie"])
    assert set(light["verblijfsobject"].frame["identificatie"]) == set(
        read["verblijfsobject"].frame["identificatie"]
    )


def test_cbs_woz_and_labels_are_read(sample: SampleTown) -> None:
    areas = ingest.cbs.read(sample.cbs)
    assert len(areas["buurt"].frame) == sample.counts["cbs/buurten"]
    assert areas["buurt"].frame["water"].sum() == 1
    woz = ingest.woz.read(sample.woz, ingest.woz.WozColumns())
    assert woz.frame["woz_waarde"].median() > 100_000
    assert "Verzonnen" in sample.woz.read_text(encoding="utf-8")
    assert (
        not woz.frame.astype(str)
        .apply(lambda c: c.str.contains("Verzonnen|Bedachte|Nergens"))
        .to_numpy()
        .any()
    )
    labels = ingest.energielabel.read(sample.energielabel)
    assert labels.read == sample.counts["energielabel"]
    assert labels.frame["verblijfsobject_id"].dropna().is_unique
    assert 0 < len(labels.frame) < labels.read


def test_points_are_counted_and_only_one_sheet_says_its_crs(
    sample: SampleTown, cloud: tuple[np.ndarray, np.ndarray]
) -> None:
    _, label = cloud
    kinds, counts = np.unique(label, return_counts=True)
    assert {f"ahn/{k}": n for k, n in zip(kinds.tolist(), counts.tolist(), strict=True)} == {
        k: n for k, n in sample.counts.items() if k.startswith("ahn/")
    }
    assert {1, 2, 6, 9, 26} <= set(kinds.tolist())
    with_crs = []
    for path in sample.ahn:
        with laspy.open(path) as las:
            with_crs.append(las.header.parse_crs() is not None)
    assert sorted(with_crs) == [False, True]


def test_roof_points_lie_on_the_true_roofs(sample: SampleTown, cloud: tuple[np.ndarray, np.ndarray]) -> None:
    xyz, label = cloud
    roofs = gpd.read_parquet(sample.truth_roofs)
    hits = xyz[label == 6]
    point, facet = shapely.STRtree(roofs.geometry.to_numpy()).query(
        shapely.points(hits[:, :2]), predicate="within"
    )
    a, b, c, x0, y0 = roofs[["a", "b", "c", "x0", "y0"]].to_numpy()[facet].T
    off = np.abs(a * (hits[point, 0] - x0) + b * (hits[point, 1] - y0) + c - hits[point, 2])
    assert np.median(off) < 0.04
    assert 0.90 < (off < 0.10).mean() < 0.999


def test_ground_points_lie_on_the_true_ground(
    sample: SampleTown, cloud: tuple[np.ndarray, np.ndarray]
) -> None:
    xyz, label = cloud
    grid = pd.read_parquet(sample.truth_ground)
    columns = grid["x"].nunique()
    z = grid["z"].to_numpy().reshape(-1, columns)
    ground = xyz[label == 2]
    column, row = (ground[:, 0] - grid["x"].iloc[0]) / 2.0, (ground[:, 1] - grid["y"].iloc[0]) / 2.0
    j, i = column.astype(int), row.astype(int)
    fx, fy = column - j, row - i
    true = (z[i, j] * (1 - fx) + z[i, j + 1] * fx) * (1 - fy) + (
        z[i + 1, j] * (1 - fx) + z[i + 1, j + 1] * fx
    ) * fy
    assert np.std(ground[:, 2] - true) < 0.04
    assert np.abs(np.mean(ground[:, 2] - true)) < 0.005


def test_no_ground_is_seen_inside_buildings_and_some_roofs_are_hidden(
    sample: SampleTown, cloud: tuple[np.ndarray, np.ndarray]
) -> None:
    xyz, label = cloud
    panden = gpd.read_parquet(sample.truth_panden)
    outlines = shapely.buffer(panden.geometry.to_numpy(), -0.15)
    ground = shapely.STRtree(outlines).query(shapely.points(xyz[label == 2, :2]), predicate="within")
    assert ground.shape[1] == 0
    roof = shapely.STRtree(outlines).query(shapely.points(xyz[label == 6, :2]), predicate="within")[1]
    per_area = np.bincount(roof, minlength=len(panden)) / panden.area.to_numpy()
    hidden = panden["hidden"].to_numpy()
    assert (per_area[hidden == 1.0] < 0.05).all()
    assert hidden.max() == 1.0
    assert np.median(per_area[hidden == 0]) > 0.6 * DENSITY
    assert panden["pand"].is_unique


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _rows(path: Path) -> list[object]:
    """All rows of the feature tables of a GeoPackage; the file itself bears the time it was made."""
    with sqlite3.connect(path) as base:
        tables = [r[0] for r in base.execute("select table_name from gpkg_contents order by table_name")]
        rows = [base.execute(f'select * from "{t}"').fetchall() for t in tables]
    base.close()
    return rows


def _children(data: bytes) -> set[str]:
    root = etree.fromstring(data)
    return {
        str(child.tag) for member in root for item in member for child in item if isinstance(child.tag, str)
    }


def _optional(name: str) -> set[str]:
    """Properties the standard has but the real sample happens to lack."""
    citygml = "{http://www.opengis.net/citygml/2.0}"
    imgeo = "{http://www.geostandaarden.nl/imgeo/2.1}"
    return {f"{citygml}terminationDate", f"{imgeo}eindRegistratie"}
