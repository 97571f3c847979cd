"""Make ``irradiation.csv``: ``python -m twin.derived.make_irradiation``; needs pvlib, of the extra ``dev``.

Model: every hour of a year in De Bilt is for a part clear and for the rest overcast. Clear by Ineichen and
Perez (2002), with the Linke turbidity of pvlib's climatology, turned to the plane by Hay and Davies (1980)
with an albedo of 0.2. Clear are 40% of the hours: the sun shines some 1 750 of the 4 480 hours of daylight
(KNMI, normals 1991-2020). Overcast light comes from the whole sky alike (Liu and Jordan 1963), and is as
much as it takes to make 1 000 kWh/m2 a year on the horizontal plane, the round figure that Dutch practice
reckons with: about four tenths of that under a clear sky. Good for a year, not for a day; the ratio between
planes is what counts here.
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


def make() -> Floats:
    """Irradiation [kWh/m2] by slope (rows) and azimuth (columns)."""
    import pvlib

    place = pvlib.location.Location(LATITUDE, LONGITUDE, "UTC", altitude=2)
    # The middle of every hour.
    hours = pd.date_range("2023-01-01 00:30", "2023-12-31 23:30", freq="h", tz="UTC")
    sun = place.get_solarposition(hours)
    clear = place.get_clearsky(hours, model="ineichen", solar_position=sun)
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


if __name__ == "__main__":
    lines = [",".join(["slope", *map(str, AZIMUTHS)])]
    lines += [",".join([str(s), *map(str, row)]) for s, row in zip(SLOPES, make().tolist(), strict=True)]
    (Path(__file__).parent / "irradiation.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
