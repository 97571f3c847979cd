"""``twin build``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.console import Json, Quiet, print_json, print_table, progress_bars

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from twin.build import BuildSummary
    from twin.settings import Settings

Workers = Annotated[
    int, typer.Option(min=1, envvar="TWIN_WORKERS", help="Processes that build tiles; default: one per core.")
]
CORES = os.cpu_count() or 1


def build(
    settings: Annotated[Path, typer.Argument(help="The area's twin.toml.", metavar="TWIN.TOML")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the twin.", file_okay=False)],
    workers: Workers = CORES,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Build the twin of an area, or rebuild what changed.

    Reads the registers that TWIN.TOML names, joins them, reconstructs LoD 1.2, 1.3 and 2.2 of every pand,
    lifts the BGT to its heights, and writes CityJSON, GeoParquet, 3D Tiles and a report to OUT.
    Tiles whose inputs have not changed since an earlier build are kept, also after an interruption.
    """
    from twin.settings import load

    summary = run(load(settings), out, workers, quiet=quiet or json)
    report(summary, quiet=quiet, json=json)


def run(settings: Settings, out: Path, workers: int, *, quiet: bool) -> BuildSummary:
    """Build with a pool of processes and progress bars."""
    from twin.build import build as build_twin

    with progress_bars(not quiet) as progress, executor(workers) as pool:
        return build_twin(settings, out, pool, progress)


def executor(workers: int) -> Executor:
    """The local process pool; spawned, so that no library's threads are forked."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_leave_interrupts)


def _leave_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; only the first decides what to do with it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def report(summary: BuildSummary, *, quiet: bool, json: bool) -> None:
    """Say what was built."""
    if json:
        print_json(summary.as_json())
        return
    if quiet:
        return
    print_table("Objects", ("collection", "count"), list(summary.counts.items()))
    print_table("\nPanden per level of detail", ("LoD", "panden"), list(summary.lods.items()))
    if summary.reasons:
        from twin.reconstruction.reasons import in_english

        reasons = [(in_english(reason), n) for reason, n in summary.reasons.items()]
        print_table("\nPanden below LoD 2.2", ("reason", "panden"), list(reasons))
    if summary.quality:
        print_table("\nQuality, median over the panden", ("figure", "median", "unit"), _figures(summary))
    if any(figures["points"] for figures in summary.fit.values()):
        heads, fits = _fits(summary)
        print_table("\nVertical distance of all roof points to the roofs [m]", heads, fits)
    if summary.joins:
        heads = ("join", "counted", "matched", "of", "share")
        print_table("\nJoins", heads, [_join(j) for j in summary.joins])
    typer.echo(
        f"\nBuilt {summary.built} of {summary.tiles} tiles in {summary.seconds:.1f} s; "
        f"{summary.rejected} records rejected, see {summary.out}/report/index.html"
    )


def _join(report: dict[str, Any]) -> tuple[object, ...]:
    left, right = report["name"].split(" <- ")
    counted = {
        "records": f"{right} records",
        "links": f"links of {right}",
        "objects": f"{left} with a {right}",
    }
    share = f"{100 * report['rate']:.1f}%"
    return report["name"], counted[report["counted"]], report["matched"], report["total"], share


def _figures(summary: BuildSummary) -> list[tuple[object, ...]]:
    from twin.catalogue import CATALOGUE

    known = [(CATALOGUE[name], value) for name, value in summary.quality.items()]
    return [(attribute.en.label, value, attribute.unit or "") for attribute, value in known]


def _fits(summary: BuildSummary) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    columns = {
        "points": "points",
        "median": "median",
        "rmse": "RMSE",
        "within_10cm": "within 10 cm",
        "within_20cm": "within 20 cm",
        "within_50cm": "within 50 cm",
    }
    rows = [(lod, *(figures.get(c, "") for c in columns)) for lod, figures in summary.fit.items()]
    return ("LoD", *columns.values()), list(rows)
