"""Which point of the cloud belongs to which part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.errors import GeometryError
from twin.geometry.columns import Bools, Bytes, Floats, Footprints, Ints
from twin.geometry.ordering import stable_order
from twin.geometry.ragged import expand, offsets_of, ring_successor
from twin.reconstruction.frame import vertex_part
from twin.reconstruction.ground import ground_heights
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.scanline import burn, touched, upwards

_BITS = 5
_BLOCK = 1 << _BITS  # cells per side of a block of the sparse lookup table
_WIDEST = 4096  # blocks per side of a chunk: 65 km at cells of half a metre
_TOGETHER = 1 << 15  # points
_NOTHING = np.empty(0, np.int64)


def assign(
    footprints: Footprints, xyz: Floats, classification: Bytes, params: PlaneParameters
) -> tuple[Ints, Ints]:
    """Roof points of each part: the building points that lie in its footprint, exactly.

    A raster per part tells cells inside from cells on the boundary; only points in the latter are tested
    against the edges in their cell. A point on a wall that two parts share belongs to one of them; a point
    where footprints overlap belongs to each, so that no part depends on its neighbours.

    Points of class 6 count, if the cloud has that class anywhere; else never classified points (class 1)
    that lie well above the ground of the part. Decide this on the whole source, not per tile: pass a cloud
    without class 6 only if the source has none.

    Parameters
    ----------
    footprints : Footprints
    xyz : (M, 3) float64 [m, RD+NAP]
    classification : (M,) uint8
        LAS classes.
    params : PlaneParameters

    Returns
    -------
    point_index, point_part : (K,) int64
        Row of ``xyz`` and part; by part, then by row.

    Raises
    ------
    GeometryError
        If the footprints of one call are spread over more than 65 km.
    """
    if not len(footprints):
        return _NOTHING, _NOTHING
    classified = classification == params.building_class
    known = bool(classified.any())
    rows = np.flatnonzero(classified if known else classification == params.other_class)
    index, part = points_in_footprints(footprints, xyz, rows, params.assign_cell)
    if not known and len(index):
        ground = ground_heights(footprints, xyz, classification, params).height
        high = xyz[index, 2] > ground[part] + params.other_above_ground
        index, part = index[high], part[high]
    # One sort of plain numbers; several times faster than sorting two columns.
    bits = len(xyz).bit_length()
    key = np.sort(part << bits | index)
    return key & (1 << bits) - 1, key >> bits


def points_in_footprints(footprints: Footprints, xyz: Floats, rows: Ints, cell: float) -> tuple[Ints, Ints]:
    """Pairs of point and part, for the points ``rows``; ``cell`` [m] costs time, not exactness."""
    raster = _Raster.of(footprints, cell)
    table = _Table.of(raster)
    # Some at a time stay in a core's cache.
    blocks = [rows[begin : begin + _TOGETHER] for begin in range(0, len(rows), _TOGETHER)]
    found = [_pairs(raster, table, xyz, some) for some in blocks]
    return (
        np.concatenate([_NOTHING, *(point for point, _ in found)]),
        np.concatenate([_NOTHING, *(part for _, part in found)]),
    )


def _pairs(raster: _Raster, table: _Table, xyz: Floats, rows: Ints) -> tuple[Ints, Ints]:
    x, y = (column.take(rows) for column in xyz.T[:2])
    # World cells; the division is exact for the default cell, a power of two.
    ix, iy = (np.floor(along / raster.cell).astype(np.int64) for along in (x, y))
    point, entry = table.lookup(ix, iy)
    on_edge = raster.on_edge[entry]
    if on_edge.any():
        within = ~on_edge
        asked = np.flatnonzero(on_edge)
        within[asked] = raster.exact(x[point[asked]], y[point[asked]], entry[asked])
        point, entry = point[within], entry[within]
    return rows[point], raster.part[entry]


@dataclass(frozen=True, slots=True)
class _Raster:
    """Cells that a part fills or touches, as entries ``C``, in a sparse table over the world grid.

    ``ix, iy, part, center_inside, on_edge (C,)`` describe the entries; entry ``c`` is touched by the edges
    ``edge[edge_offsets[c]:edge_offsets[c+1]]``, from ``low`` up to ``high (V, 2)`` in RD. ``corner (P, 2)``
    is the world cell at the origin of each part.
    """

    cell: float
    ix: Ints
    iy: Ints
    part: Ints
    center_inside: Bools
    on_edge: Bools
    edge_offsets: Ints
    edge: Ints
    low: Floats
    high: Floats
    corner: Ints

    @staticmethod
    def of(footprints: Footprints, cell: float) -> _Raster:
        start = footprints.xy
        end = start[ring_successor(footprints.ring_offsets)]
        owner = vertex_part(footprints)
        first = footprints.ring_offsets[footprints.part_offsets[:-1]]
        corner = np.floor(np.minimum.reduceat(start, first) / cell).astype(np.int64) - 1
        far = np.floor(np.maximum.reduceat(start, first) / cell).astype(np.int64) + 1
        nx, ny = (far - corner + 1).T
        begin = offsets_of(nx * ny)
        a, b = start / cell - corner[owner], end / cell - corner[owner]
        inside = burn(a, b, owner, np.full(len(owner), -1), owner, nx, ny, begin[:-1]) >= 0

        edge, ex, ey = touched(a, b)
        pixel = begin[owner[edge]] + ey * nx[owner[edge]] + ex
        order = stable_order(pixel)
        flag = np.zeros(len(inside), bool)
        flag[pixel] = True
        used = np.flatnonzero(inside | flag)
        part = np.searchsorted(begin, used, side="right") - 1
        iy, ix = np.divmod(used - begin[part], nx[part])
        number = np.empty(len(inside), np.int64)
        number[used] = np.arange(len(used))
        touches = np.bincount(number[pixel], minlength=len(used))
        return _Raster(
            cell,
            ix + corner[part, 0],
            iy + corner[part, 1],
            part,
            inside[used],
            flag[used],
            offsets_of(touches),
            edge[order],
            *upwards(start, end),
            corner,
        )

    def exact(self, x: Floats, y: Floats, entry: Ints) -> Bools:
        """Whether points ``x, y (M,)`` in edge cells ``entry (M,)`` lie in the entry's part.

        The way from the point to the centre of its cell, first along y and then along x, stays in the cell;
        an odd number of crossings with the edges there means that the two lie on different sides. The second
        leg asks what the raster asked, in the same arithmetic, and the first takes the side of the corner
        from the second; so they agree even where an edge runs exactly through the corner or the centre.
        """
        pair, slot = expand(self.edge_offsets[entry], np.diff(self.edge_offsets)[entry])
        edge, part = self.edge[slot], self.part[entry[pair]]
        px, py = x[pair], y[pair]
        low, high = self.low.take(edge, axis=0), self.high.take(edge, axis=0)
        (x0, y0), (x1, y1) = low.T, high.T
        # In cells of the part, as burnt.
        qx = px / self.cell - self.corner[part, 0]
        cx, cy = (self.ix[entry[pair]] - self.corner[part, 0]), (self.iy[entry[pair]] - self.corner[part, 1])
        corner = self.corner.take(part, axis=0)
        low, high = low / self.cell - corner, high / self.cell - corner
        center_y = cy + 0.5
        spans_y = (low[:, 1] <= center_y) != (high[:, 1] <= center_y)
        rise = high[:, 1] - low[:, 1]
        slope = (high[:, 0] - low[:, 0]) / np.where(rise > 0, rise, 1.0)
        x_at = low[:, 0] + (center_y - low[:, 1]) * slope
        right_of_corner = x_at > qx
        along_x = spans_y & (right_of_corner != (x_at - 0.5 > cx))

        spans_x = (x0 <= px) != (x1 <= px)
        above_corner = np.where(spans_y, right_of_corner != (slope > 0), low[:, 1] > center_y)
        # In RD, so that a point on a party wall gets one answer, seen from either side.
        y_at = y0 + (px - x0) * (y1 - y0) / np.where(x1 == x0, 1.0, x1 - x0)
        along_y = spans_x & ((y_at > py) != above_corner)
        odd = np.bincount(pair, weights=along_x.astype(float) + along_y, minlength=len(entry)) % 2 == 1
        return np.asarray(self.center_inside[entry] != odd)


@dataclass(frozen=True, slots=True)
class _Table:
    """Entries of a raster by world cell: blocks of cells where there is one, and one block that stays empty.

    ``block (height + 1, width + 1)`` is the number of the block at each place from ``x0, y0`` on, 0 for the
    empty one; ``layers`` hold the entry of each cell of the blocks, -1 without. There is a layer for each
    footprint that shares a cell: neighbours at a party wall, and overlaps.
    """

    x0: int
    y0: int
    block: Ints
    layers: list[Ints]

    @staticmethod
    def of(raster: _Raster) -> _Table:
        x, y = raster.ix >> _BITS, raster.iy >> _BITS
        x0, y0 = int(x.min()), int(y.min())
        width, height = int(x.max()) - x0 + 1, int(y.max()) - y0 + 1
        if max(width, height) > _WIDEST:
            across = " x ".join(f"{n * _BLOCK * raster.cell / 1000:.0f}" for n in (width, height))
            raise GeometryError(
                f"footprints of one call are spread over {across} km; "
                "reconstruct them in smaller neighbourhoods"
            )
        block = np.zeros((height + 1, width + 1), np.int64)
        block[y - y0, x - x0] = 1
        block[block > 0] = np.arange(1, np.count_nonzero(block) + 1)
        slot = _slot(block[y - y0, x - x0], raster.ix, raster.iy)
        pending, layers = np.arange(len(slot)), []
        while len(pending):
            layer = np.full((int(block.max()) + 1) * _BLOCK * _BLOCK, -1, np.int64)
            layer[slot[pending]] = pending
            layers.append(layer)
            pending = pending[layer[slot[pending]] != pending]
        return _Table(x0, y0, block, layers)

    def lookup(self, ix: Ints, iy: Ints) -> tuple[Ints, Ints]:
        """Each point at world cell ``(ix, iy)`` with every entry of that cell."""
        height, width = self.block.shape
        # What lies beside the table is at its last row or column, which is empty.
        x = np.minimum(((ix >> _BITS) - self.x0).view(np.uint64), width - 1).view(np.int64)
        y = np.minimum(((iy >> _BITS) - self.y0).view(np.uint64), height - 1).view(np.int64)
        at = _slot(self.block.ravel()[y * width + x], ix, iy)
        point, points, entries = np.arange(len(at)), [], []
        for layer in self.layers:
            hit = layer[at]
            found = np.flatnonzero(hit >= 0)
            at, point = at[found], point[found]
            points.append(point)
            entries.append(hit[found])
        return np.concatenate(points), np.concatenate(entries)


def _slot(block: Ints, ix: Ints, iy: Ints) -> Ints:
    """Place of world cells in the sparse table."""
    return np.asarray((block << 2 * _BITS) + ((iy & _BLOCK - 1) << _BITS) + (ix & _BLOCK - 1))
