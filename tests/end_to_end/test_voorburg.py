"""Real Voorburg without a point cloud: every pand with its attributes, explained and not dropped."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tests.end_to_end.twins import read_collection
from twin.build import BuildSummary, Silence, build
from twin.settings import Settings

GONE = (
    "Niet gerealiseerd verblijfsobject",
    "Verblijfsobject ingetrokken",
    "Verblijfsobject ten onrechte opgevoerd",
)
BBOX = (84000.0, 455000.0, 84400.0, 455400.0)


@pytest.fixture(scope="module")
def summary(voorburg: Settings, tmp_path_factory: pytest.TempPathFactory) -> BuildSummary:
    settings = voorburg.model_copy(update={"twin": voorburg.twin.model_copy(update={"bbox": BBOX})})
    with ThreadPoolExecutor(1) as executor:
        return build(settings, tmp_path_factory.mktemp("voorburg") / "twin", executor, Silence())


@pytest.fixture(scope="module")
def panden(summary: BuildSummary) -> gpd.GeoDataFrame:
    return read_collection(summary.out, "pand")


@pytest.fixture(scope="module")
def units(real_data: Path) -> pd.DataFrame:
    """Units of the source as pairs with their panden, read by other means: ``pand, m2, use``."""
    source = gpd.read_file(real_data / "voorburg" / "bag_vbo.gpkg", bbox=BBOX)
    live = source[source["eindgeldigheid"].isna() & ~source["status"].isin(GONE)]
    pairs = live.assign(
        pand=live["pandref"].str.findall(r"\d{16}"), m2=live["oppervlakte"].astype(int)
    ).explode("pand")
    alone = ~pairs["identificatie"].duplicated(keep=False)
    return pairs.loc[alone, ["pand", "m2", "gebruiksdoel"]]


def test_all_panden_are_there_with_the_reason_for_their_level(
    summary: BuildSummary, panden: gpd.GeoDataFrame
) -> None:
    assert len(panden) > 200
    assert summary.lods == {"0": len(panden)}
    reasons = {"geen puntenwolk in deze bouw", "nog niet gebouwd volgens de BAG"}
    assert set(panden["lod_reden"]) <= reasons
    assert (panden["lod_reden"] == "geen puntenwolk in deze bouw").mean() > 0.9


def test_no_pand_of_the_area_is_missing(panden: gpd.GeoDataFrame, real_data: Path) -> None:
    source = gpd.read_file(real_data / "voorburg" / "bag_pand.gpkg", bbox=tuple(BBOX))
    status = next(c for c in source.columns if "status" in c.lower())
    there = source[source[status].str.startswith(("Pand in gebruik", "Verbouwing"))]
    ids = next(c for c in source.columns if "identificatie" in c.lower())
    wanted = set(there[ids].astype(str).str.extract(r"(\d{16})")[0].str.zfill(16))
    assert len(wanted) > 200
    assert wanted <= set(panden["identificatie"])


def test_the_buurt_is_the_one_around_the_pand(panden: gpd.GeoDataFrame, real_data: Path) -> None:
    buurten = gpd.read_file(real_data / "voorburg" / "cbs_buurten.gpkg").to_crs(28992)
    code = next(c for c in buurten.columns if c.lower() == "buurtcode")
    places = gpd.GeoDataFrame(
        panden[["identificatie", "buurtcode"]], geometry=panden.geometry.representative_point(), crs=28992
    )
    joined = places.sjoin(buurten[[code, "geometry"]], predicate="within", rsuffix="cbs", lsuffix="twin")
    theirs = next(c for c in joined.columns if c.lower().startswith("buurtcode") and c != "buurtcode_twin")
    assert len(joined) > 200
    ours = joined["buurtcode_twin"] if "buurtcode_twin" in joined else joined["buurtcode"]
    assert (ours == joined[theirs]).all()


def test_units_are_summed_over_their_panden(panden: gpd.GeoDataFrame, units: pd.DataFrame) -> None:
    """Count, floor area and single uses of panden well inside the area, of whose units none lies outside."""
    inside = panden[panden.geometry.within(shapely.box(*BBOX).buffer(-30))].set_index("identificatie")
    groups = units[units["pand"].isin(inside.index)].groupby("pand")
    expected = pd.DataFrame(
        {"n": groups.size(), "m2": groups["m2"].sum(), "uses": groups["gebruiksdoel"].nunique()}
    )
    assert len(expected) > 100
    found = inside.loc[expected.index]
    assert (found["aantal_verblijfsobjecten"] == expected["n"]).all()
    assert (found["oppervlakte_verblijfsobjecten"] == expected["m2"]).all()
    one = expected["uses"] == 1
    use = groups["gebruiksdoel"].first().str.strip("{}")[one]
    single = ~use.str.contains(",")
    assert (found.loc[one, "gebruiksdoel"][single] == use[single]).all()
    assert (inside.loc[inside.index.difference(expected.index), "aantal_verblijfsobjecten"] == 0).all()


def test_the_joins_are_reported(summary: BuildSummary) -> None:
    rates = {join["name"]: join["rate"] for join in summary.joins}
    assert rates["pand <- verblijfsobject"] > 0.95
