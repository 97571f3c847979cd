"""Sun hours on the facades and gardens around a variant, before and after.

The TNO norm, as Dutch municipalities use it: light, at least 2 possible sun hours a day from 19 February to
21 October; strict, at least 3 from 21 January to 22 November; at the middle of the facade. The first day of
each period has its lowest sun, so that day decides. Sun below 10 degrees does not count, as in the norm of
The Hague. Buildings give shadow; trees and the relief of the ground don't.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from twin.geometry.columns import Bools, Floats, Ints, Semantic, Shells
from twin.geometry.measure import surface_vectors
from twin.geometry.ragged import rows_of, sums
from twin.geometry.select import ring_vertex_surfaces, take, vertex_objects
from twin.scenario.apply import Outcome
from twin.scenario.shading import Blockers, shaded
from twin.scenario.sun import day
from twin.scenario.town import Shapes, Town, ground_below

LIGHT, STRICT, GARDEN = dt.date(2026, 2, 19), dt.date(2026, 1, 21), dt.date(2026, 3, 21)
LIGHT_HOURS, STRICT_HOURS = 2.0, 3.0
LOWEST = 10.0  # degrees
STEP = 10  # minutes
FARTHEST = 300.0  # metres: at 10 degrees the shadow of 53 m
SMALL_WALL = 4.0  # m2: below it a wall is a jamb or a chimney and no facade
OFF_WALL = 0.10  # metres before the wall
GARDEN_GRID = 3.0  # metres
ABOVE_GARDEN = 0.5  # metres
MOST_GARDEN_POINTS = 4_000


@dataclass(frozen=True)
class Daylight:
    """Sun hours of all facades that the variant can shade, and of the gardens there.

    Attributes
    ----------
    pand : (F,) int64
        Row of the pand of each facade.
    surface : (F,) int64
        Row of it among the surfaces of the town's solids.
    at : (F, 3) float64 [m, RD+NAP]
        Middle of the facade.
    area : (F,) float64 [m2]
    light, strict : (F, 2) float64 [h]
        Sun hours on 19 February and 21 January, before and after.
    garden_at : (G, 3) float64
    garden : (G, 2) float64 [h]
        On 21 March.
    garden_area : float [m2]
    """

    pand: Ints
    surface: Ints
    at: Floats
    area: Floats
    light: Floats
    strict: Floats
    garden_at: Floats
    garden: Floats
    garden_area: float


def daylight(town: Town, outcome: Outcome) -> Daylight:
    """Compare the sun hours around the changed buildings.

    Existing facades of panden that stay as they are, within the reach of the shadow of what changes; walls
    against another building are no facades.
    """
    blockers = _Blockers.of(town, outcome)
    near = _surroundings(town, outcome, blockers)
    at, normal, area, pand, surface = _facades(town, outcome, near)
    light = _hours(town, blockers, at, normal, LIGHT)
    strict = _hours(town, blockers, at, normal, STRICT)
    garden_at, garden_area = _garden_points(town, outcome, near)
    upward = np.broadcast_to([0.0, 0.0, 1.0], garden_at.shape)
    garden = _hours(town, blockers, garden_at, upward, GARDEN)
    return Daylight(pand, surface, at, area, light, strict, garden_at, garden, garden_area)


@dataclass(frozen=True, slots=True)
class _Blockers:
    """What stays, what goes and what comes."""

    stays: Blockers
    goes: Blockers
    comes: Blockers

    @classmethod
    def of(cls, town: Town, outcome: Outcome) -> _Blockers:
        replaced = outcome.replaced[town.owner]
        standing = town.panden.standing[town.owner]
        return cls(
            Blockers.of(take(town.shells, np.flatnonzero(~replaced & standing))),
            Blockers.of(take(town.shells, np.flatnonzero(replaced & standing))),
            Blockers.of(outcome.objects.shells),
        )


def _surroundings(town: Town, outcome: Outcome, blockers: _Blockers) -> Any:
    """Ground that the changed buildings can shade."""
    shapes = [*town.panden.outline[outcome.replaced], *outcome.objects.outline]
    if not shapes:
        return shapely.Polygon()
    ground = town.panden.ground[np.isfinite(town.panden.ground)]
    low = float(ground.min()) if len(ground) else 0.0
    high = max(blockers.goes.top, blockers.comes.top)
    reach = float(np.clip((high - low) / np.tan(np.radians(LOWEST)), 0, FARTHEST))
    return shapely.union_all(shapely.buffer(np.asarray(shapes, dtype=object), reach))


def _facades(town: Town, outcome: Outcome, near: Any) -> tuple[Floats, Floats, Floats, Ints, Ints]:
    """Middle, outward normal, area, pand and surface of the facades of panden that stay."""
    panden = town.panden
    # sheds and the like have no verblijfsobject, and no windows that the norm is about
    chosen = (
        ~outcome.replaced & panden.standing & (panden.usable > 0) & shapely.intersects(panden.outline, near)
    )
    mine = np.flatnonzero(chosen[town.owner])
    shells = take(town.shells, mine)
    if not len(shells):
        none = np.zeros(0, dtype=np.int64)
        return np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0), none, none
    vector = surface_vectors(shells)
    area = np.linalg.norm(vector, axis=1)
    walls = np.isin(shells.semantics, (Semantic.OUTER_WALL, Semantic.INNER_WALL)) & (area >= SMALL_WALL)
    surface = np.flatnonzero(walls)
    normal = vector[surface] / area[surface][:, None]
    at = _middles(shells)[surface]
    pand = town.owner[mine][rows_of(shells.object_offsets)[surface]]
    free = ~_against(town, outcome, at, normal, pand)
    among_all = np.flatnonzero(chosen[town.owner][rows_of(town.shells.object_offsets)])[surface]
    return (at + OFF_WALL * normal)[free], normal[free], area[surface][free], pand[free], among_all[free]


def _middles(shells: Shells) -> Floats:
    """Middle of the box around each surface along itself ``(S, 3)``."""
    surface = ring_vertex_surfaces(shells)
    xyz = shells.xyz[shells.ring_vertices]
    count = len(shells.semantics)
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(low, surface, xyz)
    np.maximum.at(high, surface, xyz)
    middle: Floats = (low + high) / 2
    return middle


def _against(town: Town, outcome: Outcome, at: Floats, normal: Floats, pand: Ints) -> Bools:
    """Facades whose middle has another building within half a metre before it, as party walls have."""
    top = np.full(len(town.panden), -np.inf)
    np.maximum.at(top, town.owner[vertex_objects(town.shells)], town.shells.xyz[:, 2])
    before = shapely.points((at + 0.5 * normal)[:, :2])
    row, other = town.panden.tree.query(before, predicate="within")
    stays = ~outcome.replaced[other] & town.panden.standing[other]
    stays &= (other != pand[row]) & (at[row, 2] < top[other])
    against = np.zeros(len(at), dtype=bool)
    against[row[stays]] = True
    return against


def _garden_points(town: Town, outcome: Outcome, near: Any) -> tuple[Floats, float]:
    """Points on the yards that the variant can shade, outside all buildings; and their area [m2]."""
    nothing: Floats = np.zeros((0, 3))
    within = shapely.intersection(town.gardens, near)
    within = within[~shapely.is_empty(within)]
    if not len(within):
        return nothing, 0.0
    area = float(shapely.area(within).sum())
    spacing = max(GARDEN_GRID, float(np.sqrt(area / MOST_GARDEN_POINTS)))
    xy = grid_within(within, spacing)
    points = shapely.points(xy)
    built = np.zeros(len(xy), dtype=bool)
    for tree in (town.panden.tree, shapely.STRtree(outcome.objects.outline)):
        row, _ = tree.query(points, predicate="intersects")
        built[row] = True
    xy = xy[~built]
    if not len(xy):
        return nothing, 0.0
    level = ground_below(town, np.asarray(shapely.points(xy), dtype=object))
    return np.column_stack((xy, level + ABOVE_GARDEN)), float(len(xy) * spacing**2)


def grid_within(shapes: Shapes, spacing: float) -> Floats:
    """Points ``(N, 2)`` of one common grid that lie in any of the shapes, each once."""
    low = np.floor(shapely.bounds(shapes)[:, :2] / spacing).astype(np.int64)
    high = np.ceil(shapely.bounds(shapes)[:, 2:] / spacing).astype(np.int64)
    size = high - low + 1
    count = size[:, 0] * size[:, 1]
    shape = np.repeat(np.arange(len(shapes)), count)
    number = np.arange(len(shape)) - np.repeat(np.cumsum(count) - count, count)
    cell = low[shape] + np.column_stack((number % size[shape, 0], number // size[shape, 0]))
    xy = (cell + 0.5) * spacing
    shapely.prepare(shapes)
    inside = shapely.contains_xy(shapes[shape], xy[:, 0], xy[:, 1])
    found: Floats = (np.unique(cell[inside], axis=0) + 0.5) * spacing
    return found


def _hours(town: Town, blockers: _Blockers, at: Floats, normal: Floats, date: dt.date) -> Floats:
    """Sun hours ``(N, 2)`` before and after.

    Only points that the change shades at some moment need all buildings; the others are alike before and
    after, but must be known too, as the norm counts hours.
    """
    if not len(at):
        return np.zeros((0, 2))
    sun = day(date, STEP, town.lonlat, LOWEST).directions(town.convergence)
    lit = normal @ sun.T > 0
    static = lit & ~shaded(at, blockers.stays, sun, lit)
    before = static & ~shaded(at, blockers.goes, sun, static)
    after = static & ~shaded(at, blockers.comes, sun, static)
    return np.column_stack((before.sum(axis=1), after.sum(axis=1))) * STEP / 60


def mean_by_area(hours: Floats, area: Floats) -> float:
    """Mean of hours weighted by area [h]; NaN of nothing."""
    total = float(area.sum())
    zero = np.zeros(len(hours), dtype=np.int64)
    return float(sums(zero, hours * area, 1)[0]) / total if total else float("nan")
