"""One look at the whole point cloud before the tiles: relief far and wide, and the level of every water."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ingest.ahn import PointStore
from twin.build.cloud import Bbox, grown
from twin.build.progress import Progress
from twin.geometry.columns import Bools, Floats, Ints
from twin.geometry.components import components
from twin.ground import HeightSource, Relief, Terrain
from twin.ground.levels import GROUND, MIN_POINTS, WATER
from twin.ground.terrain import RELIEF_CELL

BLOCK = 16 * RELIEF_CELL
"""Side [m] of the squares in which the cloud is read: some millions of points at a time."""
ONE_LEVEL = 0.10
"""Waters that touch and differ less than this [m] are one body with one level; else a weir lies between."""
BANK_STEP = 5.0  # [m] between samples of a bank
LARGE = 1e6
"""Area of the box [m2] of a water above which its bank is taken from the relief: a sea has points of its
own."""

Polygons = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Survey:
    """What tiles can't know by themselves.

    Attributes
    ----------
    relief : Relief or None
        None where there is no ground point at all.
    level : (W,) float64 [m, NAP]
        Of each water; NaN where nothing tells.
    source : (W,) object of HeightSource
    """

    relief: Relief | None
    level: Floats
    source: npt.NDArray[np.object_]


def survey(
    store: PointStore | None, waters: Polygons, touching: Ints, executor: Executor, progress: Progress
) -> Survey:
    """Read all points once.

    A water lies at the median of the water points in it, together with those of the waters it runs into.
    Without points it lies as its neighbour does, or else at the lowest ground along its bank.

    Parameters
    ----------
    store : PointStore or None
    waters : (W,) of shapely (Multi)Polygon, EPSG:28992
    touching : (N, 2) int64
        Pairs of them that share an edge.
    executor : Executor
    progress : Progress
    """
    unknown = Survey(
        None, np.full(len(waters), np.nan), np.full(len(waters), HeightSource.NONE, dtype=object)
    )
    if store is None or store.summary.extent is None:
        return unknown
    boxes, corner, shape = blocks(store.summary.extent)
    progress.stage("Surveying the points", len(boxes))
    tree = shapely.STRtree(waters)
    near = [np.sort(tree.query(shapely.box(*box))) for box in boxes]
    total, count = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    seen: list[Ints] = []
    tasks = executor.map(_look, repeat(store.folder), boxes, [waters[rows] for rows in near])
    for box, rows, (sums, number, water) in zip(boxes, near, tasks, strict=True):
        column, row = np.rint((np.array(box[:2]) - corner) / RELIEF_CELL).astype(int).tolist()
        window = slice(row, row + sums.shape[0]), slice(column, column + sums.shape[1])
        total[window] += sums
        count[window] += number
        water[:, 0] = rows[water[:, 0]]
        seen.append(water)
        progress.advance()
    relief = Relief.of_sums(corner, total, count) if count.any() else None
    return _levels(np.concatenate(seen), waters, touching, store, relief)


def blocks(extent: Sequence[float]) -> tuple[list[Bbox], Floats, tuple[int, int]]:
    """Squares that cover an extent, the lower left corner of all, and rows and columns of the relief."""
    low = np.floor(np.array(extent[:2]) / BLOCK).astype(int)
    high = np.floor(np.array(extent[3:5]) / BLOCK).astype(int) + 1
    boxes = [
        (x * BLOCK, y * BLOCK, (x + 1) * BLOCK, (y + 1) * BLOCK)
        for y in range(low[1], high[1])
        for x in range(low[0], high[0])
    ]
    per = int(BLOCK / RELIEF_CELL)
    return boxes, low * BLOCK, (int(high[1] - low[1]) * per, int(high[0] - low[0]) * per)


def _look(folder: Path, box: Bbox, waters: Polygons) -> tuple[Floats, Ints, Ints]:
    """Sum and number of ground points per relief cell, and ``(water, mm, number)`` of the water points."""
    points = PointStore.open(folder).read(box)
    per = int(BLOCK / RELIEF_CELL)
    ground = points.xyz[points.classification == GROUND]
    at = np.floor((ground[:, :2] - np.array(box[:2])) / RELIEF_CELL).astype(np.int64)
    cell = at[:, 1] * per + at[:, 0]
    mm = np.rint(ground[:, 2] * 1000)
    total = np.bincount(cell, weights=mm, minlength=per * per).reshape(per, per) / 1000
    count = np.bincount(cell, minlength=per * per).reshape(per, per)

    wet = points.xyz[points.classification == WATER]
    if not len(wet) or not len(waters):
        return total, count, np.empty((0, 3), dtype=np.int64)
    clipped = shapely.clip_by_rect(shapely.buffer(waters, 0), *box)
    point, row = shapely.STRtree(clipped).query(shapely.points(wet[:, :2]), predicate="within")
    found = np.column_stack((row, np.rint(wet[point, 2] * 1000).astype(np.int64)))
    values, number = np.unique(found, axis=0, return_counts=True)
    return total, count, np.column_stack((values, number))


def _levels(seen: Ints, waters: Polygons, touching: Ints, store: PointStore, relief: Relief | None) -> Survey:
    size = len(waters)
    own, points = _medians(seen[:, 0], seen, size)
    has = points >= MIN_POINTS
    own[~has] = np.nan
    one, other = touching[:, 0], touching[:, 1]
    with np.errstate(invalid="ignore"):
        joined = np.abs(own[one] - own[other]) < ONE_LEVEL
    body = components(one[joined], other[joined], size)[1]
    by_body, _ = _medians(body[seen[:, 0]], seen, size)
    level = np.where(has, by_body[body], np.nan)
    source = np.where(has, HeightSource.WATER, HeightSource.NONE).astype(object)

    while True:  # a step further from the waters with points each time
        a, b = np.concatenate((one, other)), np.concatenate((other, one))
        news = np.isnan(level[a]) & np.isfinite(level[b])
        if not news.any():
            break
        lowest = np.full(size, np.nan)
        np.fmin.at(lowest, a[news], level[b[news]])
        told = np.isfinite(lowest)
        level[told], source[told] = lowest[told], HeightSource.WATER_BESIDE

    left = np.isnan(level)
    inside = left[one] & left[other]
    body = components(one[inside], other[inside], size)[1]
    rows = np.flatnonzero(left)
    lowest = np.full(size, np.nan)
    np.fmin.at(lowest, body[rows], np.array([lowest_bank(w, store, relief) for w in waters[rows]]))
    level[rows] = lowest[body[rows]]
    known: Bools = np.isfinite(level)
    source[left & known] = HeightSource.BANK
    return Survey(relief, np.round(level, 3).astype(np.float64), source)


def lowest_bank(water: Any, store: PointStore, relief: Relief | None) -> float:
    """Lowest ground along the border of a water [m, NAP]; NaN where there is none."""
    if relief is None:
        return float("nan")
    x0, y0, x1, y1 = shapely.bounds(water).tolist()
    border = shapely.get_coordinates(shapely.segmentize(water, BANK_STEP))
    if (x1 - x0) * (y1 - y0) > LARGE:
        return float(relief.sample(border).min())
    points = store.read(grown((x0, y0, x1, y1)))
    ground = points.xyz[points.classification == GROUND]
    return float(Terrain.from_points(ground, (x0, y0, x1, y1), relief=relief).sample(border).min())


def terrain_heights(
    xy: Floats, store: PointStore | None, relief: Relief | None, executor: Executor
) -> Floats:
    """Height of the terrain at a few places ``(N, 2)`` anywhere [m, NAP], as tiles find it there.

    NaN where there are no points.
    """
    result = np.full(len(xy), np.nan)
    if store is None or relief is None or not len(xy):
        return result
    _, block = np.unique(np.floor(xy / BLOCK), axis=0, return_inverse=True)
    order = np.argsort(block.reshape(-1), kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(block.reshape(-1)[order])) + 1)
    tasks = executor.map(_heights, repeat(store.folder), [xy[g] for g in groups], repeat(relief))
    for rows, z in zip(groups, tasks, strict=True):
        result[rows] = z
    return result


def _heights(folder: Path, xy: Floats, relief: Relief) -> Floats:
    """Height of the terrain at places ``(N, 2)`` of one block."""
    box: Bbox = (*xy.min(axis=0).tolist(), *xy.max(axis=0).tolist())
    points = PointStore.open(folder).read(grown(box))
    ground = points.xyz[points.classification == GROUND]
    return Terrain.from_points(ground, box, relief=relief.around(grown(box))).sample(xy)


def _medians(rows: Ints, seen: Ints, size: int) -> tuple[Floats, Ints]:
    """Median height [m] per row of values in millimetres that occur several times, and how many there are."""
    order = np.lexsort((seen[:, 1], rows))
    row, mm, number = rows[order], seen[order, 1], seen[order, 2]
    count = np.bincount(row, weights=number, minlength=size).astype(np.int64)
    before = np.cumsum(count) - count
    upto = np.cumsum(number)
    median = np.full(size, np.nan)
    has = count > 0
    low, high = (
        mm[np.searchsorted(upto, before[has] + place, side="right")] / 1000
        for place in ((count[has] - 1) // 2, count[has] // 2)
    )
    median[has] = (low + high) / 2
    return median, count
