"""One chunk of parts, from points to the partitions of its roofs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from twin.geometry.columns import Floats, Footprints, Ints, Partition
from twin.geometry.footprints import select_parts
from twin.geometry.ragged import expand
from twin.reconstruction.arrays import Atlas, Frames, RoofPoints
from twin.reconstruction.atlas import atlas, coverage, roof_points, widest_gap
from twin.reconstruction.findings import LODS, Findings
from twin.reconstruction.frame import frames
from twin.reconstruction.gaps import with_presumed
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.partition import partition_roofs
from twin.reconstruction.partition_parameters import PartitionParameters
from twin.reconstruction.reasons import LadderStep, Reason
from twin.reconstruction.segments import segment_planes


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
class Roofs:
    """What is found of some parts ``P``, before it is made into solids.

    Attributes
    ----------
    partitions : dict of str to Partition
        Per level, down to the base of its parts; a part that did not reach a level has no faces in it.
    found : Findings
        Their points name parts of the town.
    """

    partitions: dict[str, Partition]
    found: Findings


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


def solve(town: Town, chunk: Gathered, highest: LadderStep = LadderStep.FULL) -> Roofs:
    """Find the roofs of the parts of a chunk, from the rung ``highest`` of the ladder on."""
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
    kept = slice(None) if measured.all() else np.flatnonzero(measured)
    levels = zip(LODS, (found.lod12, found.lod13, found.lod22), strict=True)
    above = zip(LODS, (found.above12, found.above13, found.above22), strict=True)
    return Roofs(
        {lod: _grounded(partition, town.base[rows]) for lod, partition in levels},
        Findings(
            chunk.density,
            chunk.nodata_fraction,
            chunk.nodata_radius,
            np.bincount(segments.part, minlength=len(own)),
            step,
            reason,
            rows[points.part[kept]],
            {lod: heights[kept] for lod, heights in above},
        ),
    )


def _points_of(index: Ints, part: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Those of the points ``index``, sorted by ``part``, that belong to ``rows``, and to which of them."""
    begin, end = np.searchsorted(part, rows), np.searchsorted(part, rows, side="right")
    owner, at = expand(begin, end - begin)
    return index[at], owner


def _grounded(partition: Partition, base: Floats) -> Partition:
    """Down to ``base (P,)`` at least. Parts without a ground height have no faces; any number serves."""
    known = np.isfinite(partition.ground)
    return replace(partition, ground=np.where(known, np.fmin(partition.ground, base), 0.0))
