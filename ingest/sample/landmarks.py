"""Roofs of buildings of their own kind: almshouse court, church, town hall and corner house."""

from __future__ import annotations

import numpy as np
import shapely

from ingest.sample.drawing import Part
from ingest.sample.plan import Floats
from ingest.sample.roof_shapes import four_sides


def court(p: Part) -> None:
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


def _inset(p: Part, by: Floats) -> list[tuple[Floats, Floats]]:
    return [(p.u0 + by, p.v0 + by), (p.u1 - by, p.v0 + by), (p.u1 - by, p.v1 - by), (p.u0 + by, p.v1 - by)]


def church(p: Part) -> None:
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


def town_hall(p: Part) -> None:
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
    four_sides(p, p.u0 + half, p.u1 - half, p.v0 + half, p.v1 - half)
    corners = [(left, out), (right, out), (right, p.v0), (left, p.v0)]
    apex, walls = ((left + right) / 2, (out + p.v0) / 2), p.work.ground[p.rows] + 0.75 * p["box_height"]
    for k in range(4):
        _triangle(p, corners[k], corners[(k + 1) % 4], apex, walls, walls + 0.25 * p["box_height"], "toren")


def _triangle(
    p: Part,
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


def corner(p: Part, rings: Floats) -> None:
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
