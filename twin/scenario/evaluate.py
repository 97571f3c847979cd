"""A variant on a town, in numbers: the one call that the command line, the API and the sheets make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin.scenario.apply import Outcome, apply
from twin.scenario.area import Area, area_of
from twin.scenario.daylight import Daylight, daylight
from twin.scenario.indicators import Indicator, densities, named, of_daylight, of_shadows
from twin.scenario.shadows import shadows
from twin.scenario.town import Town
from twin.scenario.variant import Variant
from twin.scenario.verdicts import EditVerdict, Verdict


@dataclass(frozen=True)
class Evaluation:
    """What a variant does.

    Attributes
    ----------
    outcome : Outcome
    area : Area
    verdicts : list of EditVerdict
    indicators : list of Indicator
    daylight : Daylight or None
        Where sun hours were asked for.
    felled : list of str
        Trees that what is new leaves no room for.
    """

    outcome: Outcome
    area: Area
    verdicts: list[EditVerdict]
    indicators: list[Indicator]
    daylight: Daylight | None
    felled: list[str]

    def as_json(self) -> dict[str, Any]:
        """As the API answers it and ``twin scenario evaluate --json`` prints it."""
        return {
            "area": {
                "kind": self.area.kind,
                "names": list(self.area.names),
                "m2": round(self.area.m2, 1),
            },
            "edits": [v.as_json() for v in self.verdicts],
            "trees": self.felled,
            "indicators": [i.as_json() for i in self.indicators],
        }


def evaluate(variant: Variant, town: Town, *, internal: bool = False, sun: bool = False) -> Evaluation:
    """Indicators before, after and their difference, with a verdict per edit.

    Parameters
    ----------
    variant : Variant
    town : Town
        The surroundings of all that the variant touches, its area included.
    internal : bool
        Whether the audience may see internal data (WOZ).
    sun : bool
        Also sun hours, which take seconds.
    """
    outcome = apply(variant, town)
    area = area_of(variant, town, outcome)
    values = densities(town, outcome, area)
    values |= of_shadows(shadows(town, outcome))
    light = daylight(town, outcome) if sun else None
    if light is not None:
        values |= of_daylight(light)
    indicators = named(values, internal=internal, sun=sun)
    return Evaluation(
        outcome, area, _with_outsiders(outcome, area), indicators, light, _felled(outcome, town)
    )


def sun_hours(variant: Variant, town: Town) -> Evaluation:
    """Sun hours alone."""
    outcome = apply(variant, town)
    area = area_of(variant, town, outcome)
    light = daylight(town, outcome)
    indicators = [i for i in named(of_daylight(light), internal=False, sun=True) if i.definition.sun]
    return Evaluation(
        outcome, area, _with_outsiders(outcome, area), indicators, light, _felled(outcome, town)
    )


def _felled(outcome: Outcome, town: Town) -> list[str]:
    return sorted(map(str, town.trees.ids[outcome.felled]))


def _with_outsiders(outcome: Outcome, area: Area) -> list[EditVerdict]:
    """Verdicts, with a warning on objects outside the area in the place of the one that all went well."""
    within = area.objects(outcome.objects)
    outside = {str(e) for e in outcome.objects.edit[~within]}
    told: list[EditVerdict] = []
    for verdict in outcome.verdicts:
        if verdict.edit in outside:
            told.append(EditVerdict(verdict.edit, Verdict.OUTSIDE_AREA))
            outside.remove(verdict.edit)
            if verdict.verdict is Verdict.DONE:
                continue
        told.append(verdict)
    return told
