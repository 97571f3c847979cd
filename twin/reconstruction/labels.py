"""Which plane each face of an arrangement takes: votes of the points against length of boundary."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.ragged import expand
from twin.reconstruction import groups
from twin.reconstruction.arrangement import Arrangement
from twin.reconstruction.arrays import Frames, RoofPoints, Segments
from twin.reconstruction.energy import Problem, minimise, without_specks
from twin.reconstruction.face_raster import FaceRaster
from twin.reconstruction.partition_parameters import PartitionParameters

BLOCK = 1 << 20  # pairs of corner and plane that are tested at once
FORBIDDEN = 1e6  # m2; energy of the flat label, so that it is taken only where no plane is allowed


@dataclass(frozen=True, slots=True)
class Labels:
    """Plane of each face.

    Attributes
    ----------
    segment : (F,) int64
        Segment, -1 for a face that no plane of its part is allowed on.
    votes : (F,) float64 [m2]
        Area of the face that points on planes stand for.
    plane : (F, 3) float64
        In RD axes around the centre of the part; flat at the face's own mean height where `segment` is -1.
    energy : (P,) float64 [m2]
        Of the labelling: boundary cost minus votes; without the flat faces' penalty.
    highest : (P,) float64 [m, NAP]
        Highest point on a plane of each part; -inf without any.
    denied : (F,) int64
        Segment that most points of a face lie on, if it is not allowed there and worth a cut; else -1.
    outvoted : (2, M) int64
        Faces, and segments that they do not take although `outvoted_area` of their points lie on them.
    floor, ceiling : (G,) float64 [m, NAP]
        How low and how high the planes may come to lie.
    """

    segment: Ints
    votes: Floats
    plane: Floats
    energy: Floats
    highest: Floats
    denied: Ints
    outvoted: Ints
    floor: Floats
    ceiling: Floats


def label_faces(
    arrangement: Arrangement,
    frames: Frames,
    raster: FaceRaster,
    points: RoofPoints,
    segments: Segments,
    ground: Floats,
    params: PartitionParameters,
) -> Labels:
    """Choose a plane per face.

    Each labelled point votes in its face with the area it stands for. A plane is no candidate where it would
    rise more than ``guard_above`` over the highest point of its segment or sink below the lowest one, or
    below the ground; a steep one may go on ``guard_run`` beyond its highest point, if not much above all
    others. Where no plane is left the face becomes flat at its own mean height.

    Parameters
    ----------
    ground : (P,) float64 [m, NAP]
    """
    parts = len(arrangement)
    first_segment = groups.offsets(segments.part, parts)
    candidates = np.diff(first_segment)[arrangement.face_part] + 1
    first = np.concatenate((np.zeros(1, np.int64), np.cumsum(candidates)))
    votes, total = _votes(arrangement, raster, points, first, first_segment, params)
    on = np.flatnonzero(points.segment >= 0)
    z, segment = points.xyz[on, 2], points.segment[on]
    lowest = groups.group_min(z, segment, len(segments.plane), np.inf)
    highest = groups.group_max(z, segment, len(segments.plane), -np.inf)
    of_parts = groups.group_max(highest, segments.part, parts, -np.inf)
    floor, ceiling = _limits(segments, lowest, highest, of_parts, ground, params)
    allowed = _allowed(arrangement, frames, segments, floor, ceiling, first, first_segment)

    unary = np.where(allowed, -votes, FORBIDDEN)
    unary[first[1:] - 1] = FORBIDDEN / 2
    inner = (arrangement.left >= 0) & (arrangement.right >= 0)
    a, b = arrangement.left[inner], arrangement.right[inner]
    run = arrangement.xy[arrangement.end[inner]] - arrangement.xy[arrangement.start[inner]]
    cost = params.boundary_weight * np.hypot(*run.T)
    problem = Problem(first, unary, total <= 0, a, b, cost)
    label = without_specks(problem, minimise(problem, params.icm_rounds), params.least_gain)

    flat = label == candidates - 1
    segment = np.where(flat, -1, first_segment[arrangement.face_part] + label)
    of_faces, of_borders = (
        np.where(flat, 0.0, unary[first[:-1] + label]),
        np.where(label[a] != label[b], cost, 0),
    )
    energy = groups.group_sum(of_faces, arrangement.face_part, parts)
    energy += groups.group_sum(of_borders, arrangement.face_part[a], parts)
    plane = _planes(arrangement, frames, raster, points, segments, ground, segment, params)
    of_first = first_segment[arrangement.face_part]
    denied = _denied(votes, allowed, first, of_first, label, params)
    outvoted = _outvoted(votes, allowed, first, of_first, segment, params)
    return Labels(segment, total, plane, energy, of_parts, denied, outvoted, floor, ceiling)


def _denied(
    votes: Floats, allowed: Bools, first: Ints, first_segment: Ints, label: Ints, params: PartitionParameters
) -> Ints:
    """Segment ``(F,)`` that a face is denied although its votes outweigh those of its ``label``; else -1."""
    out = np.full(len(label), -1, np.int64)
    at = np.flatnonzero(~allowed & (votes > params.least_gain))
    face = np.searchsorted(first, at, side="right") - 1
    at = at[order := np.lexsort((-votes[at], face))]
    face = face[order]
    best = groups.first_of_each(face)
    at, face = at[best], face[best]
    outweighs = votes[at] - votes[first[face] + label[face]] > params.least_gain
    at, face = at[outweighs], face[outweighs]
    out[face] = first_segment[face] + at - first[face]
    return out


def _outvoted(
    votes: Floats,
    allowed: Bools,
    first: Ints,
    first_segment: Ints,
    segment: Ints,
    params: PartitionParameters,
) -> Ints:
    """Faces, and planes that they do not take despite more than ``outvoted_area`` of votes: ``(2, M)``."""
    at = np.flatnonzero(allowed & (votes > params.outvoted_area))
    face = np.searchsorted(first, at, side="right") - 1
    other = first_segment[face] + at - first[face]
    lost = (segment[face] >= 0) & (segment[face] != other)
    return np.stack((face[lost], other[lost]))


def _votes(
    arrangement: Arrangement,
    raster: FaceRaster,
    points: RoofPoints,
    first: Ints,
    first_segment: Ints,
    params: PartitionParameters,
) -> tuple[Floats, Floats]:
    """Votes [m2] per face and candidate (D,), and per face (F,)."""
    parts, faces = len(arrangement), len(arrangement.area)
    footprint = np.bincount(arrangement.face_part, weights=arrangement.area, minlength=parts)
    each = footprint / np.maximum(groups.sizes(points.part, parts), 1)
    perimeter = np.zeros(faces + 1)
    length = np.hypot(*(arrangement.xy[arrangement.end] - arrangement.xy[arrangement.start]).T)
    np.add.at(perimeter, arrangement.left, length)
    np.add.at(perimeter, arrangement.right, length)
    sliver = 2 * arrangement.area < params.sliver_width * perimeter[:-1]

    counts = np.flatnonzero(np.append(~sliver, False)[raster.of_points] & (points.segment >= 0))
    face, segment = raster.of_points[counts], points.segment[counts]
    at = (first[:-1] - first_segment[arrangement.face_part])[face] + segment
    count = np.bincount(at, minlength=first[-1])
    of_face = np.add.reduceat(count, first[:-1]) if faces else np.empty(0, np.int64)
    weight: Floats = each[arrangement.face_part]
    return weight.repeat(np.diff(first)) * count, weight * of_face


def _limits(
    segments: Segments,
    lowest: Floats,
    highest: Floats,
    of_parts: Floats,
    ground: Floats,
    params: PartitionParameters,
) -> tuple[Floats, Floats]:
    """How low and how high the planes may come to lie, ``(G,)`` each [m, NAP], by the points on them."""
    climb = np.maximum(params.guard_above, params.guard_run * np.hypot(*segments.plane[:, :2].T))
    ceiling = np.minimum(highest + climb, of_parts[segments.part] + params.guard_above)
    # A roof that its own points follow down to the ground may go there; the ground surface then gives way.
    bottom = ground[segments.part] + params.min_height
    bottom = np.minimum(bottom, np.maximum(lowest, bottom - params.max_sunken) - params.point_reach)
    return np.maximum(lowest - params.guard_below, bottom), ceiling


def _allowed(
    arrangement: Arrangement,
    frames: Frames,
    segments: Segments,
    floor: Floats,
    ceiling: Floats,
    first: Ints,
    first_segment: Ints,
) -> Bools:
    """Planes that stay within their evidence at every vertex of a face, (D,)."""
    left, right = arrangement.left >= 0, arrangement.right >= 0
    face = np.concatenate((arrangement.left[left], arrangement.right[right]))
    vertex = np.concatenate((arrangement.start[left], arrangement.end[right]))
    local = frames.to_local(arrangement.xy, arrangement.vertex_part)
    local = local[vertex]
    own_first, own_count = first_segment[arrangement.face_part[face]], np.diff(first)[face] - 1
    allowed = np.ones(first[-1], bool)
    # Corners times planes of one glasshouse can be a hundred million; a block is a few tens of megabytes.
    blocks = np.unique(np.searchsorted(np.cumsum(own_count), np.arange(0, own_count.sum() + BLOCK, BLOCK)))
    for begin, stop in pairwise(np.append(blocks, len(face))):
        corner, candidate = expand(own_first[begin:stop], own_count[begin:stop])
        corner += begin
        a, b, c = segments.plane.take(candidate, axis=0).T
        z = a * local[corner, 0] + b * local[corner, 1] + c
        out = (z > ceiling[candidate]) | (z < floor[candidate])
        corner, candidate = corner[out], candidate[out]
        allowed[first[face[corner]] + candidate - own_first[corner]] = False
    return allowed


def _planes(
    arrangement: Arrangement,
    frames: Frames,
    raster: FaceRaster,
    points: RoofPoints,
    segments: Segments,
    ground: Floats,
    segment: Ints,
    params: PartitionParameters,
) -> Floats:
    """Plane of each face in RD axes; flat ones at the mean height of the face's points."""
    plane = np.zeros((len(segment), 3))
    held = segment >= 0
    plane[held] = frames.plane_to_world(segments.plane[segment[held]], arrangement.face_part[held])
    if held.all():
        return plane
    part = arrangement.face_part
    inside = raster.of_points >= 0
    face, z = raster.of_points[inside], points.xyz[inside, 2]
    n = np.bincount(face, minlength=len(segment))
    own = np.bincount(face, weights=z, minlength=len(segment))
    n_part = np.bincount(part, weights=n, minlength=len(arrangement))
    of_part = np.bincount(part, weights=own, minlength=len(arrangement)) / np.maximum(n_part, 1)
    mean = np.where(n > 0, own / np.maximum(n, 1), of_part[part])
    plane[~held, 2] = np.maximum(mean, ground[part] + params.min_height)[~held]
    return plane
