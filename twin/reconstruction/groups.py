"""Ranges, pairs and groups in flat arrays: what replaces a loop over parts, lines or faces.

Float sums over a chunk (``cumsum``) would make a part's result depend on its neighbours; everything here
counts in integers or works within one group.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.ragged import expand

Numbers = TypeVar("Numbers", Floats, Ints)


def offsets(parent: Ints, groups: int) -> Ints:
    """Offsets ``(groups+1,)`` of the rows of a table whose column ``parent`` is ascending."""
    return np.searchsorted(parent, np.arange(groups + 1))


def sizes(parent: Ints, groups: int) -> Ints:
    """Number of rows ``(groups,)`` of each group, of an ascending ``parent``; counting is slower."""
    return np.diff(offsets(parent, groups))


def cross(parent: Ints, element_offsets: Ints) -> tuple[Ints, Ints]:
    """Each row with every element of its parent: pairs ``(row, element)``."""
    first = element_offsets[parent]
    return expand(first, element_offsets[parent + 1] - first)


def pairs(parent_offsets: Ints) -> tuple[Ints, Ints]:
    """Each pair ``i < j`` of rows with the same parent."""
    count = np.diff(parent_offsets)
    rows = np.arange(parent_offsets[-1], dtype=np.int64)
    return expand(rows + 1, np.repeat(parent_offsets[1:], count) - rows - 1)


def rank(parent: Ints, groups: int) -> Ints:
    """Position of each row in its group, for an ascending ``parent``."""
    return np.arange(len(parent), dtype=np.int64) - offsets(parent, groups)[parent]


def group_min(values: Numbers, parent: Ints, groups: int, empty: float) -> Numbers:
    """Smallest value per group, ``empty`` for a group without rows; fastest run by run."""
    return _extreme(np.minimum, values, parent, groups, empty)


def group_max(values: Numbers, parent: Ints, groups: int, empty: float) -> Numbers:
    """Largest value per group, ``empty`` for a group without rows; fastest run by run."""
    return _extreme(np.maximum, values, parent, groups, empty)


def _extreme(choose: np.ufunc, values: Numbers, parent: Ints, groups: int, empty: float) -> Numbers:
    out = np.full(groups, empty, dtype=values.dtype)
    first = np.flatnonzero(first_of_each(parent))
    if len(first):
        choose.at(out, parent[first], choose.reduceat(values, first))
    return out


def group_sum(values: Floats, parent: Ints, groups: int) -> Floats:
    """Sum per group, added in the order of the rows."""
    return np.bincount(parent, weights=values, minlength=groups).astype(np.float64, copy=False)


def first_of_each(key: Ints) -> Bools:
    """True where a value of ``key`` differs from the one before: in an ascending one, where it is new."""
    return np.concatenate((np.ones(min(len(key), 1), bool), key[1:] != key[:-1]))


def resolve(pointer: Ints) -> Ints:
    """Follow ``pointer`` from every row to its root (a row that points at itself), by doubling."""
    while True:
        onward = pointer[pointer]
        if np.array_equal(onward, pointer):
            return pointer
        pointer = onward


def sweep(part_a: Ints, low: Floats, high: Floats, part_b: Ints, x: Floats) -> tuple[Ints, Ints]:
    """Pairs ``(a, b)`` of one part with ``low[a] <= x[b] <= high[a]``, and a few more; test them exactly."""
    if len(part_a) == 0 or len(part_b) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    least = min(low.min(), x.min())
    pitch = 2 * (max(high.max(), x.max()) - least) + 1
    key = part_b * pitch + (x - least)
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.searchsorted(key, part_a * pitch + (low - least) - 1e-6)
    last = np.searchsorted(key, part_a * pitch + (high - least) + 1e-6, side="right")
    a, place = expand(first, last - first)
    return a, order[place]
