"""A dense town, files in and twin out: CPU time and peak memory, of everything and of the ground.

``python -m tests.benchmarks.bench_ground [PANDEN ...]`` generates sample municipalities (simulated) and
builds each in a process of its own, on one core. 2 500 panden are 1.5 square kilometres with some 15 million
points. The ground is the partition, the survey, the trees and the lifting of all BGT objects; reading the
registers, the panden, the tilesets and the report are not. One run of each: it takes long enough.
"""

from __future__ import annotations

import os

# Before numpy: one thread.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["RAYON_NUM_THREADS"] = "1"

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from time import process_time
from typing import Any
from unittest.mock import patch

from twin.build import Silence, build, pipeline, tile
from twin.cli.demo import write_sample
from twin.settings import load

PANDEN = (600, 1200, 2500)


def main(panden: list[int]) -> None:
    """Print a line per town."""
    print(f"{'panden':>7} {'BGT':>6} {'points':>11} {'CPU s':>7} {'ground s':>9} {'peak MB':>8} {'s/km2':>7}")
    for number in panden:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            town, settings = write_sample(root / "bron", buildings=number, seed=1)
            command = [sys.executable, "-m", __spec__.name, "--measure", str(settings), str(root / "twin")]
            figures = json.loads(
                subprocess.run(command, check=True, capture_output=True).stdout.splitlines()[-1]
            )
            x0, y0, x1, y1 = town.bbox
            bgt = sum(n for name, n in town.counts.items() if name.startswith("bgt/") and "label" not in name)
            points = sum(n for name, n in town.counts.items() if name.startswith("ahn/"))
            per_area = figures["cpu"] / ((x1 - x0) * (y1 - y0) / 1e6)
            print(
                f"{number:7} {bgt:6} {points:11,} {figures['cpu']:7.1f} {figures['ground']:9.1f} "
                f"{figures['peak']:8.0f} {per_area:7.1f}"
            )


def measure(settings: Path, out: Path) -> None:
    """Build in this process and print what it took, as JSON."""
    spent = {"ground": 0.0}
    with (
        timed(spent, pipeline, "add_trees"),
        timed(spent, pipeline, "level0"),
        timed(spent, tile, "raise_ground"),
        timed(spent, tile.surfaces, "build"),
    ):
        began = process_time()
        build(load(settings), out, Here(), Silence())
        cpu = process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "ground": spent["ground"], "peak": peak}))


@contextmanager
def timed(spent: dict[str, float], module: Any, name: str) -> Iterator[None]:
    """Add the CPU time of a function to ``spent["ground"]``."""
    function: Callable[..., Any] = getattr(module, name)

    def measured(*args: Any, **options: Any) -> Any:
        began = process_time()
        try:
            return function(*args, **options)
        finally:
            spent["ground"] += process_time() - began

    with patch.object(module, name, measured):
        yield


class Here(Executor):
    """Runs everything at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Do it now."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **options))
        except BaseException as error:
            future.set_exception(error)
        return future


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main([int(n) for n in sys.argv[1:]] or list(PANDEN))
