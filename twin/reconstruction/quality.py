"""Figures of the panden: how high, how large, how well the model fits the points, and why no better."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from twin.geometry.columns import Floats, Footprints, Ints, Semantic, Shells
from twin.geometry.measure import area_by_semantic, heights, surface_vectors, volume
from twin.geometry.ragged import rows_of, take_rows
from twin.reconstruction import groups
from twin.reconstruction.assign import points_in_footprints
from twin.reconstruction.findings import Findings
from twin.reconstruction.fit import Fit
from twin.reconstruction.ground import Ground
from twin.reconstruction.reasons import LadderStep, Reason

CELL = 0.25  # m, raster that finds the roof face above a point; the answer is exact
_TOGETHER = 1 << 15  # points looked at together, unless one pand has more
_MOST = 1 << 8  # panden looked at together
_TENTHS_BITS = 24  # tenths of a millimetre up to 1.6 km; beside the number of a pand in 32 bits
_LARGEST = (1 << _TENTHS_BITS) - 1
_AREAS = ("opp_dak_plat", "opp_dak_schuin", "opp_buitenmuur")
_SUFFIX = {"1.2": "lod12", "1.3": "lod13", "2.2": "lod22"}


@dataclass(frozen=True, slots=True)
class Parts:
    """What is known of each part after its reconstruction.

    Attributes
    ----------
    pand : (P,) int64
        Ascending.
    solids : dict of str to Shells
        ``P`` objects per level.
    ground : Ground
    found : Findings
    """

    pand: Ints
    solids: dict[str, Shells]
    ground: Ground
    found: Findings


def describe(parts: Parts, panden: int, status: Ints) -> tuple[pd.DataFrame, dict[str, Fit]]:
    """Quality of every pand, a row each, under the names of the attribute catalogue; and the fit of all.

    Parameters
    ----------
    parts : Parts
    panden : int
    status : (M,) int64
        What was known of each pand beforehand.
    """
    table: dict[str, Any] = {"lod": _lod(parts, panden), "lod_reden": _reason(parts, panden, status)}
    table["lod_stap"] = _step(parts, panden)
    table["h_maaiveld"] = _round(_least(parts.ground.height, parts.pand, panden), 2)
    table |= _roof_heights(parts, panden)
    table |= _sizes(parts, panden)
    figures, fits = _fit(parts, panden)
    table |= figures
    table |= _coverage(parts, panden)
    frame = pd.DataFrame(table)
    # An invalid solid is not written: the part went down the ladder, and says why.
    frame["geometrie_geldig"] = pd.Series(True, frame.index, dtype="boolean").where(frame["lod"] != "0")
    return frame, fits


def _lod(parts: Parts, panden: int) -> list[str]:
    """The level that every part of a pand reached."""
    step = _least(parts.found.step.astype(np.float64), parts.pand, panden)
    names = np.array(["0", "1.2", "1.3", "2.2"])
    least = (LadderStep.NO_LINES, LadderStep.LOD13_ONLY, LadderStep.LOD12_ONLY)
    level = np.select([step >= s for s in least], [3, 2, 1], 0)
    return [str(n) for n in names[level]]


def _step(parts: Parts, panden: int) -> list[str]:
    """The step of the ladder that every part of a pand reached, in words."""
    step = np.nan_to_num(_least(parts.found.step.astype(np.float64), parts.pand, panden)).astype(np.int64)
    return [LadderStep(s).nl for s in step.tolist()]


def _reason(parts: Parts, panden: int, status: Ints) -> list[str]:
    """In words, of the part that came least far."""
    order = np.lexsort((parts.found.reason, parts.found.step, parts.pand))
    first = np.searchsorted(parts.pand[order], np.arange(panden))
    reason = np.full(panden, Reason.NO_AREA, dtype=np.int64)
    has = np.bincount(parts.pand, minlength=panden) > 0
    reason[has] = parts.found.reason[order[first[has]]]
    texts = {int(r): r.nl for r in Reason}
    return [texts[r] for r in reason.tolist()]


def _roof_heights(parts: Parts, panden: int) -> dict[str, Floats]:
    detailed, block = heights(parts.solids["2.2"]), heights(parts.solids["1.2"])
    best_low = np.where(np.isfinite(detailed.roof_min), detailed.roof_min, block.roof_min)
    best_high = np.where(np.isfinite(detailed.roof_max), detailed.roof_max, block.roof_max)
    area = np.nan_to_num(area_by_semantic(parts.solids["1.2"]).ground)
    weighted = np.bincount(parts.pand, weights=np.nan_to_num(block.roof_max) * area, minlength=panden)
    total = np.bincount(parts.pand, weights=area, minlength=panden)
    ground = _least(parts.ground.height, parts.pand, panden)
    high = -_least(-best_high, parts.pand, panden)
    return {
        "h_dak_min": _round(_least(best_low, parts.pand, panden), 2),
        "h_dak_70p": _round(np.divide(weighted, total, out=np.full(panden, np.nan), where=total > 0), 2),
        "h_dak_max": _round(high, 2),
        "hoogte": _round(high - ground, 2),
    }


def _sizes(parts: Parts, panden: int) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for lod, suffix in _SUFFIX.items():
        shells = parts.solids[lod]
        made = np.diff(shells.object_offsets) > 0
        table[f"volume_{suffix}"] = _round(
            _sum(np.where(made, volume(shells), 0.0), made, parts.pand, panden), 1
        )
    shells = parts.solids["2.2"]
    made = np.diff(shells.object_offsets) > 0
    areas = area_by_semantic(shells)
    walls = areas.outer_wall + areas.inner_wall
    for name, area in zip(_AREAS, (areas.roof_flat, areas.roof_sloped, walls), strict=True):
        table[name] = _round(_sum(area, made, parts.pand, panden), 1)
    block = parts.solids["1.2"]
    standing = np.diff(block.object_offsets) > 0
    table["opp_grond"] = _round(_sum(area_by_semantic(block).ground, standing, parts.pand, panden), 1)
    roof_part = rows_of(shells.object_offsets)[shells.semantics == Semantic.ROOF]
    faces = np.bincount(parts.pand[roof_part], minlength=panden)
    any_made = np.bincount(parts.pand[made], minlength=panden) > 0
    table["aantal_dakvlakken"] = pd.array(np.where(any_made, faces, 0), dtype="Int64")
    table["aantal_dakvlakken"][~any_made] = pd.NA
    sloped = table["opp_dak_schuin"] > 0.1 * (table["opp_dak_schuin"] + table["opp_dak_plat"])
    kind = np.where(sloped, "hellend", np.where(faces > 1, "meerdere platte delen", "plat"))
    table["dak_type"] = pd.Series(kind, dtype="str").where(any_made)
    return table


def _fit(parts: Parts, panden: int) -> tuple[dict[str, Any], dict[str, Fit]]:
    """Vertical distances of the roof points to the roofs."""
    table: dict[str, Any] = {}
    fits = {}
    of_point = parts.pand[parts.found.point_part]
    begin = groups.offsets(of_point, panden)
    cuts = np.flatnonzero(np.diff(begin[:-1] // _TOGETHER)) + 1
    cuts = np.union1d(np.arange(0, panden + 1, _MOST), np.append(cuts, panden))
    for lod, suffix in _SUFFIX.items():
        made = np.diff(parts.solids[lod].object_offsets) > 0
        figures, fit = np.empty((4, panden)), Fit()
        # Some panden at a time, whose points stay in a core's cache.
        for first, last in pairwise(cuts.tolist()):
            at = slice(begin[first], begin[last])
            distance, pand = np.abs(parts.found.above[lod][at]), of_point[at] - first
            under = made[parts.found.point_part[at]] & ~np.isnan(distance)
            if not under.all():
                distance, pand = distance[under], pand[under]
            fit += Fit.of(distance)
            figures[:, first:last] = _figures(distance, pand, last - first)
        fits[lod] = fit
        count, squares, near, median = figures
        table[f"rmse_{suffix}"] = _round(np.sqrt(_mean(squares, count)), 3)
        table[f"afstand_mediaan_{suffix}"] = _round(median, 4)
        if lod == "2.2":
            table["aandeel_binnen_20cm"] = _round(_mean(near, count), 4)
    return table, fits


def _figures(distance: Floats, pand: Ints, panden: int) -> tuple[Floats, ...]:
    """Number, sum of squares, number within 0.2 m and median of the distances of each pand, ``(M,)`` each.

    ``pand`` ascends. With so many values each, adding up run by run is many times faster than bin by bin.
    """
    begin = groups.offsets(pand, panden)
    count = np.diff(begin)
    has, squares, near = count > 0, np.zeros(panden), np.zeros(panden)
    if len(pand):
        squares[has] = np.add.reduceat(distance * distance, begin[:-1][has])
        near[has] = np.add.reduceat(distance < 0.2, begin[:-1][has], dtype=np.int64)
    return count, squares, near, _median(distance, pand, count)


def roof_distances(shells: Shells, owner: Ints, xyz: Floats, of: Ints) -> tuple[Ints, Floats]:
    """Height of points above the roof faces of what they belong to.

    Parameters
    ----------
    shells : Shells
        ``O`` solids.
    owner : (O,) int64
        Whom each solid belongs to.
    xyz : (K, 3) float64 [m, RD+NAP]
    of : (K,) int64
        Whom each point belongs to.

    Returns
    -------
    point : (D,) int64
        Rows of ``xyz`` that lie under or over a roof face of their owner.
    distance : (D,) float64 [m]
        Positive above the face.
    """
    roof = np.flatnonzero(shells.semantics == Semantic.ROOF)
    rings, part_offsets = take_rows(np.arange(len(shells.ring_offsets) - 1), shells.surface_offsets, roof)
    vertices, ring_offsets = take_rows(shells.ring_vertices, shells.ring_offsets, rings)
    if not len(roof) or not len(xyz):
        return np.empty(0, dtype=np.int64), np.empty(0)
    faces = Footprints(shells.xyz[vertices, :2], ring_offsets, part_offsets)
    point, face = points_in_footprints(faces, xyz, np.arange(len(xyz)), CELL)
    mine = owner[rows_of(shells.object_offsets)[roof[face]]] == of[point]
    point, face = point[mine], face[mine]
    return point, _above(shells, roof[face], xyz[point])


def _above(shells: Shells, face: Ints, xyz: Floats) -> Floats:
    """Height of points ``(D, 3)`` above the planes of roof faces ``(D,)``."""
    roof = np.flatnonzero(shells.semantics == Semantic.ROOF)
    anchor = shells.xyz[shells.ring_vertices[shells.ring_offsets[shells.surface_offsets[roof]]]]
    plane = np.zeros((len(shells.semantics), 3))
    plane[roof] = surface_vectors(shells)[roof]
    plane[roof, :2] /= plane[roof, 2:]
    plane[roof, 2] = (plane[roof, :2] * anchor[:, :2]).sum(axis=1) + anchor[:, 2]
    a, b, level = plane.T
    x, y, z = xyz.T
    return np.asarray(z + a[face] * x + b[face] * y - level[face])


def _coverage(parts: Parts, panden: int) -> dict[str, Any]:
    points = groups.sizes(parts.pand[parts.found.point_part], panden)
    count = np.bincount(parts.pand, minlength=panden)
    return {
        "aantal_punten": points,
        "aantal_gevonden_vlakken": np.bincount(
            parts.pand, weights=parts.found.planes, minlength=panden
        ).astype(np.int64),
        "puntdichtheid": _round(
            _mean(np.bincount(parts.pand, weights=parts.found.density, minlength=panden), count), 2
        ),
        "nodata_fractie": _round(-_least(-parts.found.nodata_fraction, parts.pand, panden), 4),
        "nodata_straal": _round(-_least(-parts.found.nodata_radius, parts.pand, panden), 2),
    }


def _least(values: Floats, pand: Ints, panden: int) -> Floats:
    """Least value over the parts of each pand, those unknown left out; NaN without any."""
    least = np.full(panden, np.inf)
    known = np.isfinite(values)
    np.minimum.at(least, pand[known], values[known])
    return np.where(np.isfinite(least), least, np.nan)


def _sum(values: Floats, made: Any, pand: Ints, panden: int) -> Floats:
    """Sum over the parts of each pand; NaN where no part has a solid."""
    total = np.bincount(pand, weights=np.where(made, values, 0.0), minlength=panden)
    return np.where(np.bincount(pand[made], minlength=panden) > 0, total, np.nan)


def _mean(total: Floats | Ints, count: Floats | Ints) -> Floats:
    mean: Floats = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return mean


def _median(values: Floats, group: Ints, count: Ints) -> Floats:
    """Median per group [m], of ``count (G,)`` values each, to a tenth of a millimetre."""
    tenths = np.minimum(np.rint(values * 1e4), _LARGEST).astype(np.uint32)
    # One sort of plain numbers; several times faster than sorting by two columns.
    key = np.sort(group.astype(np.uint32) << _TENTHS_BITS | tenths)
    first = np.cumsum(count) - count
    has = count > 0
    low, high = (first + (count - 1) // 2)[has], (first + count // 2)[has]
    median = np.full(len(count), np.nan)
    median[has] = ((key[low] & _LARGEST).astype(np.float64) + (key[high] & _LARGEST)) / 2e4
    return median


def _round(values: Floats, decimals: int) -> Floats:
    rounded: Floats = np.round(values, decimals)
    return rounded
