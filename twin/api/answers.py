"""Kinds of answers; written by orjson straight from what the queries gave, without a model in between."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi.responses import Response


class Json(Response):
    """JSON; a number that is not finite becomes null."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The body."""
        return orjson.dumps(content)


class GeoJson(Json):
    """Features (RFC 7946, or in another CRS as its ``Content-Crs`` says)."""

    media_type = "application/geo+json"


class JsonSchema(Json):
    """A schema of attributes."""

    media_type = "application/schema+json"


class Problem(Json):
    """What went wrong (RFC 9457)."""

    media_type = "application/problem+json"
