"""The sample municipality, from its registers to a twin, compared with what it was drawn from."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.conftest import Sample
from tests.end_to_end.twins import read_collection, roof_faces
from twin.build import Silence
from twin.check import check_twin
from twin.store import Layout, read_manifest
from twin.store.layout import tile_names

GRID = 0.25  # m between the places where roofs are compared


@pytest.fixture(scope="module")
def panden(sample_twin: Path) -> gpd.GeoDataFrame:
    return read_collection(sample_twin, "pand").set_index("identificatie", drop=False)


@pytest.fixture(scope="module")
def truth(sample_registers: Sample) -> gpd.GeoDataFrame:
    return gpd.read_parquet(sample_registers.town.truth_panden).set_index("pand")


@pytest.fixture(scope="module")
def roof_errors(sample_twin: Path, sample_registers: Sample) -> pd.DataFrame:
    """Model minus truth [m] at the nodes of a grid over every roof of LoD 2.2: columns ``pand, error``."""
    truth = gpd.read_parquet(sample_registers.town.truth_roofs)
    faces = roof_faces(sample_twin, "2.2")
    truth = truth[truth["pand"].isin(faces["pand"])].reset_index(drop=True)
    low, high = np.floor(truth.total_bounds[:2]), np.ceil(truth.total_bounds[2:])
    x, y = (np.arange(a, b, GRID) + GRID / 2 for a, b in zip(low, high, strict=True))
    places = shapely.points(*(g.ravel() for g in np.meshgrid(x, y)))
    tree = shapely.STRtree(places)
    facet, node = tree.query(truth.geometry.to_numpy(), predicate="contains")
    face, place = tree.query(faces.geometry.to_numpy(), predicate="contains")
    known = pd.DataFrame({"pand": truth["pand"].to_numpy()[facet], "node": node, "facet": facet})
    made = pd.DataFrame({"pand": faces["pand"].to_numpy()[face], "node": place, "face": face})
    both = known.merge(made, on=["pand", "node"], how="left")
    xy = shapely.get_coordinates(places[both["node"]])
    is_, should = (
        _height(faces, both["face"].fillna(0).astype(int).to_numpy(), xy),
        _height(truth, both["facet"].to_numpy(), xy),
    )
    both["error"] = np.where(both["face"].notna(), is_ - should, np.inf)
    return both


def _height(planes: pd.DataFrame, row: np.ndarray, xy: np.ndarray) -> np.ndarray:
    a, b, c, x0, y0 = (planes[k].to_numpy()[row] for k in ("a", "b", "c", "x0", "y0"))
    return a * (xy[:, 0] - x0) + b * (xy[:, 1] - y0) + c


def test_the_check_passes(sample_twin: Path) -> None:
    verdict = check_twin(sample_twin, Silence())
    assert verdict.findings == []
    assert {c.name.split(":")[0] for c in verdict.checks} >= {"CityJSON", "3D Tiles pand", "Tables", "Counts"}


def test_no_standing_pand_is_lost(panden: gpd.GeoDataFrame, truth: gpd.GeoDataFrame) -> None:
    assert set(truth.index) <= set(panden.index)
    assert panden.index.is_unique


def test_panden_that_do_not_stand_have_no_model_and_say_why(
    panden: gpd.GeoDataFrame, truth: gpd.GeoDataFrame
) -> None:
    extra = panden[~panden.index.isin(truth.index)]
    assert len(extra) > 0
    assert extra["pand_status"].isin(["Bouwvergunning verleend", "Bouw gestart"]).all()
    assert (extra["lod"] == "0").all()
    assert (extra["lod_reden"] == "nog niet gebouwd volgens de BAG").all()


def test_demolished_panden_are_rejected_by_name(sample_twin: Path, panden: gpd.GeoDataFrame) -> None:
    rejects = pd.read_parquet(sample_twin / "report" / "rejects.parquet")
    gone = rejects[(rejects["collection"] == "bag/pand") & rejects["detail"].str.contains("Pand gesloopt")]
    assert len(gone) >= 2
    assert gone["reason"].str.startswith("not current").all()
    assert not set(gone["object_id"]) & set(panden.index)


def test_what_the_scanner_did_not_see_is_explained(panden: gpd.GeoDataFrame, truth: gpd.GeoDataFrame) -> None:
    hidden = panden.loc[truth.index[truth["hidden"] == 1.0]]
    assert len(hidden) > 0
    # The sample's neighbours stand close, and ground is all around: all get a block, and nobody measured it.
    assert (hidden["lod"] == "1.1").all()
    assert hidden["lod_reden"].isin(["hoogte van de buren", "standaardhoogte"]).all()
    assert hidden["aangenomen_hoogte"].between(2, 20).all()
    assert hidden["hoogte"].isna().all()


def test_most_standing_panden_reach_the_highest_level_and_the_others_say_why_not(
    panden: gpd.GeoDataFrame, truth: gpd.GeoDataFrame
) -> None:
    standing = panden.loc[truth.index]
    assert (standing["lod"] == "2.2").mean() >= 0.95
    lower = standing[standing["lod"] != "2.2"]
    assert lower["lod_reden"].notna().all()
    assert not lower["lod_reden"].isin(["geen bijzonderheden", "geen puntenwolk in deze bouw"]).any()


def test_roofs_lie_where_they_were_drawn(roof_errors: pd.DataFrame, truth: gpd.GeoDataFrame) -> None:
    seen = roof_errors[roof_errors["pand"].map(truth["hidden"]) < 0.05]
    near = seen["error"].abs() < 0.1
    assert len(seen) > 50_000
    print(f"within 0.1 m of the truth: {near.mean():.4f} of {len(seen)} places")
    assert near.mean() >= 0.95
    per_pand = near.groupby(seen["pand"]).mean()
    assert (per_pand >= 0.9).mean() >= 0.8


def test_ridges_are_as_high_as_they_were_drawn(panden: gpd.GeoDataFrame, truth: gpd.GeoDataFrame) -> None:
    seen = truth[truth["hidden"] < 0.05].join(panden[["h_dak_max", "h_maaiveld", "lod"]], how="inner")
    seen = seen[seen["lod"] == "2.2"]
    off = (seen["h_dak_max"] - seen["roof_max"]).abs()
    print(f"ridge height: median {off.median():.3f} m off, {(off <= 0.1).mean():.2f} within 0.1 m")
    assert off.median() <= 0.03
    assert (off <= 0.1).mean() >= 0.9
    ground = (seen["h_maaiveld"] - seen["ground"]).abs()
    # The truth is the ground in the middle; the model takes a low quantile around the walls.
    assert ground.median() <= 0.2
    assert ground.max() <= 1.0


def test_bridges_stand_on_the_points_of_their_decks(sample_twin: Path) -> None:
    bridges = read_collection(sample_twin, "overbruggingsdeel")
    assert len(bridges) > 0
    assert (bridges["h_bron"] == "kunstwerkpunten van het AHN").all()


def test_counts_agree_with_what_was_written(sample_twin: Path, sample_registers: Sample) -> None:
    manifest, counts = read_manifest(Layout(sample_twin)), sample_registers.town.counts
    planned = 5
    assert manifest.counts["pand"] == counts["pand"] + planned
    for name in ("wegdeel", "waterdeel", "overbruggingsdeel", "vegetatieobject"):
        assert manifest.counts[name] == counts[f"bgt/{name}"], name
    assert sum(manifest.lods.values()) == manifest.counts["pand"]


def test_what_is_rejected_is_listed_with_a_reason_each(sample_twin: Path) -> None:
    manifest = read_manifest(Layout(sample_twin))
    rejects = pd.read_parquet(sample_twin / "report" / "rejects.parquet")
    assert sum(line["rejected"] for line in manifest.ledger) == len(rejects) > 0
    assert rejects[["stage", "collection", "object_id", "reason"]].notna().all(axis=None)
    assert rejects["reason"].str.len().min() > 3


def test_every_point_figure_is_there(sample_twin: Path) -> None:
    fit = read_manifest(Layout(sample_twin)).fit
    assert set(fit) == {"1.2", "1.3", "2.2"}
    assert fit["2.2"]["points"] > 50_000
    assert fit["2.2"]["median"] < 0.03 < fit["1.3"]["median"] < fit["1.2"]["median"]
    assert fit["2.2"]["within_10cm"] > 0.9


def test_what_is_derived_agrees_with_what_is_measured(sample_twin: Path) -> None:
    panden = read_collection(sample_twin, "pand")
    made = panden[panden["lod"] == "2.2"]
    walls = made[["opp_gevel", "opp_scheidingsmuur"]].sum(axis=1)
    # What stands against a part of the same pand is a wall, and neither of the two.
    assert (walls <= made["opp_buitenmuur"] + 0.2).all()
    assert (walls >= made["opp_buitenmuur"] - 0.2).mean() > 0.9
    winds = ("n", "no", "o", "zo", "z", "zw", "w", "nw")
    for kind, whole in (("gevel", "opp_gevel"), ("dak", "opp_dak_schuin")):
        assert (made[[f"opp_{kind}_{w}" for w in winds]].sum(axis=1) - made[whole]).abs().max() < 0.6
    slopes = made[["opp_dak_flauw", "opp_dak_matig", "opp_dak_steil"]].sum(axis=1)
    assert (slopes - made["opp_dak_schuin"]).abs().max() < 0.3
    assert made["opp_scheidingsmuur"].gt(10).any()
    assert made["zoninstraling"].between(200 * made["opp_grond"], 1800 * made["opp_grond"]).all()
    # As an open horizon would give, but for what is taken away.
    assert made["zon_beschaduwing"].between(0, 0.7).all()
    assert made["zon_beschaduwing"].median() < 0.15
    assert (
        panden.loc[panden["lod"] == "0", ["opp_gevel", "zonnestroom", "aantal_bouwlagen"]]
        .isna()
        .all(axis=None)
    )


def test_walls_are_shared_across_the_border_of_tiles(sample_twin: Path) -> None:
    """Of two panden that touch, both or neither share a wall, whatever tiles they are in."""
    panden = read_collection(sample_twin, "pand")
    made = panden[panden["lod"] == "2.2"].reset_index(drop=True)
    tiles = pd.Series(tile_names(shapely.get_coordinates(shapely.point_on_surface(made.geometry)), 500.0))
    near, far = shapely.STRtree(made.geometry).query(made.geometry, predicate="dwithin", distance=0.01)
    border = made.geometry[near].intersection(made.geometry[far], align=False).length.to_numpy()
    pairs = (near != far) & (tiles[near].to_numpy() != tiles[far].to_numpy()) & (border > 2)
    assert pairs.any(), "no two panden touch across a border: the test says nothing"
    assert (made.loc[near[pairs], "opp_scheidingsmuur"] > 2).all()
