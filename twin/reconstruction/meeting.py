"""Roof planes that nearly meet at a vertex are made to meet there.

Each plane is fitted to its own points. Where four of them should pass through one point, as at the corner of
a hipped mansard, they miss it by centimetres, and so do two slopes at the corner of a footprint. Extruded as
they are, that gives slivers of wall and roofs bent into triangles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.ordering import distinct
from twin.reconstruction import groups
from twin.reconstruction.arrangement import Arrangement
from twin.reconstruction.arrays import Frames
from twin.reconstruction.labels import Labels
from twin.reconstruction.partition_parameters import PartitionParameters

MET = 3e-3  # m; planes this near to each other at a vertex need no help
STIFF = 1e5  # weight of a meeting beside that of staying in place: leaves 0.01 mm of a decimetre
SOFT = 100.0  # the same in a first attempt, which shows what can't meet: more than
CLOSES = 0.3  # of the distance is left
LEVELLING = 1e-3  # weight against tilting, per m2 of roof: decides where all corners of a roof are in line
MOST_ROOFS = 128  # of a part, to bound memory: the matrix of one part then has 1.2 MB


def with_meetings(
    arrangement: Arrangement, frames: Frames, labels: Labels, ceiling: Floats, params: PartitionParameters
) -> Labels:
    """Labels whose planes meet wherever they were within the distances of ``meeting_distances``.

    The planes of a part move as little as they can, by least squares over the corners of their roofs weighted
    by the roofs' areas; one linear system per part. Horizontal planes stay horizontal, and two of them stay
    apart. A part in which a corner would have to move farther than the first distance, or in which not more
    planes meet than before, tries the next; after the last it stays as it is.

    Parameters
    ----------
    ceiling : (P,) float64 [m, NAP]
        No corner may come to lie higher.
    """
    corners = _corners(arrangement, frames, labels)
    lower, upper = _pairs(corners, _ends(arrangement, labels, params.straight), params.meeting_distances)
    apart = corners.z[upper] - corners.z[lower]
    few = np.bincount(corners.roof_part, minlength=len(arrangement)) <= MOST_ROOFS
    moves = np.zeros((len(corners.roof_part), 3))
    for distance in params.meeting_distances:
        near = apart <= distance
        move, met = _meet(corners, lower[near], upper[near], few, params.meeting_distances[0], ceiling)
        moves[met[corners.roof_part]] = move[met[corners.roof_part]]
        few &= ~met

    plane = labels.plane.copy()
    faces = np.flatnonzero(labels.segment >= 0)
    plane[faces] += moves.take(corners.roof_of_segment[labels.segment[faces]], axis=0)
    return replace(labels, plane=plane)


def _meet(
    corners: _Corners, lower: Ints, upper: Ints, parts: Bools, farthest: float, ceiling: Floats
) -> tuple[Floats, Bools]:
    """Moves of the planes ``(R, 3)``, and the ``parts (P,)`` that are the better for them."""
    apart = corners.z[upper] - corners.z[lower]
    wanted = parts[corners.part[lower]] & (apart > MET)
    needs = np.zeros(len(parts), bool)
    needs[corners.part[lower[wanted]]] = True
    size = np.bincount(corners.roof_part, minlength=len(parts))
    systems = [
        _system(corners, lower, upper, np.flatnonzero(needs & (size == n)), int(n))
        for n in np.unique(size[needs])
    ]

    def moves(stiff: Floats) -> Floats:
        move = np.zeros((len(corners.roof_part), 3))
        for system in systems:
            move[system.roof] = system.solved(stiff)
        return move

    def rise(move: Floats) -> Floats:
        return np.asarray((corners.row * move.take(corners.roof, axis=0)).sum(axis=1))

    def gap(move: Floats) -> Floats:
        up = rise(move)
        return np.asarray(np.abs(apart + up[upper] - up[lower]))

    if not systems:
        return np.zeros((len(corners.roof_part), 3)), needs
    # What can't meet without bending the rest shows in a first, soft attempt.
    soft = gap(moves(np.full(len(lower), SOFT)))
    move = moves(np.where((apart <= MET) | (soft <= np.maximum(MET, CLOSES * apart)), STIFF, 0.0))
    still = gap(move) > MET
    count = [np.bincount(corners.part[lower[which]], minlength=len(parts)) for which in (apart > MET, still)]
    torn = np.bincount(corners.part[lower[still & (apart <= MET)]], minlength=len(parts)) > 0
    most = groups.group_max(np.abs(rise(move)), corners.part, len(parts), 0.0)
    highest = groups.group_max(corners.z + rise(move), corners.part, len(parts), -np.inf)
    return move, needs & (most <= farthest) & (highest <= ceiling) & (count[1] < count[0]) & ~torn


@dataclass(frozen=True, slots=True)
class _Corners:
    """Each vertex with each roof around it: ``row (C, 3)`` is ``x, y, 1``, ``z`` the height there.

    A roof is a segment that faces have; roofs are numbered part by part. ``flat (R,)`` are horizontal.
    """

    vertex: Ints
    roof: Ints
    part: Ints
    row: Floats
    z: Floats
    roof_part: Ints
    roof_area: Floats
    flat: Bools
    roof_of_segment: Ints


def _corners(arrangement: Arrangement, frames: Frames, labels: Labels) -> _Corners:
    faces = np.flatnonzero(labels.segment >= 0)
    segment, first = np.unique(labels.segment[faces], return_index=True)
    number = np.full(int(labels.segment.max(initial=-1)) + 1, -1, np.int64)
    number[segment] = np.arange(len(segment))
    roof_of_face = np.full(len(labels.segment) + 1, -1, np.int64)
    roof_of_face[faces] = number[labels.segment[faces]]
    plane = labels.plane.take(faces[first], axis=0)

    roof = roof_of_face[np.concatenate((arrangement.left, arrangement.right))]
    vertex = np.concatenate((arrangement.start, arrangement.end))
    vertex, roof = np.divmod(
        distinct(vertex[roof >= 0] * max(len(segment), 1) + roof[roof >= 0]), max(len(segment), 1)
    )
    part = arrangement.vertex_part[vertex]
    away = arrangement.xy.take(vertex, axis=0) - frames.center.take(part, axis=0)
    row = np.column_stack((away, np.ones(len(away))))
    area = groups.group_sum(arrangement.area[faces], roof_of_face[faces], len(segment))
    return _Corners(
        vertex,
        roof,
        part,
        row,
        np.asarray((row * plane.take(roof, axis=0)).sum(axis=1)),
        arrangement.face_part[faces[first]],
        area,
        np.asarray(~plane[:, :2].any(axis=1)),
        number,
    )


def _ends(arrangement: Arrangement, labels: Labels, straight: float) -> Bools:
    """Vertices on walls, and those where a border between roofs bends or ends."""
    roof = np.append(labels.segment, -2)
    border = np.flatnonzero(~arrangement.boundary & (roof[arrangement.left] != roof[arrangement.right]))
    start, end = arrangement.start[border], arrangement.end[border]
    run = arrangement.xy.take(end, axis=0) - arrangement.xy.take(start, axis=0)
    at, arm = np.concatenate((start, end)), np.concatenate((run, -run))
    vertices = len(arrangement.xy)
    x, y = (np.bincount(at, weights=c, minlength=vertices) for c in arm.T)
    squares = np.bincount(at, weights=(arm**2).sum(axis=1), minlength=vertices)
    # Of two arms p, q: p x (p + q) is p x q, and |p - q|^2 follows from the sums.
    twice_area = np.zeros(vertices)
    twice_area[at] = np.abs(arm[:, 0] * y[at] - arm[:, 1] * x[at])
    chord = np.sqrt(np.maximum(2 * squares - x**2 - y**2, 0.0))
    ends = (np.bincount(at, minlength=vertices) != 2) | (twice_area > straight * chord)
    ends[arrangement.start[arrangement.boundary]] = True
    return np.asarray(ends)


def _pairs(corners: _Corners, ends: Bools, distances: tuple[float, ...]) -> tuple[Ints, Ints]:
    """Pairs of corners of one vertex, one above the other, that may have to meet."""
    order = np.lexsort((corners.z, corners.vertex))
    lower, upper = order[:-1], order[1:]
    near = (corners.vertex[lower] == corners.vertex[upper]) & (
        corners.z[upper] - corners.z[lower] <= max(distances, default=0.0)
    )
    near &= (ends | (np.bincount(corners.vertex, minlength=len(ends)) > 2))[corners.vertex[lower]]
    near &= ~(corners.flat[corners.roof[lower]] & corners.flat[corners.roof[upper]])
    return lower[near], upper[near]


@dataclass(frozen=True, slots=True)
class _System:
    """The linear systems of ``K`` parts with ``R`` roofs each.

    ``roof (K, R)`` are their roofs, ``stay (K, 3R, 3R)`` the weights of staying in place, ``level (K, 3R)``
    those against tilting. Of the ``M`` pairs that may have to meet, ``pair`` are their numbers, ``part (M,)``
    and ``at (M, 6)`` where they count, ``terms (M, 6, 6)`` and ``aims (M, 6)`` what each adds per unit of
    stiffness. ``held`` are the unknowns that stay 0, as part and number.
    """

    roof: Ints
    stay: Floats
    level: Floats
    pair: Ints
    part: Ints
    at: Ints
    terms: Floats
    aims: Floats
    held: tuple[Ints, Ints]

    def solved(self, stiffness: Floats) -> Floats:
        """Moves ``(K, R, 3)`` of the planes, for a stiffness of each pair."""
        matrix, right = self.stay.copy(), np.zeros(self.stay.shape[:2])
        stiff = stiffness[self.pair]
        np.add.at(
            matrix,
            (self.part[:, None, None], self.at[:, :, None], self.at[:, None, :]),
            stiff[:, None, None] * self.terms,
        )
        np.add.at(right, (self.part[:, None], self.at), stiff[:, None] * self.aims)
        np.einsum("kii->ki", matrix)[...] += self.level
        part, fixed = self.held
        matrix[part, fixed] = 0.0
        matrix[part, :, fixed] = 0.0
        matrix[part, fixed, fixed] = 1.0
        right[part, fixed] = 0.0
        return np.asarray(np.linalg.solve(matrix, right[:, :, None]).reshape(*self.roof.shape, 3))


def _system(corners: _Corners, lower: Ints, upper: Ints, parts: Ints, roofs: int) -> _System:
    """The systems of ``parts (K,)``, which have ``roofs`` each."""
    place = np.full(int(max(corners.part.max(), parts.max())) + 1, -1, np.int64)
    place[parts] = np.arange(len(parts))
    first_roof = np.searchsorted(corners.roof_part, parts)
    at_part = place[corners.part]

    def column(corner: Ints) -> Ints:
        own = corners.roof[corner] - first_roof[at_part[corner]]
        return np.asarray(3 * own[:, None] + np.arange(3))

    mine = np.flatnonzero(at_part >= 0)
    share = corners.roof_area / np.bincount(corners.roof, minlength=len(corners.roof_area))
    row, at = corners.row.take(mine, axis=0), column(mine)
    weight = share[corners.roof[mine], None, None] * row[:, :, None] * row[:, None, :]
    unknowns = 3 * roofs
    cell = (at_part[mine, None, None] * unknowns + at[:, :, None]) * unknowns + at[:, None, :]
    stay = groups.group_sum(weight.ravel(), cell.ravel(), len(parts) * unknowns**2)

    pair = np.flatnonzero(at_part[lower] >= 0)
    low, high = lower[pair], upper[pair]
    row = np.concatenate((corners.row.take(low, axis=0), -corners.row.take(high, axis=0)), axis=1)
    both = share[corners.roof[low]] + share[corners.roof[high]]
    roof = first_roof[:, None] + np.arange(roofs)
    tilts = np.array([1.0, 1.0, 0.0])
    level = (LEVELLING * corners.roof_area[roof])[:, :, None] * tilts
    part, which, axis = np.nonzero(corners.flat[roof][:, :, None] & (tilts > 0))
    return _System(
        roof,
        stay.reshape(len(parts), unknowns, unknowns),
        level.reshape(len(parts), unknowns),
        pair,
        at_part[low],
        np.concatenate((column(low), column(high)), axis=1),
        both[:, None, None] * row[:, :, None] * row[:, None, :],
        (both * (corners.z[high] - corners.z[low]))[:, None] * row,
        (part, 3 * which + axis),
    )
