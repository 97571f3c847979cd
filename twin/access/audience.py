"""For whom an answer is meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from twin.catalogue import STRICTNESS, Classification

Right = Literal["openbaar", "intern", "vertrouwelijk", "planner"]
"""A classification that may be seen with all that is less strict, or ``planner``: may save scenarios."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who asks, as far as it matters.

    Attributes
    ----------
    clearance : str
        The strictest classification they may see.
    planner : bool
        Whether they may save scenarios.
    subject : str or None
        Id of an API key, or a keyed hash of a person at a provider: never a name. None for anybody.
    """

    clearance: Classification = "openbaar"
    planner: bool = False
    subject: str | None = None

    @classmethod
    def of(cls, rights: Iterable[Right], subject: str) -> Audience:
        """Somebody with some rights."""
        given = set(rights)
        seen: list[Classification] = [c for c in STRICTNESS if c in given]
        return cls(seen[-1] if seen else "openbaar", "planner" in given, subject)

    @property
    def anonymous(self) -> bool:
        """Whether nobody said who they are."""
        return self.subject is None


ANONYMOUS = Audience()
