"""Time from points to solids in memory, per stage; ``python -m tests.benchmarks.bench_reconstruct``.

Milliseconds of processor time per building on one thread, the median of five runs: simulated roofs at 15
points/m2 with a garden around each, as many buildings and points as are asked for, and the sample
municipality. With ``TWIN_TEST_DATA`` set, or real data beside the repository, also the panden of Delft. The
last line is the whole of :func:`twin.reconstruction.reconstruct`, the quality figures of the panden included.
"""

from __future__ import annotations

import os

# Before numpy: the figures are per core.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from tests.benchmarks.bench_planes import _town
from tests.benchmarks.end_to_end import read_clouds
from tests.benchmarks.towns import sample
from tests.conftest import REPOSITORY
from tests.reconstruction.delft import read_delft
from twin.reconstruction import reconstruct

RUNS = 5
SAMPLE = 500  # panden
MODULES = [sys.modules[f"twin.reconstruction.{name}"] for name in ("reconstruct", "chunk", "solids")]
STAGES = {
    "footprints_from": "footprints",
    "ground_heights": "ground",
    "assign": "points of parts",
    "frames": "frames",
    "atlas": "pixels",
    "roof_points": "points in pixels",
    "segment_planes": "planes",
    "coverage": "coverage",
    "partition_roofs": "lines, faces, labels",
    "extrude": "extrusion",
    "check": "validity",
    "describe": "quality figures",
}


def main(buildings: int = 400, density: float = 15.0) -> None:
    """Print the tables."""
    measure(f"{buildings} simulated buildings, {density:g} points/m2", *_town(buildings, density))
    with tempfile.TemporaryDirectory() as folder:
        town = sample(SAMPLE, Path(folder))
        measure("sample municipality, 15 points/m2", town.outline, *read_clouds(town.clouds))
    real_data = Path(os.environ.get("TWIN_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    if real_data.is_dir():
        delft = read_delft(real_data)
        measure("Delft, AHN3", delft.panden, delft.xyz, delft.classification)


def measure(name: str, polygons: Any, xyz: Any, classes: Any) -> None:
    """Print the table of one area; the cloud lies in memory as the point store gives it."""
    xyz = np.asfortranarray(xyz)
    points = reconstruct(polygons, xyz, classes).quality["aantal_punten"].mean()
    runs = []
    for _ in range(RUNS):
        spent: dict[str, float] = dict.fromkeys(STAGES.values(), 0.0)
        with timed(spent):
            begin = process_time()
            reconstruct(polygons, xyz, classes)
            spent["all"] = process_time() - begin
        runs.append(spent)
    print(f"{name}: {len(polygons)} panden, {points:.0f} roof points each")
    for stage in runs[0]:
        print(f"  {stage:22s}{np.median([r[stage] for r in runs]) / len(polygons) * 1000:8.3f} ms/pand")


@contextmanager
def timed(spent: dict[str, float]) -> Iterator[None]:
    """Count the processor time of each stage, as the reconstruction calls it."""
    kept = {(m, name): getattr(m, name) for m in MODULES for name in STAGES if hasattr(m, name)}

    def counting(work: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            begin = process_time()
            try:
                return work(*args, **kwargs)
            finally:
                spent[stage] += process_time() - begin

        return run

    for (module, name), work in kept.items():
        setattr(module, name, counting(work, STAGES[name]))
    try:
        yield
    finally:
        for (module, name), work in kept.items():
            setattr(module, name, work)


if __name__ == "__main__":
    main(*(kind(text) for kind, text in zip((int, float), sys.argv[1:], strict=False)))
