"""Parts of answers that were made before, within a bound."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Kept(Generic[K]):
    """Bytes by key; what was put in first is forgotten first.

    They never take more than ``limit`` bytes. Safe to share between threads.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: dict[K, bytes] = {}
        self._size = 0

    def get(self, key: K) -> bytes | None:
        """What was put in under a key, if it is still there."""
        return self._kept.get(key)

    def put(self, fresh: Mapping[K, bytes]) -> None:
        """Put in what was made."""
        with self._lock:
            for key, content in fresh.items():
                if key not in self._kept:
                    self._kept[key] = content
                    self._size += len(content)
            while self._size > self._limit:
                self._size -= len(self._kept.pop(next(iter(self._kept))))
