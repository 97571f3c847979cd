"""Trees as a few triangles each: a round crown on a trunk."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Bytes, Floats, Ints, Shells

CROWN, TRUNK = 0, 1
"""Semantics of a tree's triangles."""
SIDES = 6
_CROWN_RINGS = ((0.16, 0.62), (0.45, 1.0), (0.8, 0.62))
"""Height, as a share of the crown's, and radius, as a share of the crown's, of the rings of a crown."""
FREE_STEM = 0.25
"""Share of its height that a tree has no branches on, at least."""
ROUND = 2.6
"""A crown is no higher than this many times its radius: the rest of the tree is stem."""
THICKNESS = 0.02
"""Radius of a stem as a share of the tree's height."""


def tree_shells(base: Floats, height: Floats, radius: Floats) -> Shells:
    """Trees on places ``base (N, 3)`` [m, RD+NAP], ``height (N,)`` and crown ``radius (N,)`` [m].

    Returns
    -------
    Shells
        ``N`` objects of the same triangles, on whole millimetres.
    """
    template, triangles, kind = _template()
    crown = np.minimum((1 - FREE_STEM) * height, ROUND * radius)
    low = height - crown
    # Of a crown across and up are shares of the crown, of a stem shares of the stem.
    across = np.where(template[:, 3] > 0, radius[:, None], THICKNESS * height[:, None])
    up = np.where(
        template[:, 3] > 0,
        low[:, None] + crown[:, None] * template[:, 2],
        (low + 0.3 * crown)[:, None] * template[:, 2],
    )
    xyz = np.stack((template[:, 0] * across, template[:, 1] * across, up), axis=2) + base[:, None, :]
    count, size, faces = len(base), len(template), len(triangles)
    numbers = triangles.ravel()[None, :] + size * np.arange(count)[:, None]
    return Shells(
        xyz=np.round(xyz.reshape(-1, 3), 3),
        ring_vertices=numbers.ravel(),
        ring_offsets=3 * np.arange(count * faces + 1, dtype=np.int64),
        surface_offsets=np.arange(count * faces + 1, dtype=np.int64),
        object_offsets=faces * np.arange(count + 1, dtype=np.int64),
        semantics=np.tile(kind, count),
    )


def _template() -> tuple[Floats, Ints, Bytes]:
    """Vertices (x, y, up, whether of the crown), triangles facing out, and what they are."""
    turn = 2 * np.pi * np.arange(SIDES) / SIDES
    circle = np.column_stack((np.cos(turn), np.sin(turn)))
    rows = [(0.0, 0.0, 0.0, 1.0)]
    for up, wide in _CROWN_RINGS:
        rows += [(x * wide, y * wide, up, 1.0) for x, y in circle.tolist()]
    rows.append((0.0, 0.0, 1.0, 1.0))
    faces = []
    for i in range(SIDES):
        j = (i + 1) % SIDES
        faces.append((0, 1 + j, 1 + i))
        for ring in range(len(_CROWN_RINGS) - 1):
            a, b = 1 + ring * SIDES, 1 + (ring + 1) * SIDES
            faces += [(a + i, a + j, b + j), (a + i, b + j, b + i)]
        a = 1 + (len(_CROWN_RINGS) - 1) * SIDES
        faces.append((a + i, a + j, len(rows) - 1))
    crown = len(faces)
    first = len(rows)
    for up in (0.0, 1.0):
        rows += [(x, y, up, 0.0) for x, y in circle[::2].tolist()]
    for i in range(3):
        j = (i + 1) % 3
        faces += [(first + i, first + j, first + 3 + j), (first + i, first + 3 + j, first + 3 + i)]
    kind = np.repeat(np.array((CROWN, TRUNK), dtype=np.uint8), (crown, len(faces) - crown))
    return np.array(rows), np.array(faces, dtype=np.int64), kind
