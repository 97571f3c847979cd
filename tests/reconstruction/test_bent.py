"""Vaults and slight folds become as many facets as it takes; even roofs stay whole, and turrets apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from tests.reconstruction.roofs import Roof, gable, lowest, mansard
from tests.reconstruction.whole import made

Floats = npt.NDArray[np.float64]


class Vault(Roof):
    """A parabola across the outline; the height of its only plane is its rise [m]."""

    def height(self, x: Floats, y: Floats) -> Floats:
        _, _, _, width = self.polygon.bounds
        return np.asarray(8.0 - self.planes[0, 2] * (2 * y / width - 1) ** 2)


def vault(length: float, width: float, rise: float) -> Roof:
    planes = np.array([[0.0, 0.0, rise]])
    return Vault("vault", shapely.box(0, 0, length, width), planes, lambda x, y: np.zeros(len(x), np.int64))


def fold(degrees: float) -> Roof:
    """Two planes that differ little, over 20 x 12 m."""
    g = np.tan(np.radians(degrees)) / 2
    planes = np.array([[0.1, g, 5.0], [0.1, -g, 5.0 + 12 * g]])
    return Roof("fold", shapely.box(0, 0, 20, 12), planes, lambda x, y: (y > 6).astype(np.int64))


def turret() -> Roof:
    """Five slopes over an outline without a right angle; two neighbours differ by less than the others."""
    corners = np.array([(0, 3.2), (10.4, 0), (12.5, 6.5), (10.4, 10.7), (4.6, 13.4)])
    tip = np.array([6.3, 6.1])
    planes = np.array(
        [
            np.linalg.solve(np.column_stack((np.stack((a, b, tip)), np.ones(3))), [8.0, 8.0, 10.9])
            for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)
        ]
    )
    return Roof("turret", shapely.Polygon(corners), planes, lowest(planes))


@pytest.mark.parametrize("density", [8, 15, 25])
@pytest.mark.parametrize(
    ("roof", "least", "most", "near"),
    [
        (vault(20, 12, 1.5), 4, 8, 0.93),
        (vault(30, 10, 0.4), 2, 3, 0.97),
        (fold(5.0), 2, 2, 0.99),
    ],
    ids=["vault", "flat vault", "fold"],
)
def test_what_bends_is_approximated_within_a_decimetre(
    roof: Roof, least: int, most: int, near: float, density: int
) -> None:
    right, faces = made(roof, density)
    assert right > near
    assert least <= faces <= most


@pytest.mark.parametrize("noise", [0.03, 0.06])
@pytest.mark.parametrize(("make", "faces"), [(gable, 2), (mansard, 4), (lambda: fold(0.5), 1)])
def test_even_roofs_stay_whole_however_rough(make: object, faces: int, noise: float) -> None:
    assert made(make(), 12, noise)[1] == faces  # type: ignore[operator]


def test_slopes_that_differ_little_do_not_merge() -> None:
    """But for one cloud in eight, whose points show a face more or two slopes as one."""
    right, faces = zip(*(made(turret(), 15, seed=seed) for seed in range(8)), strict=True)
    assert np.mean(right) > 0.98
    assert np.count_nonzero(np.array(faces) == 5) >= 7
