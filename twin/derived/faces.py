"""Where the surfaces of solids face, how steep and how large they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints, Semantic, Shells
from twin.geometry.measure import FLAT_ROOF, surface_vectors
from twin.geometry.ragged import rows_of

WINDS = ("n", "no", "o", "zo", "z", "zw", "w", "nw")
"""The eight winds, clockwise from the north; each is 45 degrees wide, with its name in the middle."""


@dataclass(frozen=True, slots=True)
class Faces:
    """Surfaces of shells, each array ``(S,)``.

    Attributes
    ----------
    object : int64
        Object that each belongs to.
    area : float64 [m2]
    azimuth : float64 [degrees]
        Direction that it faces, clockwise from the grid's north, 0 up to 360; 0 for a level one.
    slope : float64 [degrees]
        0 for a level surface that looks up, 90 for a wall.
    roof, wall, flat : bool
        ``flat`` is a roof of at most 3 degrees.
    """

    object: Ints
    area: Floats
    azimuth: Floats
    slope: Floats
    roof: Bools
    wall: Bools
    flat: Bools

    @property
    def wind(self) -> Ints:
        """Number of the wind in :data:`WINDS` that each faces."""
        return np.floor((self.azimuth + 22.5) / 45).astype(np.int64) % len(WINDS)


def faces_of(shells: Shells) -> Faces:
    """Orientation, slope and area of all surfaces.

    Grid north and true north differ by up to 1.4 degrees in the Netherlands, which is left out of account.
    """
    vector = surface_vectors(shells)
    area = np.linalg.norm(vector, axis=1)
    across = np.hypot(vector[:, 0], vector[:, 1])
    slope = np.degrees(np.arctan2(across, vector[:, 2]))
    azimuth = np.degrees(np.arctan2(vector[:, 0], vector[:, 1])) % 360
    azimuth[across < 1e-9 * np.maximum(area, 1e-9)] = 0.0
    roof = shells.semantics == Semantic.ROOF
    wall = (shells.semantics == Semantic.OUTER_WALL) | (shells.semantics == Semantic.INNER_WALL)
    # As in twin.geometry.measure, so that what is flat here is flat there.
    flat = roof & (across <= np.tan(np.radians(FLAT_ROOF)) * np.abs(vector[:, 2]))
    return Faces(rows_of(shells.object_offsets), area, azimuth, slope, roof, wall, flat)
