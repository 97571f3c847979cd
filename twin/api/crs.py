"""Coordinate reference systems of the API, by reference (OGC 18-058r1), and the order of their axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from tiles import RdNap
from twin.errors import QueryError

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
RD = "http://www.opengis.net/def/crs/EPSG/0/28992"
RDNAP = "http://www.opengis.net/def/crs/EPSG/0/7415"
ETRS89 = "http://www.opengis.net/def/crs/EPSG/0/4258"
WGS84 = "http://www.opengis.net/def/crs/EPSG/0/4326"


@dataclass(frozen=True, slots=True)
class Crs:
    """One of them.

    Attributes
    ----------
    uri : str
    degrees : bool
        Longitude and latitude instead of metres.
    latitude_first : bool
        The official order of EPSG's geographic systems.
    heights : bool
        Coordinates have a height [m, NAP] where it is known.
    srid : int
        For files.
    """

    uri: str
    degrees: bool = False
    latitude_first: bool = False
    heights: bool = False
    srid: int = 28992


SYSTEMS = {
    c.uri: c
    for c in (
        Crs(CRS84, degrees=True, srid=4326),
        Crs(RD),
        Crs(RDNAP, heights=True, srid=7415),
        # RDNAPTRANS gives ETRS89; WGS 84 is taken as equal to it, as PDOK does: it is, to within a metre.
        Crs(ETRS89, degrees=True, latitude_first=True, srid=4258),
        Crs(WGS84, degrees=True, latitude_first=True, srid=4326),
    )
}
SUPPORTED = tuple(SYSTEMS)
_SHORT = {
    "CRS84": CRS84,
    "OGC:CRS84": CRS84,
    "EPSG:28992": RD,
    "EPSG:7415": RDNAP,
    "EPSG:4258": ETRS89,
    "EPSG:4326": WGS84,
}


def require_crs(crs: str | None, parameter: str) -> Crs:
    """A supported CRS, CRS84 by default; short names such as ``EPSG:28992`` are understood.

    Raises
    ------
    QueryError
        For any other CRS.
    """
    wanted = (crs or CRS84).strip("[]")
    found = SYSTEMS.get(_SHORT.get(wanted, wanted))
    if found is None:
        raise QueryError(f"{parameter}={crs}: this API serves {', '.join(SUPPORTED)}")
    return found


def from_rd(shapes: Any, crs: Crs, rdnap: RdNap, heights: Any = None) -> Any:
    """Shapes ``(N,)`` in RD as shapes in another CRS.

    Parameters
    ----------
    shapes : (N,) object
        In EPSG:28992; None for none.
    crs : Crs
    rdnap : RdNap
    heights : (N,) float64 [m, NAP], optional
        NaN where unknown; such a shape stays flat.
    """
    if crs.degrees:
        order = (1, 0) if crs.latitude_first else (0, 1)
        return shapely.transform(shapes, lambda xy: np.round(rdnap.to_lonlat(xy), 8)[:, order])
    if crs.heights and heights is not None:
        known = np.isfinite(heights)
        shapes = np.array(shapes, dtype=object)
        shapes[known] = shapely.force_3d(shapes[known], heights[known])
    return shapes


def to_rd(shape: Any, crs: Crs, rdnap: RdNap) -> Any:
    """A shape of a request in RD."""
    flat = shapely.force_2d(shape)
    if not crs.degrees:
        return flat
    order = (1, 0) if crs.latitude_first else (0, 1)
    return shapely.transform(flat, lambda xy: np.asarray(rdnap.to_rd(xy[:, order])))
