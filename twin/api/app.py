"""The application: the API below ``/api``, the tiles below ``/3dtiles``, the viewer on ``/``."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

import twin
from ingest.errors import SourceError
from tiles.errors import TilesError
from twin.api import city, features, html, legends
from twin.api.answers import Json, Problem
from twin.api.caching import conditional
from twin.api.data import CurrentTwin
from twin.api.dependencies import OnlyKnownParameters
from twin.api.description import describe
from twin.api.negotiation import Page, preferred
from twin.errors import TwinError, http_status
from twin.store import Layout

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
# The built viewer is all this origin's own: nothing else may be loaded by it.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-ancestors 'self'",
        "base-uri 'self'",
        "object-src 'none'",
    )
)


def create_app(root: Path) -> FastAPI:
    """An application that serves the twin in ``root``.

    Raises
    ------
    StoreError
        When there is no twin there.
    """
    app = FastAPI(
        title="Gemeentetwin",
        version=twin.__version__,
        description=_DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses={
            "4XX": {"description": "A wrong request, told as problem+json.", "content": _PROBLEM},
            "5XX": {"description": "A fault on this side, told as problem+json.", "content": _PROBLEM},
        },
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    app.state.current_twin = CurrentTwin(root)
    app.openapi = lambda: describe(app, app.state.current_twin())  # type: ignore[method-assign]
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=6)
    app.middleware("http")(conditional)
    app.middleware("http")(_secure)
    for kind in (TwinError, SourceError, TilesError):
        app.add_exception_handler(kind, _problem)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(Exception, _our_fault)
    api = APIRouter(prefix="/api")
    api.include_router(_landing)
    api.include_router(city.router)
    api.include_router(features.router)
    api.include_router(legends.router)
    app.include_router(api)
    app.add_api_route(
        "/api", landing, include_in_schema=False, dependencies=[OnlyKnownParameters], response_model=None
    )
    app.mount("/3dtiles", StaticFiles(directory=Layout(root).tiles3d, check_dir=False), name="3dtiles")
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


async def _secure(request: Request, call_next: Any) -> Response:
    response: Response = await call_next(request)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    if request.url.path.startswith(("/api", "/3dtiles")):
        response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _problem(request: Request, error: Exception) -> Problem:
    """An error of our own tree as problem+json (RFC 9457); the status comes from the one table."""
    return _answer(request, http_status(error), type(error).__name__, str(error))


def _bad_request(request: Request, error: Exception) -> Problem:
    assert isinstance(error, RequestValidationError)
    details = "; ".join(f"{'.'.join(map(str, e['loc'][1:]))}: {e['msg']}" for e in error.errors())
    return _answer(request, 400, "QueryError", details)


def _http_problem(request: Request, error: Exception) -> Problem:
    assert isinstance(error, HTTPException)
    answer = _answer(request, error.status_code, "HTTPException", str(error.detail))
    answer.headers.update(error.headers or {})  # which methods there are, after a wrong one
    return answer


def _our_fault(request: Request, error: Exception) -> Problem:
    """Anything else is a fault of the program; the log has it, the answer tells nothing of the inside."""
    return _answer(
        request, 500, "InternalError", "Something went wrong here; the log of the server says what"
    )


def _answer(request: Request, status: int, title: str, detail: str) -> Problem:
    content = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
    }
    return Problem(content, status)


def _no_viewer() -> HTMLResponse:
    return HTMLResponse(
        "<!doctype html><html lang='nl'><title>Gemeentetwin</title><h1>Gemeentetwin</h1>"
        "<p>Deze installatie heeft geen viewer. De API staat op <a href='/api/'>/api</a>. "
        "Installeer het wheel, of bouw de viewer met <code>npm run build</code> in "
        "<code>viewer/</code>.</p></html>"
    )
