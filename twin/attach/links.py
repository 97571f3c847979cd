"""The links between verblijfsobjecten and panden: many to many, in columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
import pandas as pd

from twin.geometry.columns import Ints


@dataclass(frozen=True, slots=True)
class PandLinks:
    """One line per verblijfsobject and pand that it lies in.

    Attributes
    ----------
    unit : (L,) int64
        Row of the verblijfsobject, ascending.
    pand_id : (L,) Series of str
    number, parts : (L,) int64
        This is link ``number`` (from 0) of the ``parts`` links of its verblijfsobject.
    """

    unit: Ints
    pand_id: pd.Series[str]
    number: Ints
    parts: Ints

    @classmethod
    def of(cls, pand_ids: Iterable[tuple[str, ...]]) -> PandLinks:
        """Links of verblijfsobjecten that each name their panden; a pand named twice counts once."""
        lists = [tuple(dict.fromkeys(ids)) for ids in pand_ids]
        count = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
        unit = np.repeat(np.arange(len(lists), dtype=np.int64), count)
        first = np.repeat(np.cumsum(count) - count, count)
        names = pd.Series(list(chain.from_iterable(lists)), dtype="str")
        return cls(unit, names, np.arange(len(unit), dtype=np.int64) - first, count[unit])

    def shares(self, amounts: pd.Series[Any]) -> pd.Series[Any]:
        """Divide whole amounts ``(U,)`` of the verblijfsobjecten equally over their panden: ``(L,)`` Int64.

        What can't be divided goes to the first panden, one each: shares are whole and add up exactly.
        """
        whole = amounts.astype("Int64").take(self.unit).reset_index(drop=True)
        remainder = whole % self.parts
        return whole // self.parts + (remainder > self.number).astype("Int64")


def sorted_sets(keys: pd.Series[Any], values: pd.Series[Any]) -> pd.Series[Any]:
    """Distinct known values per key, as sorted tuples; a key without any is not there."""
    pairs = pd.DataFrame({"key": keys.to_numpy(), "value": values.to_numpy()}).dropna()
    pairs = pairs.drop_duplicates().sort_values(["key", "value"])
    start = np.flatnonzero(~pairs["key"].duplicated())
    listed = pairs["value"].tolist()
    sets = [tuple(listed[a:b]) for a, b in pairwise([*start.tolist(), len(listed)])]
    return pd.Series(sets, index=pairs["key"].iloc[start], dtype="object")
