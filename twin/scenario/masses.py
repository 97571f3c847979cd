"""New masses: rings with a height and a form of roof become closed solids, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from twin.geometry.columns import Bools, Floats, Ints, Shells
from twin.geometry.extrude import extrude
from twin.geometry.footprints import columns_of
from twin.geometry.prism import extrude_flat
from twin.geometry.select import concatenate, take
from twin.geometry.validity import check
from twin.scenario.roofs import roof_partition
from twin.scenario.town import Shapes
from twin.scenario.variant import Add

SMALLEST = 1.0  # m2


@dataclass(frozen=True, slots=True)
class Masses:
    """Solids of new masses.

    Attributes
    ----------
    shells : Shells
        One object per mass.
    flattened : (M,) bool
        Got a flat roof, because the form asked for is not possible on this outline.
    valid : (M,) bool
        By :func:`twin.geometry.validity.check`.
    """

    shells: Shells
    flattened: Bools
    valid: Bools


def outlines_of(edits: Sequence[Add]) -> tuple[Shapes, list[str | None]]:
    """Outline of each mass, turned, on the millimetre; and what is wrong with those that are none.

    Returns
    -------
    outlines : (M,) object of shapely Polygon
        None where the rings are no polygon.
    faults : list of str or None
        ``self-intersection``, ``hole`` or ``small``.
    """
    outlines = np.full(len(edits), None, dtype=object)
    faults: list[str | None] = [None] * len(edits)
    for i, edit in enumerate(edits):  # rings of a few corners, at most five hundred of them
        outer, *holes = edit.rings
        outlines[i] = shapely.Polygon(outer, holes)
    outlines = turned(outlines, np.array([e.rotation for e in edits], dtype=np.float64))
    outlines = shapely.transform(outlines, lambda xy: np.round(xy, 3))
    valid, area = shapely.is_valid(outlines), shapely.area(outlines)
    for i in np.flatnonzero(~valid | (area < SMALLEST)).tolist():
        reason = str(shapely.is_valid_reason(outlines[i]))
        faults[i] = "small" if valid[i] else "hole" if "ole" in reason else "self-intersection"
        outlines[i] = None
    return outlines, faults


def turned(outlines: Shapes, degrees: Floats) -> Shapes:
    """Outlines turned counter-clockwise around their centroids."""
    if not len(outlines) or not degrees.any():
        return outlines
    middle = shapely.get_coordinates(shapely.centroid(outlines))
    xy, row = shapely.get_coordinates(outlines, return_index=True)
    angle = np.radians(degrees)[row]
    d = xy - middle[row]
    turned_xy = middle[row] + np.column_stack(
        (np.cos(angle) * d[:, 0] - np.sin(angle) * d[:, 1], np.sin(angle) * d[:, 0] + np.cos(angle) * d[:, 1])
    )
    result: Shapes = shapely.set_coordinates(outlines.copy(), turned_xy)
    return result


def raise_masses(outlines: Shapes, edits: Sequence[Add], ground: Floats) -> Masses:
    """Solids of the masses on their ground.

    Parameters
    ----------
    outlines : (M,) object of shapely Polygon
        From :func:`outlines_of`, none of them missing.
    edits : sequence of Add
    ground : (M,) float64 [m, NAP]

    Notes
    -----
    A gable stands on the longer axis of the smallest rectangle around the outline, a hip on all four sides
    of it; over an outline that is no rectangle its planes are cut off by the walls.
    """
    count = len(edits)
    low = ground + np.array([e.base for e in edits], dtype=np.float64)
    eaves = ground + np.array([e.height for e in edits], dtype=np.float64)
    form = np.array([("flat", "gable", "hip").index(e.roof.form) for e in edits], dtype=np.int64)
    pitched = np.flatnonzero(form > 0)
    flattened = np.zeros(count, dtype=bool)
    roofed: list[tuple[Ints, Shells]] = []
    if len(pitched):
        slope = np.array([_or_nan(edits[i].roof.slope) for i in pitched.tolist()])
        ridge = np.array([_or_nan(edits[i].roof.ridge) for i in pitched.tolist()])
        rise = ridge - np.array([edits[i].height for i in pitched.tolist()], dtype=np.float64)
        partition = roof_partition(
            outlines[pitched], form[pitched] == 2, slope, rise, low[pitched], eaves[pitched]
        )
        built = extrude(partition)
        good = built.valid & check(built.shells).valid
        flattened[pitched[~good]] = True
        roofed.append((pitched[good], take(built.shells, np.flatnonzero(good))))
    flat = np.flatnonzero((form == 0) | flattened)
    if len(flat):
        roofed.append((flat, extrude_flat(columns_of(outlines[flat]), low[flat], eaves[flat])))
    if not roofed:
        return Masses(empty_shells(), flattened, np.zeros(0, dtype=bool))
    order = np.argsort(np.concatenate([rows for rows, _ in roofed]), kind="stable")
    shells = take(concatenate([s for _, s in roofed]), order)
    return Masses(shells, flattened, check(shells).valid)


def empty_shells() -> Shells:
    """No objects at all."""
    nothing = np.zeros(1, dtype=np.int64)
    return Shells(
        np.zeros((0, 3)),
        np.zeros(0, dtype=np.int64),
        nothing,
        nothing,
        nothing,
        np.zeros(0, dtype=np.uint8),
    )


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
