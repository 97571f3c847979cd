"""Faces are cut where the plane that their points lie on may not go on.

A plane may not rise far above its own points, nor sink far below them (:mod:`twin.reconstruction.labels`).
A face that reaches farther than that with one corner would lose the plane altogether, and take that of a
neighbour.
"""

from __future__ import annotations

import numpy as np

from twin.reconstruction import groups
from twin.reconstruction.arrangement import Arrangement
from twin.reconstruction.arrays import Frames, Segments
from twin.reconstruction.labels import Labels
from twin.reconstruction.line_columns import LineKind, Lines
from twin.reconstruction.partition_parameters import PartitionParameters


def lines_at_limits(
    arrangement: Arrangement, frames: Frames, labels: Labels, segments: Segments, params: PartitionParameters
) -> Lines:
    """Level lines on the planes that faces are denied, where these reach their limits, in the local frames.

    A line runs over its face only. It lies so far inside the limit that its ends, when they join the vertices
    beside them, stay inside.
    """
    denied = np.append(labels.denied, -1)
    left, right = denied[arrangement.left] >= 0, denied[arrangement.right] >= 0
    edge = np.concatenate((np.flatnonzero(left), np.flatnonzero(right)))
    face = np.concatenate((arrangement.left[left], arrangement.right[right]))
    segment = denied[face]
    a, b, c = segments.plane[segment].T
    slope = np.hypot(a, b)
    ends = [
        frames.to_local(arrangement.xy[end[edge]], arrangement.edge_part[edge])
        for end in (arrangement.start, arrangement.end)
    ]
    z0, z1 = (a * x + b * y + c for x, y in (end.T for end in ends))
    inset = 2 * params.cluster_distance * slope
    part, normal, offset, t0, t1 = [], [], [], [], []
    for limit in (labels.ceiling[segment] - inset, labels.floor[segment] + inset):
        crosses = (z0 > limit) != (z1 > limit)
        rise = np.where(crosses, z1 - z0, 1.0)
        xy = ends[0] + ((limit - z0) / rise)[:, None] * (ends[1] - ends[0])
        n = np.column_stack((a, b)) / np.maximum(slope, 1e-9)[:, None]
        t = xy[:, 1] * n[:, 0] - xy[:, 0] * n[:, 1]
        rows = np.flatnonzero(crosses)
        rows = rows[np.argsort(face[rows], kind="stable")]
        first = rows[groups.first_of_each(face[rows])]
        one = np.cumsum(groups.first_of_each(face[rows])) - 1
        part.append(arrangement.face_part[face[first]])
        normal.append(n[first])
        offset.append((limit - c)[first] / slope[first])
        t0.append(groups.group_min(t[rows], one, len(first), np.inf))
        t1.append(groups.group_max(t[rows], one, len(first), -np.inf))
    low, high = np.concatenate(t0), np.concatenate(t1)
    return Lines(
        part=np.concatenate(part),
        normal=np.concatenate(normal),
        offset=np.concatenate(offset),
        t0=low,
        t1=high,
        weight=high - low,
        kind=np.full(len(low), LineKind.AXIS_STEP, np.uint8),
    )
