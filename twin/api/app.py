"""The application: the API below ``/api``, the tiles below ``/3dtiles``, the viewer on ``/``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette_compress import CompressMiddleware

from ingest.errors import SourceError
from tiles.errors import TilesError
from twin.access import AccessSettings, Gate
from twin.api import city, features, html, legends, login, problems, scenarios
from twin.api.answers import Json
from twin.api.caching import Conditional
from twin.api.compression import BROTLI, GZIP, SMALL, CompressedAside
from twin.api.current import CurrentTwin
from twin.api.dependencies import OnlyKnownParameters
from twin.api.description import describe
from twin.api.guard import Guard
from twin.api.headers import API_VERSION, Headed
from twin.api.negotiation import Page, preferred
from twin.api.remote import RemoteFiles
from twin.errors import TwinError
from twin.store import Layout
from twin.store.variants import Variants

CONFORMS_TO = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
]
_DESCRIPTION = "Panden, BGT-objecten, verblijfsobjecten en buurten van een gemeente in 3D. Alleen lezen."
_PROBLEM: dict[str, Any] = {"application/problem+json": {}}


def create_app(
    root: Path,
    access: AccessSettings | None = None,
    *,
    loopback: bool = True,
    framed_by: Sequence[str] = (),
) -> FastAPI:
    """An application that serves the twin in ``root``.

    Parameters
    ----------
    root : Path
    access : AccessSettings, optional
        Who may see and do what; without it everybody sees what is public.
    loopback : bool
        Whether nobody but this machine can reach it.
    framed_by : sequence of str
        Origins whose pages may show the viewer in a frame, besides its own.

    Raises
    ------
    StoreError
        When there is no twin there, or the files of the access can't be used.
    """
    app = FastAPI(
        title="Gemeentetwin",
        version=API_VERSION,
        description=_DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={
            "4XX": {"description": "A wrong request, told as problem+json.", "content": _PROBLEM},
            "5XX": {"description": "A fault on this side, told as problem+json.", "content": _PROBLEM},
        },
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        contact=access.contact.model_dump() if access and access.contact else {"name": "Gemeentetwin"},
    )
    gate = Gate(access) if access is not None else None
    current = CurrentTwin(root)
    app.state.current_twin, app.state.gate, app.state.loopback = current, gate, loopback
    app.state.planners, app.state.variants = scenarios.Planners(current.layout), Variants(current.layout)
    app.openapi = lambda: describe(app, app.state.current_twin())  # type: ignore[method-assign]
    # The last one added is the first that a request meets.
    app.add_middleware(Conditional, current=current)
    app.add_middleware(Guard, gate=gate)
    app.add_middleware(CompressedAside)
    app.add_middleware(
        CompressMiddleware, minimum_size=SMALL, zstd=False, brotli_quality=BROTLI, gzip_level=GZIP
    )
    origins = access.server.origins if access else ()
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "X-API-Key", "If-Match", "If-None-Match"],
            expose_headers=["API-Version", "Content-Crs", "Content-Disposition", "ETag", "Retry-After"],
        )
    issuers = [p.issuer for p in access.provider if p.client] if access else []
    app.add_middleware(Headed, issuers=issuers, framed_by=framed_by)
    for kind in (TwinError, SourceError, TilesError):
        app.add_exception_handler(kind, problems.of_ours)
    app.add_exception_handler(RequestValidationError, problems.of_request)
    app.add_exception_handler(HTTPException, problems.of_http)
    app.add_exception_handler(Exception, problems.of_program)
    api = APIRouter(prefix="/api")
    api.include_router(_landing)
    api.include_router(city.router)
    api.include_router(features.router)
    api.include_router(legends.router)
    api.include_router(login.router)
    api.include_router(scenarios.router)
    app.include_router(api)
    app.add_api_route(
        "/api", landing, include_in_schema=False, dependencies=[OnlyKnownParameters], response_model=None
    )
    tiles = Layout(root).tiles3d
    here = isinstance(tiles, Path)
    app.mount(
        "/3dtiles", StaticFiles(directory=tiles, check_dir=False) if here else RemoteFiles(tiles), "3dtiles"
    )
    web = Path(str(files("twin"))) / "web"
    if (web / "index.html").is_file():
        app.mount("/", StaticFiles(directory=web, html=True), name="viewer")
    else:
        app.add_api_route("/", _no_viewer, include_in_schema=False, response_class=HTMLResponse)
    return app


_landing = APIRouter(tags=["Begin"], dependencies=[OnlyKnownParameters])


@_landing.get("/", summary="Where to begin", include_in_schema=True, response_model=None)
def landing(request: Request, f: Page = None) -> Response:
    """Links to everything this API offers."""
    base = f"{str(request.base_url).rstrip('/')}/api"
    content = {
        "title": "Gemeentetwin",
        "description": _DESCRIPTION,
        "links": [
            {"rel": "self", "type": "application/json", "href": f"{base}/"},
            {
                "rel": "service-desc",
                "type": "application/vnd.oai.openapi+json;version=3.1",
                "href": f"{base}/openapi.json",
            },
            {"rel": "conformance", "type": "application/json", "href": f"{base}/conformance"},
            {"rel": "data", "type": "application/json", "href": f"{base}/collections"},
        ],
    }
    return html.page("Gemeentetwin", content) if preferred(request, f) == "html" else Json(content)


@_landing.get("/conformance", summary="The standards this API keeps", response_model=None)
def conformance(request: Request, f: Page = None) -> Response:
    """Conformance classes of OGC API - Features and CQL2."""
    content = {"conformsTo": CONFORMS_TO}
    return html.page("Conformance", content) if preferred(request, f) == "html" else Json(content)


def _no_viewer() -> HTMLResponse:
    return HTMLResponse(
        "<!doctype html><html lang='nl'><title>Gemeentetwin</title><h1>Gemeentetwin</h1>"
        "<p>Deze installatie heeft geen viewer. De API staat op <a href='/api/'>/api</a>. "
        "Installeer het wheel, of bouw de viewer met <code>npm run build</code> in "
        "<code>viewer/</code>.</p></html>"
    )
