"""Edges of level 0 with as many vertices as the terrain asks for, the same on both sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.ragged import expand, offsets_of, ring_successor, rows_of
from twin.ground.coverage import LAND, NOTHING, Cells
from twin.ground.terrain import Terrain

EDGE_TOLERANCE = 0.05
"""An edge leaves the terrain by no more than this [m]; one number for all, since both neighbours must
agree."""
STEP = 2.0
"""Distance [m] between the places where an edge may get a vertex."""
LOWEST_BANK = 0.02
"""Land less than this [m] above the water beside it, or below it, meets it at its level."""


@dataclass(frozen=True, slots=True)
class Borders:
    """All borders of some cells, split where the terrain bends.

    Attributes
    ----------
    xy : (N, 2) float64 [m, RD]
        Distinct vertices, on whole millimetres.
    land : (N,) float64 [m, NAP]
        Height at which land meets there, on whole millimetres.
    water : (N,) float64 [m, NAP]
        Level of the highest water that meets there; NaN where none does.
    second : (N,) float64 [m, NAP]
        Of the highest below that; NaN where there is none.
    start, end : (E,) int64
        Directed edges, the cell to their left.
    part : (E,) int64
    beyond : (E,) uint8
    beyond_level : (E,) float64 [m, NAP]
    mouth : (E,) bool
        Edges that are not split: where a road goes on below the ground.
    """

    xy: Floats
    land: Floats
    water: Floats
    second: Floats
    start: Ints
    end: Ints
    part: Ints
    beyond: np.ndarray[tuple[int], np.dtype[np.uint8]]
    beyond_level: Floats
    mouth: Bools


def borders(
    cells: Cells, terrain: Terrain, fixed: Floats | None = None, straight: Bools | None = None
) -> Borders:
    """Split the edges of cells.

    What becomes of an edge depends on its ends, the terrain and the water there only.
    ``fixed (V,)`` are heights that vertices of the outline must have, NaN for that of the terrain;
    ``straight (V,)`` are edges that are not split, by the vertex that they start at.
    """
    outline = cells.outline
    mm = np.rint(outline.xy * 1000).astype(np.int64)
    key, first, vertex = np.unique((mm[:, 0] << 31) + mm[:, 1], return_index=True, return_inverse=True)
    xy, level, second = outline.xy[first], cells.vertex_level[first], cells.vertex_second[first]
    part = rows_of(outline.ring_offsets[outline.part_offsets])
    a, b = vertex, vertex[ring_successor(outline.ring_offsets)]

    # Vertices are numbered from west to east, so that both sides of an edge look at it the same way.
    low, high = np.minimum(a, b), np.maximum(a, b)
    _, one, edge = np.unique(low * len(key) + high, return_index=True, return_inverse=True)
    own = cells.level[part]
    water = np.fmax(own, cells.beyond_level)
    dry = np.isnan(own) | (cells.beyond == LAND)
    land = land_height(xy, level, terrain)
    if fixed is not None:
        land = np.where(np.isnan(fixed[first]), land, fixed[first])
    if straight is not None:
        dry = dry & ~straight
    along, t, between_level = _split(xy, land, low[one], high[one], water[one], dry[one], terrain)

    ends = xy[low[one]], xy[high[one]]
    extra = np.round(ends[0][along] + t[:, None] * (ends[1] - ends[0])[along], 3)
    number = len(xy) + np.arange(len(extra))
    count = np.bincount(along, minlength=len(one))
    firsts = offsets_of(count)[:-1]
    # Each directed edge becomes a chain: its start, then the new vertices in its own direction.
    forward = a < b
    chain, at = expand(np.zeros(len(a), dtype=np.int64), count[edge] + 1)
    inner = at > 0
    place = np.where(forward[chain], at - 1, count[edge][chain] - at)
    inserted = number[np.minimum(firsts[edge][chain] + np.maximum(place, 0), max(len(number) - 1, 0))] if len(
        number
    ) else np.zeros(len(chain), dtype=np.int64)  # fmt: skip
    start = np.where(inner, inserted, a[chain])
    last = np.append(chain[1:] != chain[:-1], True)
    end = np.where(last, b[chain], np.roll(start, -1))
    return Borders(
        np.concatenate((xy, extra)),
        np.concatenate((land, land_height(extra, between_level, terrain))),
        np.concatenate((level, between_level)).round(3).astype(np.float64),
        np.concatenate((second, np.full(len(extra), np.nan))).round(3).astype(np.float64),
        start,
        end,
        part[chain],
        cells.beyond[chain],
        cells.beyond_level[chain],
        np.zeros(len(chain), dtype=bool) if straight is None else straight[chain],
    )


def land_height(xy: Floats, water: Floats, terrain: Terrain) -> Floats:
    """Height of land ``(M,)`` [m, NAP]: the terrain, but never below the water it borders (NaN: none)."""
    z = np.round(terrain.sample(xy), 3)
    with np.errstate(invalid="ignore"):
        return np.where(z < water + LOWEST_BANK, np.round(water, 3), z)


def _split(
    xy: Floats, land: Floats, low: Ints, high: Ints, water: Floats, dry: Bools, terrain: Terrain
) -> tuple[Ints, Floats, Floats]:
    """Vertices to insert: edge of each ``(M,)``, ascending, its place along it, and the water beside it.

    Each stretch gets the vertex at which the terrain is furthest from it, until none is further than the
    tolerance (Douglas and Peucker, 1973, for all edges at once).
    """
    length = np.hypot(*(xy[high] - xy[low]).T)
    steps = np.where(dry, np.ceil(length / STEP), 1).astype(np.int64)
    edge, at = expand(np.ones(len(low), dtype=np.int64), np.maximum(steps - 1, 0))
    t = at / np.maximum(steps, 1)[edge]
    places = xy[low][edge] + t[:, None] * (xy[high] - xy[low])[edge]
    z = land_height(places, water[edge], terrain)
    kept = np.zeros(len(edge), dtype=bool)
    live = np.isfinite(z)
    while live.any():
        left_t, left_z, right_t, right_z = _ends(edge, t, z, kept, land[low], land[high])
        chord = left_z + (right_z - left_z) * (t - left_t) / np.maximum(right_t - left_t, 1e-9)
        off = np.where(live & ~kept, np.abs(z - chord), 0.0)
        off[~np.isfinite(off)] = 0.0
        stretch = np.cumsum(np.append(True, (edge[1:] != edge[:-1])) | np.append(False, kept[:-1]))
        order = np.lexsort((np.arange(len(off)), -off, stretch))
        worst = order[np.append(True, np.diff(stretch[order]) > 0)]
        worst = worst[off[worst] > EDGE_TOLERANCE]
        if not len(worst):
            break
        kept[worst] = True
    return edge[kept], t[kept], water[edge[kept]]


def _ends(
    edge: Ints, t: Floats, z: Floats, kept: Bools, z_low: Floats, z_high: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Place and height of the kept vertex, or the end of the edge, before and after each place."""
    index = np.arange(len(edge))
    before = np.maximum.accumulate(np.where(kept, index, -1))
    before = np.append(-1, before[:-1])
    after = np.minimum.accumulate(np.where(kept, index, len(edge))[::-1])[::-1]
    after = np.append(after[1:], len(edge))
    has_before = (before >= 0) & (edge[np.maximum(before, 0)] == edge)
    safe = np.minimum(after, len(edge) - 1)
    has_after = (after < len(edge)) & (edge[safe] == edge)
    before = np.maximum(before, 0)
    return (
        np.where(has_before, t[before], 0.0),
        np.where(has_before, z[before], z_low[edge]),
        np.where(has_after, t[safe], 1.0),
        np.where(has_after, z[safe], z_high[edge]),
    )


__all__ = ["EDGE_TOLERANCE", "LOWEST_BANK", "NOTHING", "Borders", "borders", "land_height"]
