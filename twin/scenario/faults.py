"""What is wrong with the file of a variant, for whoever wrote it (English) and whoever opens it (Dutch)."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

_WORDS = {
    "no_text": "bevat tekens die geen tekst zijn",
    "outside_country": "ligt buiten Nederland (in RD: x van 0 tot 300000 m, y van 300000 tot 625000 m)",
    "roof_open": "een zadeldak of schilddak heeft een helling of een nokhoogte nodig, en niet beide",
    "base_high": "de onderkant ({base} m) moet lager liggen dan de goot ({height} m)",
    "ridge_low": "de nok ({ridge} m) moet hoger liggen dan de goot ({height} m)",
    "many_corners": "heeft meer dan {most} hoeken",
    "no_vertex": "een driehoek noemt hoekpunt {number} van {count}",
    "same_id": "twee wijzigingen heten {id}",
    "missing": "ontbreekt",
    "extra_forbidden": "hoort niet in een variant",
    "greater_than": "moet meer zijn dan {gt}",
    "greater_than_equal": "moet minstens {ge} zijn",
    "less_than_equal": "mag hoogstens {le} zijn",
    "finite_number": "moet een eindig getal zijn",
    "float_type": "moet een getal zijn",
    "float_parsing": "moet een getal zijn",
    "int_type": "moet een geheel getal zijn",
    "int_parsing": "moet een geheel getal zijn",
    "int_parsing_size": "is een te groot getal",
    "int_from_float": "moet een geheel getal zijn",
    "string_type": "moet tekst zijn",
    "string_unicode": "bevat tekens die geen tekst zijn",
    "string_too_long": "mag hoogstens {max_length} tekens hebben",
    "string_too_short": "mag niet leeg zijn",
    "string_pattern_mismatch": "heeft een vorm die niet mag",
    "too_short": "moet er minstens {min_length} hebben",
    "too_long": "mag er hoogstens {max_length} hebben",
    "list_type": "moet een lijst zijn",
    "tuple_type": "moet een lijst zijn",
    "dict_type": "heeft een andere vorm dan in een variant",
    "model_type": "heeft een andere vorm dan in een variant",
    "model_attributes_type": "heeft een andere vorm dan in een variant",
    "literal_error": "moet een van deze zijn: {expected}",
    "union_tag_invalid": "is een soort wijziging die dit programma niet kent",
    "union_tag_not_found": "zegt niet welke soort wijziging het is",
    "datetime_type": "moet een datum en tijd zijn",
    "datetime_parsing": "moet een datum en tijd zijn",
    "datetime_from_date_parsing": "moet een datum en tijd zijn",
    "datetime_object_invalid": "moet een datum en tijd zijn",
}
"""Kinds of faults of pydantic that the models of a variant can have, and those of their own."""

_OTHER = "klopt niet"

_NAMES = {
    "area": "plangebied",
    "base": "onderkant",
    "created": "datum",
    "description": "beschrijving",
    "dwellings": "woningen",
    "dx": "verplaatsing naar oost",
    "dy": "verplaatsing naar noord",
    "edits": "wijzigingen",
    "floors": "bouwlagen",
    "form": "dakvorm",
    "height": "hoogte",
    "label": "naam",
    "mesh": "ontwerp",
    "modified": "datum",
    "position": "plaats",
    "ridge": "nok",
    "rings": "omtrek",
    "roof": "dak",
    "rotation": "draaiing",
    "scale": "schaal",
    "set": "kenmerken",
    "slope": "dakhelling",
    "title": "naam",
    "triangles": "driehoeken",
    "vertices": "hoekpunten",
    "views": "beelden",
}
"""Keys of a variant in words; the others are words already, or names that nobody gives a building."""

_KINDS = frozenset(("demolish", "add", "raise", "move", "import", "change"))


def told(error: ValidationError, *, most: int) -> tuple[str, str]:
    """The faults of a variant in English and in Dutch.

    Parameters
    ----------
    error : ValidationError
        Of the models of a variant.
    most : int
        How many are told; the same fault of corner after corner is one.

    Returns
    -------
    en, nl : str
    """
    faults = error.errors(include_input=False, include_url=False)
    en = {(_named(f["loc"]), f["msg"]): f["loc"] for f in reversed(faults)}
    listed = [f"{'.'.join(str(p)[:40] for p in at) or 'whole'}: {words}" for (_, words), at in en.items()]
    nl = list(dict.fromkeys(_dutch(f["loc"], f["type"], f.get("ctx", {})) for f in faults))
    return _some(listed[::-1], most, "and {count} more"), _some(nl, most, "en nog {count}")


def too_large(what: str, most: int) -> tuple[str, str]:
    """That a file is too large, in English and in Dutch."""
    return (
        f"The {what} has more than {most} bytes, which is all that is allowed",
        f"Het bestand is groter dan {most / 1_000_000:g} MB, het meeste dat mag",
    )


def _named(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """A location up to its last name: without the number of a corner."""
    last = max((at for at, part in enumerate(location) if isinstance(part, str)), default=-1)
    return location[: last + 1]


def _some(told: list[str], most: int, more: str) -> str:
    left = [more.replace("{count}", str(len(told) - most))] if len(told) > most else []
    return "; ".join([*told[:most], *left])


def _dutch(location: tuple[int | str, ...], kind: str, context: dict[str, Any]) -> str:
    words = _WORDS.get(kind, _OTHER)
    for name, value in context.items():
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        words = words.replace(f"{{{name}}}", shown[:80])
    return ": ".join(part for part in (_where(location), words) if part)


def _where(location: tuple[int | str, ...]) -> str:
    """Which edit, and which part of it; a number within that says nothing to who drew it."""
    parts = list(location)
    numbered = []
    if len(parts) > 1 and parts[0] in ("edits", "views") and isinstance(parts[1], int):
        numbered = [f"{'wijziging' if parts[0] == 'edits' else 'beeld'} {parts[1] + 1}"]
        parts = parts[3:] if len(parts) > 2 and parts[2] in _KINDS else parts[2:]
    names = [_NAMES.get(part, part[:40]) for part in parts if isinstance(part, str)]
    return ", ".join([*numbered, *names[-1:]])
