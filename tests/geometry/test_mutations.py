"""Defects planted in solids of every shape, as extrusion makes them: none escapes the checker."""

from __future__ import annotations

import numpy as np
import pytest

from tests.geometry.mutations import MUTATIONS, mutate
from tests.geometry.partitions import random_partition
from tests.geometry.solids import nested, shells_of
from twin.geometry.columns import Shells
from twin.geometry.extrude import extrude
from twin.geometry.select import concatenate, take, weld
from twin.geometry.validity import check

SOLIDS = 20
HARMLESS = {"nothing", "vertex doubled under another number", "vertex on the edge of both faces"}
# Moves that triangles or level roofs may take.
UNCERTAIN = {
    "vertex on the edge of both faces, 5 mm off",
    "hole touching the border",
    "face dented by a fifth",
    "vertex lifted 3 m",
    "vertex moved 5 cm",
    "vertex moved 1 cm",
    "vertex moved 4 mm",
    "vertex lifted 12 mm",
    "vertex 11 mm off a plane",
    "vertex pulled to its neighbour",
    "shrunk to a hundredth",
}


@pytest.fixture(scope="module")
def sound() -> Shells:
    shells = extrude(random_partition(np.random.default_rng(7), SOLIDS)).shells
    assert check(shells).valid.all()
    return shells


def spoilt(sound: Shells, name: str) -> Shells:
    """The solids with the defect, rounded to millimetres as a file would."""
    rng, result = np.random.default_rng(1), []
    for number in range(len(sound)):
        one = take(sound, np.array([number]))
        points, faces = mutate(name, one.xyz, nested(one), rng)
        result.append(shells_of(points, [faces]))
    return weld(concatenate(result))


@pytest.mark.parametrize("name", sorted(MUTATIONS.keys() - HARMLESS - UNCERTAIN))
def test_no_planted_defect_escapes(sound: Shells, name: str) -> None:
    assert not check(spoilt(sound, name), semantics=False).valid.any()


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_what_changes_no_shape_is_no_defect(sound: Shells, name: str) -> None:
    assert check(spoilt(sound, name), semantics=False).valid.all()
