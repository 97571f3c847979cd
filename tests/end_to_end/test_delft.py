"""Real Delft: 160 panden with their points, all accounted for and held to figures."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from tests.end_to_end.twins import features, read_collection
from tests.tiles.viewing import sent
from tiles import meshopt, read_mesh
from twin.build import BuildSummary, Silence
from twin.check import check_twin
from twin.store import Layout, read_manifest


@pytest.fixture(scope="module")
def panden(delft_summary: BuildSummary) -> gpd.GeoDataFrame:
    return read_collection(delft_summary.out, "pand")


def test_every_pand_of_the_source_is_there_once(panden: gpd.GeoDataFrame, real_data: Path) -> None:
    source = gpd.read_file(real_data / "delft" / "bag_pand_ids.gpkg")
    ids = source["identificatie"].str.extract(r"(\d{16})")[0]
    assert len(panden) == ids.nunique() == 160
    assert set(panden["identificatie"]) == set(ids)


def test_the_levels_of_detail(delft_summary: BuildSummary, panden: gpd.GeoDataFrame) -> None:
    print(f"LoD {delft_summary.lods}; below 2.2: {delft_summary.reasons}")
    assert sum(delft_summary.lods.values()) == 160
    assert delft_summary.lods["2.2"] >= 159
    lower = panden[panden["lod"] != "2.2"]
    assert lower["lod_reden"].notna().all()
    assert not lower["lod_reden"].isin(["geen bijzonderheden", "geen puntenwolk in deze bouw"]).any()
    assert sum(delft_summary.reasons.values()) == len(lower)


def test_roofs_fit_the_points(delft_summary: BuildSummary, panden: gpd.GeoDataFrame) -> None:
    print(f"medians over the panden: {delft_summary.quality}")
    for lod, figures in delft_summary.fit.items():
        print(f"LoD {lod}, all points: {figures}")
    assert delft_summary.fit["2.2"]["points"] >= 76_700
    assert delft_summary.fit["2.2"]["median"] <= 0.027
    assert delft_summary.fit["2.2"]["within_20cm"] >= 0.84
    # More faces always fit better: 3DBAG's program has 3.67 per pand on the same files.
    assert panden["aantal_dakvlakken"].sum() / len(panden) <= 1.2 * 3.67
    # Each level must be worth its faces.
    assert (
        delft_summary.fit["2.2"]["rmse"] < delft_summary.fit["1.3"]["rmse"] < delft_summary.fit["1.2"]["rmse"]
    )


@pytest.mark.skipif(not meshopt.available(), reason="meshoptimizer is not installed")
def test_busy_roofs_keep_to_their_bytes(delft_summary: BuildSummary) -> None:
    """A full leaf may take 200 KB; of 60 MB for 250 000 panden their overviews need some 70 bytes each."""
    leaves = (delft_summary.out / "3dtiles" / "pand" / "500").glob("*.glb")
    fullest = max(leaves, key=lambda path: path.stat().st_size)
    panden = len(read_mesh(fullest).properties)
    print(f"{sent([fullest]) / panden:.0f} bytes for each of {panden} panden in the fullest leaf")
    assert panden > 100
    assert sent([fullest]) / panden < 200


def test_every_check_passes(delft_summary: BuildSummary) -> None:
    verdict = check_twin(delft_summary.out, Silence())
    assert verdict.findings == []
    solids = {c.name: c.checked for c in verdict.checks if c.name.startswith("Solids")}
    assert solids["Solids LoD 2.2 (ISO 19107)"] >= 155


def test_bridges_get_the_height_of_their_decks(delft_summary: BuildSummary) -> None:
    bridges = read_collection(delft_summary.out, "overbruggingsdeel")
    assert len(bridges) == 3
    assert (bridges["h_bron"] == "kunstwerkpunten van het AHN").all()
    decks = [
        xyz[:, 2].mean()
        for feature, xyz in features(delft_summary.out)
        if feature["CityObjects"][feature["id"]]["type"] == "Bridge"
        and feature["CityObjects"][feature["id"]]["attributes"].get("h_bron", "").startswith("kunstwerk")
    ]
    assert len(decks) == 3
    # The bridges of the Oostpoort's canals lie between the water at -0.4 m and the eaves.
    assert all(0.0 < z < 3.5 for z in decks), decks


def test_roof_heights_agree_with_the_points_of_the_highest_roof(
    delft_summary: BuildSummary, panden: gpd.GeoDataFrame
) -> None:
    """Heights by the 3DBAG of the same neighbourhood are not at hand for all; plausibility is."""
    built = panden[panden["lod"] == "2.2"]
    assert built["h_dak_max"].between(1.5, 40).all()
    assert (built["h_dak_max"] > built["h_dak_min"] - 1e-9).all()
    assert (built["h_dak_min"] > built["h_maaiveld"]).mean() > 0.95
    assert (built["volume_lod22"] > 0).all()
    ratio = built["volume_lod22"] / built["volume_lod12"]
    # LoD 1.2 stands at the 70th percentile of the roof: rarely far from the detailed volume.
    assert 0.8 < ratio.median() < 1.1


def test_the_account_adds_up(delft_summary: BuildSummary) -> None:
    manifest = read_manifest(Layout(delft_summary.out))
    assert all(x["objects_in"] == x["objects_out"] + x["rejected"] for x in manifest.ledger)
    rejects = pd.read_parquet(delft_summary.out / "report" / "rejects.parquet")
    assert len(rejects) == delft_summary.rejected == sum(x["rejected"] for x in manifest.ledger)


def test_the_report_is_a_page_with_these_figures(delft_summary: BuildSummary) -> None:
    page = (delft_summary.out / "report" / "index.html").read_text(encoding="utf-8")
    assert '<td>pand</td><td class="n">160</td>' in page
    assert "Bouwverslag Delft-Oost" in page
