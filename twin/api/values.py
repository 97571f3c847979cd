"""Values of requests in the types of the catalogue, to be bound as parameters."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any
from zoneinfo import ZoneInfo

from twin.errors import QueryError

_HERE = ZoneInfo("Europe/Amsterdam")


def typed(kind: str, value: Any, where: str) -> Any:
    """A value, or the text of one, in the type of an attribute.

    Parameters
    ----------
    kind : str
        As in :class:`twin.catalogue.Attribute`; of a list, the type of a member.
    value
        From a query or from JSON.
    where : str
        Parameter, for the message.

    Raises
    ------
    QueryError
        When it is none of that type.
    """
    try:
        match kind:
            case "integer" | "number":
                return _number(value, whole=kind == "integer" and isinstance(value, str))
            case "boolean":
                return (
                    value if isinstance(value, bool) else {"true": True, "false": False}[_text(value).lower()]
                )
            case "date":
                return dt.date.fromisoformat(_text(value))
            case "datetime":
                return _without_zone(_text(value))
            case _:
                return _text(value)
    except (ValueError, KeyError, TypeError, OverflowError):
        shown = repr(value)[:80]
        raise QueryError(f"{where}: {shown} is no value of type {kind}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    if "\0" in value:
        raise ValueError("a null character")
    value.encode()  # half a surrogate pair is no text
    return value


def _number(value: Any, *, whole: bool) -> int | float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError("not a number")
    number: int | float = int(value) if whole or isinstance(value, int) else float(value)
    if isinstance(number, int):
        if not -(2**63) <= number < 2**63:
            raise ValueError("too large for any attribute")
    elif not math.isfinite(number):
        raise ValueError("not finite")
    return number


def local_time(value: Any, where: str) -> str:
    """An instant of CQL2, which is in UTC or with its zone, as the Dutch local time that registers give.

    Raises
    ------
    QueryError
        When it is no instant.
    """
    try:
        time = dt.datetime.fromisoformat(_text(value))
        zoned = time if time.tzinfo is not None else time.replace(tzinfo=dt.UTC)
        return zoned.astimezone(_HERE).replace(tzinfo=None).isoformat()
    except (ValueError, TypeError, OverflowError):
        raise QueryError(f"{where}: {repr(value)[:80]} is no instant of RFC 3339") from None


def _without_zone(text: str) -> dt.datetime:
    """Registers give Dutch local time without a zone; a zone in a request must not shift it silently."""
    time = dt.datetime.fromisoformat(text)
    if time.tzinfo is not None:
        raise ValueError("times here have no zone")
    return time
