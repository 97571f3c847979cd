"""Make ``irradiation.csv`` and ``beam.csv``: ``python -m twin.derived.make_irradiation``; needs pvlib.

Model: every hour of a year in De Bilt is for a part clear and for the rest overcast. Clear by Ineichen and
Perez (2002), with the Linke turbidity of pvlib's climatology, turned to the plane by Hay and Davies (1980)
with an albedo of 0.2. Clear are 40% of the hours: the sun shines some 1 750 of the 4 480 hours of daylight
(KNMI, normals 1991-2020). Overcast light comes from the whole sky alike (Liu and Jordan 1963), and is as
much as it takes to make 1 000 kWh/m2 a year on the horizontal plane, the round figure that Dutch practice
reckons with: about four tenths of that under a clear sky. Good for a year, not for a day; the ratio between
planes is what counts here.

``irradiation.csv`` is by slope and azimuth of a plane. ``beam.csv`` is the part that comes straight from the
sun, on a plane across it, by where the sun stands then: what a building that stands there takes away.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from twin.geometry.columns import Floats

LATITUDE, LONGITUDE = 52.10, 5.18  # De Bilt
HORIZONTAL = 1000.0  # kWh/m2 a year
CLEAR = 0.4  # of the hours of daylight
ALBEDO = 0.2
SLOPES, AZIMUTHS = range(0, 91, 10), range(0, 360, 15)
ALTITUDES = range(0, 65, 5)  # lower ends of the bands in which the sun may stand; here it never comes higher


def make() -> Floats:
    """Irradiation [kWh/m2] by slope (rows) and azimuth (columns)."""
    import pvlib

    # The middle of every hour.
    hours = pd.date_range("2023-01-01 00:30", "2023-12-31 23:30", freq="h", tz="UTC")
    sun, clear = _clear(hours)
    extra = pvlib.irradiance.get_extra_radiation(hours)
    year = clear["ghi"].sum() / 1000
    overcast = HORIZONTAL - CLEAR * year  # kWh/m2, all of it diffuse
    table = np.empty((len(SLOPES), len(AZIMUTHS)))
    for i, slope in enumerate(SLOPES):
        sky = (1 + np.cos(np.radians(slope))) / 2 + ALBEDO * (1 - np.cos(np.radians(slope))) / 2
        for j, azimuth in enumerate(AZIMUTHS):
            total = pvlib.irradiance.get_total_irradiance(
                slope, azimuth, sun["apparent_zenith"], sun["azimuth"], clear["dni"], clear["ghi"],
                clear["dhi"], dni_extra=extra, model="haydavies", albedo=ALBEDO,
            )  # fmt: skip
            bright = np.nan_to_num(total["poa_global"]).sum() / 1000
            table[i, j] = CLEAR * bright + overcast * sky
    return table.round(1)


def make_beam() -> Floats:
    """Light straight from the sun [kWh/m2] on a plane across it, by azimuth (rows) and altitude (columns)."""
    # So fine that no band of the sky is passed over.
    minutes = pd.date_range("2023-01-01 00:05", "2023-12-31 23:55", freq="10min", tz="UTC")
    sun, clear = _clear(minutes)
    step = AZIMUTHS.step
    row = np.floor((sun["azimuth"].to_numpy() + step / 2) / step).astype(np.int64) % len(AZIMUTHS)
    column = np.floor(sun["apparent_elevation"].to_numpy() / ALTITUDES.step).astype(np.int64)
    up = column >= 0
    table = np.zeros((len(AZIMUTHS), len(ALTITUDES)))
    np.add.at(table, (row[up], column[up]), CLEAR * clear["dni"].to_numpy()[up] / 6 / 1000)
    return table.round(2)


def _clear(moments: pd.DatetimeIndex) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Where the sun stands, and its light under a clear sky [W/m2]."""
    import pvlib

    place = pvlib.location.Location(LATITUDE, LONGITUDE, "UTC", altitude=2)
    sun = place.get_solarposition(moments)
    return sun, place.get_clearsky(moments, model="ineichen", solar_position=sun)


def _write(name: str, corner: str, columns: range, rows: range, table: Floats) -> None:
    lines = [",".join([corner, *map(str, columns)])]
    lines += [",".join([str(r), *map(str, values)]) for r, values in zip(rows, table.tolist(), strict=True)]
    (Path(__file__).parent / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write("irradiation.csv", "slope", AZIMUTHS, SLOPES, make())
    _write("beam.csv", "azimuth", ALTITUDES, AZIMUTHS, make_beam())
