"""The faces of shells as directed edges: what closes a shell, and how its faces hang together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Ints, Shells
from twin.geometry.ragged import ring_predecessor, ring_successor, rows_of, take_rows
from twin.geometry.select import take_surfaces
from twin.geometry.triangulate import triangulate


@dataclass(frozen=True, slots=True)
class ShellEdges:
    """Directed edges ``E``, face after face.

    A surface of one ring is one face; one with holes is cut into triangles, which hang together.

    Attributes
    ----------
    start, end : (E,) int64
        Vertices.
    before : (E,) int64
        The edge of the same face that ends where this one starts.
    first : (E,) int64
        First vertex of its face.
    owner : (E,) int64
        Object that it belongs to.
    """

    start: Ints
    end: Ints
    before: Ints
    first: Ints
    owner: Ints


def edges_of(shells: Shells, wanted: Bools) -> ShellEdges:
    """Edges of the objects that are ``wanted (O,)``; their surfaces have rings of three vertices or more."""
    surface_owner = rows_of(shells.object_offsets)
    asked, rings = wanted[surface_owner], np.diff(shells.surface_offsets)
    plain, holed = np.flatnonzero(asked & (rings == 1)), np.flatnonzero(asked & (rings > 1))
    vertices, offsets = take_rows(shells.ring_vertices, shells.ring_offsets, shells.surface_offsets[plain])
    triangles, surface = triangulate(take_surfaces(shells, holed))
    corners = np.concatenate((vertices, triangles.ravel()))
    offsets = np.concatenate((offsets, len(vertices) + 3 * np.arange(1, len(triangles) + 1)))
    face = rows_of(offsets)
    owner = np.concatenate((surface_owner[plain], surface_owner[holed[surface]]))
    return ShellEdges(
        start=corners,
        end=corners[ring_successor(offsets)],
        before=ring_predecessor(offsets),
        first=corners[offsets[:-1]][face],
        owner=owner[face],
    )
