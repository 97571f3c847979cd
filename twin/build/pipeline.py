"""The build: read, join, cut into tiles, build each tile, then what spans tiles."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import BrokenExecutor, Executor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import structlog

from twin.build.city import City, assemble
from twin.build.digest import digest_of, recall, remember
from twin.build.progress import Progress
from twin.build.provenance import Provenance
from twin.build.registers import Registers, read_registers
from twin.build.report import write_report
from twin.build.tile import TileJob, TileResult, build_tile
from twin.build.tilesets import ThemeSummary, write_tilesets
from twin.cityjson import Header
from twin.errors import TwinError
from twin.ground import THEMES
from twin.ledger import Ledger
from twin.settings import Settings
from twin.store import Layout, Manifest
from twin.store.manifest import versions

log = structlog.get_logger()

QUALITY_MEDIANS = (
    "afstand_mediaan_lod12",
    "afstand_mediaan_lod13",
    "afstand_mediaan_lod22",
    "rmse_lod12",
    "rmse_lod13",
    "rmse_lod22",
    "aandeel_binnen_20cm",
    "puntdichtheid",
    "aantal_dakvlakken",
)


@dataclass(slots=True)
class BuildSummary:
    """What a build says when it is done.

    Attributes
    ----------
    out : Path
    counts : dict
        Objects per collection.
    lods : dict
        Panden per LoD reached.
    reasons : dict
        Panden below LoD 2.2 per reason.
    quality : dict
        Medians over the panden.
    joins : list of dict
    tiles, built : int
        Tiles in all, and those that had to be built anew.
    seconds : float
    """

    out: Path
    counts: dict[str, int] = field(default_factory=dict)
    lods: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    quality: dict[str, Any] = field(default_factory=dict)
    joins: list[dict[str, Any]] = field(default_factory=list)
    rejected: int = 0
    tiles: int = 0
    built: int = 0
    seconds: float = 0.0


def build(settings: Settings, out: Path, executor: Executor, progress: Progress) -> BuildSummary:
    """Build the twin that ``settings`` describe into the folder ``out``.

    Tiles whose inputs, parameters and code have not changed since an earlier build are kept.

    Raises
    ------
    TwinError, SourceError
        When a source or the folder can't be used; what was finished stays usable by the next build.
    """
    began = time.monotonic()
    layout = Layout(out)
    registers = read_registers(settings, layout.work, progress)
    city = assemble(registers, settings.build.tile)
    bbox = settings.twin.bbox or _bounds(city)
    jobs = _jobs(settings, registers, city, bbox, layout)
    results, built = _build_tiles(jobs, layout, executor, progress)
    _forget_old_tiles(layout, city)

    themes = write_tilesets(layout, city.tiles, settings, bbox, registers.provenance, progress)
    ledger = Ledger()
    for part in (registers.ledger, city.ledger, *(r.ledger for r in results)):
        ledger.merge(part)
    quality = pd.concat([r.quality for r in results], ignore_index=True) if results else pd.DataFrame()
    summary = _summary(out, results, quality, city, ledger)
    manifest = _manifest(settings, bbox, registers, themes, summary, ledger)
    write_report(layout, manifest, quality, ledger.reject_lines())
    manifest.write(layout)
    summary.tiles, summary.built, summary.seconds = len(jobs), built, time.monotonic() - began
    log.info("build done", out=str(out), tiles=len(jobs), built=built, seconds=round(summary.seconds, 1))
    return summary


def _jobs(
    settings: Settings,
    registers: Registers,
    city: City,
    bbox: tuple[float, float, float, float],
    layout: Layout,
) -> list[TileJob]:
    header = _header(settings, registers.provenance, bbox)
    by_tile: dict[str, dict[str, Any]] = {tile: {} for tile in city.tiles}
    for name, frame in city.collections.items():
        for tile, members in frame.groupby("tile", sort=True):
            by_tile[str(tile)][name] = members.drop(columns="tile").reset_index(drop=True)
    points = registers.points.folder if registers.points is not None else None
    return [
        TileJob(tile, frames, points, layout.root, header(tile), settings.build.chunk)
        for tile, frames in by_tile.items()
    ]


def _header(settings: Settings, sources: Iterable[Provenance], bbox: tuple[float, float, float, float]):  # type: ignore[no-untyped-def]
    dates = [s.date for s in sources if s.date]
    # One origin for the whole twin: its tiles can be merged without moving a vertex.
    translate = np.array([np.floor(bbox[0]), np.floor(bbox[1]), 0.0])

    def of(tile: str) -> Header:
        return Header(
            title=f"{settings.twin.name}, tegel {tile}",
            identifier=tile,
            reference_date=max(dates) if dates else None,
            sources=tuple(s.for_cityjson() for s in sources),
            translate=translate,
        )

    return of


def _build_tiles(
    jobs: list[TileJob], layout: Layout, executor: Executor, progress: Progress
) -> tuple[list[TileResult], int]:
    """Results of all tiles, by name, and how many were built anew."""
    progress.stage("Tegels bouwen", len(jobs))
    digests = {job.name: digest_of(job) for job in jobs}
    results: dict[str, TileResult] = {}
    waiting = {}
    for job in jobs:
        kept = recall(layout, job.name, digests[job.name])
        if kept is not None:
            results[job.name] = kept
            progress.advance()
        else:
            waiting[executor.submit(build_tile, job)] = job.name
    for future in as_completed(waiting):
        try:
            result = future.result()
        except BrokenExecutor as error:
            raise TwinError(
                f"tile {waiting[future]}: a worker process died, most likely for want of memory. What is "
                "finished is kept; run the same command again with fewer --workers, or with a smaller tile"
            ) from error
        remember(layout, result, digests[result.name])
        results[result.name] = result
        progress.doing(result.name)
        progress.advance()
    return [results[name] for name in sorted(results)], len(waiting)


def _forget_old_tiles(layout: Layout, city: City) -> None:
    """Remove files of tiles and collections that an earlier build of other settings left."""
    tiles = set(city.tiles)
    for path in layout.sequences():
        if path.name.removesuffix(".city.jsonl") not in tiles:
            path.unlink()
    for collection in layout.collections():
        frame = city.collections.get(collection)
        present = set() if frame is None else set(frame["tile"])
        for path in layout.tables(collection):
            if path.stem not in present:
                path.unlink()
        if frame is None:
            (layout.root / "objects" / collection).rmdir()


def _bounds(city: City) -> tuple[float, float, float, float]:
    frames = [f for n, f in city.collections.items() if n in ("pand", "wegdeel") and len(f)]
    boxes = np.array([f.total_bounds for f in frames or list(city.collections.values())])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return (*low.round(3).tolist(), *high.round(3).tolist())


def _summary(
    out: Path, results: list[TileResult], quality: pd.DataFrame, city: City, ledger: Ledger
) -> BuildSummary:
    counts: dict[str, int] = {}
    for result in results:
        for name, n in result.counts.items():
            counts[name] = counts.get(name, 0) + n
    lods = quality["lod"].value_counts().sort_index().to_dict() if len(quality) else {}
    lower = quality[quality["lod"] != "2.2"] if len(quality) else quality
    reasons = lower["lod_reden"].value_counts().to_dict() if len(lower) else {}
    return BuildSummary(
        out,
        counts,
        {str(k): int(v) for k, v in lods.items()},
        {str(k): int(v) for k, v in reasons.items()},
        _medians(quality),
        [j.as_json() for j in city.joins],
        len(ledger.reject_lines()),
    )


def _medians(quality: pd.DataFrame) -> dict[str, Any]:
    known = {name: quality[name].dropna() for name in QUALITY_MEDIANS if name in quality}
    return {name: round(float(values.median()), 4) for name, values in known.items() if len(values)}


def _manifest(
    settings: Settings,
    bbox: tuple[float, float, float, float],
    registers: Registers,
    themes: dict[str, ThemeSummary],
    summary: BuildSummary,
    ledger: Ledger,
) -> Manifest:
    return Manifest(
        name=settings.twin.name,
        municipality=settings.twin.municipality,
        bbox=bbox,
        built=datetime.now(UTC).isoformat(timespec="seconds"),
        parameters=settings.build.model_dump(),
        sources=[p.as_json() for p in registers.provenance],
        themes=[
            {
                "id": theme.id,
                "title": {"nl": theme.nl, "en": theme.en},
                "tileset": f"/3dtiles/{theme.id}/tileset.json",
                "collections": themes[theme.id].collections,
                "count": themes[theme.id].features,
            }
            for theme in THEMES
            if theme.id in themes
        ],
        counts=summary.counts,
        lods=summary.lods,
        quality=summary.quality,
        joins=summary.joins,
        ledger=ledger.as_json(),
        versions=versions(),
    )
