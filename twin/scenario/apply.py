"""A twin's panden and a variant's edits: what stands there after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Floats
from twin.scenario.additions import new_masses, placed_designs
from twin.scenario.floors import GROSS, homes_in, usable_per_dwelling
from twin.scenario.objects import Objects, joined
from twin.scenario.overlaps import overlaps
from twin.scenario.reshaping import Plan, leaves, reshape, reshaped_panden
from twin.scenario.town import Texts, Town
from twin.scenario.trees import trees_in_the_way
from twin.scenario.variant import Add, Change, Demolish, Edit, Import, Move, Raise, Variant
from twin.scenario.verdicts import EditVerdict, Verdict


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
    felled : (T,) bool
        Trees that what is new leaves no room for.
    """

    verdicts: list[EditVerdict]
    replaced: Bools
    touched: Bools
    demolished: Bools
    gebruiksdoel: Texts
    gross: Floats
    dwellings: Floats
    objects: Objects
    felled: Bools


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
    reshaped: dict[int, Plan] = {}
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
            _change(edit, row, use, gross, dwellings, usable_per_dwelling(town))
        elif isinstance(edit, Move) and leaves(town, row, reshaped.get(row), edit):
            note(edit, Verdict.OUTSIDE)
        else:
            reshape(edit, reshaped.setdefault(row, Plan()))

    masses = new_masses(town, new, note)
    imported = placed_designs(town, designs, note)
    changed = reshaped_panden(town, reshaped, use, gross, dwellings)
    objects = joined([masses, imported, changed])
    replaced = demolished.copy()
    replaced[list(reshaped)] = True
    for name, what in overlaps(town, objects, replaced).items():
        verdicts[name].append(EditVerdict(name, Verdict.OVERLAP, what))
    felled = _trees(town, objects, verdicts)
    listed = [v for e in variant.edits for v in verdicts[e.id] or [EditVerdict(e.id, Verdict.DONE)]]
    return Outcome(listed, replaced, touched, demolished, use, gross, dwellings, objects, felled)


def _trees(town: Town, objects: Objects, verdicts: dict[str, list[EditVerdict]]) -> Bools:
    """Trees in the way of the objects ``(T,)``, after the edits have been told how many."""
    found = trees_in_the_way(town, objects)
    for verdict, which in ((Verdict.TREES, found.stands), (Verdict.CROWNS, ~found.stands)):
        count = np.bincount(found.object[which], minlength=len(objects))
        for row in np.flatnonzero(count).tolist():
            name = str(objects.edit[row])
            verdicts[name].append(EditVerdict(name, verdict, str(count[row])))
    felled = np.zeros(len(town.trees), dtype=bool)
    felled[found.tree] = True
    return felled


def _change(
    edit: Change, row: int, use: Texts, gross: Floats, dwellings: Floats, per_dwelling: float
) -> None:
    given = edit.set
    if given.oppervlakte_verblijfsobjecten is not None:
        gross[row] = given.oppervlakte_verblijfsobjecten * GROSS
    if given.gebruiksdoel is not None and given.gebruiksdoel != use[row]:
        use[row] = given.gebruiksdoel
        dwellings[row] = homes_in(given.gebruiksdoel, float(gross[row]), per_dwelling)
    if given.aantal_woningen is not None:
        dwellings[row] = given.aantal_woningen
