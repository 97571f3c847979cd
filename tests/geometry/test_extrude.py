"""The extrusion: always closed, 2-manifold, oriented, planar, and the same in any chunk."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.geometry.partitions import (
    KINDS,
    ORIGIN_MM,
    partition_of,
    random_partition,
    random_planes,
    star_cells,
)
from tests.geometry.solids import meshes, nested
from twin.errors import GeometryError
from twin.geometry.columns import Partition, Semantic
from twin.geometry.extrude import Extrusion, extrude
from twin.geometry.measure import area_by_semantic, heights, volume
from twin.geometry.select import take
from twin.geometry.triangulate import surface_normals
from twin.geometry.validity import check


def square(x: int, y: int, size: int = 4_000) -> list[list[tuple[int, int]]]:
    return [[(x, y), (x + size, y), (x + size, y + size), (x, y + size)]]


def flat(*levels: float) -> list[list[float]]:
    return [[0.0, 0.0, level] for level in levels]


def assert_sound(built: Extrusion, partition: Partition) -> None:
    """By the checker, by trimesh and by counting edges: three independent opinions."""
    assert built.valid.all()
    defects = check(built.shells)
    assert len(defects) == 0, list(zip(defects.object, defects.code, strict=True))
    shells = built.shells
    assert np.array_equal(np.rint(shells.xyz * 1000) / 1000, shells.xyz)
    assert len(np.unique(shells.ring_vertices)) == len(shells.xyz)
    for number, mesh in enumerate(meshes(shells)):
        assert mesh.is_volume
        # a roof may be 4 mm off its plane
        assert mesh.volume == pytest.approx(volume(shells)[number], abs=0.004 * mesh.area)
        edges: set[tuple[int, int]] = set()
        for rings in nested(shells, number):
            for ring in rings:
                for edge in zip(ring, ring[1:] + ring[:1], strict=True):
                    assert edge not in edges
                    edges.add(edge)
        assert {(b, a) for a, b in edges} == edges
        used = np.unique([v for e in edges for v in e])
        assert len(np.unique(shells.xyz[used], axis=0)) == len(used)
        assert used.tolist() == list(range(used[0], used[-1] + 1))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), kind=st.sampled_from(KINDS))
def test_random_partitions_become_valid_solids(seed: int, kind: str) -> None:
    partition = random_partition(np.random.default_rng(seed), 2, [kind])
    assert_sound(extrude(partition), partition)


@pytest.mark.parametrize("kind", KINDS)
def test_many_parts_at_once(kind: str) -> None:
    built = extrude(random_partition(np.random.default_rng(20_26), 150, [kind]))
    assert built.valid.all()
    assert check(built.shells).valid.all()


def test_cube_has_the_volume_and_the_surfaces_of_a_cube() -> None:
    built = extrude(partition_of([[square(0, 0)]], flat(4.5), ground=[0.5]))
    assert volume(built.shells) == pytest.approx([64.0])
    assert built.shells.semantics.tolist() == [Semantic.GROUND, Semantic.ROOF] + 4 * [Semantic.OUTER_WALL]
    assert len(built.shells.xyz) == 8


def test_gable_has_the_volume_of_a_gable() -> None:
    cells = [
        [[(0, 0), (3_000, 0), (3_000, 8_000), (0, 8_000)]],
        [[(3_000, 0), (6_000, 0), (6_000, 8_000), (3_000, 8_000)]],
    ]
    built = extrude(partition_of([cells], [[1.0, 0.0, 3.0], [-1.0, 0.0, 9.0]], ground=[0.0]))
    assert volume(built.shells) == pytest.approx([6 * 8 * 3 + 0.5 * 6 * 3 * 8])
    assert len(built.shells.semantics) == 1 + 2 + 4 + 2  # the ridge end splits each gable wall in two
    assert built.triangulated.tolist() == [0]
    assert area_by_semantic(built.shells).roof_sloped == pytest.approx([2 * 8 * 3 * np.sqrt(2)])


def test_cells_of_one_plane_become_one_roof_without_leftover_vertices() -> None:
    cells = [square(0, 0), square(4_000, 0), square(4_000, 4_000), square(0, 4_000)]
    built = extrude(partition_of([cells], flat(5, 5, 5, 5), labels=[7, 7, 7, 7]))
    assert built.shells.semantics.tolist().count(Semantic.ROOF) == 1
    assert built.label[1] == 7
    # the middle of each side is a vertex of the footprint and stays
    assert len(built.shells.xyz) == 16


def test_line_bends_that_are_none_are_straightened() -> None:
    left = [[(0, 0), (4_000, 0), (4_001, 2_000), (4_000, 4_000), (0, 4_000)]]
    right = [[(4_000, 0), (8_000, 0), (8_000, 4_000), (4_000, 4_000), (4_001, 2_000)]]
    bent = [[(4_000, 0), (8_000, 0), (8_000, 4_000), (4_000, 4_000), (4_010, 2_000)]]
    straight = extrude(partition_of([[left, right]], flat(5, 7)))
    assert len(straight.shells.xyz) == 14
    left[0][2] = (4_010, 2_000)
    assert len(extrude(partition_of([[left, bent]], flat(5, 7))).shells.xyz) == 16


def test_two_high_and_two_low_cells_on_a_diagonal_lose_one_corner() -> None:
    cells = [square(0, 0), square(4_000, 0), square(4_000, 4_000), square(0, 4_000)]
    partition = partition_of([cells], flat(8, 5, 8, 5), ground=[0])
    built = extrude(partition)
    assert built.chamfers.tolist() == [1]
    assert_sound(built, partition)
    assert volume(built.shells)[0] == pytest.approx(16 * 26, abs=3 * 0.5 * 0.05**2 + 1e-9)


@pytest.mark.parametrize("wedges", [4, 6, 8, 12, 16])
def test_stars_of_high_and_low_wedges_are_mended_at_once(wedges: int) -> None:
    cells = star_cells(wedges, 8_000, np.random.default_rng(wedges))
    partition = partition_of([cells], flat(*(6.0 + 2 * (i % 2) for i in range(wedges))))
    built = extrude(partition)
    assert_sound(built, partition)
    assert built.chamfers[0] == (1 if wedges == 4 else wedges - 1)


def test_corners_cut_at_both_ends_of_a_short_edge_stay_apart() -> None:
    """Triangles of 8 cm at random levels: all six wedges of a vertex are cut, at both ends of most edges."""
    at = {(i, j): (80 * i + 40 * j, 70 * j) for i in range(6) for j in range(6)}
    cells = [
        [[at[corner] for corner in triangle]]
        for i in range(5)
        for j in range(5)
        for triangle in (((i, j), (i + 1, j), (i, j + 1)), ((i + 1, j), (i + 1, j + 1), (i, j + 1)))
    ]
    partition = partition_of([cells], flat(*np.random.default_rng(1).uniform(4, 9, len(cells))))
    built = extrude(partition)
    assert built.chamfers[0] > 20
    assert_sound(built, partition)
    assert area_by_semantic(built.shells).roof_flat == pytest.approx([0.4 * 0.35])


def test_no_short_ear_of_a_roof_is_tilted() -> None:
    """Three vertices in a row within 10 cm may become a triangle in any triangulation, val3dity's too."""
    rng = np.random.default_rng(31)
    stars = [star_cells(9, 6_000, rng) for _ in range(400)]
    planes = np.concatenate([random_planes("crossing", 9, rng) for _ in stars])
    shells = extrude(partition_of(stars, planes)).shells
    normals = surface_normals(shells)
    tilts = []
    for surface in np.flatnonzero(
        (shells.semantics == Semantic.ROOF) & (np.diff(shells.surface_offsets) == 1)
    ):
        first, last = shells.ring_offsets[shells.surface_offsets[surface] + np.arange(2)]
        here = shells.xyz[shells.ring_vertices[first:last]] * 1000
        before, after = np.roll(here, 1, axis=0), np.roll(here, -1, axis=0)
        ears = np.cross(here - before, after - here)
        near = (np.linalg.norm(after - before, axis=1) < 100) & (ears[:, 2] > 0) & (last - first > 3)
        cosine = (
            ears
            @ normals[surface]
            / np.linalg.norm(ears, axis=1).clip(1e-9)
            / np.linalg.norm(normals[surface])
        )
        tilts += np.degrees(np.arccos(cosine[near].clip(-1, 1))).tolist()
    assert len(tilts) > 100
    assert max(tilts) < 20


def test_eight_wedges_at_eight_levels() -> None:
    cells = star_cells(8, 8_000, np.random.default_rng(3))
    partition = partition_of([cells], flat(9, 3, 7, 4, 8, 2, 6, 5))
    assert_sound(extrude(partition), partition)


def test_equal_levels_need_no_wall() -> None:
    cells = [square(0, 0), square(4_000, 0)]
    built = extrude(partition_of([cells], flat(5.0, 5.003)))
    assert (built.shells.semantics == Semantic.INNER_WALL).sum() == 0
    built = extrude(partition_of([cells], flat(5.0, 5.006)))
    assert (built.shells.semantics == Semantic.INNER_WALL).sum() == 1


def test_crossing_planes_get_a_vertex_where_they_cross() -> None:
    cells = [square(0, 0), square(0, 4_000)]
    partition = partition_of([cells], [[0.0, 0.0, 6.0], [1.0, 0.0, 4.5]])
    built = extrude(partition)
    assert_sound(built, partition)
    crossing = np.array([1_500, 4_000]) + ORIGIN_MM
    assert (np.rint(built.shells.xyz[:, :2] * 1000) == crossing).all(axis=1).sum() == 1


@pytest.mark.parametrize("near", [3.99, 0.012, 0.003])
def test_crossing_close_to_an_end_joins_the_levels_there(near: float) -> None:
    cells = [square(0, 0), square(0, 4_000)]
    partition = partition_of([cells], [[0.0, 0.0, 6.0], [1.0, 0.0, 6.0 - near]])
    assert_sound(extrude(partition), partition)


def test_roof_never_dips_into_its_ground() -> None:
    partition = partition_of([[square(0, 0)]], [[1.0, 0.0, -1.0]], ground=[0.0])
    built = extrude(partition)
    assert_sound(built, partition)
    assert heights(built.shells).roof_min == pytest.approx([0.25])


def test_courtyard_that_touches_the_outside_is_opened() -> None:
    ring = [[(0, 0), (9_000, 0), (9_000, 9_000), (0, 9_000)], [(0, 0), (2_000, 5_000), (5_000, 2_000)]]
    partition = partition_of([[ring]], flat(5))
    built = extrude(partition)
    assert built.chamfers[0] >= 1
    assert_sound(built, partition)


def test_courtyard_stays_a_hole_in_ground_and_roof() -> None:
    ring = [
        [(0, 0), (9_000, 0), (9_000, 9_000), (0, 9_000)],
        [(3_000, 3_000), (3_000, 6_000), (6_000, 6_000), (6_000, 3_000)],
    ]
    partition = partition_of([[ring]], flat(5), ground=[1])
    built = extrude(partition)
    assert_sound(built, partition)
    assert [len(rings) for rings in nested(built.shells)[:2]] == [2, 2]
    assert volume(built.shells) == pytest.approx([(81 - 9) * 4])


def test_roof_that_misses_its_neighbour_by_millimetres_stays_one_polygon() -> None:
    cells = [square(0, 0), square(4_000, 0)]
    built = extrude(partition_of([cells], [[0.0, 0.0, 5.0], [0.0, 0.001, 5.0035]]))
    assert built.triangulated.tolist() == [0]
    assert built.shells.semantics.tolist().count(Semantic.ROOF) == 2
    assert check(built.shells).valid.all()


def test_roof_bent_by_snapping_is_cut_into_triangles() -> None:
    """Of three roofs at one corner each is within 4 mm of the next, and the highest 7 mm above the lowest."""
    cells = [square(0, 0), square(4_000, 0), square(4_000, 4_000)]
    built = extrude(partition_of([cells], [[0.0, 0.0, 5.0], [0.0, 0.001, 4.9995], [0.001, 0.0, 5.003]]))
    roofs = [
        r for r, s in zip(nested(built.shells), built.shells.semantics, strict=True) if s == Semantic.ROOF
    ]
    assert built.triangulated.tolist() == [1]
    assert sorted(len(rings[0]) for rings in roofs) == [3, 3, 4, 4]


@pytest.mark.parametrize(("width", "cut"), [(21, 1), (60, 0)])
def test_narrow_strip_twisted_by_snapping_is_cut_if_its_triangles_tilt(width: int, cut: int) -> None:
    """Its first corner lies 1.9 mm above the flat roof beside it and is drawn down; the next, 4.5 mm, not."""
    x = (-4_000, 0, width, 4_000)
    cells = [[[(a, 0), (b, 0), (b, 5_000), (a, 5_000)]] for a, b in pairwise(x)]
    partition = partition_of([cells], [[0.0, 0.0, 5.0], [0.0, 0.00052, 5.0019], [0.0, 0.0, 8.0]])
    built = extrude(partition)
    assert built.triangulated.tolist() == [cut]
    assert_sound(built, partition)


def test_result_does_not_depend_on_the_chunk() -> None:
    rng = np.random.default_rng(77)
    parts = [random_partition(rng, 1) for _ in range(40)]
    whole = extrude(_side_by_side(parts))
    for number, part in enumerate(parts):
        alone, among = extrude(part), take(whole.shells, np.array([number]))
        for name in ("xyz", "ring_vertices", "ring_offsets", "surface_offsets", "semantics"):
            np.testing.assert_array_equal(getattr(alone.shells, name), getattr(among, name), err_msg=name)
        assert (alone.valid[0], alone.chamfers[0]) == (whole.valid[number], whole.chamfers[number])


def _side_by_side(parts: list[Partition]) -> Partition:
    columns: dict[str, list[np.ndarray]] = {name: [] for name in Partition.__slots__}
    vertices = faces = 0
    for number, part in enumerate(parts):
        shift = {
            "vertex_part": number,
            "face_part": number,
            "start": vertices,
            "end": vertices,
            "face_label": 1000 * number,
        }
        for name, values in columns.items():
            column = getattr(part, name)
            if name in ("left", "right"):
                values.append(np.where(column < 0, -1, column + faces))
            else:
                values.append(column + shift[name] if name in shift else column)
        vertices, faces = vertices + len(part.xy), faces + len(part.face_part)
    return Partition(**{name: np.concatenate(values) for name, values in columns.items()})


def test_moving_a_part_by_whole_millimetres_moves_its_solid() -> None:
    partition = random_partition(np.random.default_rng(8), 25)
    moved = extrude(_moved(partition, np.array([12.345, -67.891]))).shells
    here = extrude(partition).shells
    np.testing.assert_allclose(
        moved.xyz - here.xyz, np.tile([12.345, -67.891, 0.0], (len(here.xyz), 1)), atol=1e-6
    )
    np.testing.assert_array_equal(moved.ring_vertices, here.ring_vertices)


def _moved(partition: Partition, by: np.ndarray) -> Partition:
    columns = {name: getattr(partition, name) for name in Partition.__slots__}
    return Partition(**(columns | {"xy": partition.xy + by, "origin": partition.origin + by}))


def test_ground_polygon_is_the_footprint() -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        partition = random_partition(rng, 1, ["flat"])
        built = extrude(partition)
        inner = (partition.left >= 0) & (partition.right >= 0)
        lines = partition.xy[np.column_stack((partition.start, partition.end))[~inner]]
        area = shapely.area(shapely.build_area(shapely.geometrycollections(shapely.linestrings(lines))))
        # a cut corner may take 12.5 cm2 where the footprint touches itself
        assert area_by_semantic(built.shells).ground[0] == pytest.approx(area, abs=0.01)


def test_faces_that_are_no_solid_are_reported_not_hidden() -> None:
    whole = partition_of([[square(0, 0)], [square(0, 0)]], flat(5, 5))
    edges = np.arange(len(whole.start)) != 2
    columns = {name: getattr(whole, name) for name in Partition.__slots__}
    torn = Partition(**(columns | {name: columns[name][edges] for name in ("start", "end", "left", "right")}))
    built = extrude(torn)
    assert built.valid.tolist() == [False, True]
    assert len(built.shells) == 2


def test_edge_of_a_millimetre_is_reported() -> None:
    ring = [[(0, 0), (4_000, 0), (4_000, 4_000), (3_999, 4_000), (0, 3_000)]]
    assert extrude(partition_of([[ring]], flat(5))).valid.tolist() == [False]
    ring[0][3] = (3_998, 4_000)
    assert extrude(partition_of([[ring]], flat(5))).valid.tolist() == [True]


def test_numbers_that_are_not_finite_are_refused_by_part() -> None:
    with pytest.raises(GeometryError, match=r"2 parts \(first: 0, 2\) have a plane"):
        extrude(partition_of(3 * [[square(0, 0)]], flat(np.nan, 5, np.inf)))


def test_roof_in_space_is_refused() -> None:
    with pytest.raises(GeometryError, match="26 km above its ground"):
        extrude(partition_of([[square(0, 0)]], flat(30_000)))


def test_no_parts_give_no_solids() -> None:
    built = extrude(partition_of([], np.zeros((0, 3))))
    assert len(built) == len(built.shells) == 0
