"""Mouths of tunnels: where a road comes out, the ground over it stands upright, with an opening in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from twin.geometry.columns import Bools, Floats, Footprints, Ints, Semantic, Shells
from twin.geometry.footprints import polygons_of, select_parts
from twin.geometry.ragged import rows_of
from twin.ground.edges import Borders
from twin.ground.terrain import Terrain
from twin.ground.underground import HEADROOM, ROOF

LOWEST = 2.0
"""Height [m] of an opening below which none is made: who may walk there could not stand."""
BEHIND = 3.0
"""Distance [m] behind a mouth at which the ground is that over the tunnel: cells at the mouth itself hold
points of the road as well."""
ASIDE = 0.10
"""Distance [m] of an opening from the ends of its mouth, where the surfaces beside it meet the road."""
LEAN = 0.02
"""Distance [m] of a lintel behind the mouth, and of the upper edge behind the lintel: a place has one
height."""


@dataclass(frozen=True, slots=True)
class Portals:
    """Openings of some mouths.

    Attributes
    ----------
    foot : (M, 2) int64
        Ends of each mouth, vertices of the borders, the ground over the tunnel to the left.
    xyz : (M, 4, 3) float64 [m, RD+NAP]
        Left and right end of the lintel, then those of the upper edge, on whole millimetres.
    part : (M,) int64
        Part of the ground over the tunnel.
    """

    foot: Ints
    xyz: Floats
    part: Ints

    def edges(self, first: int) -> tuple[Ints, Ints, Ints]:
        """Lintels and upper edges both ways, and their parts, if the vertices are numbered from ``first``."""
        left = first + (4 * np.arange(len(self.part))[:, None] + (0, 2)).ravel()
        start, end = np.concatenate((left, left + 1)), np.concatenate((left + 1, left))
        return start, end, np.tile(np.repeat(self.part, 2), 2)

    def openings(self, triangles: Ints, first: int) -> Bools:
        """Which triangles ``(T, 3)`` are between a mouth and its lintel."""
        found = np.zeros(len(triangles), dtype=bool)
        for number, foot in enumerate(self.foot):
            own = np.append(foot, first + 4 * number + np.arange(2))
            found |= np.isin(triangles, own).all(axis=1)
        return found


def portals(lines: Borders, outline: Footprints, opens: Bools, terrain: Terrain) -> Portals:
    """Openings in the ground where it lies over a tunnel.

    A mouth is an edge at the height of the road outside (:attr:`Borders.mouth`), with the ground over the
    tunnel on one side of it. There the ground rises at once, within a few centimetres, to its own height.

    Parameters
    ----------
    lines : Borders
    outline : Footprints
        Parts of level 0.
    opens : (P,) bool
        Those that may have openings.
    terrain : Terrain
    """
    edge = np.flatnonzero(lines.mouth & opens[lines.part])
    foot = np.column_stack((lines.start[edge], lines.end[edge]))
    a, b = lines.xy[foot[:, 0]], lines.xy[foot[:, 1]]
    length = np.hypot(*(b - a).T)
    along = (b - a) / np.maximum(length, 1e-9)[:, None]
    left = np.column_stack((-along[:, 1], along[:, 0]))
    sides = np.stack((a + ASIDE * along, b - ASIDE * along), axis=1)
    floor = lines.land[foot]
    upper = np.round(terrain.sample((sides + BEHIND * left[:, None]).reshape(-1, 2)), 3).reshape(-1, 2)
    height = np.minimum(HEADROOM, upper - floor - ROOF)
    with np.errstate(invalid="ignore"):
        made = (length > LOWEST) & (height >= LOWEST).all(axis=1)
    lintel = np.dstack((sides + LEAN * left[:, None], floor + height))
    top = np.dstack((sides + 2 * LEAN * left[:, None], upper))
    xyz = np.round(np.concatenate((lintel, top), axis=1), 3)
    # In a corner that is too sharp they would lie in a neighbour.
    for row in np.flatnonzero(made).tolist():
        (part,) = polygons_of(select_parts(outline, lines.part[edge[row : row + 1]]))
        made[row] = shapely.contains_xy(part, xyz[row, :, :2]).all()
    return Portals(foot[made], xyz[made], lines.part[edge[made]])


def opened(solids: Shells, mouths: Floats) -> Shells:
    """Solids of tunnels of which walls on ``mouths (M, 2, 2)`` [m, RD] are no walls but openings.

    They stay closed: a :attr:`Semantic.CLOSURE` is a face where there is nothing (CityGML 3.0, its
    ClosureSurface, of which the entrance of a tunnel is the example).
    """
    wall = np.flatnonzero(solids.semantics == Semantic.OUTER_WALL)
    first = solids.ring_offsets[solids.surface_offsets[wall]]
    foot = solids.xyz[solids.ring_vertices[first[:, None] + (0, 1)], :2]
    semantics = solids.semantics.copy()
    semantics[wall[np.isin(_keys(foot), _keys(mouths))]] = Semantic.CLOSURE
    return Shells(
        solids.xyz,
        solids.ring_vertices,
        solids.ring_offsets,
        solids.surface_offsets,
        solids.object_offsets,
        semantics,
    )


def is_open(solids: Shells) -> Bools:
    """Which solids ``(O,)`` have an opening."""
    closure = solids.semantics == Semantic.CLOSURE
    found: Bools = np.bincount(rows_of(solids.object_offsets)[closure], minlength=len(solids)) > 0
    return found


def _keys(edges: Floats) -> Ints:
    """A number for each edge ``(M, 2, 2)``, whichever way it goes."""
    middle = np.rint(edges.sum(axis=1) * 1000).astype(np.int64)
    keys: Ints = (middle[:, 0] << 32) + middle[:, 1]
    return keys
