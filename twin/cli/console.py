"""What the commands say: progress for people, one JSON object for scripts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as summary, and nothing else.")]


class BarProgress:
    """Shows a build's stages as bars."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def stage(self, title: str, total: int) -> None:
        """Begin a bar of ``total`` steps."""
        self._bars.start()
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
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[what]}"),
    )
    bars = Bars(*columns, console=Console(stderr=True), disable=not show, transient=False)
    try:
        yield BarProgress(bars)
    finally:
        if bars.live.is_started:  # else it would leave an empty line
            bars.stop()


def print_json(content: dict[str, Any]) -> None:
    """Print a summary for scripts on stdout."""
    import orjson

    sys.stdout.buffer.write(orjson.dumps(content, option=orjson.OPT_INDENT_2, default=str) + b"\n")
    sys.stdout.buffer.flush()


def print_table(title: str, heads: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    """Print a small table on stdout."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    # As plain text above the table: as the table's own title it would be folded to the table's width.
    console.print(Text(title, style="bold"))
    table = Table(box=None, pad_edge=False)
    for i, head in enumerate(heads):
        numeric = bool(rows) and all(isinstance(row[i], int | float) for row in rows)
        table.add_column(head, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        # Text, not markup: a path or a value may hold square brackets.
        table.add_row(*(Text(str(cell)) for cell in row))
    console.print(table)
