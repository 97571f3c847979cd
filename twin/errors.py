"""The one error tree, and the one table from an error to an exit code and an HTTP status."""

from __future__ import annotations

import math

from ingest.errors import SourceError
from tiles.errors import TilesError


class TwinError(Exception):
    """Base of every error this package raises on purpose; its text is meant for the user."""


class SettingsError(TwinError):
    """``twin.toml`` is wrong; the message names the file, the line and the key."""


class GeometryError(TwinError):
    """Arrays that do not describe what they must; a fault of the caller."""


class AttachError(TwinError):
    """A data set can't be joined to the objects."""


class StoreError(TwinError):
    """A twin on disk is missing, incomplete, from another version, or can't be written."""


class LedgerError(TwinError):
    """Objects vanished between two stages without a reason."""


class NotFoundError(TwinError):
    """A collection, object or property that was asked for does not exist."""


class QueryError(TwinError):
    """A request that can't be answered as asked: a wrong parameter or value."""


class ScenarioError(TwinError):
    """A variant, or a design to import, that can't be read; the message names the place and the remedy.

    Parameters
    ----------
    en, nl : str
        The same in both languages: a planner reads it in the viewer.
    """

    def __init__(self, en: str, nl: str) -> None:
        self.nl = nl
        super().__init__(en)


class TooLargeError(ScenarioError):
    """More bytes, or more files, than is allowed."""


class ChangedMeanwhileError(TwinError):
    """Somebody else changed what was to be replaced or deleted."""


class UnconditionalError(TwinError):
    """A request to replace something that does not say which version it means."""


class UnauthorizedError(TwinError):
    """A token or key that is not to be trusted; what it pretends to be is never told."""


class ForbiddenError(TwinError):
    """Somebody who is known, and may not do this."""


class TooManyRequestsError(TwinError):
    """A client that asks faster than it may.

    Parameters
    ----------
    wait : float
        Seconds until it may ask again.
    """

    def __init__(self, wait: float) -> None:
        self.wait = math.ceil(wait)
        super().__init__(f"Too many requests. Ask again in {self.wait} s, and slower")


class ProviderError(TwinError):
    """An OpenID Connect provider that does not answer as it should."""


# The most specific type wins; see exit_code() and http_status().
EXIT_CODES: dict[type[Exception], int] = {
    SettingsError: 2,
    QueryError: 2,
    ScenarioError: 1,
    SourceError: 1,
    TilesError: 1,
    TwinError: 1,
}
HTTP_STATUSES: dict[type[Exception], int] = {
    UnauthorizedError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    TooManyRequestsError: 429,
    ProviderError: 503,
    QueryError: 400,
    ScenarioError: 400,
    TooLargeError: 413,
    ChangedMeanwhileError: 412,
    UnconditionalError: 428,
    StoreError: 503,
    SourceError: 500,
    TilesError: 500,
    TwinError: 500,
}


def exit_code(error: Exception) -> int:
    """Exit code of the command line for ``error``: 1 for data and quality, 2 for wrong use."""
    return next((EXIT_CODES[t] for t in type(error).__mro__ if t in EXIT_CODES), 1)


def http_status(error: Exception) -> int:
    """HTTP status of the API for ``error``."""
    return next((HTTP_STATUSES[t] for t in type(error).__mro__ if t in HTTP_STATUSES), 500)
