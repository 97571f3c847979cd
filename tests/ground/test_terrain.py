"""The terrain: exact on a plane, without holes, the same whoever asks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ground.terrain_points import BOX, grid, lifted, no_terrain, slope, terrain
from twin.ground import Terrain

RNG = np.random.default_rng(7)
INSIDE = RNG.uniform(BOX[:2], BOX[2:], (500, 2))


def test_it_is_exact_on_a_plane_up_to_the_very_edge() -> None:
    edge = np.array([BOX[:2], BOX[2:], (BOX[0], BOX[3]), (BOX[2], BOX[1])])
    places = np.concatenate([INSIDE, edge])
    np.testing.assert_allclose(terrain().sample(places), slope(places), atol=1e-9)


def test_between_cell_centres_it_is_bilinear() -> None:
    made = terrain(lambda xy: 3 * (np.floor(xy[:, 0]) == 1030))
    along = np.array([(1029.5, 400030.5), (1029.75, 400030.5), (1030.0, 400030.5), (1030.5, 400030.5)])
    np.testing.assert_allclose(made.sample(along), [0, 0.75, 1.5, 3], atol=1e-12)


def test_a_cell_is_the_mean_of_its_points() -> None:
    xyz = np.array([(1010.1, 400010.2, 1.0), (1010.9, 400010.4, 2.0), (1010.5, 400010.9, 6.0)])
    made = Terrain.from_points(xyz, BOX)
    assert made.measured.sum() == 1
    assert made.sample(np.array([(1010.5, 400010.5)])).tolist() == [3.0]


def test_gaps_are_filled_smoothly_and_between_the_heights_around_them() -> None:
    xyz = lifted(grid())
    gap = (np.abs(xyz[:, 0] - 1030) < 6) & (np.abs(xyz[:, 1] - 400030) < 6)
    made = Terrain.from_points(xyz[~gap], BOX)
    full = terrain()
    np.testing.assert_array_equal(made.z[made.measured], full.z[made.measured])
    window = tuple(slice(i - 7, i + 7) for i in (np.array((400030, 1030)) - made.corner[::-1]).astype(int))
    filled = made.z[window][~made.measured[window]]
    assert len(filled) >= 144
    assert np.isfinite(filled).all()
    around = slope(np.array([(1023.0, 400037.0), (1037.0, 400023.0)]))
    assert filled.min() > around.min()
    assert filled.max() < around.max()
    # No step anywhere that the slope across the gap (12 m) doesn't explain.
    here = made.z[window]
    assert max(np.abs(np.diff(here, axis=0)).max(), np.abs(np.diff(here, axis=1)).max()) < 0.35


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(st.floats(-10, 0), st.floats(-10, 0), st.floats(0, 10), st.floats(0, 10)),
    st.floats(1, 4),
)
def test_heights_do_not_depend_on_the_area_that_was_asked_for(
    grown: tuple[float, float, float, float], radius: float
) -> None:
    """Two neighbouring tiles see a shared vertex at one height, in gaps too."""
    xyz = lifted(grid(margin=30.0))
    near = np.hypot(xyz[:, 0] - BOX[0], xyz[:, 1] - 400030) < radius  # a gap across the western edge
    xyz = xyz[~near]
    other = tuple(np.array(BOX) + grown)
    ours, theirs = Terrain.from_points(xyz, BOX), Terrain.from_points(xyz, other)
    assert np.all(ours.corner % ours.cell == 0)
    edge = np.column_stack((np.full(61, BOX[0]), np.arange(400000.0, 400061.0)))
    places = np.concatenate([INSIDE, edge])
    np.testing.assert_allclose(ours.sample(places), theirs.sample(places), atol=1e-12)


def test_points_far_away_and_an_order_of_points_do_not_matter() -> None:
    xyz = lifted(grid())
    far = np.array([(0.0, 300000.0, 99.0), (300000.0, 600000.0, -99.0)])
    shuffled = RNG.permutation(np.concatenate([xyz, far]))
    np.testing.assert_allclose(Terrain.from_points(shuffled, BOX).z, terrain().z, atol=1e-12)


def test_without_any_ground_point_nothing_is_known() -> None:
    made = no_terrain()
    assert np.isnan(made.sample(INSIDE)).all()
    assert not made.measured.any()


def test_nothing_asked_nothing_given() -> None:
    assert terrain().sample(np.empty((0, 2))).shape == (0,)


@pytest.mark.parametrize("cell", [0.5, 2.0])
def test_other_cells(cell: float) -> None:
    made = Terrain.from_points(lifted(grid(step=0.25)), BOX, cell)
    np.testing.assert_allclose(made.sample(INSIDE), slope(INSIDE), atol=1e-9)
