"""Validity of the polygons of shells: their rings, and whether they are flat."""

from __future__ import annotations

import numpy as np
import shapely

from twin.geometry.columns import Bools, Floats, Ints, Shells
from twin.geometry.ragged import ring_successor, rows_of, sums, take_rows
from twin.geometry.select import take_surfaces
from twin.geometry.triangulate import (
    convex_rings,
    flatten,
    polygons_of,
    project,
    surface_normals,
    triangulate_polygons,
)

# GEOS words for what is wrong with a polygon, and val3dity's number for it
REASONS = {
    "Self-intersection": 201,
    "Interior is disconnected": 205,
    "Hole lies outside shell": 206,
    "Holes are nested": 207,
}

STEEP = 0.02  # rise of a surface's normal over its run, below which it is a wall
SAME = 1.0  # mm: points this near are one point to val3dity


def polygon_defects(shells: Shells, planarity: float) -> list[tuple[int, Ints]]:
    """Surfaces ``(N,)`` with each of the codes 101 to 208, except 204.

    Parameters
    ----------
    shells : Shells
        In mm relative to a vertex of each object.
    planarity : float
        Tolerance of 203 [mm].

    Notes
    -----
    A surface gets the first of: 101, 102, 203, 104, 208, and what GEOS says of the polygon.
    """
    ring_surface = rows_of(shells.surface_offsets)
    few = np.diff(shells.surface_offsets) < 1
    few[ring_surface[np.diff(shells.ring_offsets) < 3]] = True
    same = _repeats(shells, ring_surface) & ~few
    rest = np.flatnonzero(~few & ~same)
    part = take_surfaces(shells, rest)
    bent = _off_plane(part, planarity) > planarity
    flat = np.flatnonzero(~bent)
    ring_defects = _ring_defects(take_surfaces(part, flat))
    return [
        (101, np.flatnonzero(few)),
        (102, np.flatnonzero(same)),
        (203, rest[bent]),
        *((code, rest[flat[found]]) for code, found in ring_defects),
    ]


def tilted_surfaces(shells: Shells, deviation: float) -> Ints:
    """Surfaces of which two triangles differ by more than ``deviation`` [degrees] (204).

    Slopes are cut in their own plane as val3dity does: in another one the slivers between vertices that are
    nearly in line are others. What is exactly level can't be tilted.
    """
    if not len(shells.semantics):
        return np.empty(0, np.int64)
    z, begin = shells.xyz[shells.ring_vertices, 2], shells.ring_offsets[shells.surface_offsets[:-1]]
    uneven = np.flatnonzero(np.maximum.reduceat(z, begin) > np.minimum.reduceat(z, begin))
    normal = surface_normals(shells)[uneven]
    up = np.abs(normal[:, 2])
    sloped = (up > STEEP * np.hypot(normal[:, 0], normal[:, 1])) & ((normal[:, 0] != 0) | (normal[:, 1] != 0))
    tilted = []
    for rows, coordinates in ((uneven[~sloped], project), (uneven[sloped], flatten)):
        part = take_surfaces(shells, rows)
        corners, number = triangulate_polygons(coordinates(part), part.ring_offsets, part.surface_offsets)
        tilted.append(rows[number[_deviations(part, part.ring_vertices[corners], number) > deviation]])
    return np.unique(np.concatenate(tilted))


def _deviations(shells: Shells, triangles: Ints, surface: Ints) -> Floats:
    """Angle ``(T,)`` between each triangle and the first of its surface [degrees], as val3dity has it."""
    a, b, c = (shells.xyz.take(corner, axis=0) for corner in triangles.T)
    own = np.cross(b - a, c - a)
    first = own.take(np.searchsorted(surface, surface), axis=0)
    across = np.linalg.norm(np.cross(first, own), axis=1)
    angle: Floats = np.degrees(np.arctan2(across, (first * own).sum(axis=1)))
    return angle


def _repeats(shells: Shells, ring_surface: Ints) -> Bools:
    """Surfaces with two points after one another that are the same or one millimetre apart."""
    same = np.zeros(len(shells.surface_offsets) - 1, dtype=bool)
    filled = np.diff(shells.ring_offsets) > 0
    offsets = shells.ring_offsets[np.concatenate((np.ones(1, dtype=bool), filled))]
    if len(offsets) > 1:
        at = shells.xyz.take(shells.ring_vertices, axis=0)
        x, y, z = (at.take(ring_successor(offsets), axis=0) - at).T
        again = x * x + y * y + z * z <= SAME**2
        same[ring_surface[filled][rows_of(offsets)[again]]] = True
    return same


def _off_plane(shells: Shells, enough: float) -> Floats:
    """Largest distance of a vertex to the plane of its surface ``(S,)`` [mm], exact above ``enough``."""
    surface = rows_of(shells.surface_offsets)[rows_of(shells.ring_offsets)]
    count = len(shells.surface_offsets) - 1
    size = np.bincount(surface, minlength=count)
    xyz = shells.xyz.take(shells.ring_vertices, axis=0)
    mean = np.column_stack([sums(surface, w, count) for w in xyz.T]) / size[:, None]
    d = xyz - mean.take(surface, axis=0)
    normal = surface_normals(shells)
    normal = normal / np.maximum(np.linalg.norm(normal, axis=1), 1e-9)[:, None]
    off = np.zeros(count)
    np.maximum.at(off, surface, np.abs((d * normal.take(surface, axis=0)).sum(axis=1)))
    # the fitted plane has a smaller root mean square, so no vertex is further from it than
    # sqrt(n) times this; only where that is not enough to tell, fit it
    unclear = np.flatnonzero((off * np.sqrt(size) > enough) & (size > 3))
    if len(unclear):
        row = np.full(count, -1)
        row[unclear] = np.arange(len(unclear))
        mine = row[surface] >= 0
        near, at = d[mine], row[surface[mine]]
        moments = [
            np.bincount(at, weights=near[:, i] * near[:, j], minlength=len(unclear))
            for i in range(3)
            for j in range(3)
        ]
        axes = np.linalg.eigh(np.stack(moments, axis=-1).reshape(-1, 3, 3))[1]
        fitted = np.zeros(len(unclear))
        np.maximum.at(fitted, at, np.abs((near * axes[at, :, 0]).sum(axis=1)))
        off[unclear] = fitted
    return off


def _ring_defects(shells: Shells) -> list[tuple[int, Ints]]:
    """Surfaces with 104, 201, 202, 205 to 208; each of them has one defect."""
    uv = project(shells)
    single = np.diff(shells.surface_offsets) == 1
    convex = convex_rings(uv, shells.ring_offsets)[shells.surface_offsets[:-1]] & single
    doubtful = np.flatnonzero(~convex)
    rings, surface_offsets = take_rows(
        np.arange(len(shells.ring_offsets) - 1), shells.surface_offsets, doubtful
    )
    rows, ring_offsets = take_rows(np.arange(len(uv)), shells.ring_offsets, rings)
    uv, owner = uv[rows], rows_of(surface_offsets)

    code = np.zeros(len(doubtful), dtype=np.int64)
    ring_polygons = polygons_of(uv, ring_offsets, np.arange(len(rings) + 1))
    area = _signed_areas(uv, ring_offsets)
    code[owner[~shapely.is_valid(ring_polygons) | (area == 0)]] = 104
    inner = np.ones(len(rings), dtype=bool)
    inner[surface_offsets[:-1]] = False
    turned = np.zeros(len(doubtful), dtype=bool)
    turned[owner[inner & (np.sign(area) == np.sign(area[surface_offsets[:-1]])[owner])]] = True
    code[(code == 0) & turned] = 208

    code[(code == 0) & _with_equal_rings(uv, ring_offsets, area, owner, len(doubtful))] = 202

    holed = np.flatnonzero((code == 0) & (np.diff(surface_offsets) > 1))
    if len(holed):
        some, offsets = take_rows(np.arange(len(rings)), surface_offsets, holed)
        vertices, part_offsets = take_rows(np.arange(len(uv)), ring_offsets, some)
        polygons = polygons_of(uv[vertices], part_offsets, offsets)
        invalid = ~shapely.is_valid(polygons)
        reasons = np.atleast_1d(np.asarray(shapely.is_valid_reason(polygons[invalid])))
        code[holed[invalid]] = [
            next((number for words, number in REASONS.items() if words in reason), 201) for reason in reasons
        ]
    return [(int(c), doubtful[code == c]) for c in np.unique(code[code > 0])]


def _signed_areas(uv: Floats, ring_offsets: Ints) -> Floats:
    following = uv[ring_successor(ring_offsets)] if len(uv) else uv
    cross = uv[:, 0] * following[:, 1] - uv[:, 1] * following[:, 0]
    return sums(rows_of(ring_offsets), cross, len(ring_offsets) - 1)


def _with_equal_rings(uv: Floats, ring_offsets: Ints, area: Floats, owner: Ints, surfaces: int) -> Bools:
    """Surfaces with a ring twice, told by size, area and sums of coordinates: exact on whole millimetres."""
    ring, count = rows_of(ring_offsets), len(area)
    moments = [sums(ring, w, count) for w in (uv[:, 0], uv[:, 1], uv[:, 0] ** 2, uv[:, 1] ** 2)]
    marks = np.column_stack((owner, np.diff(ring_offsets), np.abs(area), *moments))
    marks = marks[np.lexsort(marks.T)]
    twice = np.zeros(surfaces, dtype=bool)
    twice[marks[1:][(marks[1:] == marks[:-1]).all(axis=1), 0].astype(np.int64)] = True
    return twice
