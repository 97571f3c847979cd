"""Before a request is answered: who asks, how often, and what must be said of the answer to caches.

All of this is plain ASGI: a middleware per request object costs more than many of the answers.
"""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twin.access import ANONYMOUS, Audience, Gate
from twin.access.audit import Audit
from twin.access.limits import Limits, client_of
from twin.api.problems import problem
from twin.errors import TooManyRequestsError, TwinError, UnauthorizedError

_SHOWN = "Authorization, X-API-Key"


class Guard:
    """Finds the audience of a request to the API, and keeps answers apart that are not for everybody.

    Parameters
    ----------
    app : ASGI application
    gate : Gate or None
        Without one everybody is anonymous, and whoever shows a key is told that there are none.
    """

    def __init__(self, app: ASGIApp, gate: Gate | None) -> None:
        self._app = app
        self._gate = gate
        self._limits = Limits(gate.settings.server.rate, gate.settings.server.burst) if gate else None
        self._audit = Audit(gate.settings.server.audit) if gate else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http" or not scope["path"].startswith("/api"):
            await self._app(scope, receive, send)
            return
        try:
            audience = await self._audience(scope)
        except TwinError as error:
            await problem(scope["path"], error)(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["audience"] = audience

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._record(audience, state.get("read"))
                self._mark(MutableHeaders(scope=message), audience)
            await send(message)

        await self._app(scope, receive, sent)

    async def _audience(self, scope: Scope) -> Audience:
        headers = Headers(scope=scope)
        shown = headers.get("authorization"), headers.get("x-api-key")
        address = client_of((scope.get("client") or ("", 0))[0])
        if self._gate is None:
            if shown != (None, None):
                raise UnauthorizedError("This server knows no keys or tokens: it serves public data only")
            return ANONYMOUS
        try:
            # Looking at a token may mean asking its provider for keys.
            audience = (
                await anyio.to_thread.run_sync(self._gate.audience, *shown)
                if shown != (None, None)
                else ANONYMOUS
            )
        except UnauthorizedError:
            self._take(scope, address)  # whoever tries keys does so at the rate of the anonymous
            raise
        self._take(scope, audience.subject or address)
        return audience

    def _take(self, scope: Scope, client: str) -> None:
        wait = self._limits.wait(client) if self._limits else 0.0
        if wait:
            raise TooManyRequestsError(wait)

    async def _record(self, audience: Audience, read: Any) -> None:
        if self._audit and read is not None and not audience.anonymous:
            await anyio.to_thread.run_sync(self._audit.enter, audience, read)

    def _mark(self, headers: MutableHeaders, audience: Audience) -> None:
        if self._gate is None:
            return
        headers.add_vary_header(_SHOWN)
        if not audience.anonymous:
            headers["Cache-Control"] = "private, no-cache"
