"""Answers that a client has already: the twin is the same until a next build, and so are all answers."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import twin
from twin.access import ANONYMOUS
from twin.api.current import CurrentTwin
from twin.api.data import stamp_of

# What does not follow from the build alone: how it is going, who asks, and what planners save.
_LIVE = ("/api/health", "/api/version", "/api/access", "/api/scenarios")


class Conditional:
    """Answers 304 to a client that has the present answer; tells all others how to recognise it."""

    def __init__(self, app: ASGIApp, current: CurrentTwin) -> None:
        self._app = app
        self._current = current

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        stamp = self._stamp(scope)
        if not stamp:
            await self._app(scope, receive, send)
            return
        request = Headers(scope=scope)
        tag = _tag(scope, request, stamp)
        modified = datetime.fromtimestamp(stamp // 1_000_000_000, UTC)
        marks = {
            "ETag": tag,
            "Last-Modified": format_datetime(modified, usegmt=True),
            "Cache-Control": "no-cache",
        }
        known = request.get("if-none-match")
        # Only a good answer ever bore this tag, so the same request need not be judged again.
        if known is not None and tag in {k.strip() for k in known.split(",")}:
            await Response(status_code=304, headers=marks | {"Vary": "Accept"})(scope, receive, send)
            return
        since = known is None and _not_since(request, modified)
        dropped = False

        async def sent(message: Message) -> None:
            nonlocal dropped
            if message["type"] == "http.response.start" and message["status"] == 200:
                headers = MutableHeaders(scope=message)
                for name, value in marks.items():
                    headers[name] = value
                headers.add_vary_header("Accept")
                if since:
                    dropped = True
                    del headers["content-length"]
                    message = {**message, "status": 304}
            elif dropped and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app(scope, receive, sent)

    def _stamp(self, scope: Scope) -> int:
        """Time of the build that answers [ns]; 0 where the answer does not follow from it alone."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/api"):
            return 0
        return 0 if scope["path"].startswith(_LIVE) else stamp_of(self._current.layout)


def _tag(scope: Scope, request: Headers, stamp: int) -> str:
    audience = scope.get("state", {}).get("audience", ANONYMOUS)
    parts = (stamp, twin.__version__, request.get("host"), scope["path"], scope["query_string"],
             request.get("accept", ""), audience.clearance)  # fmt: skip
    return f'W/"{hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"'


def _not_since(request: Headers, modified: datetime) -> bool:
    text = request.get("if-modified-since")
    if text is None:
        return False
    try:
        since = parsedate_to_datetime(text)
        return modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))
    except (TypeError, ValueError, OverflowError):
        return False
