"""From planar partitions with a plane per face to closed solids, all parts at once.

Dissolve, crossing split, levels, chamfer, then walls and rings by counting; every number of the output
is a whole millimetre and the solid is checked as it leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Bytes, Floats, Ints, Partition, Semantic, Shells
from twin.geometry.dissolve import dissolve
from twin.geometry.levels import Topology, lift
from twin.geometry.manifold import chamfer
from twin.geometry.ragged import offsets_of, ring_successor, rows_of, spread, take_rows
from twin.geometry.subdivision import Planes, cycles, from_partition
from twin.geometry.triangulate import triangulate_polygons

STRAIGHT = 0.002  # m
OFF_PLANE = 4.0  # mm a roof vertex may lie off its plane, as far as `SNAP` moves it; beyond, triangles
NARROW = 100.0  # mm: faces with an edge or mean width below this are tested for tilted slivers
SLIVER = 20.0  # mm: where three vertices in a row are nearer to one line, any triangulation may tilt
SAME = 1  # mm: neighbours this near are one point to val3dity
TILT = np.cos(np.radians(3.0))


@dataclass(frozen=True, slots=True)
class Extrusion:
    """Solids of an extrusion, and what happened on the way.

    Attributes
    ----------
    shells : Shells
        One object per part, in part order; xyz are whole millimetres.
    valid : (P,) bool
        Passed the built-in check: closed, consistently oriented, one outer ring per polygon, no vertex twice
        in a ring, no edge of a millimetre. That the map itself does not overlap is for
        :func:`twin.geometry.validity.check` to say. Solids that fail are returned as they are: build them
        again with fewer lines.
    chamfers : (P,) int64
        Corners cut to keep vertical edges manifold.
    triangulated : (P,) int64
        Roof faces cut into triangles, because snapping or rounding bent them.
    label : (S,) int64
        ``face_label`` of the partition for roofs, -1 for other surfaces.
    """

    shells: Shells
    valid: Bools
    chamfers: Ints
    triangulated: Ints
    label: Ints

    def __len__(self) -> int:
        return len(self.valid)


def extrude(partition: Partition, straight: float = STRAIGHT) -> Extrusion:
    """Extrude every part of a partition to a closed solid.

    The xy of the partition are taken on their millimetre grid and heights follow from it. Faces of equal
    label become one roof surface. A roof is kept at least 0.25 m above the ground of its part. The result
    of a part does not depend on the other parts.

    Parameters
    ----------
    partition : Partition
    straight : float [m]
        A vertex between two faces goes if it lies no farther off the line between its neighbours.

    Returns
    -------
    Extrusion
        Per object: ground surface, roof surfaces, walls.

    Raises
    ------
    GeometryError
        The partition holds numbers that are not finite, or a height above 26 km.
    """
    parts = len(partition)
    cells, planes, fixed, anchor = from_partition(partition)
    faces, planes = dissolve(cells, planes, fixed, 1000 * straight)
    topology, still_open, cuts = chamfer(lift(faces, planes), planes, parts)

    rings = _horizontal_rings(topology, planes)
    walls = _walls(topology, planes)
    bad, rings, triangulated = _cut_bent_roofs(topology, planes, rings, parts)
    bad |= still_open
    edges = topology.edges
    side = edges.xy[edges.end] - edges.xy[edges.start]
    bad[edges.vertex_part[edges.start[(side**2).sum(axis=1) <= SAME**2]]] = True
    shells, label = _assemble(topology, planes, rings, walls, partition, anchor)
    bad |= ~_closed(shells) | (np.diff(shells.object_offsets) == 0)
    return Extrusion(shells=shells, valid=~bad, chamfers=cuts, triangulated=triangulated, label=label)


@dataclass(frozen=True, slots=True)
class _Rings:
    """Rings of nodes with the surface they bound; a surface is a face, or one of its triangles."""

    nodes: Ints
    offsets: Ints
    face: Ints  # (R,)
    surface: Ints  # (R,), any number that is equal for rings of one surface
    hole: Bools  # (R,)


def _horizontal_rings(topology: Topology, planes: Planes) -> _Rings:
    members, offsets = cycles(topology.following)
    leader = members[offsets[:-1]]
    face = topology.face[leader]
    xy = topology.edges.xy.take(topology.origin[members], axis=0).astype(np.float64)
    corner = xy - xy.take(np.repeat(offsets[:-1], np.diff(offsets)), axis=0)
    following = corner[ring_successor(offsets)] if len(members) else corner
    cross = corner[:, 0] * following[:, 1] - corner[:, 1] * following[:, 0]
    area = np.bincount(rows_of(offsets), weights=cross, minlength=len(leader))
    # seen from above the ground turns clockwise: its outer ring has negative area
    hole = np.where(planes.outside[face], area >= 0, area <= 0)
    return _Rings(nodes=topology.node[members], offsets=offsets, face=face, surface=face, hole=hole)


def _walls(topology: Topology, planes: Planes) -> tuple[Ints, Ints, Ints, Bytes]:
    """Nodes and offsets of the wall polygons, their part and semantics.

    A wall stands on the half edge u -> v whose left face is the higher one. Around it: low u, low v, up to
    high v, high u, down to low u. Levels in between belong to neighbours and become vertices here too.
    """
    along = np.arange(0, len(topology.origin), 2)
    node, following = topology.node, topology.following
    left_u, left_v = node[along], node[following[along]]
    right_v, right_u = node[along + 1], node[following[along + 1]]
    edge = np.flatnonzero((left_u != right_u) | (left_v != right_v))
    left_u, left_v, right_u, right_v = left_u[edge], left_v[edge], right_u[edge], right_v[edge]
    turned = left_u + left_v < right_u + right_v
    high_u, high_v = np.where(turned, right_v, left_u), np.where(turned, right_u, left_v)
    low_u, low_v = np.where(turned, left_v, right_u), np.where(turned, left_u, right_v)
    low_face = np.where(turned, topology.edges.left[edge], topology.edges.right[edge])

    up, down = high_v - low_v + 1, high_u - low_u + 1
    runs = np.empty((2 * len(edge), 3), dtype=np.int64)
    runs[0::2] = np.column_stack((low_v, up, np.ones(len(edge), dtype=np.int64)))
    runs[1::2] = np.column_stack((high_u, down, np.full(len(edge), -1)))
    # a wall inside out at one end has a negative run; it is left out and the shell then is not closed
    sound = (up > 0) & (down > 0)
    runs = runs[np.repeat(sound, 2)]
    semantics = np.where(planes.outside[low_face], Semantic.OUTER_WALL, Semantic.INNER_WALL).astype(np.uint8)
    return (
        spread(runs[:, 0], runs[:, 1], runs[:, 2]),
        offsets_of((up + down)[sound]),
        topology.edges.vertex_part[topology.edges.start[edge]][sound],
        semantics[sound],
    )


def _cut_bent_roofs(
    topology: Topology, planes: Planes, rings: _Rings, parts: int
) -> tuple[Bools, _Rings, Ints]:
    """Replace roofs that are off their plane by triangles; also say which parts have a polygon gone wrong."""
    faces = len(planes.part)
    outers = np.bincount(rings.face[~rings.hole], minlength=faces)
    present = np.bincount(rings.face, minlength=faces) > 0
    bad = np.zeros(parts, dtype=bool)
    bad[planes.part[present & (outers != 1)]] = True

    bent, suspect = _bent(topology, planes, rings)
    goes = np.flatnonzero(((bent | suspect) & (outers == 1))[rings.face])
    if len(goes) == 0:
        return bad, rings, np.zeros(parts, dtype=np.int64)
    goes = goes[np.lexsort((rings.hole[goes], rings.face[goes]))]
    nodes, offsets = take_rows(rings.nodes, rings.offsets, goes)
    face, first = np.unique(rings.face[goes], return_index=True)
    uv = topology.edges.xy.take(topology.node_vertex[nodes], axis=0).astype(np.float64)
    corners, polygon = triangulate_polygons(uv, offsets, np.append(first, len(goes)))
    triangles, triangle_face = nodes[corners], face[polygon]

    tilted = np.zeros(faces, dtype=bool)
    tilted[triangle_face[_tilted(topology, planes, triangles, triangle_face)]] = True
    cut = bent | (suspect & tilted)
    triangles, triangle_face = triangles[cut[triangle_face]], triangle_face[cut[triangle_face]]
    whole = np.flatnonzero(~cut[rings.face] | (outers[rings.face] != 1))
    nodes, offsets = take_rows(rings.nodes, rings.offsets, whole)
    count = len(triangles)
    replaced = _Rings(
        nodes=np.concatenate((nodes, triangles.ravel())),
        offsets=np.concatenate((offsets, offsets[-1] + 3 * np.arange(1, count + 1))),
        face=np.concatenate((rings.face[whole], triangle_face)),
        surface=np.concatenate((rings.surface[whole], faces + np.arange(count))),
        hole=np.concatenate((rings.hole[whole], np.zeros(count, dtype=bool))),
    )
    return bad, replaced, np.bincount(planes.part[np.unique(triangle_face)], minlength=parts)


def _bent(topology: Topology, planes: Planes, rings: _Rings) -> tuple[Bools, Bools]:
    """Faces to cut: a vertex more than 4 mm off their plane, or slivers; and faces that must be tested."""
    faces = len(planes.part)
    face = rings.face[rows_of(rings.offsets)]
    xy = topology.edges.xy.take(topology.node_vertex[rings.nodes], axis=0)
    height = topology.node_height[rings.nodes]
    c = planes.coefficients[face]
    z = (c[:, 0] * xy[:, 0] + c[:, 1] * xy[:, 1] + c[:, 2]) / 10
    bent = np.zeros(faces, dtype=bool)
    bent[face[np.abs(height - z) > OFF_PLANE * np.hypot(1.0, planes.slope[face])]] = True

    following = ring_successor(rings.offsets)
    side = (xy.take(following, axis=0) - xy).astype(np.float64)
    length = np.hypot(side[:, 0], side[:, 1])
    corner = xy - xy.take(np.repeat(rings.offsets[:-1], np.diff(rings.offsets)), axis=0)
    twice_area = np.bincount(
        face, weights=corner[:, 0] * side[:, 1] - corner[:, 1] * side[:, 0], minlength=faces
    )
    narrow = twice_area < NARROW * np.bincount(face, weights=length, minlength=faces)
    narrow[face[length < NARROW]] = True
    across = np.abs(side[:, 0] * side[following, 1] - side[:, 1] * side[following, 0])
    chord = np.hypot(*(side + side[following]).T)
    longest = np.maximum(chord, np.maximum(length, length[following]))
    # a vertex on a long straight side is no sliver: Delaunay joins it to the other side of the face
    thin = (across < SLIVER * longest) & ((chord < NARROW) | (chord < longest))
    slivers = np.bincount(face, weights=across < SLIVER * longest, minlength=faces) > 0
    bent |= narrow & (np.bincount(face, weights=thin, minlength=faces) > 0)
    # a triangle is planar, and so is a polygon of one height, whatever its plane says
    first = np.zeros(faces, dtype=np.int64)
    first[face] = height
    level = np.bincount(face, weights=height != first[face], minlength=faces) == 0
    may_bend = ~planes.outside & ~level & (np.bincount(face, minlength=faces) > 3)
    return bent & may_bend, (narrow | slivers) & may_bend


def _tilted(topology: Topology, planes: Planes, triangles: Ints, face: Ints) -> Bools:
    """Triangles whose normal is more than three degrees from that of their face, seen from above.

    val3dity allows twenty, but looks along another direction, in which slivers may fall out differently.
    """
    xy = topology.edges.xy.take(topology.node_vertex[triangles], axis=0)
    corner = np.concatenate((xy, topology.node_height[triangles][:, :, None]), axis=2).astype(np.float64)
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    wanted = np.column_stack((planes.coefficients[face, :2] / -10, np.ones(len(face))))
    lengths = np.linalg.norm(normal, axis=1) * np.linalg.norm(wanted, axis=1)
    tilted: Bools = (normal * wanted).sum(axis=1) < TILT * lengths
    return tilted


def _assemble(
    topology: Topology,
    planes: Planes,
    rings: _Rings,
    walls: tuple[Ints, Ints, Ints, Bytes],
    partition: Partition,
    anchor: Ints,
) -> tuple[Shells, Ints]:
    wall_nodes, wall_offsets, wall_part, wall_semantics = walls
    parts, count = len(partition), len(wall_part)
    nodes = np.concatenate((rings.nodes, wall_nodes))
    offsets = np.concatenate((rings.offsets, rings.offsets[-1] + wall_offsets[1:]))
    flat_semantics = np.where(planes.outside[rings.face], Semantic.GROUND, Semantic.ROOF).astype(np.uint8)
    semantics = np.concatenate((flat_semantics, wall_semantics))
    part = np.concatenate((planes.part[rings.face], wall_part))
    beyond = rings.surface.max(initial=-1) + 1
    surface = np.concatenate((rings.surface, beyond + np.arange(count)))
    hole = np.concatenate((rings.hole, np.zeros(count, dtype=bool)))
    label = np.concatenate((planes.label[rings.face], np.full(count, -1)))

    rank = part * 3 + np.minimum(semantics, Semantic.OUTER_WALL)
    order = np.lexsort((hole, surface, rank))
    ring_nodes, ring_offsets = take_rows(nodes, offsets, order)
    first = np.ones(len(order), dtype=bool)
    first[1:] = surface[order][1:] != surface[order][:-1]
    heads = np.flatnonzero(first)

    node_part = topology.edges.vertex_part[topology.node_vertex]
    by_part = np.argsort(node_part, kind="stable")
    number = np.empty(len(by_part), dtype=np.int64)
    number[by_part] = np.arange(len(by_part))
    node_part = node_part[by_part]
    xy = topology.edges.xy.take(topology.node_vertex[by_part], axis=0) + anchor.take(node_part, axis=0)
    z = topology.node_height[by_part] + np.rint(partition.ground * 1000).astype(np.int64)[node_part]
    xyz: Floats = np.column_stack((xy, z)) / 1000
    shells = Shells(
        xyz=xyz,
        ring_vertices=number[ring_nodes],
        ring_offsets=ring_offsets,
        surface_offsets=np.append(heads, len(order)),
        object_offsets=np.searchsorted(part[order][heads], np.arange(parts + 1)),
        semantics=semantics[order][heads],
    )
    return shells, label[order][heads]


def _closed(shells: Shells) -> Bools:
    """Objects in which each directed edge occurs once, and its opposite once."""
    ok = np.ones(len(shells), dtype=bool)
    if len(shells.ring_vertices) == 0:
        return ok
    a = shells.ring_vertices
    b = a[ring_successor(shells.ring_offsets)]
    edges, opposites = np.sort(a * len(shells.xyz) + b), np.sort(b * len(shells.xyz) + a)
    if np.array_equal(edges, opposites) and (edges[1:] != edges[:-1]).all():
        return ok
    lonely = np.setxor1d(edges, opposites)
    again = edges[1:][edges[1:] == edges[:-1]]
    vertex_object = np.empty(len(shells.xyz), dtype=np.int64)
    surface = rows_of(shells.surface_offsets)[rows_of(shells.ring_offsets)]
    vertex_object[a] = rows_of(shells.object_offsets)[surface]
    ok[vertex_object[np.concatenate((lonely, again)) // len(shells.xyz)]] = False
    return ok
