"""The local frame of each part: turned to its main direction, so that walls follow pixel rows."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Floats, Footprints, Ints
from twin.geometry.ragged import ring_successor
from twin.reconstruction import groups
from twin.reconstruction.arrays import Frames

_WINDOW = 2.5  # degrees on each side: the direction with most length of edges in it is the main one
_AVERAGED = 4.0  # degrees on each side of that direction whose edges are averaged
_ALIKE = 1e-6  # m: lengths that differ less say nothing about which way a part is turned


def frames(footprints: Footprints) -> Frames:
    """Frame of each part, turned to the direction that most of its walls follow.

    The edge with most length of edges within 2.5 degrees of its own direction, modulo 90 degrees; then the
    mean of the edges within four degrees of it, weighted by length. Of the four ways to lay the axes the
    outline chooses: the first axis goes along its longer side and towards the end where more of it lies, so
    that a part that is turned gets the same pixels, also after half a turn.

    Parameters
    ----------
    footprints : Footprints

    Returns
    -------
    Frames
    """
    part = vertex_part(footprints)
    center = _center(footprints.xy, footprints)
    d = footprints.xy[ring_successor(footprints.ring_offsets)] - footprints.xy
    length = np.hypot(*d.T)
    angle = np.radians(_main_direction(np.degrees(np.arctan2(d[:, 1], d[:, 0])), length, part))
    still = np.zeros_like(center)
    turned = Frames(np.cos(angle), np.sin(angle), center, still, still).to_local(footprints.xy, part)
    middle = turned + turned[ring_successor(footprints.ring_offsets)]
    quarter = _quarter_turns(*_bounds(turned, footprints), _mean(middle / 2, length, part, len(footprints)))
    cos, sin = _turn(np.cos(angle), np.sin(angle), quarter)
    low, high = _bounds(Frames(cos, sin, center, still, still).to_local(footprints.xy, part), footprints)
    # To whole metres, alike on both sides: then pixels of half a metre lie the same about the middle,
    # whichever of the four corners comes first.
    margin = (np.ceil(high - low) - (high - low)) / 2
    return Frames(cos, sin, center, corner=low - margin, size=high - low + 2 * margin)


def vertex_part(footprints: Footprints) -> Ints:
    """Part of each vertex of footprints, ``(V,)``."""
    count = np.diff(footprints.ring_offsets[footprints.part_offsets])
    return np.repeat(np.arange(len(footprints), dtype=np.int64), count)


def _bounds(xy: Floats, footprints: Footprints) -> tuple[Floats, Floats]:
    if not len(footprints):
        return np.empty((0, 2)), np.empty((0, 2))
    first = footprints.ring_offsets[footprints.part_offsets[:-1]]
    return np.minimum.reduceat(xy, first), np.maximum.reduceat(xy, first)


def _center(xy: Floats, footprints: Footprints) -> Floats:
    low, high = _bounds(np.rint(xy * 1000), footprints)
    return np.floor((low + high) / 2) / 1000


def _mean(xy: Floats, weight: Floats, part: Ints, parts: int) -> Floats:
    """Weighted mean ``(P, 2)`` of the rows of each part."""
    total = np.maximum(np.bincount(part, weight, parts), 1e-9)
    return np.column_stack([np.bincount(part, weight * column, parts) / total for column in xy.T])


def _main_direction(angle: Floats, length: Floats, part: Ints) -> Floats:
    """Main direction [degree] per part, modulo 90; parts are numbered without gaps."""
    # Three copies of each edge a right angle apart, so that no window wraps; parts lie a full turn apart.
    edge = np.tile(np.arange(len(angle)), 3)
    at = np.concatenate([angle % 90.0 + turn for turn in (0.0, 90.0, 180.0)]) + 360.0 * part[edge]
    order = np.argsort(at)
    sorted_at = at[order]
    # In whole micrometres, whose running sum is exact: no part depends on those before it.
    before = np.append(0, np.cumsum(np.rint(length * 1e6).astype(np.int64)[edge[order]]))
    near = at[len(angle) : 2 * len(angle)]
    most = (
        before[np.searchsorted(sorted_at, near + _WINDOW, "right")]
        - before[np.searchsorted(sorted_at, near - _WINDOW)]
    )
    best = np.lexsort((-length, -most, part))
    best = best[groups.first_of_each(part[best])]
    peak = angle[best]
    away = (angle - peak[part] + 45.0) % 90.0 - 45.0
    weight = np.where(np.abs(away) <= _AVERAGED, length, 0.0)
    mean = np.bincount(part, weight * away) / np.maximum(np.bincount(part, weight), 1e-9)
    # Turned by whole quarters the angle is the same to the last bit.
    return np.round((peak + mean) % 90.0, 7)


def _quarter_turns(low: Floats, high: Floats, mass: Floats) -> Ints:
    """Quarters ``(P,)`` by which to turn axes so that the outline lies along the first, most of it ahead.

    Parameters
    ----------
    low, high, mass : (P, 2) float64 [m]
        Bounds of the outline and the mean of its edges in those axes.
    """
    size, lean = high - low, mass - (low + high) / 2
    square = np.abs(size[:, 0] - size[:, 1]) <= _ALIKE
    upright = np.where(square, np.abs(lean[:, 1]) > np.abs(lean[:, 0]) + _ALIKE, size[:, 1] > size[:, 0])
    along = np.where(upright, lean[:, 1], lean[:, 0])
    aside = np.where(upright, -lean[:, 0], lean[:, 1])
    decides = np.where(np.abs(aside) > np.abs(along) + _ALIKE, aside, along)
    quarter: Ints = upright + 2 * (decides < -_ALIKE)
    return quarter


def _turn(cos: Floats, sin: Floats, quarter: Ints) -> tuple[Floats, Floats]:
    """Cosine and sine of a direction that is turned by quarters of a circle, exactly."""
    return (
        np.choose(quarter, (cos, -sin, -cos, sin)),
        np.choose(quarter, (sin, cos, -sin, -cos)),
    )
