"""Files in, file out, in a process of its own whose time can be measured; run by ``bench_peer``.

``python -m tests.benchmarks.end_to_end FOOTPRINTS.gpkg OUT.city.jsonl CLOUD.laz ...`` reads, reconstructs LoD
1.2, 1.3 and 2.2 and writes CityJSON; it prints seconds of CPU time of the imports, of the work, and of the
part of the work that reads the cloud, as JSON. In place of clouds it takes the folder of a point store, which
is what a build makes of them once, and what every later build reads.
"""

from __future__ import annotations

import os

# Before numpy: one thread.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import json
import sys
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio.raw
import shapely

from ingest.ahn import PointStore
from ingest.ahn.laz import NOISE, open_laz
from twin.cityjson import CityObjects, Geometry, Header, write_sequence
from twin.cityjson.sequence import json_attributes
from twin.reconstruction import Reconstruction, reconstruct

IMPORTED = process_time()
MARGIN = 30.0  # m around the outlines in which the ground is looked for
CHUNK = 100_000  # points decompressed together: few enough that their memory is used again


def main(footprints: Path, out: Path, clouds: list[Path]) -> None:
    """Do the work, and print how long it took."""
    _, _, shapes, (ids,) = pyogrio.raw.read(footprints, columns=["identificatie"])
    outline = shapely.from_wkb(shapes)
    begin = process_time()
    xyz, classes = read_store(clouds[0], outline) if clouds[0].is_dir() else read_clouds(clouds)
    reading = process_time() - begin
    model = reconstruct(outline, xyz, classes)
    write(out, ids.tolist(), outline, model)
    print(json.dumps({"imports": IMPORTED, "work": process_time() - IMPORTED, "reading": reading}))


def read_clouds(paths: list[Path]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    """Points of all files: ``xyz (N, 3)`` [m] in Fortran order, and classes ``(N,)``, noise if withheld."""
    with ExitStack() as stack:
        files = [stack.enter_context(open_laz(path)) for path in paths]
        points = sum(file.count for file in files)
        xyz, classes = np.empty((points, 3), order="F"), np.empty(points, np.uint8)
        chunks = chain.from_iterable(file.chunks(CHUNK) for file in files)
        end = 0
        for chunk in chunks:
            at = slice(end, end := end + len(chunk.xyz))
            np.divide(chunk.xyz, 1000, out=xyz[at])
            classes[at] = np.where(chunk.withheld, NOISE[0], chunk.classification)
    return xyz, classes


def read_store(
    folder: Path, outline: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    """Points around all outlines, as a build reads them for a tile: the same, without noise."""
    minx, miny, maxx, maxy = shapely.total_bounds(outline).tolist()
    points = PointStore.open(folder).read((minx - MARGIN, miny - MARGIN, maxx + MARGIN, maxy + MARGIN))
    return points.xyz, points.classification


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
