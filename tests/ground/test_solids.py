"""Decks, walls and other structures: closed, valid, and as high as what was seen of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from tests.ground.terrain_points import slope, terrain
from tests.ground.test_shapes import lift
from twin.geometry.columns import Floats, Semantic
from twin.geometry.validity import check
from twin.ground.decks import deck_terrain, joined_heights
from twin.ground.solids import THINNEST, solids_between
from twin.ground.structures import rises

RNG = np.random.default_rng(5)
DECK = shapely.box(1010, 400030, 1050, 400038)
HOLED = shapely.box(1005, 400005, 1025, 400025) - shapely.box(1010, 400010, 1015, 400015)
LINE = shapely.LineString([(1005, 400040), (1020, 400040), (1020, 400055)])
BEND = LINE.buffer(0.15, cap_style="flat", join_style="mitre")


@pytest.mark.parametrize("shape", [DECK, HOLED, BEND, shapely.MultiPolygon([DECK, HOLED])])
def test_a_solid_is_closed_and_as_large_as_it_should_be(shape: Any) -> None:
    surfaces = lift([shape]).surfaces
    solid = solids_between(surfaces, surfaces.xyz[:, 2] + 1.5, surfaces.xyz[:, 2])
    if shape.geom_type == "MultiPolygon":
        # Two shells are no valid solid: the surface stays.
        assert np.diff(solid.object_offsets).tolist() == [0]
        return
    assert check(solid).valid.all()
    triangles, owner = volume_triangles(solid)
    volume = np.bincount(owner, np.linalg.det(triangles) / 6)
    assert volume[0] == pytest.approx(1.5 * shape.area, rel=1e-3)
    assert {Semantic.ROOF, Semantic.GROUND, Semantic.OUTER_WALL} == set(solid.semantics.tolist())


def volume_triangles(solid: Any) -> tuple[Floats, Any]:
    from twin.geometry.ragged import rows_of
    from twin.geometry.triangulate import triangulate

    triangles, surface = triangulate(solid)
    return solid.xyz[triangles] - solid.xyz[0], rows_of(solid.object_offsets)[surface]


def test_a_bottom_above_the_top_yields() -> None:
    surfaces = lift([DECK]).surfaces
    solid = solids_between(surfaces, surfaces.xyz[:, 2], surfaces.xyz[:, 2] + 3)
    assert check(solid).valid.all()
    low = solid.xyz[solid.ring_vertices[: solid.ring_offsets[-1]]]
    assert np.ptp(low[:, 2]) <= np.ptp(surfaces.xyz[:, 2]) + THINNEST + 1e-9


def test_objects_without_a_surface_have_no_solid_and_shift_nobody() -> None:
    surfaces = lift([None, DECK, shapely.Polygon(), BEND]).surfaces
    solid = solids_between(surfaces, surfaces.xyz[:, 2] + 1, surfaces.xyz[:, 2])
    assert (np.diff(solid.object_offsets) > 0).tolist() == [False, True, False, True]


def scattered(shape: Any, height: float, count: int) -> Floats:
    low, high = np.array(shape.bounds).reshape(2, 2)
    xy = RNG.uniform(low, high, (count, 2))
    xy = xy[shapely.contains_xy(shape, xy)]
    return np.column_stack((xy, slope(xy) + height))


def test_a_deck_goes_through_its_points_whatever_sticks_out() -> None:
    deck, mast = scattered(DECK, 4.0, 5000), scattered(DECK, 6.0, 300)
    points = np.concatenate((deck, mast, scattered(DECK, 0.0, 500)))
    civil = len(deck) + len(mast)
    classes = np.repeat(np.array([26, 9], dtype=np.uint8), [civil, len(points) - civil])
    made = deck_terrain(points, classes, terrain(), np.empty(0, dtype=object))
    inside = RNG.uniform((1012, 400032), (1048, 400036), (200, 2))
    np.testing.assert_allclose(made.sample(inside), slope(inside) + 4, atol=0.06)
    # To its very edge it does not droop.
    edge = np.column_stack((np.linspace(1011, 1049, 50), np.full(50, 400030.0)))
    np.testing.assert_allclose(made.sample(edge), slope(edge) + 4, atol=0.15)
    far = np.array([(1001.0, 400058.0), (1055.0, 400005.0)])
    np.testing.assert_allclose(made.sample(far), slope(far), atol=1e-6)


def test_points_of_what_passes_above_are_not_of_the_deck_below() -> None:
    above = shapely.box(1028, 400020, 1032, 400048)
    low, high = scattered(DECK.difference(above), 4.0, 5000), scattered(above, 9.0, 2000)
    points = np.concatenate((low, high))
    classes = np.full(len(points), 26, np.uint8)
    made = deck_terrain(points, classes, terrain(), np.array([above], dtype=object))
    below = np.array([(1030.0, 400034.0)])
    assert made.sample(below)[0] == pytest.approx(slope(below)[0] + 4, abs=0.2)


def test_without_points_the_deck_is_the_ground() -> None:
    made = deck_terrain(np.empty((0, 3)), np.empty(0, np.uint8), terrain(), np.empty(0, dtype=object))
    np.testing.assert_array_equal(made.z, terrain().z)
    assert not made.measured.any()


def test_a_deck_joins_the_ground_where_it_ends_on_it() -> None:
    ground = terrain()
    high = shapely.box(1001, 400001, 1009, 400009)
    deck = ground.overlaid(np.concatenate([scattered(DECK, 0.3, 5000), scattered(high, 3.0, 2000)]))
    xy = np.array([(1011.0, 400034.0), (1011.0, 400034.0), (1005.0, 400005.0)])
    found = joined_heights(xy, np.array([True, False, True]), np.full(3, np.nan), deck, ground)
    assert found[0] == pytest.approx(slope(xy[:1])[0], abs=1e-3)
    assert np.isnan(found[1:]).all()


WALL = shapely.box(1010, 400010, 1030, 400010.4)
HEDGE = shapely.box(1010, 400020, 1030, 400021)


def risen(points: Floats, kind: str | None, collection: str = "scheiding") -> tuple[float, bool]:
    height, told = rises(
        np.array([WALL], dtype=object), np.array([kind], dtype=object), collection,
        points, np.ones(len(points), dtype=np.uint8), terrain(),
    )  # fmt: skip
    return float(height[0]), bool(told[0])


def test_a_wall_is_as_high_as_its_points() -> None:
    beside = scattered(HEDGE, 0.9, 100)
    points = np.concatenate([scattered(WALL, 2.1, 100), scattered(WALL, 0.05, 100), beside])
    assert risen(points, "muur") == (pytest.approx(2.1, abs=0.01), True)


def test_a_tree_above_it_is_not_the_wall() -> None:
    assert risen(scattered(WALL, 6.0, 300), "muur") == (1.5, False)


@pytest.mark.parametrize(
    ("kind", "height"), [("muur", 1.5), ("hek", 1.2), ("kademuur", 0.05), (None, 1.0), ("nieuw", 1.0)]
)
def test_without_points_the_kind_decides_and_says_so(kind: str | None, height: float) -> None:
    assert risen(scattered(WALL, 2.0, 3), kind) == (height, False)


def test_a_quay_is_no_higher_than_its_edge_whatever_stands_on_it() -> None:
    assert risen(scattered(WALL, 1.1, 200), "kademuur") == (0.05, False)
