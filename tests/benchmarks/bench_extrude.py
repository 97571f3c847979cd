"""Extruded solids per second; run by hand: ``python -m tests.benchmarks.bench_extrude``.

Median of five runs on one core: prisms of an L-shaped footprint for LoD 1.2; for LoD 2.2 the roofs that the
reconstruction finds in a simulated town, and L-shaped gables with a dormer, cut by the lines an arrangement
would give. Cells and surfaces per solid are printed. Chunks of 200 parts, but the town is one of 400.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from tests.benchmarks.bench_planes import _town
from tests.geometry.partitions import partition_of
from twin.geometry.columns import Footprints, Partition
from twin.geometry.extrude import extrude
from twin.geometry.prism import extrude_flat
from twin.geometry.validity import check
from twin.reconstruction import LODS, reconstruct

CHUNK = 200
RUNS = 5
TOWN = 400


def house(rng: np.random.Generator) -> tuple[list[list[list[tuple[int, int]]]], list[list[float]], list[int]]:
    """Cells, planes and labels of an L-shaped house: two gables that meet, and a dormer with a flat roof."""
    w, d, a = (int(v) for v in rng.integers((8_000, 9_000, 4_000), (12_000, 14_000, 6_000)))
    m, q = w // 2, d // 2
    x, y = (0, m, w, w + a), (0, q - 1_200, q, q + 1_200, d)
    eaves, pitch = rng.uniform(3, 6), rng.uniform(0.5, 1.1)
    west, east = [pitch, 0.0, eaves], [-pitch, 0.0, eaves + pitch * w / 1000]
    lean, dormer = [0.0, 0.3 * pitch, eaves * 0.6], [0.0, 0.0, eaves + 0.7 * pitch * m / 1000]
    cells, planes, labels = [], [], []
    for i in range(3):
        for j in range(4):
            if i == 2 and j >= 2:
                continue
            label = 3 if (i == 0 and j in (1, 2)) else (0, 1, 2)[i]
            cells.append([[(x[i], y[j]), (x[i + 1], y[j]), (x[i + 1], y[j + 1]), (x[i], y[j + 1])]])
            planes.append((west, east, lean, dormer)[label])
            labels.append(label)
    return cells, planes, labels


def houses(count: int, seed: int = 0) -> Partition:
    """Partition of ``count`` houses."""
    rng = np.random.default_rng(seed)
    parts, planes, labels = [], [], []
    for number in range(count):
        cells, plane, label = house(rng)
        parts.append(cells)
        planes += plane
        labels += [4 * number + k for k in label]
    return partition_of(parts, planes, labels)


def footprints(count: int) -> Footprints:
    """L-shaped footprints of six vertices."""
    shape = np.array([[0, 0], [10, 0], [10, 6], [6, 6], [6, 12], [0, 12]], dtype=np.float64)
    xy = (shape + 20.0 * np.arange(count)[:, None, None] * [1, 0]).reshape(-1, 2)
    return Footprints(xy=xy, ring_offsets=6 * np.arange(count + 1), part_offsets=np.arange(count + 1))


def found_in_a_town(count: int) -> Partition:
    """Partition of LoD 2.2 that the reconstruction makes of ``count`` simulated roofs at 15 points/m2."""
    stage = sys.modules["twin.reconstruction.solids"]
    met: list[Partition] = []

    def spy(partition: Partition, straight: float) -> object:
        met.append(partition)
        return extrude(partition, straight)

    stage.__dict__["extrude"] = spy
    try:
        reconstruct(*_town(count, 15.0), chunk=count)
    finally:
        stage.__dict__["extrude"] = extrude
    return met[LODS.index("2.2")]


def median_seconds(work: Callable[[], object]) -> float:
    """Median CPU time of the runs, after one to warm up."""
    work()
    seconds = []
    for _ in range(RUNS):
        begin = time.process_time()
        work()
        seconds.append(time.process_time() - begin)
    return float(np.median(seconds))


def main() -> None:
    """Print the table."""
    town = found_in_a_town(TOWN)
    surfaces = len(extrude(town).shells.semantics) / TOWN
    print(f"LoD 2.2 of a town: {len(town.face_part) / TOWN:.1f} cells and {surfaces:.1f} surfaces per solid")
    print(f"  extrude       {TOWN / median_seconds(lambda: extrude(town)):10,.0f} solids/s")
    chunks = [houses(CHUNK, seed) for seed in range(10)]
    solids = CHUNK * len(chunks)
    built = [extrude(chunk) for chunk in chunks]
    cells = sum(len(c.face_part) for c in chunks) / solids
    surfaces = sum(len(b.shells.semantics) for b in built) / solids
    print(f"LoD 2.2: {cells:.1f} cells and {surfaces:.1f} surfaces per solid")
    seconds = median_seconds(lambda: [extrude(chunk) for chunk in chunks])
    print(f"  extrude       {solids / seconds:10,.0f} solids/s")
    seconds = median_seconds(lambda: [check(b.shells) for b in built])
    print(f"  check         {solids / seconds:10,.0f} solids/s")
    seconds = median_seconds(lambda: [check(b.shells, intersections=False) for b in built])
    print(f"  check, no 306 {solids / seconds:10,.0f} solids/s")
    flat, low, high = footprints(20 * CHUNK), np.zeros(20 * CHUNK), np.full(20 * CHUNK, 9.0)
    seconds = median_seconds(lambda: extrude_flat(flat, low, high))
    print(f"LoD 1.2: six walls\n  extrude_flat  {20 * CHUNK / seconds:10,.0f} solids/s")


if __name__ == "__main__":
    main()
