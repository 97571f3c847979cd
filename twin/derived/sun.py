"""Sun on roofs: a year's irradiation by slope and orientation, from a table made beforehand.

The table is that of ``python -m twin.derived.make_irradiation``, see there for its model. What stands in the
way of the sun (trees, neighbours, dormers) is left out of account, so these are figures of an open horizon.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from twin.derived.faces import Faces
from twin.geometry.columns import Floats, Ints

EFFICIENCY = 0.20  # of a common module
PERFORMANCE = 0.85  # of an installation: heat, dirt, cables, inverter
ENOUGH = 0.70  # of the best orientation: east and west count, most of the north does not
SMALLEST = 6.0  # m2 of a roof face: three panels
COVERED = 0.75  # of a face that panels can cover, beside edges, windows and chimneys
_SLOPE, _AZIMUTH = 10.0, 15.0  # degrees between the rows and columns of the table


def irradiation(slope: Floats, azimuth: Floats) -> Floats:
    """Irradiation of surfaces ``(N,)`` in a year [kWh/m2], interpolated in the table.

    Parameters
    ----------
    slope : (N,) float64 [degrees]
        Up to 90; what hangs over counts as a wall.
    azimuth : (N,) float64 [degrees]
        Clockwise from the north.
    """
    table = _table()
    row = np.clip(slope, 0.0, 90.0) / _SLOPE
    column = (azimuth % 360) / _AZIMUTH
    i = np.minimum(row.astype(np.int64), len(table) - 2)
    j = column.astype(np.int64) % table.shape[1]
    k = (j + 1) % table.shape[1]
    up, along = row - i, column - np.floor(column)
    low = table[i, j] * (1 - along) + table[i, k] * along
    high = table[i + 1, j] * (1 - along) + table[i + 1, k] * along
    return np.asarray(low * (1 - up) + high * up)


def sun(faces: Faces, building: Ints, buildings: int) -> tuple[dict[str, Floats], Floats]:
    """Sun on the roofs of buildings ``(B,)``, and on each surface.

    Parameters
    ----------
    faces : Faces
        Of the solids.
    building : (O,) int64
        Building of each solid.
    buildings : int

    Returns
    -------
    table : dict of (B,) float64
        ``zoninstraling`` [kWh], ``opp_dak_zon`` [m2] and ``zonnestroom`` [kWh], per year;
        NaN without a solid.
    surface : (S,) float64 [kWh/m2]
        NaN for what is no roof.
    """
    owner = building[faces.object]
    has = np.bincount(owner, minlength=buildings) > 0
    surface = np.full(len(faces.area), np.nan)
    surface[faces.roof] = irradiation(faces.slope[faces.roof], faces.azimuth[faces.roof])
    good = faces.roof & (faces.area >= SMALLEST) & (surface >= ENOUGH * _table().max())
    panels = COVERED * faces.area[good]
    sums = {
        "zoninstraling": (owner[faces.roof], (surface * faces.area)[faces.roof]),
        "opp_dak_zon": (owner[good], faces.area[good]),
        "zonnestroom": (owner[good], surface[good] * panels * EFFICIENCY * PERFORMANCE),
    }
    table = {
        name: np.where(has, np.bincount(of, weights=values, minlength=buildings), np.nan)
        for name, (of, values) in sums.items()
    }
    return table, surface


@cache
def _table() -> Floats:
    """Irradiation [kWh/m2] by slope (rows, from 0 to 90) and azimuth (columns, from 0 below 360)."""
    text = files(__package__).joinpath("irradiation.csv").read_text(encoding="utf-8")
    lines = [line.split(",")[1:] for line in text.splitlines()[1:]]
    return np.array(lines, dtype=np.float64)
