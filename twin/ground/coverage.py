"""Level 0 as one partition of the plane: no gaps, no overlaps, and neighbours that share every vertex."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely import GeometryType

from twin.geometry.columns import Bools, Floats, Footprints, Ints
from twin.geometry.footprints import columns_of
from twin.geometry.ragged import ring_successor, rows_of, take_rows

Polygons = npt.NDArray[Any]  # dtype object: shapely geometries

GAP = 0.05
"""Gaps narrower than this [m] are given to a neighbour."""
SNAP = 0.001
"""Vertices nearer than this [m] become one: the millimetre in which registers are kept."""

NOTHING, LAND, WATER = 0, 1, 2
"""What lies beyond an edge."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Surfaces of level 0, in columns; a surface may consist of several parts.

    Attributes
    ----------
    outline : Footprints
        ``P`` parts, ``V`` vertices on whole millimetres. An edge is named by the vertex it starts at.
    surface : (P,) int64
        Surface of each part, ascending.
    level : (P,) float64 [m, NAP]
        Of water; NaN for land.
    vertex_level : (V,) float64 [m, NAP]
        Highest of the waters that meet in a vertex; NaN where none does.
    vertex_second : (V,) float64 [m, NAP]
        The next lower one; NaN where there is none.
    beyond : (V,) uint8
        ``NOTHING``, ``LAND`` or ``WATER`` on the other side of each edge.
    beyond_level : (V,) float64 [m, NAP]
        Of that water; NaN where it is none.
    """

    outline: Footprints
    surface: Ints
    level: Floats
    vertex_level: Floats
    vertex_second: Floats
    beyond: npt.NDArray[np.uint8]
    beyond_level: Floats

    def __len__(self) -> int:
        return len(self.surface)

    def take(self, parts: Ints) -> Cells:
        """Select parts, in the given order."""
        outline = self.outline
        rings, part_offsets = take_rows(np.arange(len(outline.ring_offsets) - 1), outline.part_offsets, parts)
        vertices, ring_offsets = take_rows(np.arange(len(outline.xy)), outline.ring_offsets, rings)
        return Cells(
            Footprints(outline.xy[vertices], ring_offsets, part_offsets),
            self.surface[parts],
            self.level[parts],
            self.vertex_level[vertices],
            self.vertex_second[vertices],
            self.beyond[vertices],
            self.beyond_level[vertices],
        )


def cover(polygons: Polygons) -> tuple[Polygons, Bools]:
    """Make polygons ``(N,)`` a coverage in which the earlier one keeps what two of them claim.

    Gaps narrower than :data:`GAP` are closed, and a vertex of a neighbour on an edge becomes a vertex of it.
    Clean input, which the BGT nearly always is, comes back as it was but for such vertices.

    Returns
    -------
    polygons : (N,) object
        Empty for a surface of which the others left nothing; on whole millimetres.
    changed : (N,) bool
        Surfaces that lost or gained more than a gap's width along their border, or all.

    Notes
    -----
    The work is done by the coverage cleaner of GEOS 3.14.
    """
    given = _polygonal(shapely.transform(shapely.force_2d(polygons), lambda xy: np.round(xy, 3)))
    clean: Any = getattr(shapely, "coverage_clean")  # noqa: B009  # the stubs are of Shapely 2.1
    made = given
    if len(given):
        made = clean(given, gap_width=GAP, snapping_distance=SNAP, merge_strategy="min_index")
    # The cleaner's own crossings are not on the millimetre; both neighbours of an edge round alike.
    made = _polygonal(shapely.transform(made, lambda xy: np.round(xy, 3)))
    changed = np.abs(shapely.area(made) - shapely.area(given)) > GAP * shapely.length(given) / 2
    return made, changed | (shapely.is_empty(made) & ~shapely.is_empty(given))


def _polygonal(shapes: Polygons) -> Polygons:
    """Only the areas of shapes, valid; the cleaner takes nothing else."""
    result = shapes.copy()
    result[shapely.is_missing(result)] = shapely.Polygon()
    wrong = ~shapely.is_valid(result)
    result[wrong] = shapely.make_valid(result[wrong], method="structure", keep_collapsed=False)
    kind = shapely.get_type_id(result)
    result[~np.isin(kind, (GeometryType.POLYGON, GeometryType.MULTIPOLYGON))] = shapely.Polygon()
    return result


def cells_of(polygons: Polygons) -> Cells:
    """Columns of a coverage ``(N,)`` in which all is land yet; see :func:`with_water`."""
    parts, surface = shapely.get_parts(polygons, return_index=True)
    filled = ~shapely.is_empty(parts)
    parts, surface = parts[filled], surface[filled].astype(np.int64)
    outline = columns_of(parts)
    size = len(outline.xy)
    other = neighbours(outline)
    return Cells(
        outline,
        surface,
        np.full(len(parts), np.nan),
        np.full(size, np.nan),
        np.full(size, np.nan),
        np.where(other < 0, NOTHING, LAND).astype(np.uint8),
        np.full(size, np.nan),
    )


def with_water(cells: Cells, level: Floats, water: Bools) -> Cells:
    """The same cells, with water of a known level.

    Parameters
    ----------
    cells : Cells
        All of them: a vertex between two tiles must know the water on both sides.
    level : (P,) float64 [m, NAP]
    water : (P,) bool
        Water whose level is NaN stays land: it follows the terrain.
    """
    level = np.where(water, level, np.nan)
    outline = cells.outline
    part = rows_of(outline.ring_offsets[outline.part_offsets])
    vertex, count = _numbered(outline.xy)
    highest, second = np.full((2, count), np.nan)
    np.fmax.at(highest, vertex, level[part])
    below = np.flatnonzero(level[part] < highest[vertex])
    np.fmax.at(second, vertex[below], level[part[below]])
    other = neighbours(outline)
    beyond_level = np.where(other < 0, np.nan, level[np.maximum(other, 0)])
    beyond = np.where(other < 0, NOTHING, np.where(np.isnan(beyond_level), LAND, WATER))
    return replace(
        cells,
        level=level,
        vertex_level=highest[vertex],
        vertex_second=second[vertex],
        beyond=beyond.astype(np.uint8),
        beyond_level=beyond_level,
    )


def neighbours(outline: Footprints) -> Ints:
    """Part beyond each edge ``(V,)``; -1 where there is none."""
    if not len(outline.xy):
        return np.empty(0, dtype=np.int64)
    part = rows_of(outline.ring_offsets[outline.part_offsets])
    vertex, count = _numbered(outline.xy)
    following = vertex[ring_successor(outline.ring_offsets)]
    key, back = vertex * count + following, following * count + vertex
    order = np.argsort(key, kind="stable")
    at = np.minimum(np.searchsorted(key[order], back), len(key) - 1)
    return np.where(key[order][at] == back, part[order][at], -1)


def adjacent_pairs(outline: Footprints) -> Ints:
    """Pairs of parts ``(N, 2)`` that share an edge, each once."""
    other = neighbours(outline)
    part = rows_of(outline.ring_offsets[outline.part_offsets])
    once = (other >= 0) & (part < other)
    return np.unique(np.column_stack((part[once], other[once])), axis=0)


def _numbered(xy: Floats) -> tuple[Ints, int]:
    """Number of each vertex ``(V,)`` by its millimetre, and how many there are."""
    mm = np.rint(xy * 1000).astype(np.int64)
    _, number = np.unique((mm[:, 0] << 31) + mm[:, 1], return_inverse=True)
    return number.reshape(-1).astype(np.int64), int(number.max()) + 1 if len(number) else 0


__all__ = [
    "LAND", "NOTHING", "WATER", "Cells", "adjacent_pairs", "cells_of", "cover", "neighbours", "with_water",
]  # fmt: skip
