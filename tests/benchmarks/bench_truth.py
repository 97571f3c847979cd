"""How true the roofs are, against published solids under simulated clouds; by hand, with the real data.

``python -m tests.benchmarks.bench_truth [DATA]`` prints per density: the share of the roofs' area within
0.1 m of the truth (places without a model count as wrong), the share within 0.5 m, the median over the
buildings, faces per building beside those of the truth, panden per LoD, and milliseconds of CPU time per
building from points to solids with their quality. Which parameters were
chosen with them in view is told in docs/developers/comparison.md.
"""

from __future__ import annotations

import os

# Before numpy: the figures are per core.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
from pathlib import Path
from time import process_time

import numpy as np

from tests.conftest import REPOSITORY
from tests.reconstruction.published import Published, read_published, simulate, spots
from twin.geometry.columns import Semantic
from twin.reconstruction import reconstruct
from twin.reconstruction.quality import roof_distances

DENSITIES = (4.0, 8.0, 15.0, 25.0)
RUNS = 3


def main(data: Path) -> None:
    """Print the table."""
    roofs = read_published(data)
    faces = np.bincount(roofs.building, minlength=len(roofs.footprint)).mean()
    print(f"{len(roofs.footprint)} published buildings, {faces:.2f} roof faces each; simulated clouds")
    print("points/m2  <0.1 m  <0.5 m  median building <0.1 m  faces  of truth  LoD 2.2  ms/building")
    for density in DENSITIES:
        print(f"{density:9g}  " + "  ".join(measure(roofs, density, faces)))


def measure(roofs: Published, density: float, faces: float) -> list[str]:
    """The figures of one density, in words."""
    xyz, classes = simulate(roofs, density)
    seconds = []
    for _ in range(RUNS):
        begin = process_time()
        model = reconstruct(roofs.footprint, xyz, classes)
        seconds.append(process_time() - begin)
    truth, building = spots(roofs)
    away = np.full(len(truth), np.inf)
    solids = model.solids["2.2"]
    point, distance = roof_distances(solids, model.part_pand, truth, building)
    np.minimum.at(away, point, np.abs(distance))
    near = np.bincount(building, weights=away < 0.1) / np.maximum(np.bincount(building), 1)
    shown = np.count_nonzero(solids.semantics == Semantic.ROOF) / len(roofs.footprint)
    reached = (model.quality["lod"] == "2.2").mean()
    return [
        f"{np.mean(away < 0.1):6.4f}",
        f"{np.mean(away < 0.5):6.4f}",
        f"{np.median(near):22.4f}",
        f"{shown:5.2f}",
        f"{shown / faces:8.2f}",
        f"{reached:7.3f}",
        f"{np.median(seconds) / len(roofs.footprint) * 1000:11.2f}",
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY.parent / "shared" / "data")
