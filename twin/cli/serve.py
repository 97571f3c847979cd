"""``twin serve``."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from twin.cli.console import Quiet

Host = Annotated[
    str, typer.Option(envvar="TWIN_HOST", help="Address to listen on; 127.0.0.1 is this machine only.")
]
Port = Annotated[int, typer.Option(min=0, max=65535, envvar="TWIN_PORT", help="Port; 0 for any free one.")]


def serve(
    out: Annotated[
        str, typer.Argument(help="Folder of a built twin, or its address in object storage.", metavar="OUT")
    ],
    host: Host = "127.0.0.1",
    port: Port = 8000,
    access: Annotated[
        Path | None,
        typer.Option(
            envvar="TWIN_ACCESS",
            help="Who may see and do what: an access.toml.",
            dir_okay=False,
            metavar="FILE",
        ),
    ] = None,
    proxies: Annotated[
        str,
        typer.Option(
            envvar="TWIN_PROXIES",
            help="Addresses of proxies in front, separated by commas, that tell who their clients are.",
        ),
    ] = "",
    framed_by: Annotated[
        str,
        typer.Option(
            envvar="TWIN_FRAMED_BY",
            help="Origins whose pages may show the viewer in a frame, separated by commas.",
        ),
    ] = "",
    quiet: Quiet = False,
) -> None:
    """Serve a built twin: the viewer on /, the API on /api, the 3D Tiles on /3dtiles.

    Without --access nothing but data classified as openbaar leaves the server. Stop it with Ctrl-C or a
    SIGTERM.
    """
    from twin.store.remote import root_of

    run(root_of(out), host, port, access, proxies, framed_by, quiet=quiet)


def run(
    out: Path,
    host: str,
    port: int,
    access: Path | None = None,
    proxies: str = "",
    framed_by: str = "",
    *,
    quiet: bool,
) -> None:
    """Serve until interrupted, which is how serving ends well.

    Raises
    ------
    StoreError
        When there is no twin in ``out``, or the port is taken.
    SettingsError
        When ``access.toml`` is wrong, or ``framed_by`` no list of origins.
    """
    from twin.access import load_access
    from twin.api.headers import origins_of
    from twin.api.server import serve_twin

    def announce(address: str) -> None:
        if not quiet:
            typer.echo(f"The viewer is ready at {address}")

    # The server ends its requests first and then passes the signal on to whoever handled it before, which
    # is what main() set: a KeyboardInterrupt.
    settings = load_access(access) if access else None
    framing = origins_of(framed_by)
    with suppress(KeyboardInterrupt):
        serve_twin(out, host, port, announce, settings, proxies, framing)
