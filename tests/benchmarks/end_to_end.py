"""Files in, file out, in a process of its own whose time can be measured; run by ``bench_peer``.

``python -m tests.benchmarks.end_to_end FOOTPRINTS.gpkg OUT.city.jsonl CLOUD.laz ...`` reads, reconstructs LoD
1.2, 1.3 and 2.2 and writes CityJSON; it prints seconds of CPU time of the imports, of the work, and of the
part of the work that reads the cloud, as JSON.
"""

from __future__ import annotations

import os

# Before numpy: one thread.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio.raw
import shapely

from ingest.ahn.laz import NOISE, open_laz
from twin.cityjson import CityObjects, Geometry, Header, write_sequence
from twin.cityjson.sequence import json_attributes
from twin.reconstruction import Reconstruction, reconstruct

IMPORTED = process_time()
CHUNK = 1_000_000  # points decompressed together


def main(footprints: Path, out: Path, clouds: list[Path]) -> None:
    """Do the work, and print how long it took."""
    _, _, shapes, (ids,) = pyogrio.raw.read(footprints, columns=["identificatie"])
    outline = shapely.from_wkb(shapes)
    begin = process_time()
    xyz, classes = read_clouds(clouds)
    reading = process_time() - begin
    model = reconstruct(outline, xyz, classes)
    write(out, ids.tolist(), outline, model)
    print(json.dumps({"imports": IMPORTED, "work": process_time() - IMPORTED, "reading": reading}))


def read_clouds(paths: Iterable[Path]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    """Points of all files but noise: ``xyz (N, 3)`` [m] in Fortran order, and classes ``(N,)``."""
    millimetres, classes = [], []
    for path in paths:
        with open_laz(path) as file:
            for chunk in file.chunks(CHUNK):
                used = np.flatnonzero(~(chunk.withheld | np.isin(chunk.classification, NOISE)))
                millimetres.append(chunk.xyz[used])
                classes.append(chunk.classification[used])
    whole = np.concatenate(millimetres)
    return np.divide(whole, 1000, out=np.empty(whole.shape, order="F")), np.concatenate(classes)


def write(path: Path, ids: list[str], outline: npt.NDArray[Any], model: Reconstruction) -> None:
    """Write a Building per pand with its figures, and a BuildingPart with its solids per part."""
    panden, pand = len(ids), model.part_pand
    number = np.arange(len(pand)) - np.searchsorted(pand, pand)
    attributes = json_attributes(model.quality.assign(identificatie=ids))
    objects = CityObjects(
        ids + [f"{ids[p]}-{n}" for p, n in zip(pand.tolist(), number.tolist(), strict=True)],
        ["Building"] * panden + ["BuildingPart"] * len(pand),
        np.concatenate((np.full(panden, -1), pand)).astype(np.int64),
        attributes + [{} for _ in pand],
    )
    rows = panden + np.arange(len(pand))
    geometries = [Geometry("Solid", lod, solids, rows) for lod, solids in model.solids.items()]
    corner = np.append(np.floor(shapely.total_bounds(outline)[:2]), 0.0)
    write_sequence(path, Header("Benchmark", "benchmark", None, (), corner), objects, geometries)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [Path(path) for path in sys.argv[3:]])
