"""Shells of some objects, and of several sets of objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from twin.geometry.columns import Bools, Ints, Shells
from twin.geometry.ordering import numbered
from twin.geometry.ragged import offsets_of, rows_of, take_rows


def concatenate(shells: Sequence[Shells]) -> Shells:
    """Put objects of several shells one after the other, in order."""
    if len(shells) == 1:
        return shells[0]
    return Shells(
        xyz=np.concatenate([np.zeros((0, 3)), *(s.xyz for s in shells)]),
        ring_vertices=_stack([s.ring_vertices for s in shells], [len(s.xyz) for s in shells]),
        ring_offsets=_stack_offsets([s.ring_offsets for s in shells]),
        surface_offsets=_stack_offsets([s.surface_offsets for s in shells]),
        object_offsets=_stack_offsets([s.object_offsets for s in shells]),
        semantics=np.concatenate([np.zeros(0, dtype=np.uint8), *(s.semantics for s in shells)]),
    )


def take(shells: Shells, objects: Ints) -> Shells:
    """Select objects by number, in the given order, with only the vertices they use.

    Parameters
    ----------
    shells : Shells
    objects : (N,) int64
        May repeat an object.

    Returns
    -------
    Shells
        ``N`` objects.
    """
    objects = np.asarray(objects, dtype=np.int64)
    surfaces, object_offsets = take_rows(
        np.arange(len(shells.surface_offsets) - 1), shells.object_offsets, objects
    )
    rings, surface_offsets = take_rows(
        np.arange(len(shells.ring_offsets) - 1), shells.surface_offsets, surfaces
    )
    vertices, ring_offsets = take_rows(shells.ring_vertices, shells.ring_offsets, rings)
    owner = rows_of(object_offsets)[rows_of(surface_offsets)[rows_of(ring_offsets)]]
    used, number = numbered(owner * max(len(shells.xyz), 1) + vertices)
    return Shells(
        xyz=shells.xyz[used % max(len(shells.xyz), 1)],
        ring_vertices=number,
        ring_offsets=ring_offsets,
        surface_offsets=surface_offsets,
        object_offsets=object_offsets,
        semantics=shells.semantics[surfaces],
    )


def take_surfaces(shells: Shells, surfaces: Ints) -> Shells:
    """Some surfaces over the same vertices, all in one object."""
    rings, surface_offsets = take_rows(
        np.arange(len(shells.ring_offsets) - 1), shells.surface_offsets, surfaces
    )
    vertices, ring_offsets = take_rows(shells.ring_vertices, shells.ring_offsets, rings)
    return Shells(
        xyz=shells.xyz,
        ring_vertices=vertices,
        ring_offsets=ring_offsets,
        surface_offsets=surface_offsets,
        object_offsets=np.array([0, len(surfaces)]),
        semantics=shells.semantics[surfaces],
    )


def without(shells: Shells, gone: Bools) -> Shells:
    """Select the same objects, those of ``gone (O,)`` without surfaces."""
    kept = take(shells, np.flatnonzero(~gone))
    return replace(kept, object_offsets=offsets_of(np.where(gone, 0, np.diff(shells.object_offsets))))


def without_surfaces(shells: Shells, gone: Bools) -> Shells:
    """Select the same objects without surfaces ``gone (S,)``; all vertices stay."""
    if not gone.any():
        return shells
    owner = rows_of(shells.object_offsets)[~gone]
    kept = take_surfaces(shells, np.flatnonzero(~gone))
    return replace(kept, object_offsets=offsets_of(np.bincount(owner, minlength=len(shells))))


def vertex_objects(shells: Shells) -> Ints:
    """Object of each vertex ``(V,)``; -1 for a vertex that no ring uses."""
    owner = np.full(len(shells.xyz), -1)
    owner[shells.ring_vertices] = rows_of(shells.object_offsets)[ring_vertex_surfaces(shells)]
    return owner


def ring_vertex_surfaces(shells: Shells) -> Ints:
    """Surface of each element ``(K,)`` of ``ring_vertices``."""
    return rows_of(shells.surface_offsets)[rows_of(shells.ring_offsets)]


def _stack(values: Sequence[Ints], sizes: Sequence[int]) -> Ints:
    shifts = offsets_of(np.array(sizes, dtype=np.int64))
    shifted = [v + shift for v, shift in zip(values, shifts, strict=False)]
    return np.concatenate([np.zeros(0, dtype=np.int64), *shifted])


def _stack_offsets(offsets: Sequence[Ints]) -> Ints:
    ends = _stack([o[1:] for o in offsets], [int(o[-1]) for o in offsets])
    return np.concatenate((np.zeros(1, dtype=np.int64), ends))


def weld(shells: Shells) -> Shells:
    """Join vertices of an object that fall on the same whole millimetre, and leave out unused ones.

    Returns
    -------
    Shells
        Same rings, whose vertices may now follow themselves (defect 102); xyz in whole millimetres.
    """
    grid = np.rint(shells.xyz * 1000).astype(np.int64)[shells.ring_vertices]
    owner = rows_of(shells.object_offsets)[ring_vertex_surfaces(shells)]
    order = np.lexsort((grid[:, 2], grid[:, 1], grid[:, 0], owner))
    rows = np.column_stack((owner, grid))[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    number = np.empty(len(rows), dtype=np.int64)
    number[order] = np.cumsum(first) - 1
    return Shells(
        xyz=rows[first, 1:] / 1000,
        ring_vertices=number,
        ring_offsets=shells.ring_offsets,
        surface_offsets=shells.surface_offsets,
        object_offsets=shells.object_offsets,
        semantics=shells.semantics,
    )
