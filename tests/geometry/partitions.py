"""Random planar partitions for the property tests: grids, stars, Voronoi cells and the awkward cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from twin.geometry.columns import Partition

Ring = Sequence[tuple[int, int]]  # vertices in mm, not closed
ORIGIN_MM = np.array([84_500_000, 447_000_000])


def partition_of(parts: Sequence[Sequence[Sequence[Ring]]], planes, labels=None, ground=None) -> Partition:
    """Partition from cells: per part a list of cells, per cell its rings (outer ccw, holes cw), noded.

    ``planes`` and ``labels`` are per cell, part after part; planes around :data:`ORIGIN_MM`.
    """
    xy, vertex_part, fixed, start, end, left, right, face_part = [], [], [], [], [], [], [], []
    face = 0
    for p, cells in enumerate(parts):
        number: dict[tuple[int, int], int] = {}
        side: dict[tuple[int, int], int] = {}
        for rings in cells:
            for ring in rings:
                ids = [number.setdefault(tuple(v), len(xy) + len(number)) for v in ring]
                for a, b in zip(ids, ids[1:] + ids[:1], strict=True):
                    assert (a, b) not in side, "cells overlap"
                    side[a, b] = face
            face_part.append(p)
            face += 1
        border = set()
        for (a, b), f in side.items():
            other = side.get((b, a), -1)
            if other == -1 or a < b:
                start.append(a), end.append(b), left.append(f), right.append(other)
            if other == -1:
                border |= {a, b}
        xy += list(number)
        vertex_part += [p] * len(number)
        fixed += [v in border for v in number.values()]
    n = len(parts)
    return Partition(
        xy=(np.array(xy, dtype=np.float64).reshape(-1, 2) + ORIGIN_MM) / 1000,
        vertex_part=np.array(vertex_part, dtype=np.int64),
        fixed=np.array(fixed, dtype=bool),
        start=np.array(start, dtype=np.int64),
        end=np.array(end, dtype=np.int64),
        left=np.array(left, dtype=np.int64),
        right=np.array(right, dtype=np.int64),
        face_part=np.array(face_part, dtype=np.int64),
        face_label=np.arange(face) if labels is None else np.asarray(labels, dtype=np.int64),
        plane=np.asarray(planes, dtype=np.float64),
        origin=np.tile(ORIGIN_MM / 1000, (n, 1)),
        ground=np.full(n, 0.5) if ground is None else np.asarray(ground, dtype=np.float64),
    )


def grid_cells(nx: int, ny: int, size: int, rng: np.random.Generator, missing: float = 0.0, jitter: int = 0):
    """Cells of a grid of ``size`` mm, one component left after dropping a share of them."""
    at = np.stack(np.meshgrid(np.arange(nx + 1), np.arange(ny + 1), indexing="ij"), axis=-1) * size
    at = at + rng.integers(-jitter, jitter + 1, at.shape)
    keep = rng.random((nx, ny)) >= missing
    keep = _largest_component(keep)
    return [
        [[tuple(map(int, at[i + di, j + dj])) for di, dj in ((0, 0), (1, 0), (1, 1), (0, 1))]]
        for i in range(nx)
        for j in range(ny)
        if keep[i, j]
    ]


def _largest_component(keep: np.ndarray) -> np.ndarray:
    best: set[tuple[int, int]] = {(0, 0)}
    seen: set[tuple[int, int]] = set()
    for cell in zip(*np.nonzero(keep), strict=True):
        stack, group = [cell], set()
        while stack:
            i, j = stack.pop()
            if (i, j) in seen or not (0 <= i < keep.shape[0] and 0 <= j < keep.shape[1]) or not keep[i, j]:
                continue
            seen.add((i, j)), group.add((i, j))
            stack += [(i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)]
        best = max(best, group, key=len)
    out = np.zeros_like(keep)
    for cell in best:
        out[cell] = True
    return out


def star_cells(wedges: int, radius: int, rng: np.random.Generator):
    """Triangles around one vertex."""
    angle = 2 * np.pi * (np.arange(wedges) + rng.uniform(-0.2, 0.2, wedges)) / wedges
    rim = [(int(x), int(y)) for x, y in np.rint(radius * np.column_stack((np.cos(angle), np.sin(angle))))]
    return [[[(0, 0), rim[i], rim[(i + 1) % wedges]]] for i in range(wedges)]


def ring_cells(rng: np.random.Generator, size: int = 12_000):
    """A square around a courtyard and around an island, whose corners touch now and then."""
    a, b, c, d = 0, int(rng.integers(2_000, 4_000)), int(rng.integers(5_000, 7_000)), size
    hole = [(b, b), (b, c), (c, c), (c, b)]  # clockwise
    shift = 0 if rng.random() < 0.4 else 400
    e = min(c + 3_000, d - 500)
    island = [(c + shift, c + shift), (e, c + shift), (e, e), (c + shift, e)]
    return [[[(a, a), (d, a), (d, d), (a, d)], hole, island[::-1]], [island]]


def voronoi_cells(count: int, size: int, rng: np.random.Generator):
    """Voronoi cells of random points in a square, or None where a vertex is nearer than 20 mm to an edge."""
    points = shapely.multipoints(rng.uniform(0, size, (count, 2)))
    box = shapely.box(0, 0, size, size)
    diagram = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=box))
    cells = shapely.intersection(diagram, box)
    rings = [np.rint(shapely.get_coordinates(shapely.orient_polygons(c))[:-1]) for c in cells]
    rings = [[tuple(map(int, v)) for v in ring] for ring in rings]
    if any(len(set(r)) < len(r) for r in rings):
        return None
    nodes = shapely.points(sorted({v for r in rings for v in r}))
    edges = shapely.linestrings([[a, b] for r in rings for a, b in zip(r, r[1:] + r[:1], strict=True)])
    distance = shapely.distance(nodes[:, None], edges[None, :])
    ends = shapely.get_coordinates(edges).reshape(-1, 2, 2)
    at = shapely.get_coordinates(nodes)
    incident = (at[:, None, None, :] == ends[None]).all(axis=3).any(axis=2)
    if (distance[~incident] < 20).any():
        return None
    return [[r] for r in rings]


def random_planes(kind: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Planes of a kind.

    ``flat``, ``equal`` (few levels), ``near`` (levels 0-8 mm apart), ``sloped``, ``crossing`` (through one
    height in the middle), ``ground`` (dipping into the ground).
    """
    planes = np.zeros((count, 3))
    if kind == "flat":
        planes[:, 2] = rng.uniform(2, 12, count)
    elif kind == "equal":
        planes[:, 2] = rng.integers(3, 6, count)
    elif kind == "near":
        planes[:, 2] = 5 + 0.001 * rng.integers(0, 9, count)
    else:
        steep = 1.5 if kind == "crossing" else 0.6
        planes[:, :2] = rng.uniform(-steep, steep, (count, 2))
        middle = {
            "sloped": rng.uniform(5, 12, count),
            "crossing": np.full(count, 9.0),
            "ground": rng.uniform(0, 3, count),
        }
        planes[:, 2] = middle[kind] - planes[:, :2] @ [5.0, 5.0]
    return planes


KINDS = ("flat", "equal", "near", "sloped", "crossing", "ground")


def random_partition(rng: np.random.Generator, parts: int = 1, kinds: Sequence[str] = KINDS) -> Partition:
    """Parts of random shape with random planes; about a third of the neighbours share a plane."""
    shapes, planes, labels = [], [], []
    while len(shapes) < parts:
        shape = rng.choice(["grid", "gaps", "jitter", "star", "ring", "voronoi"])
        if shape == "star":
            cells = star_cells(int(rng.integers(4, 10)), 6_000, rng)
        elif shape == "ring":
            cells = ring_cells(rng)
        elif shape == "voronoi":
            cells = voronoi_cells(int(rng.integers(3, 14)), 10_000, rng)
        else:
            cells = grid_cells(
                int(rng.integers(1, 5)),
                int(rng.integers(1, 5)),
                int(rng.integers(800, 4_000)),
                rng,
                missing=0.3 if shape == "gaps" else 0.0,
                jitter=200 if shape == "jitter" else 0,
            )
        if cells is None:
            continue
        count = len(cells)
        pool = random_planes(str(rng.choice(kinds)), count, rng)
        pick = np.where(rng.random(count) < 0.35, rng.integers(0, count, count), np.arange(count))
        planes.append(pool[pick])
        labels.append(pick + sum(map(len, shapes)))
        shapes.append(cells)
    return partition_of(shapes, np.concatenate(planes), np.concatenate(labels))
