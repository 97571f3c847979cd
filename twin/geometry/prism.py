"""Prisms: footprints between two heights, the LoD 1.2 of a building and the volumes of a scenario."""

from __future__ import annotations

import numpy as np

from twin.errors import GeometryError
from twin.geometry.columns import Bools, Floats, Footprints, Ints, Partition, Semantic, Shells
from twin.geometry.extrude import extrude
from twin.geometry.ragged import offsets_of, ring_successor, rows_of, take_rows
from twin.geometry.select import concatenate, take


def extrude_flat(footprints: Footprints, ground: Floats, roof: Floats) -> Shells:
    """Extrude every footprint, courtyards included, to a flat roof.

    Coordinates are rounded to whole millimetres; vertices of a ring that then fall together become one.
    Where a footprint touches itself in a vertex, its corner is cut by 5 cm, as in
    :func:`twin.geometry.extrude.extrude`.

    Parameters
    ----------
    footprints : Footprints
        Outer rings counter-clockwise, holes clockwise.
    ground, roof : (P,) float64 [m, NAP]

    Returns
    -------
    Shells
        One solid per footprint: ground, roof, then a wall per edge.

    Raises
    ------
    GeometryError
        A height is not finite or not above its ground; a ring has less than three different vertices, turns
        the wrong way, or runs along another ring. The message names footprints by number.
    """
    if not len(ground) == len(roof) == len(footprints):
        raise GeometryError(
            f"{len(footprints)} footprints need as many heights, got {len(ground)} and {len(roof)}"
        )
    _refuse(~(np.isfinite(ground) & np.isfinite(roof)), "have a height that is not a finite number")
    low, high = np.rint(ground * 1000).astype(np.int64), np.rint(roof * 1000).astype(np.int64)
    _refuse(high <= low, "have a roof that is not above the ground")

    xy, ring_offsets, part_offsets = _on_grid(footprints)
    vertex_part = rows_of(ring_offsets[part_offsets])
    touches = _touching_themselves(xy, vertex_part, len(footprints))
    if not touches.any():
        return _prisms(xy, ring_offsets, part_offsets, low, high)
    plain, other = np.flatnonzero(~touches), np.flatnonzero(touches)
    repaired = extrude(_partition(*_select(xy, ring_offsets, part_offsets, other), low[other], high[other]))
    wrong = np.zeros(len(footprints), dtype=bool)
    wrong[other[~repaired.valid]] = True
    _refuse(wrong, "have rings that run along one another")
    prisms = _prisms(*_select(xy, ring_offsets, part_offsets, plain), low[plain], high[plain])
    return take(concatenate([prisms, repaired.shells]), np.argsort(np.concatenate((plain, other))))


def _refuse(wrong: Bools, what: str) -> None:
    if wrong.any():
        numbers = np.flatnonzero(wrong)
        listed = ", ".join(map(str, numbers[:5])) + (", ..." if len(numbers) > 5 else "")
        raise GeometryError(f"footprints {listed} {what}; repair or leave them out before extruding")


def _on_grid(footprints: Footprints) -> tuple[Ints, Ints, Ints]:
    """Vertices in whole mm without repeats, ring offsets, part offsets."""
    offsets, ring_part = footprints.ring_offsets, rows_of(footprints.part_offsets)
    short = np.zeros(len(footprints), dtype=bool)
    short[np.diff(footprints.part_offsets) == 0] = True
    short[ring_part[np.diff(offsets) < 3]] = True
    _refuse(short, "have a ring of less than three vertices")
    xy = np.rint(footprints.xy * 1000).astype(np.int64)
    if len(xy) == 0:
        return xy, offsets, footprints.part_offsets
    side = xy[ring_successor(offsets)] - xy
    keep = (side != 0).any(axis=1)
    if not keep.all():
        size = np.add.reduceat(keep.astype(np.int64), offsets[:-1])
        xy, offsets = xy[keep], offsets_of(size)
        short[ring_part[size < 3]] = True
        _refuse(short, "have a ring of less than three different vertices")
        side = xy[ring_successor(offsets)] - xy
    corner = xy - xy.take(np.repeat(offsets[:-1], np.diff(offsets)), axis=0)
    area = np.add.reduceat(corner[:, 0] * side[:, 1] - corner[:, 1] * side[:, 0], offsets[:-1])
    outer = np.zeros(len(area), dtype=bool)
    outer[footprints.part_offsets[:-1]] = True
    turned = np.zeros(len(footprints), dtype=bool)
    turned[ring_part[np.where(outer, area <= 0, area >= 0)]] = True
    _refuse(
        turned, "have a ring that turns the wrong way (outer rings run counter-clockwise, holes clockwise)"
    )
    return xy, offsets, footprints.part_offsets


def _touching_themselves(xy: Ints, vertex_part: Ints, parts: int) -> Bools:
    touches = np.zeros(parts, dtype=bool)
    if len(xy) == 0:
        return touches
    place = xy - xy.min(axis=0)
    key = place[:, 0] * (place[:, 1].max() + 1) + place[:, 1]
    # neighbours share vertices: a stable sort keeps a part's own next to each other
    order = np.argsort(key, kind="stable")
    key, part = key[order], vertex_part[order]
    touches[part[1:][(key[1:] == key[:-1]) & (part[1:] == part[:-1])]] = True
    return touches


def _select(xy: Ints, ring_offsets: Ints, part_offsets: Ints, parts: Ints) -> tuple[Ints, Ints, Ints]:
    rings, new_parts = take_rows(np.arange(len(ring_offsets) - 1), part_offsets, parts)
    vertices, new_rings = take_rows(np.arange(len(xy)), ring_offsets, rings)
    return xy.take(vertices, axis=0), new_rings, new_parts


def _prisms(xy: Ints, ring_offsets: Ints, part_offsets: Ints, low: Ints, high: Ints) -> Shells:
    """Count out the arrays: per part n vertices below and n above, R rings below, R above, n walls."""
    start, size = ring_offsets[part_offsets[:-1]], np.diff(ring_offsets[part_offsets])
    rings, part = np.diff(part_offsets), np.repeat(np.arange(len(low)), size)
    at = np.arange(len(xy))
    below = at + start[part]
    above = below + size[part]
    xyz = np.empty((2 * len(xy), 3))
    xyz[below, :2] = xyz[above, :2] = xy / 1000
    xyz[below, 2], xyz[above, 2] = (low / 1000)[part], (high / 1000)[part]

    ring_size, ring_part = np.diff(ring_offsets), rows_of(part_offsets)
    turned = np.repeat(ring_offsets[:-1] + ring_offsets[1:] - 1, ring_size) - at
    following = ring_successor(ring_offsets)
    vertices = np.empty(6 * len(xy), dtype=np.int64)
    ground_at = at + 5 * start[part]
    vertices[ground_at] = below[turned]
    vertices[ground_at + size[part]] = above
    wall_at = 4 * at + (2 * start + 2 * size)[part]
    vertices[wall_at], vertices[wall_at + 1] = below, below[following]
    vertices[wall_at + 2], vertices[wall_at + 3] = above[following], above

    ring_sizes = np.full(2 * len(ring_size) + len(xy), 4)
    ring_at = np.arange(len(ring_size)) + (part_offsets[:-1] + start)[ring_part]
    ring_sizes[ring_at] = ring_sizes[ring_at + rings[ring_part]] = ring_size
    surface_sizes = np.ones(2 * len(low) + len(xy), dtype=np.int64)
    object_offsets = offsets_of(size + 2)
    surface_sizes[object_offsets[:-1]] = surface_sizes[object_offsets[:-1] + 1] = rings
    semantics = np.full(len(surface_sizes), Semantic.OUTER_WALL, dtype=np.uint8)
    semantics[object_offsets[:-1]], semantics[object_offsets[:-1] + 1] = Semantic.GROUND, Semantic.ROOF
    return Shells(
        xyz=xyz,
        ring_vertices=vertices,
        ring_offsets=offsets_of(ring_sizes),
        surface_offsets=offsets_of(surface_sizes),
        object_offsets=object_offsets,
        semantics=semantics,
    )


def _partition(xy: Ints, ring_offsets: Ints, part_offsets: Ints, low: Ints, high: Ints) -> Partition:
    """One face per part, vertices that coincide within a part made one."""
    part = rows_of(ring_offsets[part_offsets])
    unique, number = np.unique(np.column_stack((part, xy)), axis=0, return_inverse=True)
    number = number.reshape(-1)
    parts = np.arange(len(low))
    flat = np.zeros((len(low), 3))
    flat[:, 2] = high / 1000
    return Partition(
        xy=unique[:, 1:] / 1000,
        vertex_part=unique[:, 0],
        fixed=np.ones(len(unique), dtype=bool),
        start=number,
        end=number[ring_successor(ring_offsets)],
        left=part,
        right=np.full(len(xy), -1),
        face_part=parts,
        face_label=parts,
        plane=flat,
        origin=xy[ring_offsets[part_offsets[:-1]]] / 1000,
        ground=low / 1000,
    )
