"""Gable and hip roofs over any outline, as partitions for the extrusion.

Each plane rises from a side of the smallest rectangle around the outline, and over every point lies the
lowest of them: the lower envelope of planes, which over a rectangle is its straight skeleton.
"""

from __future__ import annotations

import numpy as np
import shapely

from twin.geometry.columns import Bools, Floats, Ints, Partition
from twin.geometry.footprints import columns_of
from twin.geometry.ragged import ring_successor, rows_of
from twin.scenario.town import Shapes

GRID = 0.001  # metres: the grid of all solids
CORNER = 0.05  # metres within which the end of a ridge takes the corner of the outline


def roof_partition(
    outlines: Shapes, hip: Bools, slope: Floats, rise: Floats, ground: Floats, eaves: Floats
) -> Partition:
    """Partition of outlines by the planes of their roofs.

    Parameters
    ----------
    outlines : (P,) object of shapely Polygon [m, RD]
    hip : (P,) bool
        A hip roof; else a gable.
    slope : (P,) float64 [degrees]
        NaN where ``rise`` says how steep.
    rise : (P,) float64 [m]
        From eaves to ridge; NaN where ``slope`` says so.
    ground, eaves : (P,) float64 [m, NAP]

    Returns
    -------
    Partition
        One part per outline, one face or more per plane.
    """
    corners = _rectangles(outlines)
    half = np.hypot(*(corners[:, 2] - corners[:, 1]).T) / 2
    gradient = np.where(np.isnan(rise), np.tan(np.radians(slope)), rise / half)
    origin = np.round(corners[:, 0], 3)
    planes = _planes(corners, origin, gradient, eaves)  # (P, 4, 3)
    planes[~hip, 2:] = np.nan
    cells, part = _cells(outlines, _ridges(corners, hip))
    inside = shapely.get_coordinates(shapely.point_on_surface(cells))
    d = inside - origin[part]
    z = planes[part, :, 0] * d[:, :1] + planes[part, :, 1] * d[:, 1:] + planes[part, :, 2]
    lowest = np.nanargmin(z, axis=1)
    return _partition(outlines, cells, part, 4 * part + lowest, planes[part, lowest], origin, ground)


def _rectangles(outlines: Shapes) -> Floats:
    """Smallest rectangle around each ``(P, 4, 2)``, counter-clockwise, the first side a long one."""
    corners = shapely.get_coordinates(shapely.orient_polygons(shapely.oriented_envelope(outlines))).reshape(
        -1, 5, 2
    )[:, :4]
    first = np.hypot(*(corners[:, 1] - corners[:, 0]).T)
    second = np.hypot(*(corners[:, 2] - corners[:, 1]).T)
    turn = (first < second).astype(np.int64)
    rows = np.arange(len(corners))[:, None]
    turned: Floats = corners[rows, (np.arange(4) + turn[:, None]) % 4]
    return turned


def _planes(corners: Floats, origin: Floats, gradient: Floats, eaves: Floats) -> Floats:
    """Coefficients ``(P, 4, 3)`` of the planes from the four sides, the two long ones first."""
    planes = np.empty((len(corners), 4, 3))
    for k, side in enumerate((0, 2, 1, 3)):
        a, b = corners[:, side], corners[:, (side + 1) % 4]
        along = (b - a) / np.hypot(*(b - a).T)[:, None]
        inward = np.column_stack((-along[:, 1], along[:, 0]))
        planes[:, k, :2] = gradient[:, None] * inward
        planes[:, k, 2] = eaves - (planes[:, k, :2] * (a - origin)).sum(axis=1)
    return planes


def _ridges(corners: Floats, hip: Bools) -> Shapes:
    """Ridges and hips as a MultiLineString per roof."""
    a, b, c, d = (corners[:, k] for k in range(4))
    start, end = (a + d) / 2, (b + c) / 2
    half = np.hypot(*(c - b).T)[:, None] / 2
    along = (b - a) / np.hypot(*(b - a).T)[:, None]
    inner_start, inner_end = start + half * along, end - half * along
    # a little past the rectangle, so that a gable's ridge is sure to cut the outline
    gable = np.stack((start - along, end + along), axis=1)[:, None]
    rafters = ((inner_start, inner_end), (a, inner_start), (d, inner_start), (b, inner_end), (c, inner_end))
    hips = np.stack([np.stack(pair, axis=1) for pair in rafters], axis=1)
    lines = np.concatenate((gable, hips), axis=1)  # (P, 6, 2, 2)
    used = np.column_stack((~hip, *([hip] * 5)))
    pieces = np.asarray(shapely.linestrings(lines[used]), dtype=object)
    ridges: Shapes = np.asarray(shapely.multilinestrings(pieces, indices=np.nonzero(used)[0]), dtype=object)
    return ridges


def _cells(outlines: Shapes, ridges: Shapes) -> tuple[Shapes, Ints]:
    """Pieces into which ridges cut outlines, and the outline of each."""
    edges = shapely.boundary(outlines)
    lines = shapely.snap(ridges, outlines, CORNER)
    both = np.column_stack((edges, lines))
    noded = np.asarray(shapely.union_all(both, axis=1, grid_size=GRID), dtype=object)
    pieces = shapely.polygonize(noded[:, None])
    cells, part = shapely.get_parts(np.asarray(pieces, dtype=object), return_index=True)
    within = shapely.intersects(shapely.buffer(outlines, GRID)[part], shapely.point_on_surface(cells))
    return np.asarray(cells[within], dtype=object), part[within].astype(np.int64)


def _partition(
    outlines: Shapes,
    cells: Shapes,
    part: Ints,
    label: Ints,
    planes: Floats,
    origin: Floats,
    ground: Floats,
) -> Partition:
    rings = columns_of(cells)
    face = rows_of(rings.part_offsets)[rows_of(rings.ring_offsets)]
    grid = np.rint(rings.xy * 1000).astype(np.int64)
    rows = np.column_stack((part[face], grid))
    vertices, number = np.unique(rows, axis=0, return_inverse=True)
    number = number.reshape(-1)
    following = number[ring_successor(rings.ring_offsets)]
    count = len(vertices)
    key, opposite = number * count + following, following * count + number
    order = np.argsort(key)
    at = np.minimum(np.searchsorted(key[order], opposite), max(len(key) - 1, 0))
    twin = np.where(key[order][at] == opposite, order[at], -1)
    # each undirected edge once: the one whose other side is outside, or the first of the two
    kept = np.flatnonzero((twin < 0) | (number < following))
    return Partition(
        xy=vertices[:, 1:] / 1000,
        vertex_part=vertices[:, 0],
        fixed=_of_outlines(outlines, vertices),
        start=number[kept],
        end=following[kept],
        left=face[kept],
        right=np.where(twin[kept] < 0, -1, face[twin[kept]]),
        face_part=part,
        face_label=label,
        plane=planes,
        origin=origin,
        ground=ground,
    )


def _of_outlines(outlines: Shapes, vertices: Ints) -> Bools:
    """Vertices that are corners of their outline."""
    xy, row = shapely.get_coordinates(outlines, return_index=True)
    corners = np.unique(np.column_stack((row, np.rint(xy * 1000).astype(np.int64))), axis=0)
    both, number = np.unique(np.concatenate((corners, vertices)), axis=0, return_inverse=True)
    known = np.zeros(len(both), dtype=bool)
    known[number.reshape(-1)[: len(corners)]] = True
    return known[number.reshape(-1)[len(corners) :]]
