"""Drawing roofs: planar facets and footprints from corners in the local frame of a row.

Corners are computed in that frame, so that neighbours share the corners of their party wall to the bit, and
rounded to the millimetre in RD. A facet's height is ``z = a (x - x0) + b (y - y0) + c``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ingest.sample.plan import Floats, Geometries, Ints


@dataclass(frozen=True, slots=True)
class Facets:
    """Planar pieces of roof, N in all.

    Attributes
    ----------
    building : (N,) int64
        Row of the building.
    geometry : (N,) shapely polygons [m, RD]
    plane : (N, 5) float64
        a, b, c, x0, y0 with ``z = a (x - x0) + b (y - y0) + c`` [m, NAP].
    kind : (N,) str
        ``hoofddak``, ``aanbouw``, ``dakkapel``, ``opbouw``, ``toren`` or, outside the footprint,
        ``overstek``.
    """

    building: Ints
    geometry: Geometries
    plane: Floats
    kind: Geometries

    def select(self, chosen: Floats | Ints | Geometries) -> Facets:
        """The facets an index or mask picks."""
        return Facets(self.building[chosen], self.geometry[chosen], self.plane[chosen], self.kind[chosen])

    def height(self, facet: Ints, xy: Floats) -> Floats:
        """Height of points (M, 2) on the planes of facets (M,) [m, NAP]."""
        a, b, c, x0, y0 = self.plane[facet].T
        z: Floats = a * (xy[:, 0] - x0) + b * (xy[:, 1] - y0) + c
        return z


class Work:
    """Collects facets and footprints while the shapes are drawn."""

    def __init__(self, table: pd.DataFrame, ground: Floats) -> None:
        self.table, self.ground = table, ground
        self.column = {n: table[n].to_numpy() for n in table.columns if n not in ("kind", "roof")}
        self.building: list[Ints] = []
        self.geometry: list[Geometries] = []
        self.plane: list[Floats] = []
        self.kind: list[Geometries] = []
        self.outline = np.empty(len(table), dtype=object)

    def finish(self) -> tuple[Geometries, Facets]:
        """Footprints (B,), and the facets of all buildings in their order."""
        facets = Facets(
            np.concatenate(self.building),
            np.concatenate(self.geometry),
            np.concatenate(self.plane),
            np.concatenate(self.kind),
        )
        order = np.lexsort((np.arange(facets.building.size), facets.building))
        return insert_touching(self.outline), facets.select(order)


class Part:
    """The buildings of one shape: local columns, and how to draw them."""

    def __init__(self, work: Work, rows: Ints) -> None:
        self.work, self.rows = work, rows
        self.u0, self.u1, self.v0, self.v1 = (self["u0"], self["u1"], self["v0"], self["v1"])
        self.eave = work.ground[rows] + self["eave"]
        self.slope = self["slope"]

    def __getitem__(self, name: str) -> Floats:
        values: Floats = self.work.column[name][self.rows]
        return values

    def pick(self, which: Ints | npt.NDArray[np.bool_]) -> Part:
        """Some of these buildings, or the same ones repeated."""
        return Part(self.work, self.rows[which])

    def world(self, points: list[tuple[Floats, Floats]]) -> Geometries:
        """Polygons (N,) from local corners; corners that coincide become one."""
        u, v = (np.stack(np.broadcast_arrays(*c), axis=1) for c in zip(*points, strict=True))
        cos, sin = np.cos(self["angle"])[:, None], np.sin(self["angle"])[:, None]
        xy = np.stack(
            [self["x"][:, None] + u * cos - v * sin, self["y"][:, None] + u * sin + v * cos], axis=-1
        )
        polygons = shapely.remove_repeated_points(shapely.polygons(np.round(xy, 3)))
        return np.asarray(shapely.normalize(polygons))

    def facet(
        self,
        points: list[tuple[Floats, Floats]],
        base: tuple[Floats, Floats, Floats],
        rise: tuple[Floats, Floats],
        kind: str = "hoofddak",
    ) -> None:
        """Draw a facet per building: through ``base`` (u, v, z), rising by ``rise`` per metre of u and v."""
        self.emit(self.world(points), base, rise, kind)

    def emit(
        self,
        polygons: Geometries,
        base: tuple[Floats, Floats, Floats],
        rise: tuple[Floats, Floats],
        kind: str,
    ) -> None:
        """Add facets of which the polygons are known; otherwise as :meth:`facet`."""
        size = self.rows.size
        cos, sin = np.cos(self["angle"]), np.sin(self["angle"])
        u, v, z = (np.broadcast_to(np.asarray(c, dtype=float), size) for c in base)
        ru, rv = (np.broadcast_to(np.asarray(c, dtype=float), size) for c in rise)
        x0, y0 = self["x"] + u * cos - v * sin, self["y"] + u * sin + v * cos
        plane = np.column_stack([ru * cos - rv * sin, ru * sin + rv * cos, z, x0, y0])
        self.work.building.append(self.rows)
        self.work.geometry.append(polygons)
        self.work.plane.append(plane)
        self.work.kind.append(np.full(size, kind, dtype=object))

    def outline(self, points: list[tuple[Floats, Floats]]) -> None:
        """Footprint of each building; a rear extension is worked into the edge along ``v1``."""
        has = np.isfinite(self["ext_u0"])
        self.work.outline[self.rows] = self.world(points)
        if has.any():
            part = self.pick(has)
            bumped: list[tuple[Floats, Floats]] = []
            for u, v in points:
                u, v = (np.broadcast_to(c, self.rows.size)[has] for c in (u, v))
                bumped.append((u, v))
            at_rear = (np.allclose(v, part.v1) and np.allclose(u, part.u1) for u, v in bumped)
            rear = next(i for i, found in enumerate(at_rear) if found)
            deep = part.v1 + part["ext_depth"]
            bump = [
                (part["ext_u1"], part.v1),
                (part["ext_u1"], deep),
                (part["ext_u0"], deep),
                (part["ext_u0"], part.v1),
            ]
            self.work.outline[part.rows] = part.world(bumped[: rear + 1] + bump + bumped[rear + 1 :])

    def body(self) -> list[tuple[Floats, Floats]]:
        """Corners of the main body, front left first, counter-clockwise."""
        return [(self.u0, self.v0), (self.u1, self.v0), (self.u1, self.v1), (self.u0, self.v1)]


def no_rise(p: Part) -> tuple[Floats, Floats]:
    """Rise of a level facet."""
    return np.zeros(p.rows.size), np.zeros(p.rows.size)


def insert_touching(polygons: Geometries, tolerance: float = 0.003) -> Geometries:
    """Give every ring the corners of others that lie on its edges, so that neighbours share all vertices.

    A corner of one footprint in the middle of a neighbour's wall is up to a millimetre off it after
    rounding; without this an overlay would leave slivers there.
    """
    xy, ring = shapely.get_coordinates(polygons, return_index=True)
    last = np.r_[ring[1:] != ring[:-1], True]
    start = np.flatnonzero(~last)
    lines = np.asarray(shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1)))
    corners = np.unique(xy, axis=0)
    pairs = shapely.STRtree(lines).query(shapely.points(corners), predicate="dwithin", distance=tolerance)
    corner, edge = corners[pairs[0]], start[pairs[1]]
    p, q = xy[edge], xy[edge + 1]
    length = np.linalg.norm(q - p, axis=1)
    along = ((corner - p) * (q - p)).sum(axis=1) / length
    inner = (along > 2 * tolerance) & (length - along > 2 * tolerance)
    if not inner.any():
        return polygons
    touched = np.unique(ring[edge[inner]])
    at = np.concatenate(
        [np.arange(len(xy)).astype(float), edge[inner] + along[inner] / length[inner] * 0.999]
    )
    points = np.concatenate([xy, corner[inner]])
    owner = np.concatenate([ring, ring[edge[inner]]])
    mine = np.isin(owner, touched) & ~np.isin(owner, _with_holes(polygons))
    order = np.lexsort((at[mine], owner[mine]))
    points, owner = points[mine][order], owner[mine][order]
    result = polygons.copy()
    whole, index = np.unique(owner, return_inverse=True)
    result[whole] = shapely.polygons(shapely.linearrings(points, indices=index))
    return result


def _with_holes(polygons: Geometries) -> Ints:
    holes: Ints = np.flatnonzero(shapely.get_num_interior_rings(polygons) > 0)
    return holes
