"""A twin's panden and a variant's edits: what stands there after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely

from twin.geometry.columns import Bools, Floats, Ints, Semantic, Shells
from twin.geometry.measure import volume
from twin.geometry.ragged import rows_of, sums
from twin.geometry.select import concatenate, ring_vertex_surfaces, take, vertex_objects
from twin.scenario.designs import Design, design_of
from twin.scenario.masses import empty_shells, outlines_of, raise_masses
from twin.scenario.town import Shapes, Texts, Town, ground_below
from twin.scenario.variant import Add, Change, Demolish, Edit, Import, Move, Raise, Variant
from twin.scenario.verdicts import EditVerdict, Verdict

GROSS = 1.25
"""Gross floor area (BVO) by usable floor area (NEN 2580): 0.8 of what is built is usable."""
DWELLING = 80.0  # m2 of usable floor per dwelling, where the neighbourhood has none to tell
OVERLAP = 1.0  # m2 from which an overlap is told

Noter = Callable[..., None]  # of an edit, a verdict, and what it names


@dataclass(frozen=True)
class Objects:
    """What a variant puts there: new masses, designs, and panden of another shape. A row each.

    Attributes
    ----------
    edit : (K,) object of str
        Id of the edit; of a pand changed by several, the last.
    pand : (K,) int64
        Row of the pand it was, -1 for what is new.
    outline : (K,) object of shapely geometry
    gebruiksdoel : (K,) object of str
    gross, dwellings, footprint, volume : (K,) float64
        Gross floor area [m2], number, [m2], [m3].
    label : (K,) object of str
    shells : Shells
        Solids; of a design its triangles.
    owner : (len(shells),) int64
        Row here of each solid.
    closed : (K,) bool
        Has an inside; a design need not.
    solid : (len(shells),) bool
        A Solid of CityJSON, and not just triangles.
    """

    edit: Texts
    pand: Ints
    outline: Shapes
    gebruiksdoel: Texts
    gross: Floats
    dwellings: Floats
    footprint: Floats
    volume: Floats
    label: Texts
    shells: Shells
    owner: Ints
    closed: Bools
    solid: Bools

    def __len__(self) -> int:
        return len(self.edit)


@dataclass(frozen=True)
class Outcome:
    """A variant laid over a town.

    Attributes
    ----------
    verdicts : list of EditVerdict
        In the order of the edits, one or more for each.
    replaced : (N,) bool
        Panden that no longer stand as they did: demolished, raised or moved.
    touched : (N,) bool
        Panden that any edit names.
    demolished : (N,) bool
    gebruiksdoel, gross, dwellings : (N,)
        Of the panden that stay, after.
    objects : Objects
    """

    verdicts: list[EditVerdict]
    replaced: Bools
    touched: Bools
    demolished: Bools
    gebruiksdoel: Texts
    gross: Floats
    dwellings: Floats
    objects: Objects


@dataclass(slots=True)
class _Pand:
    """What edits do to a pand, one after the other."""

    edit: str = ""
    label: str = ""
    lift: float = 0.0
    floors: int = 0
    dwellings: float | None = None
    moves: list[Move] = field(default_factory=list)


def apply(variant: Variant, town: Town) -> Outcome:
    """Lay a variant over a town; an edit that can't be done is left out with a verdict, the rest stays.

    The edits are done in their order. Raising lifts every roof of a pand and stretches the walls below it.
    A pand that moves keeps its height above the ground of its new place.
    """
    panden = town.panden
    touched, demolished = np.zeros(len(panden), dtype=bool), np.zeros(len(panden), dtype=bool)
    use, gross = panden.gebruiksdoel.copy(), panden.usable * GROSS
    dwellings = panden.dwellings.copy()
    verdicts: dict[str, list[EditVerdict]] = {edit.id: [] for edit in variant.edits}
    reshaped: dict[int, _Pand] = {}
    new: list[Add] = []
    designs: list[Import] = []
    has_model = np.bincount(town.owner, minlength=len(panden)) > 0

    def note(edit: Edit, verdict: Verdict, what: str = "") -> None:
        verdicts[edit.id].append(EditVerdict(edit.id, verdict, what))

    for edit in variant.edits:
        if isinstance(edit, Add):
            new.append(edit)
            continue
        if isinstance(edit, Import):
            designs.append(edit)
            continue
        row = panden.row_of.get(edit.pand, -1)
        if row < 0:
            note(edit, Verdict.PAND_GONE, edit.pand)
            continue
        touched[row] = True
        if demolished[row]:
            again = isinstance(edit, Demolish)
            note(edit, Verdict.ALREADY_DEMOLISHED if again else Verdict.DEMOLISHED, edit.pand)
            continue
        if isinstance(edit, Raise | Move) and not has_model[row]:
            note(edit, Verdict.NO_MODEL, edit.pand)
            continue
        if isinstance(edit, Demolish):
            demolished[row] = True
            reshaped.pop(row, None)
        elif isinstance(edit, Change):
            _change(edit, row, use, gross, dwellings, _usable_per_dwelling(town))
        elif isinstance(edit, Move) and _leaves(town, row, reshaped.get(row), edit):
            note(edit, Verdict.OUTSIDE)
        else:
            _reshape(edit, reshaped.setdefault(row, _Pand()))

    masses = _new_masses(town, new, note)
    imported = _designs(town, designs, note)
    changed = _reshaped(town, reshaped, use, gross, dwellings)
    objects = _join([masses, imported, changed])
    replaced = demolished.copy()
    replaced[list(reshaped)] = True
    for name, what in _overlaps(town, objects, replaced).items():
        verdicts[name].append(EditVerdict(name, Verdict.OVERLAP, what))
    listed = [v for e in variant.edits for v in verdicts[e.id] or [EditVerdict(e.id, Verdict.DONE)]]
    return Outcome(listed, replaced, touched, demolished, use, gross, dwellings, objects)


def _usable_per_dwelling(town: Town) -> float:
    """Mean gebruiksoppervlakte of the dwellings around [m2], of panden that hold nothing else."""
    homes = (town.panden.gebruiksdoel == "woonfunctie") & (town.panden.dwellings > 0)
    count = float(town.panden.dwellings[homes].sum())
    return float(town.panden.usable[homes].sum()) / count if count >= 10 else DWELLING


def _change(
    edit: Change, row: int, use: Texts, gross: Floats, dwellings: Floats, per_dwelling: float
) -> None:
    given = edit.set
    if given.oppervlakte_verblijfsobjecten is not None:
        gross[row] = given.oppervlakte_verblijfsobjecten * GROSS
    if given.gebruiksdoel is not None and given.gebruiksdoel != use[row]:
        use[row] = given.gebruiksdoel
        dwellings[row] = _homes(given.gebruiksdoel, float(gross[row]), per_dwelling)
    if given.aantal_woningen is not None:
        dwellings[row] = given.aantal_woningen


def _homes(gebruiksdoel: str, gross: float, per_dwelling: float) -> float:
    return float(np.floor(gross / GROSS / per_dwelling)) if gebruiksdoel == "woonfunctie" else 0.0


def _leaves(town: Town, row: int, before: _Pand | None, edit: Move) -> bool:
    """Whether a pand ends outside the city, after the moves that were made before."""
    moves = [*(before.moves if before else ()), edit]
    shift = np.array([[m.dx, m.dy] for m in moves], dtype=np.float64).sum(axis=0)
    x, y = town.panden.inside[row] + shift
    x0, y0, x1, y1 = town.extent
    return not (x0 <= x <= x1 and y0 <= y <= y1)


def _reshape(edit: Raise | Move, pand: _Pand) -> None:
    pand.edit, pand.label = edit.id, edit.label or pand.label
    if isinstance(edit, Move):
        pand.moves.append(edit)
        return
    pand.lift += edit.height
    pand.floors += edit.floors
    if edit.dwellings is not None:
        pand.dwellings = (pand.dwellings or 0.0) + edit.dwellings


def _new_masses(town: Town, edits: Sequence[Add], note: Noter) -> Objects:
    outlines, faults = outlines_of(edits)
    words = {
        "small": Verdict.TOO_SMALL,
        "hole": Verdict.HOLE_OUTSIDE,
        "self-intersection": Verdict.SELF_INTERSECTION,
    }
    within = shapely.intersects(outlines, shapely.box(*town.extent))
    for edit, fault, inside in zip(edits, faults, within.tolist(), strict=True):
        if fault is not None or not inside:
            note(edit, words[fault] if fault is not None else Verdict.OUTSIDE)
    kept = np.flatnonzero(np.array([f is None for f in faults], dtype=bool) & within)
    chosen = [edits[i] for i in kept.tolist()]
    outlines = outlines[kept]
    masses = raise_masses(outlines, chosen, ground_below(town, outlines))
    for i, edit in enumerate(chosen):
        if not masses.valid[i]:
            note(edit, Verdict.NOT_SOLID)
        elif masses.flattened[i]:
            note(edit, Verdict.ROOF_FLAT)
    good = np.flatnonzero(masses.valid)
    chosen = [chosen[i] for i in good.tolist()]
    shells = take(masses.shells, good)
    footprint = shapely.area(outlines[good])
    gross = footprint * np.array([e.floors for e in chosen], dtype=np.float64)
    per_dwelling = _usable_per_dwelling(town)
    homes = [
        float(e.dwellings) if e.dwellings is not None else _homes(e.gebruiksdoel, g, per_dwelling)
        for e, g in zip(chosen, gross.tolist(), strict=True)
    ]
    return Objects(
        edit=_texts(e.id for e in chosen),
        pand=np.full(len(chosen), -1),
        outline=outlines[good],
        gebruiksdoel=_texts(e.gebruiksdoel for e in chosen),
        gross=gross,
        dwellings=np.array(homes, dtype=np.float64),
        footprint=footprint,
        volume=volume(shells),
        label=_texts(e.label for e in chosen),
        shells=shells,
        owner=np.arange(len(chosen)),
        closed=np.ones(len(chosen), dtype=bool),
        solid=np.ones(len(chosen), dtype=bool),
    )


def _designs(town: Town, edits: Sequence[Import], note: Noter) -> Objects:
    positions = np.asarray(shapely.points([e.position for e in edits] or np.zeros((0, 2))), dtype=object)
    ground = ground_below(town, positions)
    built: list[tuple[Import, Design]] = []
    whole = shapely.box(*town.extent)
    for edit, z in zip(edits, ground.tolist(), strict=True):
        design = design_of(edit, z)
        if not shapely.intersects(design.outline, whole):
            note(edit, Verdict.OUTSIDE)
            continue
        if not design.closed:
            note(edit, Verdict.NOT_CLOSED)
        built.append((edit, design))
    per_dwelling = _usable_per_dwelling(town)
    footprint = np.array([d.outline.area for _, d in built], dtype=np.float64)
    gross = footprint * np.array([e.floors or 0 for e, _ in built], dtype=np.float64)
    homes = [
        float(e.dwellings) if e.dwellings is not None else _homes(e.gebruiksdoel, float(g), per_dwelling)
        for (e, _), g in zip(built, gross, strict=True)
    ]
    return Objects(
        edit=_texts(e.id for e, _ in built),
        pand=np.full(len(built), -1),
        outline=_texts(d.outline for _, d in built),
        gebruiksdoel=_texts(e.gebruiksdoel for e, _ in built),
        gross=gross,
        dwellings=np.array(homes, dtype=np.float64),
        footprint=footprint,
        volume=np.array([d.volume for _, d in built], dtype=np.float64),
        label=_texts(e.label for e, _ in built),
        shells=concatenate([d.shells for _, d in built]) if built else empty_shells(),
        owner=np.arange(len(built)),
        closed=np.array([d.closed for _, d in built], dtype=bool),
        solid=np.array([d.solid for _, d in built], dtype=bool),
    )


def _reshaped(
    town: Town, reshaped: dict[int, _Pand], use: Texts, gross: Floats, dwellings: Floats
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
    per_dwelling = _usable_per_dwelling(town)
    homes = [
        p.dwellings if p.dwellings is not None else _homes(str(u), float(g), per_dwelling)
        for p, u, g in zip(plans, use[rows], extra, strict=True)
    ]
    size = sums(owner, volume(shells), len(rows))
    return Objects(
        edit=_texts(p.edit for p in plans),
        pand=rows,
        outline=outline,
        gebruiksdoel=use[rows],
        gross=gross[rows] + extra,
        dwellings=dwellings[rows] + np.array(homes, dtype=np.float64),
        footprint=panden.footprint[rows],
        volume=size,
        label=_texts(p.label for p in plans),
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
    town: Town, shells: Shells, owner: Ints, outline: Shapes, plans: Sequence[_Pand]
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


def _overlaps(town: Town, objects: Objects, replaced: Bools) -> dict[str, str]:
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


def _texts(values: Iterable[Any]) -> Texts:
    listed = list(values)
    column = np.empty(len(listed), dtype=object)
    column[:] = listed
    return column


def _join(parts: Sequence[Objects]) -> Objects:
    first = np.cumsum([0, *(len(p) for p in parts)])[:-1].tolist()
    columns = (
        "edit",
        "pand",
        "outline",
        "gebruiksdoel",
        "gross",
        "dwellings",
        "footprint",
        "volume",
        "label",
    )
    joined = {name: np.concatenate([getattr(p, name) for p in parts]) for name in columns}
    return Objects(
        **joined,
        shells=concatenate([p.shells for p in parts]),
        owner=np.concatenate([p.owner + f for p, f in zip(parts, first, strict=True)]),
        closed=np.concatenate([p.closed for p in parts]),
        solid=np.concatenate([p.solid for p in parts]),
    )
