"""From footprints and points to solids at three levels of detail, with the quality of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from twin.geometry.columns import Bytes, Floats, Ints, Shells
from twin.geometry.extrude import STRAIGHT
from twin.geometry.footprints import footprints_from, select_parts
from twin.reconstruction.assign import assign, points_in_footprints
from twin.reconstruction.chunk import Chunk, Town, joined, replaced, solve
from twin.reconstruction.fit import Fit
from twin.reconstruction.ground import GroundSource, ground_heights
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.partition_parameters import PartitionParameters
from twin.reconstruction.quality import Parts, describe
from twin.reconstruction.reasons import LadderStep, Reason

_FAR = 1e7  # m, farther than RD reaches
CHUNK = 100  # parts per array: about 200 000 points, which fits a core's cache


class Status(IntEnum):
    """What is known of a pand before looking at the points."""

    STANDING = 0
    NOT_BUILT = 1
    UNDERGROUND = 2


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """Solids of the parts of panden.

    Attributes
    ----------
    part_pand : (P,) int64
        Pand of each part, ascending; a pand of several polygons has several parts.
    solids : dict of str to Shells
        ``"1.2"``, ``"1.3"``, ``"2.2"``: ``P`` objects each; a part that did not reach the level has none.
    quality : DataFrame
        A row per pand, under the names of the attribute catalogue.
    fit : dict of str to Fit
        Distances of all roof points to the roofs, per level.
    part_ground : (P,) float64 [m, NAP]
        Ground around each part; NaN where there is none within reach of its walls.
    part_base : (P,) float64 [m, NAP]
        Base of its solids: that ground, or where it is lower the lowest at which the pand stands.
    part_reason : (P,) uint8
        :class:`Reason` of each part.
    """

    part_pand: Ints
    solids: dict[str, Shells]
    quality: pd.DataFrame
    fit: dict[str, Fit]
    part_ground: Floats
    part_base: Floats
    part_reason: Bytes


def reconstruct(
    polygons: npt.NDArray[Any],
    xyz: Floats,
    classification: Bytes,
    *,
    status: Ints | None = None,
    lowest: Floats | None = None,
    chunk: int = CHUNK,
    planes: PlaneParameters | None = None,
    partition: PartitionParameters | None = None,
) -> Reconstruction:
    """Reconstruct LoD 1.2, 1.3 and 2.2 of every pand.

    A part descends the ladder 2.2, 1.3, 1.2, none as far as its data or the validity of its solids demands,
    and says why. The result of a pand depends on its outline and the points near it only.

    Parameters
    ----------
    polygons : (M,) of shapely (Multi)Polygon, EPSG:28992
    xyz : (N, 3) float64 [m, RD+NAP]
        Best in Fortran order, one coordinate after the other; else they are copied into it.
    classification : (N,) uint8
        AHN classes.
    status : (M,) int64, optional
        A :class:`Status` per pand; default standing.
    lowest : (M,) float64 [m, NAP], optional
        Lowest point at which each pand is known to meet the ground, NaN where it is not: the base of its
        solids is not above it.
    chunk : int
        Parts per array; the result does not depend on it.
    planes, partition : optional
        Parameters of the method.
    """
    planes, partition = planes or PlaneParameters(), partition or PartitionParameters()
    known = np.zeros(len(polygons), dtype=np.int64) if status is None else status
    xyz, classification = _on_earth(xyz, classification)
    footprints, pand = footprints_from(polygons)
    ground = ground_heights(footprints, xyz, classification, planes)
    base = ground.height
    if lowest is not None:
        base = np.minimum(base, np.nan_to_num(lowest, nan=np.inf)[pand])
    index, part = assign(footprints, xyz, classification, planes)
    standing = known[pand[part]] == Status.STANDING
    index, part = index[standing], part[standing]

    town = Town(footprints, xyz, index, part, ground.height, base, planes, partition)
    found = _without_gaps(town, _made(town, np.arange(len(footprints)), chunk), classification, chunk)
    parts = Parts(
        pand=pand,
        solids=found.solids,
        ground=ground,
        point_part=found.point_part,
        above=found.above,
        density=found.density,
        nodata_fraction=found.nodata_fraction,
        nodata_radius=found.nodata_radius,
        planes=found.planes,
        step=found.step,
        reason=_explained(found.reason, known[pand], len(xyz)),
    )
    quality, fit = describe(parts, len(polygons), known)
    # The nearest ground of a cloud may be far away, and another cut of the cloud has another.
    near = np.isin(ground.source, (GroundSource.NEAR, GroundSource.WIDE))
    return Reconstruction(
        pand, parts.solids, quality, fit, np.where(near, ground.height, np.nan), base, parts.reason
    )


def _on_earth(xyz: Floats, classification: Bytes) -> tuple[Floats, Bytes]:
    """The points without those whose coordinates are no numbers, or none of this world.

    One coordinate after the other in memory: every stage works on columns.
    """
    if len(xyz) and not (xyz.min() > -_FAR and xyz.max() < _FAR):  # both fail on NaN
        good = (np.abs(xyz) < _FAR).all(axis=1)
        xyz, classification = xyz[good], classification[good]
    return np.asfortranarray(xyz), classification


def _made(town: Town, rows: Ints, chunk: int) -> Chunk:
    """Parts ``rows``, a chunk at a time; those without a valid LoD 2.2 with every bend, or with fewer lines.

    There is hardly ever one of the latter, and then it goes down the ladder alone.
    """
    found = joined([solve(town, rows[at : at + chunk]) for at in range(0, len(rows), chunk)])
    failed = (found.reason == Reason.INVALID_SOLID) & (found.step < LadderStep.NO_LINES)
    exact = replace(town, params=replace(town.params, straight=STRAIGHT))
    for row in np.flatnonzero(failed).tolist():
        for rung in (LadderStep.FULL, LadderStep.FEWER_LINES, LadderStep.NO_LINES):
            again = solve(exact, rows[row : row + 1], rung)
            if again.step[0] >= LadderStep.NO_LINES:
                if rung < LadderStep.FULL:
                    again.reason[0] = Reason.INVALID_SOLID
                found = replaced(found, rows, np.array([row]), again)
                break
    return found


def _without_gaps(town: Town, found: Chunk, classification: Bytes, chunk: int) -> Chunk:
    """Parts in whose gaps the cloud shows the ground, made again with a low roof there."""
    suspect = np.flatnonzero((found.nodata_radius >= town.planes.gap_radius) & (found.step > LadderStep.NONE))
    if not len(suspect):
        return found
    of_ground = np.flatnonzero(classification == town.planes.ground_class)
    shown, owner = points_in_footprints(
        select_parts(town.footprints, suspect), town.xyz, of_ground, town.planes.assign_cell
    )
    order = np.argsort(owner, kind="stable")
    open_town = replace(town, shown=shown[order], shown_part=suspect[owner[order]])
    rows = np.unique(open_town.shown_part)
    every = np.arange(len(town.footprints))
    return replaced(found, every, rows, _made(open_town, rows, chunk)) if len(rows) else found


def _explained(reason: Bytes, status: Ints, points: int) -> Bytes:
    """Reasons that were known beforehand go before those that follow from them."""
    reason = reason.copy()
    if not points:
        reason[:] = Reason.NO_CLOUD
    reason[status == Status.NOT_BUILT] = Reason.NOT_BUILT
    reason[status == Status.UNDERGROUND] = Reason.UNDERGROUND
    return reason
