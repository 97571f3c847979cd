"""Panden that get another shape or place: raised, moved and turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from twin.geometry.columns import Floats, Ints, Semantic, Shells
from twin.geometry.measure import volume
from twin.geometry.ragged import sums
from twin.geometry.select import ring_vertex_surfaces, take, vertex_objects
from twin.scenario.floors import homes_in, usable_per_dwelling
from twin.scenario.objects import Objects, texts
from twin.scenario.town import Shapes, Texts, Town, ground_below
from twin.scenario.variant import Move, Raise


@dataclass(slots=True)
class Plan:
    """What edits do to a pand, one after the other."""

    edit: str = ""
    label: str = ""
    lift: float = 0.0
    floors: int = 0
    dwellings: float | None = None
    moves: list[Move] = field(default_factory=list)


def leaves(town: Town, row: int, before: Plan | None, edit: Move) -> bool:
    """Whether a pand ends outside the city, after the moves that were made before."""
    moves = [*(before.moves if before else ()), edit]
    shift = np.array([[m.dx, m.dy] for m in moves], dtype=np.float64).sum(axis=0)
    x, y = town.panden.inside[row] + shift
    x0, y0, x1, y1 = town.extent
    return not (x0 <= x <= x1 and y0 <= y <= y1)


def reshape(edit: Raise | Move, pand: Plan) -> None:
    """Add an edit to what is to be done to a pand."""
    pand.edit, pand.label = edit.id, edit.label or pand.label
    if isinstance(edit, Move):
        pand.moves.append(edit)
        return
    pand.lift += edit.height
    pand.floors += edit.floors
    if edit.dwellings is not None:
        pand.dwellings = (pand.dwellings or 0.0) + edit.dwellings


def reshaped_panden(
    town: Town, reshaped: dict[int, Plan], use: Texts, gross: Floats, dwellings: Floats
) -> Objects:
    """Panden that were raised or moved, and their solids."""
    rows = np.array(sorted(reshaped), dtype=np.int64)
    panden, plans = town.panden, [reshaped[int(r)] for r in rows]
    mine = np.flatnonzero(np.isin(town.owner, rows))
    owner = np.searchsorted(rows, town.owner[mine])
    shells = take(town.shells, mine)
    lift = np.array([p.lift for p in plans], dtype=np.float64)
    shells = _lifted(shells, lift[owner])
    outline = panden.outline[rows]
    shells, outline = _moved(town, shells, owner, outline, plans)
    floors = np.array([p.floors for p in plans], dtype=np.float64)
    extra = panden.footprint[rows] * floors
    per_dwelling = usable_per_dwelling(town)
    homes = [
        p.dwellings if p.dwellings is not None else homes_in(str(u), float(g), per_dwelling)
        for p, u, g in zip(plans, use[rows], extra, strict=True)
    ]
    size = sums(owner, volume(shells), len(rows))
    return Objects(
        edit=texts(p.edit for p in plans),
        pand=rows,
        outline=outline,
        gebruiksdoel=use[rows],
        gross=gross[rows] + extra,
        dwellings=dwellings[rows] + np.array(homes, dtype=np.float64),
        footprint=panden.footprint[rows],
        volume=size,
        label=texts(p.label for p in plans),
        shells=shells,
        owner=owner,
        closed=np.ones(len(rows), dtype=bool),
        solid=np.ones(len(owner), dtype=bool),
    )


def _lifted(shells: Shells, lift: Floats) -> Shells:
    """Every vertex that is no corner of the ground goes up by the lift of its solid."""
    if not len(shells) or not lift.any():
        return shells
    low = np.zeros(len(shells.xyz), dtype=bool)
    on_ground = shells.semantics[ring_vertex_surfaces(shells)] == Semantic.GROUND
    low[shells.ring_vertices[on_ground]] = True
    xyz = shells.xyz.copy()
    xyz[:, 2] += np.where(low, 0.0, lift[vertex_objects(shells)])
    return replace(shells, xyz=xyz)


def _moved(
    town: Town, shells: Shells, owner: Ints, outline: Shapes, plans: Sequence[Plan]
) -> tuple[Shells, Shapes]:
    """Solids and outlines turned and shifted, and set on the ground where they come."""
    moving = np.flatnonzero([bool(p.moves) for p in plans])
    if not len(moving):
        return shells, outline
    # rows of a 2 by 3 matrix per pand: x' = a x - b y + c, y' = b x + a y + d
    a, b = np.ones(len(plans)), np.zeros(len(plans))
    shift = np.zeros((len(plans), 2))
    middle = shapely.get_coordinates(shapely.centroid(outline))
    for i in moving.tolist():
        at = middle[i].copy()
        turn = 0.0
        for move in plans[i].moves:
            turn += np.radians(move.rotation)
            at += (move.dx, move.dy)
        a[i], b[i], shift[i] = np.cos(turn), np.sin(turn), at - middle[i]

    def carried(xy: Floats, row: Ints) -> Floats:
        d = xy - middle[row]
        cos, sin = a[row], b[row]
        turned = np.column_stack((cos * d[:, 0] - sin * d[:, 1], sin * d[:, 0] + cos * d[:, 1]))
        return middle[row] + turned + shift[row]

    xy, row = shapely.get_coordinates(outline, return_index=True)
    new = shapely.set_coordinates(outline.copy(), carried(xy, row))
    rise = np.zeros(len(plans))
    rise[moving] = ground_below(town, new[moving]) - ground_below(town, outline[moving])
    vertex = owner[vertex_objects(shells)]
    xyz = shells.xyz.copy()
    xyz[:, :2] = carried(xyz[:, :2], vertex)
    xyz[:, 2] += rise[vertex]
    return replace(shells, xyz=xyz), new
