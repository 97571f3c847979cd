"""``twin``: build, check, look into and serve a municipality's 3D city."""

from __future__ import annotations

import errno
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import twin
from twin.cli import access, build, check, demo, export, init, inspect, joins, report, scenario, serve

INTERRUPTED = 130


class _Interruptible(TyperGroup):
    """Ends with a word when somebody stops a command, whatever version of typer runs it."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo("Stopped.", err=True)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    name="twin",
    help="From the Dutch registers (BGT, BAG, AHN, CBS, WOZ) to a 3D city with data on every object.\n\n"
    "Exit codes: 0 good, 1 a problem with data or quality, 2 wrong use.",
    cls=_Interruptible,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("joins")(joins.joins)
app.command("build")(build.build)
app.command("check")(check.check)
app.command("serve")(serve.serve)
app.command("inspect")(inspect.inspect)
app.command("export")(export.export)
app.command("report")(report.report)
app.add_typer(access.app)
app.add_typer(scenario.app)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"twin {twin.__version__}")
        raise typer.Exit


@app.callback()
def _common(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop."),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            envvar="TWIN_VERBOSE",
            help="Log every step on stderr, and show where in the program an error arose.",
        ),
    ] = False,
) -> None:
    # Nothing heavy is imported on the way to a --help or a --version.
    import logging

    import structlog

    global _verbose
    _verbose = verbose
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if verbose else logging.WARNING),
        # Looked up at every line: whoever calls this as a function may have changed it since.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


_verbose = False


def main() -> None:
    """Run the command line; an error becomes a sentence and an exit code, never a traceback."""
    _end_well_on_signals()
    try:
        app()
    except Exception as error:
        if _verbose:
            raise
        sys.exit(_tell(error))


def _end_well_on_signals() -> None:
    """Let whoever ends this process, or its terminal, do what Ctrl-C does; unless told to stay (nohup)."""
    import signal

    for name in ("SIGTERM", "SIGHUP"):  # the second is not there on Windows
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def _tell(error: Exception) -> int:
    """Say on stderr what went wrong; the exit code that goes with it."""
    from ingest.errors import SourceError
    from tiles.errors import TilesError
    from twin.errors import TwinError, exit_code

    if isinstance(error, TwinError | SourceError | TilesError):
        text = str(error)
    elif isinstance(error, OSError) and error.filename is not None:
        text = f"{error.filename}: {error.strerror}. Check the path, its rights and the free space"
    elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        text = "The disk is full. Free some space and run the same command again: what is finished is kept"
    else:
        text = (
            f"{type(error).__name__}: {error}. This is a fault in the program: please report it, with what "
            "twin --verbose shows for the same command"
        )
    typer.secho("Error: ", err=True, nl=False, bold=True, fg=typer.colors.RED)
    typer.echo(text, err=True)
    return exit_code(error)
