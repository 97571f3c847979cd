"""How deep tunnels, culverts and the roads in them lie: nobody measured it, so it is assumed, and told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from twin.geometry.columns import Floats, Ints
from twin.geometry.components import components
from twin.geometry.ragged import expand, ring_successor
from twin.ground.blocks import squares_near
from twin.ground.coverage import Cells, neighbours
from twin.ground.terrain import Terrain

ROOF = 1.0
"""Height [m] of the roof of a tunnel and what lies on it."""
HEADROOM, PATH_HEADROOM = 4.6, 2.5
"""Free height [m] over a carriageway, and over paths for walkers and cyclists (Handboek Wegontwerp; ASVV)."""
PATHS = ("voetpad", "voetpad op trap", "fietspad", "voetgangersgebied", "ruiterpad")
"""Functions of a wegdeel that need the lower headroom."""
PIPE = 1.0
"""Depth [m] of lines, points and water of which nothing else tells how deep they lie."""
STEEPEST = 0.10
"""Slope at which a road goes down from where it joins the ground."""
REACH = 200.0
"""A place where a tunnel joins the ground matters up to this distance [m]: by then it is deep enough."""
BESIDE = 0.01  # [m] from an edge, to see what lies there
NEAR = 1.5  # [m] from a surface that cells of a metre hold its height: the corners between them need it
SQUARE = 8  # cells along a square: some of them near a surface, all are looked at

WAYS = ("wegdeel", "ondersteunendwegdeel", "tunneldeel", "spoor")
"""Collections of which one may go on as another."""


@dataclass(frozen=True, slots=True)
class Depths:
    """What makes the height of surfaces ``(S,)`` of one level below the ground.

    Attributes
    ----------
    clearance : (S,) float64 [m]
        How deep below the ground they lie where nothing else decides.
    body : (S,) int64
        Surfaces that touch are one body, with one clearance.
    joins : (J, 3) float64 [m, RD+NAP]
        Places where a body goes on as ground.
    join_body : (J,) int64
    """

    clearance: Floats
    body: Ints
    joins: Floats
    join_body: Ints

    def take(self, surfaces: Ints, box: tuple[float, float, float, float]) -> Depths:
        """Those of some surfaces, all of them within ``box``."""
        x, y = self.joins[:, 0], self.joins[:, 1]
        near = np.isin(self.join_body, self.body[surfaces])
        near &= (x >= box[0] - REACH) & (x <= box[2] + REACH) & (y >= box[1] - REACH) & (y <= box[3] + REACH)
        return Depths(self.clearance[surfaces], self.body[surfaces], self.joins[near], self.join_body[near])


def clearances(collection: str, functions: npt.NDArray[np.object_]) -> Floats:
    """Depth below the ground ``(G,)`` [m] that objects of a collection need, by function."""
    path = np.isin(functions.astype(str), PATHS) | (collection != "wegdeel")
    return ROOF + np.where(path, PATH_HEADROOM, HEADROOM)


def bodies(shapes: npt.NDArray[Any], clearance: Floats) -> tuple[Ints, Floats]:
    """Number of the body of each shape ``(S,)``, and the depth that its deepest needs."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    count, body = components(one, other, len(shapes))
    deepest = np.zeros(count)
    np.maximum.at(deepest, body, clearance)
    return body, deepest[body]


def joined_edges(
    cells: Cells,
    kinds: npt.NDArray[np.object_],
    ground: npt.NDArray[Any],
    ground_kinds: npt.NDArray[np.object_],
) -> tuple[Ints, Ints]:
    """Edges on which surfaces below the ground go on as ground of the same kind.

    On such an edge the ground has an edge too: it lies beside the surface, not over it.

    Parameters
    ----------
    cells : Cells
        Of one level below the ground.
    kinds : (S,) object of str
        Of its surfaces: see :func:`continued_as`.
    ground : (G,) of shapely geometry
        Surfaces of level 0.
    ground_kinds : (G,) object of str

    Returns
    -------
    edge : (N,) int64
        By the vertex it starts at, ascending.
    surface : (N,) int64
        Of level 0 beyond it.
    """
    outline = cells.outline
    if not len(outline.xy) or not len(ground):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    outer = np.flatnonzero(neighbours(outline) < 0)
    start, end = outline.xy[outer], outline.xy[ring_successor(outline.ring_offsets)[outer]]
    along = end - start
    right = np.column_stack((along[:, 1], -along[:, 0])) / np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    middle = (start + end) / 2
    tree = shapely.STRtree(ground)
    beyond = _surface_at(tree, middle + BESIDE * right)
    over = _surface_at(tree, middle - BESIDE * right)
    part = np.repeat(np.arange(len(cells)), np.diff(outline.ring_offsets[outline.part_offsets]))
    own = kinds[cells.surface[part[outer]]]
    joins = (beyond >= 0) & (beyond != over) & (ground_kinds[np.maximum(beyond, 0)] == own)
    return outer[joins], beyond[joins]


def continued_as(collections: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """What objects of each collection ``(G,)`` may go on as: all :data:`WAYS` are one."""
    return np.where(np.isin(collections.astype(str), WAYS), "weg", collections).astype(object)


def _surface_at(tree: shapely.STRtree, xy: Floats) -> Ints:
    """Surface of a partition at each place ``(N,)``; -1 for none."""
    place, surface = tree.query(shapely.points(xy), predicate="intersects")
    found = np.full(len(xy), -1, dtype=np.int64)
    found[place] = surface
    return found


def underground_terrain(cells: Cells, depths: Depths, level: int, terrain: Terrain) -> Terrain:
    """Heights of surfaces below the ground, in the cells of the terrain.

    They lie as deep below the ground as their clearance, but go down from, and up to, each place where
    they join the ground no steeper than :data:`STEEPEST`. Where that is short of the clearance, they are
    less deep. ``measured`` are the cells on and beside them, which a mesh has to follow.
    """
    deep = below(terrain, level)
    z, near = deep.z.copy(), deep.measured
    parts = np.asarray(shapely.polygons(_rings(cells)), dtype=object)
    rows, columns = _around(parts, terrain)
    centres = terrain.corner + (np.column_stack((columns, rows)) + 0.5) * terrain.cell
    at, part = shapely.STRtree(parts).query(shapely.points(centres), predicate="dwithin", distance=NEAR)
    at, first = np.unique(at, return_index=True)
    surface = cells.surface[part[first]]
    rows, columns, centres = rows[at], columns[at], centres[at]
    wanted = terrain.z[rows, columns] - depths.clearance[surface]
    low, high = _slopes(centres, depths.body[surface], depths)
    z[rows, columns] = np.minimum(np.maximum(wanted, low), high)
    near[rows, columns] = True
    return replace(terrain, z=z, measured=near)


def below(terrain: Terrain, level: int) -> Terrain:
    """The ground as deep down as a road on a level below it lies."""
    return terrain.raised(level * (ROOF + HEADROOM))


def _rings(cells: Cells) -> npt.NDArray[Any]:
    """Outer ring of each part; a hole in a tunnel is near enough to it."""
    outline = cells.outline
    outer = outline.part_offsets[:-1]
    first, length = outline.ring_offsets[outer], np.diff(outline.ring_offsets)[outer]
    ring, at = expand(first, length)
    return np.asarray(shapely.linearrings(outline.xy[at], indices=ring), dtype=object)


def _around(parts: npt.NDArray[Any], terrain: Terrain) -> tuple[Ints, Ints]:
    """Row and column of the cells of the terrain in squares near some polygons."""
    squares = squares_near(parts, SQUARE * terrain.cell, NEAR)
    first = np.rint(terrain.corner / terrain.cell).astype(np.int64)
    column, row = np.arange(SQUARE), np.arange(SQUARE)[:, None]
    columns = (squares[:, 0, None, None] * SQUARE + column - first[0] + 0 * row).ravel()
    rows = (squares[:, 1, None, None] * SQUARE + row - first[1] + 0 * column).ravel()
    inside = (rows >= 0) & (rows < terrain.z.shape[0]) & (columns >= 0) & (columns < terrain.z.shape[1])
    return rows[inside], columns[inside]


def _slopes(xy: Floats, body: Ints, depths: Depths) -> tuple[Floats, Floats]:
    """Lowest and highest height ``(N,)`` [m, NAP] that the joins of its body leave each place."""
    low, high = np.full(len(xy), -np.inf), np.full(len(xy), np.inf)
    order = np.argsort(depths.join_body, kind="stable")
    ordered = depths.join_body[order]
    start, stop = np.searchsorted(ordered, body), np.searchsorted(ordered, body, side="right")
    place, at = expand(start, stop - start)
    join = depths.joins[order][at]
    fall = STEEPEST * np.hypot(*(join[:, :2] - xy[place]).T)
    near = fall <= STEEPEST * REACH
    np.maximum.at(low, place[near], (join[:, 2] - fall)[near])
    np.minimum.at(high, place[near], (join[:, 2] + fall)[near])
    return low, high
