"""Reading a twin: its tables in memory, with nothing in them but what the audience may see."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from tiles import RdNap
from twin.api import table
from twin.api.database import Database
from twin.api.geojson import KEPT, Written
from twin.api.kept import Kept
from twin.api.table import Rows, Table
from twin.catalogue import Attribute, Catalogue, Classification
from twin.errors import NotFoundError, QueryError, StoreError
from twin.store import Layout, Manifest, read_manifest
from twin.store.checksums import read_checked, read_checksums

PREFIX = re.compile(r"^NL\.(IMBAG\.\w+|IMGeo)\.")
"""What a CityObject's id has before the id of the register."""
_TILES_KEPT = 32
_SUMMARIES = 32 << 20  # bytes: some thousands


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
    public : Twin or None
        The same build as everybody sees it, for who may see more: they share what is public. The public one
        knows of no other.
    """

    layout: Layout
    manifest: Manifest
    stamp: int
    clearance: Classification = "openbaar"
    public: Twin | None = field(default=None, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _tables: dict[str, Table] = field(default_factory=dict, repr=False)
    _lines: dict[str, dict[str, bytes]] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, root: Path) -> Twin:
        """Open the twin in a folder, for everybody.

        Raises
        ------
        StoreError
            When there is none, it is of another format, or another build of it is being written.
        """
        layout = Layout(root)
        stamp = stamp_of(layout)
        # The stamp first: a manifest that is replaced in between is then read once more, not never.
        opened = cls(layout, read_manifest(layout), stamp)
        opened.checksums  # noqa: B018 - read now, with its manifest
        return opened

    def seen_by(self, clearance: Classification) -> Twin:
        """The same build for people who may see more than everybody."""
        return Twin(self.layout, self.manifest, self.stamp, clearance, self)

    def load(self) -> None:
        """Have all collections in memory, so that a next build takes nothing away.

        Raises
        ------
        StoreError
            When a table can't be read.
        """
        for collection in self.collections:
            self.table(collection)
        pa.default_memory_pool().release_unused()  # half as much again, from the reading

    @cached_property
    def checksums(self) -> Mapping[str, str]:
        """Of the files of this build."""
        if self.public is not None:
            return self.public.checksums
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
        return self.manifest.sources_for(self.clearance)

    @cached_property
    def _database(self) -> Database:
        return Database(copied=self.public is None)

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query, see :meth:`~twin.api.database.Database.query`."""
        return self._database.query(sql, values)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        """Rows of a collection, see :meth:`~twin.api.database.Database.rows`."""
        return self._database.rows(sql, values)

    def prepare(self, statements: Sequence[str]) -> None:
        """Derive tables, see :meth:`~twin.api.database.Database.prepare`."""
        self._database.prepare(statements)

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
                read = self._read(collection)
                self._database.add(collection, read.arrow.drop_columns(["geometry"]))
                self._tables[collection] = read
        return self._tables[collection]

    def _read(self, collection: str) -> Table:
        visible = frozenset(a.name for a in self.catalogue.of(collection))
        if self.public is None:
            return table.read(self.layout, collection, visible, self.checksums)
        shared = self.public.table(collection)
        return table.read_more(shared, self.layout, collection, visible, self.checksums)

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

    def written(self, collection: str) -> Written:
        """Objects of a collection as they were written before."""
        if (found := self._written.get(collection)) is None:
            # Of everybody's answers many are alike; of those of a few members of staff fewer.
            limit = KEPT if self.public is None else KEPT // 8
            found = Written(self.table(collection), self.attributes(collection), self.rdnap, limit)
            found = self._written.setdefault(collection, found)
        return found

    @cached_property
    def _written(self) -> dict[str, Written]:
        return {}

    @cached_property
    def summaries(self) -> Kept[tuple[str, ...]]:
        """Statistics that were asked for before."""
        return Kept(_SUMMARIES)

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
