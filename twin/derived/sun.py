"""Sun on roofs: a year's irradiation by slope and orientation, from a table made beforehand.

The tables are those of ``python -m twin.derived.make_irradiation``, see there for their model. What buildings
take away of an open horizon is found by :mod:`twin.derived.rooflight`; trees are left out of account.
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
    """Irradiation of surfaces ``(N,)`` in a year [kWh/m2] under an open horizon, interpolated in the table.

    Parameters
    ----------
    slope : (N,) float64 [degrees]
        Up to 90; what hangs over counts as a wall.
    azimuth : (N,) float64 [degrees]
        Clockwise from the north.
    """
    table = table_of("irradiation.csv")
    row = np.clip(slope, 0.0, 90.0) / _SLOPE
    column = (azimuth % 360) / _AZIMUTH
    i = np.minimum(row.astype(np.int64), len(table) - 2)
    j = column.astype(np.int64) % table.shape[1]
    k = (j + 1) % table.shape[1]
    up, along = row - i, column - np.floor(column)
    low = table[i, j] * (1 - along) + table[i, k] * along
    high = table[i + 1, j] * (1 - along) + table[i + 1, k] * along
    return np.asarray(low * (1 - up) + high * up)


def sun(faces: Faces, light: Floats, building: Ints, buildings: int) -> dict[str, Floats]:
    """Sun on the roofs of buildings, each ``(B,)``.

    Parameters
    ----------
    faces : Faces
        Of the solids.
    light : (S,) float64 [kWh/m2]
        Irradiation of each surface in a year, from :func:`twin.derived.rooflight.roof_light`.
    building : (O,) int64
        Building of each solid.
    buildings : int

    Returns
    -------
    dict of (B,) float64
        ``zoninstraling`` [kWh], ``opp_dak_zon`` [m2] and ``zonnestroom`` [kWh], per year, and
        ``zon_beschaduwing``, the share of an open horizon that is lost; NaN without a solid.
    """
    owner = building[faces.object]
    has = np.bincount(owner, minlength=buildings) > 0
    best = table_of("irradiation.csv").max()
    good = faces.roof & (faces.area >= SMALLEST) & (light >= ENOUGH * best)
    panels = COVERED * faces.area[good]
    sums = {
        "zoninstraling": (owner[faces.roof], (light * faces.area)[faces.roof]),
        "opp_dak_zon": (owner[good], faces.area[good]),
        "zonnestroom": (owner[good], light[good] * panels * EFFICIENCY * PERFORMANCE),
    }
    table = {
        name: np.where(has, np.bincount(of, weights=values, minlength=buildings), np.nan)
        for name, (of, values) in sums.items()
    }
    open_sky = irradiation(faces.slope[faces.roof], faces.azimuth[faces.roof]) * faces.area[faces.roof]
    whole = np.bincount(owner[faces.roof], weights=open_sky, minlength=buildings)
    with np.errstate(divide="ignore", invalid="ignore"):
        table["zon_beschaduwing"] = np.where(whole > 0, 1 - table["zoninstraling"] / whole, np.nan)
    return table


@cache
def table_of(name: str) -> Floats:
    """One of the two tables [kWh/m2].

    ``irradiation.csv``: by slope (rows, from 0 to 90) and azimuth (columns, from 0 below 360).
    ``beam.csv``: by azimuth (rows) and altitude of the sun (columns).
    """
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    lines = [line.split(",")[1:] for line in text.splitlines()[1:]]
    return np.array(lines, dtype=np.float64)
