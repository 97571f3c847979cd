"""Which point of the cloud belongs to which part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.errors import GeometryError
from twin.geometry.columns import Bools, Bytes, Floats, Footprints, Ints
from twin.geometry.ragged import expand, offsets_of, ring_successor
from twin.reconstruction.frame import vertex_part
from twin.reconstruction.ground import ground_heights
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.scanline import burn, touched, upwards

_BITS = 5
_BLOCK = 1 << _BITS  # cells per side of a block of the sparse lookup table
_WIDEST = 4096  # blocks per side of a chunk: 65 km at cells of half a metre


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
    nothing = np.empty(0, np.int64)
    if not len(footprints):
        return nothing, nothing
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
    # World cells; the division is exact for the default cell, a power of two.
    x, y = xyz[rows, 0], xyz[rows, 1]
    x /= cell
    y /= cell
    ix, iy = np.floor(x, out=x).astype(np.int64), np.floor(y, out=y).astype(np.int64)
    point, entry = raster.lookup(ix, iy)
    edge_cell = raster.on_edge[entry]
    sure = ~edge_cell
    point_t, entry_t = point[edge_cell], entry[edge_cell]
    within = raster.exact(xyz[rows[point_t], 0], xyz[rows[point_t], 1], entry_t)
    return (
        np.concatenate((rows[point[sure]], rows[point_t[within]])),
        raster.part[np.concatenate((entry[sure], entry_t[within]))],
    )


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
        order = np.argsort(pixel, kind="stable")
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

    def lookup(self, ix: Ints, iy: Ints) -> tuple[Ints, Ints]:
        """Each point at world cell ``(ix, iy)`` with every entry of that cell."""
        x0, y0 = int(self.ix.min()) >> _BITS, int(self.iy.min()) >> _BITS
        width, height = (int(self.ix.max()) >> _BITS) - x0 + 1, (int(self.iy.max()) >> _BITS) - y0 + 1
        if max(width, height) > _WIDEST:
            raise GeometryError(
                f"footprints of one call are spread over {width * _BLOCK * self.cell / 1000:.0f} x "
                f"{height * _BLOCK * self.cell / 1000:.0f} km; reconstruct them in smaller neighbourhoods"
            )
        owned = ((self.iy >> _BITS) - y0) * width + ((self.ix >> _BITS) - x0)
        dense = np.full(width * height, -1, np.int64)
        dense[owned] = 0
        dense[dense == 0] = np.arange(np.count_nonzero(dense == 0))
        blocks = int(dense.max()) + 1
        slot = _slot(dense[owned], self.ix, self.iy)

        px, py = (ix >> _BITS) - x0, (iy >> _BITS) - y0
        point = np.flatnonzero((px >= 0) & (py >= 0) & (px < width) & (py < height))
        block = dense[py[point] * width + px[point]]
        point, block = point[block >= 0], block[block >= 0]
        at = _slot(block, ix[point], iy[point])

        table = np.full(blocks * _BLOCK * _BLOCK, -1, np.int64)
        pending = np.arange(len(slot))
        points, entries = [], []
        # One layer per footprint that shares a cell: neighbours at a party wall, and overlaps.
        while len(pending):
            table[slot[pending]] = pending
            hit = table[at]
            found = hit >= 0
            points.append(point[found])
            entries.append(hit[found])
            beaten = table[slot[pending]] != pending
            table[slot[pending]] = -1
            pending = pending[beaten]
            point, at = point[found], at[found]
        return np.concatenate(points), np.concatenate(entries)

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


def _slot(block: Ints, ix: Ints, iy: Ints) -> Ints:
    """Place of world cells in the sparse table."""
    return np.asarray((block << 2 * _BITS) + ((iy & _BLOCK - 1) << _BITS) + (ix & _BLOCK - 1))
