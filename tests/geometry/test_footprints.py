"""Cleaning of footprints: what goes, what stays, and that neighbours stay neighbours."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import Polygon

from twin.errors import GeometryError
from twin.geometry.columns import Footprints
from twin.geometry.footprints import SHORTEST_EDGE, footprints_from, polygons_of, select_parts
from twin.geometry.ragged import ring_successor


def _from(*polygons: shapely.Geometry | None) -> tuple[Footprints, list[int]]:
    given = np.empty(len(polygons), object)
    given[:] = polygons
    footprints, source = footprints_from(given)
    return footprints, source.tolist()


def _shortest(footprints: Footprints) -> float:
    edge = footprints.xy[ring_successor(footprints.ring_offsets)] - footprints.xy
    return float(np.hypot(*edge.T).min())


def test_a_clean_polygon_comes_back_equal() -> None:
    given = Polygon([(0, 0), (10, 0), (10, 6), (0, 6)], [[(2, 2), (2, 4), (4, 4), (4, 2)]])
    footprints, source = _from(given)
    assert source == [0]
    assert shapely.equals(polygons_of(footprints)[0], given)
    # Outer ring counter-clockwise, hole clockwise, neither closed.
    assert footprints.ring_offsets.tolist() == [0, 4, 8]
    rings = [footprints.xy[:4], footprints.xy[4:]]
    areas = [np.sum(r[:, 0] * np.roll(r[:, 1], -1) - np.roll(r[:, 0], -1) * r[:, 1]) / 2 for r in rings]
    assert areas == [60.0, -4.0]


def test_repair_splits_and_orders() -> None:
    bow = Polygon([(0, 0), (4, 4), (4, 0), (0, 4)])
    multi = shapely.MultiPolygon([shapely.box(20, 0, 22, 2), shapely.box(10, 0, 12, 2)])
    footprints, source = _from(bow, None, multi, Polygon())
    assert source == [0, 0, 2, 2]
    parts = polygons_of(footprints)
    assert shapely.is_valid(parts).all()
    assert shapely.area(parts).tolist() == [4, 4, 4, 4]
    assert shapely.bounds(parts)[2:, 0].tolist() == [10, 20]


def test_nothing_without_area_becomes_a_part() -> None:
    needle = Polygon([(0, 0), (5, 0), (5, 0.0004)])
    sliver = Polygon([(0, 0), (0.05, 0), (0.05, 0.05), (0, 0.05)])
    footprints, source = _from(needle, sliver, shapely.box(0, 0, 3, 3))
    assert source == [2]
    assert len(footprints) == 1
    assert len(_from()[0]) == 0
    assert polygons_of(_from()[0]).shape == (0,)


def test_some_parts_stand_alone() -> None:
    ring = Polygon([(30, 0), (40, 0), (40, 6), (30, 6)], [[(32, 2), (32, 4), (34, 4), (34, 2)]])
    footprints, _ = _from(shapely.box(0, 0, 3, 3), ring, shapely.box(50, 0, 53, 3), shapely.box(60, 0, 61, 3))
    middle = select_parts(footprints, np.array([1, 2]))
    assert shapely.equals(polygons_of(middle), polygons_of(footprints)[1:3]).all()
    assert (middle.ring_offsets[0], middle.part_offsets.tolist()) == (0, [0, 2, 3])
    assert len(select_parts(footprints, np.empty(0, np.int64))) == 0


def test_small_detail_goes_and_no_vertex_moves() -> None:
    hole = [(5, 2), (5, 2.6), (5.6, 2.6), (5.6, 2)]  # .36 m2
    given = Polygon([(0, 0), (4, 0.015), (8, 0), (8, 0.05), (8.05, 0.05), (8.05, 5), (0, 5)], [hole])
    footprints, _ = _from(given)
    assert footprints.part_offsets.tolist() == [0, 1]
    assert _shortest(footprints) >= SHORTEST_EDGE
    assert {tuple(v) for v in footprints.xy.tolist()} <= set(given.exterior.coords)
    assert (4, 0.015) not in {tuple(v) for v in footprints.xy.tolist()}


def test_neighbours_drop_the_same_vertices_of_a_shared_wall() -> None:
    wall = [(5, 0), (5.01, 2), (5.0, 3.0), (5.04, 3.04), (5.05, 6)]
    left = Polygon([(0, 0), *wall, (0, 6)])
    right = Polygon([(9, 6), *wall[::-1], (9, 0)])
    footprints, _ = _from(left, right)
    a, b = polygons_of(footprints)
    assert shapely.area(shapely.intersection(a, b)) == pytest.approx(0, abs=1e-9)
    assert shapely.area(shapely.union(a, b)) == pytest.approx(54.0, abs=1e-9)


def test_a_part_does_not_depend_on_its_neighbours_or_the_start_of_its_ring() -> None:
    rng = np.random.default_rng(3)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 40))
    radius = rng.uniform(3, 6, 40)
    ring = np.round(np.column_stack((radius * np.cos(angle), radius * np.sin(angle))), 3)
    alone, _ = _from(Polygon(ring))
    turned, _ = _from(shapely.box(50, 0, 51, 1), Polygon(np.roll(ring, 17, axis=0)[::-1]))
    assert shapely.equals(polygons_of(alone)[0], polygons_of(turned)[1])


def test_spikes_and_scribbles_end_valid() -> None:
    rng = np.random.default_rng(11)
    scribbles = [Polygon(np.round(rng.uniform(0, 6, (12, 2)), 2)) for _ in range(200)]
    footprints, source = _from(*scribbles)
    assert shapely.is_valid(polygons_of(footprints)).all()
    assert _shortest(footprints) >= SHORTEST_EDGE
    assert np.array_equal(footprints.xy, np.round(footprints.xy, 3))
    assert set(source) == set(range(200))


@pytest.mark.parametrize("bad", [shapely.Point(1, 2), shapely.LineString([(0, 0), (1, 1)])])
def test_strangers_are_refused_by_number(bad: shapely.Geometry) -> None:
    with pytest.raises(GeometryError, match="footprint 1 is a"):
        _from(shapely.box(0, 0, 1, 1), bad)


def test_coordinates_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(GeometryError, match="footprint 0 has a coordinate"):
        _from(shapely.transform(shapely.box(0, 0, 1, 1), lambda xy: np.full_like(xy, np.inf)))
