"""BGT geometry in 3D: triangulated surfaces, lines and points on their heights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import GeometryType

from twin.geometry.columns import Floats, Ints, Shells
from twin.geometry.footprints import columns_of
from twin.ground.delaunay import polygons_triangulated
from twin.ground.levels import SurfaceHeights
from twin.ground.terrain import Terrain

MILLIMETRE = 0.001


@dataclass(frozen=True, slots=True)
class GroundShapes:
    """3D geometry of objects, by their row ``0..G-1``.

    Attributes
    ----------
    surfaces, lines, points : Shells
        ``G`` objects each. Surfaces are triangles facing up; of lines each ring is an open line; of points
        each ring vertex is a point. An object whose height is unknown has none.
    """

    surfaces: Shells
    lines: Shells
    points: Shells


def ground_shapes(
    geometry: npt.NDArray[np.object_], heights: SurfaceHeights, terrain: Terrain
) -> GroundShapes:
    """Lift 2D geometry ``(G,)`` [EPSG:28992] of any type to its height.

    Neighbours that share a vertex and follow the terrain share its height, which is a function of place.
    """
    flat = shapely.transform(shapely.force_2d(geometry), lambda xy: np.round(xy / MILLIMETRE) * MILLIMETRE)
    parts, owner = shapely.get_parts(flat, return_index=True)
    kind = shapely.get_type_id(parts)
    polygon = (kind == GeometryType.POLYGON) & ~shapely.is_empty(parts)
    line = np.isin(kind, (GeometryType.LINESTRING, GeometryType.LINEARRING)) & ~shapely.is_empty(parts)
    point = (kind == GeometryType.POINT) & ~shapely.is_empty(parts)
    size = len(geometry)
    return GroundShapes(
        _surfaces(parts[polygon], owner[polygon], size, heights, terrain),
        _rings(*_line_columns(parts[line]), owner[line], size, heights, terrain)
        if line.any()
        else _empty(size),
        _rings(*_point_columns(parts[point]), owner[point], size, heights, terrain)
        if point.any()
        else _empty(size),
    )


def _surfaces(
    polygons: npt.NDArray[np.object_], owner: Ints, size: int, heights: SurfaceHeights, terrain: Terrain
) -> Shells:
    if not len(polygons):
        return _empty(size)
    columns = columns_of(polygons)
    polygon_of = np.repeat(owner, np.diff(columns.ring_offsets[columns.part_offsets]))
    z = heights.at(columns.xy, polygon_of, terrain)
    triangles, surface = polygons_triangulated(columns)
    xyz = np.column_stack((columns.xy, np.round(z, 3)))
    rows = owner[surface]
    usable = np.isfinite(xyz[triangles, 2]).all(axis=1) & (_area(xyz, triangles) > MILLIMETRE**2)
    return shells_of_triangles(xyz, triangles[usable], rows[usable], size)


def shells_of_triangles(xyz: Floats, triangles: Ints, rows: Ints, size: int) -> Shells:
    """Triangles ``(T, 3)`` of ``size`` objects as open surfaces; ``rows (T,)`` is each triangle's object."""
    order = np.argsort(rows, kind="stable")
    triangles, rows = triangles[order], rows[order]
    # A vertex belongs to one object only, so that objects can be taken apart.
    key = np.stack((np.repeat(rows, 3), triangles.reshape(-1)), axis=1)
    unique, inverse = np.unique(key, axis=0, return_inverse=True)
    count = np.bincount(rows, minlength=size)
    return Shells(
        xyz=xyz[unique[:, 1]],
        ring_vertices=inverse.reshape(-1).astype(np.int64),
        ring_offsets=3 * np.arange(len(triangles) + 1, dtype=np.int64),
        surface_offsets=np.arange(len(triangles) + 1, dtype=np.int64),
        object_offsets=np.concatenate(([0], np.cumsum(count))).astype(np.int64),
        semantics=np.zeros(len(triangles), dtype=np.uint8),
    )


def _area(xyz: Floats, triangles: Ints) -> Floats:
    a, b, c = (xyz[triangles[:, i], :2] for i in range(3))
    u, v = b - a, c - a
    return np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2


def _line_columns(lines: npt.NDArray[np.object_]) -> tuple[Floats, Ints]:
    _, xy, (bounds,) = shapely.to_ragged_array(lines)
    return xy, bounds.astype(np.int64)


def _point_columns(points: npt.NDArray[np.object_]) -> tuple[Floats, Ints]:
    return shapely.get_coordinates(points), np.arange(len(points) + 1, dtype=np.int64)


def _rings(
    xy: Floats,
    bounds: Ints,
    owner: Ints,
    size: int,
    heights: SurfaceHeights,
    terrain: Terrain,
) -> Shells:
    """Lines or points as one ring per part."""
    z = np.round(heights.at(xy, np.repeat(owner, np.diff(bounds)), terrain), 3)
    known = np.logical_and.reduceat(np.isfinite(z), bounds[:-1])
    keep = np.repeat(known, np.diff(bounds))
    length = np.diff(bounds)[known]
    return Shells(
        xyz=np.column_stack((xy, z))[keep],
        ring_vertices=np.arange(int(keep.sum()), dtype=np.int64),
        ring_offsets=np.concatenate(([0], np.cumsum(length))).astype(np.int64),
        surface_offsets=np.arange(len(length) + 1, dtype=np.int64),
        object_offsets=np.concatenate(([0], np.cumsum(np.bincount(owner[known], minlength=size)))).astype(
            np.int64
        ),
        semantics=np.zeros(len(length), dtype=np.uint8),
    )


def _empty(size: int) -> Shells:
    nothing = np.zeros(1, dtype=np.int64)
    return Shells(
        np.empty((0, 3)),
        nothing[:0],
        nothing,
        nothing,
        np.zeros(size + 1, dtype=np.int64),
        np.empty(0, np.uint8),
    )
