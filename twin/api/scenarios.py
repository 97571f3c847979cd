"""Variants of planners: judged, drawn and exported from the request itself, and kept for who may save."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response

from twin.access.audit import Read
from twin.api.answers import Json
from twin.api.data import stamp_of
from twin.api.dependencies import AudienceDep, MayWrite, OnlyKnownParameters
from twin.api.description import SCHEMAS
from twin.catalogue import Classification
from twin.errors import QueryError, ScenarioError, TooLargeError
from twin.planning import Planner
from twin.planning.designs import LARGEST as LARGEST_DESIGN
from twin.planning.designs import read_design
from twin.planning.export import export as content_of
from twin.planning.facades import facades
from twin.planning.models import glb
from twin.planning.surroundings import WOZ
from twin.scenario import Variant, evaluate, read_variant, sun_hours
from twin.scenario.faults import too_large
from twin.store import Layout
from twin.store.variants import LARGEST, Saved, Variants

router = APIRouter(prefix="/scenarios", tags=["Varianten"], dependencies=[OnlyKnownParameters])

_FILES = {
    "cityjson": ("application/city+json", "city.json"),
    "glb": ("model/gltf-binary", "glb"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "html": ("text/html; charset=utf-8", "html"),
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": SCHEMAS.format(model="Variant")}}},
    }
}

_FILE = {"schema": {"type": "string", "format": "binary"}}
_DESIGN = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": _FILE,
            "model/gltf-binary": _FILE,
            "model/gltf+json": _FILE,
            "model/obj": _FILE,
            "application/city+json": _FILE,
            "application/x-step": _FILE,
        },
    }
}


class Planners:
    """The twin opened for variants, once per build and per clearance."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._lock = threading.Lock()
        self._open: dict[Classification, tuple[int, Planner]] = {}

    def __call__(self, clearance: Classification) -> Planner:
        """The planner of the build that is on disk now.

        Raises
        ------
        StoreError
            When there is none that can be read.
        """
        stamp = stamp_of(self._layout)
        with self._lock:
            known = self._open.get(clearance)
            if known is None or known[0] != stamp:
                known = stamp, Planner.open(self._layout, clearance)
                self._open[clearance] = known
            return known[1]


async def _posted(request: Request) -> Variant:
    """The variant in the body, checked."""
    return read_variant(await _content(request))


async def _content(request: Request) -> Any:
    """The JSON of the body."""
    body = await _bytes(request, "variant", LARGEST)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ScenarioError(
            f"variant: no JSON: {error}. Send a variant as its file holds it",
            f"Dit is geen JSON ({error}), en dus geen variant",
        ) from None


async def _bytes(request: Request, what: str, most: int) -> bytes:
    """The body, of which no more is taken in than may be."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise TooLargeError(*too_large(what, most))
    return bytes(body)


async def _sent(request: Request) -> bytes:
    """The design in the body."""
    return await _bytes(request, "design", LARGEST_DESIGN)


def _variants(request: Request) -> Variants:
    found: Variants = request.app.state.variants
    return found


def _planner(request: Request, who: AudienceDep) -> Planner:
    """The twin, with what the audience may see of it; what is not public is on record."""
    planners: Planners = request.app.state.planners
    return planners(who.clearance)


Posted = Annotated[Variant, Depends(_posted)]
Design = Annotated[bytes, Depends(_sent)]
Kept = Annotated[Variants, Depends(_variants)]
Opened = Annotated[Planner, Depends(_planner)]
IfMatch = Annotated[str | None, Header(description="ETag of the version that is replaced.")]


@router.get("", summary="Saved variants", response_class=Json)
def listed(who: MayWrite, kept: Kept) -> Json:
    """Those of everybody, the newest first; for who may save."""
    return Json({"scenarios": kept.listed()})


@router.post("", summary="Save a new variant", status_code=201, response_class=Json, openapi_extra=_BODY)
def create(request: Request, who: MayWrite, variant: Posted, kept: Kept) -> Json:
    """Keep it under an id of its own, which nobody can guess: who has the link can open it."""
    saved = kept.create(_dated(variant))
    return _told(saved, 201, {"Location": f"{request.url.path}/{saved.id}"})


@router.post("/evaluate", summary="What a variant does, in numbers", response_class=Json, openapi_extra=_BODY)
def judge(
    request: Request,
    variant: Posted,
    planner: Opened,
    sun: Annotated[bool, Query(description="Also sun hours, which take seconds.")] = False,
) -> Json:
    """Indicators before, after and their difference, each with its definition, and a verdict per edit."""
    town = planner.town(variant)
    _note(request, planner, len(town.panden.ids))
    return Json(evaluate(variant, town, internal=planner.internal, sun=sun).as_json())


@router.post("/sun", summary="What a variant does to the sun", response_class=Json, openapi_extra=_BODY)
def sun(variant: Posted, planner: Opened) -> Json:
    """Sun hours by the TNO norm, before and after; also of each facade, with the wall that it is."""
    town = planner.town(variant)
    found = sun_hours(variant, town)
    told = facades(found.daylight, town, planner) if found.daylight is not None else []
    return Json({**found.as_json(), "facades": told})


@router.post("/mesh", summary="A variant to draw", response_class=Response, openapi_extra=_BODY)
def mesh(variant: Posted, planner: Opened) -> Response:
    """New and changed buildings, and bare ground, as binary glTF in the frame of the tileset of panden."""
    town = planner.town(variant)
    evaluation = evaluate(variant, town)
    return Response(glb(evaluation, planner, variant.title, town), media_type="model/gltf-binary")


@router.post("/export", summary="A variant as a file", response_class=Response, openapi_extra=_BODY)
def export(
    request: Request,
    variant: Posted,
    planner: Opened,
    f: Annotated[
        Literal["cityjson", "glb", "csv", "html"], Query(description="Form of the file.")
    ] = "cityjson",
) -> Response:
    """Buildings as CityJSON (RD and NAP) or binary glTF, indicators as CSV, or a sheet to print."""
    town = planner.town(variant)
    figures = f in ("csv", "html")
    evaluation = evaluate(variant, town, internal=planner.internal, sun=figures)
    if figures:
        _note(request, planner, len(town.panden.ids))
    made = dt.datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    content = content_of(f, variant, evaluation, town, planner, made)
    media, suffix = _FILES[f]
    name = f'attachment; filename="variant.{suffix}"'
    return Response(content, media_type=media, headers={"Content-Disposition": name})


@router.post("/import", summary="A design to place", response_class=Json, openapi_extra=_DESIGN)
def import_design(
    content: Design,
    planner: Opened,
    label: Annotated[str, Query(max_length=200, description="Name of the design.")] = "",
    position: Annotated[
        str, Query(description="`x,y` in RD metres of the middle of the design; else as the file says.")
    ] = "",
    unit: Annotated[Literal["m", "cm", "mm"], Query(description="Unit of an OBJ, which has none.")] = "m",
    up: Annotated[
        Literal["y", "z"] | None, Query(description="Axis that points up, if not as usual.")
    ] = None,
) -> Json:
    """A glTF, OBJ, CityJSON or IFC file as an `import` edit, with remarks on what was made of it."""
    made = read_design(content, planner, label=label, position=_place(position), unit=unit, up=up)
    return Json(made.as_json())


@router.get("/{scenario}", summary="One saved variant", response_class=Json)
def read(scenario: str, kept: Kept) -> Json:
    """As it was saved; its ETag is what a replacement must name."""
    return _told(kept.read(scenario), 200, {})


@router.put("/{scenario}", summary="Replace a saved variant", response_class=Json, openapi_extra=_BODY)
def replace(scenario: str, who: MayWrite, variant: Posted, kept: Kept, if_match: IfMatch = None) -> Json:
    """Put another version in its place, if nobody else did in the meantime."""
    return _told(kept.replace(scenario, _dated(variant), _tag(if_match)), 200, {})


@router.delete("/{scenario}", summary="Delete a saved variant", status_code=204, response_class=Response)
def delete(scenario: str, who: MayWrite, kept: Kept, if_match: IfMatch = None) -> Response:
    """Remove it, if it is still the version that is named."""
    kept.delete(scenario, _tag(if_match))
    return Response(status_code=204)


def _dated(variant: Variant) -> dict[str, Any]:
    """Content of a variant that is saved now; the list of them goes by the clock of the server."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    return variant.model_copy(update={"created": variant.created or now, "modified": now}).as_json()


def _told(saved: Saved, status: int, headers: dict[str, str]) -> Json:
    answer = Json(orjson.loads(saved.content), status)
    answer.headers.update({"ETag": f'"{saved.tag}"', "Cache-Control": "no-store", **headers})
    return answer


def _tag(if_match: str | None) -> str | None:
    return None if if_match is None else if_match.strip().strip('"')


def _place(position: str) -> tuple[float, float] | None:
    """A place in RD, of ``x,y``."""
    if not position:
        return None
    try:
        x, y = (float(v) for v in position.split(","))
    except ValueError:
        raise QueryError(
            f"position={position[:40]}: expected x,y in RD metres, as 84500.0,447000.0"
        ) from None
    return x, y


def _note(request: Request, planner: Planner, count: int) -> None:
    """Have the guard record that values of panden that are not public went into the answer."""
    if planner.internal:
        route = "/api" + request.scope["route"].path.removeprefix("/api")
        request.scope["state"]["read"] = Read(route, "pand", (WOZ,), count)
