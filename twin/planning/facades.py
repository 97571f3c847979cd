"""Sun hours of a variant, facade by facade, with the wall that each is to be drawn on."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.geometry.ragged import rows_of
from twin.planning.models import frame_of
from twin.planning.surroundings import Planner
from twin.scenario.daylight import Daylight
from twin.scenario.town import Town


def facades(light: Daylight, town: Town, planner: Planner) -> list[dict[str, Any]]:
    """Each facade with its pand, its hours and the outer ring of its wall.

    Parameters
    ----------
    light : Daylight
        Of a variant on this town.
    town : Town
    planner : Planner
        Of the twin that the town was read from.

    Returns
    -------
    list of dict
        ``pand``; ``m2``; ``light`` and ``strict``, possible sun hours ``[before, after]`` on 19 February and
        21 January; ``ring``, corners [m] in the frame of the tileset of panden, on the millimetre.

    Raises
    ------
    StoreError
        When the twin has no tileset of panden.
    """
    shells = town.shells
    outer = shells.surface_offsets[light.surface]
    first, size = shells.ring_offsets[outer], np.diff(shells.ring_offsets)[outer]
    offsets = np.concatenate(([0], np.cumsum(size)))
    corner = first[rows_of(offsets)] + np.arange(offsets[-1]) - offsets[rows_of(offsets)]
    xyz = shells.xyz[shells.ring_vertices[corner]]
    local = frame_of(planner).to_local(planner.rdnap.to_ecef(xyz)) if len(xyz) else xyz
    rings = np.split(np.round(local, 3), offsets[1:-1])
    columns = zip(light.pand.tolist(), light.area.tolist(), light.light, light.strict, rings, strict=True)
    return [
        {
            "pand": str(town.panden.ids[pand]),
            "m2": round(m2, 1),
            "light": np.round(by_light, 2).tolist(),
            "strict": np.round(by_strict, 2).tolist(),
            "ring": ring.tolist(),
        }
        for pand, m2, by_light, by_strict, ring in columns
    ]
