"""The town itself: a partition without gaps, roofs that fit their footprints, a plan that grows."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from ingest.sample import generate
from ingest.sample.content import Frame, Roof
from ingest.sample.drawing import insert_touching
from ingest.sample.plan import convex_inset, rounded
from ingest.sample.surfaces import overlay
from ingest.sample.town import Town, build_town


def test_level_0_is_a_partition_to_the_bit(truth_town: Town) -> None:
    surfaces = truth_town.surfaces
    assert shapely.is_valid(surfaces.geometry).all()
    assert shapely.coverage_is_valid(surfaces.geometry)
    total = shapely.area(surfaces.geometry).sum()
    assert total == pytest.approx(shapely.area(surfaces.lake), abs=1e-3)
    whole = shapely.coverage_union_all(surfaces.geometry)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors


def test_all_coordinates_are_whole_millimetres(truth_town: Town) -> None:
    xy = shapely.get_coordinates(truth_town.surfaces.geometry)
    assert np.abs(xy * 1000 - np.rint(xy * 1000)).max() < 1e-4


def test_every_standing_building_is_one_surface(truth_town: Town) -> None:
    panden = truth_town.surfaces.building[truth_town.surfaces.kind == "pand"]
    assert sorted(panden) == list(range(truth_town.standing))


@pytest.mark.parametrize(("buildings", "seed"), [(90, 4), (400, 1), (300, 8)])
def test_facets_partition_footprints(buildings: int, seed: int) -> None:
    town = build_town(buildings, seed)
    roof = town.facets.select(town.facets.kind != "overstek")
    assert shapely.is_valid(roof.geometry).all()
    assert shapely.is_valid(town.footprints).all()
    assert (shapely.get_type_id(town.footprints) == 3).all()
    area = np.bincount(roof.building, shapely.area(roof.geometry), minlength=len(town.buildings))
    # A corner on a wall is up to a millimetre off it: no more than that per metre of roof edge.
    slack = 0.001 * np.bincount(roof.building, shapely.length(roof.geometry), minlength=len(town.buildings))
    assert (np.abs(area - shapely.area(town.footprints)) < slack).all()
    outside = shapely.difference(roof.geometry, shapely.buffer(town.footprints[roof.building], 0.002))
    assert shapely.area(outside).max() == 0.0
    one, other = shapely.STRtree(town.footprints).query(town.footprints, predicate="overlaps")
    shared = shapely.area(
        shapely.intersection(town.footprints[one[one < other]], town.footprints[other[one < other]])
    )
    assert shared.max(initial=0.0) < 0.02


@pytest.mark.parametrize(
    "roof", [Roof.HIP, Roof.GABLE_U, Roof.GABLE_V, Roof.CROSS, Roof.HALF_HIP, Roof.MANSARD, Roof.COURT]
)
def test_neighbouring_facets_meet_at_the_same_height(roof: Roof, varied_town: Town) -> None:
    """Along edges shared by main facets of one closed roof shape, the planes agree to a few millimetres."""
    town = varied_town
    chosen = (town.buildings["roof"].to_numpy() == roof)[town.facets.building] & (
        town.facets.kind == "hoofddak"
    )
    facets = town.facets.select(chosen)
    assert facets.building.size
    one, other = shapely.STRtree(facets.geometry).query(facets.geometry, predicate="intersects")
    pair = (one < other) & (facets.building[one] == facets.building[other])
    one, other = one[pair], other[pair]
    both = shapely.intersection(
        shapely.set_precision(facets.geometry[one], 0.001),
        shapely.set_precision(facets.geometry[other], 0.001),
    )
    shared = shapely.length(both) > 0.1
    assert shared.any()
    xy, edge = shapely.get_coordinates(both[shared], return_index=True)
    step = facets.height(one[shared][edge], xy) - facets.height(other[shared][edge], xy)
    assert np.abs(step).max() < 0.01


def test_row_houses_share_their_party_walls(truth_town: Town) -> None:
    rows = np.flatnonzero(truth_town.buildings["kind"].to_numpy() == "grachtenpand")
    walls = truth_town.footprints[rows]
    one, other = shapely.STRtree(walls).query(walls, predicate="touches")
    shared = shapely.length(shapely.intersection(walls[one], walls[other]))
    assert (shared > 8.0).sum() > rows.size


def test_the_town_has_what_a_dutch_town_has(varied_town: Town) -> None:
    town = varied_town
    assert {
        "kerk",
        "raadhuis",
        "grachtenpand",
        "rijwoning",
        "schuur",
        "flat",
        "hofje",
        "hal",
        "villa",
    } <= set(town.buildings["kind"])
    assert {"gracht", "kade", "fietspad", "voetpad", "parkeervlak", "erf", "vijver", "dijk", "plein"} <= set(
        town.surfaces.kind
    )
    assert len(town.surfaces.decks) >= 3
    courts = shapely.get_num_interior_rings(town.footprints[: town.standing])
    assert courts.max() == 1
    assert {Roof(r) for r in town.buildings["roof"]} == set(Roof)


@pytest.mark.parametrize("buildings", [50, 137, 1000])
def test_as_many_buildings_stand_as_asked(buildings: int) -> None:
    town = build_town(buildings, 2)
    assert town.standing == buildings
    assert (town.surfaces.kind == "pand").sum() == buildings
    assert len(town.buildings) == buildings + max(6, buildings // 100)


def test_seeds_differ() -> None:
    one, other = build_town(60, 1), build_town(60, 2)
    assert shapely.area(one.surfaces.lake) != shapely.area(other.surfaces.lake)


@pytest.mark.parametrize(("name", "value"), [("buildings", 10), ("buildings", 10**6), ("density", 0.0)])
def test_sizes_out_of_range_are_refused(tmp_path, name: str, value: float) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=name):
        generate(tmp_path, **{name: value})


def test_inset_of_a_square_by_unequal_distances() -> None:
    square = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])
    inner = convex_inset(square, np.array([1.0, 2.0, 3.0, 4.0]))
    assert shapely.Polygon(inner).bounds == (4.0, 1.0, 8.0, 7.0)
    assert len(convex_inset(square, np.full(4, 6.0))) == 0


def test_arcs_lie_at_their_radius_and_nest() -> None:
    core = np.array([[0.0, 0], [20, 0], [24, 15], [5, 18]])
    ring = rounded(core, 3.0)
    assert np.abs(np.linalg.norm(ring.reshape(-1, 3, 2) - core[:, None], axis=2) - 3.0).max() < 0.002
    assert shapely.contains_properly(shapely.Polygon(rounded(core, 5.0)), shapely.Polygon(ring))


def test_overlay_gives_the_ground_to_the_highest_rank() -> None:
    low, high = shapely.box(0, 0, 4, 4), shapely.box(1, 1, 2, 2)
    geometry, source = overlay(np.array([low, high], dtype=object), np.array([0, 1]), np.array(["a", "b"]))
    assert dict(zip(source.tolist(), shapely.area(geometry).tolist(), strict=True)) == {0: 15.0, 1: 1.0}


def test_corner_in_a_neighbours_wall_becomes_its_vertex() -> None:
    frame = Frame(150_000.0, 520_000.0, 0.4321)
    long, short = frame.box(0, 0, 5, 12), frame.box(5, 0, 9, 7.3)
    joined = insert_touching(np.array([long, short], dtype=object))
    assert shapely.get_num_coordinates(joined[0]) == 6
    assert shapely.coverage_is_valid(joined)
