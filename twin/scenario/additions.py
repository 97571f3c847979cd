"""What is new: masses drawn on the ground, and designs from other programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import shapely

from twin.geometry.measure import volume
from twin.geometry.select import concatenate, take
from twin.scenario.designs import Design, design_of
from twin.scenario.floors import homes_in, usable_per_dwelling
from twin.scenario.masses import empty_shells, outlines_of, raise_masses
from twin.scenario.objects import Objects, texts
from twin.scenario.town import Town, ground_below
from twin.scenario.variant import Add, Import
from twin.scenario.verdicts import Verdict

Noter = Callable[..., None]  # of an edit, a verdict, and what it names


def new_masses(town: Town, edits: Sequence[Add], note: Noter) -> Objects:
    """Solids of what is drawn; what can't stand is noted and left out."""
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
    per_dwelling = usable_per_dwelling(town)
    homes = [
        float(e.dwellings) if e.dwellings is not None else homes_in(e.gebruiksdoel, g, per_dwelling)
        for e, g in zip(chosen, gross.tolist(), strict=True)
    ]
    return Objects(
        edit=texts(e.id for e in chosen),
        pand=np.full(len(chosen), -1),
        outline=outlines[good],
        gebruiksdoel=texts(e.gebruiksdoel for e in chosen),
        gross=gross,
        dwellings=np.array(homes, dtype=np.float64),
        footprint=footprint,
        volume=volume(shells),
        label=texts(e.label for e in chosen),
        shells=shells,
        owner=np.arange(len(chosen)),
        closed=np.ones(len(chosen), dtype=bool),
        solid=np.ones(len(chosen), dtype=bool),
    )


def placed_designs(town: Town, edits: Sequence[Import], note: Noter) -> Objects:
    """Designs set down on the ground; what lies outside the city is noted and left out."""
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
    per_dwelling = usable_per_dwelling(town)
    footprint = np.array([d.outline.area for _, d in built], dtype=np.float64)
    gross = footprint * np.array([e.floors or 0 for e, _ in built], dtype=np.float64)
    homes = [
        float(e.dwellings) if e.dwellings is not None else homes_in(e.gebruiksdoel, float(g), per_dwelling)
        for (e, _), g in zip(built, gross, strict=True)
    ]
    return Objects(
        edit=texts(e.id for e, _ in built),
        pand=np.full(len(built), -1),
        outline=texts(d.outline for _, d in built),
        gebruiksdoel=texts(e.gebruiksdoel for e, _ in built),
        gross=gross,
        dwellings=np.array(homes, dtype=np.float64),
        footprint=footprint,
        volume=np.array([d.volume for _, d in built], dtype=np.float64),
        label=texts(e.label for e, _ in built),
        shells=concatenate([d.shells for _, d in built]) if built else empty_shells(),
        owner=np.arange(len(built)),
        closed=np.array([d.closed for _, d in built], dtype=bool),
        solid=np.array([d.solid for _, d in built], dtype=bool),
    )
