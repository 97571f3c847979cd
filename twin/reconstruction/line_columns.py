"""Straight lines on roofs, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from twin.geometry.columns import Bytes, Floats, Ints


class LineKind(IntEnum):
    """Why a line is there."""

    INTERSECTION = 0
    AXIS_STEP = 1
    OBLIQUE_STEP = 2


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines ``normal . x = offset`` of many parts, with the stretch that the data supports.

    Attributes
    ----------
    part : (L,) int64
        Ascending.
    normal : (L, 2) float64
        Unit length; the line runs along ``(-normal_y, normal_x)``.
    offset : (L,) float64 [m]
    t0, t1 : (L,) float64 [m]
        Stretch along that direction, ``t0 < t1``.
    weight : (L,) float64 [m]
        Length of the border pixels that support it.
    kind : (L,) uint8
        A :class:`LineKind`.
    """

    part: Ints
    normal: Floats
    offset: Floats
    t0: Floats
    t1: Floats
    weight: Floats
    kind: Bytes

    def __len__(self) -> int:
        return len(self.part)

    @property
    def direction(self) -> Floats:
        """Unit vector ``(L, 2)`` along each line."""
        return np.column_stack((-self.normal[:, 1], self.normal[:, 0]))

    def take(self, rows: Ints) -> Lines:
        """Some of the lines."""
        return Lines(
            self.part[rows],
            self.normal[rows],
            self.offset[rows],
            self.t0[rows],
            self.t1[rows],
            self.weight[rows],
            self.kind[rows],
        )


@dataclass(frozen=True, slots=True)
class StepLines:
    """Step lines with the segments (L,) on their negative and positive side, seen along the normal."""

    lines: Lines
    negative: Ints
    positive: Ints

    def __len__(self) -> int:
        return len(self.lines)


def joined(pieces: list[Lines]) -> Lines:
    """All lines of ``pieces``, by part; within a part in the given order."""
    together = Lines(
        part=np.concatenate([p.part for p in pieces]),
        normal=np.concatenate([p.normal for p in pieces]),
        offset=np.concatenate([p.offset for p in pieces]),
        t0=np.concatenate([p.t0 for p in pieces]),
        t1=np.concatenate([p.t1 for p in pieces]),
        weight=np.concatenate([p.weight for p in pieces]),
        kind=np.concatenate([p.kind for p in pieces]),
    )
    return together.take(np.argsort(together.part, kind="stable"))
