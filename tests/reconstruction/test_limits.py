"""Faces that reach beyond what their plane may cover keep it as far as it goes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from tests.reconstruction.roofs import Roof, dormer, sample
from tests.reconstruction.whole import made
from twin.geometry.columns import Shells
from twin.reconstruction import reconstruct

Array = npt.NDArray[np.float64]
TO_RIDGE, BELOW_RIDGE = shapely.box(-1, 2.8, 20, 6.0), shapely.box(-1, 2.8, 20, 5.4)


def gable() -> Roof:
    planes = np.array([[0, 1.0, 4.0], [0, -1.0, 16.0]])
    return Roof("gable", shapely.box(0, 0, 14, 12), planes, lambda x, y: (y > 6).astype(np.int64))


@pytest.mark.parametrize("density", [8, 15, 25])
def test_a_slope_is_drawn_as_far_as_its_points_allow(density: int) -> None:
    """Half of one slope is hidden. Its points end at 6.8 m, so that up to 7.8 m it may go on."""
    for seed in range(3):
        right, faces = made(gable(), density, seed=seed, hidden=TO_RIDGE)
        assert 0.78 < right < 0.86
        assert faces <= 4


@pytest.mark.parametrize("density", [8, 15, 25])
def test_a_slope_with_a_gap_in_it_is_drawn_whole(density: int) -> None:
    right = [made(gable(), density, seed=seed, hidden=BELOW_RIDGE)[0] for seed in range(3)]
    assert np.median(right) > 0.97
    assert min(right) > 0.8


def at(k: int, roof: Roof, hidden: shapely.Geometry | None) -> tuple[shapely.Polygon, Array]:
    polygon, xyz, _ = sample(roof, 15, 0.03, k)
    if hidden is not None:
        xyz = xyz[~shapely.contains_xy(hidden, *xyz[:, :2].T)]
    shift = np.array([84_000.0 + 60 * k, 447_000.0])
    garden = np.random.default_rng(k).uniform(-5, 20, (1500, 2))
    garden = garden[~shapely.contains_xy(polygon.buffer(0.3), *garden.T)]
    cloud = np.concatenate((xyz, np.column_stack((garden, np.zeros(len(garden))))))
    return shapely.transform(polygon, lambda xy: xy + shift), cloud + np.append(shift, 0)


def test_what_is_cut_in_one_roof_changes_no_other() -> None:
    polygons, clouds = zip(
        *(at(k, *one) for k, one in enumerate([(gable(), TO_RIDGE), (dormer(), None), (gable(), TO_RIDGE)])),
        strict=True,
    )

    def roofs(which: list[int]) -> Shells:
        xyz = np.concatenate([clouds[k] for k in which])
        classes = np.where(xyz[:, 2] > 0, 6, 2).astype(np.uint8)
        shapes = np.array([polygons[k] for k in which], object)
        return reconstruct(shapes, xyz, classes).solids["2.2"]

    together, alone = roofs([0, 1, 2]), [roofs([k]) for k in range(3)]
    sizes = np.diff(together.object_offsets)
    np.testing.assert_array_equal(sizes, [np.diff(one.object_offsets)[0] for one in alone])
    corners = np.concatenate([one.xyz[one.ring_vertices] for one in alone])
    np.testing.assert_array_equal(together.xyz[together.ring_vertices], corners)
