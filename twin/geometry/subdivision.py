"""The planar subdivision on the millimetre grid that the extrusion works on, and its half edges.

Coordinates are whole millimetres relative to a millimetre anchor per part, so orientation tests are exact.
The outside of part ``p`` is a face like any other, number ``F + p``, whose plane is the ground: ground
polygon, courtyards and walls then need no special case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.errors import GeometryError
from twin.geometry.columns import Bools, Floats, Ints, Partition

TENTHS_PER_METRE = 10_000
MIN_HEIGHT = 2_500  # tenths of a millimetre: a roof stays a quarter metre above its ground
HEIGHT_BITS = 28  # heights above ground up to 26 km fit beside the vertex number in one sort key
ANGLE_BITS = 41


@dataclass(frozen=True, slots=True)
class Planes:
    """Plane per face, the outside of each part included, in the units of the subdivision.

    Attributes
    ----------
    part : (F+P,) int64
    label : (F+P,) int64
        Plane number of the partition, -1 for the outside.
    outside : (F+P,) bool
    coefficients : (F+P, 3) float64
        Height above ground in 0.1 mm = ``c[0]*x + c[1]*y + c[2]`` with x, y in mm from the anchor.
    slope : (F+P,) float64
        Length of the gradient.
    """

    part: Ints
    label: Ints
    outside: Bools
    coefficients: Floats
    slope: Floats

    def height(self, face: Ints, xy: Ints) -> Ints:
        """Height above ground in 0.1 mm of ``face (M,)`` at ``xy (M, 2)``; roofs keep their least height."""
        c = self.coefficients[face]
        z = np.rint(c[:, 0] * xy[:, 0] + c[:, 1] * xy[:, 1] + c[:, 2]).astype(np.int64)
        return np.maximum(z, np.where(self.outside[face], 0, MIN_HEIGHT))


@dataclass(frozen=True, slots=True)
class Subdivision:
    """Edges between faces; ``2*e`` is the half edge along ``start -> end`` of edge ``e``, ``2*e+1`` its twin.

    Attributes
    ----------
    xy : (V, 2) int64 [mm from the part's anchor]
    vertex_part : (V,) int64
    start, end, left, right : (E,) int64
    """

    xy: Ints
    vertex_part: Ints
    start: Ints
    end: Ints
    left: Ints
    right: Ints

    def with_edges(self, start: Ints, end: Ints, left: Ints, right: Ints) -> Subdivision:
        """Return the same vertices under other edges."""
        return replace(self, start=start, end=end, left=left, right=right)

    def take(self, edges: Bools | Ints) -> Subdivision:
        """Return the same vertices under some of the edges."""
        return self.with_edges(self.start[edges], self.end[edges], self.left[edges], self.right[edges])

    def half_edges(self) -> tuple[Ints, Ints, Ints]:
        """Origin, target and left face of each half edge, all (2E,)."""
        return (
            interleave(self.start, self.end),
            interleave(self.end, self.start),
            interleave(self.left, self.right),
        )


def from_partition(partition: Partition) -> tuple[Subdivision, Planes, Bools, Ints]:
    """Partition on the millimetre grid, edges sorted by part.

    Returns
    -------
    subdivision, planes, fixed (V,) bool, anchor (P, 2) int64 [mm, RD]

    Raises
    ------
    GeometryError
        A plane, origin, ground or vertex is not a finite number; the message names the parts.
    """
    parts, faces = len(partition), len(partition.face_part)
    _refuse_infinite(partition)
    anchor = np.rint(partition.origin * 1000).astype(np.int64)
    xy = np.rint(partition.xy * 1000).astype(np.int64) - anchor[partition.vertex_part]

    face_part = np.concatenate((partition.face_part, np.arange(parts)))
    gradient = np.concatenate((partition.plane[:, :2], np.zeros((parts, 2))))
    level = np.concatenate((partition.plane[:, 2] - partition.ground[partition.face_part], np.zeros(parts)))
    shift = (anchor / 1000 - partition.origin)[face_part]
    ground_rest = (partition.ground - np.rint(partition.ground * 1000) / 1000)[face_part]
    outside = np.arange(faces + parts) >= faces
    ground_rest[outside] = 0.0
    constant = level + ground_rest + (gradient * shift).sum(axis=1)
    coefficients = np.column_stack((gradient * (TENTHS_PER_METRE / 1000), constant * TENTHS_PER_METRE))
    planes = Planes(
        part=face_part,
        label=np.concatenate((partition.face_label, np.full(parts, -1))),
        outside=outside,
        coefficients=coefficients,
        slope=np.hypot(gradient[:, 0], gradient[:, 1]),
    )

    edge_part = partition.vertex_part[partition.start]
    order = np.argsort(edge_part, kind="stable")
    edge_part = edge_part[order]
    left, right = partition.left[order], partition.right[order]
    subdivision = Subdivision(
        xy=xy,
        vertex_part=partition.vertex_part,
        start=partition.start[order],
        end=partition.end[order],
        left=np.where(left < 0, faces + edge_part, left),
        right=np.where(right < 0, faces + edge_part, right),
    )
    return subdivision, planes, partition.fixed, anchor


def _refuse_infinite(partition: Partition) -> None:
    wrong = ~np.isfinite(partition.ground) | ~np.isfinite(partition.origin).all(axis=1)
    wrong[partition.face_part[~np.isfinite(partition.plane).all(axis=1)]] = True
    wrong[partition.vertex_part[~np.isfinite(partition.xy).all(axis=1)]] = True
    if wrong.any():
        listed = ", ".join(map(str, np.flatnonzero(wrong)[:5]))
        raise GeometryError(
            f"{wrong.sum()} parts (first: {listed}) have a plane, vertex, origin or ground that is not a "
            "finite number; leave them out of the partition"
        )


def interleave(even: Ints, odd: Ints) -> Ints:
    """Half edge array from the values of the edges ``(E,)`` and of their twins."""
    out = np.empty(2 * len(even), dtype=even.dtype)
    out[0::2], out[1::2] = even, odd
    return out


def turn_order(xy: Ints | Floats, origin: Ints, target: Ints) -> tuple[Ints, Ints]:
    """Half edges sorted by origin and, around it, counter-clockwise.

    Parameters
    ----------
    xy : (V, 2) [mm]
    origin, target : (2E,) int64
        Vertices, a millimetre apart or more.

    Returns
    -------
    order : (2E,) int64
        Half edges, sorted.
    clockwise : (2E,) int64
        For each half edge the one before it in counter-clockwise order around its origin.
    """
    d = (xy.take(target, axis=0) - xy.take(origin, axis=0)).astype(np.float64)
    length = np.abs(d[:, 0]) + np.abs(d[:, 1])
    # monotone in the angle over (-180, 180] degrees, in [0, 4], without trigonometry
    turn = 2.0 + np.copysign(1.0 - d[:, 0] / np.maximum(length, 1.0), d[:, 1])
    key = (origin << (ANGLE_BITS + 2)) + (turn * (1 << ANGLE_BITS)).astype(np.int64)
    if len(xy) >= 1 << (62 - ANGLE_BITS - 2):
        order = np.lexsort((turn, origin))
    else:
        order = np.argsort(key, kind="stable")
    first = np.empty(len(order), dtype=bool)
    first[:1] = True
    np.not_equal(origin[order][1:], origin[order][:-1], out=first[1:])
    starts = np.flatnonzero(first)
    before = np.arange(-1, len(order) - 1)
    before[starts] = np.append(starts[1:], len(order)) - 1
    clockwise = np.empty(len(order), dtype=np.int64)
    clockwise[order] = order[before]
    return order, clockwise


def cycles(successor: Ints) -> tuple[Ints, Ints]:
    """Rings of a permutation by pointer doubling.

    Parameters
    ----------
    successor : (N,) int64
        A permutation.

    Returns
    -------
    members : (N,) int64
        Elements ring by ring, each ring in order from its smallest element; rings by smallest element.
    offsets : (R+1,) int64
    """
    n = len(successor)
    smallest, steps, jump, span = np.arange(n), np.zeros(n, dtype=np.int64), successor, 1
    while not np.array_equal(smallest, smallest[successor]):
        ahead = smallest[jump]
        better = ahead < smallest
        steps = np.where(better, steps[jump] + span, steps)
        smallest = np.where(better, ahead, smallest)
        jump, span = jump[jump], 2 * span
    leader = np.flatnonzero(smallest == np.arange(n))
    size = np.bincount(smallest, minlength=n)[leader]
    offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(size)))
    ring = np.empty(n, dtype=np.int64)
    ring[leader] = np.arange(len(leader))
    ring = ring[smallest]
    members = np.empty(n, dtype=np.int64)
    # an element that still has ``steps`` to go to the leader stands that far before the ring's end
    members[np.where(steps == 0, offsets[ring], offsets[ring + 1] - steps)] = np.arange(n)
    return members, offsets
