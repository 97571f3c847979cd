"""The build: read, join, cut into tiles, build each tile, then what spans tiles."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
import structlog

from twin.build.city import City, assemble
from twin.build.cloud import Bbox, CloudPart
from twin.build.datasets import declared
from twin.build.digest import digest_of
from twin.build.heights import account_heights, heights_of
from twin.build.layers import TileGround
from twin.build.level0 import level0
from twin.build.looks import looks_of
from twin.build.outsize import ordinary, outsize
from twin.build.presumed import Surroundings
from twin.build.progress import Progress
from twin.build.provenance import Provenance
from twin.build.registers import Registers, read_registers
from twin.build.report import write_report
from twin.build.running import run_tiles
from twin.build.summary import BuildSummary, manifest_of, summarise
from twin.build.tile import TileJob
from twin.build.tilesets import write_tilesets
from twin.build.trees import add_trees
from twin.catalogue import CATALOGUE, Catalogue
from twin.cityjson import Header
from twin.errors import StoreError, TwinError
from twin.ground import COLLECTIONS
from twin.ledger import Ledger
from twin.reconstruction.presumed import REACH
from twin.settings import Settings
from twin.store import Layout, Manifest, read_manifest
from twin.store.atomic import write_bytes
from twin.store.checksums import write_checksums
from twin.store.claim import claimed

log = structlog.get_logger()


def build(settings: Settings, out: Path, executor: Executor, progress: Progress) -> BuildSummary:
    """Build the twin that ``settings`` describe into the folder ``out``.

    Tiles whose inputs, parameters and code have not changed since an earlier build are kept; where nothing
    changed at all, no file is touched.

    Raises
    ------
    TwinError, SourceError, TilesError
        When a source or the folder can't be used; what was finished stays usable by the next build.
    """
    layout = Layout(out)
    _open(layout)
    with claimed(layout):
        return _build(settings, layout, executor, progress)


def _build(settings: Settings, layout: Layout, executor: Executor, progress: Progress) -> BuildSummary:
    began = time.monotonic()
    looks = looks_of(settings.theme)
    registers = read_registers(settings, layout.work, progress)
    city = assemble(registers, settings.build.tile, settings.dataset)
    if not city.tiles:
        raise TwinError(_nothing(settings, registers))
    bbox = settings.twin.bbox or _bounds(city)
    add_trees(city, registers.points, bbox, settings.build.tile, executor, progress)
    ground = level0(city, registers, executor, progress)
    catalogue = CATALOGUE.extended(declared(settings))
    jobs = _jobs(settings, registers, city, bbox, layout, ground, catalogue)
    digests = {job.name: digest_of(job) for job in jobs}
    results, built = run_tiles(jobs, digests, layout, executor, progress)
    _forget_old_tiles(layout, city)

    themes = write_tilesets(layout, digests, settings, bbox, registers.provenance, catalogue, progress)
    ledger, heights = Ledger(), heights_of(layout)
    told = account_heights(heights) if registers.points is not None else Ledger()
    for part in (registers.ledger, city.ledger, *(r.ledger for r in results), told):
        ledger.merge(part)
    quality = pd.concat([r.timed_quality() for r in results], ignore_index=True)
    summary = summarise(layout.root, results, quality, city.joins, ledger)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = manifest_of(settings, bbox, now, registers.provenance, themes, summary, ledger, looks)
    manifest = _as_before(replace(manifest, checksums=write_checksums(layout)), layout)
    write_report(layout, manifest, quality, ledger.reject_lines(), heights)
    manifest.write(layout)
    summary.tiles, summary.built, summary.seconds = len(jobs), built, time.monotonic() - began
    log.info(
        "build done", out=str(layout.root), tiles=len(jobs), built=built, seconds=round(summary.seconds, 1)
    )
    return summary


def _open(layout: Layout) -> None:
    """Find out now, and not after hours of reading, whether the folder can be written.

    Raises
    ------
    StoreError
        When it can't, or when there is something else in it.
    """
    if layout.root.is_dir() and not layout.manifest.exists() and not layout.work.exists():
        strange = sorted(p.name for p in layout.root.iterdir() if not p.name.startswith("."))
        if strange:
            raise StoreError(
                f"{layout.root}: holds files but no twin, such as {strange[0]}. Choose an empty or new "
                "folder with --out"
            )
    write_bytes(layout.work / "CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55\n")


def _nothing(settings: Settings, registers: Registers) -> str:
    read = sum(count.objects_in for count in registers.ledger.counts)
    area = settings.twin.bbox and "bbox " + ", ".join(f"{v:g}" for v in settings.twin.bbox)
    reasons = registers.ledger.reject_lines()["reason"].value_counts()
    rejected = "; ".join(f"{n} rejected: {reason}" for reason, n in reasons.items())
    return (
        f"{settings.twin.name}: no object of any register lies in {area or 'the sources'}, of {read} records "
        f"read{f' ({rejected})' if rejected else ''}. Check that bbox in twin.toml is min x, min y, max x, "
        "max y in RD metres, and that the files are those of this area and of the right register"
    )


def _jobs(
    settings: Settings,
    registers: Registers,
    city: City,
    bbox: Bbox,
    layout: Layout,
    ground: Mapping[str, TileGround],
    catalogue: Catalogue,
) -> list[TileJob]:
    header = _header(settings, registers.provenance, bbox)
    by_tile: dict[str, dict[str, gpd.GeoDataFrame]] = {tile: {} for tile in city.tiles}
    for name, frame in city.collections.items():
        for tile, members in frame.groupby("tile", sort=True):
            by_tile[str(tile)][name] = members.drop(columns="tile").reset_index(drop=True)
    withheld = frozenset(s.kind for s in registers.provenance if not s.public)
    return [
        TileJob(
            tile,
            frames,
            _cloud(list(ordinary(_lifted(frames))), registers),
            layout.root,
            header(tile),
            settings.build.chunk,
            withheld,
            ground.get(tile),
            catalogue,
            _surroundings(tile, frames.get("pand"), city, registers, ground),
            _cloud([f[large] for n, f in frames.items() if (large := outsize(n, f)).any()], registers),
        )
        for tile, frames in by_tile.items()
    ]


def _surroundings(
    tile: str,
    panden: gpd.GeoDataFrame | None,
    city: City,
    registers: Registers,
    ground: Mapping[str, TileGround],
) -> Surroundings:
    """Panden of other tiles within reach of the box of those of a tile."""
    if registers.points is None or panden is None:
        return Surroundings()
    every = city.collections["pand"]
    near = np.sort(every.sindex.query(shapely.box(*(panden.total_bounds + np.array((-1, -1, 1, 1)) * REACH))))
    columns = [c for c in ("identificatie", "pand_status", "relatieve_hoogteligging", "tile") if c in every]
    others = every.iloc[near][[*columns, every.geometry.name]]
    others = others.assign(row=every.groupby("tile").cumcount().iloc[near])
    others = others[others["tile"] != tile].reset_index(drop=True)
    if not len(others):
        return Surroundings()
    grounds = {
        name: ground[name].only("pand", own["row"].to_numpy())
        for name, own in others.groupby("tile")
        if name in ground
    }
    others["row"] = others.groupby("tile").cumcount()
    bounds: Bbox = (*others.total_bounds.tolist(),)
    cloud = CloudPart.around(bounds, registers.points, registers.clouds, registers.checksums, registers.area)
    return Surroundings(others, cloud, grounds)


def _lifted(frames: Mapping[str, gpd.GeoDataFrame]) -> dict[str, gpd.GeoDataFrame]:
    """Those of collections that get a shape."""
    return {n: f for n, f in frames.items() if n in COLLECTIONS or n == "pand"}


def _cloud(frames: Sequence[gpd.GeoDataFrame], registers: Registers) -> CloudPart:
    boxes = np.array([f.total_bounds for f in frames])
    if registers.points is None or not len(boxes):
        return CloudPart()
    bounds: Bbox = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    return CloudPart.around(bounds, registers.points, registers.clouds, registers.checksums, registers.area)


def _header(settings: Settings, sources: Sequence[Provenance], bbox: Bbox) -> Callable[[str], Header]:
    dates = [s.date for s in sources if s.date]
    # One origin for the whole twin: its tiles can be merged without moving a vertex. In whole kilometres, so
    # that a pand more at the edge does not change all tiles.
    translate = np.array([np.floor(bbox[0] / 1000), np.floor(bbox[1] / 1000), 0.0]) * 1000

    def of(tile: str) -> Header:
        return Header(
            title=f"{settings.twin.name}, tegel {tile}",
            identifier=tile,
            reference_date=max(dates) if dates else None,
            sources=tuple(s.for_cityjson() for s in sources if s.public),
            translate=translate,
        )

    return of


def _forget_old_tiles(layout: Layout, city: City) -> None:
    """Remove files of tiles and collections that an earlier build of other settings left."""
    tiles = set(city.tiles)
    for path in layout.sequences():
        if path.name.removesuffix(".city.jsonl") not in tiles:
            path.unlink()
    for path in [*layout.work.glob("tiles/*.json"), *layout.work.glob("meshes/*/*")]:
        if path.stem not in tiles:
            path.unlink()
    for collection in layout.collections():
        frame = city.collections.get(collection)
        present = set() if frame is None else set(frame["tile"])
        for path in [*layout.tables(collection), *layout.restricted_tables(collection)]:
            if path.stem not in present:
                path.unlink()
        if not present:
            (layout.root / "objects" / collection).rmdir()


def _bounds(city: City) -> Bbox:
    frames = [f for n, f in city.collections.items() if n in ("pand", "wegdeel") and len(f)]
    boxes = np.array([f.total_bounds for f in frames or city.collections.values() if len(f)])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return (*low.round(3).tolist(), *high.round(3).tolist())


def _as_before(manifest: Manifest, layout: Layout) -> Manifest:
    """The manifest with the date of the one on disk, if that is all that differs."""
    try:
        old = read_manifest(layout)
    except StoreError:
        return manifest
    same = replace(manifest, built=old.built)
    return same if orjson.dumps(same) == orjson.dumps(old) else manifest
