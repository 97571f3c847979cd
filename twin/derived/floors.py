"""How many floors a building probably has, and how much floor that makes.

A floor takes its clear height and its thickness. The least clear height of a dwelling is 2.4 m by the rules
before 2003 and 2.6 m by those since (Bouwbesluit 2003 and 2012, article 4.3; Besluit bouwwerken leefomgeving,
article 4.164); with 0.25 and 0.30 m of floor that makes 2.65 and 2.9 m. Of other buildings no rule says much:
3.5 m is assumed. An estimate: counted floors are in no register.
"""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints

OLD, NEW, OTHER = 2.65, 2.9, 3.5  # m from floor to floor
SINCE = 2003  # first year of the rule with 2.6 m


def floors(height: Floats, volume: Floats, year: Ints, dwelling: Bools) -> tuple[Floats, Floats]:
    """Floors and floor area of buildings, each ``(B,)``; NaN where the height is unknown.

    Parameters
    ----------
    height : (B,) float64 [m]
        Of 70% of the roof above the ground: below it a floor can be used, in the tip of a roof it can't.
    volume : (B,) float64 [m3]
    year : (B,) int64
        Of construction; 0 where unknown.
    dwelling : (B,) bool
        Whether it is lived in, or nobody knows.

    Returns
    -------
    number : (B,) float64
        At least one.
    area : (B,) float64 [m2]
        Volume by the height of a floor, so that a half floor under the roof counts for a half.
    """
    each = np.where(dwelling, np.where(year >= SINCE, NEW, OLD), OTHER)
    # Half a floor up is a floor.
    number = np.maximum(np.floor(height / each + 0.5), 1.0)
    return number, volume / each
