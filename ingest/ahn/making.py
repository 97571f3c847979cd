"""Makes a point store: complete or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from ingest.ahn import cells
from ingest.ahn.laz import NOISE, LazFile, open_laz
from ingest.ahn.points import BBox, FileSummary
from ingest.errors import SourceError

Progress = Callable[[int, int], None]

INDEX = "index.json"
CELLS = "cells"


def make(
    folder: Path,
    files: list[Path],
    fingerprint: dict[str, Any],
    bbox: BBox | None,
    cell: float,
    chunk_points: int,
    progress: Progress | None,
) -> None:
    """Write a store beside `folder` and move it there once it is complete.

    Raises
    ------
    SourceError
        A file can't be used, no point lies in the area, or the disk is full; `folder` is then as it was.
    """
    # Not mkdtemp: that makes folders for their owner only, and a store may have other readers.
    temporary = folder.with_name(f".{folder.name}-{uuid4().hex[:8]}")
    try:
        temporary.mkdir(parents=True)
        _write(temporary, files, fingerprint, bbox, cell, chunk_points, progress)
        _put_in_place(temporary, folder)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write(
    folder: Path,
    files: list[Path],
    fingerprint: dict[str, Any],
    bbox: BBox | None,
    cell: float,
    chunk_points: int,
    progress: Progress | None,
) -> None:
    target = folder / CELLS
    target.mkdir()
    # All are opened before any is read: a wrong one at the end shouldn't cost the hours before it.
    total = 0
    for path in files:
        with open_laz(path) as file:
            total += file.count
    done = 0
    summaries = []
    for source, path in enumerate(files):
        with open_laz(path) as file:
            tally = _Tally()
            apart = bbox is not None and not _overlap(file.bounds, bbox)
            for chunk in [] if apart else file.chunks(chunk_points):
                noise = np.isin(chunk.classification, NOISE) & ~chunk.withheld
                wanted = ~noise & ~chunk.withheld
                if bbox is not None:
                    wanted &= cells.inside(chunk.xyz[:, 0], chunk.xyz[:, 1], bbox)
                kept = cells.records(chunk.xyz[wanted], chunk.classification[wanted], source)
                cells.append(target, kept, round(cell * 1000))
                tally.add(kept, int(chunk.withheld.sum()), int(noise.sum()))
                done += len(wanted)
                if progress is not None:
                    progress(done, total)
            if apart:
                done += file.count
            summaries.append(tally.summary(file))
    if not any(summary.kept for summary in summaries):
        raise _no_points(files, summaries, bbox)
    counts, occupied = cells.sort_cells(target, round(cell * 1000))
    density = sum(counts.values()) / (occupied * 100.0)
    index = {
        "fingerprint": fingerprint,
        "density": density,
        "files": [asdict(summary) for summary in summaries],
        "cells": counts,
    }
    with (folder / INDEX).open("w", encoding="utf-8") as file_out:
        json.dump(index, file_out, indent=1)
        file_out.flush()
        os.fsync(file_out.fileno())


def _overlap(a: BBox, b: BBox) -> bool:
    return a[0] < b[2] and b[0] <= a[2] and a[1] < b[3] and b[1] <= a[3]


class _Tally:
    """Counts of one file while it streams by."""

    def __init__(self) -> None:
        self._classes = np.zeros(256, dtype=np.int64)
        self._low = np.full(3, np.iinfo(np.int32).max, dtype=np.int64)
        self._high = np.full(3, np.iinfo(np.int32).min, dtype=np.int64)
        self._withheld = self._noise = 0

    def add(self, kept: cells.Records, withheld: int, noise: int) -> None:
        self._withheld += withheld
        self._noise += noise
        if len(kept):
            self._classes += np.bincount(kept["classification"], minlength=256)
            axes = [kept["x"], kept["y"], kept["z"]]
            self._low = np.minimum(self._low, [values.min() for values in axes])
            self._high = np.maximum(self._high, [values.max() for values in axes])

    def summary(self, file: LazFile) -> FileSummary:
        kept = int(self._classes.sum())
        (minx, miny, minz), (maxx, maxy, maxz) = (self._low / 1000).tolist(), (self._high / 1000).tolist()
        return FileSummary(
            path=str(file.path),
            created=file.created,
            crs=file.crs,
            points=file.count,
            kept=kept,
            outside=file.count - kept - self._withheld - self._noise,
            withheld=self._withheld,
            noise=self._noise,
            classes={code: int(self._classes[code]) for code in np.flatnonzero(self._classes).tolist()},
            extent=(minx, miny, minz, maxx, maxy, maxz) if kept else None,
            notes=file.notes,
        )


def _put_in_place(temporary: Path, folder: Path) -> None:
    # A folder can't be renamed over one that holds files; the old store steps aside for that moment.
    aside = temporary.with_name(temporary.name + "-old")
    if folder.exists():
        folder.rename(aside)
    try:
        temporary.rename(folder)
    except OSError:
        if aside.exists():
            aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _no_points(files: list[Path], summaries: list[FileSummary], bbox: BBox | None) -> SourceError:
    read = sum(summary.points for summary in summaries)
    area = "" if bbox is None else " {:.0f}, {:.0f}, {:.0f}, {:.0f}".format(*bbox)
    return SourceError(
        ", ".join(map(str, files)),
        found=f"none of its {read} points can be used in the area{area}",
        expected="points that are no noise inside the area",
        remedy="Download the AHN sheets that cover the area, or correct the area.",
    )


def _cannot_write(folder: Path, error: OSError) -> SourceError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return SourceError(
        folder,
        found="the disk is full" if full else f"it can't be written ({error})",
        expected="room for 14 bytes per point" if full else "a folder that can be written",
        remedy="Free some space or give another folder, then build again: nothing half-written was left.",
    )
