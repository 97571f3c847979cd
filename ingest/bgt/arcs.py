"""Circular arcs as line strings, such that two objects that share an arc share every vertex of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F8 = npt.NDArray[np.float64]
I8 = npt.NDArray[np.int64]

SAGITTA = 0.01
"""Largest distance between an arc and its line string [m]; the BGT itself is accurate to 0.2 m."""

# A bend this wide departs from its chords by less than the millimetre in which coordinates are given.
_STRAIGHT_RADIUS = 100_000.0
# However small the circle, it stays recognisably round.
_WIDEST_STEP = np.pi / 4


def linearise(arcs: F8, sagitta: float = SAGITTA) -> tuple[F8, I8]:
    """Line strings along three-point arcs, the same for an arc and its reverse.

    Every arc is computed from its lexicographically smaller end, so that both neighbours of a shared arc get
    bit-identical vertices whichever way each runs along it. The three control points stay vertices.

    Parameters
    ----------
    arcs : (A, 3, 2) float64
        Start, a point on the way, end [m, RD], as in `gml:Arc`. Collinear points give the straight line
        through them; start equal to end gives the full circle with start-middle as a diameter (ISO 19107).
    sagitta : float
        Largest distance between arc and chord [m].

    Returns
    -------
    xy : (V, 2) float64
        Vertices of all line strings, in the direction of each arc [m, RD], rounded to the millimetre.
    offsets : (A + 1,) int64
        Line string ``a`` is ``xy[offsets[a]:offsets[a + 1]]``.
    """
    arcs = np.round(np.asarray(arcs, dtype=np.float64).reshape(-1, 3, 2), 3)
    start, end = arcs[:, 0], arcs[:, 2]
    backward = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    canonical = np.where(backward[:, None, None], arcs[:, ::-1], arcs)

    centre, radius, sweep = _circles(canonical)
    # (A, 2): steps from start to middle, and from middle to end
    widest = 2 * np.arccos(1 - np.minimum(sagitta / radius, 1 - np.cos(_WIDEST_STEP / 2)))
    steps = np.maximum(np.ceil(np.abs(sweep) / widest[:, None] - 1e-9), 1).astype(np.int64)

    offsets = np.concatenate(([0], np.cumsum(steps.sum(axis=1) + 1)))
    arc = np.repeat(np.arange(len(arcs)), np.diff(offsets))
    place = np.arange(offsets[-1]) - offsets[arc]
    # The second half starts at the middle vertex; its place counts from there.
    half = (place >= steps[arc, 0]).astype(np.int64)
    within = place - half * steps[arc, 0]
    angle = sweep[arc, half] * within / steps[arc, half]
    arm = canonical[arc, half] - centre[arc]
    cos, sin = np.cos(angle), np.sin(angle)
    xy = centre[arc] + np.stack(
        [arm[:, 0] * cos - arm[:, 1] * sin, arm[:, 0] * sin + arm[:, 1] * cos], axis=1
    )
    # Control points exactly as they were given
    given = within == 0
    xy[given] = canonical[arc[given], half[given]]
    xy[offsets[1:] - 1] = canonical[:, 2]

    reverse = offsets[arc] + offsets[arc + 1] - 1 - np.arange(offsets[-1])
    return np.round(xy, 3)[np.where(backward[arc], reverse, np.arange(offsets[-1]))], offsets


def _circles(arcs: F8) -> tuple[F8, F8, F8]:
    """Centre (A, 2), radius (A,) and signed sweep of both halves (A, 2) [rad]; straight ones have sweep 0."""
    to_middle, to_end = arcs[:, 1] - arcs[:, 0], arcs[:, 2] - arcs[:, 0]
    cross = _cross(to_middle, to_end)
    middle2, end2 = (to_middle**2).sum(axis=1), (to_end**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = np.stack(
            [
                (to_end[:, 1] * middle2 - to_middle[:, 1] * end2) / (2 * cross),
                (to_middle[:, 0] * end2 - to_end[:, 0] * middle2) / (2 * cross),
            ],
            axis=1,
        )
    full = (end2 == 0) & (middle2 > 0)
    offset[full] = to_middle[full] / 2
    radius = np.hypot(offset[:, 0], offset[:, 1])
    straight = ~(radius <= _STRAIGHT_RADIUS)
    offset[straight], radius[straight] = 0.0, 1.0

    arm = np.stack([-offset, to_middle - offset, to_end - offset], axis=1)
    dot = (arm[:, :2] * arm[:, 1:]).sum(axis=2)
    turn = np.arctan2(_cross(arm[:, :2], arm[:, 1:]), dot)
    # Both halves turn the way the triangle start-middle-end does.
    left = cross[:, None] > 0
    sweep = np.where(left, turn % (2 * np.pi), -(-turn % (2 * np.pi)))
    sweep[full] = np.pi
    sweep[straight] = 0.0
    return arcs[:, 0] + offset, radius, sweep


def _cross(a: F8, b: F8) -> F8:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
