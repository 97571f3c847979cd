"""Arithmetic of lists of unequal length kept in flat arrays."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Floats, Ints


def expand(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Write out ``count (M,)`` consecutive numbers from ``first (M,)`` for each entry.

    Returns
    -------
    owner, number : (sum(count),) int64
        Entry that each number belongs to, and the number itself.
    """
    owner = np.repeat(np.arange(len(count), dtype=np.int64), count)
    begin = np.cumsum(count) - count
    number = np.arange(len(owner), dtype=np.int64) + np.repeat(first - begin, count)
    return owner, number


def offsets_of(count: Ints) -> Ints:
    """Offsets ``(M+1,)`` of lists with ``count (M,)`` entries."""
    out = np.zeros(len(count) + 1, np.int64)
    np.cumsum(count, out=out[1:])
    return out


def ring_successor(ring_offsets: Ints) -> Ints:
    """Index of the next vertex in the same ring, for each of the ``V`` vertices."""
    following = np.arange(1, ring_offsets[-1] + 1, dtype=np.int64)
    nonempty = ring_offsets[1:] > ring_offsets[:-1]
    following[ring_offsets[1:][nonempty] - 1] = ring_offsets[:-1][nonempty]
    return following


def ring_predecessor(ring_offsets: Ints) -> Ints:
    """Index of the previous vertex in the same ring, for each of the ``V`` vertices."""
    before = np.arange(-1, ring_offsets[-1] - 1, dtype=np.int64)
    nonempty = ring_offsets[1:] > ring_offsets[:-1]
    before[ring_offsets[:-1][nonempty]] = ring_offsets[1:][nonempty] - 1
    return before


def rows_of(offsets: Ints) -> Ints:
    """Row number of each element."""
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def spread(starts: Ints, sizes: Ints, step: Ints | int = 1) -> Ints:
    """Concatenate ``starts[i], starts[i] + step[i], ...`` with ``sizes[i]`` elements each."""
    offsets = offsets_of(sizes)
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], sizes)
    spaced: Ints = np.repeat(starts, sizes)
    if isinstance(step, int):
        spaced += within if step == 1 else step * within
    else:
        spaced += within * np.repeat(step, sizes)
    return spaced


def take_rows(values: Ints, offsets: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Values and offsets of some rows, in the order of ``rows``."""
    sizes = (offsets[1:] - offsets[:-1])[rows]
    return values[spread(offsets[:-1][rows], sizes)], offsets_of(sizes)


def sums(rows: Ints, values: Floats | Ints, count: int) -> Floats:
    """Sum of the values in each of ``count`` rows."""
    return np.bincount(rows, weights=values, minlength=count).astype(np.float64, copy=False)
