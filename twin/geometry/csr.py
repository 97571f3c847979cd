"""Arithmetic on offset arrays."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Floats, Ints


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


def successors(offsets: Ints) -> Ints:
    """Index of the next element of the same row, the first after the last. Rows are not empty."""
    following: Ints = np.arange(1, offsets[-1] + 1)
    following[offsets[1:] - 1] = offsets[:-1]
    return following


def sums(rows: Ints, values: Floats | Ints, count: int) -> Floats:
    """Sum of the values in each of ``count`` rows."""
    return np.bincount(rows, weights=values, minlength=count).astype(np.float64, copy=False)
