"""The area of a request: which objects truly lie in a bounding box, whatever its CRS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from tiles import RdNap
from twin.api.crs import Crs
from twin.api.data import Twin
from twin.api.table import Rows, Table
from twin.errors import QueryError

STEPS = 16
"""Pieces that a side of a box in degrees is cut into: in RD it is a curve, a few metres hollow at 10 km."""
NEAR = 0.1
"""Degrees around the twin beyond which nothing can match; a box is cut off there, where RD is still exact."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Area:
    """A bounding box in RD, where it need not be a rectangle.

    Attributes
    ----------
    outer, inner : min x, min y, max x, max y [m, RD]
        Rectangles around it, and inside it; an object whose own box is within the inner one lies in the area.
    shape : Polygon [m, RD]
    """

    outer: Box
    inner: Box
    shape: shapely.Geometry

    def rows(self, table: Table) -> Rows:
        """Rows of the objects that intersect the area, ascending.

        Their boxes decide for most; of those that only may intersect, the geometry is asked.
        """
        near = table.near(self.outer)
        doubtful = np.flatnonzero(~table.inside(self.inner, near))
        shapely.prepare(self.shape)
        outside = ~shapely.intersects(self.shape, table.shapes(near[doubtful]))
        return np.delete(near, doubtful[outside])


def area_of(bbox: str, crs: Crs, twin: Twin) -> Area | None:
    """The area that the parameter ``bbox`` names; None if it lies far from the twin.

    Raises
    ------
    QueryError
        When it is not four numbers, or six of which the heights are left out of account.
    """
    x0, y0, x1, y1 = _numbers(bbox)
    if crs.latitude_first:
        x0, y0, x1, y1 = y0, x0, y1, x1
    if y0 > y1 or (x0 > x1 and not crs.degrees):
        raise QueryError(
            f"bbox={bbox}: expected the lower corner, then the upper one, in the order of the CRS"
        )
    if not crs.degrees:
        box = (x0, y0, x1, y1)
        return Area(box, box, shapely.box(*box))
    west, south, east, north = twin.lonlat_box(twin.manifest.bbox)
    if x0 > x1:  # across the antimeridian: the twin can be in one of the two halves only
        x0, x1 = (-180.0, x1) if west <= x1 else (x0, 180.0)
    x0, x1 = max(x0, west - NEAR), min(x1, east + NEAR)
    y0, y1 = max(y0, south - NEAR), min(y1, north + NEAR)
    return _from_degrees((x0, y0, x1, y1), twin.rdnap) if x0 <= x1 and y0 <= y1 else None


def _numbers(bbox: str) -> Box:
    try:
        numbers = [float(v) for v in bbox.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not np.isfinite(numbers).all():
        raise QueryError(f"bbox={bbox}: expected four (or, with heights, six) numbers separated by commas")
    return (numbers[0], numbers[1], numbers[2], numbers[3])


def _from_degrees(box: Box, rdnap: RdNap) -> Area:
    x0, y0, x1, y1 = box
    along, up = np.linspace(x0, x1, STEPS + 1), np.linspace(y0, y1, STEPS + 1)
    sides = [
        np.column_stack((along, np.full_like(along, y0))),
        np.column_stack((np.full_like(up, x1), up)),
        np.column_stack((along[::-1], np.full_like(along, y1))),
        np.column_stack((np.full_like(up, x0), up[::-1])),
    ]
    ring = np.asarray(rdnap.to_rd(np.concatenate(sides)))
    low, high = ring.min(axis=0).tolist(), ring.max(axis=0).tolist()
    south, east, north, west = np.split(ring, 4)
    inner = (west[:, 0].max(), south[:, 1].max(), east[:, 0].min(), north[:, 1].min())
    return Area((*low, *high), inner, shapely.Polygon(ring))
