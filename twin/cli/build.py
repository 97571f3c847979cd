"""``twin build``."""

from __future__ import annotations

import os
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer

from twin.build import BuildSummary
from twin.build import build as build_twin
from twin.cli.console import Json, Quiet, print_json, print_table, progress_bars
from twin.settings import Settings, load


def build(
    settings: Annotated[Path, typer.Argument(help="The area's twin.toml.", metavar="TWIN.TOML")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the twin.", file_okay=False)],
    workers: Annotated[
        int,
        typer.Option(min=1, envvar="TWIN_WORKERS", help="Processes; default: one per core."),
    ] = os.cpu_count() or 1,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Build the twin of an area, or rebuild what changed.

    Reads the registers that TWIN.TOML names, joins them, reconstructs LoD 1.2, 1.3 and 2.2 of every pand,
    lifts the BGT to its heights, and writes CityJSON, GeoParquet, 3D Tiles and a report to OUT.
    Tiles whose inputs have not changed since an earlier build are kept.
    """
    summary = run(load(settings), out, workers, quiet=quiet or json)
    report(summary, quiet=quiet, json=json)


def run(settings: Settings, out: Path, workers: int, *, quiet: bool) -> BuildSummary:
    """Build with a pool of processes and progress bars."""
    with progress_bars(not quiet) as progress, executor(workers) as pool:
        return build_twin(settings, out, pool, progress)


def executor(workers: int) -> Executor:
    """The local process pool; spawned, so that no library's threads are forked."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def report(summary: BuildSummary, *, quiet: bool, json: bool) -> None:
    """Say what was built."""
    if json:
        print_json({**asdict(summary), "out": str(summary.out)})
        return
    if quiet:
        return
    print_table("Objecten", ("collectie", "aantal"), list(summary.counts.items()))
    print_table("\nPanden per LoD", ("LoD", "panden"), list(summary.lods.items()))
    if summary.reasons:
        print_table("\nOnder LoD 2.2", ("reden", "panden"), list(summary.reasons.items()))
    if summary.quality:
        print_table("\nKwaliteit, mediaan over de panden", ("maat", "waarde"), list(summary.quality.items()))
    if summary.joins:
        rows = [(j["name"], j["right_matched"], j["right"], f"{100 * j['rate']:.1f}%") for j in summary.joins]
        print_table("\nKoppelingen", ("koppeling", "gekoppeld", "records", "aandeel"), list(rows))
    typer.echo(
        f"\n{summary.built} van {summary.tiles} tegels gebouwd in {summary.seconds:.1f} s; "
        f"{summary.rejected} records afgewezen, zie {summary.out}/report/index.html"
    )
