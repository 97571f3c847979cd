"""``twin check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.console import Json, Quiet, print_json, print_table, progress_bars

SHOWN = 20  # findings on a screen


def check(
    out: Annotated[Path, typer.Argument(help="Folder of a built twin.", metavar="OUT")],
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Check a built twin: geometry, CityJSON, 3D Tiles, tables and counts.

    Every solid is tested by ISO 19107 (closed, 2-manifold, planar, oriented outward), every CityJSON file
    by the rules of CityJSON 2.0, every tile for containment and ids, CityJSON and tables against each
    other, and all counts against the manifest. Exits with 0 when everything passes, with 1 when not.
    """
    from twin.check import check_twin

    with progress_bars(not (quiet or json)) as progress:
        verdict = check_twin(out, progress)
    if json:
        print_json(verdict.as_json())
    elif not quiet:
        rows = [(c.name, c.checked, c.failed, "fail" if c.failed else "pass") for c in verdict.checks]
        print_table("Checks", ("check", "tested", "failed", "verdict"), list(rows))
        for finding in verdict.findings[:SHOWN]:
            typer.echo(f"  {finding.where}: {finding.message}")
        if len(verdict.findings) > SHOWN:
            typer.echo(f"  ... and {len(verdict.findings) - SHOWN} more; all of them with --json")
    raise typer.Exit(0 if verdict.passed else 1)
