"""``twin export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.console import Json, Quiet, print_json


def export(
    out: Annotated[Path, typer.Argument(help="Folder of a built twin.", metavar="OUT")],
    to: Annotated[
        Path,
        typer.Option("--to", help="File to write: CityJSON, or glTF if it ends in .glb.", dir_okay=False),
    ],
    ids: Annotated[
        list[str] | None,
        typer.Option("--id", help="Object to write: its identificatie or CityObject id; may be given again."),
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Write the city, or some of its objects, to one file: CityJSON 2.0, or glTF for drawing programs."""
    from twin.cityjson import merge_sequences
    from twin.cityjson.merge import write_selection
    from twin.store import Layout, read_manifest

    layout = Layout(out)
    read_manifest(layout)
    if ids or to.suffix.lower() == ".glb":
        count = write_selection(layout.sequences(), to, ids)
    else:
        count = merge_sequences(layout.sequences(), to)
    if json:
        print_json({"file": str(to), "city_objects": count})
    elif not quiet:
        typer.echo(f"Wrote {count} CityObjects to {to}")
