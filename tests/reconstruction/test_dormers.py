"""Dormers of a metre deep, of which the sides are steps of one pixel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from tests.reconstruction.roofs import Roof
from tests.reconstruction.whole import made

Array = npt.NDArray[np.float64]


def dormers(depth: float, at_wall: bool) -> Roof:
    """Two flat dormers that end where the slope reaches their height, at the eaves or a metre above."""
    y0 = 0.0 if at_wall else 1.0
    high = 4.0 + 0.9 * (y0 + depth)
    planes = np.array([[0, 0.9, 4.0], [0, -0.9, 11.2], [0, 0, high]])

    def surface(x: Array, y: Array) -> npt.NDArray[np.int64]:
        box = ((x > 2) & (x < 5) | (x > 8.5) & (x < 12)) & (y > y0) & (y < y0 + depth)
        return np.where(box, 2, (y > 4).astype(np.int64))

    return Roof("dormers", shapely.box(0, 0, 14, 8), planes, surface)


@pytest.mark.parametrize("density", [10, 15, 25])
@pytest.mark.parametrize("at_wall", [True, False])
def test_dormers_of_a_metre_deep_are_drawn(density: int, at_wall: bool) -> None:
    found = [made(dormers(1.2, at_wall), density, seed=seed) for seed in range(6)]
    right, faces = zip(*found, strict=True)
    assert np.min(right) > 0.98  # the dormers are 6 % of the roof
    assert np.median(faces) == 4
