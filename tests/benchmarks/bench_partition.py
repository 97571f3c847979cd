"""Time from segments to partitions, per stage; run by hand: ``python -m tests.benchmarks.bench_partition``.

Median of five runs, CPU time of one core, over a chunk of synthetic roofs (true planes as segments, 15
points/m2) of all the kinds that the tests know, 6 to 20 m wide. With the environment variable
``TWIN_TEST_DATA`` set, or real data beside the repository, also over the panden of Delft with the planes
that the pipeline finds there; that run prints the distance of the points to the roof as well.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from tests.conftest import REPOSITORY
from tests.reconstruction import roofs
from tests.reconstruction.delft import read_delft
from tests.reconstruction.roofs import Roof
from tests.reconstruction.scenes import Scene, courtyard, penthouse, scene, slanted, stepped, tower
from twin.geometry.footprints import footprints_from
from twin.reconstruction.arrangement import arrange
from twin.reconstruction.assign import assign
from twin.reconstruction.atlas import atlas, roof_points
from twin.reconstruction.blocks import block_faces, part_heights, pixel_heights
from twin.reconstruction.face_raster import burn_faces
from twin.reconstruction.frame import frames
from twin.reconstruction.ground import ground_heights
from twin.reconstruction.labels import label_faces
from twin.reconstruction.lines import find_lines
from twin.reconstruction.parameters import PlaneParameters
from twin.reconstruction.partition import partition_lod12, partition_lod13, partition_lod22
from twin.reconstruction.partition_parameters import PartitionParameters
from twin.reconstruction.segments import segment_planes

RUNS = 5
COPIES = 10


def main() -> None:
    """Print milliseconds per part of every stage."""
    kinds = [*roofs.ROOFS, penthouse, courtyard, tower, stepped, slanted]
    measure("synthetic", scene([kind() for kind in kinds] * COPIES))
    real_data = Path(os.environ.get("TWIN_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    if real_data.is_dir():
        given = delft(real_data)
        measure("Delft", given)
        report_distances(given)


def measure(name: str, given: Scene) -> None:
    """Times of the stages, each run on the others' output."""
    params = PartitionParameters()
    fp, fr, at, points, segments, ground = (
        given.footprints,
        given.frames,
        given.atlas,
        given.points,
        given.segments,
        given.ground,
    )
    every = np.ones(len(fp), bool)
    spent: dict[str, float] = {}

    def timed(stage: str, run: Callable[[], Any]) -> Any:
        times = []
        for _ in range(RUNS):
            begin = time.process_time()
            result = run()
            times.append(time.process_time() - begin)
        spent[stage] = float(np.median(times)) / len(fp) * 1000
        return result

    lines = timed("lines", lambda: find_lines(fp, fr, at, points, segments, params))
    cells = timed("arrangement", lambda: arrange(fp, fr, lines, params))
    pixels = timed("pixel heights", lambda: pixel_heights(at, points))
    raster = timed("points to faces", lambda: burn_faces(cells, fr, at, points, pixels.pixel, params.cell))
    labels = timed("labels", lambda: label_faces(cells, fr, raster, points, segments, ground, params))
    height = timed("LoD 1.2 heights", lambda: part_heights(pixels, len(fp), params))
    timed("LoD 1.2", lambda: partition_lod12(fp, fr, height, ground, every))
    blocks = timed("blocks", lambda: block_faces(cells, fr, labels, raster, pixels, ground, params))
    timed("LoD 1.3", lambda: partition_lod13(cells, fr, *blocks, ground, every))
    timed("LoD 2.2", lambda: partition_lod22(cells, fr, labels, ground, segments, every))
    print(f"{name}: {len(fp)} parts, {len(points.part)} points, {len(lines)} lines, {len(cells.area)} cells")
    for stage, each in spent.items():
        print(f"  {stage:16s} {each:.4f} ms/part")
    print(f"  {'sum':16s} {sum(spent.values()):.4f} ms/part")


def report_distances(given: Scene) -> None:
    """Vertical distance of all roof points to the faces over which they lie."""
    params = PartitionParameters()
    lines = find_lines(given.footprints, given.frames, given.atlas, given.points, given.segments, params)
    cells = arrange(given.footprints, given.frames, lines, params)
    pixel = given.points.pixel[:0]
    raster = burn_faces(cells, given.frames, given.atlas, given.points, pixel, params.cell)
    labels = label_faces(cells, given.frames, raster, given.points, given.segments, given.ground, params)
    face, points = raster.of_points, given.points
    at = given.frames.to_world(points.xyz[:, :2], points.part) - given.frames.center[points.part]
    plane = labels.plane[face]
    away = np.abs((plane[:, :2] * at).sum(axis=1) + plane[:, 2] - points.xyz[:, 2])[face >= 0]
    print(
        f"  distance: median {np.median(away):.4f} m, within .1/.2/.5 m "
        f"{np.mean(away < 0.1):.4f}/{np.mean(away < 0.2):.4f}/{np.mean(away < 0.5):.4f}, "
        f"RMSE clipped at 3 m {np.sqrt(np.mean(np.minimum(away, 3) ** 2)):.3f} m"
    )


def delft(real_data: Path) -> Scene:
    """The panden of Delft with the planes that the pipeline finds."""
    data, params = read_delft(real_data), PlaneParameters()
    footprints, _ = footprints_from(data.panden)
    frame = frames(footprints)
    pixels = atlas(footprints, frame, params)
    index, part = assign(footprints, data.xyz, data.classification, params)
    points, segments = segment_planes(pixels, roof_points(frame, pixels, data.xyz, index, part), params)
    ground = ground_heights(footprints, data.xyz, data.classification, params).height
    unknown = Roof("real", shapely.Polygon(), np.zeros((0, 3)), lambda x, y: np.zeros(len(x), np.int64))
    parts = len(footprints)
    return Scene(
        [unknown] * parts, footprints, frame, pixels, points, segments, ground, [(0.0, (0.0, 0.0))] * parts
    )


if __name__ == "__main__":
    main()
