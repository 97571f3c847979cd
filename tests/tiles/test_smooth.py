"""The light on the ground: as on the faces around a place, and not as on each by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tiles import Mesh
from tiles.reading import read_mesh, walk
from tiles.weld import FINEST_STEP, Welded, normals, weld


def ground(*, smooth: bool) -> Mesh:
    """Two lawns on a slope of 5%, with on their border a corner a centimetre and a half out of line.

    It makes a triangle of ten metres by a few centimetres that leans over.
    """
    xy = np.array([(0, 0), (10, 0), (10, 8), (0, 8), (0, -8), (10, -8), (5, 0.03)], dtype=float)
    xyz = np.column_stack((xy, 0.05 * xy[:, 0]))
    xyz[6, 2] += 0.02
    triangles = np.array([(0, 1, 6), (6, 1, 2), (6, 2, 3), (0, 6, 3), (4, 5, 1), (4, 1, 0)])
    feature = np.array([0, 0, 0, 0, 1, 1])
    return Mesh(xyz, triangles, feature, np.full((6, 3), 150, np.uint8), np.full(6, smooth))


def tilt(normal: np.ndarray) -> np.ndarray:
    """Degrees that normals lean away from that of the slope."""
    slope = np.array([-0.05, 0.0, 1.0]) / np.hypot(0.05, 1.0)
    unit = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    return np.degrees(np.arccos(np.clip(unit @ slope, -1, 1)))


def test_a_narrow_face_out_of_line_is_lit_as_those_beside_it() -> None:
    flat, smooth = (weld(ground(smooth=s), FINEST_STEP) for s in (False, True))
    assert tilt(flat.normal).max() > 25
    assert tilt(smooth.normal).max() < 2


def test_a_corner_is_there_once_per_feature_whatever_faces_meet_in_it() -> None:
    smooth = weld(ground(smooth=True), FINEST_STEP)
    assert np.bincount(smooth.feature).tolist() == [5, 4]
    assert len(smooth.triangles) == 6
    assert len(weld(ground(smooth=False), FINEST_STEP).lattice) > 9


def test_the_light_runs_on_where_two_features_meet() -> None:
    smooth = weld(ground(smooth=True), FINEST_STEP)
    by_place: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
    for place, normal in zip(smooth.lattice.tolist(), smooth.normal.tolist(), strict=True):
        by_place.setdefault(tuple(place), set()).add(tuple(normal))
    assert len(smooth.lattice) > len(by_place) == 7
    assert {len(found) for found in by_place.values()} == {1}


def quay(*, drop: float, width: float) -> Welded:
    """A street, and a face that falls steeply along its side."""
    xyz = np.array(
        [(0, 0, 0), (10, 0, 0), (10, 5, 0), (0, 5, 0), (0, -width, -drop), (10, -width, -drop)], float
    )
    triangles = np.array([(0, 1, 2), (0, 2, 3), (4, 5, 1), (4, 1, 0)])
    return weld(
        Mesh(xyz, triangles, np.zeros(4, int), np.full((4, 3), 9, np.uint8), np.ones(4, bool)), FINEST_STEP
    )


def test_a_step_in_the_ground_keeps_its_edge() -> None:
    step = quay(drop=1.0, width=0.1)
    assert len(step.lattice) == 8
    assert {tuple(n) for n in step.normal.tolist()} == {(0, 0, 127), (0, -126, 13)}


def test_a_face_as_steep_that_is_narrow_is_no_step() -> None:
    crack = quay(drop=0.05, width=0.01)
    assert len(crack.lattice) == 6
    on_street = crack.lattice[:, 1] > 0
    assert crack.normal[on_street].tolist() == [[0, 0, 127]] * 2


def test_faces_that_are_not_smooth_are_as_they_were() -> None:
    one = ground(smooth=False)
    bare = Mesh(one.xyz, one.triangles, one.feature, one.color)
    for name in ("lattice", "normal", "color", "feature", "triangles"):
        np.testing.assert_array_equal(
            getattr(weld(bare, FINEST_STEP), name), getattr(weld(one, FINEST_STEP), name)
        )
    whole = weld(bare, FINEST_STEP)
    face = whole.normal[whole.triangles]
    assert (face == face[:, :1]).all()
    assert {tuple(n) for n in face[:, 0].tolist()} == {
        tuple(n) for n in normals(one.xyz, one.triangles).tolist()
    }


@pytest.mark.parametrize("collection", ["wegdeel", "begroeidterreindeel"])
def test_the_ground_of_a_twin_is_smooth_and_its_walls_are_not(sample_twin: Path, collection: str) -> None:
    theme = {"wegdeel": "weg", "begroeidterreindeel": "groen"}[collection]
    shared = corners = 0
    for path in (t.content for t in walk(sample_twin / "3dtiles" / theme / "tileset.json") if t.leaf):
        assert path is not None
        tile = read_mesh(path)
        place = np.column_stack((tile.feature, np.rint(tile.xyz * 1000).astype(int)))
        shared += len(np.unique(place, axis=0))
        corners += len(place)
    assert corners > 1000
    assert corners < 1.05 * shared
