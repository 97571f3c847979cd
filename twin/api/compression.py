"""Large answers are compressed in a thread beside the loop that answers everybody else."""

from __future__ import annotations

import gzip

import anyio.to_thread
import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGE = 64 << 10
"""Bytes; below it, compressing takes less than handing it to a thread is worth."""
SMALL = 1024
BROTLI, GZIP = 4, 5
"""Levels at which text of megabytes takes tens of milliseconds."""


class CompressedAside:
    """Compresses answers of at least :data:`LARGE` bytes in one piece; leaves all others as they are.

    What it compresses says so, and the library around it, which takes care of smaller and streamed answers,
    then leaves it alone.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        accepted = Headers(scope=scope).get("accept-encoding", "")
        start: Message | None = None

        async def sent(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                content, first = message.get("body", b""), start
                start = None
                headers = MutableHeaders(scope=first)
                whole = message["type"] == "http.response.body" and not message.get("more_body", False)
                if whole and len(content) >= LARGE and _is_text(headers) and (way := _way(accepted)):
                    content = await anyio.to_thread.run_sync(_WAYS[way], content)
                    headers["Content-Encoding"] = way
                    headers["Content-Length"] = str(len(content))
                    headers.add_vary_header("Accept-Encoding")
                    message = {**message, "body": content}
                await send(first)
            await send(message)

        await self._app(scope, receive, sent)


_WAYS = {
    "br": lambda content: brotli.compress(content, quality=BROTLI),
    "gzip": lambda content: gzip.compress(content, GZIP, mtime=0),
}


def _way(accepted: str) -> str | None:
    """The best way that a client takes; one with the weight 0 is refused."""
    taken = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        taken[name.strip()] = weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((way for way in _WAYS if taken.get(way)), None)


def _is_text(headers: Headers) -> bool:
    kind = headers.get("content-type", "").partition(";")[0]
    encoded = "content-encoding" in headers
    return not encoded and (kind.startswith("text/") or kind.endswith("json"))
