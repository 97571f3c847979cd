"""Narrow roofs among the points of the facades beside them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from tests.reconstruction.roofs import Roof
from tests.reconstruction.whole import made
from twin.reconstruction.arrays import RoofPoints
from twin.reconstruction.layers import fullest_layers
from twin.reconstruction.parameters import PlaneParameters

Array = npt.NDArray[np.float64]
PARAMS = PlaneParameters()


def points(*pixels: list[float]) -> RoofPoints:
    """Heights of the points in each pixel."""
    z = np.concatenate([np.array(heights) for heights in pixels])
    pixel = np.repeat(np.arange(len(pixels)) + 40, [len(heights) for heights in pixels])
    xyz = np.column_stack((np.zeros((len(z), 2)), z))
    return RoofPoints(np.zeros(len(z), np.int64), xyz, pixel, np.full(len(z), -1))


@pytest.mark.parametrize(
    ("heights", "kept"),
    [
        ([7.2, 7.3, 7.2, 4.1, 2.2, 0.3], [0, 1, 2]),
        ([7.2, 4.1, 4.2], [1, 2]),
        ([2.0, 5.0, 2.1, 5.1], [1, 3]),  # of two layers with as many points the higher one
        ([2.0, 2.4, 2.8, 3.2], [0, 1, 2, 3]),  # no gap
        ([2.0, 2.1, 2.0, 2.1, 2.0, 2.1, 2.0, 2.1, 2.0, 2.6], list(range(10))),  # no step
        ([3.0], [0]),
    ],
)
def test_the_fullest_layer_of_a_pixel_stays(heights: list[float], kept: list[int]) -> None:
    assert fullest_layers(points(heights), PARAMS).tolist() == kept
    beside = fullest_layers(points([1.0, 9.0], heights, [5.0, 5.1]), PARAMS)
    assert beside.tolist() == [1, *(2 + k for k in kept), 2 + len(heights), 3 + len(heights)]


def test_no_points_have_no_layers() -> None:
    assert fullest_layers(points([]), PARAMS).tolist() == []


def facade(
    rng: np.random.Generator, count: int, x0: float, y0: float, x1: float, y1: float, top: float
) -> Array:
    """Hits on a facade, from the ground to its ``top``, a decimetre to either side of it."""
    share = rng.uniform(0, 1, (count, 1))
    xy = np.array([x0, y0]) + share * np.array([x1 - x0, y1 - y0]) + rng.normal(0, 0.1, (count, 2))
    return np.column_stack((xy, rng.uniform(0.2, top, count)))


@pytest.mark.parametrize(("density", "least", "most"), [(10, 0.95, 3), (15, 0.97, 2), (25, 0.97, 2)])
def test_a_ledge_along_a_facade_is_drawn_from_end_to_end(density: int, least: float, most: int) -> None:
    """A gutter of 0.9 m with the facade under its edge and the wall of the storey above behind it."""
    planes = np.array([[0, 0, 9.0], [0, 0, 6.5]])
    roof = Roof("ledge", shapely.box(0, 0, 12, 8), planes, lambda x, y: (y < 0.9).astype(np.int64))
    for seed in range(4):
        rng = np.random.default_rng(seed)
        edge = facade(rng, 6 * density, 0.1, 0.1, 11.9, 0.1, 6.4)
        wall = facade(rng, 3 * density, 0.1, 0.9, 11.9, 0.9, 8.9)
        right, faces = made(roof, density, seed=seed, hits=np.concatenate((edge, wall)))
        assert right > least  # the ledge is a tenth
        assert faces <= most
