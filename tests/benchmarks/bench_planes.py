"""Time of each stage from points to roof planes, on simulated roofs with a garden around each.

Run by hand: ``python -m tests.benchmarks.bench_planes [buildings] [points per m2]``.
Prints milliseconds of processor time per building, the median of five runs, on one thread.
"""

from __future__ import annotations

import os

# Before numpy: the figures are per core.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.reconstruction.roofs import ROOFS, sample
from twin.geometry.footprints import footprints_from
from twin.reconstruction.assign import assign
from twin.reconstruction.atlas import atlas, coverage, roof_points
from twin.reconstruction.frame import frames
from twin.reconstruction.ground import ground_heights
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.segments import segment_planes

RUNS = 5


def main(buildings: int = 200, density: float = 15.0) -> None:
    """Print the table."""
    polygons, xyz, classes = _town(buildings, density)
    runs = [_stages(polygons, xyz, classes) for _ in range(RUNS)]
    per_building = np.median([list(r.values()) for r in runs], axis=0) / buildings * 1000
    roof = int(np.count_nonzero(classes == 6))
    print(f"{buildings} simulated buildings, {density:g} points/m2, {roof / buildings:.0f} roof points each")
    for name, value in zip(runs[0], per_building, strict=True):
        print(f"{name:<12}{value:8.3f} ms/building")
    print(f"{'total':<12}{per_building.sum():8.3f} ms/building")


def _stages(
    polygons: npt.NDArray[Any], xyz: npt.NDArray[np.float64], classes: npt.NDArray[np.uint8]
) -> dict[str, float]:
    params = PlaneParameters()
    times: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = process_time()
        result = work()
        times[name] = process_time() - start
        return result

    footprints, _ = timed("footprints", lambda: footprints_from(polygons))
    frame = timed("frames", lambda: frames(footprints))
    index, part = timed("assign", lambda: assign(footprints, xyz, classes, params))
    timed("ground", lambda: ground_heights(footprints, xyz, classes, params))
    pixels = timed("atlas", lambda: atlas(footprints, frame, params))
    points = timed("points", lambda: roof_points(frame, pixels, xyz, index, part))
    timed("coverage", lambda: coverage(pixels, points))
    timed("planes", lambda: segment_planes(pixels, points, params))
    return times


def _town(
    buildings: int, density: float
) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    columns = int(np.ceil(np.sqrt(buildings)))
    polygons, clouds = [], []
    rng = np.random.default_rng(0)
    for k in range(buildings):
        shift = (84000.0 + 32 * (k % columns), 447000.0 + 32 * (k // columns))
        polygon, xyz, _ = sample(ROOFS[k % len(ROOFS)](), density, 0.03, k, rng.uniform(0, 0.5), shift)
        polygons.append(polygon)
        clouds.append(xyz)
    low, high = np.array([83990.0, 446990.0]), np.array([84000.0, 447000.0]) + 32 * columns
    garden = rng.uniform(low, high, (int(density / 2 * np.prod(high - low)), 2))
    ground = np.column_stack((garden, rng.normal(0, 0.02, len(garden))))
    roof = np.concatenate(clouds)
    classes = np.repeat(np.array([6, 2], np.uint8), [len(roof), len(ground)])
    xyz = np.concatenate((roof, ground))
    # By cell of 100 m and in it by y and x, one coordinate after the other: as the store delivers them.
    order = np.lexsort((xyz[:, 0], xyz[:, 1], xyz[:, 0] // 100, xyz[:, 1] // 100))
    return np.array(polygons, object), np.asfortranarray(xyz[order]), classes[order]


if __name__ == "__main__":
    main(*(kind(text) for kind, text in zip((int, float), sys.argv[1:], strict=False)))
