"""Lines around a plane that lost a face to another: its own face has a side without any line.

A strip whose end is too narrow for a line, or a small roof at the end of a ridge of which each slope borders
on half, shares its face with the roof beside it, and is outvoted there.
"""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Floats, Ints
from twin.reconstruction import groups
from twin.reconstruction.arrangement import Arrangement
from twin.reconstruction.arrays import Frames, RoofPoints, Segments
from twin.reconstruction.face_raster import FaceRaster
from twin.reconstruction.labels import Labels
from twin.reconstruction.line_columns import LineKind, Lines, joined
from twin.reconstruction.partition_parameters import PartitionParameters


def lines_around_outvoted(
    arrangement: Arrangement,
    frames: Frames,
    raster: FaceRaster,
    labels: Labels,
    points: RoofPoints,
    segments: Segments,
    params: PartitionParameters,
) -> Lines:
    """Sides of the boxes, along the axes of the local frames, that hold the outvoted points of a face.

    There must be a roof in the box: it is wider than ``outvoted_width``, the points fill ``outvoted_fill``
    of it, and on average lie ``min_step`` off the plane of the face. A side within ``along_edge_distance``
    of the end of the face is no line.
    """
    face, segment = labels.outvoted
    rows, pair = _points_of(face, segment, raster, points, len(segments.plane))
    part, count = arrangement.face_part[face], len(face)
    xyz, size = points.xyz[rows], np.bincount(pair, minlength=count)
    a, b, c = segments.plane[labels.segment[face]][pair].T
    away = np.bincount(pair, weights=np.abs(a * xyz[:, 0] + b * xyz[:, 1] + c - xyz[:, 2]), minlength=count)
    footprint = groups.group_sum(arrangement.area, arrangement.face_part, len(arrangement))
    each = footprint[part] / groups.sizes(points.part, len(arrangement))[part]
    margin = 0.5 * np.sqrt(each)[:, None]  # half the distance of two points
    low, high = _extent(xyz[:, :2], pair, count)
    low, high = low - margin, high + margin
    wide = (high - low).min(axis=1) > params.outvoted_width
    full = size * each >= params.outvoted_fill * (high - low).prod(axis=1)
    roof = wide & full & (away >= params.min_step * size)

    start, end = _extent_of_faces(arrangement, frames, face)
    sides = []
    for axis, other in ((0, 1), (1, 0)):
        for place, beyond in (
            (low[:, axis], low[:, axis] - start[:, axis]),
            (high[:, axis], end[:, axis] - high[:, axis]),
        ):
            use = np.flatnonzero(roof & (beyond > params.along_edge_distance))
            t0, t1 = low[use, other], high[use, other]
            sides.append(
                Lines(
                    part=part[use],
                    normal=np.eye(2)[[axis] * len(use)],
                    offset=place[use],
                    t0=-t1 if axis else t0,
                    t1=-t0 if axis else t1,
                    weight=t1 - t0,
                    kind=np.full(len(use), LineKind.AXIS_STEP, np.uint8),
                )
            )
    return joined(sides)


def _points_of(
    face: Ints, segment: Ints, raster: FaceRaster, points: RoofPoints, segments: int
) -> tuple[Ints, Ints]:
    """Rows of the points on each of these segments in its face, and which of the pairs."""
    asked = np.zeros(int(max(face.max(initial=0), raster.of_points.max(initial=0))) + 2, bool)
    asked[face] = True
    rows = np.flatnonzero(asked[raster.of_points] & (points.segment >= 0))
    key = raster.of_points[rows] * segments + points.segment[rows]
    pairs = face * segments + segment
    order = np.argsort(pairs)
    at = np.minimum(np.searchsorted(pairs, key, sorter=order), len(pairs) - 1)
    mine = pairs[order[at]] == key
    return rows[mine], order[at[mine]]


def _extent(xy: Floats, group: Ints, count: int) -> tuple[Floats, Floats]:
    """Lowest and highest coordinates ``(count, 2)`` of each group."""
    low = [groups.group_min(column, group, count, np.inf) for column in xy.T]
    high = [groups.group_max(column, group, count, -np.inf) for column in xy.T]
    return np.column_stack(low), np.column_stack(high)


def _extent_of_faces(arrangement: Arrangement, frames: Frames, face: Ints) -> tuple[Floats, Floats]:
    """Lowest and highest local coordinates of some faces."""
    left, right = arrangement.left >= 0, arrangement.right >= 0
    of = np.concatenate((arrangement.left[left], arrangement.right[right]))
    vertex = np.concatenate((arrangement.start[left], arrangement.end[right]))
    xy = frames.to_local(arrangement.xy[vertex], arrangement.vertex_part[vertex])
    low, high = _extent(xy, of, len(arrangement.area))
    return low[face], high[face]
