"""The one error tree, and the one table from an error to an exit code and an HTTP status."""

from __future__ import annotations

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
    """A variant, or a design to import, that can't be read; the message names the place and the remedy."""


class TooLargeError(ScenarioError):
    """More bytes, or more files, than is allowed."""


class ForbiddenError(TwinError):
    """Somebody asks for what is not theirs to do."""


class ChangedMeanwhileError(TwinError):
    """Somebody else changed what was to be replaced or deleted."""


class UnconditionalError(TwinError):
    """A request to replace something that does not say which version it means."""


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
    NotFoundError: 404,
    QueryError: 400,
    ScenarioError: 400,
    TooLargeError: 413,
    ForbiddenError: 403,
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
