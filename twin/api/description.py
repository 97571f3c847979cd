"""The OpenAPI description: what FastAPI makes of the routes, with what it can't know of their answers."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from twin.api.data import Twin
from twin.api.headers import API_VERSION, VERSIONED
from twin.api.negotiation import MEDIA
from twin.scenario import Variant

SCHEMAS = "#/components/schemas/{model}"
_VERSION = {
    "API-Version": {
        "description": "Full version of the API.",
        "schema": {"type": "string"},
        "example": API_VERSION,
    }
}
_OBJECT = {"schema": {"type": "object"}}
_LIST = {"schema": {"type": "array", "items": {"type": "object"}}}
_LISTS = {"/api/catalogue"}
_FILE = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
_TEXT = {"schema": {"type": "string"}}


def describe(app: FastAPI, twin: Twin) -> dict[str, Any]:
    """The description of the API of a twin: its collections, and every representation of each answer."""
    content = copy.deepcopy(FastAPI.openapi(app))
    content.setdefault("components", {}).setdefault("schemas", {}).update(_variant())
    for path, method, operation in _operations(content):
        success = next(s for s in operation["responses"] if s.startswith("2"))
        answers = operation["responses"][success].setdefault("content", {})
        for media in answers:
            answers[media] = _LIST if path in _LISTS else _OBJECT
        for parameter in operation.get("parameters", ()):
            if parameter["name"] == "f" and "anyOf" in parameter["schema"]:
                answers.update(_representations(parameter["schema"]))
            elif parameter["in"] == "path" and parameter["name"] == "collection":
                parameter["schema"]["enum"] = list(twin.collections)
        for status, answer in operation["responses"].items():
            if status.startswith("2"):
                answer["headers"] = answer.get("headers", {}) | _VERSION
        if method == "get":
            told = {"description": "The client has this answer already.", "headers": _VERSION}
            operation["responses"]["304"] = told
        if method != "get" or operation.get("parameters"):
            # As any other 4XX; the Dutch design rules want this one by its number.
            fault = operation["responses"]["4XX"]
            operation["responses"]["400"] = fault | {"description": "Something in the question is wrong."}
    content["servers"] = [{"url": VERSIONED, "description": "This API; without the version it is the same."}]
    content["paths"] = {path.removeprefix("/api"): told for path, told in content["paths"].items()}
    return content


def _variant() -> dict[str, Any]:
    """What a body that holds a variant may be, with all its parts; see :mod:`twin.scenario.variant`."""
    whole = Variant.model_json_schema(ref_template=SCHEMAS)
    parts: dict[str, Any] = whole.pop("$defs")
    return parts | {"Variant": whole | {"required": ["type", "version"]}}


def _operations(content: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in content["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _representations(schema: dict[str, Any]) -> dict[str, Any]:
    """Media types of the values that a parameter ``f`` may have, but for JSON, which has one already."""
    names = next(s["enum"] for s in schema["anyOf"] if "enum" in s)
    kinds = {"html": _TEXT, "csv": _TEXT, "gpkg": _FILE, "glb": _FILE, "cityjson": _OBJECT}
    return {MEDIA[name]: kinds[name] for name in names if name != "json"}
