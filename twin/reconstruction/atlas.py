"""Half-metre pixels of all parts in one array, and the points in them.

Coordinates of points are kept in whole units of 1/1024 m (:data:`QUANTUM`). Every sum of them and of their
products is then exact in float64, so it does not depend on the order of the points; and a point's pixel,
place in the pixel and height fit one 64-bit number, so that sorting plain numbers brings the points of any
cloud into one canonical order.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from twin.errors import GeometryError
from twin.geometry.columns import Bools, Floats, Footprints, Ints
from twin.geometry.ragged import offsets_of, ring_successor
from twin.reconstruction import groups
from twin.reconstruction.arrays import Atlas, Frames, RoofPoints
from twin.reconstruction.frame import vertex_part
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.scanline import burn

QUANTUM = 1.0 / 1024
"""Unit of local coordinates and heights [m]; a power of two, just under a millimetre."""

_Z_BITS = 20
_LOWEST = -128.0  # m NAP; the Netherlands, its mines excepted, lies between -7 and +540 with every mast


def atlas(footprints: Footprints, frame: Frames, params: PlaneParameters) -> Atlas:
    """Pixels over the turned bounding box of each part, with the footprint burnt in.

    Parameters
    ----------
    footprints : Footprints
    frame : Frames
        Of the same parts.
    params : PlaneParameters
        ``pixel`` and ``margin``.

    Returns
    -------
    Atlas
    """
    _sub_bits(params.pixel)
    nx, ny = (np.ceil(frame.size / params.pixel).astype(np.int64) + 2 * params.margin + 1).T
    begin = offsets_of(nx * ny)
    owner = vertex_part(footprints)
    start = frame.to_local(footprints.xy, owner) / params.pixel + params.margin
    end = start[ring_successor(footprints.ring_offsets)]
    face = burn(start, end, owner, np.full(len(owner), -1), owner, nx, ny, begin[:-1])
    part = np.repeat(np.arange(len(nx), dtype=np.int64), nx * ny)
    return Atlas(params.pixel, params.margin, nx, ny, begin[:-1], part, nx[part], face >= 0)


def roof_points(frame: Frames, pixels: Atlas, xyz: Floats, point_index: Ints, point_part: Ints) -> RoofPoints:
    """Assigned points in local coordinates, sorted by pixel, then by place in it; no segments yet.

    Parameters
    ----------
    frame : Frames
    pixels : Atlas
        Of the same parts.
    xyz : (M, 3) float64 [m, RD+NAP]
    point_index, point_part : (K,) int64
        Rows of ``xyz`` and their parts, see :func:`twin.reconstruction.assign.assign`.

    Returns
    -------
    RoofPoints
        With coordinates in whole :data:`QUANTUM`. Points outside -128 to +896 m NAP are left out.
    """
    bits = _sub_bits(pixels.pixel)
    units = round(pixels.pixel / QUANTUM)
    if len(pixels.part) >= 1 << (63 - _Z_BITS - 2 * bits):
        raise GeometryError("roof_points: too many pixels in one call; reconstruct fewer parts at a time")
    x, y, z = (column.take(point_index) for column in xyz.T)
    x, y = frame.columns_to_local(x, y, point_part)
    ix, sub_x = _pixel_and_place(x, pixels.margin, units)
    iy, sub_y = _pixel_and_place(y, pixels.margin, units)
    z = np.rint((z - _LOWEST) / QUANTUM)
    good = (z >= 0) & (z < 1 << _Z_BITS)
    pixel = pixels.offset[point_part] + iy * pixels.nx[point_part] + ix
    place = ((pixel << bits | sub_y) << bits | sub_x) << _Z_BITS
    if not good.all():
        place, z = place[good], z[good]
    key = np.sort(place | z.astype(np.int64))

    pixel = key >> (_Z_BITS + 2 * bits)
    part = pixels.part[pixel]
    mask = (1 << bits) - 1
    fresh = groups.first_of_each(pixel)
    first = np.flatnonzero(fresh)
    times = np.diff(first, append=len(key))
    corner_x, corner_y = (np.repeat(corner, times) for corner in pixel_corners(pixels, pixel.take(first)))
    out = np.empty((3, len(key)))
    out[0] = corner_x + (key >> _Z_BITS & mask) * QUANTUM
    out[1] = corner_y + (key >> (_Z_BITS + bits) & mask) * QUANTUM
    out[2] = (key & (1 << _Z_BITS) - 1) * QUANTUM + _LOWEST
    # One coordinate after the other in memory: every user works on columns.
    return RoofPoints(part, out.T, pixel, np.full(len(key), -1, np.int64))


def pixel_corners(pixels: Atlas, pixel: Ints) -> tuple[Floats, Floats]:
    """Local coordinates ``x (M,), y (M,)`` of the lower left corners of pixels."""
    part = pixels.part[pixel]
    place, nx = pixel - pixels.offset[part], pixels.nx[part]
    row = np.floor(place / nx)  # exact, and several times faster than dividing integers
    return (place - row * nx - pixels.margin) * pixels.pixel, (row - pixels.margin) * pixels.pixel


def coverage(pixels: Atlas, points: RoofPoints) -> tuple[Floats, Floats, Floats]:
    """How well the points cover each part.

    A pixel of the footprint is *without data* if neither it nor any of its four neighbours holds a roof
    point; a single empty pixel is chance at a few points per square metre, a cross of five is not.

    Parameters
    ----------
    pixels : Atlas
    points : RoofPoints

    Returns
    -------
    density : (P,) float64 [points / m2]
        Of all roof points over the area of the footprint's pixels.
    nodata_fraction : (P,) float64
        Share of the footprint's pixels without data.
    nodata_radius : (P,) float64 [m]
        Largest distance from a pixel of the footprint to the nearest pixel with a point; half the diagonal
        of the part's block if it has no point at all.
    """
    parts, size = len(pixels.nx), len(pixels.part)
    held = np.zeros(size, bool)
    held[points.pixel] = True
    inside = np.flatnonzero(pixels.inside)
    stride = pixels.stride[inside]
    near = held[inside] | held[inside - 1] | held[inside + 1] | held[inside - stride] | held[inside + stride]
    part = pixels.part[inside]
    area, count = groups.sizes(part, parts), groups.sizes(points.part, parts)
    bare = inside[~near]
    density = count / np.maximum(area * pixels.pixel**2, pixels.pixel**2)
    fraction = groups.sizes(pixels.part[bare], parts) / np.maximum(area, 1)
    fraction[area == 0] = count[area == 0] == 0
    return density, fraction, widest_gap(pixels, points, np.ones(parts, bool))


def widest_gap(pixels: Atlas, points: RoofPoints, asked: Bools) -> Floats:
    """The ``nodata_radius (P,)`` of :func:`coverage`, of the parts that are ``asked (P,)``."""
    held = np.zeros(len(pixels.part), bool)
    held[points.pixel] = True
    none = groups.sizes(points.part, len(pixels.nx)) == 0
    radius = np.where(none, np.hypot(pixels.nx, pixels.ny) * pixels.pixel / 2, 0.0)
    empty = np.flatnonzero(pixels.inside & ~held & (asked & ~none)[pixels.part])
    radius[pixels.part[empty]] = pixels.pixel
    stride = pixels.stride[empty]
    beside = held[empty - 1] | held[empty + 1] | held[empty - stride] | held[empty + stride]
    bare = empty[~beside]
    among = np.zeros(len(radius), bool)
    among[pixels.part[bare]] = True
    np.maximum.at(radius, pixels.part[bare], nearest(pixels, bare, np.flatnonzero(held & among[pixels.part])))
    return radius


def nearest(pixels: Atlas, wanted: Ints, among: Ints) -> Floats:
    """Distance [m] of each pixel ``wanted`` to the nearest of ``among`` in its own part; infinite without."""
    if not len(wanted) or not len(among):
        return np.full(len(wanted), np.inf)
    # Parts lie apart in a third direction, farther than any part is wide.
    apart = 4.0 * pixels.pixel * float(max(pixels.nx.max(), pixels.ny.max()))
    distance, _ = cKDTree(_places(pixels, among, apart)).query(_places(pixels, wanted, apart))
    return np.where(distance < apart / 2, distance, np.inf)


def _places(pixels: Atlas, pixel: Ints, apart: float) -> Floats:
    return np.column_stack((*pixel_corners(pixels, pixel), pixels.part[pixel] * apart))


def _pixel_and_place(local: Floats, margin: int, units: int) -> tuple[Ints, Ints]:
    """Pixel along one axis, and the place in it in quanta."""
    at = np.rint(local / QUANTUM) + margin * units
    pixel = np.floor(at / units)
    return pixel.astype(np.int64), (at - pixel * units).astype(np.int64)


def _sub_bits(pixel: float) -> int:
    """Bits for a place in the pixel along one axis."""
    units = pixel / QUANTUM
    if units < 1 or units != round(units):
        raise GeometryError(
            f"pixel size {pixel} m is not a whole multiple of 1/1024 m; use .25, .5, .75 or 1"
        )
    return (round(units) - 1).bit_length()
