"""Reading a twin: its tables in memory once asked for, with nothing in them but what the audience may see."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import orjson
import pyarrow as pa
import structlog

from tiles import RdNap
from twin.api import table
from twin.api.table import Rows, Table
from twin.catalogue import STRICTNESS, Attribute, Catalogue, Classification
from twin.errors import NotFoundError, QueryError, StoreError
from twin.store import Layout, Manifest, read_manifest
from twin.store.checksums import read_checked, read_checksums

log = structlog.get_logger()
PREFIX = re.compile(r"^NL\.(IMBAG\.\w+|IMGeo)\.")
"""What a CityObject's id has before the id of the register."""
_TILES_KEPT = 32
_PAUSE = 2.0  # s before a build that could not be opened is tried again


@dataclass(frozen=True, eq=False)
class Twin:
    """A built twin, opened for reading by people of one clearance. Safe to share between threads.

    What they may not see is not in memory: no query can give it away.

    Attributes
    ----------
    layout : Layout
    manifest : Manifest
    stamp : int
        Modification time of the manifest [ns]; another one means another build.
    clearance : str
        The strictest classification that is in it.
    """

    layout: Layout
    manifest: Manifest
    stamp: int
    clearance: Classification = "openbaar"
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _prepared: set[str] = field(default_factory=set, repr=False)
    _tables: dict[str, Table] = field(default_factory=dict, repr=False)
    _lines: dict[str, dict[str, bytes]] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, root: Path, clearance: Classification = "openbaar") -> Twin:
        """Open the twin in a folder.

        Raises
        ------
        StoreError
            When there is none, it is of another format, or another build of it is being written.
        """
        layout = Layout(root)
        stamp = stamp_of(layout)
        # The stamp first: a manifest that is replaced in between is then read once more, not never.
        opened = cls(layout, read_manifest(layout), stamp, clearance)
        opened.checksums  # noqa: B018 - read now, with its manifest
        return opened

    def load(self) -> None:
        """Have all collections in memory, so that a next build takes nothing away.

        Raises
        ------
        StoreError
            When a table can't be read.
        """
        for collection in self.collections:
            self.table(collection)

    @cached_property
    def checksums(self) -> Mapping[str, str]:
        """Of the files of this build."""
        return read_checksums(self.layout, self.manifest.checksums)

    @cached_property
    def rdnap(self) -> RdNap:
        """Exact transformation between RD and longitude, latitude, around this twin."""
        return RdNap(self.manifest.bbox)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Attributes that may be seen, those of the twin's own data sets included."""
        return self.manifest.catalogue.seen_by(self.clearance, self.manifest.classifications)

    @cached_property
    def sources(self) -> list[dict[str, Any]]:
        """Sources that may be named."""
        most = STRICTNESS[self.clearance]
        return [s for s in self.manifest.sources if STRICTNESS[s["classification"]] <= most]

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect()

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query; names in ``sql`` come from the catalogue, values from the request.

        Raises
        ------
        QueryError
            When a filter computes what can't be computed.
        """
        return self._run(sql, values, lambda cursor: cursor.fetchall())  # type: ignore[no-any-return]

    def rows(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        """Rows of a collection ``(N,)``, from a query that selects nothing but ``row_``.

        Raises
        ------
        QueryError
            When a filter computes what can't be computed.
        """
        found: Rows = self._run(sql, values, lambda cursor: cursor.fetchnumpy()["row_"]).astype(np.int64)
        return found

    def _run(self, sql: str, values: Sequence[Any], fetch: Any) -> Any:
        with self._lock:
            cursor = self._database.cursor()
        with cursor:
            try:
                return fetch(cursor.execute(sql, list(values)))
            except (
                duckdb.OutOfRangeException,
                duckdb.ConversionException,
                duckdb.InvalidInputException,
            ) as error:
                # Arithmetic of a filter that leaves the numbers, a value that is none of a column's type.
                raise QueryError(f"this can't be computed: {str(error).splitlines()[0][:200]}") from error

    def prepare(self, statements: Sequence[str]) -> None:
        """Run statements that derive tables of their own, in memory; each once in the life of this twin."""
        with self._lock:
            for statement in statements:
                if statement not in self._prepared:
                    self.query(statement)
                    self._prepared.add(statement)

    @cached_property
    def collections(self) -> dict[str, int]:
        """Collections with objects, and how many."""
        return {
            c: n
            for c, n in sorted(self.manifest.counts.items())
            if n and table.files_of(self.layout, "objects", c, self.checksums)
        }

    def table(self, collection: str) -> Table:
        """A collection, in memory from now on; for queries it has its number in a column ``row_`` besides.

        Raises
        ------
        NotFoundError
            When there is no such collection.
        StoreError
            When its tables can't be read.
        """
        if (found := self._tables.get(collection)) is not None:
            return found
        if collection not in self.collections:
            known = ", ".join(self.collections)
            raise NotFoundError(f"There is no collection {collection!r} in this twin. There are: {known}")
        with self._lock:
            if collection not in self._tables:
                visible = frozenset(a.name for a in self.catalogue.of(collection))
                restricted = self.clearance != "openbaar"
                read = table.read(self.layout, collection, visible, self.checksums, restricted=restricted)
                numbers = pa.array(np.arange(len(read), dtype=np.int32))
                columns = read.arrow.drop_columns(["geometry"]).append_column("row_", numbers)
                self._database.register("incoming_", columns)
                self._database.execute(f'create table "{collection}" as select * from incoming_')
                self._database.unregister("incoming_")
                self._tables[collection] = read
        return self._tables[collection]

    def require(self, collection: str) -> None:
        """Make sure that the collection exists and can be read; see :meth:`table`."""
        self.table(collection)

    def attributes(self, collection: str) -> tuple[Attribute, ...]:
        """Attributes of a collection that may be seen and that its tables hold, in the catalogue's order."""
        if collection not in self._attributes:
            present = self.table(collection).names
            self._attributes[collection] = tuple(
                a for a in self.catalogue.of(collection) if a.name in present
            )
        return self._attributes[collection]

    def secret(self, collection: str) -> frozenset[str]:
        """Attributes of a collection that may be seen here, but not by everybody."""
        if self.clearance == "openbaar":
            return frozenset()
        public = self.manifest.catalogue.seen_by("openbaar", self.manifest.classifications)
        return frozenset(a.name for a in self.attributes(collection)) - {
            a.name for a in public.of(collection)
        }

    @cached_property
    def _attributes(self) -> dict[str, tuple[Attribute, ...]]:
        return {}

    def attribute(self, collection: str, name: str) -> Attribute:
        """One attribute.

        Raises
        ------
        QueryError
            When the collection has no such attribute, or it may not be seen: which of the two is not told.
        """
        for attribute in self.attributes(collection):
            if attribute.name == name:
                return attribute
        known = ", ".join(a.name for a in self.attributes(collection))
        raise QueryError(f"{collection} has no attribute {name!r}. There are: {known}")

    @cached_property
    def extents(self) -> dict[str, tuple[float, float, float, float]]:
        """Bounding box [m, RD] of every collection."""
        found = {}
        for collection in self.collections:
            self.table(collection)
            rows = self.query(f'select min(minx), min(miny), max(maxx), max(maxy) from "{collection}"')
            found[collection] = rows[0]
        return found

    def city_lines(self, tile: str) -> dict[str, bytes]:
        """Lines of the CityJSON of a tile by the id of their object; the header under the empty text.

        Raises
        ------
        StoreError
            When the file can't be read, or is that of another build.
        """
        if tile not in self._lines:
            path = self.layout.cityjson(tile)
            content = read_checked(path, self.layout, self.checksums)
            try:
                header, *lines = content.splitlines()
                found = {PREFIX.sub("", orjson.loads(line)["id"]): line for line in lines}
            except (ValueError, KeyError) as error:
                raise StoreError(f"{path}: not a CityJSON text sequence. Build the twin again") from error
            while len(self._lines) >= _TILES_KEPT:
                self._lines.pop(next(iter(self._lines)), None)
            self._lines[tile] = found | {"": header}
        return self._lines[tile]

    def lonlat_box(self, box: Sequence[float]) -> list[float]:
        """Smallest box in longitude and latitude around a box [m, RD]."""
        x0, y0, x1, y1 = box
        corners = self.rdnap.to_lonlat(np.array([[x0, y0], [x0, y1], [x1, y0], [x1, y1]]))
        return [*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist()]


def stamp_of(layout: Layout) -> int:
    """Modification time of the manifest [ns]; 0 where there is none."""
    try:
        found = layout.manifest.stat()
    except OSError:
        return 0
    return int(getattr(found, "st_mtime_ns", 0) or found.st_mtime * 1e9)


class CurrentTwin:
    """The twin as it is on disk now, per clearance; a new build is picked up by the next request.

    Until a new build is wholly in memory, and where it can't be, everybody gets the one before.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._again = 0.0
        self._twins: dict[Classification, Twin] = {"openbaar": Twin.open(root)}
        self._twins["openbaar"].load()

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
        if before is not None and (stamp == before.stamp or time.monotonic() < self._again):
            return before
        try:
            fresh = Twin.open(self._root, clearance)
            fresh.load()
        except StoreError as error:
            if before is None:
                raise
            self._again = time.monotonic() + _PAUSE
            log.warning("the new build can't be read yet", error=str(error))
            return before
        self._twins[clearance] = fresh
        return fresh
