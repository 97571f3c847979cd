"""The record of who read what that is not public: a line of JSON each, without anything about persons."""

from __future__ import annotations

import datetime as dt
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
import structlog

from twin.access.audience import Audience
from twin.errors import StoreError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Read:
    """What an answer held.

    Attributes
    ----------
    route : str
        Path of the API, with ``{item}`` and not an id.
    collection : str
    attributes : tuple of str
        Those that are not public, and were given, filtered or sorted by.
    count : int
        Objects whose values are in the answer.
    """

    route: str
    collection: str
    attributes: tuple[str, ...]
    count: int


class Audit:
    """A file that lines are added to, readable by its owner only; without one, the log.

    Raises
    ------
    StoreError
        When the file can't be opened: a server that can't keep its record must not give anything away.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._file = -1
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            except OSError as error:
                raise StoreError(
                    f"{path}: can't be written: {error.strerror}. Correct `audit` in access.toml"
                ) from error

    def enter(self, audience: Audience, read: Read) -> None:
        """Add a line; of several processes none ever comes in the middle of another.

        Raises
        ------
        StoreError
            When it can't be written.
        """
        time = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        line = {"time": time, "subject": audience.subject, "clearance": audience.clearance, **asdict(read)}
        if self._file < 0:
            log.warning("non-public data read", **line)
            return
        try:
            with self._lock:
                os.write(self._file, orjson.dumps(line) + b"\n")
        except OSError as error:
            raise StoreError(
                "The record of reads can't be written, so nothing non-public is given"
            ) from error
