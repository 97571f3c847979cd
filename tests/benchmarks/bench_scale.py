"""A hundred thousand buildings, tile after tile; ``python -m tests.benchmarks.bench_scale [BUILDINGS]``.

Processor time per building of every tenth of them, on one thread, and the peak of the memory: both must stay
the same, however many there are. The tiles are one simulated neighbourhood of 500 buildings, moved.
"""

from __future__ import annotations

import os

# Before numpy: the figures are per core.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import resource
import sys
from time import process_time

import numpy as np
import shapely

from tests.benchmarks.bench_planes import _town
from twin.reconstruction import reconstruct

TILE = 500  # buildings
STEP = 1000.0  # m from tile to tile


def main(buildings: int = 100_000) -> None:
    """Print a line per tenth."""
    polygons, xyz, classes = _town(TILE, 15.0)
    tiles = max(buildings // TILE, 10)
    spent, reached = [], 0
    for number in range(tiles):
        move = np.array([number % 200 * STEP, number // 200 * STEP])
        moved = shapely.transform(polygons, lambda xy, by=move: xy + by)
        points = xyz + np.append(move, 0.0)
        begin = process_time()
        model = reconstruct(moved, points, classes)
        spent.append(process_time() - begin)
        reached += int((model.quality["lod"] == "2.2").sum())
        if (number + 1) * 10 // tiles > number * 10 // tiles:
            last = np.median(spent[-max(tiles // 10, 1) :]) / TILE * 1000
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{(number + 1) * TILE:8d} buildings  {last:6.3f} ms/pand  peak {peak:6.0f} MB", flush=True)
    print(f"LoD 2.2: {reached} of {tiles * TILE}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
