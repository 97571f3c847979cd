"""Street furniture as small upright prisms: a pole, a cover, a cabinet, as large as is usual for its kind."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.geometry.columns import Floats, Shells

SIDES = 6
USUAL = {
    "paal": (2.5, 0.06),
    "mast": (12.0, 0.25),
    "put": (0.05, 0.3),
    "bak": (1.0, 0.3),
    "bord": (2.2, 0.1),
    "kast": (1.2, 0.4),
    "straatmeubilair": (0.8, 0.4),
    "sensor": (2.5, 0.08),
    "installatie": (1.0, 0.3),
    "waterinrichtingselement": (1.0, 0.15),
    "weginrichtingselement": (0.8, 0.15),
}
"""Height and radius [m] of an object of a collection of which the register tells no kind, or another one."""
KINDS = {
    "lichtmast": (6.0, 0.08),
    "vlaggenmast": (7.0, 0.05),
    "portaal": (5.5, 0.15),
    "afsluitpaal": (0.9, 0.08),
    "poller": (0.9, 0.1),
    "hectometerpaal": (0.8, 0.06),
    "hoogspanningsmast": (35.0, 1.5),
    "bovenleidingmast": (7.0, 0.15),
    "laagspanningsmast": (9.0, 0.12),
    "abri": (2.5, 1.2),
    "bank": (0.5, 0.6),
    "picknicktafel": (0.8, 0.8),
    "reclamezuil": (3.0, 0.6),
    "brievenbus": (1.3, 0.3),
    "fietsenrek": (0.8, 0.4),
}
"""The same of a kind (``plus_type``)."""


def usual_sizes(collection: str, kinds: npt.NDArray[np.object_]) -> Floats:
    """Height above the ground and radius ``(N, 2)`` [m] by kind ``(N,)``, None where unknown."""
    usual = USUAL[collection]
    return np.array([KINDS.get(str(kind), usual) for kind in kinds], dtype=np.float64).reshape(-1, 2)


def furniture_shells(base: Floats, size: Floats) -> Shells:
    """Prisms on places ``base (N, 3)`` [m, RD+NAP] of height and radius ``size (N, 2)`` [m].

    Returns
    -------
    Shells
        ``N`` objects, each its sides and its top, facing out, on whole millimetres.
    """
    turn = 2 * np.pi * np.arange(SIDES) / SIDES
    circle = np.column_stack((np.cos(turn), np.sin(turn), np.zeros(SIDES)))
    ring = circle[None] * np.column_stack((size[:, 1], size[:, 1], size[:, 1]))[:, None]
    low = ring + base[:, None]
    high = low + np.array((0.0, 0.0, 1.0)) * size[:, :1, None]
    i = np.arange(SIDES)
    j = (i + 1) % SIDES
    corners = np.concatenate((np.column_stack((i, j, j + SIDES, i + SIDES)).ravel(), i + SIDES))
    count = len(base)
    numbers = corners[None] + 2 * SIDES * np.arange(count)[:, None]
    lengths = np.tile(np.array([4] * SIDES + [SIDES], dtype=np.int64), count)
    surfaces = SIDES + 1
    return Shells(
        xyz=np.round(np.concatenate((low, high), axis=1).reshape(-1, 3), 3),
        ring_vertices=numbers.ravel(),
        ring_offsets=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        surface_offsets=np.arange(count * surfaces + 1, dtype=np.int64),
        object_offsets=surfaces * np.arange(count + 1, dtype=np.int64),
        semantics=np.zeros(count * surfaces, dtype=np.uint8),
    )
