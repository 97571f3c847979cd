"""AHN as delivered: LAZ sheets, of which one says which coordinate system it is in and the other does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import laspy
import numpy as np
import pyproj

from ingest.sample.plan import Floats
from ingest.sample.points import Hits

FLOWN = dt.date(2023, 2, 14)
SHEET = (5_000.0, 6_250.0)
"""Size of an AHN sheet [m]; the town lies across a sheet line."""


def write_ahn(folder: Path, chunks: Iterable[Hits]) -> tuple[tuple[Path, ...], dict[int, int]]:
    """Write sheets into ``folder``; their paths, and the number of points per class."""
    folder.mkdir(parents=True, exist_ok=True)
    writers: dict[tuple[int, int], laspy.LasWriter] = {}
    paths: dict[tuple[int, int], Path] = {}
    counts = np.zeros(256, dtype=np.int64)
    pulse = 0
    try:
        for hits in chunks:
            counts += np.bincount(hits.label, minlength=256)
            column, row = (np.floor(hits.xyz[:, k] / SHEET[k]).astype(np.int64) for k in (0, 1))
            for sheet in (
                sorted(set(zip(column.tolist(), row.tolist(), strict=True))) if hits.label.size else ()
            ):
                inside = (column == sheet[0]) & (row == sheet[1])
                if sheet not in writers:
                    name = f"ahn_{sheet[0] * int(SHEET[0]):06d}_{sheet[1] * int(SHEET[1]):06d}.laz"
                    paths[sheet] = folder / name
                    writers[sheet] = laspy.open(paths[sheet], "w", header=_header(sheet), do_compress=True)
                writers[sheet].write_points(_record(writers[sheet].header, hits, inside, pulse))
            pulse += hits.label.size
    finally:
        for writer in writers.values():
            writer.close()
    return tuple(paths[s] for s in sorted(paths)), {int(k): int(counts[k]) for k in np.flatnonzero(counts)}


def _header(sheet: tuple[int, int]) -> laspy.LasHeader:
    """West of the line LAS 1.2 without coordinate system, east of it LAS 1.4 with one: both occur."""
    modern = sheet[0] % 2 == 0
    header = laspy.LasHeader(version="1.4" if modern else "1.2", point_format=6 if modern else 1)
    header.scales, header.offsets = np.full(3, 0.001), np.zeros(3)
    header.generating_software, header.system_identifier = "sample municipality", "invented"
    header.creation_date = FLOWN
    if modern:
        header.add_crs(pyproj.CRS.from_epsg(7415))
    return header


def _record(header: laspy.LasHeader, hits: Hits, inside: Floats, pulse: int) -> laspy.ScaleAwarePointRecord:
    xyz = hits.xyz[inside]
    record = laspy.ScaleAwarePointRecord.zeros(len(xyz), header=header)
    record.x, record.y, record.z = xyz.T
    record.classification = hits.label[inside]
    record.point_source_id = hits.source[inside]
    record.return_number = np.ones(len(xyz), dtype=np.uint8)
    record.number_of_returns = np.ones(len(xyz), dtype=np.uint8)
    record.intensity = (300 + 40 * hits.label[inside].astype(np.uint16)).astype(np.uint16)
    record.gps_time = 2.4e5 + (pulse + np.flatnonzero(inside)) * 1e-5
    return record
