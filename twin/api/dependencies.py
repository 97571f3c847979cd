"""What every route may ask for."""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from twin.access import ANONYMOUS, Audience
from twin.access.audit import Read
from twin.api.current import CurrentTwin
from twin.api.data import Twin
from twin.catalogue import Attribute
from twin.errors import ForbiddenError, QueryError, UnauthorizedError

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


async def audience(request: Request) -> Audience:
    """Who asks, as the guard found out."""
    found: Audience = request.scope.get("state", {}).get("audience", ANONYMOUS)
    return found


async def current_twin(request: Request) -> Twin:
    """The twin that this application serves, as it is on disk now, with what the audience may see."""
    current: CurrentTwin = request.app.state.current_twin
    clearance = (await audience(request)).clearance
    if (opened := current.ready(clearance)) is not None:
        return opened
    return await anyio.to_thread.run_sync(current, clearance)


async def may_write(request: Request) -> Audience:
    """Let pass whoever may save: a planner, or where no access is configured whoever sits at this machine.

    Raises
    ------
    UnauthorizedError
        For the anonymous, where planners can show who they are.
    ForbiddenError
        For anybody else.
    """
    who = await audience(request)
    if who.planner:
        return who
    if request.app.state.gate is not None:
        if who.anonymous:
            raise UnauthorizedError("Saving is for planners: log in, or send an API key with that right")
        raise ForbiddenError("Saving is for planners, and you are not one of them here")
    # A page of another site must not save by the browser of whoever sits here, nor a proxy for the world.
    host = request.url.hostname or ""
    origin = request.headers.get("origin")
    foreign = origin is not None and origin != f"{request.url.scheme}://{request.url.netloc}"
    passed_on = any(h in request.headers for h in ("forwarded", "x-forwarded-for", "via"))
    if not request.app.state.loopback or host not in _LOOPBACK or foreign or passed_on:
        raise ForbiddenError(
            "This server has no accounts, so only whoever sits at it may save. Give it an access.toml; see "
            "twin access init"
        )
    return who


async def can_write(request: Request) -> bool:
    """Whether `may_write` lets who asks pass."""
    try:
        await may_write(request)
    except (UnauthorizedError, ForbiddenError):
        return False
    return True


def note_read(
    request: Request, twin: Twin, collection: str, given: tuple[Attribute, ...], count: int, sql: str = ""
) -> None:
    """Have the guard record a read, if any of the attributes is not public.

    Parameters
    ----------
    request : Request
    twin : Twin
    collection : str
    given : tuple of Attribute
        Those in the answer.
    count : int
        Objects whose values it holds or rests on.
    sql : str
        Conditions and order, whose columns count as read as well.
    """
    if twin.clearance == "openbaar":
        return
    secret = twin.secret(collection)
    names = {a.name for a in given} | {n for n in secret if f'"{n}"' in sql}
    if found := tuple(sorted(names & secret)):
        route = "/api" + request.scope["route"].path.removeprefix("/api")
        request.scope["state"]["read"] = Read(route, collection, found, count)


def known_parameters(request: Request) -> set[str]:
    """Query parameters that the route of this request declares, and what it depends on."""
    return _declared(request.scope["route"].dependant)


def _declared(dependant: Dependant) -> set[str]:
    own = {p.alias for p in dependant.query_params}
    return own.union(*map(_declared, dependant.dependencies))


async def only_known_parameters(request: Request) -> None:
    """Refuse a request with any other parameter, by ``/req/core/query-param-unknown`` of OGC API - Features.

    Raises
    ------
    QueryError
    """
    if not request.scope["query_string"]:
        return
    known = known_parameters(request)
    for name in request.query_params:
        if name not in known:
            listed = ", ".join(sorted(known)) or "none"
            raise QueryError(f"{name}: no such parameter. Here there are: {listed}")


AudienceDep = Annotated[Audience, Depends(audience)]
CurrentTwinDep = Annotated[Twin, Depends(current_twin)]
MayWrite = Annotated[Audience, Depends(may_write)]
OnlyKnownParameters = Depends(only_known_parameters)
