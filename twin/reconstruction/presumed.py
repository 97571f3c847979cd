"""Blocks of a presumed height (LoD 1.1), for standing panden that no points tell anything of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from twin.geometry.columns import Bools, Bytes, Floats, Footprints, Ints, Shells
from twin.geometry.extrude import extrude
from twin.geometry.select import without
from twin.geometry.validity import check
from twin.reconstruction.frame import frames
from twin.reconstruction.partition import partition_lod12
from twin.reconstruction.reasons import Reason

TOUCHING = 0.1  # m: outlines of neighbours are drawn apart by centimetres
REACH = 50.0  # m: about a street; farther away other houses stand
SHED = 20.0  # m2: below it a pand is a shed, and only other sheds tell how high it is
STOREY, SHED_HEIGHT = 3.0, 2.5  # m, where nobody tells: one storey with its roof, and a garden shed

Polygons = npt.NDArray[Any]


def presumed_heights(polygons: Polygons, others: Polygons, height: Floats) -> tuple[Floats, Bytes]:
    """How high panden without points may be taken to be.

    The median height of the panden of the same kind (shed or not) that touch it; else of those within 50 m;
    else one storey.

    Parameters
    ----------
    polygons : (N,) of shapely (Multi)Polygon, EPSG:28992
    others : (M,) of shapely (Multi)Polygon, EPSG:28992
        All that stand within 50 m; may hold the same panden.
    height : (M,) float64 [m]
        Of their roofs above their ground; NaN where unknown.

    Returns
    -------
    height : (N,) float64 [m]
        Above the ground.
    reason : (N,) uint8
        ``NEIGHBOURS_HEIGHT`` or ``DEFAULT_HEIGHT``.
    """
    small = shapely.area(polygons) < SHED
    known = np.flatnonzero(np.isfinite(height))
    of_small = shapely.area(others[known]) < SHED
    tree = shapely.STRtree(others[known])
    result = np.full(len(polygons), np.nan)
    for distance in (TOUCHING, REACH):
        todo = np.flatnonzero(np.isnan(result))
        near, other = tree.query(polygons[todo], predicate="dwithin", distance=distance)
        alike = small[todo[near]] == of_small[other]
        medians = pd.Series(height[known[other[alike]]]).groupby(todo[near[alike]]).median()
        result[medians.index.to_numpy()] = medians.to_numpy()
    reason = np.where(np.isnan(result), Reason.DEFAULT_HEIGHT, Reason.NEIGHBOURS_HEIGHT).astype(np.uint8)
    return np.where(np.isnan(result), np.where(small, SHED_HEIGHT, STOREY), result), reason


def presumed_blocks(footprints: Footprints, ground: Floats, height: Floats) -> Shells:
    """A flat block on every footprint, made as LoD 1.2 is; none where it would not be valid.

    Parameters
    ----------
    footprints : Footprints
        ``P`` parts.
    ground : (P,) float64 [m, NAP]
    height : (P,) float64 [m]
        Above it.
    """
    every = np.ones(len(footprints), dtype=bool)
    partition = partition_lod12(footprints, frames(footprints), ground + height, ground, every)
    shells = extrude(partition).shells
    return without(shells, ~check(shells, intersections=False).valid)


def spread_over(shells: Shells, objects: Ints, size: int) -> Shells:
    """The same solids as the objects ``objects (N,)``, ascending, of ``size``; the others have none."""
    count = np.zeros(size, dtype=np.int64)
    count[objects] = np.diff(shells.object_offsets)
    return replace(shells, object_offsets=np.concatenate(([0], np.cumsum(count))).astype(np.int64))


def without_solid(solids: dict[str, Shells]) -> Bools:
    """Which objects ``(P,)`` have no solid at any level."""
    made = [np.diff(shells.object_offsets) > 0 for shells in solids.values()]
    return np.asarray(~np.any(made, axis=0))
