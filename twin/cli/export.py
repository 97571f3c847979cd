"""``twin export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cityjson import merge_sequences
from twin.store import Layout, read_manifest


def export(
    out: Annotated[Path, typer.Argument(help="Folder of a built twin.", metavar="OUT")],
    to: Annotated[Path, typer.Option("--to", help="File to write.", dir_okay=False)],
) -> None:
    """Write the whole city as one CityJSON 2.0 file, merged from its tiles."""
    layout = Layout(out)
    read_manifest(layout)
    count = merge_sequences(layout.sequences(), to)
    typer.echo(f"{count} objecten in {to}")
