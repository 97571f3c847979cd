"""Are these solids valid? The rules of ISO 19107 as val3dity applies them, for all objects at once.

Coordinates are judged as they are written: in whole millimetres, so that every predicate is exact. As in
val3dity, an object whose polygons are wrong is not tested further, and one that does not hang together is
not tested for self-intersection.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints, Semantic, Shells
from twin.geometry.components import components
from twin.geometry.intersections import intersecting_objects
from twin.geometry.ordering import distinct, stable_order
from twin.geometry.polygons import polygon_defects, tilted_surfaces
from twin.geometry.ragged import rows_of, sums
from twin.geometry.select import take
from twin.geometry.shell_edges import ShellEdges, edges_of
from twin.geometry.subdivision import cycles
from twin.geometry.triangulate import surface_normals, triangulate

WALL_SLOPE = 0.02  # sine of the angle by which a wall may lean, and a roof may be steeper than vertical


class Code(IntEnum):
    """Defects with val3dity's numbers; 801 is our own."""

    TOO_FEW_POINTS = 101
    CONSECUTIVE_POINTS_SAME = 102
    RING_SELF_INTERSECTION = 104
    INTERSECTION_RINGS = 201
    DUPLICATED_RINGS = 202
    NON_PLANAR_DISTANCE = 203
    NON_PLANAR_NORMALS = 204
    INTERIOR_DISCONNECTED = 205
    INNER_RING_OUTSIDE = 206
    INNER_RINGS_NESTED = 207
    ORIENTATION_RINGS_SAME = 208
    TOO_FEW_POLYGONS = 301
    NOT_CLOSED = 302
    NON_MANIFOLD = 303
    MULTIPLE_COMPONENTS = 305
    SELF_INTERSECTION = 306
    WRONG_ORIENTATION = 307
    SHELL_INSIDE_OUT = 405
    WRONG_SEMANTICS = 801


@dataclass(frozen=True, slots=True)
class Defects:
    """What is wrong, sorted by object and code.

    Attributes
    ----------
    object, surface, code : (D,) int64
        ``surface`` is -1 where the defect is one of the whole shell.
    first : (O,) int64
        Lowest code of each object, 0 for a valid one.
    """

    object: Ints
    surface: Ints
    code: Ints
    first: Ints

    @property
    def valid(self) -> Bools:
        """Objects without any defect ``(O,)``."""
        valid: Bools = self.first == 0
        return valid

    def __len__(self) -> int:
        return len(self.code)


def check(
    shells: Shells,
    *,
    planarity: float = 0.01,
    deviation: float = 20.0,
    semantics: bool = True,
    intersections: bool = True,
) -> Defects:
    """Validate every object as a solid with one shell.

    Vertices are the same only if their numbers are: join doubles first (:func:`twin.geometry.select.weld`).
    An object without surfaces has no geometry, and no defect.

    Parameters
    ----------
    planarity : float
        Largest distance of a vertex to the plane fitted to its polygon [m] (203).
    deviation : float
        Largest angle between the first triangle of a polygon and another [degrees] (204).
    semantics : bool
        Also test that ground looks down, roofs look up and walls stand upright (801).
    intersections : bool
        Also test for self-intersection (306), two thirds of the time. Solids of
        :func:`twin.geometry.extrude.extrude` can do without: a closed map whose polygons are all simple and
        turn one way, above a simple ground, covers nothing twice, and walls stand on its edges.

    Returns
    -------
    Defects
    """
    shells = _in_millimetres(shells)
    found: list[tuple[Ints, Ints, int]] = []

    def note(code: int, objects: Ints, surfaces: Ints | None = None) -> None:
        found.append((objects, np.full(len(objects), -1) if surfaces is None else surfaces, code))

    owner = rows_of(shells.object_offsets)
    sound = np.ones(len(owner), dtype=bool)
    for code, surfaces in polygon_defects(shells, planarity * 1000):
        sound[surfaces] = False
        note(code, owner[surfaces], surfaces)
    if semantics:
        surfaces = _wrong_semantics(shells)
        note(Code.WRONG_SEMANTICS, owner[surfaces], surfaces)
    fit = np.diff(shells.object_offsets) > 0
    fit[owner[~sound]] = False

    kept = np.flatnonzero(fit)
    part = take(shells, kept)
    surfaces = tilted_surfaces(part, deviation)
    objects = rows_of(part.object_offsets)[surfaces]
    note(
        Code.NON_PLANAR_NORMALS,
        kept[objects],
        shells.object_offsets[kept][objects] + surfaces - part.object_offsets[objects],
    )
    whole = np.ones(len(kept), dtype=bool)
    whole[objects] = False
    for shell_code, objects in _shell_defects(part, whole, intersections):
        note(shell_code, kept[objects])
    return _collect(found, len(shells))


def _in_millimetres(shells: Shells) -> Shells:
    """Shells in whole mm relative to each object's first vertex, still as float64."""
    xyz = np.rint(shells.xyz * 1000)
    owner = np.zeros(len(xyz), dtype=np.int64)
    objects = rows_of(shells.object_offsets)[rows_of(shells.surface_offsets)[rows_of(shells.ring_offsets)]]
    owner[shells.ring_vertices] = objects
    first = np.zeros((len(shells), 3))
    first[objects[::-1]] = xyz.take(shells.ring_vertices[::-1], axis=0)
    return Shells(
        xyz=xyz - first.take(owner, axis=0) if len(shells) else xyz,
        ring_vertices=shells.ring_vertices,
        ring_offsets=shells.ring_offsets,
        surface_offsets=shells.surface_offsets,
        object_offsets=shells.object_offsets,
        semantics=shells.semantics,
    )


def _wrong_semantics(shells: Shells) -> Ints:
    normal = surface_normals(shells)
    length = np.linalg.norm(normal, axis=1)
    up = normal[:, 2] / np.where(length > 0, length, 1.0)
    kind = shells.semantics
    wrong = (kind == Semantic.GROUND) & (up > -WALL_SLOPE)
    wrong |= (kind == Semantic.ROOF) & (up < -WALL_SLOPE)
    wrong |= ((kind == Semantic.OUTER_WALL) | (kind == Semantic.INNER_WALL)) & (np.abs(up) > WALL_SLOPE)
    return np.flatnonzero(wrong)


def _shell_defects(shells: Shells, whole: Bools, intersections: bool) -> list[tuple[int, Ints]]:
    """Codes from 301 on with their objects; only objects that are ``whole`` (O,) are looked at."""
    few = np.flatnonzero(whole & (np.diff(shells.object_offsets) < 4))
    edges = edges_of(shells, whole)
    n = len(shells.xyz)
    low, high = np.minimum(edges.start, edges.end), np.maximum(edges.start, edges.end)
    order = stable_order(low * n + high)
    key, forward = (low * n + high)[order], (edges.start < edges.end)[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    heads = np.flatnonzero(first)
    uses = np.diff(np.append(heads, len(order)))
    ahead = np.add.reduceat(forward.astype(np.int64), heads) if len(heads) else uses
    owner_of_group = edges.owner[order][heads]
    once = np.unique(owner_of_group[uses == 1])
    many = np.unique(owner_of_group[uses > 2])
    same_way = np.unique(owner_of_group[(uses == 2) & (ahead != 1)])

    closed = whole.copy()
    for objects in (few, once, many, same_way):
        closed[objects] = False
    apart = _components(edges, n)
    pinched = _pinched(order, heads, uses == 2, edges, closed, n)
    pinched = np.setdiff1d(pinched, apart)
    inverted = np.flatnonzero(closed & (_volume(shells, edges) <= 0))
    closed[apart] = closed[pinched] = False
    crossing = np.zeros(0, dtype=np.int64)
    if intersections:
        triangles, surface = triangulate(shells)
        owner = rows_of(shells.object_offsets)[surface]
        crossing = intersecting_objects(shells.xyz, triangles, surface, owner, closed)
    return [
        (Code.TOO_FEW_POLYGONS, few),
        (Code.NOT_CLOSED, once),
        (Code.NON_MANIFOLD, np.union1d(many, pinched)),
        (Code.MULTIPLE_COMPONENTS, apart),
        (Code.SELF_INTERSECTION, crossing),
        (Code.WRONG_ORIENTATION, same_way),
        # A shell that was pushed through its own other side says so first.
        (Code.SHELL_INSIDE_OUT, np.setdiff1d(inverted, crossing)),
    ]


def _components(edges: ShellEdges, vertices: int) -> Ints:
    """Objects whose faces form more than one piece."""
    _, component = components(edges.start, edges.end, vertices)
    size = max(vertices, 1)
    piece = distinct(edges.owner * size + component[edges.start]) // size
    return np.unique(piece[1:][piece[1:] == piece[:-1]])


def _pinched(
    order: Ints, heads: Ints, paired: Bools, edges: ShellEdges, closed: Bools, vertices: int
) -> Ints:
    """Closed objects in which the faces around some vertex form more than one fan."""
    opposite = np.arange(len(order))
    one, other = order[heads[paired]], order[heads[paired] + 1]
    opposite[one], opposite[other] = other, one
    usable = closed[edges.owner]
    place = np.cumsum(usable) - 1
    edge = np.flatnonzero(usable)
    # the next face around a vertex: over the edge before the one that leaves it
    _, offsets = fans = cycles(place[opposite[edges.before[edge]]])
    vertex = edges.start[edge][fans[0][offsets[:-1]]]
    count = np.bincount(vertex, minlength=vertices)
    return np.unique(edges.owner[edge][count[edges.start[edge]] > 1])


def _volume(shells: Shells, edges: ShellEdges) -> Floats:
    """Six times the volume of each object, of the fans from the first vertices of its faces [mm3]."""
    a, b, c = (shells.xyz.take(corner, axis=0) for corner in (edges.first, edges.start, edges.end))
    return sums(edges.owner, (a * np.cross(b, c)).sum(axis=1), len(shells))


def _collect(found: list[tuple[Ints, Ints, int]], objects: int) -> Defects:
    owner = np.concatenate([f[0] for f in found])
    surface = np.concatenate([f[1] for f in found])
    code = np.concatenate([np.full(len(f[0]), int(f[2])) for f in found])
    order = np.lexsort((surface, code, owner))
    owner, surface, code = owner[order], surface[order], code[order]
    first = np.zeros(objects, dtype=np.int64)
    first[owner[::-1]] = code[::-1]
    return Defects(object=owner, surface=surface, code=code, first=first)
