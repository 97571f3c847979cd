"""The twin as it is on disk now, for every audience at once."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import structlog

from twin.api.data import Twin, stamp_of
from twin.catalogue import Classification
from twin.errors import StoreError
from twin.store import Layout

log = structlog.get_logger()
_PAUSE = 2.0  # s before a build that could not be opened is tried again; one after it is not waited for


class CurrentTwin:
    """The twin as it is on disk now, per clearance; a new build is picked up by the next request.

    Until a new build is wholly in memory, and where it can't be, everybody gets the one before. All audiences
    go over to it at once: what is public is in memory once, and shared with who may see more.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._unread, self._again = 0, 0.0
        public = Twin.open(root)
        public.load()
        self._twins: dict[Classification, Twin] = {"openbaar": public}

    @property
    def layout(self) -> Layout:
        """Where it lies."""
        return self._twins["openbaar"].layout

    def ready(self, clearance: Classification) -> Twin | None:
        """The twin, if nothing has to be read for it."""
        opened = self._twins.get(clearance)
        return opened if opened is not None and stamp_of(self.layout) in (opened.stamp, 0) else None

    def __call__(self, clearance: Classification = "openbaar") -> Twin:
        """Open the twin anew if its manifest has changed, or for who may see more than others before.

        Raises
        ------
        StoreError
            When it can't be read, and nothing of before is there to be served.
        """
        opened = self._twins.get(clearance)
        stamp = stamp_of(self.layout)
        if opened is not None and stamp in (opened.stamp, 0):
            return opened
        # One request opens; those that can have the one before do not wait for it.
        if not self._lock.acquire(blocking=opened is None):
            assert opened is not None
            return opened
        try:
            return self._renewed(clearance, stamp)
        finally:
            self._lock.release()

    def _renewed(self, clearance: Classification, stamp: int) -> Twin:
        before = self._twins.get(clearance)
        waits = stamp == self._unread and time.monotonic() < self._again
        if before is not None and (stamp == before.stamp or waits):
            return before
        try:
            self._twins = self._opened(clearance, stamp)
        except StoreError as error:
            if before is None:
                raise
            self._unread, self._again = stamp, time.monotonic() + _PAUSE
            log.warning("the new build can't be read yet", error=str(error))
            return before
        return self._twins[clearance]

    def _opened(self, clearance: Classification, stamp: int) -> dict[Classification, Twin]:
        """The present build for all who have one now, and for a clearance."""
        public = self._twins["openbaar"]
        if stamp not in (public.stamp, 0):
            public = Twin.open(self._root)
            public.load()
        fresh: dict[Classification, Twin] = {"openbaar": public}
        for other in {clearance, *self._twins} - {"openbaar"}:
            known = self._twins.get(other)
            fresh[other] = known if known and known.stamp == public.stamp else public.seen_by(other)
            fresh[other].load()
        return fresh
