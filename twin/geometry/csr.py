"""Arithmetic on offset arrays."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Ints


def offsets_of(sizes: Ints) -> Ints:
    """Offsets ``(N+1,)`` of rows with ``sizes (N,)`` elements."""
    offsets = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return offsets


def rows_of(offsets: Ints) -> Ints:
    """Row number of each element."""
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def spread(starts: Ints, sizes: Ints, step: Ints | int = 1) -> Ints:
    """Concatenate ``starts[i], starts[i] + step[i], ...`` with ``sizes[i]`` elements each."""
    offsets = offsets_of(sizes)
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], sizes)
    if isinstance(step, int) and step == 1:
        return np.repeat(starts, sizes) + within
    return np.repeat(starts, sizes) + within * np.repeat(np.broadcast_to(step, starts.shape), sizes)


def take_rows(values: Ints, offsets: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Values and offsets of some rows, in the order of ``rows``."""
    sizes = (offsets[1:] - offsets[:-1])[rows]
    return values[spread(offsets[:-1][rows], sizes)], offsets_of(sizes)


def successors(offsets: Ints) -> Ints:
    """Index of the next element of the same row, the first after the last. Rows are not empty."""
    following = np.arange(1, offsets[-1] + 1)
    following[offsets[1:] - 1] = offsets[:-1]
    return following
