"""From footprints and points to solids at three levels of detail, with the quality of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from twin.geometry.columns import Bytes, Floats, Ints, Shells
from twin.geometry.extrude import STRAIGHT
from twin.geometry.footprints import footprints_from, select_parts
from twin.reconstruction import groups
from twin.reconstruction.assign import assign, points_in_footprints
from twin.reconstruction.chunk import Gathered, Town, gather, solve
from twin.reconstruction.fit import Fit
from twin.reconstruction.ground import GroundSource, ground_heights
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.partition_parameters import PartitionParameters
from twin.reconstruction.quality import Parts, describe
from twin.reconstruction.reasons import LadderStep, Reason
from twin.reconstruction.solids import Built, build, joined, replaced

_FAR = 1e7  # m, farther than RD reaches
_TOGETHER = 1 << 15  # coordinates
CHUNK = 250  # parts per array at most
POINTS = 200_000  # per array, unless one part has more: about as much as fits a core's cache
SOLIDS = 1000  # parts per extrusion at least


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
    if (known != Status.STANDING).any():
        standing = known[pand[part]] == Status.STANDING
        index, part = index[standing], part[standing]

    town = Town(footprints, xyz, index, part, ground.height, base, planes, partition)
    gathered = [gather(town, rows) for rows in _chunks(part, len(footprints), chunk)]
    built = _solved(_with_shown(town, gathered, classification), gathered)
    reason = _explained(built.found.reason, known[pand], len(xyz))
    parts = Parts(pand, built.solids, ground, replace(built.found, reason=reason))
    quality, fit = describe(parts, len(polygons), known)
    # The nearest ground of a cloud may be far away, and another cut of the cloud has another.
    near = np.isin(ground.source, (GroundSource.NEAR, GroundSource.WIDE))
    return Reconstruction(
        pand, parts.solids, quality, fit, np.where(near, ground.height, np.nan), base, reason
    )


def _on_earth(xyz: Floats, classification: Bytes) -> tuple[Floats, Bytes]:
    """The points without those whose coordinates are no numbers, or none of this world.

    One coordinate after the other in memory: every stage works on columns.
    """
    xyz = np.asfortranarray(xyz)
    flat = xyz.ravel("F")
    # Some at a time stay in a core's cache for the second look.
    blocks = [flat[begin : begin + _TOGETHER] for begin in range(0, len(flat), _TOGETHER)]
    if all(block.min() > -_FAR and block.max() < _FAR for block in blocks):  # both fail on NaN
        return xyz, classification
    good = (np.abs(xyz) < _FAR).all(axis=1)
    return np.asfortranarray(xyz[good]), classification[good]


def _chunks(part: Ints, parts: int, most: int) -> list[Ints]:
    """Parts in arrays of at most ``most``, and of as many points as fit a core's cache if one part does."""
    full = groups.offsets(part, parts)[1:] // POINTS
    cuts = np.union1d(np.arange(0, parts, most), np.flatnonzero(np.diff(full)) + 1)
    return np.split(np.arange(parts), cuts[cuts > 0])


def _with_shown(town: Town, gathered: list[Gathered], classification: Bytes) -> Town:
    """The town with the ground points that the cloud shows in footprints with a gap."""
    planes = town.planes
    suspect = [
        chunk.rows[
            (chunk.nodata_radius >= planes.gap_radius)
            & (chunk.nodata_fraction <= planes.max_unseen_share)
            & (chunk.density > 0)
        ]
        for chunk in gathered
    ]
    rows = np.concatenate([np.empty(0, np.int64), *suspect])
    if not len(rows):
        return town
    shown, owner = points_in_footprints(
        select_parts(town.footprints, rows),
        town.xyz,
        np.flatnonzero(classification == planes.ground_class),
        planes.assign_cell,
    )
    order = np.argsort(owner, kind="stable")
    return replace(town, shown=shown[order], shown_part=rows[owner[order]])


def _solved(town: Town, gathered: list[Gathered]) -> Built:
    """All parts; those without a valid LoD 2.2 once more with every bend, or with fewer lines.

    There is hardly ever one of the latter, and then it goes down the ladder alone.
    """
    straight = town.params.straight
    built = joined([build([solve(town, chunk) for chunk in some], straight) for some in _together(gathered)])
    failed = (built.found.reason == Reason.INVALID_SOLID) & (built.found.step < LadderStep.NO_LINES)
    exact = replace(town, params=replace(town.params, straight=STRAIGHT))
    for row in np.flatnonzero(failed).tolist():
        alone = gather(exact, np.array([row]))
        for rung in (LadderStep.FULL, LadderStep.FEWER_LINES, LadderStep.NO_LINES):
            again = build([solve(exact, alone, rung)], STRAIGHT)
            if again.found.step[0] >= LadderStep.NO_LINES:
                if rung < LadderStep.FULL:
                    again.found.reason[0] = Reason.INVALID_SOLID
                built = replaced(built, row, again)
                break
    return built


def _together(gathered: list[Gathered]) -> list[list[Gathered]]:
    """Chunks whose parts are extruded together: as many as make ``SOLIDS`` parts."""
    parts = np.cumsum([len(chunk.rows) for chunk in gathered])
    last = np.flatnonzero(np.diff(parts // SOLIDS)) + 1
    return [gathered[a:b] for a, b in pairwise([0, *last.tolist(), len(gathered)])]


def _explained(reason: Bytes, status: Ints, points: int) -> Bytes:
    """Reasons that were known beforehand go before those that follow from them."""
    reason = reason.copy()
    if not points:
        reason[:] = Reason.NO_CLOUD
    reason[status == Status.NOT_BUILT] = Reason.NOT_BUILT
    reason[status == Status.UNDERGROUND] = Reason.UNDERGROUND
    return reason
