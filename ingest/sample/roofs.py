"""From columns of buildings to true roofs: planar facets that partition each footprint.

Every roof shape is one function over all buildings of that shape. Corners are computed in the local frame
of the row, so that neighbours share the corners of their party wall to the bit, and rounded to the
millimetre in RD. A facet's height is ``z = a (x - x0) + b (y - y0) + c``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ingest.sample.content import Roof
from ingest.sample.plan import Floats, Geometries, Ints

EAVE_OVERHANG = 0.35
"""How far a gutter reaches beyond the wall [m]: the cloud sees it, the footprint does not."""


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


def make_roofs(table: pd.DataFrame, rings: list[Floats], ground: Floats) -> tuple[Geometries, Facets]:
    """Footprints (B,) and facets of all buildings.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns as :class:`~ingest.sample.content.Content` collects them, a row per building.
    rings : list of (5, 2) float64
        Corners of the corner houses.
    ground : (B,) float64
        Height of the ground at each building [m, NAP].
    """
    work = _Work(table, ground)
    for roof, rows in table.groupby("roof", sort=True).indices.items():
        part = _Part(work, np.asarray(rows))
        if roof == Roof.CORNER:
            _corner(part, np.array([rings[int(i)] for i in table["ring"].to_numpy()[rows]]))
        else:
            SHAPES[Roof(str(roof))](part)
    _extensions(_Part(work, np.flatnonzero(table["ext_u0"].notna())))
    return work.finish()


class _Work:
    """Collects facets and footprints while the shapes are drawn."""

    def __init__(self, table: pd.DataFrame, ground: Floats) -> None:
        self.table, self.ground = table, ground
        self.column = {n: table[n].to_numpy() for n in table.columns if n not in ("kind", "roof")}
        self.building: list[Ints] = []
        self.geometry: list[Geometries] = []
        self.plane: list[Floats] = []
        self.kind: list[Geometries] = []
        self.outline = np.empty(len(table), dtype=object)
        self.cut: list[tuple[Ints, Geometries]] = []

    def finish(self) -> tuple[Geometries, Facets]:
        facets = Facets(
            np.concatenate(self.building),
            np.concatenate(self.geometry),
            np.concatenate(self.plane),
            np.concatenate(self.kind),
        )
        order = np.lexsort((np.arange(facets.building.size), facets.building))
        return insert_touching(self.outline), facets.select(order)


class _Part:
    """The buildings of one shape: local columns, and how to draw them."""

    def __init__(self, work: _Work, rows: Ints) -> None:
        self.work, self.rows = work, rows
        self.u0, self.u1, self.v0, self.v1 = (self["u0"], self["u1"], self["v0"], self["v1"])
        self.eave = work.ground[rows] + self["eave"]
        self.slope = self["slope"]

    def __getitem__(self, name: str) -> Floats:
        values: Floats = self.work.column[name][self.rows]
        return values

    def pick(self, which: Ints | npt.NDArray[np.bool_]) -> _Part:
        return _Part(self.work, self.rows[which])

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
        return [(self.u0, self.v0), (self.u1, self.v0), (self.u1, self.v1), (self.u0, self.v1)]


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


def _flat(p: _Part) -> None:
    p.outline(p.body())
    boxed = np.isfinite(p["box_u0"])
    plain, high = p.pick(~boxed), p.pick(boxed)
    plain.facet(plain.body(), (plain.u0, plain.v0, plain.eave), _zero(plain))
    box = [
        (high["box_u0"], high["box_v0"]),
        (high["box_u1"], high["box_v0"]),
        (high["box_u1"], high["box_v1"]),
        (high["box_u0"], high["box_v1"]),
    ]
    level = (high.u0, high.v0, high.eave)
    high.emit(shapely.difference(high.world(high.body()), high.world(box)), level, _zero(high), "hoofddak")
    high.facet(box, (high.u0, high.v0, high.eave + high["box_height"]), _zero(high), "opbouw")


def _gable_u(p: _Part) -> None:
    p.outline(p.body())
    middle = (p.v0 + p.v1) / 2
    front = [(p.u0, p.v0), (p.u1, p.v0), (p.u1, middle), (p.u0, middle)]
    back = [(p.u0, middle), (p.u1, middle), (p.u1, p.v1), (p.u0, p.v1)]
    _slope_with_dormer(p, front, (p.u0, p.v0, p.eave), p.slope, p["dormer"] == 2, at_front=True)
    _slope_with_dormer(p, back, (p.u0, p.v1, p.eave), -p.slope, np.isin(p["dormer"], (1, 3)), at_front=False)
    _overhang(p, p.v0, -EAVE_OVERHANG, p.slope)
    bare = p.pick(~np.isfinite(p["ext_u0"]))
    _overhang(bare, bare.v1, EAVE_OVERHANG, -bare.slope)


def _slope_with_dormer(
    p: _Part,
    points: list[tuple[Floats, Floats]],
    base: tuple[Floats, Floats, Floats],
    rise: Floats,
    has: npt.NDArray[np.bool_],
    *,
    at_front: bool,
) -> None:
    """One side of a gable roof; a dormer's top meets the slope at its upper edge and leaves a hole in it."""
    polygons = p.world(points)
    if has.any():
        q = p.pick(has)
        width, half = q.u1 - q.u0, (q.v1 - q.v0) / 2
        left, right = q.u0 + 0.22 * width, q.u0 + 0.74 * width
        sign, wall = (1.0, q.v0) if at_front else (-1.0, q.v1)
        low, high = wall + sign * 0.24 * half, wall + sign * 0.8 * half
        box: list[tuple[Floats, Floats]] = [(left, low), (right, low), (right, high), (left, high)]
        polygons[has] = shapely.difference(polygons[has], q.world(box))
        pitch = np.where(q["dormer"] == 3, 0.22, 0.0)
        top = q.eave + q.slope * 0.8 * half
        q.facet(box, (left, high, top), (np.zeros_like(pitch), sign * pitch), "dakkapel")
    p.emit(polygons, base, (np.zeros_like(rise), rise), "hoofddak")


def _overhang(p: _Part, wall: Floats, reach: float, rise: Floats) -> None:
    points = [(p.u0, wall), (p.u1, wall), (p.u1, wall + reach), (p.u0, wall + reach)]
    p.facet(points, (p.u0, wall, p.eave), (np.zeros_like(rise), rise), "overstek")


def _gable_v(p: _Part) -> None:
    p.outline(p.body())
    middle, zero = (p.u0 + p.u1) / 2, np.zeros_like(p.slope)
    p.facet(
        [(p.u0, p.v0), (middle, p.v0), (middle, p.v1), (p.u0, p.v1)], (p.u0, p.v0, p.eave), (p.slope, zero)
    )
    p.facet(
        [(middle, p.v0), (p.u1, p.v0), (p.u1, p.v1), (middle, p.v1)], (p.u1, p.v0, p.eave), (-p.slope, zero)
    )


def _hip(p: _Part) -> None:
    p.outline(p.body())
    half = np.minimum(p.u1 - p.u0, p.v1 - p.v0) / 2
    left, right, front, back = p.u0 + half, p.u1 - half, p.v0 + half, p.v1 - half
    _four_sides(p, left, right, front, back)


def _four_sides(p: _Part, left: Floats, right: Floats, front: Floats, back: Floats) -> None:
    """Slopes from the four walls up to the inner rectangle (which may be a line or a point)."""
    zero = np.zeros_like(p.slope)
    p.facet(
        [(p.u0, p.v0), (p.u1, p.v0), (right, front), (left, front)], (p.u0, p.v0, p.eave), (zero, p.slope)
    )
    p.facet([(p.u1, p.v1), (p.u0, p.v1), (left, back), (right, back)], (p.u0, p.v1, p.eave), (zero, -p.slope))
    p.facet([(p.u0, p.v1), (p.u0, p.v0), (left, front), (left, back)], (p.u0, p.v0, p.eave), (p.slope, zero))
    p.facet(
        [(p.u1, p.v0), (p.u1, p.v1), (right, back), (right, front)], (p.u1, p.v0, p.eave), (-p.slope, zero)
    )


def _hip_end(p: _Part) -> None:
    """Half of a pair of houses: a hip at the free end, the ridge running on into the neighbour."""
    p.outline(p.body())
    half, zero = (p.v1 - p.v0) / 2, np.zeros_like(p.slope)
    middle = (p.v0 + p.v1) / 2
    at_end = p["parts"] > 0.5
    hip, wall = np.where(at_end, p.u1, p.u0), np.where(at_end, p.u0, p.u1)
    top = np.where(at_end, p.u1 - 0.6 * half, p.u0 + 0.6 * half)
    steep = p.slope / 0.6 * np.where(at_end, -1.0, 1.0)
    p.facet([(wall, p.v0), (hip, p.v0), (top, middle), (wall, middle)], (wall, p.v0, p.eave), (zero, p.slope))
    p.facet(
        [(wall, p.v1), (hip, p.v1), (top, middle), (wall, middle)], (wall, p.v1, p.eave), (zero, -p.slope)
    )
    p.facet([(hip, p.v0), (hip, p.v1), (top, middle)], (hip, p.v0, p.eave), (steep, zero))


def _half_hip(p: _Part) -> None:
    p.outline(p.body())
    half, middle, zero = (p.v1 - p.v0) / 2, (p.v0 + p.v1) / 2, np.zeros_like(p.slope)
    share, run = 0.58, 0.42
    low, high, reach = p.v0 + share * half, p.v1 - share * half, run * half
    left, right = p.u0 + reach, p.u1 - reach
    front = [(p.u0, p.v0), (p.u1, p.v0), (p.u1, low), (right, middle), (left, middle), (p.u0, low)]
    back = [(p.u1, p.v1), (p.u0, p.v1), (p.u0, high), (left, middle), (right, middle), (p.u1, high)]
    p.facet(front, (p.u0, p.v0, p.eave), (zero, p.slope))
    p.facet(back, (p.u0, p.v1, p.eave), (zero, -p.slope))
    # The hip rises from 58% of the height to the ridge over 42% of half the depth: the slope of the sides.
    start = p.eave + p.slope * share * half
    p.facet([(p.u0, low), (left, middle), (p.u0, high)], (p.u0, low, start), (p.slope, zero))
    p.facet([(p.u1, low), (p.u1, high), (right, middle)], (p.u1, low, start), (-p.slope, zero))


def _mansard(p: _Part) -> None:
    p.outline(p.body())
    middle, zero = (p.u0 + p.u1) / 2, np.zeros_like(p.slope)
    knee, steep, shallow = 0.2 * (p.u1 - p.u0), 2.0, 0.5
    left, right, high = p.u0 + knee, p.u1 - knee, p.eave + steep * knee
    for start, end, base, level, rise in (
        (p.u0, left, p.u0, p.eave, steep),
        (left, middle, left, high, shallow),
        (middle, right, right, high, -shallow),
        (right, p.u1, p.u1, p.eave, -steep),
    ):
        points = [(start, p.v0), (end, p.v0), (end, p.v1), (start, p.v1)]
        p.facet(points, (base, p.v0, level), (np.full_like(zero, rise), zero))


def _lean_to(p: _Part) -> None:
    p.outline(p.body())
    p.facet(p.body(), (p.u0, p.v1, p.eave), (np.zeros_like(p.slope), -p.slope))


def _cross(p: _Part) -> None:
    """A gable roof with a lower wing at right angles on the front: an L or T with two valleys."""
    left, right, out, zero = p["wing_u0"], p["wing_u1"], p.v0 - p["wing_depth"], np.zeros_like(p.slope)
    p.outline(
        [
            (p.u0, p.v0),
            (left, p.v0),
            (left, out),
            (right, out),
            (right, p.v0),
            (p.u1, p.v0),
            (p.u1, p.v1),
            (p.u0, p.v1),
        ]
    )
    ridge, top, middle = (left + right) / 2, p.v0 + (right - left) / 2, (p.v0 + p.v1) / 2
    front = [
        (p.u0, p.v0),
        (left, p.v0),
        (ridge, top),
        (right, p.v0),
        (p.u1, p.v0),
        (p.u1, middle),
        (p.u0, middle),
    ]
    p.facet(front, (p.u0, p.v0, p.eave), (zero, p.slope))
    p.facet(
        [(p.u0, middle), (p.u1, middle), (p.u1, p.v1), (p.u0, p.v1)], (p.u0, p.v1, p.eave), (zero, -p.slope)
    )
    p.facet([(left, out), (ridge, out), (ridge, top), (left, p.v0)], (left, out, p.eave), (p.slope, zero))
    p.facet([(ridge, out), (right, out), (right, p.v0), (ridge, top)], (right, out, p.eave), (-p.slope, zero))


def _strips(p: _Part) -> tuple[_Part, Floats, Floats, Floats, Floats]:
    """Cut bodies into ``parts`` strips along u: buildings repeated, start, end, number and count."""
    parts = p["parts"].astype(np.int64)
    index = np.repeat(np.arange(p.rows.size), parts)
    number = np.arange(index.size) - np.repeat(np.cumsum(parts) - parts, parts)
    q = p.pick(index)
    step = (q.u1 - q.u0) / q["parts"]
    return q, q.u0 + step * number, q.u0 + step * (number + 1), number.astype(float), q["parts"]


def _barrel(p: _Part) -> None:
    """A vault along v, in planar strips: a parabola with ``slope`` times half the width as its height."""
    p.outline(p.body())
    q, start, end, _, _ = _strips(p)
    rise = q.slope * (q.u1 - q.u0) / 2
    low, high = (rise * (1.0 - ((u - q.u0) / (q.u1 - q.u0) * 2.0 - 1.0) ** 2) for u in (start, end))
    points = [(start, q.v0), (end, q.v0), (end, q.v1), (start, q.v1)]
    q.facet(points, (start, q.v0, q.eave + low), ((high - low) / (end - start), np.zeros_like(low)))


def _sawtooth(p: _Part) -> None:
    p.outline(p.body())
    q, start, end, _, _ = _strips(p)
    points = [(start, q.v0), (end, q.v0), (end, q.v1), (start, q.v1)]
    q.facet(points, (start, q.v0, q.eave), (q.slope, np.zeros_like(start)))


def _rows(p: _Part) -> None:
    """A glasshouse: many small gables side by side."""
    p.outline(p.body())
    q, start, end, _, _ = _strips(p)
    middle, zero = (start + end) / 2, np.zeros_like(start)
    q.facet(
        [(start, q.v0), (middle, q.v0), (middle, q.v1), (start, q.v1)], (start, q.v0, q.eave), (q.slope, zero)
    )
    q.facet([(middle, q.v0), (end, q.v0), (end, q.v1), (middle, q.v1)], (end, q.v0, q.eave), (-q.slope, zero))


def _stepped(p: _Part) -> None:
    """Flat roofs at several heights, highest at one end."""
    p.outline(p.body())
    q, start, end, number, _ = _strips(p)
    down = 2.9 * number * np.where(q["storeys"] > 3, 1.0, 0.5)
    points = [(start, q.v0), (end, q.v0), (end, q.v1), (start, q.v1)]
    zero = np.zeros_like(start)
    q.facet(
        points,
        (start, q.v0, np.maximum(q.eave - down, q.eave * 0.0 + q.eave - q["eave"] + 3.2)),
        (zero, zero),
    )


def _court(p: _Part) -> None:
    """A closed ring of houses: slopes to the street outside and to the court inside, ridge half way."""
    ring, zero = p["parts"], np.zeros_like(p.slope)
    inner = _inset(p, ring)
    holes = p.world(inner)
    p.work.outline[p.rows] = shapely.normalize(shapely.difference(p.world(p.body()), holes))
    outer, middle = p.body(), _inset(p, ring / 2)
    rises = ((zero, p.slope), (-p.slope, zero), (zero, -p.slope), (p.slope, zero))
    for k, (ru, rv) in enumerate(rises):
        n = (k + 1) % 4
        p.facet([outer[k], outer[n], middle[n], middle[k]], (*outer[k], p.eave), (ru, rv))
        p.facet([middle[k], middle[n], inner[n], inner[k]], (*inner[k], p.eave), (-ru, -rv))


def _inset(p: _Part, by: Floats) -> list[tuple[Floats, Floats]]:
    return [(p.u0 + by, p.v0 + by), (p.u1 - by, p.v0 + by), (p.u1 - by, p.v1 - by), (p.u0 + by, p.v1 - by)]


def _church(p: _Part) -> None:
    """Nave, transept, three-sided choir and a west tower with a spire."""
    zero, half = np.zeros_like(p.slope), (p.v1 - p.v0) / 2
    middle, out, reach = (p.v0 + p.v1) / 2, p["wing_depth"], p["parts"]
    w0, w1 = p["wing_u0"], p["wing_u1"]
    cross, tower = (w0 + w1) / 2, p["box_u0"] / 2
    t0, south, north = p.u0 - 2 * tower, p.v0 - out, p.v1 + out
    choir = p.u1 + reach
    lower, upper = middle - 0.45 * half, middle + 0.45 * half
    p.work.outline[p.rows] = p.world(
        [
            (t0, middle - tower),
            (p.u0, middle - tower),
            (p.u0, p.v0),
            (w0, p.v0),
            (w0, south),
            (w1, south),
            (w1, p.v0),
            (p.u1, p.v0),
            (choir, lower),
            (choir, upper),
            (p.u1, p.v1),
            (w1, p.v1),
            (w1, north),
            (w0, north),
            (w0, p.v1),
            (p.u0, p.v1),
            (p.u0, middle + tower),
            (t0, middle + tower),
        ]
    )
    for near, rise in ((p.v0, p.slope), (p.v1, -p.slope)):
        p.facet(
            [(p.u0, near), (w0, near), (cross, middle), (p.u0, middle)], (p.u0, near, p.eave), (zero, rise)
        )
        p.facet(
            [(w1, near), (p.u1, near), (p.u1, middle), (cross, middle)], (p.u0, near, p.eave), (zero, rise)
        )
    for far, near in ((south, p.v0), (north, p.v1)):
        p.facet([(w0, far), (cross, far), (cross, middle), (w0, near)], (w0, far, p.eave), (p.slope, zero))
        p.facet([(cross, far), (w1, far), (w1, near), (cross, middle)], (w1, far, p.eave), (-p.slope, zero))
    eaves = [(p.u1, p.v0), (choir, lower), (choir, upper), (p.u1, p.v1)]
    apex, top = (p.u1, middle), p.eave + p.slope * half
    for k in range(3):
        _triangle(p, eaves[k], eaves[k + 1], apex, p.eave, top, "hoofddak")
    spire, walls = (p.u0 - tower, middle), p.work.ground[p.rows] + 0.62 * p["box_height"]
    corners = [(t0, middle - tower), (p.u0, middle - tower), (p.u0, middle + tower), (t0, middle + tower)]
    for k in range(4):
        _triangle(p, corners[k], corners[(k + 1) % 4], spire, walls, walls + 0.38 * p["box_height"], "toren")


def _town_hall(p: _Part) -> None:
    """A hipped hall with a slender tower before its front."""
    left, right, out = p["wing_u0"], p["wing_u1"], p.v0 - p["wing_depth"]
    p.outline(
        [
            (p.u0, p.v0),
            (left, p.v0),
            (left, out),
            (right, out),
            (right, p.v0),
            (p.u1, p.v0),
            (p.u1, p.v1),
            (p.u0, p.v1),
        ]
    )
    half = np.minimum(p.u1 - p.u0, p.v1 - p.v0) / 2
    _four_sides(p, p.u0 + half, p.u1 - half, p.v0 + half, p.v1 - half)
    corners = [(left, out), (right, out), (right, p.v0), (left, p.v0)]
    apex, walls = ((left + right) / 2, (out + p.v0) / 2), p.work.ground[p.rows] + 0.75 * p["box_height"]
    for k in range(4):
        _triangle(p, corners[k], corners[(k + 1) % 4], apex, walls, walls + 0.25 * p["box_height"], "toren")


def _triangle(
    p: _Part,
    a: tuple[Floats, Floats],
    b: tuple[Floats, Floats],
    apex: tuple[Floats, Floats],
    low: Floats,
    high: Floats,
    kind: str,
) -> None:
    """A facet with a level eave from ``a`` to ``b`` and its top at ``apex``."""
    eu, ev = b[0] - a[0], b[1] - a[1]
    nu, nv = -ev, eu
    reach = nu * (apex[0] - a[0]) + nv * (apex[1] - a[1])
    p.facet([a, b, apex], (a[0], a[1], low), ((high - low) * nu / reach, (high - low) * nv / reach), kind)


def _corner(p: _Part, rings: Floats) -> None:
    """Houses on the corner of a block: five walls (N, 5, 2) in RD, all slopes to one point."""
    rings = np.round(rings, 3)
    p.work.outline[p.rows] = shapely.normalize(shapely.polygons(rings))
    apex = np.round(rings[:, [0, 3, 4]].mean(axis=1) * 0.5 + rings.mean(axis=1) * 0.5, 3)
    origin = np.column_stack([p["x"], p["y"]])
    cos, sin = np.cos(p["angle"]), np.sin(p["angle"])
    for k in range(5):
        a, b = rings[:, k], rings[:, (k + 1) % 5]
        edge, up = b - a, apex - a
        normal = np.column_stack([-edge[:, 1], edge[:, 0]])
        rise = (p.slope / (normal * up).sum(axis=1))[:, None] * normal
        d = a - origin
        u, v = d[:, 0] * cos + d[:, 1] * sin, d[:, 1] * cos - d[:, 0] * sin
        local = (rise[:, 0] * cos + rise[:, 1] * sin, rise[:, 1] * cos - rise[:, 0] * sin)
        polygons = shapely.normalize(shapely.polygons(np.stack([a, b, apex], axis=1)))
        p.emit(np.asarray(polygons), (u, v, p.eave), local, "hoofddak")


def _extensions(p: _Part) -> None:
    if not p.rows.size:
        return
    deep = p.v1 + p["ext_depth"]
    points = [(p["ext_u0"], p.v1), (p["ext_u1"], p.v1), (p["ext_u1"], deep), (p["ext_u0"], deep)]
    top = p.work.ground[p.rows] + p["ext_height"]
    p.facet(points, (p["ext_u0"], p.v1, top), _zero(p), "aanbouw")


def _zero(p: _Part) -> tuple[Floats, Floats]:
    return np.zeros(p.rows.size), np.zeros(p.rows.size)


SHAPES = {
    Roof.FLAT: _flat,
    Roof.GABLE_U: _gable_u,
    Roof.GABLE_V: _gable_v,
    Roof.HIP: _hip,
    Roof.HIP_END: _hip_end,
    Roof.HALF_HIP: _half_hip,
    Roof.MANSARD: _mansard,
    Roof.LEAN_TO: _lean_to,
    Roof.CROSS: _cross,
    Roof.BARREL: _barrel,
    Roof.SAWTOOTH: _sawtooth,
    Roof.ROWS: _rows,
    Roof.STEPPED: _stepped,
    Roof.COURT: _court,
    Roof.CHURCH: _church,
    Roof.TOWN_HALL: _town_hall,
}
