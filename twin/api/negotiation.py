"""Which representation of an answer a client wants: parameter ``f``, or else the header ``Accept``."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Request

MEDIA = {
    "json": "application/json",
    "html": "text/html",
    "csv": "text/csv",
    "gpkg": "application/geopackage+sqlite3",
    "cityjson": "application/city+json",
    "glb": "model/gltf-binary",
}
_ALSO = {"application/geo+json": "json", "application/schema+json": "json"}

Page = Annotated[
    Literal["json", "html"] | None, Query(description="Representation; default: what `Accept` prefers.")
]
Download = Annotated[
    Literal["json", "html", "csv", "gpkg", "cityjson", "glb"] | None,
    Query(description="Representation: GeoJSON, a page, or a file; default: what `Accept` prefers."),
]


def preferred(request: Request, f: str | None, offered: tuple[str, ...] = ("json", "html")) -> str:
    """Representation of the answer; the first that is offered where the client has no preference."""
    if f is not None:
        return f
    known = {MEDIA[name]: name for name in offered} | _ALSO
    ranked = []
    for place, part in enumerate(request.headers.get("accept", "").split(",")):
        kind, *parameters = (p.strip() for p in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            continue
        name = offered[0] if kind in ("*/*", "application/*") else known.get(kind)
        if name and weight > 0:
            ranked.append((-weight, place, name))
    return min(ranked)[2] if ranked else offered[0]
