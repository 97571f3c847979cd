"""One spelling for the keys that tie the registers together.

A BAG id is 16 digits: four of the gemeente that issued it, two of its kind (pand 10, verblijfsobject 01,
...) and ten of its own. It reaches us with a prefix, in a URI, as a number that lost its leading
zeros, or as a float that a table made of it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import pandas as pd


class ObjectType(StrEnum):
    """Fifth and sixth digit of a BAG id, by the kind of object."""

    VERBLIJFSOBJECT = "01"
    LIGPLAATS = "02"
    STANDPLAATS = "03"
    PAND = "10"
    NUMMERAANDUIDING = "20"
    OPENBARE_RUIMTE = "30"


class Area(StrEnum):
    """Letters of a CBS code, by the kind of area."""

    GEMEENTE = "GM"
    WIJK = "WK"
    BUURT = "BU"


class Normalised(NamedTuple):
    """Ids in their one spelling, and why some have none.

    Attributes
    ----------
    ids : pandas.Series of str
        Same index as the input; missing where there is no well-formed id.
    reason : pandas.Series of str
        Missing where the id is good, otherwise a clause for a reject line.
    """

    ids: pd.Series
    reason: pd.Series


MISSING = "id is missing"

_AREA_DIGITS = {Area.GEMEENTE: 4, Area.WIJK: 6, Area.BUURT: 8}
_PREFIX = r"^(?:NL\.IMBAG\.[A-Za-z]+\.|https?://\S*/)"
# Gemeente codes have at most three leading zeros and never more than four digits.
_SHORTEST_NUMBER = 13


def bag_ids(values: pd.Series, kind: ObjectType | None = None) -> Normalised:
    """Spell BAG ids as 16 digits.

    Parameters
    ----------
    values : pandas.Series
        Strings (bare, ``NL.IMBAG.Pand.`` before them, or at the end of a URI), integers or floats.
    kind : ObjectType, optional
        What the ids are of. An id that says it is of another kind is malformed; a kind that is not
        on the list passes, because only sixteen digits are promised.

    Returns
    -------
    Normalised
        A number that lost leading zeros gets them back only if a known kind then stands in its place, so
        that an id cut short is not taken for one of them.
    """
    text = _as_text(values).str.replace(_PREFIX, "", regex=True, case=False)
    digits = text.str.fullmatch(r"\d+", na=False)
    length = text.str.len()
    padded = text.str.zfill(16)
    type_digits = padded.str.slice(4, 6)
    known = type_digits.isin([str(t) for t in ObjectType])

    whole = digits & (length == 16)
    restored = digits & length.between(_SHORTEST_NUMBER, 15) & known
    good = (whole | restored) & (padded != "0" * 16)
    reason = _reasons(text, good, "is not a BAG id of 16 digits")
    if kind is not None:
        other = good & known & (type_digits != str(kind))
        names = type_digits.map({str(t): t.name.lower() for t in ObjectType})
        reason = reason.mask(
            other, "id '" + padded + "' is of a " + names + ", not of a " + kind.name.lower()
        )
        good &= ~other
    return Normalised(padded.where(good), reason)


def woonplaats_ids(values: pd.Series) -> Normalised:
    """Spell woonplaats ids as 4 digits, from the same variety of input as :func:`bag_ids`."""
    text = _as_text(values).str.replace(_PREFIX, "", regex=True, case=False)
    good = text.str.fullmatch(r"\d{1,4}", na=False)
    return Normalised(
        text.str.zfill(4).where(good), _reasons(text, good, "is not a woonplaats id of 4 digits")
    )


def postcodes(values: pd.Series) -> Normalised:
    """Spell postcodes as ``1234AB``."""
    text = _as_text(values).str.replace(r"\s+", "", regex=True).str.upper()
    good = text.str.fullmatch(r"[1-9]\d{3}[A-Z]{2}", na=False)
    return Normalised(text.where(good), _reasons(text, good, "is not a postcode like 1234AB"))


def cbs_codes(values: pd.Series, area: Area) -> Normalised:
    """Spell CBS codes with their letters and all their digits: ``BU05030101``, ``WK050301``, ``GM0503``."""
    width = _AREA_DIGITS[area]
    text = _as_text(values).str.upper()
    digits = text.str.replace(rf"^{area}", "", regex=True)
    good = digits.str.fullmatch(rf"\d{{{width - 3},{width}}}", na=False)
    codes = str(area) + digits.str.zfill(width)
    return Normalised(codes.where(good), _reasons(text, good, f"is not a CBS code like {area}{'0' * width}"))


def _as_text(values: pd.Series) -> pd.Series:
    """Strings without white space or a float's ``.0``; missing where there is nothing in them."""
    if pd.api.types.is_float_dtype(values):
        # Doubles hold every integer up to 2^53 exactly, and no BAG id exceeds that.
        whole = values.isna() | (values.mod(1) == 0)
        integers = values.where(whole).astype("Int64")
        text = integers.astype("str").where(integers.notna())
        return text.mask(~whole, values.astype("str"))
    text = values.astype("str").where(values.notna()).str.strip()
    text = text.str.replace(r"\.0+$", "", regex=True)
    spreadsheet = text.str.fullmatch(r"\d[.,]\d+[eE]\+?\d+", na=False)
    if spreadsheet.any():
        text = text.mask(spreadsheet, text[spreadsheet].map(_from_scientific))
    return text.mask(text == "")


def _from_scientific(text: str) -> str:
    """Digits of ``5.03100000018603E+14``, or the text as it was where the spreadsheet rounded digits away."""
    mantissa, exponent = text.lower().replace(",", ".").split("e")
    digits = mantissa.replace(".", "")
    return digits if len(digits) == int(exponent) + 1 else text


def _reasons(text: pd.Series, good: pd.Series, complaint: str) -> pd.Series:
    reason = ("'" + text + "' " + complaint).where(~good)
    return reason.mask(text.isna(), MISSING)
