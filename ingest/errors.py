"""What can be wrong with a source, said so that its reader can mend it."""

from __future__ import annotations

from pathlib import Path


class SourceError(Exception):
    """A source as a whole can't be used: missing, truncated, of another kind, in another CRS.

    A single bad record is no error but a line among the rejects of a
    :class:`~ingest.delivery.Delivery`.

    Parameters
    ----------
    path : Path or str
        File or address of the source.
    found : str
        What was wrong, in one clause.
    expected : str
        What would have been right.
    remedy : str
        What the reader of the message can do.
    """

    def __init__(self, path: Path | str, *, found: str, expected: str, remedy: str) -> None:
        self.path = str(path)
        self.found = found
        self.expected = expected
        self.remedy = remedy
        super().__init__(f"{path}: {found}. Expected {expected}. {remedy}")
