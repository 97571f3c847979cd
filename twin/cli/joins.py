"""``twin joins``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.console import Json, Quiet, print_json, print_table, progress_bars

if TYPE_CHECKING:
    from twin.build.joins import Trial


def joins(
    settings: Annotated[Path, typer.Argument(help="The area's twin.toml.", metavar="TWIN.TOML")],
    minimum: Annotated[
        float,
        typer.Option(
            "--minimum", min=0, max=1, help="Exit with 1 if a smaller share of a data set's records fits."
        ),
    ] = 0.0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Show how the data sets of TWIN.TOML fit its objects; nothing is built or written.

    Of every data set: how many records found an object, which keys did not, which occur twice, and how
    many objects get a value. Point clouds are not read, so it takes seconds.
    """
    from twin.build.joins import try_joins
    from twin.settings import load

    with progress_bars(not (quiet or json)) as progress:
        trials = try_joins(load(settings), progress)
    if json:
        print_json({"datasets": [t.as_json() for t in trials]})
    elif not quiet:
        _tell(trials)
    if any(t.report.rate < minimum for t in trials):
        raise typer.Exit(1)


def _tell(trials: list[Trial]) -> None:
    if not trials:
        typer.echo("No data sets: TWIN.TOML has no [[dataset]].")
    for trial in trials:
        report = trial.report
        rows: list[tuple[object, ...]] = [
            ("records", report.right, ""),
            ("with an object", report.right_matched, f"{100 * report.rate:.1f}%"),
            (
                "without an object",
                report.right - report.right_matched,
                _examples(report.unmatched_right),
            ),
            ("with a key that others have too", report.duplicates, _examples(report.duplicate_keys)),
            *((f"rejected: {reason}", number, "") for reason, number in trial.rejected.items()),
            (f"objects of {trial.dataset.to}", report.left, ""),
            ("with a record", report.left_matched, ""),
            ("without a value: records differ", report.ambiguous, _examples(report.ambiguous_left)),
            ("hidden: too few records", report.hidden, ""),
            *((f"with a value for {name}", number, "") for name, number in trial.filled.items()),
        ]
        shown = [row for row in rows if row[1] or row[0] in ("records", "with an object")]
        print_table(f"{report.name}, by {trial.dataset.by}", ("what", "number", "of which"), shown)
        for note in trial.notes:
            typer.echo(f"  {note}")
        typer.echo("")


def _examples(keys: tuple[str, ...]) -> str:
    return f"such as {', '.join(keys)}" if keys else ""
