"""``twin``: build, check, look into and serve a municipality's 3D city."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import structlog
import typer

import twin
from ingest.errors import SourceError
from tiles.errors import TilesError
from twin.cli import build, check, demo, export, init, inspect, serve
from twin.cli.console import errors
from twin.errors import TwinError, exit_code

app = typer.Typer(
    name="twin",
    help="From the Dutch registers (BGT, BAG, AHN, CBS, WOZ) to a 3D city with data on every object.\n\n"
    "Exit codes: 0 good, 1 a problem with data or quality, 2 wrong use.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("build")(build.build)
app.command("check")(check.check)
app.command("serve")(serve.serve)
app.command("inspect")(inspect.inspect)
app.command("export")(export.export)


@app.callback()
def _common(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", envvar="TWIN_VERBOSE", help="Log every step on stderr.")
    ] = False,
) -> None:
    if version:
        typer.echo(twin.__version__)
        raise typer.Exit
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if verbose else logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main() -> None:
    """Run the command line; an error becomes a sentence and an exit code, never a traceback."""
    try:
        app()
    except (TwinError, SourceError, TilesError) as error:
        errors.print(f"[bold red]Fout[/] {_plain(error)}", highlight=False, soft_wrap=True)
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        errors.print("Gestopt.")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output, such as head, has gone: nothing to report, nowhere to report it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


def _plain(error: Exception) -> str:
    return str(error).replace("[", r"\[")
