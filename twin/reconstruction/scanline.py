"""Burning planar subdivisions into pixels, exactly at pixel centres.

One routine serves footprints, pixel masks and cells of a roof: every edge is crossed with the centre lines
of the pixel rows, each crossing adds the difference of the faces on its two sides to the first pixel right
of it, and a running sum along the rows then holds the face number of every pixel. Nothing is sorted: in a
closed subdivision the differences telescope whatever their order, so vertices, horizontal edges and
crossings at the same place need no special case.
"""

from __future__ import annotations

import numpy as np

from twin.errors import GeometryError
from twin.geometry.columns import Floats, Ints
from twin.geometry.ordering import stable_order
from twin.geometry.ragged import expand


def burn(
    start: Floats, end: Floats, left: Ints, right: Ints, block: Ints, nx: Ints, ny: Ints, offset: Ints
) -> Ints:
    """Face at each pixel centre of many blocks of pixels, -1 for the outside.

    A centre that lies on an edge belongs to the face on the side of larger x or, on a horizontal edge,
    larger y; so faces that share an edge never share a pixel, nor leave one out.

    Parameters
    ----------
    start, end : (E, 2) float64 [pixel]
        Edges in the pixel coordinates of their block; pixel ``(ix, iy)`` has its centre at
        ``(ix + .5, iy + .5)``. Each undirected edge once.
    left, right : (E,) int64
        Faces on both sides, seen along the edge; -1 is the outside.
    block : (E,) int64
        Block of each edge; blocks don't disturb one another, even where they overlap in the world.
    nx, ny, offset : (P,) int64
        Pixels per row, rows, and number of the first pixel of each block; the blocks follow one another.

    Returns
    -------
    (N,) int64

    Raises
    ------
    GeometryError
        If an edge lies outside its block; blocks need one empty column on the right.
    """
    size = int(offset[-1] + nx[-1] * ny[-1]) if len(nx) else 0
    edge, row, x = _crossings(start, end)
    column = np.ceil(x - 0.5).astype(np.int64)
    owner = block[edge]
    if np.any((row < 0) | (row >= ny[owner]) | (column < 0) | (column >= nx[owner])):
        raise GeometryError("burn: an edge leaves its block of pixels; widen the margin of the block")
    upward = end[edge, 1] > start[edge, 1]
    step = np.where(upward, right[edge] - left[edge], left[edge] - right[edge])
    pixel = offset[owner] + row * nx[owner] + column
    # Whole numbers, so independent of the order of the edges; and ten times as fast as floats.
    face = np.zeros(size, np.int64)
    face[:1] = -1
    np.add.at(face, pixel, step)
    return np.cumsum(face, out=face)


def locate(
    face: Ints,
    start: Floats,
    end: Floats,
    left: Ints,
    right: Ints,
    block: Ints,
    nx: Ints,
    offset: Ints,
    xy: Floats,
    of: Ints,
) -> Ints:
    """Face that each point lies in, exactly, by the faces at pixel centres and the edges in between.

    On the straight way from the centre of its pixel to a point, the last edge crossed tells the face; without
    a crossing it is that of the centre. Only points in pixels that an edge touches are looked at.

    Parameters
    ----------
    face : (N,) int64
        From :func:`burn`, with the same edges.
    start, end, left, right, block, nx, offset
        As for :func:`burn`.
    xy : (M, 2) float64 [pixel]
        Points, inside their block.
    of : (M,) int64
        Block of each point.

    Returns
    -------
    (M,) int64
        -1 outside.
    """
    column, row = (np.floor(along).astype(np.int64) for along in xy.T)
    at = offset.take(of) + row * nx.take(of) + column
    found = face.take(at)
    edge, ix, iy = touched(start, end)
    pixel = offset[block[edge]] + iy * nx[block[edge]] + ix
    count = np.bincount(pixel, minlength=len(face))
    edges = edge[stable_order(pixel)]
    first = np.cumsum(count) - count
    touching = count.take(at)
    near = np.flatnonzero(touching > 0)
    pair, slot = expand(first.take(at.take(near)), touching.take(near))
    point, edge = near[pair], edges[slot]
    at_point = xy.take(point, axis=0)
    center = np.floor(at_point) + 0.5
    begin, stop = start.take(edge, axis=0), end.take(edge, axis=0)
    a, b = begin - center, stop - center
    way, along = at_point - center, stop - begin
    # Sides of the way for the ends of the edge, and of the edge for the ends of the way.
    side_a = way[:, 0] * a[:, 1] - way[:, 1] * a[:, 0]
    side_b = way[:, 0] * b[:, 1] - way[:, 1] * b[:, 0]
    side_center = along[:, 1] * a[:, 0] - along[:, 0] * a[:, 1]
    side_point = side_center + along[:, 0] * way[:, 1] - along[:, 1] * way[:, 0]
    crosses = np.flatnonzero(((side_a > 0) != (side_b > 0)) & ((side_center > 0) != (side_point > 0)))
    if len(crosses):
        point, edge = point[crosses], edge[crosses]
        reached = side_center[crosses] / (side_center[crosses] - side_point[crosses])
        order = np.lexsort((reached, point))
        last = np.append(np.flatnonzero(np.diff(point[order])), len(order) - 1)
        chosen = order[last]
        found[point[chosen]] = np.where(
            side_point[crosses[chosen]] > 0, left[edge[chosen]], right[edge[chosen]]
        )
    result: Ints = found
    return result


def _crossings(start: Floats, end: Floats) -> tuple[Ints, Ints, Floats]:
    """Edge, row and x of every crossing of an edge with the centre line of a pixel row.

    An edge holds its lower end but not its upper one. It is followed upwards whatever its direction, so
    both faces at an edge see the same number.
    """
    low, high = upwards(start, end)
    first = np.ceil(low[:, 1] - 0.5).astype(np.int64)
    count = np.ceil(high[:, 1] - 0.5).astype(np.int64) - first
    edge, row = expand(first, count)
    rise = high[:, 1] - low[:, 1]
    slope = (high[:, 0] - low[:, 0]) / np.where(rise > 0, rise, 1.0)
    return edge, row, low[edge, 0] + (row + 0.5 - low[edge, 1]) * slope[edge]


def upwards(start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Lower and upper ends ``(E, 2)`` of edges; of a horizontal one, its left and right."""
    flip = (end[:, 1] < start[:, 1]) | ((end[:, 1] == start[:, 1]) & (end[:, 0] < start[:, 0]))
    return np.where(flip[:, None], end, start), np.where(flip[:, None], start, end)


def touched(start: Floats, end: Floats) -> tuple[Ints, Ints, Ints]:
    """Pixels that edges ``(E, 2) -> (E, 2)`` touch, in pixel coordinates.

    Returns
    -------
    edge, ix, iy : (M,) int64
        Every pixel that holds a piece of the edge, and no pixel twice for one edge. A border pixel may be
        named that the edge meets in its corner only.
    """
    low, high = upwards(start, end)
    first = np.floor(low[:, 1]).astype(np.int64)
    edge, iy = expand(first, np.floor(high[:, 1]).astype(np.int64) - first + 1)
    rise = high[:, 1] - low[:, 1]
    per_row = ((high - low) / np.where(rise > 0, rise, 1.0)[:, None])[edge, 0]
    bottom, top = np.maximum(iy, low[edge, 1]), np.minimum(iy + 1, high[edge, 1])
    x_bottom = low[edge, 0] + (bottom - low[edge, 1]) * per_row
    x_top = np.where(rise[edge] > 0, low[edge, 0] + (top - low[edge, 1]) * per_row, high[edge, 0])
    # The slack covers the rounding of the interpolation; it can only name a pixel too many.
    begin = np.floor(np.minimum(x_bottom, x_top) - 1e-9).astype(np.int64)
    stop = np.floor(np.maximum(x_bottom, x_top) + 1e-9).astype(np.int64) + 1
    span, ix = expand(begin, stop - begin)
    return edge[span], ix, iy[span]
