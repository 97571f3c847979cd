"""Answers that a client has already: the twin is the same until a next build, and so are all answers."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import Request
from fastapi.responses import Response

import twin
from twin.errors import StoreError

_LIVE = ("/api/health", "/api/version")


async def conditional(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Answer 304 to a client that has the present answer; tell all others how to recognise it."""
    stamp = _stamp(request)
    if stamp is None:
        return await call_next(request)
    tag = _tag(request, stamp)
    modified = datetime.fromtimestamp(stamp // 1_000_000_000, UTC)
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(modified, usegmt=True),
        "Vary": "Accept",
        "Cache-Control": "no-cache",
    }
    known = request.headers.get("if-none-match")
    # Only a good answer ever bore this tag, so the same request need not be judged again.
    if known is not None and tag in {k.strip() for k in known.split(",")}:
        return Response(status_code=304, headers=headers)
    response = await call_next(request)
    if response.status_code == 200:
        if known is None and _not_since(request, modified):
            return Response(status_code=304, headers=headers)
        for name, value in headers.items():
            response.headers[name] = value
    return response


def _stamp(request: Request) -> int | None:
    """Time of the build that answers [ns]; None where the answer does not follow from it alone."""
    path = request.url.path
    if request.method not in ("GET", "HEAD") or not path.startswith("/api") or path in _LIVE:
        return None
    try:
        return int(request.app.state.current_twin().stamp)
    except (StoreError, OSError):
        return None


def _tag(request: Request, stamp: int) -> str:
    parts = (stamp, twin.__version__, request.url, request.headers.get("accept", ""))
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"'


def _not_since(request: Request, modified: datetime) -> bool:
    text = request.headers.get("if-modified-since")
    if text is None:
        return False
    try:
        since = parsedate_to_datetime(text)
        return modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))
    except (TypeError, ValueError, OverflowError):
        return False
