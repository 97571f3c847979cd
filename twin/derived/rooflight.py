"""Sun on roof faces in a year, less what stands before it.

Each face is looked at from points on it. Light straight from the sun is lost where it would come from below
the horizon of a point. Of the light of the whole sky the share is lost that the buildings take up of it: on
average over all directions the squared sine of the horizon, which is exact for a level roof (Dozier and Frew
1990) and near enough for a pitched one.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from twin.derived.faces import Faces
from twin.derived.horizon import DIRECTIONS, Tops, horizons
from twin.derived.sun import irradiation, table_of
from twin.geometry.columns import Floats, Ints, Shells
from twin.geometry.ragged import expand, sums
from twin.geometry.triangulate import triangulate

APART = 4.0  # m between points, about
MOST = 5  # pieces that a side of a triangle is cut into
BAND = 5.0  # degrees of altitude, as in the table of the beam
_CHUNK = 4096  # points: 10 MB for what each sees


def roof_light(shells: Shells, faces: Faces, tops: Tops | None) -> Floats:
    """Irradiation of surfaces ``(S,)`` in a year [kWh/m2]; NaN for what is no roof.

    Parameters
    ----------
    shells : Shells
    faces : Faces
        Of the same.
    tops : Tops or None
        What is built around; None for an open horizon.
    """
    light = np.where(faces.roof, irradiation(faces.slope, faces.azimuth), np.nan)
    if tops is None or not faces.roof.any():
        return light
    points, surface, area = _points(shells, faces)
    kept = np.concatenate(
        [np.empty(0)]
        + [
            _kept(points[i : i + _CHUNK], faces, surface[i : i + _CHUNK], tops)
            for i in range(0, len(points), _CHUNK)
        ]
    )
    count = len(light)
    whole = sums(surface, area, count)
    share = np.divide(sums(surface, area * kept, count), whole, out=np.ones(count), where=whole > 0)
    return light * share


def _points(shells: Shells, faces: Faces) -> tuple[Floats, Ints, Floats]:
    """Points on roofs ``(N, 3)``, the surface of each, and the area [m2] that it stands for.

    Each triangle of a roof is cut into equal ones of some :data:`APART` metres; the points are their middles.
    """
    triangles, surface = triangulate(shells)
    chosen = faces.roof[surface]
    corners, surface = shells.xyz[triangles[chosen]], surface[chosen]
    a, b, c = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = np.linalg.norm(np.cross(b, c), axis=1) / 2
    pieces = np.clip(np.ceil(np.sqrt(area) / APART), 1, MOST).astype(np.int64)
    triangle, number = expand(np.zeros(len(pieces), dtype=np.int64), pieces**2)
    # Row r of a triangle that is cut into n by n has 2r + 1 pieces, every other one of them upside down.
    row = np.floor(np.sqrt(number)).astype(np.int64)
    along, turned = np.divmod(number - row**2, 2)
    third = (1 + turned) / 3
    u, v = (row - along - turned + third) / pieces[triangle], (along + third) / pieces[triangle]
    points = a[triangle] + u[:, None] * b[triangle] + v[:, None] * c[triangle]
    return points, surface[triangle], (area / pieces**2)[triangle]


def _kept(points: Floats, faces: Faces, surface: Ints, tops: Tops) -> Floats:
    """Share ``(N,)`` of the light that reaches points on roofs."""
    slope, azimuth = np.radians(faces.slope[surface]), np.radians(faces.azimuth[surface])
    normals = np.column_stack(
        (np.sin(slope) * np.sin(azimuth), np.sin(slope) * np.cos(azimuth), np.cos(slope))
    )
    horizon = horizons(points, normals, tops)
    energy, sun, direction, low = _beam()
    # Not by a product of matrices, whose last bit depends on how many there are.
    across = sum(normals[:, i, None] * sun[:, i] for i in range(3))
    facing = np.clip(across, 0, None) * energy
    hidden = np.clip((horizon[:, direction] - low) / BAND, 0, 1)
    whole = irradiation(faces.slope[surface], faces.azimuth[surface])
    beam = np.minimum(facing.sum(axis=1), whole)
    sky = 1 - (np.sin(np.radians(horizon)) ** 2).mean(axis=1)
    left = beam - np.minimum((facing * hidden).sum(axis=1), beam) + (whole - beam) * sky
    return np.asarray(left / whole)


@cache
def _beam() -> tuple[Floats, Floats, Ints, Floats]:
    """Bands of the sky in which the sun comes.

    Light of each ``(B,)`` [kWh/m2], the unit vector ``(B, 3)`` to its middle, its direction ``(B,)``, and its
    lower edge ``(B,)`` [degrees].
    """
    table = table_of("beam.csv")
    direction, band = (i.astype(np.int64) for i in np.nonzero(table))
    azimuth, altitude = np.radians(DIRECTIONS[direction]), np.radians((band + 0.5) * BAND)
    flat = np.cos(altitude)
    sun = np.column_stack((flat * np.sin(azimuth), flat * np.cos(azimuth), np.sin(altitude)))
    return table[direction, band], sun, direction, np.asarray(band * BAND, dtype=np.float64)
