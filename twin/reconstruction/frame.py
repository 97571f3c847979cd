"""The local frame of each part: turned to its main direction, so that walls follow pixel rows."""

from __future__ import annotations

import numpy as np

from twin.geometry.columns import Floats, Footprints, Ints
from twin.geometry.ragged import ring_successor
from twin.reconstruction.arrays import Frames

_BINS = 90  # of one degree: directions repeat after a right angle
_WINDOW = 4.0  # degrees around the peak whose edges are averaged


def frames(footprints: Footprints) -> Frames:
    """Frame of each part, turned to the direction that most of its walls follow.

    The peak of a histogram of edge directions modulo 90 degrees, weighted by length and smoothed, then the
    weighted mean of the edges within four degrees of it.

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
    angle = _main_direction(np.degrees(np.arctan2(d[:, 1], d[:, 0])), np.hypot(*d.T), part, len(footprints))
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    around = Frames(cos, sin, center, np.zeros_like(center), np.zeros_like(center))
    low, high = _bounds(around.to_local(footprints.xy, part), footprints)
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


def _main_direction(angle: Floats, length: Floats, part: Ints, parts: int) -> Floats:
    """Main direction [degree] per part, from -4 up to 94."""
    angle = angle % 90.0
    bin_ = np.minimum(angle.astype(np.int64), _BINS - 1)
    histogram = np.bincount(part * _BINS + bin_, weights=length, minlength=parts * _BINS).reshape(
        parts, _BINS
    )
    smooth = sum(
        w * np.roll(histogram, k, axis=1) for k, w in zip(range(-2, 3), (1, 2, 3, 2, 1), strict=True)
    )
    peak = np.argmax(smooth, axis=1) + 0.5 if parts else np.empty(0)
    away = (angle - peak[part] + 45.0) % 90.0 - 45.0
    weight = np.where(np.abs(away) <= _WINDOW, length, 0.0)
    total = np.bincount(part, weights=weight, minlength=parts)
    mean = np.bincount(part, weights=weight * away, minlength=parts) / np.where(total > 0, total, 1.0)
    return np.asarray(peak + mean)
