"""Rails as ribbons: the register draws a track as the line in its middle."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely import GeometryType

from twin.geometry.columns import Bools, Floats, Ints, Shells
from twin.geometry.footprints import columns_of
from twin.ground.delaunay import polygons_triangulated
from twin.ground.shapes import MILLIMETRE, shells_of_triangles
from twin.ground.terrain import Terrain

SLEEPER = 2.5
"""Width [m] of the ribbon of a track on sleepers: those of the Dutch railways are 2.52 m long."""
GAUGE = 1.5
"""Width [m] of a tramway, of which only the two rails are seen: standard gauge and their heads."""
IN_STREET = ("tram",)
"""Functions of a track that lies in a street."""
RAIL = 0.15
"""Height [m] of the ribbon above the ground or the deck, which itself is up to a tenth off."""
STEP = 5.0  # [m] between vertices along a track


def widths(functions: npt.NDArray[np.object_]) -> Floats:
    """Width ``(G,)`` [m] of the ribbon of tracks, by ``bgt_functie``; None where unknown."""
    return np.where(np.isin(functions.astype(str), IN_STREET), GAUGE, SLEEPER)


def is_line(shapes: npt.NDArray[Any]) -> Bools:
    """Which shapes ``(G,)`` are lines."""
    kinds = (GeometryType.LINESTRING, GeometryType.MULTILINESTRING, GeometryType.LINEARRING)
    return np.isin(shapely.get_type_id(shapes), kinds) & ~shapely.is_empty(shapes)


def ribbons(lines: npt.NDArray[Any], width: Floats, surface: Terrain) -> tuple[Shells, Floats]:
    """Ribbons of lines ``(G,)`` [EPSG:28992], :data:`RAIL` above a surface.

    Returns
    -------
    shells : Shells
        ``G`` objects, triangles facing up; none where the surface is unknown or the line too short.
    measured : (G,) float64
        Share of the vertices of each that stand on cells with points; NaN without any.
    """
    wide = shapely.buffer(shapely.force_2d(lines), width / 2, cap_style="flat", join_style="mitre")
    # After widening, which drops vertices on a straight line.
    wide = shapely.transform(
        shapely.segmentize(wide, STEP), lambda xy: np.round(xy / MILLIMETRE) * MILLIMETRE
    )
    parts, owner = shapely.get_parts(wide, return_index=True)
    filled = ~shapely.is_empty(parts)
    parts, owner = parts[filled], owner[filled]
    size = len(lines)
    columns = columns_of(parts)
    triangles, part = polygons_triangulated(columns)
    z = np.round(surface.sample(columns.xy) + RAIL, 3)
    known = np.isfinite(z[triangles]).all(axis=1)
    of_vertex = np.repeat(owner, np.diff(columns.ring_offsets[columns.part_offsets]))
    return (
        shells_of_triangles(np.column_stack((columns.xy, z)), triangles[known], owner[part[known]], size),
        _share(of_vertex, _on_points(columns.xy, surface), size),
    )


def raised(lines: Shells, surface: Terrain) -> Shells:
    """The lines themselves, as high as their ribbons."""
    z = np.round(surface.sample(lines.xyz[:, :2]) + RAIL, 3)
    return Shells(
        np.column_stack((lines.xyz[:, :2], z)),
        lines.ring_vertices,
        lines.ring_offsets,
        lines.surface_offsets,
        lines.object_offsets,
        lines.semantics,
    )


def _on_points(xy: Floats, surface: Terrain) -> Bools:
    at = np.floor((xy - surface.corner) / surface.cell).astype(np.int64)
    at = np.clip(at, 0, np.array(surface.measured.shape[::-1]) - 1)
    found: Bools = surface.measured[at[:, 1], at[:, 0]]
    return found


def _share(owner: Ints, true: Bools, size: int) -> Floats:
    count = np.bincount(owner, minlength=size)
    return np.where(count > 0, np.bincount(owner[true], minlength=size) / np.maximum(count, 1), np.nan)
