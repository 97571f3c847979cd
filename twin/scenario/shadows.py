"""Shadow on open ground at stated moments, before and after."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from twin.geometry.columns import Bools, Floats, Ints, Shells
from twin.geometry.select import take, vertex_objects
from twin.scenario.apply import Outcome
from twin.scenario.daylight import grid_within
from twin.scenario.shading import Blockers, shaded
from twin.scenario.sun import WINTER_TIME, sun_at
from twin.scenario.town import Town, ground_below

MOMENTS = {
    "0321_12": dt.datetime(2026, 3, 21, 12, tzinfo=WINTER_TIME),
    "0321_16": dt.datetime(2026, 3, 21, 16, tzinfo=WINTER_TIME),
    "0621_12": dt.datetime(2026, 6, 21, 12, tzinfo=WINTER_TIME),
    "1222_12": dt.datetime(2026, 12, 22, 12, tzinfo=WINTER_TIME),
}
"""Moments of the indicator; the viewer's shadow study draws more."""
MOST_POINTS = 6_000
FINEST = 1.0  # metres between points
ABOVE = 0.05  # metres above the ground, lest the ground of a solid shade it


@dataclass(frozen=True, slots=True)
class Shadow:
    """Shadow [m2] on open ground at a moment, in the ground that the changed buildings can shade then."""

    moment: str
    before: float
    after: float


def shadows(town: Town, outcome: Outcome) -> list[Shadow]:
    """Shadow of all buildings on the ground where the changed ones can throw theirs.

    Counted on a grid of points at least a metre apart, at most six thousand per moment. Ground below a
    building is not open: that of demolished buildings is new open ground, that of new ones is gone.
    """
    sun = sun_at(list(MOMENTS.values()), town.lonlat)
    directions = sun.directions(town.convergence)
    replaced = outcome.replaced[town.owner] & town.panden.standing[town.owner]
    changed = [take(town.shells, np.flatnonzero(replaced)), outcome.objects.shells]
    return [
        _shadow(name, town, outcome, changed, direction)
        for name, direction in zip(MOMENTS, directions, strict=True)
    ]


def _shadow(moment: str, town: Town, outcome: Outcome, changed: list[Shells], direction: Floats) -> Shadow:
    goes, comes = changed
    ground = _level(town, outcome)
    reach = shapely.union_all(np.concatenate([_cast(s, direction, ground) for s in changed]))
    if reach.is_empty:
        return Shadow(moment, 0.0, 0.0)
    spacing = max(FINEST, float(np.sqrt(reach.area / MOST_POINTS)))
    xy = grid_within(np.array([reach], dtype=object), spacing)
    points = np.asarray(shapely.points(xy), dtype=object)
    built_before = _under(points, town, outcome, town.panden.standing)
    built_after = _under(points, town, outcome, town.panden.standing & ~outcome.replaced)
    row, _ = shapely.STRtree(outcome.objects.outline).query(points, predicate="intersects")
    built_after[row] = True
    at = np.column_stack((xy, ground_below(town, points) + ABOVE))
    d = direction[None]
    stays = _near(town, outcome, reach, at, direction)
    static = shaded(at, Blockers.of(stays), d)[:, 0]
    before = static | shaded(at, Blockers.of(goes), d, ~static[:, None])[:, 0]
    after = static | shaded(at, Blockers.of(comes), d, ~static[:, None])[:, 0]
    cell = spacing**2
    return Shadow(
        moment, float((before & ~built_before).sum()) * cell, float((after & ~built_after).sum()) * cell
    )


def _level(town: Town, outcome: Outcome) -> float:
    """Height of the lowest ground around [m, NAP]."""
    z = town.panden.ground[outcome.touched & np.isfinite(town.panden.ground)]
    if len(outcome.objects):
        z = np.concatenate((z, ground_below(town, outcome.objects.outline)))
    return float(z.min()) - 0.5 if len(z) else 0.0


def _cast(shells: Shells, direction: Floats, ground: float) -> Any:
    """Hull of each solid and its shadow on the plane of the ground."""
    if not len(shells.xyz):
        return np.empty(0, dtype=object)
    xyz = shells.xyz
    shadow = xyz[:, :2] - direction[:2] * ((xyz[:, 2] - ground) / direction[2])[:, None]
    owner = vertex_objects(shells)
    both = np.concatenate((xyz[:, :2], shadow))
    rows = np.concatenate((owner, owner))
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    _, indices = np.unique(rows, return_inverse=True)
    points = np.asarray(shapely.points(both[order]), dtype=object)
    hulls = shapely.multipoints(points, indices=indices)
    return shapely.convex_hull(hulls)


def _under(points: Any, town: Town, outcome: Outcome, standing: Bools) -> Bools:
    row, pand = town.panden.tree.query(points, predicate="intersects")
    under = np.zeros(len(points), dtype=bool)
    under[row[standing[pand]]] = True
    return under


def _near(town: Town, outcome: Outcome, reach: Any, at: Floats, direction: Floats) -> Shells:
    """Solids that stay and stand where they can shade the points."""
    top = float(town.shells.xyz[:, 2].max(initial=0.0))
    run = max(top - float(at[:, 2].min()), 0.0) / direction[2]
    x0, y0, x1, y1 = reach.bounds
    towards = direction[:2] * run
    box = shapely.box(
        min(x0, x0 + towards[0]),
        min(y0, y0 + towards[1]),
        max(x1, x1 + towards[0]),
        max(y1, y1 + towards[1]),
    )
    chosen = town.panden.standing & ~outcome.replaced
    near: Ints = town.panden.tree.query(box)
    mask = np.zeros(len(chosen), dtype=bool)
    mask[near] = True
    return take(town.shells, np.flatnonzero((mask & chosen)[town.owner]))
