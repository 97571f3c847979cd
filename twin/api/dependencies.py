"""What every route may ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from twin.api.data import CurrentTwin, Twin


def current_twin(request: Request) -> Twin:
    """The twin that this application serves, as it is on disk now."""
    current: CurrentTwin = request.app.state.current_twin
    return current()


CurrentTwinDep = Annotated[Twin, Depends(current_twin)]
