"""Prisms with courtyards."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from tests.geometry.solids import meshes
from twin.errors import GeometryError
from twin.geometry.columns import Footprints
from twin.geometry.measure import area_by_semantic, volume
from twin.geometry.prism import extrude_flat
from twin.geometry.ragged import offsets_of
from twin.geometry.validity import check

BOX = shapely.box(0, 0, 10, 10)
COURTYARD = shapely.Polygon(BOX.exterior, [[(3, 3), (6, 3), (6, 6), (3, 6)]])
TOUCHING_HOLE = shapely.Polygon(BOX.exterior, [[(0, 0), (3, 5), (5, 3)]])
TOUCHING_HOLES = shapely.Polygon(BOX.exterior, [[(3, 3), (5, 5), (5, 3)], [(5, 5), (7, 7), (7, 5)]])


def footprints_of(polygons: list[shapely.Polygon]) -> Footprints:
    rings = [[p.exterior, *p.interiors] for p in shapely.orient_polygons(np.array(polygons, dtype=object))]
    xy = [shapely.get_coordinates(r)[:-1] for part in rings for r in part]
    return Footprints(
        xy=np.concatenate([np.zeros((0, 2)), *xy]),
        ring_offsets=offsets_of(np.array([len(r) for r in xy], dtype=np.int64)),
        part_offsets=offsets_of(np.array([len(r) for r in rings], dtype=np.int64)),
    )


def random_footprints(count: int, seed: int) -> list[shapely.Polygon]:
    """Rectangles joined and cut out of one another."""
    rng = np.random.default_rng(seed)
    found: list[shapely.Polygon] = []
    while len(found) < count:
        corner, size = rng.uniform(0, 20, (6, 2)), rng.uniform(2, 12, (6, 2))
        boxes = shapely.box(*corner.T, *(corner + size).T)
        shape = shapely.difference(shapely.union_all(boxes[:4]), shapely.union_all(boxes[4:]))
        shape = shapely.set_precision(shape, 0.001)
        found += [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and p.area > 1]
    return found[:count]


def test_random_footprints_become_valid_prisms_of_the_right_volume() -> None:
    polygons = random_footprints(200, 1)
    low = np.linspace(-2, 3, 200)
    shells = extrude_flat(footprints_of(polygons), low, low + 5)
    assert check(shells).valid.all()
    area = shapely.area(np.array(polygons, dtype=object))
    np.testing.assert_allclose(volume(shells), 5 * area, rtol=1e-9)
    walls = shapely.length(np.array(polygons, dtype=object))
    np.testing.assert_allclose(area_by_semantic(shells).outer_wall, 5 * walls, rtol=1e-9)
    assert all(mesh.is_volume for mesh in meshes(shells)[:20])


@pytest.mark.parametrize(
    "polygon", [TOUCHING_HOLE, TOUCHING_HOLES], ids=["hole in a corner", "hole at a hole"]
)
def test_footprint_that_touches_itself_is_cut_free(polygon: shapely.Polygon) -> None:
    shells = extrude_flat(footprints_of([BOX, polygon, COURTYARD]), np.zeros(3), np.full(3, 4.0))
    assert check(shells).valid.all()
    expected = np.array([4 * p.area for p in (BOX, polygon, COURTYARD)])
    np.testing.assert_allclose(volume(shells), expected, atol=4 * 2 * 0.05**2)
    np.testing.assert_allclose(volume(shells)[[0, 2]], expected[[0, 2]])


def test_vertices_that_round_to_one_are_one() -> None:
    polygon = shapely.Polygon([(0, 0), (5, 0), (10, 0), (10, 10), (10, 10.0004), (0, 10)])
    shells = extrude_flat(footprints_of([polygon]), np.zeros(1), np.ones(1))
    assert len(shells.xyz) == 10
    assert check(shells).valid.all()


def test_neighbours_may_share_vertices() -> None:
    shells = extrude_flat(footprints_of([BOX, shapely.box(10, 0, 20, 10)]), np.zeros(2), np.array([3.0, 4.0]))
    assert volume(shells) == pytest.approx([300, 400])
    assert len(shells.xyz) == 16


def test_one_prism_alone_is_the_same_as_among_others() -> None:
    polygons = random_footprints(10, 5)
    together = extrude_flat(footprints_of(polygons), np.zeros(10), np.ones(10))
    start = 0
    for polygon in polygons:
        alone = extrude_flat(footprints_of([polygon]), np.zeros(1), np.ones(1))
        np.testing.assert_array_equal(alone.xyz, together.xyz[start : start + len(alone.xyz)])
        start += len(alone.xyz)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: (f, [0, 0], [5, np.nan]), "footprints 1 have a height that is not a finite number"),
        (lambda f: (f, [0, 5], [5, 5]), "footprints 1 have a roof that is not above the ground"),
        (lambda f: (f, [0], [5]), "2 footprints need as many heights, got 1 and 1"),
        (
            lambda f: (Footprints(f.xy[::-1].copy(), f.ring_offsets, f.part_offsets), [0, 0], [5, 5]),
            "footprints 0, 1 have a ring that turns the wrong way",
        ),
        (
            lambda f: (Footprints(f.xy[:6], np.array([0, 4, 6]), f.part_offsets), [0, 0], [5, 5]),
            "footprints 1 have a ring of less than three vertices",
        ),
        (
            lambda f: (Footprints(f.xy * [1, 1e-6], f.ring_offsets, f.part_offsets), [0, 0], [5, 5]),
            "footprints 0, 1 have a ring of less than three different vertices",
        ),
    ],
)
def test_footprints_that_make_no_solid_are_refused_by_number(change, message: str) -> None:
    footprints, low, high = change(footprints_of([BOX, shapely.box(20, 0, 30, 10)]))
    with pytest.raises(GeometryError, match=message):
        extrude_flat(footprints, np.array(low, dtype=float), np.array(high, dtype=float))


def test_hole_along_the_border_is_refused() -> None:
    xy = np.array([[0, 0], [10, 0], [10, 10], [0, 10], [0, 0], [0, 10], [5, 5]], dtype=float)
    with pytest.raises(GeometryError, match="footprints 0 have rings that run along one another"):
        extrude_flat(Footprints(xy, np.array([0, 4, 7]), np.array([0, 2])), np.zeros(1), np.ones(1))


def test_no_footprints_no_prisms() -> None:
    assert len(extrude_flat(footprints_of([]), np.zeros(0), np.zeros(0))) == 0
