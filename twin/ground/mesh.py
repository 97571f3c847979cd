"""The closed ground: triangles of every surface of level 0, and banks between water and land."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.ground.blocks import Blocks
from twin.ground.coverage import NOTHING, WATER, Cells
from twin.ground.delaunay import triangulated
from twin.ground.edges import Borders, borders
from twin.ground.portals import Portals, portals
from twin.ground.raster import cells_in_triangles, in_batches
from twin.ground.terrain import Terrain

ROUNDS = 12
"""Times that every triangle that is too far from the terrain gets a vertex; each can triple their number."""
ALONG_EDGE = 0.5
"""Distance [m] between samples of an edge whose terrain cells get no vertex: they would make slivers."""


@dataclass(frozen=True, slots=True)
class GroundMesh:
    """Triangles of parts of a partition.

    Attributes
    ----------
    xyz : (V, 3) float64 [m, RD+NAP]
        On whole millimetres.
    triangles : (T, 3) int64
        Counter-clockwise from above; a bank is seen from the water.
    part : (T,) int64
    bank : (T,) bool
        Upright triangles, from the level of water to the land or the higher water beside it.
    opening : (T,) bool
        Triangles in the mouth of a tunnel, where there is nothing.
    """

    xyz: Floats
    triangles: Ints
    part: Ints
    bank: Bools
    opening: Bools

    def only(self, parts: Bools) -> GroundMesh:
        """Triangles of some parts ``(P,)``; all vertices stay."""
        own = parts[self.part]
        return GroundMesh(self.xyz, self.triangles[own], self.part[own], self.bank[own], self.opening[own])


def ground_mesh(
    cells: Cells,
    terrain: Terrain,
    tolerance: Floats,
    fixed: Floats | None = None,
    straight: Bools | None = None,
    opens: Bools | None = None,
) -> GroundMesh:
    """Triangulate the ground.

    Water is flat, land follows the terrain: its border by the vertices that :mod:`twin.ground.edges`
    inserts, its inside by those cells of the terrain that are furthest from it, one per triangle and
    round, until all are within the tolerance (greedy insertion: Garland and Heckbert, 1995). Two surfaces
    that share an edge share its vertices to the millimetre; between water and land a bank stands on it. A
    part's triangles depend on that part, the water around it and the terrain only. Where the terrain is
    unknown there are none.

    Parameters
    ----------
    cells : Cells
    terrain : Terrain
    tolerance : (P,) float64 [m]
        Largest distance of a part to the terrain at the cells that hold points; infinite for no vertices
        inside.
    fixed : (V,) float64 [m, NAP], optional
        Heights that vertices of the outline must have; NaN for that of the terrain.
    straight : (V,) bool, optional
        Edges that get no vertices, by the one they start at.
    opens : (P,) bool, optional
        Parts that have an opening at those where they lie over a tunnel; see :mod:`twin.ground.portals`.

    Returns
    -------
    GroundMesh

    Raises
    ------
    RuntimeError
        Where borders cross; see :func:`twin.ground.coverage.cover`.
    """
    lines = borders(cells, terrain, fixed, straight)
    if not len(lines.xy):
        nothing = np.empty(0, dtype=np.int64)
        none = nothing.astype(bool)
        return GroundMesh(np.empty((0, 3)), nothing.reshape(0, 3), nothing, none, none)
    opens = np.zeros(len(cells), dtype=bool) if opens is None else opens & np.isnan(cells.level)
    doors = portals(lines, cells.outline, opens, terrain)
    tolerance = np.where(np.isnan(cells.level), tolerance, np.inf)
    xy, z, triangles, part = _refined(lines, doors, terrain, tolerance)
    opening = doors.openings(triangles, len(lines.xy))
    flat = GroundMesh(np.column_stack((xy, z)), triangles, part, np.zeros(len(triangles), bool), opening)
    return _with_water(flat, cells.level, lines)


def _refined(
    lines: Borders, doors: Portals, terrain: Terrain, tolerance: Floats
) -> tuple[Floats, Floats, Ints, Ints]:
    """Vertices, their height as land, triangles and their parts."""
    origin = np.floor(lines.xy.min(axis=0))
    xy = np.concatenate((lines.xy, doors.xyz[:, :, :2].reshape(-1, 2)))
    z = np.append(lines.land, doors.xyz[:, :, 2])
    ends = zip((lines.start, lines.end, lines.part), doors.edges(len(lines.xy)), strict=True)
    edges = [np.concatenate(both) for both in ends]
    free = terrain.measured.copy()
    free[_crossed(lines, terrain)] = False
    fine = np.empty(0, dtype=np.int64)  # triangles that need no vertex, by their corners
    triangles, part = triangulated(xy - origin, *edges)
    for _ in range(ROUNDS):
        keys = _keys(triangles, 1 << 21)
        open_ = np.isfinite(tolerance[part]) & np.isfinite(z[triangles]).all(axis=1) & ~np.isin(keys, fine)
        found = [
            _worst_cells(xy, z, triangles[some], tolerance[part[some]], terrain, free)
            for some in in_batches(xy[triangles], np.flatnonzero(open_), terrain.cell)
        ]
        worst = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *found]))
        fine = np.union1d(fine, keys)
        if not len(worst):
            break
        row, column = np.divmod(worst, terrain.z.shape[1])
        xy = np.concatenate((xy, _places(terrain, row, column)))
        z = np.append(z, np.round(terrain.z[row, column], 3))
        free[row, column] = False
        triangles, part = triangulated(xy - origin, *edges)
    return xy, z, triangles, part


def _places(terrain: Terrain, row: Ints, column: Ints) -> Floats:
    """Vertex for cells of the terrain: their middle, but for some centimetres.

    Four of them are never on one circle, so that there is one Delaunay triangulation and neighbours don't
    matter.
    """
    middle = terrain.corner + (np.column_stack((column, row)) + 0.5) * terrain.cell
    mixed = (np.rint(middle * 2).astype(np.int64) * (73_856_093, 19_349_663)).sum(axis=1)
    shift = np.column_stack((mixed % 97, (mixed // 97) % 89)) - (48, 44)
    moved: Floats = np.round(middle + shift * 0.001, 3)
    return moved


def _crossed(lines: Borders, terrain: Terrain) -> tuple[Ints, Ints]:
    """Row and column of cells of the terrain that a border runs through."""
    a, b = lines.xy[lines.start], lines.xy[lines.end]
    count = np.ceil(np.hypot(*(b - a).T) / (ALONG_EDGE * terrain.cell)).astype(np.int64) + 1
    edge = np.repeat(np.arange(len(a)), count)
    t = (np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)) / np.maximum(count - 1, 1)[edge]
    at = np.floor((a[edge] + t[:, None] * (b - a)[edge] - terrain.corner) / terrain.cell).astype(np.int64)
    inside = ((at >= 0) & (at < terrain.z.shape[::-1])).all(axis=1)
    return at[inside, 1], at[inside, 0]


def _keys(triangles: Ints, size: int) -> Ints:
    """A number per triangle, whatever corner it starts at."""
    ordered = np.sort(triangles, axis=1)
    return (ordered[:, 0] * size + ordered[:, 1]) * size + ordered[:, 2]


def _worst_cells(
    xy: Floats, z: Floats, triangles: Ints, tolerance: Floats, terrain: Terrain, free: Bools | Blocks
) -> Ints:
    """Cell (row * columns + column) furthest from each triangle that is beyond its tolerance."""
    at = (xy[triangles] - terrain.corner) / terrain.cell - 0.5
    triangle, row, column = cells_in_triangles(at, terrain.z.shape)
    seen = free[row, column]
    triangle, row, column = triangle[seen], row[seen], column[seen]
    a, b, c = at[:, 0], at[:, 1], at[:, 2]
    corner = z[triangles]
    u, v, du, dv = b - a, c - a, corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    area = np.where(area > 0, area, 1.0)
    slope = np.column_stack((du * v[:, 1] - dv * u[:, 1], dv * u[:, 0] - du * v[:, 0])) / area[:, None]
    d = np.column_stack((column, row)) - a[triangle]
    off = np.abs(corner[triangle, 0] + (d * slope[triangle]).sum(axis=1) - terrain.z[row, column])
    cell = row * terrain.z.shape[1] + column
    order = np.lexsort((cell, -off, triangle))
    first = order[np.append(True, np.diff(triangle[order]) > 0)] if len(order) else order
    return np.unique(cell[first[off[first] > tolerance[triangle[first]]]])


def _with_water(flat: GroundMesh, level: Floats, lines: Borders) -> GroundMesh:
    """Lay water at its level and put banks on its borders; leave out what has no height."""
    wet = np.isfinite(level[flat.part])
    surface = np.round(level[flat.part], 3)
    corners = flat.xyz[flat.triangles]
    corners[wet, :, 2] = surface[wet, None]

    own = level[lines.part]
    higher = (lines.beyond == WATER) & (lines.beyond_level > own)
    edge = np.flatnonzero(np.isfinite(own) & (lines.beyond != NOTHING) & ((lines.beyond != WATER) | higher))
    low = np.round(own[edge], 3)
    a, b = flat.xyz[lines.start[edge]], flat.xyz[lines.end[edge]]
    beyond = np.round(lines.beyond_level[edge], 3)
    is_water = lines.beyond[edge] == WATER
    tops = [np.where(is_water, beyond, end[:, 2]) for end in (a, b)]
    # Where other waters meet the wall at a height between, the wall has a vertex there too.
    courses: list[tuple[Floats, ...]] = [(low, low)]
    for met in (lines.second, lines.water):
        meets = zip(courses[-1], (met[lines.start[edge]], met[lines.end[edge]]), tops, strict=True)
        with np.errstate(invalid="ignore"):
            courses.append(tuple(np.where((m > under) & (m < top), m, under) for under, m, top in meets))
    walls, wall_part = [], []
    for lower, upper in pairwise([*courses, tuple(tops)]):
        a_low, b_low, a_top, b_top = _at(a, lower[0]), _at(b, lower[1]), _at(a, upper[0]), _at(b, upper[1])
        # Seen from the water, which lies to the left of its border.
        for corner, high in (((b_low, a_low, a_top), 0), ((b_low, a_top, b_top), 1)):
            real = upper[high] > lower[high]
            walls.append(np.stack(corner, axis=1)[real])
            wall_part.append(lines.part[edge][real])

    corners = np.concatenate((corners, *walls))
    part = np.concatenate((flat.part, *wall_part))
    bank = np.repeat((False, True), (len(flat.part), len(part) - len(flat.part)))
    opening = np.append(flat.opening, np.zeros(len(part) - len(flat.part), dtype=bool))
    known = np.isfinite(corners).all(axis=(1, 2))
    corners, part, bank, opening = corners[known], part[known], bank[known], opening[known]
    mm = np.rint((corners.reshape(-1, 3) - np.floor(corners.min(axis=(0, 1), initial=0))) * 1000).astype(
        np.int64
    )
    order = np.lexsort(mm.T)
    new = np.append(True, (np.diff(mm[order], axis=0) != 0).any(axis=1))[: len(order)]
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.cumsum(new) - 1
    return GroundMesh(corners.reshape(-1, 3)[order[new]], number.reshape(-1, 3), part, bank, opening)


def _at(place: Floats, z: Floats) -> Floats:
    return np.column_stack((place[:, :2], z))


def measured_share(cells: Cells, mesh: GroundMesh, terrain: Terrain, surfaces: int) -> Floats:
    """Share of the terrain's cells below each surface that hold points ``(S,)``; NaN where it covers none."""
    count, seen = np.zeros((2, surfaces))
    corners = mesh.xyz[mesh.triangles, :2]
    for some in in_batches(corners, np.flatnonzero(~mesh.bank), terrain.cell):
        at = (corners[some] - terrain.corner) / terrain.cell - 0.5
        triangle, row, column = cells_in_triangles(at, terrain.z.shape)
        surface = cells.surface[mesh.part[some[triangle]]]
        count += np.bincount(surface, minlength=surfaces)
        seen += np.bincount(surface[terrain.measured[row, column]], minlength=surfaces)
    return np.where(count > 0, seen / np.maximum(count, 1), np.nan)
