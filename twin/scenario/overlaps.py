"""What stands in the way of what is new."""

from __future__ import annotations

import shapely

from twin.geometry.columns import Bools
from twin.geometry.ragged import rows_of
from twin.geometry.select import ring_vertex_surfaces
from twin.scenario.objects import Objects
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
    pairs = first < second
    first, second = first[pairs], second[pairs]
    shared = shapely.area(shapely.intersection(objects.outline[first], objects.outline[second]))
    for i, j, area in zip(first.tolist(), second.tolist(), shared.tolist(), strict=True):
        if area > OVERLAP and not _above(objects, i, j):
            name = str(objects.label[i]) or str(objects.edit[i])
            found.setdefault(str(objects.edit[j]), f"“{name}” ({area:.0f} m²)")
    return found


def _above(objects: Objects, i: int, j: int) -> bool:
    """Whether one of two objects stands on top of the other."""
    surface = rows_of(objects.shells.object_offsets)[ring_vertex_surfaces(objects.shells)]
    z, row = objects.shells.xyz[objects.shells.ring_vertices, 2], objects.owner[surface]
    one, two = z[row == i], z[row == j]
    return bool(one.min() >= two.max() - 0.01 or two.min() >= one.max() - 0.01)
