"""What became of each edit, in words for whoever drew it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """Outcomes of an edit; those that are errors left the edit out, and nothing else."""

    DONE = "done"
    PAND_GONE = "pand-gone"
    ALREADY_DEMOLISHED = "already-demolished"
    DEMOLISHED = "demolished"
    NO_MODEL = "no-model"
    SELF_INTERSECTION = "self-intersection"
    HOLE_OUTSIDE = "hole-outside"
    TOO_SMALL = "too-small"
    OUTSIDE = "outside"
    NOT_SOLID = "not-solid"
    OVERLAP = "overlap"
    ROOF_FLAT = "roof-flat"
    OUTSIDE_AREA = "outside-area"
    NOT_CLOSED = "not-closed"
    TREES = "trees"
    CROWNS = "crowns"

    @property
    def level(self) -> str:
        """``ok``, ``warning`` (the edit counts) or ``error`` (it does not)."""
        return "ok" if self is Verdict.DONE else "warning" if self in _WARNINGS else "error"


_WARNINGS = {
    Verdict.OVERLAP,
    Verdict.ROOF_FLAT,
    Verdict.OUTSIDE_AREA,
    Verdict.NOT_CLOSED,
    Verdict.TREES,
    Verdict.CROWNS,
}

_WORDS: dict[Verdict, tuple[str, str]] = {
    Verdict.DONE: ("Verwerkt.", "Done."),
    Verdict.PAND_GONE: (
        "Pand {what} staat niet (meer) in deze stad, misschien sinds die opnieuw is gebouwd. Kies een ander "
        "pand of verwijder deze wijziging.",
        "Pand {what} is not in this city (any more), perhaps since it was built anew. Choose another pand or "
        "remove this edit.",
    ),
    Verdict.ALREADY_DEMOLISHED: (
        "Pand {what} is in een eerdere wijziging al gesloopt; deze wijziging kan weg.",
        "An earlier edit demolishes pand {what} already; this edit can go.",
    ),
    Verdict.DEMOLISHED: (
        "Pand {what} is in een eerdere wijziging gesloopt. Verwijder een van beide.",
        "An earlier edit demolishes pand {what}. Remove one of the two.",
    ),
    Verdict.NO_MODEL: (
        "Pand {what} heeft geen 3D-model, dus de vorm kan niet veranderen.",
        "Pand {what} has no 3D model, so its shape can't change.",
    ),
    Verdict.SELF_INTERSECTION: (
        "De omtrek snijdt zichzelf. Teken hem opnieuw, hoek na hoek rondom.",
        "The outline crosses itself. Draw it again, corner by corner around.",
    ),
    Verdict.HOLE_OUTSIDE: (
        "Een binnenplaats ligt niet binnen de omtrek. Teken hem opnieuw.",
        "A courtyard does not lie within the outline. Draw it again.",
    ),
    Verdict.TOO_SMALL: (
        "De omtrek is kleiner dan 1 m². Teken hem groter.",
        "The outline is smaller than 1 m². Draw it larger.",
    ),
    Verdict.OUTSIDE: (
        "Dit ligt buiten de stad. Verplaats het binnen de kaart.",
        "This lies outside the city. Move it onto the map.",
    ),
    Verdict.NOT_SOLID: (
        "Van deze omtrek kan geen gesloten volume worden gemaakt. Teken hem eenvoudiger.",
        "No closed volume can be made of this outline. Draw it simpler.",
    ),
    Verdict.OVERLAP: (
        "Overlapt {what}. Het telt dubbel mee; sloop of verplaats wat in de weg staat.",
        "Overlaps {what}. It counts twice; demolish or move what stands in the way.",
    ),
    Verdict.ROOF_FLAT: (
        "De gevraagde dakvorm past niet op deze omtrek; het dak is plat gemaakt.",
        "The form of roof does not fit this outline; the roof was made flat.",
    ),
    Verdict.OUTSIDE_AREA: (
        "Dit ligt buiten het gebied waarover wordt gerekend en telt niet mee in de cijfers van het gebied.",
        "This lies outside the area of the figures and does not count in them.",
    ),
    Verdict.NOT_CLOSED: (
        "Het geïmporteerde ontwerp is geen gesloten volume: inhoud en zonnedak tellen niet mee.",
        "The imported design is no closed volume: its volume and solar roof don't count.",
    ),
    Verdict.TREES: (
        "Bomen op deze plek: {what}. Zij tellen als gekapt.",
        "Trees on this spot: {what}. They count as felled.",
    ),
    Verdict.CROWNS: (
        "Bomen ernaast met de kroon in het gebouw: {what}. Zij tellen als gekapt; met meer afstand of minder "
        "hoogte kunnen zij blijven.",
        "Trees beside it with their crown in the building: {what}. They count as felled; with more distance "
        "or less height they can stay.",
    ),
}


@dataclass(frozen=True, slots=True)
class EditVerdict:
    """Verdict on an edit; ``what`` names the pand or what it overlaps, or is a number of trees."""

    edit: str
    verdict: Verdict
    what: str = ""

    def as_json(self) -> dict[str, Any]:
        """As the API answers it."""
        nl, en = (words.replace("{what}", self.what) for words in _WORDS[self.verdict])
        return {
            "edit": self.edit,
            "level": self.verdict.level,
            "code": str(self.verdict),
            "nl": nl,
            "en": en,
        }
