"""``twin serve``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Host = Annotated[
    str, typer.Option(envvar="TWIN_HOST", help="Address to listen on; 127.0.0.1 is this machine only.")
]
Port = Annotated[int, typer.Option(min=0, max=65535, envvar="TWIN_PORT", help="Port; 0 for any free one.")]


def serve(
    out: Annotated[Path, typer.Argument(help="Folder of a built twin.", metavar="OUT")],
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Serve a built twin: the viewer on /, the API on /api, the 3D Tiles on /3dtiles.

    Only data classified as openbaar leaves the server. Stop with Ctrl-C.
    """
    run(out, host, port)


def run(out: Path, host: str, port: int) -> None:
    """Serve until interrupted.

    Raises
    ------
    StoreError
        When there is no twin in ``out``, or the port is taken.
    """
    from twin.api.server import serve_twin

    serve_twin(out, host, port, announce=lambda address: typer.echo(f"De viewer staat klaar op {address}"))
