"""From footprints and points to solids at three levels of detail, with the quality of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from twin.geometry.columns import Bools, Bytes, Floats, Footprints, Ints, Partition, Shells
from twin.geometry.extrude import extrude
from twin.geometry.footprints import footprints_from, select_parts
from twin.geometry.select import concatenate, take
from twin.geometry.validity import check
from twin.reconstruction.assign import assign
from twin.reconstruction.atlas import atlas, coverage, roof_points
from twin.reconstruction.fit import Fit
from twin.reconstruction.frame import frames
from twin.reconstruction.ground import GroundSource, ground_heights
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.partition import partition_roofs
from twin.reconstruction.partition_parameters import PartitionParameters
from twin.reconstruction.quality import Parts, describe
from twin.reconstruction.reasons import LadderStep, Reason
from twin.reconstruction.segments import segment_planes

LODS = ("1.2", "1.3", "2.2")
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
    # NaN of a part without ground points stays: it has no solids.
    base = (
        ground.height
        if lowest is None
        else np.minimum(ground.height, np.nan_to_num(lowest, nan=np.inf)[pand])
    )
    index, part = assign(footprints, xyz, classification, planes)
    standing = known[pand[part]] == Status.STANDING
    index, part = index[standing], part[standing]

    def some(first: int, last: int, highest: LadderStep = LadderStep.FULL) -> _Chunk:
        own = slice(first, last)
        return _chunk(
            footprints,
            first,
            last,
            xyz,
            index,
            part,
            ground.height[own],
            base[own],
            planes,
            partition,
            highest,
        )

    chunks = [
        _with_simpler(some(first, min(first + chunk, len(footprints))), first, some)
        for first in range(0, len(footprints), chunk)
    ]
    parts = Parts(
        pand=pand,
        solids={lod: concatenate([c.solids[lod] for c in chunks]) for lod in LODS},
        ground=ground,
        point_part=_joined([c.point_part for c in chunks], np.int64),
        above={lod: _joined([c.above[lod] for c in chunks], np.float64) for lod in LODS},
        density=_joined([c.density for c in chunks], np.float64),
        nodata_fraction=_joined([c.nodata_fraction for c in chunks], np.float64),
        nodata_radius=_joined([c.nodata_radius for c in chunks], np.float64),
        planes=_joined([c.planes for c in chunks], np.int64),
        step=_joined([c.step for c in chunks], np.uint8),
        reason=_explained(_joined([c.reason for c in chunks], np.uint8), known[pand], len(xyz)),
    )
    quality, fit = describe(parts, len(polygons), known)
    # The nearest ground of a cloud may be far away, and another cut of the cloud has another.
    near = np.isin(ground.source, (GroundSource.NEAR, GroundSource.WIDE))
    return Reconstruction(
        pand, parts.solids, quality, fit, np.where(near, ground.height, np.nan), base, parts.reason
    )


def _on_earth(xyz: Floats, classification: Bytes) -> tuple[Floats, Bytes]:
    """The points without those whose coordinates are no numbers, or none of this world."""
    if not len(xyz) or (xyz.min() > -_FAR and xyz.max() < _FAR):  # both fail on NaN
        return xyz, classification
    good = (np.abs(xyz) < _FAR).all(axis=1)
    return xyz[good], classification[good]


@dataclass(frozen=True, slots=True)
class _Chunk:
    solids: dict[str, Shells]
    point_part: Ints
    above: dict[str, Floats]
    density: Floats
    nodata_fraction: Floats
    nodata_radius: Floats
    planes: Ints
    step: Bytes
    reason: Bytes


def _with_simpler(chunk: _Chunk, first: int, some: Callable[[int, int, LadderStep], _Chunk]) -> _Chunk:
    """The chunk from part ``first`` on, in which parts without a valid LoD 2.2 got one of fewer lines.

    There is hardly ever one, and then it goes down the ladder alone.
    """
    failed = (chunk.reason == Reason.INVALID_SOLID) & (chunk.step < LadderStep.NO_LINES)
    for row in np.flatnonzero(failed).tolist():
        for rung in (LadderStep.FEWER_LINES, LadderStep.NO_LINES):
            again = some(first + row, first + row + 1, rung)
            if again.step[0] >= LadderStep.NO_LINES:
                chunk = _replaced(chunk, row, again, first)
                break
    return chunk


def _replaced(chunk: _Chunk, row: int, other: _Chunk, first: int) -> _Chunk:
    """The chunk with another result for one part."""
    rest = np.flatnonzero(chunk.point_part != first + row)
    order = np.arange(len(chunk.step))
    order[row] = len(chunk.step)
    step, reason = chunk.step.copy(), chunk.reason.copy()
    step[row], reason[row] = other.step[0], Reason.INVALID_SOLID
    return replace(
        chunk,
        solids={lod: take(concatenate([chunk.solids[lod], other.solids[lod]]), order) for lod in LODS},
        point_part=np.concatenate((chunk.point_part[rest], other.point_part)),
        above={lod: np.concatenate((chunk.above[lod][rest], other.above[lod])) for lod in LODS},
        step=step,
        reason=reason,
    )


def _chunk(
    footprints: Footprints,
    first: int,
    last: int,
    xyz: Floats,
    index: Ints,
    part: Ints,
    ground: Floats,
    base: Floats,
    planes: PlaneParameters,
    params: PartitionParameters,
    highest: LadderStep,
) -> _Chunk:
    """Reconstruct parts ``first`` up to ``last``."""
    own = select_parts(footprints, first, last)
    begin, end = np.searchsorted(part, (first, last))
    frame = frames(own)
    pixels = atlas(own, frame, planes)
    points = roof_points(frame, pixels, xyz, index[begin:end], part[begin:end] - first)
    points, segments = segment_planes(pixels, points, planes)
    density, fraction, radius = coverage(pixels, points)
    # Without any ground point the heights stay unknown, and every part without a model.
    level = np.nan_to_num(ground, nan=np.inf)
    found = partition_roofs(own, frame, pixels, points, segments, level, params, highest)
    solids, step, reason = _valid_solids(
        (found.lod12, found.lod13, found.lod22), base, found.step, found.reason
    )
    above = dict(zip(LODS, (found.above12, found.above13, found.above22), strict=True))
    planes_found = np.bincount(segments.part, minlength=len(own))
    return _Chunk(solids, points.part + first, above, density, fraction, radius, planes_found, step, reason)


def _valid_solids(
    partitions: tuple[Partition, ...], base: Floats, step: Bytes, reason: Bytes
) -> tuple[dict[str, Shells], Bytes, Bytes]:
    """Extrude each level, keep what is valid, and let the rest descend the ladder."""
    step, reason = step.copy(), reason.copy()
    lowest = (LadderStep.LOD12_ONLY, LadderStep.LOD13_ONLY, LadderStep.NO_LINES)
    solids = {}
    for lod, least, partition in zip(LODS, lowest, partitions, strict=True):
        shells = extrude(_grounded(partition, base)).shells
        # Solids of an extrusion that pass can't meet themselves, see there; `twin check` tests that too.
        valid = check(shells, intersections=False).valid
        failed = (step >= least) & ~valid
        step[failed] = np.minimum(
            step[failed], least - 1 if least > LadderStep.LOD13_ONLY else LadderStep.NONE
        )
        reason[failed] = Reason.INVALID_SOLID
        solids[lod] = without(shells, ~valid)
    return solids, step, reason


def _grounded(partition: Partition, base: Floats) -> Partition:
    """Down to ``base (P,)`` at least. Parts without a ground height have no faces; any number serves."""
    known = np.isfinite(partition.ground)
    return replace(partition, ground=np.where(known, np.fmin(partition.ground, base), 0.0))


def without(shells: Shells, gone: Bools) -> Shells:
    """The same objects, those of ``gone (O,)`` without surfaces."""
    kept = take(shells, np.flatnonzero(~gone))
    count = np.where(gone, 0, np.diff(shells.object_offsets))
    return replace(kept, object_offsets=np.concatenate(([0], np.cumsum(count))).astype(np.int64))


def _explained(reason: Bytes, status: Ints, points: int) -> Bytes:
    """Reasons that were known beforehand go before those that follow from them."""
    reason = reason.copy()
    if not points:
        reason[:] = Reason.NO_CLOUD
    reason[status == Status.NOT_BUILT] = Reason.NOT_BUILT
    reason[status == Status.UNDERGROUND] = Reason.UNDERGROUND
    return reason


def _joined(arrays: list[Any], dtype: Any) -> Any:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=dtype)
