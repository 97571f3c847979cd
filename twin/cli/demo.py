"""``twin demo``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from twin.cli.build import report, run
from twin.cli.console import Json, Quiet
from twin.cli.init import write_settings
from twin.cli.serve import Host, Port
from twin.cli.serve import run as run_server
from twin.settings import SourceKind, load


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the sample.", file_okay=False)] = Path(
        "demo"
    ),
    buildings: Annotated[int, typer.Option(min=50, help="About how many panden the sample has.")] = 400,
    seed: Annotated[int, typer.Option(help="Another seed gives another town.")] = 1,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it when it is built.")] = True,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, envvar="TWIN_WORKERS", help="Processes.")] = os.cpu_count()
    or 1,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Generate the sample municipality, build it and serve it.

    The sample is an invented Dutch town; its registers are written in the providers' own formats to
    OUT/bron and built like any other area to OUT/twin.
    """
    from ingest import sample

    town = sample.generate(out / "bron", buildings=buildings, seed=seed)
    path = write_settings(
        out / "bron" / "twin.toml",
        town.name,
        town.code,
        town.bbox,
        {
            SourceKind.BGT: (town.bgt,),
            SourceKind.BAG: (town.bag,),
            SourceKind.AHN: town.ahn,
            SourceKind.CBS: (town.cbs,),
            SourceKind.WOZ: (town.woz,),
            SourceKind.ENERGIELABEL: (town.energielabel,),
        },
    )
    report(run(load(path), out / "twin", workers, quiet=quiet or json), quiet=quiet, json=json)
    if serve:
        run_server(out / "twin", host, port)
