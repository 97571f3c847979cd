"""Triangulation in any plane, with holes, without losing a vertex."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.geometry.partitions import random_partition
from tests.geometry.solids import shells_of
from tests.geometry.test_prism import random_footprints
from twin.geometry.columns import Shells
from twin.geometry.extrude import extrude
from twin.geometry.measure import surface_vectors
from twin.geometry.triangulate import flatten, triangulate

TURNS = {
    "level": np.eye(3),
    "upside down": np.diag([1.0, -1.0, -1.0]),
    "upright": np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
    "upright, other side": np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]]),
    "skew": np.linalg.qr(np.array([[1.0, 2, 3], [2, -1, 1], [0.5, 1, -2]]))[0],
}


def polygons_in_space(polygons: list[shapely.Polygon], turn: np.ndarray) -> Shells:
    points, faces = [], []
    for polygon in shapely.orient_polygons(np.array(polygons, dtype=object)):
        rings = []
        for ring in (polygon.exterior, *polygon.interiors):
            xy = shapely.get_coordinates(ring)[:-1]
            rings.append(list(range(len(points), len(points) + len(xy))))
            points += np.column_stack((xy, np.zeros(len(xy)))).tolist()
        faces.append(rings)
    return shells_of(np.array(points) @ turn.T + [85_000.0, 447_000.0, 3.0], [faces])


def triangle_vectors(shells: Shells, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (shells.xyz[triangles[:, k]] for k in range(3))
    return np.cross(b - a, c - a) / 2


@pytest.mark.parametrize("turn", TURNS)
def test_triangles_cover_each_polygon_once_and_face_its_way(turn: str) -> None:
    shells = polygons_in_space(random_footprints(60, 3), TURNS[turn])
    triangles, surface = triangulate(shells)
    vectors, whole = triangle_vectors(shells, triangles), surface_vectors(shells)
    np.testing.assert_allclose(
        [np.bincount(surface, weights=w) for w in vectors.T], whole.T, atol=1e-6 * np.abs(whole).max()
    )
    # equal signed and unsigned area: no triangle is turned, none overlaps another
    area = np.bincount(surface, weights=np.linalg.norm(vectors, axis=1))
    np.testing.assert_allclose(area, np.linalg.norm(whole, axis=1), rtol=1e-6)
    assert (np.diff(surface) >= 0).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_triangles_of_a_closed_shell_are_closed(seed: int) -> None:
    shells = extrude(random_partition(np.random.default_rng(seed), 2)).shells
    triangles, surface = triangulate(shells)
    edges = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    assert len(np.unique(edges, axis=0)) == len(edges)
    assert set(map(tuple, edges.tolist())) == set(map(tuple, edges[:, ::-1].tolist()))
    ring_sizes = np.diff(shells.ring_offsets)
    rings = np.diff(shells.surface_offsets)
    vertices = np.add.reduceat(ring_sizes, shells.surface_offsets[:-1])
    assert np.bincount(surface).tolist() == (vertices + 2 * (rings - 1) - 2).tolist()


def test_vertices_on_straight_sides_are_kept() -> None:
    xy = [(0, 0), (2, 0), (5, 0), (10, 0), (10, 4), (10, 10), (0, 10)]
    shells = shells_of([[x, y, 7.0] for x, y in xy], [[[list(range(7))]]])
    triangles, _ = triangulate(shells)
    assert len(triangles) == 5
    assert (triangle_vectors(shells, triangles)[:, 2] > 0).all()


def test_ring_that_crosses_itself_still_gives_triangles() -> None:
    shells = shells_of([[0, 0, 0], [9, 9, 0], [9, 0, 0], [0, 12, 0]], [[[[0, 1, 2, 3]]]])
    triangles, surface = triangulate(shells)
    assert len(triangles) == len(surface) > 0


def test_nothing_gives_nothing() -> None:
    triangles, surface = triangulate(shells_of([], []))
    assert triangles.shape == (0, 3)
    assert surface.shape == (0,)


def test_flattened_surfaces_keep_lengths_and_turn() -> None:
    """Level, upright, downward and sloped rectangles: every side keeps its length, and the ring its turn."""
    rectangle = np.array([[0, 0], [7, 0], [7, 3], [0, 3]], dtype=np.float64)
    axes = np.random.default_rng(3).normal(size=(20, 2, 3))
    axes[:3] = [[1, 0, 0], [0, 1, 0]], [[0, 1, 0], [1, 0, 0]], [[0.6, 0.8, 0], [0, 0, 1]]
    u = axes[:, 0] / np.linalg.norm(axes[:, 0], axis=1)[:, None]
    v = axes[:, 1] - (axes[:, 1] * u).sum(axis=1)[:, None] * u
    v /= np.linalg.norm(v, axis=1)[:, None]
    at = rectangle[:, :1] * u[:, None] + rectangle[:, 1:] * v[:, None]
    faces = [[[list(range(4 * k, 4 * k + 4))]] for k in range(20)]
    uv = flatten(shells_of(np.add(at.reshape(-1, 3), [84_000, 447_000, 0]), faces)).reshape(20, 4, 2)
    sides = np.roll(uv, -1, axis=1) - uv
    assert np.linalg.norm(sides, axis=2) == pytest.approx(np.tile([7, 3, 7, 3], (20, 1)), abs=1e-6)
    turns = sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0]
    assert turns == pytest.approx(np.full(20, 21.0), abs=1e-4)
