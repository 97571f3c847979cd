"""What stands in the way of what is new."""

from __future__ import annotations

import shapely

from twin.geometry.columns import Bools
from twin.scenario.objects import Objects, heights
from twin.scenario.town import Town

OVERLAP = 1.0  # m2 from which an overlap is told


def overlaps(town: Town, objects: Objects, replaced: Bools) -> dict[str, str]:
    """What each object overlaps by more than a square metre: a standing pand, or another object."""
    found: dict[str, str] = {}
    if not len(objects):
        return found
    panden = town.panden
    mine, other = panden.tree.query(objects.outline, predicate="intersects")
    stays = ~replaced[other] & panden.standing[other]
    mine, other = mine[stays], other[stays]
    shared = shapely.area(shapely.intersection(objects.outline[mine], panden.outline[other]))
    for i, row, area in zip(mine.tolist(), other.tolist(), shared.tolist(), strict=True):
        if area > OVERLAP:
            found.setdefault(str(objects.edit[i]), f"pand {panden.ids[row]} ({area:.0f} m²)")
    first, second = shapely.STRtree(objects.outline).query(objects.outline, predicate="intersects")
    low, high = heights(objects.shells, objects.owner, len(objects))
    # of two that stand one on top of the other the plans overlap, and nothing else
    pairs = (first < second) & (low[first] < high[second] - 0.01) & (low[second] < high[first] - 0.01)
    first, second = first[pairs], second[pairs]
    shared = shapely.area(shapely.intersection(objects.outline[first], objects.outline[second]))
    for i, j, area in zip(first.tolist(), second.tolist(), shared.tolist(), strict=True):
        if area > OVERLAP:
            name = str(objects.label[i]) or str(objects.edit[i])
            found.setdefault(str(objects.edit[j]), f"“{name}” ({area:.0f} m²)")
    return found
