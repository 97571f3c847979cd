"""Trees as a few triangles each: a round crown on a trunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Floats, Ints, Shells

CROWN, TRUNK = 0, 1
"""Semantics of a tree's triangles."""
SIDES = 6
_CROWN_RINGS = ((0.16, 0.62), (0.45, 1.0), (0.8, 0.62))
"""Height, as a share of the crown's, and radius, as a share of the crown's, of the rings of a crown."""
FREE_STEM = 0.25
"""Share of its height that a tree has no branches on, at least."""
ROUND = 2.6
"""A crown is no higher than this many times its radius: the rest of the tree is stem."""
INTO_CROWN = 0.3
"""Share of the crown that the stem reaches into it."""
THICKNESS = 0.012
"""Radius of a stem as a share of the tree's height."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One part of ``N`` trees: a shape of radius and height 1, put at a place in a size.

    Attributes
    ----------
    part : str
        ``kroon`` or ``stam``.
    xyz : (V, 3) float64
        Of the shape; across and up.
    triangles : (T, 3) int64
        Facing out.
    place : (N, 3) float64 [m, RD+NAP]
    scale : (N, 2) float64 [m]
        Across and up.
    """

    part: str
    xyz: Floats
    triangles: Ints
    place: Floats
    scale: Floats


def tree_parts(base: Floats, height: Floats, radius: Floats, *, simple: bool = False) -> list[Placed]:
    """Crown and stem of trees at ``base (N, 3)`` [m, RD+NAP], by their height and crown radius ``(N,)`` [m].

    ``simple`` leaves out the stem, and gives the crown a third of its triangles: for trees far away.
    """
    crown = crown_height(height, radius)
    low = height - crown
    rings = _CROWN_RINGS[1:2] if simple else _CROWN_RINGS
    above = base + np.column_stack((np.zeros((len(base), 2)), low))
    parts = [Placed("kroon", *_crown(rings), above, np.column_stack((radius, crown)))]
    if not simple:
        stem = np.column_stack((THICKNESS * height, low + INTO_CROWN * crown))
        parts.append(Placed("stam", *_stem(), base, stem))
    return parts


def crown_height(height: Floats, radius: Floats) -> Floats:
    """How much of the height of trees ``(N,)`` is crown [m]; the rest, below it, is stem."""
    crown: Floats = np.minimum((1 - FREE_STEM) * height, ROUND * radius)
    return crown


def tree_shells(base: Floats, height: Floats, radius: Floats) -> Shells:
    """Trees as :func:`tree_parts` has them, as surfaces.

    Returns
    -------
    Shells
        ``N`` objects of the same triangles, on whole millimetres.
    """
    parts = tree_parts(base, height, radius)
    xyz = np.concatenate(
        [part.place[:, None] + part.xyz[None] * part.scale[:, None, [0, 0, 1]] for part in parts], axis=1
    )
    first = np.cumsum([0, *(len(part.xyz) for part in parts)]).tolist()
    triangles = np.concatenate([p.triangles + start for p, start in zip(parts, first, strict=False)])
    kind = np.repeat(np.array((CROWN, TRUNK), dtype=np.uint8), [len(part.triangles) for part in parts])
    count, size, faces = len(base), xyz.shape[1], len(triangles)
    numbers = triangles.ravel()[None, :] + size * np.arange(count)[:, None]
    return Shells(
        xyz=np.round(xyz.reshape(-1, 3), 3),
        ring_vertices=numbers.ravel(),
        ring_offsets=3 * np.arange(count * faces + 1, dtype=np.int64),
        surface_offsets=np.arange(count * faces + 1, dtype=np.int64),
        object_offsets=faces * np.arange(count + 1, dtype=np.int64),
        semantics=np.tile(kind, count),
    )


def _circle(sides: int) -> Floats:
    turn = 2 * np.pi * np.arange(sides) / sides
    return np.column_stack((np.cos(turn), np.sin(turn)))


def _crown(rings: tuple[tuple[float, float], ...]) -> tuple[Floats, Ints]:
    """Round body between two points, with rings of corners at ``(up, wide)``."""
    circle = _circle(SIDES)
    bodies = [np.column_stack((wide * circle, np.full(SIDES, up))) for up, wide in rings]
    xyz = np.concatenate(([(0.0, 0.0, 0.0)], *bodies, [(0.0, 0.0, 1.0)]))
    faces = []
    for i in range(SIDES):
        j = (i + 1) % SIDES
        faces.append((0, 1 + j, 1 + i))
        for ring in range(len(rings) - 1):
            a, b = 1 + ring * SIDES, 1 + (ring + 1) * SIDES
            faces += [(a + i, a + j, b + j), (a + i, b + j, b + i)]
        a = 1 + (len(rings) - 1) * SIDES
        faces.append((a + i, a + j, len(xyz) - 1))
    return xyz, np.array(faces, dtype=np.int64)


def _stem() -> tuple[Floats, Ints]:
    """Prism of three sides without ends."""
    circle = _circle(3)
    xyz = np.concatenate([np.column_stack((circle, np.full(3, up))) for up in (0.0, 1.0)])
    faces = []
    for i in range(3):
        j = (i + 1) % 3
        faces += [(i, j, 3 + j), (i, 3 + j, 3 + i)]
    return xyz, np.array(faces, dtype=np.int64)
