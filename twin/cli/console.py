"""What the commands say: progress for people, one JSON object for scripts, errors without a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as summary, and nothing else.")]

errors = Console(stderr=True)


class BarProgress:
    """Shows a build's stages as bars."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def stage(self, title: str, total: int) -> None:
        """Begin a bar of ``total`` steps."""
        self._task = self._bars.add_task(title, total=total, what="")

    def doing(self, what: str) -> None:
        """Name the step in hand beside the bar."""
        if self._task is not None:
            self._bars.update(self._task, what=what)

    def advance(self) -> None:
        """Move the bar by a step."""
        if self._task is not None:
            self._bars.advance(self._task)


@contextmanager
def progress_bars(show: bool) -> Iterator[BarProgress]:
    """Bars on stderr while the block runs, unless nobody wants them."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[what]}"),
    )
    with Bars(*columns, console=errors, disable=not show, transient=False) as bars:
        yield BarProgress(bars)


def print_json(content: dict[str, Any]) -> None:
    """Print a summary for scripts on stdout."""
    sys.stdout.buffer.write(orjson.dumps(content, option=orjson.OPT_INDENT_2, default=str) + b"\n")
    sys.stdout.buffer.flush()


def print_table(title: str, heads: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    """Print a small table on stdout."""
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for i, head in enumerate(heads):
        numeric = bool(rows) and all(isinstance(row[i], int | float) for row in rows)
        table.add_column(head, justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*map(str, row))
    Console().print(table)
