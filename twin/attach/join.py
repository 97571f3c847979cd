"""The account of a join: what matched, what did not, with examples."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import pandas as pd

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class JoinReport:
    """How well two tables fitted.

    Attributes
    ----------
    name : str
        ``"pand <- verblijfsobject"``.
    key : str
        What they were joined by.
    left, left_matched : int
        Objects, and those of them that got at least one record.
    right, right_matched : int
        Records, and those of them that found an object.
    counted : {"records", "links", "objects"}
        What should all match: the records of a register that is delivered for these objects, the links that
        records have to objects (these are then `right`), or the objects, where records are areas that they
        lie in.
    unmatched_left, unmatched_right : tuple of str
        Some keys without a partner.
    """

    name: str
    key: str
    left: int
    left_matched: int
    right: int
    right_matched: int
    counted: Literal["records", "links", "objects"] = "records"
    unmatched_left: tuple[str, ...] = ()
    unmatched_right: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, key: str, left: pd.Series[Any], right: pd.Series[Any]) -> JoinReport:
        """Compare the keys of objects (``left``) with those of records (``right``, repeats allowed)."""
        left_found, right_found = left.isin(right.dropna()), right.isin(left.dropna())
        return cls(
            name,
            key,
            len(left),
            int(left_found.sum()),
            len(right),
            int(right_found.sum()),
            "records",
            _examples(left[~left_found]),
            _examples(right[~right_found]),
        )

    @property
    def rate(self) -> float:
        """Share of what is counted that matched; 1 when there is nothing to match."""
        return self.matched / self.total if self.total else 1.0

    @property
    def matched(self) -> int:
        """How many of what is counted matched."""
        return self.left_matched if self.counted == "objects" else self.right_matched

    @property
    def total(self) -> int:
        """How many there are of what is counted."""
        return self.left if self.counted == "objects" else self.right

    def as_json(self) -> dict[str, Any]:
        """For the manifest and the report."""
        return {
            **asdict(self),
            "matched": self.matched,
            "total": self.total,
            "rate": round(self.rate, 4),
        }


def _examples(keys: pd.Series[Any]) -> tuple[str, ...]:
    return tuple(keys.dropna().astype("str").drop_duplicates().sort_values().head(EXAMPLES))
