"""Closed solids from surfaces: decks with a thickness, walls and hedges with a height."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Floats, Ints, Semantic, Shells
from twin.geometry.ragged import offsets_of, rows_of
from twin.geometry.select import take, without
from twin.geometry.validity import check

THINNEST = 0.05
"""Least height [m] of a solid anywhere: with none it would not be closed."""


def solids_between(surfaces: Shells, top: Floats, bottom: Floats) -> Shells:
    """Solids between two heights of the same triangles.

    Parameters
    ----------
    surfaces : Shells
        Triangles that face up; vertices belong to one object each.
    top, bottom : (V,) float64 [m, NAP]
        Per vertex; the bottom yields where it is not :data:`THINNEST` below the top.

    Returns
    -------
    Shells
        As many objects: the triangles as roof, again as ground facing down, and a wall on each outer edge.
        An object has none where the solid would not be valid, as when its outline touches itself.
    """
    top = np.round(top, 3)
    bottom = np.minimum(np.round(bottom, 3), np.round(top - THINNEST, 3))
    triangles = surfaces.ring_vertices.reshape(-1, 3)
    owner = rows_of(surfaces.object_offsets)
    size = len(surfaces.xyz)
    start, end, edge_owner = _outer_edges(triangles, owner, size)

    faces = np.concatenate((triangles.ravel(), triangles[:, ::-1].ravel() + size))
    walls = np.column_stack((start + size, end + size, end, start))
    count = len(triangles)
    sizes = np.repeat((3, 4), (2 * count, len(walls)))
    of_face = np.concatenate((owner, owner, edge_owner))
    kind = np.repeat((Semantic.ROOF, Semantic.GROUND, Semantic.OUTER_WALL), (count, count, len(walls)))
    solid = Shells(
        xyz=np.concatenate((_at(surfaces.xyz, top), _at(surfaces.xyz, bottom))),
        ring_vertices=np.concatenate((faces, walls.ravel())),
        ring_offsets=offsets_of(sizes),
        surface_offsets=np.arange(len(sizes) + 1, dtype=np.int64),
        object_offsets=np.array([0, len(sizes)], dtype=np.int64),
        semantics=kind.astype(np.uint8),
    )
    return _valid_only(_by_object(solid, of_face, len(surfaces)))


def _outer_edges(triangles: Ints, owner: Ints, size: int) -> tuple[Ints, Ints, Ints]:
    """Edges that only one triangle has, in its direction, and the object of each."""
    start, end = triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()
    outer = ~np.isin(start * size + end, end * size + start)
    return start[outer], end[outer], np.repeat(owner, 3)[outer]


def _at(xyz: Floats, z: Floats) -> Floats:
    return np.column_stack((xyz[:, :2], z))


def _by_object(shells: Shells, owner: Ints, size: int) -> Shells:
    """Surfaces of one object dealt out to their owners."""
    order = np.argsort(owner, kind="stable")
    start, length = shells.ring_offsets[:-1][order], np.diff(shells.ring_offsets)[order]
    offsets = offsets_of(length)
    at = np.arange(offsets[-1]) + np.repeat(start - offsets[:-1], length)
    dealt = Shells(
        shells.xyz,
        shells.ring_vertices[at],
        offsets,
        np.arange(len(order) + 1, dtype=np.int64),
        offsets_of(np.bincount(owner, minlength=size)),
        shells.semantics[order],
    )
    return take(dealt, np.arange(size))


def _valid_only(solids: Shells) -> Shells:
    return without(solids, ~check(solids).valid)
