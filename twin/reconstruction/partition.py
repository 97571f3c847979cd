"""From segments to the partitions that the extrusion turns into solids, for all three levels of detail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Bytes, Floats, Footprints, Ints, Partition
from twin.geometry.ragged import ring_successor
from twin.reconstruction import groups
from twin.reconstruction.arrangement import Arrangement
from twin.reconstruction.arrays import Atlas, Frames, RoofPoints, Segments
from twin.reconstruction.blocks import block_faces, part_heights, pixel_heights
from twin.reconstruction.drawing import Scene, draw_roofs
from twin.reconstruction.frame import vertex_part
from twin.reconstruction.labels import Labels
from twin.reconstruction.lines import find_lines
from twin.reconstruction.meeting import with_meetings
from twin.reconstruction.partition_parameters import PartitionParameters
from twin.reconstruction.reasons import LadderStep, Reason


@dataclass(frozen=True, slots=True)
class Partitions:
    """Partitions of a chunk; a part that did not reach a level has no faces in it.

    Attributes
    ----------
    lod12, lod13, lod22 : Partition
    step : (P,) uint8
        :class:`LadderStep` reached.
    reason : (P,) uint8
        :class:`Reason` why not :attr:`LadderStep.FULL`.
    evidence : (P,) float64
        Share of the footprint that points on planes stand for.
    energy : (P,) float64 [m2]
        Of the labelling of LoD 2.2.
    above12, above13, above22 : (K,) float64 [m]
        Height of each roof point above the roof of its part; NaN where it lies beside all faces.
    """

    lod12: Partition
    lod13: Partition
    lod22: Partition
    step: Bytes
    reason: Bytes
    evidence: Floats
    energy: Floats
    above12: Floats
    above13: Floats
    above22: Floats


def partition_roofs(
    footprints: Footprints,
    frames: Frames,
    atlas: Atlas,
    points: RoofPoints,
    segments: Segments,
    ground: Floats,
    params: PartitionParameters,
    highest: LadderStep = LadderStep.FULL,
) -> Partitions:
    """Partition every footprint at all three levels of detail.

    Parameters
    ----------
    ground : (P,) float64 [m, NAP]
        Height of the ground surface.
    highest : LadderStep
        Rung of the ladder to begin at.

    Returns
    -------
    Partitions
        Complete for every part, whatever its data: what a part did not reach has a reason.
    """
    pixels = pixel_heights(atlas, points)
    scene = Scene(footprints, frames, atlas, points, segments, pixels, ground)
    lines = find_lines(footprints, frames, atlas, points, segments, params)
    drawing = draw_roofs(scene, lines, params, highest)
    arrangement, raster, labels = drawing.arrangement, drawing.raster, drawing.labels
    height = part_heights(pixels, len(footprints), params)

    area = np.bincount(arrangement.face_part, weights=arrangement.area, minlength=len(footprints))
    supported = np.bincount(
        arrangement.face_part, weights=np.minimum(labels.votes, arrangement.area), minlength=len(footprints)
    )
    evidence = supported / np.maximum(area, 1e-9)
    planes = np.bincount(segments.part, minlength=len(footprints))
    step, reason = _reached(arrangement, height, ground, planes, evidence, params)
    labels = with_meetings(arrangement, frames, labels, labels.highest + params.guard_above, params)
    block, block_height = block_faces(arrangement, frames, labels, raster, pixels, ground, params)
    face, z = raster.of_points, points.xyz[:, 2]
    return Partitions(
        lod12=partition_lod12(footprints, frames, height, ground, step >= LadderStep.LOD12_ONLY),
        lod13=partition_lod13(
            arrangement, frames, block, block_height, ground, step >= LadderStep.LOD13_ONLY
        ),
        lod22=partition_lod22(
            arrangement,
            frames,
            labels,
            _under_the_roof(arrangement, frames, labels, ground, params),
            segments,
            step >= LadderStep.NO_LINES,
        ),
        step=step,
        reason=reason,
        evidence=evidence,
        energy=labels.energy,
        above12=z - height[points.part],
        above13=np.where(face < 0, np.nan, z - np.append(block_height, np.nan)[face]),
        above22=_above_planes(frames, labels, points, face, arrangement.face_part),
    )


def _above_planes(frames: Frames, labels: Labels, points: RoofPoints, face: Ints, face_part: Ints) -> Floats:
    """Height of points above the planes of the faces ``(K,)`` that they lie in."""
    local = frames.plane_to_local(labels.plane, face_part)
    a, b, c = (np.append(column, np.nan)[face] for column in local.T)
    x, y, z = points.xyz.T
    return np.asarray(z - (a * x + b * y + c))


def partition_lod12(
    footprints: Footprints, frames: Frames, height: Floats, ground: Floats, parts: Bools
) -> Partition:
    """One face per part of the mask ``parts (P,)``, at ``height (P,)`` [m NAP].

    The footprint's own edges and no others; a courtyard is a hole in the face.
    """
    part = vertex_part(footprints)
    keep = parts[part]
    vertex_number = np.cumsum(keep) - 1
    face_number = np.cumsum(parts) - 1
    faces = int(parts.sum())
    start = np.flatnonzero(keep)
    end = ring_successor(footprints.ring_offsets)[start]
    return Partition(
        xy=footprints.xy[keep],
        vertex_part=part[keep],
        fixed=np.ones(len(start), bool),
        start=vertex_number[start],
        end=vertex_number[end],
        left=face_number[part[keep]],
        right=np.full(len(start), -1, np.int64),
        face_part=np.flatnonzero(parts),
        face_label=np.zeros(faces, np.int64),
        plane=np.column_stack((np.zeros((faces, 2)), height[parts])),
        origin=frames.center,
        ground=ground,
    )


def partition_lod13(
    arrangement: Arrangement, frames: Frames, block: Ints, height: Floats, ground: Floats, parts: Bools
) -> Partition:
    """Flat blocks of faces, for the parts of the mask ``parts (P,)``.

    Parameters
    ----------
    block : (F,) int64
    height : (F,) float64 [m, NAP]
        From :func:`twin.reconstruction.blocks.block_faces`.
    """
    plane = np.column_stack((np.zeros((len(height), 2)), height))
    return _partition(arrangement, frames, block, plane, ground, parts)


def partition_lod22(
    arrangement: Arrangement, frames: Frames, labels: Labels, ground: Floats, segments: Segments, parts: Bools
) -> Partition:
    """Faces with the planes of their segments, for the parts of the mask ``parts (P,)``.

    Labels count the segments of a part from 0; faces that had to become flat follow, one label each.
    """
    first = groups.offsets(segments.part, len(arrangement))
    part = arrangement.face_part
    place = np.arange(len(part), dtype=np.int64) - groups.offsets(part, len(arrangement))[part]
    label = np.where(labels.segment >= 0, labels.segment - first[part], np.diff(first)[part] + place)
    return _partition(arrangement, frames, label, labels.plane, ground, parts)


def _under_the_roof(
    arrangement: Arrangement, frames: Frames, labels: Labels, ground: Floats, params: PartitionParameters
) -> Floats:
    """Ground surface ``(P,)``, lowered where a roof comes down to it."""
    left, right = arrangement.left >= 0, arrangement.right >= 0
    face = np.concatenate((arrangement.left[left], arrangement.right[right]))
    vertex = np.concatenate((arrangement.start[left], arrangement.end[right]))
    part = arrangement.face_part[face]
    away = arrangement.xy[vertex] - frames.center[part]
    z = (labels.plane[face, :2] * away).sum(axis=1) + labels.plane[face, 2]
    lowest = groups.group_min(z, part, len(ground), np.inf)
    under: Floats = np.minimum(ground, lowest - params.min_height)
    return under


def _partition(
    arrangement: Arrangement, frames: Frames, label: Ints, plane: Floats, ground: Floats, parts: Bools
) -> Partition:
    vertex, edge, face = (
        parts[arrangement.vertex_part],
        parts[arrangement.edge_part],
        parts[arrangement.face_part],
    )
    vertex_number = np.cumsum(vertex) - 1
    face_number = np.append(np.cumsum(face) - 1, -1)
    return Partition(
        xy=arrangement.xy[vertex],
        vertex_part=arrangement.vertex_part[vertex],
        fixed=arrangement.fixed[vertex],
        start=vertex_number[arrangement.start[edge]],
        end=vertex_number[arrangement.end[edge]],
        left=face_number[arrangement.left[edge]],
        right=face_number[arrangement.right[edge]],
        face_part=arrangement.face_part[face],
        face_label=label[face],
        plane=plane[face],
        origin=frames.center,
        ground=ground,
    )


def _reached(
    arrangement: Arrangement,
    height: Floats,
    ground: Floats,
    planes: Ints,
    evidence: Floats,
    params: PartitionParameters,
) -> tuple[Bytes, Bytes]:
    """Step and reason per part; the gravest cause decides."""
    step, reason = arrangement.step.copy(), arrangement.reason.copy()

    def fall(where: Bools, to: LadderStep, why: Reason) -> None:
        step[where] = np.minimum(step[where], to)
        reason[where] = why

    fall(evidence < params.min_evidence, LadderStep.LOD12_ONLY, Reason.LITTLE_EVIDENCE)
    fall(planes > params.max_planes, LadderStep.LOD12_ONLY, Reason.TOO_COMPLEX)
    fall(planes == 0, LadderStep.LOD12_ONLY, Reason.NO_PLANES)
    fall(height <= ground + params.min_height, LadderStep.NONE, Reason.ROOF_AT_GROUND)
    fall(np.isnan(height), LadderStep.NONE, Reason.NO_POINTS)
    fall(arrangement.step == LadderStep.NONE, LadderStep.NONE, Reason.INVALID_FOOTPRINT)
    return step, reason
