"""Volumes, areas and heights that can be worked out by hand; selecting and joining objects."""

from __future__ import annotations

import numpy as np
import pytest

from tests.geometry.partitions import partition_of, random_partition
from tests.geometry.solids import meshes, nested, shells_of
from tests.geometry.test_prism import BOX, COURTYARD, footprints_of
from twin.geometry.columns import Semantic, Shells
from twin.geometry.extrude import extrude
from twin.geometry.measure import area_by_semantic, heights, volume
from twin.geometry.prism import extrude_flat
from twin.geometry.select import concatenate, take, vertex_objects


def lean_to(slope: float) -> Shells:
    """A shed of 6 by 4 m, 3 m high at its low side."""
    cell = [[(0, 0), (6_000, 0), (6_000, 4_000), (0, 4_000)]]
    return extrude(partition_of([[cell]], [[slope, 0.0, 4.0]], ground=[1.0])).shells


def test_prism_with_a_courtyard() -> None:
    shells = extrude_flat(footprints_of([COURTYARD]), np.array([-1.0]), np.array([4.0]))
    areas, levels = area_by_semantic(shells), heights(shells)
    assert volume(shells) == pytest.approx([91 * 5])
    assert areas.ground == pytest.approx([91])
    assert areas.roof_flat == pytest.approx([91])
    assert areas.roof_sloped == pytest.approx([0])
    assert areas.outer_wall == pytest.approx([(40 + 12) * 5])
    assert areas.surface.sum() == pytest.approx(2 * 91 + 52 * 5)
    assert (levels.ground[0], levels.roof_min[0], levels.roof_max[0]) == (-1, 4, 4)
    assert levels.roof_mean == pytest.approx([4])


def test_lean_to() -> None:
    shells = lean_to(0.5)
    areas, levels = area_by_semantic(shells), heights(shells)
    assert volume(shells) == pytest.approx([6 * 4 * (3 + 1.5)])
    assert areas.roof_sloped == pytest.approx([6 * 4 * np.sqrt(1.25)])
    assert areas.outer_wall == pytest.approx([4 * 3 + 4 * 6 + 2 * 6 * 4.5])
    assert levels.roof_mean == pytest.approx([5.5])
    assert (levels.roof_min[0], levels.roof_max[0]) == (4, 7)


def test_roof_counts_as_flat_below_three_degrees() -> None:
    assert area_by_semantic(lean_to(np.tan(np.radians(2.9)))).roof_flat[0] > 0
    assert area_by_semantic(lean_to(np.tan(np.radians(3.1)))).roof_flat[0] == 0


def test_step_between_two_levels_is_an_inner_wall() -> None:
    cells = [[[(x, 0), (x + 4_000, 0), (x + 4_000, 4_000), (x, 4_000)]] for x in (0, 4_000)]
    shells = extrude(partition_of([cells], [[0, 0, 5.0], [0, 0, 8.0]], ground=[0.0])).shells
    areas = area_by_semantic(shells)
    assert areas.inner_wall == pytest.approx([12])
    assert areas.outer_wall == pytest.approx([3 * 4 * 5 + 3 * 4 * 8])
    assert heights(shells).roof_mean == pytest.approx([6.5])


def test_volume_agrees_with_trimesh() -> None:
    shells = extrude(random_partition(np.random.default_rng(9), 30, ["flat", "equal"])).shells
    np.testing.assert_allclose(volume(shells), [mesh.volume for mesh in meshes(shells)], rtol=1e-6)


def test_inward_surfaces_have_negative_volume() -> None:
    shells = extrude_flat(footprints_of([BOX]), np.zeros(1), np.ones(1))
    turned = [[ring[::-1] for ring in face] for face in nested(shells)]
    assert volume(shells_of(shells.xyz, [turned], shells.semantics)) == pytest.approx([-100])


def test_object_without_geometry_measures_nothing() -> None:
    cube = extrude_flat(footprints_of([BOX]), np.zeros(1), np.ones(1))
    shells = shells_of(cube.xyz, [[], nested(cube)], cube.semantics)
    assert volume(shells) == pytest.approx([0, 100])
    assert np.isnan(heights(shells).roof_mean).tolist() == [True, False]
    assert np.isnan(heights(shells).ground).tolist() == [True, False]


def test_taking_all_objects_changes_nothing() -> None:
    shells = extrude(random_partition(np.random.default_rng(2), 8)).shells
    again = take(shells, np.arange(8))
    for name in Shells.__slots__:
        np.testing.assert_array_equal(getattr(again, name), getattr(shells, name))


def test_taken_objects_joined_again_are_the_same() -> None:
    shells = extrude(random_partition(np.random.default_rng(2), 8)).shells
    pieces = concatenate([take(shells, np.array([k])) for k in (5, 0, 7)])
    picked = take(shells, np.array([5, 0, 7]))
    for name in Shells.__slots__:
        np.testing.assert_array_equal(getattr(pieces, name), getattr(picked, name))
    np.testing.assert_allclose(volume(picked), volume(shells)[[5, 0, 7]])
    owner = vertex_objects(picked)
    assert (np.diff(owner) >= 0).all()
    assert owner.max() == 2


def test_taking_none_and_joining_none() -> None:
    shells = extrude_flat(footprints_of([BOX]), np.zeros(1), np.ones(1))
    assert len(take(shells, np.zeros(0, dtype=np.int64))) == 0
    assert len(concatenate([])) == 0
    assert len(concatenate([shells, concatenate([]), shells])) == 2
    assert (concatenate([shells, shells]).semantics == Semantic.GROUND).sum() == 2
