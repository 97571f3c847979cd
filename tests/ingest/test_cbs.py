"""Areas of CBS: real ones counted again with sqlite, and the habits of other years."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from ingest import cbs
from ingest.delivery import Reject
from ingest.errors import SourceError

BOX = shapely.box(85000, 447000, 86000, 448000)


def write(path: Path, layer: str, crs: str = "EPSG:28992", **columns: list[Any]) -> Path:
    count = len(next(iter(columns.values())))
    geometry = [shapely.affinity.translate(BOX, 1000 * i) for i in range(count)]
    gpd.GeoDataFrame(columns, geometry=geometry, crs=crs).to_file(path, layer=layer, driver="GPKG")
    return path


def test_voorburg(real_data: Path) -> None:
    path = real_data / "voorburg/cbs_buurten.gpkg"
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    raw = connection.execute(
        "select buurtcode, buurtnaam, aantal_inwoners, water from cbs_buurten"
    ).fetchall()
    connection.close()
    found = cbs.read(path)
    assert list(found) == ["buurt"]
    frame = found["buurt"].frame
    assert found["buurt"].read == len(frame) == len(raw) == 14
    assert frame["buurtcode"].tolist() == [r[0] for r in raw]
    assert frame["buurtnaam"].tolist() == [r[1] for r in raw]
    assert frame["aantal_inwoners"].tolist() == [int(float(r[2])) for r in raw]
    assert frame["water"].tolist() == [r[3] == "JA" for r in raw]
    assert frame["jaar"].unique().tolist() == [2022]
    assert frame["gemiddelde_huishoudsgrootte"].dtype == "Float64"
    assert frame["meest_voorkomende_postcode"].str.fullmatch(r"\d{4}").all()
    assert frame.crs.to_epsg() == 28992
    assert frame.is_valid.all()


def test_window(real_data: Path) -> None:
    path = real_data / "voorburg/cbs_buurten.gpkg"
    whole = cbs.read(path)["buurt"].frame
    x, y = whole.geometry.iloc[0].representative_point().coords[0]
    part = cbs.read(path, bbox=(x - 1, y - 1, x + 1, y + 1))["buurt"]
    assert part.frame["buurtcode"].tolist() == [whole["buurtcode"].iloc[0]]


def test_levels_and_names_of_an_older_year(tmp_path: Path) -> None:
    path = tmp_path / "wijkenbuurten_2012.gpkg"
    shared: dict[str, list[Any]] = {
        "GM_CODE": ["GM0503"],
        "GM_NAAM": ["Delft "],
        "WATER": ["NEE"],
        "WOZ": [213],
    }
    write(path, "gem_2012", **shared)
    write(path, "wijk_2012", WK_CODE=["WK050301"], WK_NAAM=["Wijk 01"], **shared)
    write(path, "buurt_2012", BU_CODE=["BU05030101"], BU_NAAM=["Centrum"], WK_CODE=["WK050301"], **shared)
    found = cbs.read(path, year=2012)
    assert list(found) == ["buurt", "wijk", "gemeente"]
    assert found["gemeente"].frame["gemeentenaam"].tolist() == ["Delft"]
    assert found["wijk"].frame["wijknaam"].tolist() == ["Wijk 01"]
    for delivery in found.values():
        assert delivery.frame["gemiddelde_woz_waarde"].tolist() == [213_000]
        assert delivery.frame["jaar"].tolist() == [2012]
        promised = ["buurtcode", "buurtnaam", "wijkcode", "gemeentecode", "gemeentenaam", "jaar", "water"]
        assert list(delivery.frame.columns[:7]) == promised
    assert found["gemeente"].frame["buurtcode"].isna().all()


@pytest.mark.parametrize(
    "name", ["gemiddelde_woz_waarde_woning", "gemiddelde_woningwaarde", "gemiddeldeWoningwaarde", "g_woz"]
)
def test_average_woz_is_in_euros_under_one_name(tmp_path: Path, name: str) -> None:
    path = write(
        tmp_path / "b.gpkg",
        "buurten",
        buurtcode=["BU05030101", "BU05030102"],
        jaar=[2023, 2023],
        **{name: [351.4, -99997]},
    )
    frame = cbs.read(path)["buurt"].frame
    assert frame["gemiddelde_woz_waarde"].tolist() == [351_400, pd.NA]
    assert name not in frame.columns


@pytest.mark.parametrize(
    "sentinel",
    [
        -99995,
        -99997,
        -99998,
        -99999997,
        -99999998,
        -99997.0,
        -99999998.0,
        "-99997",
        "-99995.0",
        "-99999997",
        ".",
    ],
)
def test_a_suppressed_figure_is_missing(tmp_path: Path, sentinel: Any) -> None:
    as_text = isinstance(sentinel, str)
    values = [sentinel, "-3,5" if as_text else -3.5, "0" if as_text else 0]
    path = write(
        tmp_path / "b.gpkg",
        "buurten",
        buurtcode=["BU05030101", "BU05030102", "BU05030103"],
        jaar=[2023] * 3,
        figure=values,
    )
    figure = cbs.read(path)["buurt"].frame["figure"]
    assert figure.isna().tolist() == [True, False, False]
    assert figure[1:].tolist() == [-3.5, 0]


def test_land_and_water_of_one_gemeente_and_belgium(tmp_path: Path) -> None:
    path = write(
        tmp_path / "g.gpkg",
        "gemeenten",
        gemeentecode=["GM0518", "GM0518", "GM0998", "GM0518", "x"],
        water=["NEE", "JA", "B", "NEE", "NEE"],
        jrstatcode=["2021GM0518"] * 5,
    )
    found = cbs.read(path)["gemeente"]
    assert found.frame["water"].tolist() == [False, True, False]
    assert found.frame["jaar"].tolist() == [2021] * 3
    assert found.rejects["reason"].tolist() == [str(Reject.DUPLICATE_ID), str(Reject.BAD_ID)]
    assert "Belgian" in found.notes[0]


def test_the_year_must_be_known_and_one(tmp_path: Path) -> None:
    silent = write(tmp_path / "silent.gpkg", "buurten", buurtcode=["BU05030101"])
    with pytest.raises(SourceError, match="does not say of which year"):
        cbs.read(silent)
    assert cbs.read(silent, year=2024)["buurt"].frame["jaar"].tolist() == [2024]
    said = write(tmp_path / "said.gpkg", "buurten", buurtcode=["BU05030101"], jaar=[2023])
    with pytest.raises(SourceError, match=r"of 2023\. Expected areas of 2024"):
        cbs.read(said, year=2024)
    mixed = write(
        tmp_path / "mixed.gpkg", "buurten", buurtcode=["BU05030101", "BU05030102"], jaar=[2023, 2022]
    )
    with pytest.raises(SourceError, match="mixes the years 2022, 2023"):
        cbs.read(mixed)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such file"):
        cbs.read(tmp_path / "absent.gpkg")
    with pytest.raises(SourceError, match=r"no layer of gemeenten.*roofs \(colour\)"):
        cbs.read(write(tmp_path / "roofs.gpkg", "roofs", colour=["red"]))
    with pytest.raises(SourceError, match="EPSG:32631"):
        cbs.read(
            write(tmp_path / "utm.gpkg", "buurten", crs="EPSG:32631", buurtcode=["BU05030101"], jaar=[2023])
        )
    text = tmp_path / "text.gpkg"
    text.write_text("no geopackage")
    with pytest.raises(SourceError, match="can't be opened"):
        cbs.read(text)
