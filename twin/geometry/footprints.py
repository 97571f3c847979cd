"""From polygons to footprints that a reconstruction can stand on, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from twin.errors import GeometryError
from twin.geometry.columns import Floats, Footprints, Ints, Shells
from twin.geometry.ragged import offsets_of, ring_predecessor, ring_successor, take_rows

Polygons = npt.NDArray[Any]  # dtype object: shapely geometries

SIMPLIFY = 0.02
"""Distance [m] within which vertices that are no corner are dropped (Douglas-Peucker, topology kept)."""
SHORTEST_EDGE = 0.08
"""Edges [m] shorter than this lose one of their ends."""
SMALLEST_HOLE = 0.5
"""Holes [m2] smaller than this are filled."""
ATTEMPTS = 5
"""Times a polygon that cleaning made invalid is cleaned again, each time with twice the tolerance."""


def footprints_from(polygons: Polygons) -> tuple[Footprints, Ints]:
    """Clean polygons and lay them out in columns.

    Coordinates are rounded to the millimetre, invalid polygons repaired, multipolygons taken apart,
    vertices within :data:`SIMPLIFY` of their wall and edges shorter than :data:`SHORTEST_EDGE` removed,
    small holes filled, rings oriented. Vertices are removed, never moved, and which one goes does not
    depend on the direction or the start of a ring; so walls that neighbours share stay shared wherever
    both see the same corners.

    Parameters
    ----------
    polygons : (M,) object
        Polygon, MultiPolygon or None, RD New.

    Returns
    -------
    footprints : Footprints
    source : (P,) int64
        Input polygon of each part, ascending. An input without any area has no part.

    Raises
    ------
    GeometryError
        If an input is neither a polygon nor empty, or has a coordinate that is not finite.
    """
    given = np.asarray(polygons, dtype=object)
    _refuse_strangers(given)
    clean, source = _valid_parts(given, np.arange(len(given), dtype=np.int64))
    done: list[tuple[Polygons, Ints]] = []
    for attempt in range(ATTEMPTS + 1):
        if attempt == ATTEMPTS:
            clean = shapely.convex_hull(clean)  # always valid; for spikes that no tolerance cures
        clean, source = _simplified(clean, source, SIMPLIFY * 2**attempt)
        good = shapely.is_valid(clean)
        done.append((clean[good], source[good]))
        clean, source = _valid_parts(clean[~good], source[~good])
        if not len(clean):
            break
    parts = np.concatenate([p for p, _ in done])
    source = np.concatenate([s for _, s in done])
    # Parts of one input in the order of their lower left corners, whatever way they came about.
    bounds = shapely.bounds(parts)
    order = np.lexsort((bounds[:, 1], bounds[:, 0], source))
    return columns_of(parts[order]), source[order]


def polygons_of(footprints: Footprints) -> Polygons:
    """Shapely polygons ``(P,)`` of footprints."""
    count = np.diff(footprints.ring_offsets)
    closed = offsets_of(count + 1)
    xy = np.empty((closed[-1], 2))
    last = closed[1:] - 1
    body = np.ones(len(xy), bool)
    body[last] = False
    xy[body] = footprints.xy
    xy[last] = footprints.xy[footprints.ring_offsets[:-1]]
    result: Polygons = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, xy, (closed, footprints.part_offsets)
    )
    return result


def select_parts(footprints: Footprints, parts: Ints) -> Footprints:
    """Take ``parts (R,)``, in that order."""
    rings, part_offsets = take_rows(
        np.arange(len(footprints.ring_offsets) - 1), footprints.part_offsets, parts
    )
    vertices, ring_offsets = take_rows(np.arange(len(footprints.xy)), footprints.ring_offsets, rings)
    return Footprints(footprints.xy.take(vertices, axis=0), ring_offsets, part_offsets)


def flat_shells(footprints: Footprints, z: Floats, owner: Ints, size: int) -> Shells:
    """Horizontal surfaces facing up, one per part, of ``size`` objects.

    Parameters
    ----------
    footprints : Footprints
    z : (P,) float64 [m, NAP]
    owner : (P,) int64
        Object of each part, ascending.
    size : int
    """
    per_part = np.diff(footprints.ring_offsets[footprints.part_offsets])
    return Shells(
        xyz=np.column_stack((footprints.xy, np.repeat(z, per_part))),
        ring_vertices=np.arange(len(footprints.xy), dtype=np.int64),
        ring_offsets=footprints.ring_offsets,
        surface_offsets=footprints.part_offsets,
        object_offsets=offsets_of(np.bincount(owner, minlength=size)),
        semantics=np.zeros(len(footprints), dtype=np.uint8),
    )


def _refuse_strangers(given: Polygons) -> None:
    kind = shapely.get_type_id(given)
    stranger = ~np.isin(kind, (-1, shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    stranger &= ~shapely.is_empty(given)
    if stranger.any():
        first = int(np.flatnonzero(stranger)[0])
        raise GeometryError(f"footprint {first} is a {given[first].geom_type}; expected a (Multi)Polygon")
    xy, owner = shapely.get_coordinates(given, return_index=True)
    wrong = ~np.isfinite(xy).all(axis=1)
    if wrong.any():
        raise GeometryError(f"footprint {owner[wrong][0]} has a coordinate that is not a finite number")


def _valid_parts(polygons: Polygons, source: Ints) -> tuple[Polygons, Ints]:
    """Valid single polygons with area, on the millimetre."""
    rounded = shapely.transform(shapely.force_2d(polygons), lambda xy: np.round(xy, 3))
    broken = ~shapely.is_valid(rounded) & ~shapely.is_missing(rounded)
    rounded[broken] = shapely.make_valid(rounded[broken], method="structure", keep_collapsed=False)
    # Repair adds vertices at self-intersections, which are not on the millimetre.
    rounded[broken] = shapely.transform(rounded[broken], lambda xy: np.round(xy, 3))
    parts, index = shapely.get_parts(rounded, return_index=True)
    solid = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & (shapely.area(parts) > 0)
    return parts[solid], source[index[solid]]


def _simplified(parts: Polygons, source: Ints, tolerance: float) -> tuple[Polygons, Ints]:
    # Normal form starts every ring at its lowest corner, so neighbours with equal rings drop equal vertices.
    simple = shapely.simplify(shapely.normalize(parts), tolerance, preserve_topology=True)
    kept = ~shapely.is_empty(simple)
    simple, source = simple[kept], source[kept]
    if not len(simple):
        return simple, source
    raw = columns_of(simple)
    ring = np.repeat(np.arange(len(raw.ring_offsets) - 1, dtype=np.int64), np.diff(raw.ring_offsets))
    xy, ring = _without_short_edges(raw.xy, ring)
    lean, part = _without_small_rings(xy, ring, raw.part_offsets)
    return polygons_of(lean), source[part]


def _without_short_edges(xy: Floats, ring: Ints) -> tuple[Floats, Ints]:
    """Drop one end of every short edge, the one that takes the smaller triangle, in rounds.

    ``ring (V,)`` is the ring of each vertex. Rings of fewer than three vertices vanish.
    """
    rings = int(ring[-1]) + 1
    while True:
        body = np.bincount(ring, minlength=rings)[ring] >= 3
        xy, ring = xy[body], ring[body]
        ring_offsets = offsets_of(np.bincount(ring, minlength=rings))
        after, before = ring_successor(ring_offsets), ring_predecessor(ring_offsets)
        short = np.hypot(*(xy[after] - xy).T) < SHORTEST_EDGE
        if not short.any():
            return xy, ring
        d, e = xy - xy[before], xy[after] - xy
        loss = np.abs(d[:, 0] * e[:, 1] - d[:, 1] * e[:, 0])
        # By (area lost, x, y): an order that the neighbours on both sides of a wall agree on.
        rank = np.empty(len(xy), np.int64)
        rank[np.lexsort((xy[:, 1], xy[:, 0], loss))] = np.arange(len(xy))
        candidate = short | short[before]
        rank[~candidate] = len(xy)
        # No two vertices in a row go in one round: the lengths on which the choice rests would be gone.
        drop = candidate & (rank <= rank[after]) & (rank <= rank[before])
        xy, ring = xy[~drop], ring[~drop]


def _without_small_rings(xy: Floats, ring: Ints, part_offsets: Ints) -> tuple[Footprints, Ints]:
    """Footprints without small holes and without parts that lost their outer ring; and which parts stay."""
    rings = int(part_offsets[-1])
    ring_offsets = offsets_of(np.bincount(ring, minlength=rings))
    following = xy[ring_successor(ring_offsets)]
    origin = xy[ring_offsets[:-1].clip(max=max(len(xy) - 1, 0))][ring] if len(xy) else xy
    a, b = xy - origin, following - origin
    area = np.abs(np.bincount(ring, weights=a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], minlength=rings)) / 2
    outer = np.zeros(rings, bool)
    outer[part_offsets[:-1]] = True
    part_of_ring = np.repeat(np.arange(len(part_offsets) - 1), np.diff(part_offsets))
    stays = area[part_offsets[:-1]] > 0
    live = stays[part_of_ring] & (outer | (area >= SMALLEST_HOLE))
    count = np.diff(ring_offsets)[live]
    holes = np.bincount(part_of_ring[live], minlength=len(stays))[stays]
    return Footprints(xy[live[ring]], offsets_of(count), offsets_of(holes)), np.flatnonzero(stays)


def columns_of(parts: Polygons) -> Footprints:
    """Lay polygons ``(P,)`` out in columns as they are; only their rings are oriented."""
    if not len(parts):
        nothing = np.zeros(1, np.int64)
        return Footprints(np.empty((0, 2)), nothing, nothing)
    _, xy, ragged = shapely.to_ragged_array(shapely.orient_polygons(parts))
    closed, part_offsets = (np.asarray(o, dtype=np.int64) for o in ragged)
    body = np.ones(len(xy), bool)
    body[closed[1:] - 1] = False
    return Footprints(xy[body], closed - np.arange(len(closed), dtype=np.int64), part_offsets)
