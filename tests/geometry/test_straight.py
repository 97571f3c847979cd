"""Corners halfway straight edges are left out; shape, closedness and everything else stays."""

from __future__ import annotations

import numpy as np
import pytest

from twin.geometry.straight import TOLERANCE, straightened


def prism(ring: list[tuple[float, float]], height: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """A closed prism over a star-shaped ring: walls, and fans from the middle of roof and floor."""
    xy, count = np.array(ring, dtype=np.float64), len(ring)
    middle = xy.mean(axis=0)
    low = np.column_stack([xy, np.zeros(count)])
    xyz = np.concatenate([low, low + np.array([0, 0, height]), [[*middle, 0], [*middle, height]]])
    here, there = np.arange(count), (np.arange(count) + 1) % count
    walls = [[here, there, there + count], [here, there + count, here + count]]
    fans = [
        [there, here, np.full(count, 2 * count)],
        [here + count, there + count, np.full(count, 2 * count + 1)],
    ]
    triangles = np.concatenate([np.column_stack(part) for part in (*walls, *fans)])
    return xyz, triangles


def volume(xyz: np.ndarray, triangles: np.ndarray) -> float:
    a, b, c = (xyz[triangles[:, k]] for k in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def closed(triangles: np.ndarray) -> bool:
    """Whether each edge is there once in both directions."""
    edges = np.concatenate([triangles[:, [k, (k + 1) % 3]] for k in range(3)]).tolist()
    there = {(a, b) for a, b in edges}
    return len(there) == len(edges) and all((b, a) in there for a, b in there)


SQUARE = [(0.0, 0.0), (8.0, 0.0), (8.0, 6.0), (0.0, 6.0)]


@pytest.mark.parametrize("extra", [1, 2, 9])
def test_corners_on_a_straight_wall_go_from_foot_and_eaves(extra: int) -> None:
    between = [(8.0 * k / (extra + 1), 0.0) for k in range(1, extra + 1)]
    xyz, triangles = prism([SQUARE[0], *between, *SQUARE[1:]])
    found, rows = straightened(xyz, triangles, np.zeros(len(triangles), dtype=np.int64))
    assert closed(found)
    assert len(found) == len(triangles) - 4 * extra  # four triangles for each corner, twice
    assert volume(xyz, found) == pytest.approx(volume(xyz, triangles))
    gone = np.setdiff1d(np.arange(len(xyz)), found)
    assert sorted(gone.tolist()) == [*range(1, extra + 1), *range(extra + 5, 2 * extra + 5)]
    # each triangle is one of those given, on the same side
    normal = [
        np.cross(xyz[t[:, 1]] - xyz[t[:, 0]], xyz[t[:, 2]] - xyz[t[:, 0]]) for t in (found, triangles[rows])
    ]
    assert ((normal[0] * normal[1]).sum(axis=1) > 0).all()


@pytest.mark.parametrize(("off", "stays"), [(0.4 * TOLERANCE, False), (3 * TOLERANCE, True), (0.5, True)])
def test_a_corner_off_the_line_stays(off: float, stays: bool) -> None:
    xyz, triangles = prism([(0.0, 0.0), (4.0, -off), (8.0, 0.0), (8.0, 6.0), (0.0, 6.0)])
    found, _ = straightened(xyz, triangles, np.zeros(len(triangles), dtype=np.int64))
    assert (1 in found) is stays
    assert closed(found)


def test_a_round_tower_stays_round() -> None:
    """Each of many corners is near the line between its neighbours; they do not all go."""
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    xyz, triangles = prism([(5 * np.cos(a), 5 * np.sin(a)) for a in angle])
    found, _ = straightened(xyz, triangles, np.zeros(len(triangles), dtype=np.int64))
    assert closed(found)
    assert len(found) < len(triangles) / 2
    # 5 mm off at each of three rounds at most, of which each has chords twice as long
    assert volume(xyz, triangles) - volume(xyz, found) < 2 * np.pi * 5 * 3 * 2 * TOLERANCE


def test_faces_of_different_kinds_stay_apart() -> None:
    xyz, triangles = prism([(0.0, 0.0), (4.0, 0.0), *SQUARE[1:]])
    kind = np.zeros(len(triangles), dtype=np.int64)
    first_wall = (triangles[:, None] == np.array([0, 1, 5, 6])[:, None]).any(axis=1).sum(axis=1) == 3
    kind[first_wall] = 1
    found, rows = straightened(xyz, triangles, kind)
    assert {1, 6} <= set(found.ravel().tolist())
    assert np.array_equal(rows, np.arange(len(triangles)))


def test_an_open_surface_keeps_its_border() -> None:
    """Something else may meet it there."""
    xyz, triangles = prism([(0.0, 0.0), (4.0, 0.0), *SQUARE[1:]])
    floor = triangles[(triangles >= 10).any(axis=1) & (xyz[triangles, 2] == 0).all(axis=1)]
    found, _ = straightened(xyz, floor, np.zeros(len(floor), dtype=np.int64))
    assert np.array_equal(found, floor)


def test_nothing_stays_nothing() -> None:
    found, rows = straightened(
        np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64), np.zeros(0, dtype=np.int64)
    )
    assert len(found) == len(rows) == 0
