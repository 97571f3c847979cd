"""``twin demo``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.cli.build import CORES, Workers, report, run
from twin.cli.console import Json, Quiet, progress_bars
from twin.cli.serve import Host, Port
from twin.cli.serve import run as run_server

if TYPE_CHECKING:
    from ingest.sample import SampleTown

DEFAULT_OUT = Path("demo")
FEWEST, MOST = 50, 100_000


def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the sample.", file_okay=False)
    ] = DEFAULT_OUT,
    buildings: Annotated[
        int, typer.Option(min=FEWEST, max=MOST, help="About how many panden the sample has.")
    ] = 400,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives another town.")] = 1,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it when it is built.")] = True,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = CORES,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Generate the sample municipality, build it and serve it.

    The sample is an invented Dutch town; its registers are written in the providers' own formats to
    OUT/bron and built like any other area to OUT/twin.
    """
    from twin.settings import load

    with progress_bars(not (quiet or json)) as progress:
        progress.stage("Generating the sample", 1)
        _, settings = write_sample(out / "bron", buildings, seed)
        progress.advance()
    report(run(load(settings), out / "twin", workers, quiet=quiet or json), quiet=quiet, json=json)
    if serve:
        run_server(out / "twin", host, port, quiet=quiet or json)


def write_sample(folder: Path, buildings: int, seed: int) -> tuple[SampleTown, Path]:
    """Write the registers of a sample municipality, and the ``twin.toml`` that names them."""
    from ingest import sample
    from twin.cli.init import write_settings
    from twin.settings import SourceKind

    town = sample.generate(folder, buildings=buildings, seed=seed)
    files = {
        SourceKind.BGT: (town.bgt,),
        SourceKind.BAG: (town.bag,),
        SourceKind.AHN: town.ahn,
        SourceKind.CBS: (town.cbs,),
        SourceKind.WOZ: (town.woz,),
        SourceKind.ENERGIELABEL: (town.energielabel,),
    }
    return town, write_settings(
        folder / "twin.toml", town.name, f"GM{town.code}", town.bbox, files, dates=town.dates
    )
