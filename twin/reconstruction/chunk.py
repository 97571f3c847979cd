"""One chunk of parts, from points to valid solids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from twin.geometry.columns import Bytes, Floats, Footprints, Ints, Partition, Shells
from twin.geometry.extrude import extrude
from twin.geometry.footprints import select_parts
from twin.geometry.ragged import expand
from twin.geometry.select import concatenate, take, without
from twin.geometry.validity import check
from twin.reconstruction.arrays import Atlas, Frames, RoofPoints
from twin.reconstruction.atlas import atlas, coverage, roof_points, widest_gap
from twin.reconstruction.frame import frames
from twin.reconstruction.gaps import with_presumed
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.partition import partition_roofs
from twin.reconstruction.partition_parameters import PartitionParameters
from twin.reconstruction.reasons import LadderStep, Reason
from twin.reconstruction.segments import segment_planes

LODS = ("1.2", "1.3", "2.2")


def _none() -> Ints:
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Town:
    """What all chunks are made from.

    Attributes
    ----------
    footprints : Footprints
        ``P`` parts.
    xyz : (N, 3) float64 [m, RD+NAP]
    index, part : (K,) int64
        Rows of the roof points and their parts, by part.
    ground : (P,) float64 [m, NAP]
    base : (P,) float64 [m, NAP]
        Height that solids reach down to at least; NaN where that is the ground.
    planes, params
        Parameters of the method.
    shown, shown_part : (M,) int64
        Rows of the ground points that lie inside footprints with a gap, and their parts, by part.
    """

    footprints: Footprints
    xyz: Floats
    index: Ints
    part: Ints
    ground: Floats
    base: Floats
    planes: PlaneParameters
    params: PartitionParameters
    shown: Ints = field(default_factory=_none)
    shown_part: Ints = field(default_factory=_none)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is found of some parts ``P``; see :class:`twin.reconstruction.quality.Parts` for the columns."""

    solids: dict[str, Shells]
    point_part: Ints
    above: dict[str, Floats]
    density: Floats
    nodata_fraction: Floats
    nodata_radius: Floats
    planes: Ints
    step: Bytes
    reason: Bytes


@dataclass(frozen=True, slots=True)
class Gathered:
    """Parts with their pixels and roof points, before any plane is sought.

    Attributes
    ----------
    rows : (P,) int64
        Their numbers in the town.
    density, nodata_fraction, nodata_radius : (P,) float64
        See :func:`twin.reconstruction.atlas.coverage`.
    """

    rows: Ints
    footprints: Footprints
    frame: Frames
    pixels: Atlas
    points: RoofPoints
    density: Floats
    nodata_fraction: Floats
    nodata_radius: Floats


def gather(town: Town, rows: Ints) -> Gathered:
    """Bring the roof points of parts ``rows (P,)`` of a town into pixels."""
    own = select_parts(town.footprints, rows)
    frame = frames(own)
    pixels = atlas(own, frame, town.planes)
    points = roof_points(frame, pixels, town.xyz, *_points_of(town.index, town.part, rows))
    return Gathered(rows, own, frame, pixels, points, *coverage(pixels, points))


def solve(town: Town, chunk: Gathered, highest: LadderStep = LadderStep.FULL) -> Chunk:
    """Reconstruct the parts of a chunk, from the rung ``highest`` of the ladder on."""
    rows, own, pixels, points = chunk.rows, chunk.footprints, chunk.pixels, chunk.points
    # Without any ground point the heights stay unknown, and every part without a model.
    ground = np.nan_to_num(town.ground[rows], nan=np.inf)
    measured, is_open, gap = np.ones(len(points.part), bool), np.zeros(len(rows), bool), chunk.nodata_radius
    shown, shown_part = _points_of(town.shown, town.shown_part, rows)
    if len(shown):
        shown_pixel = roof_points(chunk.frame, pixels, town.xyz, shown, shown_part).pixel
        points, presumed = with_presumed(pixels, points, shown_pixel, ground, town.planes)
        measured = ~presumed
        is_open[points.part[presumed]] = True
        gap = np.where(is_open, widest_gap(pixels, points, is_open), gap)
    points, segments = segment_planes(pixels, points, town.planes)
    found = partition_roofs(own, chunk.frame, pixels, points, segments, ground, town.params, highest)
    step, reason = found.step.copy(), found.reason.copy()
    reason[is_open & (reason == Reason.NOTHING_WRONG)] = Reason.OPEN_TO_GROUND
    wide = (gap > town.planes.max_gap) & (step > LadderStep.LOD13_ONLY)
    step[wide], reason[wide] = LadderStep.LOD13_ONLY, Reason.GAP
    unseen = (chunk.nodata_fraction > town.planes.max_unseen_share) & (step > LadderStep.NONE)
    step[unseen], reason[unseen] = LadderStep.NONE, Reason.FEW_POINTS
    solids, step, reason = _valid_solids(
        (found.lod12, found.lod13, found.lod22), town.base[rows], step, reason, town.params.straight
    )
    above = zip(LODS, (found.above12, found.above13, found.above22), strict=True)
    return Chunk(
        solids,
        rows[points.part[measured]],
        {lod: heights[measured] for lod, heights in above},
        chunk.density,
        chunk.nodata_fraction,
        chunk.nodata_radius,
        np.bincount(segments.part, minlength=len(own)),
        step,
        reason,
    )


def joined(chunks: Sequence[Chunk]) -> Chunk:
    """All parts of some chunks as one."""

    def column(name: str, dtype: Any) -> Any:
        return np.concatenate([np.empty(0, dtype), *(getattr(c, name) for c in chunks)])

    return Chunk(
        solids={lod: concatenate([c.solids[lod] for c in chunks]) for lod in LODS},
        point_part=column("point_part", np.int64),
        above={lod: np.concatenate([np.empty(0), *(c.above[lod] for c in chunks)]) for lod in LODS},
        density=column("density", np.float64),
        nodata_fraction=column("nodata_fraction", np.float64),
        nodata_radius=column("nodata_radius", np.float64),
        planes=column("planes", np.int64),
        step=column("step", np.uint8),
        reason=column("reason", np.uint8),
    )


def replaced(chunk: Chunk, parts: Ints, rows: Ints, other: Chunk) -> Chunk:
    """The chunk of ``parts (P,)`` with what ``other`` holds for its rows ``rows (R,)``."""
    again = np.zeros(int(parts.max()) + 1, bool)
    again[parts[rows]] = True
    kept = np.flatnonzero(~again[chunk.point_part])
    order = np.arange(len(parts))
    order[rows] = len(parts) + np.arange(len(rows))
    both = joined([chunk, other])
    return replace(
        both,
        solids={lod: take(solids, order) for lod, solids in both.solids.items()},
        point_part=np.concatenate((chunk.point_part[kept], other.point_part)),
        above={lod: np.concatenate((chunk.above[lod][kept], other.above[lod])) for lod in LODS},
        density=both.density[order],
        nodata_fraction=both.nodata_fraction[order],
        nodata_radius=both.nodata_radius[order],
        planes=both.planes[order],
        step=both.step[order],
        reason=both.reason[order],
    )


def _points_of(index: Ints, part: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Those of the points ``index``, sorted by ``part``, that belong to ``rows``, and to which of them."""
    begin, end = np.searchsorted(part, rows), np.searchsorted(part, rows, side="right")
    owner, at = expand(begin, end - begin)
    return index[at], owner


def _valid_solids(
    partitions: tuple[Partition, ...], base: Floats, step: Bytes, reason: Bytes, straight: float
) -> tuple[dict[str, Shells], Bytes, Bytes]:
    """Extrude each level, keep what is valid, and let the rest descend the ladder."""
    lowest = (LadderStep.LOD12_ONLY, LadderStep.LOD13_ONLY, LadderStep.NO_LINES)
    shells = [extrude(_grounded(partition, base), straight).shells for partition in partitions]
    # All levels in one call, which is a third faster. Solids of an extrusion that pass can't meet themselves,
    # see there; `twin check` tests that too.
    verdicts = np.split(check(concatenate(shells), intersections=False).valid, len(shells))
    solids = {}
    for lod, least, level, valid in zip(LODS, lowest, shells, verdicts, strict=True):
        failed = (step >= least) & ~valid
        step[failed] = np.minimum(
            step[failed], least - 1 if least > LadderStep.LOD13_ONLY else LadderStep.NONE
        )
        reason[failed] = Reason.INVALID_SOLID
        solids[lod] = without(level, ~valid | (step < least))
    return solids, step, reason


def _grounded(partition: Partition, base: Floats) -> Partition:
    """Down to ``base (P,)`` at least. Parts without a ground height have no faces; any number serves."""
    known = np.isfinite(partition.ground)
    return replace(partition, ground=np.where(known, np.fmin(partition.ground, base), 0.0))
