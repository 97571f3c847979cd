"""Geometry of many objects in flat arrays with offsets, as in Arrow's nested lists.

Axis names used throughout: ``V`` vertices, ``R`` rings, ``S`` surfaces, ``P`` parts (one polygon of
a pand), ``F`` faces of a planar partition, ``E`` undirected edges. All ids and offsets are int64; all
coordinates float64 in metres, RD New + NAP (EPSG:7415). Rings do not repeat their first vertex.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]


class Semantic(IntEnum):
    """What a boundary surface is; the CityJSON name is :attr:`cityjson_type`."""

    GROUND = 0
    ROOF = 1
    OUTER_WALL = 2
    INNER_WALL = 3
    CLOSURE = 4

    @property
    def cityjson_type(self) -> str:
        """Type of the semantic surface in CityJSON 2.0."""
        return ("GroundSurface", "RoofSurface", "WallSurface", "WallSurface", "ClosureSurface")[self]


@dataclass(frozen=True, slots=True)
class Footprints:
    """Polygons of many parts: outer ring counter-clockwise first, then holes clockwise.

    Attributes
    ----------
    xy : (V, 2) float64 [m, RD]
        Vertices, ring by ring, without the closing vertex.
    ring_offsets : (R+1,) int64
        Ring ``r`` is ``xy[ring_offsets[r]:ring_offsets[r+1]]``.
    part_offsets : (P+1,) int64
        Part ``p`` has rings ``part_offsets[p]`` (outer) up to ``part_offsets[p+1]``.
    """

    xy: Floats
    ring_offsets: Ints
    part_offsets: Ints

    def __len__(self) -> int:
        return len(self.part_offsets) - 1


@dataclass(frozen=True, slots=True)
class Partition:
    """Planar subdivision of many footprints with a plane per face; input of the extrusion.

    Attributes
    ----------
    xy : (V, 2) float64 [m, RD]
        Vertices; a vertex belongs to one part.
    vertex_part : (V,) int64
    fixed : (V,) bool
        True for vertices of the footprint itself; they are never removed or moved.
    start, end : (E,) int64
        Each undirected edge once, as vertex numbers.
    left, right : (E,) int64
        Faces left and right of ``start -> end``; -1 is the outside (courtyards too).
    face_part : (F,) int64
    plane : (F, 3) float64
        ``z = a*(x - ox) + b*(y - oy) + c`` with the origin of the face's part. Faces of one part with
        the same ``face_label`` have the same plane.
    face_label : (F,) int64
        Number of the plane; edges between faces of equal label dissolve.
    origin : (P, 2) float64 [m, RD]
    ground : (P,) float64 [m, NAP]
        Height of the ground surface per part.
    """

    xy: Floats
    vertex_part: Ints
    fixed: Bools
    start: Ints
    end: Ints
    left: Ints
    right: Ints
    face_part: Ints
    face_label: Ints
    plane: Floats
    origin: Floats
    ground: Floats

    def __len__(self) -> int:
        return len(self.ground)


@dataclass(frozen=True, slots=True)
class Shells:
    """Closed boundaries of many objects: solids, or open surfaces where a user says so.

    Attributes
    ----------
    xyz : (V, 3) float64 [m, RD+NAP]
        Vertices, shared within an object, object by object; none unused, none doubled within an object.
    ring_vertices : (K,) int64
        Vertex numbers of all rings, one after the other.
    ring_offsets : (R+1,) int64
        Ring ``r`` is ``ring_vertices[ring_offsets[r]:ring_offsets[r+1]]``.
    surface_offsets : (S+1,) int64
        Surface ``s`` has rings ``surface_offsets[s]`` (outer, counter-clockwise seen from outside)
        up to ``surface_offsets[s+1]`` (holes, clockwise).
    object_offsets : (O+1,) int64
        Object ``o`` has surfaces ``object_offsets[o]`` up to ``object_offsets[o+1]``; none means that
        the object has no geometry here.
    semantics : (S,) uint8
        A :class:`Semantic` per surface.
    """

    xyz: Floats
    ring_vertices: Ints
    ring_offsets: Ints
    surface_offsets: Ints
    object_offsets: Ints
    semantics: Bytes

    def __len__(self) -> int:
        return len(self.object_offsets) - 1
