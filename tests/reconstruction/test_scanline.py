"""Burning against shapely's point-in-polygon, and the rules at edges."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from scipy.spatial import Delaunay

from twin.errors import GeometryError
from twin.geometry.columns import Ints
from twin.geometry.footprints import footprints_from, polygons_of
from twin.geometry.ragged import ring_successor
from twin.reconstruction.frame import vertex_part
from twin.reconstruction.scanline import burn, locate, touched


def _one(n: int) -> Ints:
    return np.array([n], np.int64)


def test_pixels_of_many_overlapping_polygons_equal_point_in_polygon() -> None:
    rng = np.random.default_rng(5)
    shapes = np.array([shapely.Polygon(rng.uniform(1, 30, (9, 2))) for _ in range(50)], object)
    footprints, _ = footprints_from(shapes)
    parts = len(footprints)
    owner = vertex_part(footprints)
    nx, ny = np.full(parts, 33), np.full(parts, 32)
    offset = np.arange(parts) * 33 * 32
    end = footprints.xy[ring_successor(footprints.ring_offsets)]
    face = burn(footprints.xy, end, owner, np.full(len(owner), -1), owner, nx, ny, offset)
    x, y = np.meshgrid(np.arange(33) + 0.5, np.arange(32) + 0.5)
    for part, polygon in enumerate(polygons_of(footprints)):
        block = face[part * 33 * 32 : (part + 1) * 33 * 32].reshape(32, 33)
        assert set(np.unique(block)) <= {-1, part}
        assert np.array_equal(block == part, shapely.contains_xy(polygon, x, y))


def test_faces_that_share_edges_through_pixel_centres_neither_overlap_nor_gap() -> None:
    # A square of 8 pixels cut by its diagonals and middle lines: all pass through centres.
    ring = np.array(
        [[0.5, 0.5], [4.5, 0.5], [8.5, 0.5], [8.5, 4.5], [8.5, 8.5], [4.5, 8.5], [0.5, 8.5], [0.5, 4.5]]
    )
    spokes = np.arange(8)
    start = np.concatenate((ring, np.repeat([[4.5, 4.5]], 8, axis=0)))
    end = np.concatenate((np.roll(ring, -1, axis=0), ring))
    left = np.concatenate((spokes, spokes))
    right = np.concatenate((np.full(8, -1), (spokes - 1) % 8))
    face = burn(start, end, left, right, np.zeros(16, np.int64), _one(10), _one(9), _one(0)).reshape(9, 10)
    assert (face[:8, :8] >= 0).all()
    assert (face[8] == -1).all()
    assert (face[:, 8:] == -1).all()
    assert np.bincount(face[face >= 0]).sum() == 64
    flipped = burn(end, start, right, left, np.zeros(16, np.int64), _one(10), _one(9), _one(0))
    assert np.array_equal(flipped.reshape(9, 10), face)


def test_an_edge_outside_its_block_is_a_fault() -> None:
    square = np.array([[0.0, 0], [4, 0], [4, 4], [0, 4]])
    zero = np.zeros(4, np.int64)
    with pytest.raises(GeometryError, match="widen the margin"):
        burn(square, np.roll(square, -1, axis=0), zero, zero - 1, zero, _one(4), _one(4), _one(0))


def test_touched_names_every_pixel_of_an_edge_once() -> None:
    rng = np.random.default_rng(8)
    start, end = rng.uniform(0, 20, (2, 300, 2))
    end[:40, 1] = start[:40, 1]
    end[40:80, 0] = start[40:80, 0]
    edge, ix, iy = touched(start, end)
    named = set(zip(edge.tolist(), ix.tolist(), iy.tolist(), strict=True))
    assert len(named) == len(edge)
    t = np.linspace(0, 1, 4001)[:, None]
    for e in range(300):
        on = np.floor(start[e] + t * (end[e] - start[e])).astype(int)
        missing = {(e, int(a), int(b)) for a, b in np.unique(on, axis=0)} - named
        assert not missing
    line = shapely.linestrings(np.stack((start[edge], end[edge]), axis=1))
    assert shapely.dwithin(line, shapely.box(ix, iy, ix + 1, iy + 1), 1e-8).all()


def test_points_are_located_as_point_in_polygon_says() -> None:
    """Triangles of a Delaunay mesh: each point in one of them, or outside, down to tiny ones."""
    rng = np.random.default_rng(11)
    vertices = np.concatenate((rng.uniform(2, 28, (60, 2)), 15 + rng.uniform(0, 0.6, (40, 2))))
    mesh = Delaunay(vertices)
    start, end, left, right = [], [], [], []
    for number, corners in enumerate(mesh.simplices):
        a, b, c = vertices[corners]
        if (b[0] - a[0]) * (c[1] - a[1]) < (b[1] - a[1]) * (c[0] - a[0]):
            corners = corners[::-1]
        for u, v in zip(corners, np.roll(corners, -1), strict=True):
            other = [
                k for k in range(len(mesh.simplices)) if k != number and {u, v} <= set(mesh.simplices[k])
            ]
            if not other or number < other[0]:
                start.append(vertices[u])
                end.append(vertices[v])
                left.append(number)
                right.append(other[0] if other else -1)
    edges = (np.array(start), np.array(end), np.array(left), np.array(right), np.zeros(len(left), np.int64))
    face = burn(*edges, _one(31), _one(30), _one(0))
    points = np.concatenate((rng.uniform(1, 29, (20_000, 2)), 15 + rng.uniform(0, 0.6, (20_000, 2))))
    of = np.zeros(len(points), np.int64)
    assert np.array_equal(locate(face, *edges, _one(31), _one(0), points, of), mesh.find_simplex(points))
