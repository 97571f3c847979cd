"""What a shell measures: volume, areas by kind of surface, heights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints, Semantic, Shells
from twin.geometry.ragged import ring_successor, rows_of, sums
from twin.geometry.select import ring_vertex_surfaces

FLAT_ROOF = 3.0  # degrees: a roof of less slope counts as flat


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas per object, each (O,) float64 [m2]; ``surface`` (S,) float64 [m2] per surface."""

    ground: Floats
    roof_flat: Floats
    roof_sloped: Floats
    outer_wall: Floats
    inner_wall: Floats
    surface: Floats


@dataclass(frozen=True, slots=True)
class Heights:
    """Heights per object, each (O,) float64 [m, NAP]; NaN where there is no such surface.

    ``roof_mean`` is weighted by the area of the roofs seen from above.
    """

    ground: Floats
    roof_min: Floats
    roof_max: Floats
    roof_mean: Floats


def volume(shells: Shells) -> Floats:
    """Volume of each object ``(O,)`` [m3]; negative if its surfaces look inwards.

    Sum of the signed cones from one vertex of the object over its rings (divergence theorem), so surfaces
    with holes need no triangulation. Right for closed shells of flat surfaces.
    """
    owner = rows_of(shells.object_offsets)[rows_of(shells.surface_offsets)]
    normal, point = _ring_normals(shells)
    apex = np.zeros((len(shells), 3))
    apex[owner[::-1]] = point[::-1]
    cones = ((point - apex[owner]) * normal).sum(axis=1) / 3
    return sums(owner, cones, len(shells))


def surface_vectors(shells: Shells) -> Floats:
    """Normal of each surface ``(S, 3)``, outward and as long as the surface's area [m2], holes taken out."""
    normal, _ = _ring_normals(shells)
    surface, count = rows_of(shells.surface_offsets), len(shells.surface_offsets) - 1
    return np.column_stack([sums(surface, w, count) for w in normal.T])


def area_by_semantic(shells: Shells) -> Areas:
    """Areas of ground, flat (under 3 degrees) and sloped roofs, outer and inner walls of each object."""
    vectors = surface_vectors(shells)
    area = np.linalg.norm(vectors, axis=1)
    flat = np.hypot(vectors[:, 0], vectors[:, 1]) <= np.tan(np.radians(FLAT_ROOF)) * np.abs(vectors[:, 2])
    owner, kind = rows_of(shells.object_offsets), shells.semantics
    roof = kind == Semantic.ROOF

    def total(chosen: Bools) -> Floats:
        return sums(owner[chosen], area[chosen], len(shells))

    return Areas(
        ground=total(kind == Semantic.GROUND),
        roof_flat=total(roof & flat),
        roof_sloped=total(roof & ~flat),
        outer_wall=total(kind == Semantic.OUTER_WALL),
        inner_wall=total(kind == Semantic.INNER_WALL),
        surface=area,
    )


def heights(shells: Shells) -> Heights:
    """Lowest ground, lowest and highest roof vertex, and mean height of the roofs of each object."""
    surface = ring_vertex_surfaces(shells)
    owner = rows_of(shells.object_offsets)[surface]
    kind, z = shells.semantics[surface], shells.xyz[shells.ring_vertices, 2]
    ground, roof_min = np.full(len(shells), np.inf), np.full(len(shells), np.inf)
    roof_max = np.full(len(shells), -np.inf)
    below, above = kind == Semantic.GROUND, kind == Semantic.ROOF
    np.minimum.at(ground, owner[below], z[below])
    np.minimum.at(roof_min, owner[above], z[above])
    np.maximum.at(roof_max, owner[above], z[above])
    for column in (ground, roof_min, roof_max):
        column[np.isinf(column)] = np.nan
    return Heights(ground=ground, roof_min=roof_min, roof_max=roof_max, roof_mean=_mean_roof(shells))


def _mean_roof(shells: Shells) -> Floats:
    """Volume between the roofs and zero height by the area below them, both from the rings."""
    ring_surface, owner = rows_of(shells.surface_offsets), rows_of(shells.object_offsets)
    roofs = shells.semantics[ring_surface] == Semantic.ROOF
    ring = rows_of(shells.ring_offsets)
    first = shells.ring_vertices[shells.ring_offsets[:-1]][ring]
    here, there = shells.xyz[shells.ring_vertices], shells.xyz[_next_vertices(shells)]
    apex = shells.xyz[first]
    a, b = here - apex, there - apex
    double = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    middle = (here[:, 2] + there[:, 2] + apex[:, 2]) / 3
    element_owner, chosen = owner[ring_surface[ring]], roofs[ring]
    n = len(shells)
    weight = sums(element_owner[chosen], double[chosen], n)
    moment = sums(element_owner[chosen], (double * middle)[chosen], n)
    mean: Floats = np.divide(moment, weight, out=np.full(n, np.nan), where=weight > 0)
    return mean


def _next_vertices(shells: Shells) -> Ints:
    following: Ints = shells.ring_vertices[ring_successor(shells.ring_offsets)]
    return following


def _ring_normals(shells: Shells) -> tuple[Floats, Floats]:
    """Newell normal of each ring by its area, and its first vertex; both ``(R, 3)``."""
    ring = rows_of(shells.ring_offsets)
    point = shells.xyz[shells.ring_vertices[shells.ring_offsets[:-1]]]
    a = shells.xyz.take(shells.ring_vertices, axis=0) - point.take(ring, axis=0)
    b = shells.xyz.take(_next_vertices(shells), axis=0) - point.take(ring, axis=0)
    cross = (
        a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1],
        a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2],
        a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0],
    )
    return np.column_stack([sums(ring, w, len(point)) for w in cross]) / 2, point
