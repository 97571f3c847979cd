"""The shell of a building by orientation: facades, roofs, party walls."""

from __future__ import annotations

import numpy as np

from twin.derived.faces import WINDS, Faces
from twin.derived.party import Shared
from twin.geometry.columns import Bools, Floats, Ints

SLOPES = {"flauw": (0.0, 25.0), "matig": (25.0, 45.0), "steil": (45.0, 90.0)}
"""Classes of sloping roofs: above the first, up to the second [degrees]."""


def envelope(faces: Faces, shared: Shared, building: Ints, buildings: int) -> dict[str, Floats]:
    """Areas per building ``(B,)`` [m2], under the names of the attribute catalogue.

    Parameters
    ----------
    faces : Faces
        Of the solids.
    shared : Shared
        Of the same solids.
    building : (O,) int64
        Building of each solid.
    buildings : int

    Returns
    -------
    dict
        A building without a solid has NaN throughout.
    """
    owner = building[faces.object]
    has = np.bincount(owner, minlength=buildings) > 0

    def total(values: Floats, chosen: Bools) -> Floats:
        found = np.bincount(owner[chosen], weights=values[chosen], minlength=buildings)
        return np.where(has, found, np.nan)

    free = np.maximum(faces.area - shared.others - shared.own, 0.0)
    party, facade = total(shared.others, faces.wall), total(free, faces.wall)
    walls = party + facade
    sloped = faces.roof & ~faces.flat
    table = {
        "opp_gevel": facade,
        "opp_scheidingsmuur": party,
        "aandeel_scheidingsmuur": np.divide(party, walls, out=np.full(buildings, np.nan), where=walls > 0),
    }
    for number, wind in enumerate(WINDS):
        table[f"opp_gevel_{wind}"] = total(free, faces.wall & (faces.wind == number))
    for number, wind in enumerate(WINDS):
        table[f"opp_dak_{wind}"] = total(faces.area, sloped & (faces.wind == number))
    for name, (above, most) in SLOPES.items():
        chosen = sloped & (faces.slope > above) & (faces.slope <= most)
        table[f"opp_dak_{name}"] = total(faces.area, chosen)
    return table
