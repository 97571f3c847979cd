"""Crowns are found where trees stand, and nowhere else, whoever looks."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ground.terrain_points import BOX, grid, lifted, slope, terrain
from twin.geometry.columns import Floats
from twin.ground.tree_shapes import CROWN, tree_shells
from twin.ground.trees import Crowns, crowns, matched

RNG = np.random.default_rng(11)
TREES = np.array([(1012.3, 400012.1, 9.0, 3.0), (1030.0, 400031.0, 14.0, 4.5), (1045.0, 400046.0, 6.0, 1.6)])
HOUSE = (1040.0, 400010.0, 1052.0, 400020.0)


def canopy(trees: Floats = TREES, density: float = 12.0) -> Floats:
    """Points in round crowns: x, y, height, radius each."""
    parts = []
    for x, y, height, radius in trees.tolist():
        turn, r = RNG.uniform(0, 2 * np.pi, n := int(density * np.pi * radius**2)), np.sqrt(RNG.random(n))
        xy = np.column_stack((x + radius * r * np.cos(turn), y + radius * r * np.sin(turn)))
        z = slope(xy) + height * (0.6 + 0.4 * np.sqrt(1 - r**2)) - RNG.random(n) ** 3
        parts.append(np.column_stack((xy, z)))
    return np.concatenate(parts)


def house() -> Floats:
    xy = RNG.uniform(HOUSE[:2], HOUSE[2:], (1500, 2))
    return np.column_stack((xy, slope(xy) + 8))


def facade() -> Floats:
    """Unclassified points on the walls of the house."""
    y = RNG.uniform(HOUSE[1], HOUSE[3], 600)
    xy = np.column_stack((np.full(600, HOUSE[0] - 0.1) + RNG.normal(0, 0.1, 600), y))
    return np.column_stack((xy, slope(xy) + RNG.uniform(0, 8, 600)))


def scene(*others: Floats) -> tuple[Floats, np.ndarray]:
    parts = [lifted(grid()), house(), canopy(), facade(), *others]
    classes = [2, 6, 1, 1, *([1] * len(others))]
    return np.concatenate(parts), np.repeat(np.array(classes, dtype=np.uint8), [len(p) for p in parts])


def test_every_tree_is_found_with_its_height_and_crown() -> None:
    found = crowns(*scene(), terrain(), BOX)
    assert len(found) == 3
    order = np.argsort(found.xy[:, 0])
    np.testing.assert_allclose(found.xy[order], TREES[:, :2], atol=1.2)
    np.testing.assert_allclose(found.height[order], TREES[:, 2], atol=0.5)
    np.testing.assert_allclose(found.radius[order], TREES[:, 3], rtol=0.15)


def test_cars_lamps_wires_and_birds_are_no_trees() -> None:
    car = np.column_stack((RNG.uniform((1005, 400040), (1009, 400042), (200, 2)), RNG.uniform(2.5, 3.5, 200)))
    lamp = np.column_stack((RNG.normal((1020, 400050), 0.15, (60, 2)), RNG.uniform(3, 9, 60)))
    x = np.linspace(1002, 1058, 400)
    wire = np.column_stack((x, 400055 + 0 * x, 8 + slope(np.column_stack((x, 400055 + 0 * x)))))
    bird = np.array([(1025.0, 400005.0, 40.0)])
    assert len(crowns(*scene(car, lamp, wire, bird), terrain(), BOX)) == 3


def test_without_points_of_buildings_none_is_told() -> None:
    xyz, classes = scene()
    keep = classes != 6
    assert len(crowns(xyz[keep], classes[keep], terrain(), BOX)) == 0


def test_without_ground_none_is_told() -> None:
    from tests.ground.terrain_points import no_terrain

    assert len(crowns(*scene(), no_terrain(), BOX)) == 0


@pytest.mark.parametrize("at", [1030.0, 1031.5, 1012.0])
def test_a_tree_on_a_border_is_found_once_and_the_same(at: float) -> None:
    xyz, classes = scene()
    whole = crowns(xyz, classes, terrain(), BOX)
    halves = [
        crowns(xyz, classes, terrain(), box)
        for box in ((BOX[0], BOX[1], at, BOX[3]), (at, BOX[1], BOX[2], BOX[3]))
    ]
    rows = [np.column_stack((h.xy, h.height, h.radius)) for h in (*halves, whole)]
    both = np.concatenate(rows[:2])
    np.testing.assert_array_equal(both[np.lexsort(both.T)], rows[2][np.lexsort(rows[2].T)])


def test_a_registered_tree_goes_to_the_nearest_crown_only() -> None:
    found = Crowns(np.array([(0.0, 0.0), (2.0, 0.0), (50.0, 0.0)]), np.full(3, 9.0), np.full(3, 2.0))
    registered = np.array([(0.5, 0.0), (90.0, 0.0)])
    assert matched(found, registered).tolist() == [0, -1, -1]
    assert matched(found, np.empty((0, 2))).tolist() == [-1, -1, -1]


def test_a_tree_is_drawn_as_high_and_as_wide_as_it_is_with_its_faces_outwards() -> None:
    base = np.array([(1000.0, 400000.0, 1.5), (1020.0, 400000.0, 2.0)])
    made = tree_shells(base, np.array([10.0, 4.0]), np.array([3.0, 2.5]))
    assert len(made) == 2
    per = len(made.xyz) // 2
    for n, (height, radius) in enumerate(((10.0, 3.0), (4.0, 2.5))):
        own = made.xyz[n * per : (n + 1) * per] - base[n]
        assert own[:, 2].min() == 0
        assert own[:, 2].max() == pytest.approx(height)
        assert np.hypot(own[:, 0], own[:, 1]).max() == pytest.approx(radius, abs=2e-3)
    corners = made.xyz[made.ring_vertices].reshape(-1, 3, 3)
    crown = corners[: len(corners) // 2][made.semantics[: len(corners) // 2] == CROWN] - base[0] - (0, 0, 6.5)
    volume = np.linalg.det(crown).sum() / 6
    assert 0.5 < volume / (4 / 3 * np.pi * 3.0**2 * 3.75) < 1
    assert (np.linalg.det(crown) > 0).all()
