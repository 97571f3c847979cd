"""Roofs of ordinary buildings: a function per shape, over all buildings of that shape."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from ingest.sample.drawing import Part, no_rise
from ingest.sample.plan import Floats

EAVE_OVERHANG = 0.35
"""How far a gutter reaches beyond the wall [m]: the cloud sees it, the footprint does not."""


def flat(p: Part) -> None:
    """A flat roof, with a lift house on some."""
    p.outline(p.body())
    boxed = np.isfinite(p["box_u0"])
    plain, high = p.pick(~boxed), p.pick(boxed)
    plain.facet(plain.body(), (plain.u0, plain.v0, plain.eave), no_rise(plain))
    box = [
        (high["box_u0"], high["box_v0"]),
        (high["box_u1"], high["box_v0"]),
        (high["box_u1"], high["box_v1"]),
        (high["box_u0"], high["box_v1"]),
    ]
    level = (high.u0, high.v0, high.eave)
    high.emit(shapely.difference(high.world(high.body()), high.world(box)), level, no_rise(high), "hoofddak")
    high.facet(box, (high.u0, high.v0, high.eave + high["box_height"]), no_rise(high), "opbouw")


def gable_u(p: Part) -> None:
    """A gable roof with its ridge along the street, with dormers and gutters that overhang."""
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
    p: Part,
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


def _overhang(p: Part, wall: Floats, reach: float, rise: Floats) -> None:
    points = [(p.u0, wall), (p.u1, wall), (p.u1, wall + reach), (p.u0, wall + reach)]
    p.facet(points, (p.u0, wall, p.eave), (np.zeros_like(rise), rise), "overstek")


def gable_v(p: Part) -> None:
    """A gable roof with its gable to the street."""
    p.outline(p.body())
    middle, zero = (p.u0 + p.u1) / 2, np.zeros_like(p.slope)
    p.facet(
        [(p.u0, p.v0), (middle, p.v0), (middle, p.v1), (p.u0, p.v1)], (p.u0, p.v0, p.eave), (p.slope, zero)
    )
    p.facet(
        [(middle, p.v0), (p.u1, p.v0), (p.u1, p.v1), (middle, p.v1)], (p.u1, p.v0, p.eave), (-p.slope, zero)
    )


def hip(p: Part) -> None:
    """Four slopes; a pyramid on a square."""
    p.outline(p.body())
    half = np.minimum(p.u1 - p.u0, p.v1 - p.v0) / 2
    left, right, front, back = p.u0 + half, p.u1 - half, p.v0 + half, p.v1 - half
    four_sides(p, left, right, front, back)


def four_sides(p: Part, left: Floats, right: Floats, front: Floats, back: Floats) -> None:
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


def hip_end(p: Part) -> None:
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


def half_hip(p: Part) -> None:
    """A gable roof whose gables are cut off by a small hip."""
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


def mansard(p: Part) -> None:
    """Steep below and shallow above, gable to the street."""
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


def lean_to(p: Part) -> None:
    """One slope, highest at the front."""
    p.outline(p.body())
    p.facet(p.body(), (p.u0, p.v1, p.eave), (np.zeros_like(p.slope), -p.slope))


def cross(p: Part) -> None:
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


def strips(p: Part) -> tuple[Part, Floats, Floats, Floats, Floats]:
    """Cut bodies into ``parts`` strips along u: buildings repeated, start, end, number and count."""
    parts = p["parts"].astype(np.int64)
    index = np.repeat(np.arange(p.rows.size), parts)
    number = np.arange(index.size) - np.repeat(np.cumsum(parts) - parts, parts)
    q = p.pick(index)
    step = (q.u1 - q.u0) / q["parts"]
    return q, q.u0 + step * number, q.u0 + step * (number + 1), number.astype(float), q["parts"]


def barrel(p: Part) -> None:
    """A vault along v, in planar strips: a parabola with ``slope`` times half the width as its height."""
    p.outline(p.body())
    q, start, end, _, _ = strips(p)
    rise = q.slope * (q.u1 - q.u0) / 2
    low, high = (rise * (1.0 - ((u - q.u0) / (q.u1 - q.u0) * 2.0 - 1.0) ** 2) for u in (start, end))
    points = [(start, q.v0), (end, q.v0), (end, q.v1), (start, q.v1)]
    q.facet(points, (start, q.v0, q.eave + low), ((high - low) / (end - start), np.zeros_like(low)))


def sawtooth(p: Part) -> None:
    """Slopes that end in upright glass, strip by strip."""
    p.outline(p.body())
    q, start, end, _, _ = strips(p)
    points = [(start, q.v0), (end, q.v0), (end, q.v1), (start, q.v1)]
    q.facet(points, (start, q.v0, q.eave), (q.slope, np.zeros_like(start)))


def rows(p: Part) -> None:
    """A glasshouse: many small gables side by side."""
    p.outline(p.body())
    q, start, end, _, _ = strips(p)
    middle, zero = (start + end) / 2, np.zeros_like(start)
    q.facet(
        [(start, q.v0), (middle, q.v0), (middle, q.v1), (start, q.v1)], (start, q.v0, q.eave), (q.slope, zero)
    )
    q.facet([(middle, q.v0), (end, q.v0), (end, q.v1), (middle, q.v1)], (end, q.v0, q.eave), (-q.slope, zero))


def stepped(p: Part) -> None:
    """Flat roofs at several heights, highest at one end."""
    p.outline(p.body())
    q, start, end, number, _ = strips(p)
    down = 2.9 * number * np.where(q["storeys"] > 3, 1.0, 0.5)
    points = [(start, q.v0), (end, q.v0), (end, q.v1), (start, q.v1)]
    zero = np.zeros_like(start)
    q.facet(
        points,
        (start, q.v0, np.maximum(q.eave - down, q.eave * 0.0 + q.eave - q["eave"] + 3.2)),
        (zero, zero),
    )
