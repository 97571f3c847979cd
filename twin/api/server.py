"""Serving the application on an address."""

from __future__ import annotations

import errno
import gc
import ipaddress
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from twin.access import AccessSettings
from twin.api.app import create_app
from twin.errors import StoreError

_ADDRESSES = (
    "Give --host an address of this machine: 127.0.0.1 for this machine only, 0.0.0.0 for all its networks"
)


def serve_twin(
    root: Path,
    host: str,
    port: int,
    announce: Callable[[str], object],
    access: AccessSettings | None = None,
    proxies: str = "",
    framed_by: Sequence[str] = (),
) -> None:
    """Serve the twin in ``root`` until interrupted; ``announce`` gets the address when it answers.

    ``proxies`` are addresses, separated by commas, whose ``X-Forwarded-For`` and ``-Proto`` are believed;
    ``framed_by`` are origins whose pages may show the viewer in a frame.

    Raises
    ------
    StoreError
        When there is no twin in ``root``, or the address can't be used.
    """
    listener = _listen(host, port)
    address, number = listener.getsockname()[:2]
    try:
        app = create_app(
            root, access, loopback=ipaddress.ip_address(address).is_loopback, framed_by=framed_by
        )
    except BaseException:
        listener.close()
        raise
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    gc.freeze()  # tables and modules stay; looking through them for garbage would hold up requests
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies or None,
        )
    )
    announce(f"http://{shown}:{number}/")
    server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except UnicodeError:
        listener.close()
        raise StoreError(f"{host!r} is no address. {_ADDRESSES}") from None
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise StoreError(
                f"port {port} is in use. Choose another one with --port, or 0 for any"
            ) from error
        if error.errno == errno.EACCES:
            raise StoreError(
                f"port {port} is for administrators only. Choose one above 1023 with --port"
            ) from error
        raise StoreError(f"can't listen on {host}, port {port}: {error.strerror}. {_ADDRESSES}") from error
    return listener
