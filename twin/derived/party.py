"""Walls that buildings share: how much of each wall stands against another building, or another part.

Two walls stand against each other where they look at one another, lie in one plane to within a few
centimetres, and overlap in it. The overlap is measured in the plane of the wall.

Source: the method of Labetski, Vitalis, Biljecki, Arroyo Ohori and Stoter, 3D building metrics for urban
morphology (IJGIS 2022), by pairs of walls instead of clusters of planes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from twin.geometry.columns import Floats, Ints, Semantic, Shells
from twin.geometry.ragged import expand, rows_of, sums

GAP = 0.15
"""How far apart the two faces of one wall may be [m]: outlines of neighbours differ by centimetres."""
PARALLEL = np.cos(np.radians(4.0))
_LEAST = 0.01  # m2: less is a corner, not a wall


@dataclass(frozen=True, slots=True)
class Shared:
    """Per surface of the shells ``(S,)`` [m2].

    Attributes
    ----------
    others : float64
        Of a wall the area against another building.
    own : float64
        Of a wall the area against another part of the same building.
    """

    others: Floats
    own: Floats


def shared_walls(shells: Shells, building: Ints) -> Shared:
    """How much of each wall stands against other walls.

    Parameters
    ----------
    shells : Shells
        Solids of everything that stands near each other.
    building : (O,) int64
        Building of each solid; several solids of one are its parts.
    """
    walls = _Walls.of(shells)
    result = np.zeros((2, len(shells.semantics)))
    first, second = walls.facing(rows_of(shells.object_offsets))
    if not len(first):
        return Shared(*result)
    area = walls.overlap(first, second)
    # In an order that does not depend on what else stands around, so that sums are equal to the last bit.
    order = np.lexsort((area, first))
    first, second, area = first[order], second[order], area[order]
    owner = building[rows_of(shells.object_offsets)]
    own = owner[walls.surface[first]] == owner[walls.surface[second]]
    for row, chosen in enumerate((~own, own)):
        total = sums(first[chosen], area[chosen], len(walls.surface))
        result[row, walls.surface] = np.minimum(total, walls.area)
    return Shared(*result)


@dataclass(frozen=True, slots=True)
class _Walls:
    """Wall surfaces ``(W,)`` with their outer rings.

    Attributes
    ----------
    surface : (W,) int64
    ring_first, ring_size : (W,) int64
        Where the vertices of the outer ring stand in ``xyz``.
    xyz : (K, 3) float64 [m]
    normal : (W, 2) float64
        Outward, of length one.
    area : (W,) float64 [m2]
        Of the outer ring.
    """

    surface: Ints
    ring_first: Ints
    ring_size: Ints
    xyz: Floats
    normal: Floats
    area: Floats

    @classmethod
    def of(cls, shells: Shells) -> _Walls:
        kinds = (Semantic.OUTER_WALL, Semantic.INNER_WALL)
        surface = np.flatnonzero(np.isin(shells.semantics, kinds))
        ring = shells.surface_offsets[surface]
        first, size = shells.ring_offsets[ring], np.diff(shells.ring_offsets)[ring]
        row, place = expand(first, size)
        xyz = shells.xyz[shells.ring_vertices[place]]
        start = np.cumsum(size) - size
        # Newell's normal of a vertical ring: its horizontal part, twice as long as the area.
        step = np.arange(len(row)) + 1
        last = start + size - 1
        step[last] = start
        here = xyz - xyz[start][row]
        there = xyz[step] - xyz[start][row]
        x = sums(row, here[:, 1] * there[:, 2] - here[:, 2] * there[:, 1], len(surface))
        y = sums(row, here[:, 2] * there[:, 0] - here[:, 0] * there[:, 2], len(surface))
        length = np.hypot(x, y)
        normal = np.column_stack((x, y)) / np.maximum(length, 1e-12)[:, None]
        return cls(surface, start, size, xyz, normal, length / 2)

    def facing(self, owner: Ints) -> tuple[Ints, Ints]:
        """Pairs of walls of different objects that may stand against each other, both ways round."""
        if not len(self.surface):
            nothing = np.empty(0, dtype=np.int64)
            return nothing, nothing
        along = np.column_stack((-self.normal[:, 1], self.normal[:, 0]))
        row = np.repeat(np.arange(len(self.surface)), self.ring_size)
        origin = self.xyz[self.ring_first]
        s = ((self.xyz - origin[row])[:, :2] * along[row]).sum(axis=1)
        ends = np.stack([origin[:, :2] + f.reduceat(s, self.ring_first)[:, None] * along
                         for f in (np.minimum, np.maximum)], axis=1)  # fmt: skip
        lines: Any = shapely.linestrings(ends)
        first, second = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=GAP)
        against = (self.normal[first] * self.normal[second]).sum(axis=1) < -PARALLEL
        offset = ((origin[second] - origin[first])[:, :2] * self.normal[first]).sum(axis=1)
        other = owner[self.surface[first]] != owner[self.surface[second]]
        # Of a wall that is not quite parallel, the ends may be farther off than the middle.
        chosen = against & other & (np.abs(offset) <= 2 * GAP)
        return first[chosen], second[chosen]

    def overlap(self, first: Ints, second: Ints) -> Floats:
        """Area [m2] in which each second wall overlaps the first, in the plane of the first."""
        along = np.column_stack((-self.normal[first, 1], self.normal[first, 0]))
        origin = self.xyz[self.ring_first[first]]
        a, b = (self._drawn(walls, along, origin) for walls in (first, second))
        found: Floats = shapely.area(shapely.intersection(a, b))
        return np.where(found >= _LEAST, found, 0.0)

    def _drawn(self, walls: Ints, along: Floats, origin: Floats) -> npt.NDArray[Any]:
        """Outer rings of walls as polygons in the planes that ``along (N, 2)`` and ``origin (N, 3)`` give."""
        row, place = expand(self.ring_first[walls], self.ring_size[walls])
        local = self.xyz[place] - origin[row]
        flat = np.column_stack(((local[:, :2] * along[row]).sum(axis=1), local[:, 2]))
        polygons: Any = shapely.polygons(shapely.linearrings(flat, indices=row))
        wrong = ~shapely.is_valid(polygons)
        polygons[wrong] = shapely.make_valid(polygons[wrong])
        return np.asarray(polygons, dtype=object)
