"""Bytes and seconds of 3D Tiles per 1 000 buildings.

Run ``python tests/benchmarks/bench_tiles.py [cells per side]``. The buildings are synthetic: gabled
houses of 16 triangles (LoD 2.2) over boxes of 12 (LoD 1.2), 1 000 to a cell of 500 m.
"""

from __future__ import annotations

import gzip
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.tiles.town import SCHEMA, houses
from tiles import RdNap, check_tileset, meshopt, write_tileset


def main() -> None:
    """Print a table."""
    side = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    start = time.perf_counter()
    rdnap = RdNap((84_000, 446_000, 84_000 + 500 * side, 446_000 + 500 * side))
    print(f"RdNap for {side * 0.5:g} km: {time.perf_counter() - start:.2f} s")
    points = np.random.default_rng(0).uniform([84_000, 446_000, 0], [90_000, 452_000, 50], (1_000_000, 3))
    start = time.perf_counter()
    rdnap.to_ecef(points)
    print(f"RdNap.to_ecef: {time.perf_counter() - start:.2f} s per million points")
    for compress in (False, True) if meshopt.available() else (False,):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "pand"
            cells = (
                houses(1_000, (84_000.0 + 500 * i, 446_000.0 + 500 * j), seed=1_000 * i + j)
                for i in range(side)
                for j in range(side)
            )
            start = time.perf_counter()
            summary = write_tileset(
                out,
                cells,
                title="Benchmark",
                theme="pand",
                property_schema=SCHEMA,
                compress=compress,
                rdnap=rdnap,
            )
            wrote = time.perf_counter() - start
            start = time.perf_counter()
            findings = check_tileset(out)
            checked = time.perf_counter() - start
            zipped = sum(len(gzip.compress(path.read_bytes(), 6)) for path in (out / "500").glob("*.glb"))
            thousands = summary.features / 1_000
            print(
                f"{'meshopt  ' if compress else 'quantized'} {summary.features} buildings, "
                f"{summary.triangles} triangles, {summary.leaves} leaves of {summary.tiles} tiles, "
                f"{len(findings)} findings; per 1 000 buildings: "
                f"leaves {summary.bytes / thousands / 1e3:.0f} KB ({zipped / thousands / 1e3:.0f} gz), "
                f"upper {summary.upper_bytes / thousands / 1e3:.0f} KB, "
                f"write {wrote / thousands:.3f} s, check {checked / thousands:.3f} s"
            )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
