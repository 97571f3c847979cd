"""Floor area, and the dwellings that it holds."""

from __future__ import annotations

import numpy as np

from twin.scenario.town import Town

GROSS = 1.25
"""Gross floor area (BVO) by usable floor area (NEN 2580): 0.8 of what is built is usable."""
DWELLING = 80.0  # m2 of usable floor per dwelling, where the neighbourhood has none to tell


def usable_per_dwelling(town: Town) -> float:
    """Mean gebruiksoppervlakte of the dwellings around [m2], of panden that hold nothing else."""
    homes = (town.panden.gebruiksdoel == "woonfunctie") & (town.panden.dwellings > 0)
    count = float(town.panden.dwellings[homes].sum())
    return float(town.panden.usable[homes].sum()) / count if count >= 10 else DWELLING


def homes_in(gebruiksdoel: str, gross: float, per_dwelling: float) -> float:
    """Whole dwellings that fit in a gross floor area [m2] of this use."""
    return float(np.floor(gross / GROSS / per_dwelling)) if gebruiksdoel == "woonfunctie" else 0.0
