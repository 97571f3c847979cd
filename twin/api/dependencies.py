"""What every route may ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from twin.api.data import CurrentTwin, Twin
from twin.errors import QueryError


def current_twin(request: Request) -> Twin:
    """The twin that this application serves, as it is on disk now."""
    current: CurrentTwin = request.app.state.current_twin
    return current()


def known_parameters(request: Request) -> set[str]:
    """Query parameters that the route of this request declares."""
    return {p.alias for p in request.scope["route"].dependant.query_params}


def only_known_parameters(request: Request) -> None:
    """Refuse a request with any other parameter, by ``/req/core/query-param-unknown`` of OGC API - Features.

    Raises
    ------
    QueryError
    """
    known = known_parameters(request)
    for name in request.query_params:
        if name not in known:
            listed = ", ".join(sorted(known)) or "none"
            raise QueryError(f"{name}: no such parameter. Here there are: {listed}")


CurrentTwinDep = Annotated[Twin, Depends(current_twin)]
OnlyKnownParameters = Depends(only_known_parameters)
