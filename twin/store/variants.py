"""Saved variants, a JSON file each below ``scenarios/``: at once, bounded, and versioned by their content."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from twin.errors import (
    ChangedMeanwhileError,
    NotFoundError,
    ScenarioError,
    StoreError,
    TooLargeError,
    UnconditionalError,
)
from twin.store.atomic import write_bytes
from twin.store.layout import Layout

LARGEST = 12_000_000  # bytes of a variant: two designs of a hundred thousand triangles
MOST = 1_000  # variants of a twin
_ID = re.compile(r"^[A-Za-z0-9_-]{1,64}$")


@dataclass(frozen=True, slots=True)
class Saved:
    """A variant as it is kept: its content as bytes, and the tag of that content."""

    id: str
    content: bytes

    @property
    def tag(self) -> str:
        """Strong validator of the content (RFC 9110, 8.8.3), without quotes."""
        return hashlib.sha256(self.content).hexdigest()[:32]


@dataclass(frozen=True)
class Variants:
    """The saved variants of a twin. One process writes; readers may be many."""

    layout: Layout
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def listed(self) -> list[dict[str, Any]]:
        """Id, title, times, number of edits and tag of each, newest first; unreadable files are left out."""
        found = []
        for path in self._files():
            try:
                content = path.read_bytes()
                variant = orjson.loads(content)
                entry: dict[str, Any] = {"id": path.stem}
                entry |= {k: variant.get(k) for k in ("title", "description", "created", "modified")}
                entry |= {"edits": len(variant["edits"]), "tag": Saved(path.stem, content).tag}
            except (OSError, ValueError, TypeError, KeyError, AttributeError):
                continue
            found.append(entry)
        return sorted(found, key=lambda e: str(e["modified"]), reverse=True)

    def read(self, name: str) -> Saved:
        """One variant.

        Raises
        ------
        NotFoundError
            When there is none of that id.
        StoreError
            When its file can't be read.
        """
        path = self._path(name)
        try:
            return Saved(name, path.read_bytes())
        except FileNotFoundError:
            raise NotFoundError(f"There is no variant {name!r}; /api/scenarios lists them") from None
        except OSError as error:
            raise StoreError(f"{path}: can't be read: {error.strerror}. Check its rights") from error

    def create(self, content: dict[str, Any]) -> Saved:
        """Keep a new variant under an id of its own.

        Raises
        ------
        TooLargeError
            When it is too large, or there are as many variants as may be.
        StoreError
            When it can't be written.
        """
        with self._lock:
            if len(self._files()) >= MOST:
                raise TooLargeError(
                    f"There are {MOST} variants already. Delete some that nobody needs",
                    f"Er staan al {MOST} varianten op de server. Laat er verwijderen die niemand nodig heeft",
                )
            return self._write(secrets.token_urlsafe(9), content)

    def replace(self, name: str, content: dict[str, Any], tag: str | None) -> Saved:
        """Put other content in the place of the version with this tag.

        Raises
        ------
        UnconditionalError
            Without a tag.
        ChangedMeanwhileError
            When the variant has another tag by now.
        """
        with self._lock:
            self._require(name, tag)
            return self._write(name, content)

    def delete(self, name: str, tag: str | None) -> None:
        """Remove the version with this tag; errors as in :meth:`replace`."""
        with self._lock:
            self._require(name, tag)
            try:
                self._path(name).unlink()
            except OSError as error:
                raise StoreError(f"{self._path(name)}: can't be deleted: {error.strerror}") from error

    def _require(self, name: str, tag: str | None) -> None:
        saved = self.read(name)
        if tag is None:
            raise UnconditionalError("Send If-Match with the ETag of the version that you have")
        if tag not in ("*", saved.tag):
            raise ChangedMeanwhileError(
                f"Variant {name} was changed by somebody else since you opened it. Open it again, or save "
                "yours as a new one"
            )

    def _write(self, name: str, content: dict[str, Any]) -> Saved:
        try:
            data = orjson.dumps({**content, "id": name})
        except TypeError as error:
            raise ScenarioError(
                f"variant: {error}", f"Deze variant kan niet worden bewaard ({error})"
            ) from error
        if len(data) > LARGEST:
            raise TooLargeError(
                f"The variant has {len(data)} bytes; {LARGEST} are allowed",
                f"De variant heeft {len(data)} bytes; {LARGEST} mogen. Laat een ingelezen ontwerp weg",
            )
        write_bytes(self._path(name), data)
        return Saved(name, data)

    def _path(self, name: str) -> Path:
        if not _ID.fullmatch(name):
            raise NotFoundError(f"{name[:80]!r} is no id of a variant")
        return self.layout.scenarios / f"{name}.json"

    def _files(self) -> list[Path]:
        folder = self.layout.scenarios
        return [p for p in folder.glob("*.json") if _ID.fullmatch(p.stem)] if folder.is_dir() else []
