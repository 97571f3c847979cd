"""Tiles through an executor: those that changed, and a word for whatever goes wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed, wait

import structlog

from ingest.errors import SourceError
from twin.build.digest import recall, remember
from twin.build.progress import Progress
from twin.build.tile import TileJob, TileResult, build_tile
from twin.errors import TwinError
from twin.store import Layout

log = structlog.get_logger()

_KEPT = "What is finished is kept: run the same command again to go on from there"


def run_tiles(
    jobs: list[TileJob], digests: Mapping[str, str], layout: Layout, executor: Executor, progress: Progress
) -> tuple[list[TileResult], int]:
    """Results of all tiles, by name, and how many were built anew.

    Raises
    ------
    TwinError, SourceError
        When a tile can't be built; the others are, unless the cause is one that they share.
    """
    progress.stage("Building tiles", len(jobs))
    results: dict[str, TileResult] = {}
    running: dict[Future[TileResult], str] = {}
    for job in jobs:
        if (kept := recall(layout, job.name, digests[job.name])) is not None:
            results[job.name] = kept
            progress.advance()
        else:
            running[executor.submit(build_tile, job)] = job.name
    failed: dict[str, Exception] = {}
    try:
        for future in as_completed(running):
            try:
                result = future.result()
            except (TwinError, SourceError, BrokenExecutor):
                raise  # a full disk, a lost worker: nothing that another tile would not meet
            except Exception as error:
                failed[running[future]] = error
                log.warning("tile failed", tile=running[future], error=repr(error))
            else:
                remember(layout, result, digests[result.name])
                results[result.name] = result
                progress.doing(result.name)
            progress.advance()
    except BrokenExecutor as error:
        raise TwinError(
            f"A worker process died, most likely for want of memory. {_KEPT}, with fewer --workers, "
            "or with a smaller build.tile in twin.toml"
        ) from error
    finally:
        _wind_up(running, results, digests, layout)
    if failed:
        tile = min(failed)
        raise TwinError(
            f"{len(failed)} of {len(jobs)} tiles could not be built, the first {tile}: {failed[tile]!r}. "
            f"This is a fault in the program: please report it. {_KEPT}"
        ) from failed[tile]
    return [results[name] for name in sorted(results)], len(running)


def _wind_up(
    running: Mapping[Future[TileResult], str],
    results: Mapping[str, TileResult],
    digests: Mapping[str, str],
    layout: Layout,
) -> None:
    """After an error or a Ctrl-C: start nothing more, and keep what was in hand."""
    left = [future for future, tile in running.items() if tile not in results and not future.cancel()]
    for future in wait(left).done:
        if not future.cancelled() and future.exception() is None:
            remember(layout, future.result(), digests[running[future]])
