"""``twin export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.console import Json, Quiet, print_json


def export(
    out: Annotated[Path, typer.Argument(help="Folder of a built twin.", metavar="OUT")],
    to: Annotated[Path, typer.Option("--to", help="CityJSON file to write.", dir_okay=False)],
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Write the whole city as one CityJSON 2.0 file, merged from its tiles."""
    from twin.cityjson import merge_sequences
    from twin.store import Layout, read_manifest

    layout = Layout(out)
    read_manifest(layout)
    count = merge_sequences(layout.sequences(), to)
    if json:
        print_json({"file": str(to), "city_objects": count})
    elif not quiet:
        typer.echo(f"Wrote {count} CityObjects to {to}")
