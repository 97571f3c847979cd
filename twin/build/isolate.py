"""One object that a method breaks on never breaks a build: what fails is halved until the object is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import structlog

from twin.geometry.columns import Ints

log = structlog.get_logger()

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Piece(Generic[T]):
    """Result of some consecutive objects.

    Attributes
    ----------
    rows : (N,) int64
    result : T or None
        None for the one object that the method broke on.
    """

    rows: Ints
    result: T | None


def isolating(method: Callable[[Ints], T], ids: Sequence[str]) -> list[Piece[T]]:
    """Results of a method for objects ``0..N-1``, with any object that breaks it set apart.

    All are tried at once, as array code should; only if that raises, halves are, and so on. The method's
    result for an object must not depend on the others, so what is left is what it would have been.

    Parameters
    ----------
    method : callable
        From rows ``(N,)`` to a result; may raise anything.
    ids : sequence of str
        To name an object with in the log.
    """
    return _try(method, ids, np.arange(len(ids), dtype=np.int64))


def _try(method: Callable[[Ints], T], ids: Sequence[str], rows: Ints) -> list[Piece[T]]:
    try:
        return [Piece(rows, method(rows))]
    except Exception as error:
        # Whatever it is: a fault in the program, or an object that nobody thought of.
        if len(rows) < 2:
            log.warning("object set apart", object=ids[rows[0]] if len(rows) else None, error=repr(error))
            return [Piece(rows, None)]
    middle = len(rows) // 2
    return _try(method, ids, rows[:middle]) + _try(method, ids, rows[middle:])
