"""From 2D to 3D: nothing gained, nothing lost, and neighbours that touch stay together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from tests.ground.terrain_points import no_terrain, slope, terrain
from twin.geometry.columns import Floats, Ints, Shells
from twin.ground import GroundShapes, Terrain, ground_shapes, surface_heights


def lift(shapes: list[Any], level: int = 0, ground: Terrain | None = None) -> GroundShapes:
    ground = terrain() if ground is None else ground
    given = np.array(shapes, dtype=object)
    heights = surface_heights(
        given, np.full(len(given), level), np.zeros(len(given), bool),
        np.empty((0, 3)), np.empty(0, np.uint8), ground,
    )  # fmt: skip
    return ground_shapes(given, heights, ground)


def triangles(shells: Shells) -> tuple[Floats, Ints]:
    """Corners ``(T, 3, 3)`` and the object of each triangle."""
    assert (np.diff(shells.ring_offsets) == 3).all()
    owner = np.repeat(np.arange(len(shells)), np.diff(shells.object_offsets))
    return shells.xyz[shells.ring_vertices].reshape(-1, 3, 3), owner


def flat_area(shells: Shells) -> Floats:
    """Signed area in the plane of each object; positive faces up."""
    corners, owner = triangles(shells)
    u, v = (corners[:, i, :2] - corners[:, 0, :2] for i in (1, 2))
    return np.bincount(owner, u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0], len(shells)) / 2


HOLED = (
    shapely.box(1005, 400005, 1055, 400055)
    - shapely.box(1020, 400020, 1030, 400030)
    - shapely.Point(1040, 400040).buffer(3)
)
SHAPES = [
    shapely.box(1000, 400000, 1010, 400010),
    HOLED,
    shapely.MultiPolygon(
        [shapely.box(1000, 400050, 1004, 400054), HOLED, shapely.box(1056, 400056, 1060, 400060)]
    ),
    shapely.Polygon(
        [(1000, 400000), (1060, 400000), (1060, 400001), (1001, 400001), (1001, 400060), (1000, 400060)]
    ),
    shapely.Point(1030, 400030).buffer(20, quad_segs=64),
]


def test_areas_are_preserved_and_triangles_face_up() -> None:
    found = lift(SHAPES)
    np.testing.assert_allclose(flat_area(found.surfaces), [s.area for s in SHAPES], rtol=1e-4)
    corners, _ = triangles(found.surfaces)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (normal[:, 2] > 0).all()


def test_heights_are_those_of_the_terrain_on_the_millimetre() -> None:
    xyz = lift(SHAPES).surfaces.xyz
    np.testing.assert_allclose(xyz[:, 2], slope(xyz[:, :2]), atol=5.01e-4)
    np.testing.assert_allclose(xyz, np.round(xyz, 3), atol=1e-9)


def test_a_vertex_belongs_to_one_object_and_is_neither_unused_nor_doubled() -> None:
    shells = lift(SHAPES).surfaces
    owner = np.repeat(np.arange(len(shells)), 3 * np.diff(shells.object_offsets))
    pairs = np.unique(np.stack((shells.ring_vertices, owner)), axis=1)
    assert pairs[0].tolist() == list(range(len(shells.xyz)))
    own = np.column_stack((pairs[1], np.round(shells.xyz * 1000)))
    assert len(np.unique(own, axis=0)) == len(own)


def test_neighbours_share_the_heights_of_shared_vertices() -> None:
    west, east = shapely.box(1010, 400010, 1030.0004, 400040), shapely.box(1030.0004, 400010, 1050, 400040)
    found = lift([west, east]).surfaces
    (first, second) = (
        set(map(tuple, triangles(found)[0][triangles(found)[1] == i].reshape(-1, 3))) for i in (0, 1)
    )
    assert len(first & second) == 2


def test_lines_and_points_keep_their_places() -> None:
    line = shapely.LineString([(1001, 400001), (1002, 400005), (1009, 400006)])
    both = shapely.MultiLineString([line, [(1020, 400020), (1021, 400020)]])
    found = lift(
        [line, both, shapely.Point(1007, 400008), shapely.MultiPoint([(1001, 400001), (1002, 400002)])]
    )
    assert np.diff(found.lines.object_offsets).tolist() == [1, 2, 0, 0]
    assert np.diff(found.lines.ring_offsets).tolist() == [3, 3, 2]
    assert np.diff(found.points.object_offsets).tolist() == [0, 0, 1, 2]
    np.testing.assert_allclose(found.lines.xyz[:3, :2], line.coords)
    for shells in (found.lines, found.points):
        np.testing.assert_allclose(shells.xyz[:, 2], slope(shells.xyz[:, :2]), atol=5.01e-4)
    assert len(found.surfaces.semantics) == 0
    assert len(found.surfaces) == 4


def test_a_collection_gives_each_part_its_kind() -> None:
    mixed = shapely.GeometryCollection(
        [SHAPES[0], shapely.Point(1001, 400001), shapely.LineString([(1001, 400001), (1002, 400001)])]
    )
    found = lift([mixed])
    assert [np.diff(s.object_offsets).tolist() for s in (found.surfaces, found.lines, found.points)] == [
        [2],
        [1],
        [1],
    ]


def test_third_dimensions_that_were_given_do_not_matter() -> None:
    given = shapely.force_3d(SHAPES[0], 99.0)
    assert lift([given]).surfaces.xyz[:, 2].max() < 10


@pytest.mark.parametrize("shape", [None, shapely.Polygon(), shapely.box(1000, 400000, 1000.0001, 400001)])
def test_what_has_no_surface_has_none_and_does_not_shift_the_others(shape: Any) -> None:
    found = lift([shape, SHAPES[0]])
    assert np.diff(found.surfaces.object_offsets).tolist() == [0, 2]
    assert len(found.lines) == len(found.points) == 2


@pytest.mark.parametrize("level", [-1, 0])
def test_an_unknown_height_gives_no_shape(level: int) -> None:
    shapes = [SHAPES[1], shapely.LineString([(1001, 400001), (1002, 400005)]), shapely.Point(1001, 400001)]
    found = lift(shapes, level, no_terrain())
    for shells in (found.surfaces, found.lines, found.points):
        assert len(shells) == 3
        assert shells.object_offsets.tolist() == [0, 0, 0, 0]
        assert len(shells.xyz) == 0


def test_no_objects() -> None:
    assert len(lift([]).surfaces) == 0


@pytest.mark.parametrize("layer", ["wegdeel", "begroeidterreindeel", "onbegroeidterreindeel", "waterdeel"])
def test_the_area_of_the_real_bgt_is_preserved(real_data: Path, layer: str) -> None:
    """Flat ground stands in for the cloud: it is the triangulation that is on trial."""
    _, _, wkb, _ = pyogrio.raw.read(real_data / "delft" / "bgt.gpkg", layer=layer, columns=[])
    shapes = shapely.force_2d(shapely.from_wkb(wkb))
    # The delivery has arcs, which the BGT reader linearises.
    shapes = shapes[np.isin(shapely.get_type_id(shapes), (3, 6)) & shapely.is_valid(shapes)]
    assert len(shapes)
    box = tuple(shapely.total_bounds(shapes).tolist())
    flat = Terrain.from_points(np.array([(box[0] + 1, box[1] + 1, 1.0)]), box)
    found = lift(list(shapes), ground=flat)
    ratio = flat_area(found.surfaces) / shapely.area(shapes)
    assert np.abs(ratio - 1).max() < 1e-3
