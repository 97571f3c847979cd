"""Heights that can't be: water, ground and tunnels that lie deeper than anything in the Netherlands does."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.spatial import cKDTree

from twin.check.rings import Rings
from twin.geometry.columns import Floats, Ints
from twin.ground.underground import HEADROOM, ROOF

BELOW_BANK = 15.0
"""Depth [m] of a water below half of its bank: the lock with the largest fall in the country, at Maasbracht,
has 11.85 m."""
STEP = 20.0
"""Height [m] that an edge of the ground may rise more than it is long. Dunes and spoil heaps lie at 45
degrees or less, and no wall of a quarry or a dock holds the ground up higher."""
DEEPEST = ROOF + HEADROOM
"""Depth [m] per level that is assumed of what nobody measured: no road needs more."""
UNEVEN = 10.0
"""What the ground over a tunnel or a culvert may differ [m] from the nearest corner of it: a dike or a
viaduct's ramp; and so how far it may lie above that."""
AROUND = 50.0  # [m] within which the ground must be, to compare with


def deep_waters(rings: Rings) -> Iterator[tuple[int, str]]:
    """Objects whose banks rise too far above their water, and by how much."""
    xyz, owner, bank = rings.corners_of()
    size = int(owner.max(initial=-1)) + 1
    level = np.full(size, np.iinfo(np.int64).min)
    np.maximum.at(level, owner[~bank], xyz[~bank, 2])
    above = xyz[bank, 2] - level[owner[bank]]
    # The upper corners: those of a bank on the water itself tell nothing.
    top = (above > 0) & (level[owner[bank]] > np.iinfo(np.int64).min)
    row, above = owner[bank][top], above[top] / 1000
    for one in np.unique(row[above > BELOW_BANK]).tolist():
        if (depth := float(np.median(above[row == one]))) > BELOW_BANK:
            yield one, f"lies {depth:.1f} m below its banks, more than {BELOW_BANK:g}"


def steep_grounds(rings: Rings) -> Iterator[tuple[int, str]]:
    """Objects with an edge that rises too far, banks left out."""
    ends, owner, bank = rings.edges()
    run = np.hypot(*(ends[:, 3:5] - ends[:, :2]).T / 1000)
    rise = np.abs(ends[:, 5] - ends[:, 2]) / 1000
    wrong = np.flatnonzero((rise > STEP + run) & ~bank)
    for one in np.unique(owner[wrong]).tolist():
        edge = wrong[owner[wrong] == one][0]
        x, y, _ = (ends[edge, :3] / 1000).tolist()
        yield one, f"rises {rise[edge]:.1f} m over {run[edge]:.1f} m at {x:.3f}, {y:.3f}"


def far_below(rings: Rings, deep: list[tuple[int, int, Ints]]) -> Iterator[tuple[int, str]]:
    """What lies on a level below the ground and is further from it than that level can be.

    ``deep`` are rows of objects, their level, below 0, and their corners ``(V, 3)`` [mm].
    """
    xyz, _, bank = rings.corners_of()
    if not deep or bank.all():
        return
    ground: Floats = xyz[~bank] / 1000
    tree = cKDTree(ground[:, :2])
    for row, level, corners in deep:
        place = corners / 1000
        away, nearest = tree.query(place[:, :2], distance_upper_bound=AROUND)
        seen = np.isfinite(away)
        depth = ground[nearest[seen], 2] - place[seen, 2]
        deepest, highest = depth.max(initial=0.0), -depth.min(initial=0.0)
        if deepest > -level * DEEPEST + UNEVEN:
            yield row, f"lies {deepest:.1f} m below the ground, on level {level}"
        elif highest > UNEVEN:
            yield row, f"lies {highest:.1f} m above the ground, on level {level}"
