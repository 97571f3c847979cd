"""Headers of every answer, the second name of the API, and HEAD wherever there is GET."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twin.errors import SettingsError

API_VERSION = "1.0.0"
"""Of the API, not of the program: it changes when what clients rely on does (ADR, /core/version-header)."""
VERSIONED = f"/api/v{API_VERSION.split('.')[0]}"
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?")
# To those who came by https; browsers leave it out of account otherwise.
_STRICT_TRANSPORT = "max-age=31536000"


def policy(issuers: Sequence[str] = (), framed_by: Sequence[str] = ()) -> str:
    """The content-security policy: the viewer is all this origin's own, and nothing else may be loaded by it.

    Parameters
    ----------
    issuers : sequence of str
        Providers that a log-in asks for a token.
    framed_by : sequence of str
        Origins whose pages may show this one in a frame, besides its own.
    """
    origins = [f"{p.scheme}://{p.netloc}" for p in map(urlsplit, issuers)]
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            " ".join(("connect-src 'self' data: blob:", *dict.fromkeys(origins))),
            "worker-src 'self' blob:",
            "form-action 'self'",
            " ".join(("frame-ancestors 'self'", *framed_by)),
            "base-uri 'self'",
            "object-src 'none'",
        )
    )


def origins_of(text: str) -> tuple[str, ...]:
    """The origins in a list with commas.

    Raises
    ------
    SettingsError
        For what is no origin: a scheme and a host, without a path.
    """
    origins = tuple(part.strip().removesuffix("/") for part in text.split(",") if part.strip())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"{origin!r} is no origin. Write it as https://www.gemeente.nl, without a path"
            )
    return origins


class Headed:
    """Puts the fixed headers on every answer, and turns HEAD into GET without a body."""

    def __init__(self, app: ASGIApp, issuers: Sequence[str] = (), framed_by: Sequence[str] = ()) -> None:
        self._app = app
        self._fixed = _FIXED | {"Content-Security-Policy": policy(issuers, framed_by)}
        if framed_by:
            # It knows no origins but its own; the policy says it all.
            del self._fixed["X-Frame-Options"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        api = path == "/api" or path.startswith("/api/")
        if path == VERSIONED or path.startswith(f"{VERSIONED}/"):
            shorter = f"/api{path.removeprefix(VERSIONED)}"
            scope = {**scope, "path": shorter, "raw_path": shorter.encode()}
        bare = api and scope["method"] == "HEAD"
        if bare:
            scope = {**scope, "method": "GET"}

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._fixed.items():
                    headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    headers.setdefault("Strict-Transport-Security", _STRICT_TRANSPORT)
                if api:
                    headers.setdefault("API-Version", API_VERSION)
                if api or path.startswith("/3dtiles"):
                    headers.setdefault("Cache-Control", "no-cache")
                if path.endswith("/openapi.json"):
                    headers["Access-Control-Allow-Origin"] = "*"  # ADR, /core/publish-openapi
            elif bare and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app(scope, receive, sent)
