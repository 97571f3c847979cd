"""Houses with a gable roof or a flat one, whose areas can be worked out on paper."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.geometry.solids import shells_of
from twin.geometry.columns import Semantic, Shells
from twin.geometry.select import concatenate

G, R, W = Semantic.GROUND, Semantic.ROOF, Semantic.OUTER_WALL


def turned(xyz: Any, degrees: float) -> Any:
    """Counter-clockwise around the origin, seen from above."""
    a = np.radians(degrees)
    turn = np.array([[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]])
    return np.asarray(xyz, dtype=float) @ turn


def box(
    x: float, y: float, width: float, depth: float, height: float, base: float = 0.0, angle: float = 0.0
) -> Shells:
    """A block from a corner, ``width`` along x and ``depth`` along y [m]."""
    plan = [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth)]
    xyz = [(*p, z) for z in (base, base + height) for p in plan]
    faces = [
        [[3, 2, 1, 0]],
        [[4, 5, 6, 7]],
        *([[i, j, j + 4, i + 4]] for i, j in ((0, 1), (1, 2), (2, 3), (3, 0))),
    ]
    return shells_of(turned(xyz, angle), [faces], [G, R, W, W, W, W])


def gable(
    x: float, y: float, width: float, depth: float, eaves: float, ridge: float, angle: float = 0.0
) -> Shells:
    """A house whose ridge runs along x: its roofs slope to the south (-y) and the north (+y)."""
    plan = [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth)]
    middle = y + depth / 2
    xyz = [
        *((*p, 0.0) for p in plan),
        *((*p, eaves) for p in plan),
        (x, middle, ridge),
        (x + width, middle, ridge),
    ]
    faces = [
        [[3, 2, 1, 0]],
        [[4, 5, 9, 8]],  # roof to the south
        [[6, 7, 8, 9]],  # and to the north
        [[0, 1, 5, 4]],
        [[2, 3, 7, 6]],
        [[1, 2, 6, 9, 5]],
        [[3, 0, 4, 8, 7]],
    ]
    return shells_of(turned(xyz, angle), [faces], [G, R, R, W, W, W, W])


def row(*shells: Shells) -> Shells:
    return concatenate(list(shells))
