"""Which names of columns say that they hold personal data, or the value of somebody's home."""

from __future__ import annotations

import re

PERSONAL = re.compile(
    r"belanghebbende|bsn|burgerservice|sofi|naam|eigenaar|gebruiker|persoon|geboorte|geslacht"
    r"|voorletter|rsin|kvk|telefoon|e-?mail|iban|rekening|correspondentie",
    re.IGNORECASE,
)
WOZ = re.compile(r"woz|vastgestelde_?waarde|taxatie_?waarde", re.IGNORECASE)


def smells_personal(column: str) -> bool:
    """Whether the name of a column points at personal data."""
    return PERSONAL.search(column) is not None


def smells_of_woz(column: str) -> bool:
    """Whether the name of a column points at WOZ values, which may not be published per object."""
    return WOZ.search(column) is not None
