"""Hiding figures of few records, and as many others as it takes that they can't be computed back.

A figure of a buurt that rests on fewer records than the minimum is hidden (primary suppression). Whoever
knows the figure of the wijk or gemeente could still subtract the others from it. So in each of them the
hidden buurten must be at least two and hold the minimum of records together, or else the smallest of the
others is hidden as well (secondary suppression). All guarded attributes of a data set are hidden in the same
buurten: a sum that is hidden can't be had from a mean and a count.

Source: Hundepool et al., Statistical Disclosure Control (2012), chapter 4; the threshold rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from twin.geometry.columns import Bools, Ints


def hidden_cells(counts: Ints, groups: Sequence[pd.Series[Any]], minimum: int) -> Bools:
    """Which cells are to be hidden.

    Parameters
    ----------
    counts : (N,) int64
        Records behind each cell.
    groups : sequence of (N,) Series
        Groups whose totals may be known elsewhere, the finest first; a missing group is one as well.
    minimum : int

    Returns
    -------
    (N,) bool
        A cell without any record is not among them: there is nothing to hide.
    """
    filled = counts > 0
    hidden = filled & (counts < minimum)
    levels = [pd.factorize(group, use_na_sentinel=False)[0] for group in groups]
    before = -1
    while before != (before := int(hidden.sum())):  # what one level hides, another may have to hide with more
        for codes in levels:
            for code in np.unique(codes[hidden]):
                members = np.flatnonzero((codes == code) & filled)
                order = members[np.argsort(counts[members], kind="stable")]
                hidden[_protected(order, counts, hidden, minimum)] = True
    return hidden


def _protected(order: Ints, counts: Ints, hidden: Bools, minimum: int) -> Ints:
    """Cells to hide besides those of ``order`` (by count) that are: the fewest and smallest that suffice."""
    number, total = int(hidden[order].sum()), int(counts[order][hidden[order]].sum())
    more = []
    for cell in order[~hidden[order]].tolist():
        if number >= 2 and total >= minimum:
            break
        more.append(cell)
        number, total = number + 1, total + int(counts[cell])
    return np.array(more, dtype=np.int64)
