"""What went wrong, as problem+json (RFC 9457); the status comes from the one table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from twin.api.answers import Problem
from twin.errors import (
    ForbiddenError,
    ScenarioError,
    TooManyRequestsError,
    UnauthorizedError,
    http_status,
)

CHALLENGE = 'Bearer realm="gemeentetwin"'
"""What a client must show, after RFC 6750."""


def problem(path: str, error: Exception) -> Problem:
    """An error of our own tree."""
    words = {"nl": error.nl, "en": str(error)} if isinstance(error, ScenarioError) else {}
    answer = answered(path, http_status(error), type(error).__name__, str(error), words)
    if isinstance(error, UnauthorizedError):
        answer.headers["WWW-Authenticate"] = f'{CHALLENGE}, error="invalid_token"'
    elif isinstance(error, ForbiddenError):
        answer.headers["WWW-Authenticate"] = f'{CHALLENGE}, error="insufficient_scope"'
    elif isinstance(error, TooManyRequestsError):
        answer.headers["Retry-After"] = str(error.wait)
    return answer


def of_ours(request: Request, error: Exception) -> Problem:
    """An error of our own tree, as a handler gives it."""
    return problem(request.url.path, error)


def of_request(request: Request, error: Exception) -> Problem:
    """A parameter that is not what its route says."""
    assert isinstance(error, RequestValidationError)
    details = "; ".join(f"{'.'.join(map(str, e['loc'][1:]))}: {e['msg']}" for e in error.errors())
    return answered(request.url.path, 400, "QueryError", details)


def of_http(request: Request, error: Exception) -> Problem:
    """No such path or method."""
    assert isinstance(error, HTTPException)
    answer = answered(request.url.path, error.status_code, "HTTPException", str(error.detail))
    answer.headers.update(error.headers or {})  # which methods there are, after a wrong one
    return answer


def of_program(request: Request, error: Exception) -> Problem:
    """Anything else is a fault of the program; the log has it, the answer tells nothing of the inside."""
    detail = "Something went wrong here; the log of the server says what"
    return answered(request.url.path, 500, "InternalError", detail)


def answered(
    path: str, status: int, title: str, detail: str, words: Mapping[str, str] = MappingProxyType({})
) -> Problem:
    """A problem in full, with the ``words`` for who reads it by their language."""
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": path}
    return Problem({**content, **words}, status)
