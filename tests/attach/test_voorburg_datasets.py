"""Data sets at real size: the BAG's own files once more as data sets, compared with the build's own joins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from tests.conftest import REPOSITORY
from twin.attach import attach_dataset
from twin.build import Silence
from twin.build.city import City, assemble
from twin.build.datasets import read_dataset
from twin.build.registers import read_registers
from twin.settings import Dataset, load


@pytest.fixture(scope="module")
def folder(real_data: Path) -> Path:
    return real_data / "voorburg"


@pytest.fixture(scope="module")
def city(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    given = load(REPOSITORY / "tests" / "real" / "voorburg.toml")
    sources = tuple(
        s.model_copy(update={"path": tuple(folder / p.name for p in s.path)}) for s in given.source
    )
    settings = given.model_copy(update={"source": sources})
    return assemble(read_registers(settings, tmp_path_factory.mktemp("work"), Silence()), 500.0)


def joined(city: City, path: Path, attributes: list[dict[str, Any]], **changes: Any) -> tuple[Any, Any]:
    made = [{"nl": {"label": "Proef"}} | a for a in attributes]
    content = {"name": "proef", "path": path, "licence": "-", "attribute": made, "delimiter": ","}
    dataset = Dataset.model_validate(content | changes)
    return attach_dataset(dataset, read_dataset(dataset).frame, city.collections)


AREA = {"name": "m2", "column": "oppervlakte", "type": "integer", "aggregate": "sum"}
COUNT = {"name": "aantal", "aggregate": "count", "type": "integer"}


def test_floor_area_by_verblijfsobject_is_that_of_the_build(city: City, folder: Path) -> None:
    """The file has withdrawn units too, which find no object; all others must add up pand by pand."""
    panden, report = joined(city, folder / "bag_vbo.gpkg", [AREA], by="verblijfsobject", key="identificatie")
    assert (report.left, report.right) == (15306, 31293)
    assert report.rate > 0.96
    ours = panden["m2"].astype("Float64").fillna(0)
    theirs = panden["oppervlakte_verblijfsobjecten"].astype("Float64").fillna(0)
    # A unit of several panden is divided into whole metres by the build, and rounded here.
    assert ((ours - theirs).abs() <= 1).all()
    assert (ours == theirs).mean() > 0.999


def test_addresses_by_number_and_by_words_find_the_same_units(city: City, folder: Path) -> None:
    path = folder / "bag_num.csv.gz"
    by_id, ids = joined(city, path, [COUNT], by="nummeraanduiding", key="identificatie", to="verblijfsobject")
    words = ["postcode", "huisnummer", "huisletter", "huisnummertoevoeging"]
    by_words, report = joined(city, path, [COUNT], by="adres", key=words, to="verblijfsobject")
    assert ids.rate > 0.998
    assert report.rate > 0.998
    both = by_id["aantal"].gt(0) & by_words["aantal"].gt(0)
    assert both.sum() / by_id["aantal"].gt(0).sum() > 0.998


def test_points_in_panden_agree_with_the_references_of_the_bag(city: City, folder: Path) -> None:
    panden, report = joined(city, folder / "bag_vbo.gpkg", [COUNT], by="contains")
    assert report.rate > 0.995
    assert (panden["aantal"].gt(0) == panden["aantal_verblijfsobjecten"].gt(0)).mean() > 0.99


def test_areas_by_code_and_by_place_are_the_same_areas(city: City, folder: Path) -> None:
    path = folder / "cbs_buurten.gpkg"
    figure = {"name": "inwoners", "column": "aantal_inwoners", "type": "integer"}
    columns = gpd.read_file(path, rows=1).columns
    code = next(c for c in columns if c.lower() == "buurtcode")
    by_code, report = joined(city, path, [figure], by="buurt", key=code, year=2022)
    by_place, _ = joined(city, path, [figure], by="contains")
    largest, _ = joined(city, path, [figure], by="overlap")
    assert report.right_matched == report.right == 14
    inside = by_code["buurtcode"].notna()
    assert inside.sum() > 15_000
    assert (by_code["inwoners"] == by_place["inwoners"])[inside].all()
    assert (by_code["inwoners"] == largest["inwoners"])[inside].mean() > 0.99
    assert (by_code["inwoners"] == by_code["buurt_aantal_inwoners"])[inside].all()


def test_an_amount_spread_by_area_is_not_more_than_there_was(city: City, folder: Path) -> None:
    path = folder / "cbs_buurten.gpkg"
    figure = {"name": "inwoners", "column": "aantal_inwoners", "type": "number", "aggregate": "sum"}
    panden, _ = joined(city, path, [figure], by="area")
    buurten, _ = joined(city, path, [figure], by="area", to="buurt")
    total = pd.to_numeric(gpd.read_file(path)["aantal_inwoners"]).clip(lower=0).sum()
    assert 0.1 * total < panden["inwoners"].sum() < 0.6 * total  # panden cover a part of the land
    assert buurten["inwoners"].sum() == pytest.approx(total, rel=1e-6)


def test_public_means_of_secret_values_rest_on_ten_and_agree_with_pandas(city: City, folder: Path) -> None:
    mean = {"name": "gemiddeld", "column": "oppervlakte", "aggregate": "mean", "classification": "openbaar"}
    count = COUNT | {"classification": "openbaar"}
    buurten, report = joined(
        city,
        folder / "bag_vbo.gpkg",
        [mean, count],
        by="verblijfsobject",
        key="identificatie",
        to="buurt",
        classification="vertrouwelijk",
        minimum=1000,
    )
    units = pd.DataFrame(city.collections["verblijfsobject"].drop(columns="geometry"))
    truth = units.groupby("buurtcode")["oppervlakte"].agg(["mean", "size"])
    shown = buurten.dropna(subset=["gemiddeld"]).set_index("buurtcode")
    assert report.hidden == len(buurten) - len(shown) >= 2
    assert (shown["aantal"] >= 1000).all()
    assert shown["gemiddeld"].astype(float).to_numpy() == pytest.approx(
        truth.loc[shown.index, "mean"].astype(float)
    )
    hidden = truth.drop(shown.index)["size"]
    assert hidden.sum() >= 1000
