"""What a client must know to log in, and who it is seen as."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from twin.access import Gate
from twin.api.dependencies import AudienceDep, OnlyKnownParameters, can_write

router = APIRouter(tags=["Toegang"], dependencies=[OnlyKnownParameters])


@router.get("/access", summary="Who this server takes you for, and how to log in")
async def access(request: Request, who: AudienceDep) -> dict[str, Any]:
    """Clearance and rights of the key or token that is shown, if it saves, and the providers of others."""
    gate: Gate | None = request.app.state.gate
    providers = gate.settings.provider if gate else ()
    return {
        "clearance": who.clearance,
        "planner": who.planner,
        "saves": await can_write(request),
        "subject": who.subject,
        "keys": gate is not None,
        "providers": [
            {"title": p.title, "issuer": p.issuer, "client": p.client, "scopes": p.scopes}
            for p in providers
            if p.client
        ],
    }
