"""Arithmetic of lists of unequal length kept in flat arrays."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Ints


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


def offsets(count: Ints) -> Ints:
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
