"""Clouds of several years: which of them a pand is best made from.

The rule is that of 3DBAG: the newest cloud that covers the roof; an older one only where the newest does not,
and where nothing shows that the building changed in between.
Source: the thresholds of 3DBAG's roofer (``select_pointcloud.hpp``): at most 6 % of the footprint without
data, an empty circle of at most 0.5 m, and a change where half of the cells differ by more than 1.2 m, which
is to say that the median does. Coverage is measured here as :func:`twin.reconstruction.atlas.coverage` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from twin.geometry.columns import Bools, Bytes, Floats, Ints
from twin.geometry.footprints import footprints_from
from twin.reconstruction.assign import assign, points_in_footprints
from twin.reconstruction.atlas import atlas, coverage, roof_points
from twin.reconstruction.frame import frames
from twin.reconstruction.parameters import PlaneParameters

MOST_NODATA = 0.06  # share of the footprint; 3DBAG's
WIDEST_GAP = (
    0.75  # m from centre to centre of cells: then a circle in the empty ones has at most 3DBAG's 0.5 m
)
SAME_HEIGHT = 1.2  # m: median difference up to which a building counts as unchanged; 3DBAG's
GROUND_SHARE = 0.25  # of the footprint's cells of 1 m that hold ground: more, and the building is gone
_CELL = 1.0  # m


@unique
class CloudReason(IntEnum):
    """Why a pand is made from this cloud and no other."""

    ONLY = 0
    NEWEST = 1
    NEWER_HAS_GAPS = 2
    NEWER_IS_EMPTY = 3
    CHANGED = 4
    NONE_BETTER = 5

    @property
    def nl(self) -> str:
        """The reason in Dutch."""
        return _TEXTS[self][0]

    @property
    def en(self) -> str:
        """The reason in English."""
        return _TEXTS[self][1]


_TEXTS = {
    CloudReason.ONLY: ("enige puntenwolk", "the only cloud"),
    CloudReason.NEWEST: ("nieuwste puntenwolk", "the newest cloud"),
    CloudReason.NEWER_HAS_GAPS: (
        "nieuwere puntenwolk heeft gaten en het pand is niet veranderd",
        "the newer cloud has gaps and the building did not change",
    ),
    CloudReason.NEWER_IS_EMPTY: (
        "nieuwere puntenwolk heeft hier geen dak en geen maaiveld",
        "the newer cloud has no roof and no ground here",
    ),
    CloudReason.CHANGED: (
        "nieuwste puntenwolk, ondanks gaten: het pand is veranderd",
        "the newest cloud in spite of gaps: the building changed",
    ),
    CloudReason.NONE_BETTER: (
        "nieuwste puntenwolk, ondanks gaten: oudere zijn niet beter",
        "the newest cloud in spite of gaps: older ones are no better",
    ),
}


@dataclass(frozen=True, slots=True)
class Epoch:
    """A cloud of one year.

    Attributes
    ----------
    xyz : (N, 3) float64 [m, RD+NAP]
    classification : (N,) uint8
    parameters : PlaneParameters
        How to read its classes.
    """

    xyz: Floats
    classification: Bytes
    parameters: PlaneParameters


def choose(polygons: npt.NDArray[Any], epochs: Sequence[Epoch]) -> tuple[Ints, Bytes]:
    """The cloud of each pand, from its outline and the points in it only.

    Parameters
    ----------
    polygons : (M,) of shapely (Multi)Polygon, EPSG:28992
    epochs : sequence of Epoch
        Newest first.

    Returns
    -------
    epoch : (M,) int64
        Place in ``epochs``.
    reason : (M,) uint8
        A :class:`CloudReason`.
    """
    panden = len(polygons)
    epoch = np.zeros(panden, dtype=np.int64)
    if len(epochs) < 2:
        return epoch, np.full(panden, CloudReason.ONLY, dtype=np.uint8)
    seen = [_look(polygons, e) for e in epochs]
    newest = seen[0]
    reason = np.where(newest.sufficient, CloudReason.NEWEST, CloudReason.NONE_BETTER).astype(np.uint8)
    open_ = ~newest.sufficient
    unseen = newest.empty & (newest.ground <= GROUND_SHARE)
    for number, older in enumerate(seen[1:], start=1):
        same = np.where(newest.empty, unseen, _difference(newest, older, panden) <= SAME_HEIGHT)
        better = open_ & same & older.sufficient
        epoch[better] = number
        reason[better] = np.where(newest.empty, CloudReason.NEWER_IS_EMPTY, CloudReason.NEWER_HAS_GAPS)[
            better
        ]
        open_ &= ~better
        reason[open_ & older.sufficient & ~same] = CloudReason.CHANGED
    # Where none covers the roof and the newest has nothing at all, whoever has anything.
    for number, older in enumerate(seen[1:], start=1):
        better = open_ & unseen & ~older.empty
        epoch[better], reason[better] = number, CloudReason.NEWER_IS_EMPTY
        open_ &= ~better
    return epoch, reason


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a cloud shows of panden ``(M,)``; ``cells`` are those with roof: pand, column, row and height."""

    sufficient: Bools
    empty: Bools
    ground: Floats
    cells: pd.DataFrame


def _look(polygons: npt.NDArray[Any], epoch: Epoch) -> _Seen:
    footprints, pand = footprints_from(polygons)
    panden, planes = len(polygons), epoch.parameters
    index, part = assign(footprints, epoch.xyz, epoch.classification, planes)
    frame = frames(footprints)
    pixels = atlas(footprints, frame, planes)
    _, fraction, radius = coverage(pixels, roof_points(frame, pixels, epoch.xyz, index, part))
    bad = (fraction > MOST_NODATA) | (radius > WIDEST_GAP)
    sufficient = np.bincount(pand[bad], minlength=panden) == 0
    empty = np.bincount(pand[part], minlength=panden) == 0
    ground = np.flatnonzero(epoch.classification == planes.ground_class)
    ground, ground_part = points_in_footprints(footprints, epoch.xyz, ground, planes.assign_cell)
    held = _cells(epoch.xyz[ground], pand[ground_part])
    area = np.bincount(pixels.part[pixels.inside], minlength=len(footprints)) * pixels.pixel**2
    share = np.bincount(held["pand"], minlength=panden) * _CELL**2
    share = share / np.maximum(np.bincount(pand, weights=area, minlength=panden), _CELL**2)
    return _Seen(sufficient, empty, share, _cells(epoch.xyz[index], pand[part]))


def _cells(xyz: Floats, pand: Ints) -> pd.DataFrame:
    """Mean height of points ``(N, 3)`` per pand and cell of the RD grid, in whole millimetres until then."""
    column, row = np.floor(xyz[:, :2] / _CELL).astype(np.int64).T
    table = pd.DataFrame({"pand": pand, "column": column, "row": row, "z": np.rint(xyz[:, 2] * 1000)})
    return table.groupby(["pand", "column", "row"]).mean().reset_index()


def _difference(newer: _Seen, older: _Seen, panden: int) -> Floats:
    """Median distance in height ``(M,)`` [m] over the cells that both see; inf where there are none."""
    both = newer.cells.merge(older.cells, on=["pand", "column", "row"], suffixes=("", "_older"))
    median = ((both["z"] - both["z_older"]).abs() / 1000).groupby(both["pand"]).median()
    return median.reindex(range(panden)).fillna(np.inf).to_numpy(dtype=np.float64)
