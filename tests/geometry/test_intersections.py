"""Pairs of triangles against a linear programme as oracle."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from twin.geometry.intersections import intersecting_objects


def meet_by_programme(a: np.ndarray, b: np.ndarray, shared: int) -> bool:
    """Two triangles have a point in common that is not on what they share: their first ``shared`` corners."""
    equal = np.vstack((np.hstack((a.T, -b.T)), [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]))
    away = np.zeros(6)
    away[shared:3] = -1
    found = linprog(away, A_eq=equal, b_eq=[0, 0, 0, 1, 1], bounds=(0, 1))
    return bool(found.status == 0 and (shared == 0 or -found.fun > 1e-7))


def random_pairs(count: int, shared: int, extent: int, flat: bool, rng: np.random.Generator) -> np.ndarray:
    """Pairs (N, 2, 3, 3) on a small grid, so that touching and lying in one plane are common."""
    pairs = rng.integers(0, extent, (4 * count, 2, 3, 3))
    if flat:
        pairs[..., 2] = pairs[..., 0] + 2 * pairs[..., 1]
    pairs[:, 1, :shared] = pairs[:, 0, :shared]
    normal = np.cross(pairs[:, :, 1] - pairs[:, :, 0], pairs[:, :, 2] - pairs[:, :, 0])
    return pairs[(normal != 0).any(axis=2).all(axis=1)][:count]


@pytest.mark.parametrize("flat", [False, True], ids=["in space", "in one plane"])
@pytest.mark.parametrize("shared", [0, 1, 2])
@pytest.mark.parametrize("extent", [4, 12])
def test_triangles_meet_where_the_oracle_says_so(shared: int, flat: bool, extent: int) -> None:
    pairs = random_pairs(120, shared, extent, flat, np.random.default_rng(17 * shared + extent))
    n = len(pairs)
    ids = np.arange(6 * n).reshape(n, 2, 3)
    ids[:, 1, :shared] = ids[:, 0, :shared]
    owner = np.repeat(np.arange(n), 2)
    xyz = pairs.reshape(-1, 3).astype(np.float64)
    found = intersecting_objects(xyz, ids.reshape(-1, 3), np.arange(2 * n), owner, np.ones(n, dtype=bool))
    expected = np.flatnonzero([meet_by_programme(a, b, shared) for a, b in pairs])
    assert found.tolist() == expected.tolist()
    assert shared == 2 or 0 < len(expected) < n


def test_triangles_of_one_surface_and_objects_left_out_are_not_compared() -> None:
    xyz = np.array([[0, 0, 0], [9, 0, 0], [0, 9, 0], [1, 1, -5], [1, 1, 5], [2, 1, 5]], dtype=np.float64)
    triangles, owner = np.array([[0, 1, 2], [3, 4, 5]]), np.zeros(2, dtype=np.int64)
    every, none = np.ones(1, dtype=bool), np.zeros(1, dtype=bool)
    assert intersecting_objects(xyz, triangles, np.array([0, 1]), owner, every).tolist() == [0]
    assert intersecting_objects(xyz, triangles, np.array([0, 0]), owner, every).tolist() == []
    assert intersecting_objects(xyz, triangles, np.array([0, 1]), owner, none).tolist() == []
