"""Roofs with a side that is too narrow for a line of its own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from tests.reconstruction.roofs import Roof
from tests.reconstruction.whole import made

Array = npt.NDArray[np.float64]


def wedge() -> Roof:
    """A raised strip of 9 m on a flat roof, of which the end becomes narrow."""
    planes = np.array([[0, 0, 6.0], [0, 0, 7.6]])

    def surface(x: Array, y: Array) -> npt.NDArray[np.int64]:
        return ((x > 1) & (x < 10) & (y > 3) & (y < 4.6 - 0.13 * (x - 1))).astype(np.int64)

    return Roof("wedge", shapely.box(0, 0, 30, 9), planes, surface)


@pytest.mark.parametrize("density", [10, 15, 25])
def test_a_strip_without_a_line_at_its_end_is_drawn(density: int) -> None:
    for seed in range(4):
        right, faces = made(wedge(), density, seed=seed)
        assert right > 0.98  # the strip is 3.4 % of the roof, and its oblique side a staircase or a line
        assert faces == 2
