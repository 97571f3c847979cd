"""Reading a twin's tables: DuckDB on the Parquet files, in memory once asked for, public attributes only."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import orjson
import pyarrow.parquet as pq

from tiles import RdNap
from twin.catalogue import Attribute, Catalogue
from twin.errors import NotFoundError, QueryError, StoreError
from twin.store import Layout, Manifest, read_manifest

PREFIX = re.compile(r"^NL\.(IMBAG\.\w+|IMGeo)\.")
"""What a CityObject's id has before the id of the register."""
_TILES_KEPT = 32


@dataclass(frozen=True, eq=False)
class Twin:
    """A built twin, opened for reading. Safe to share between threads.

    Attributes
    ----------
    layout : Layout
    manifest : Manifest
    stamp : int
        Modification time of the manifest [ns]; another one means another build.
    """

    layout: Layout
    manifest: Manifest
    stamp: int
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _prepared: set[str] = field(default_factory=set, repr=False)
    _loaded: set[str] = field(default_factory=set, repr=False)
    _lines: dict[str, dict[str, bytes]] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, root: Path) -> Twin:
        """Open the twin in a folder.

        Raises
        ------
        StoreError
            When there is none, or it is of another format.
        """
        layout = Layout(root)
        stamp = layout.manifest.stat().st_mtime_ns if layout.manifest.is_file() else 0
        # The stamp first: a manifest that is replaced in between is then read once more, not never.
        return cls(layout, read_manifest(layout), stamp)

    @cached_property
    def rdnap(self) -> RdNap:
        """Exact transformation between RD and longitude, latitude, around this twin."""
        return RdNap(self.manifest.bbox)

    @cached_property
    def catalogue(self) -> Catalogue:
        """All attributes, those of the twin's own data sets included."""
        return self.manifest.catalogue

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        database = duckdb.connect()
        for collection in self.layout.collections():
            files = [str(p) for p in self.layout.tables(collection)]
            if files:
                listed = ", ".join("'" + f.replace("'", "''") + "'" for f in files)
                database.execute(
                    f'create view "{collection}" as '
                    f"select * from read_parquet([{listed}], union_by_name=true)"
                )
        return database

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query; names in ``sql`` come from the catalogue, values from the request.

        Raises
        ------
        StoreError
            When a table can't be read, as while a new build replaces it.
        """
        with self._lock:
            cursor = self._database.cursor()
        with cursor:
            try:
                return cursor.execute(sql, list(values)).fetchall()
            except (
                duckdb.OutOfRangeException,
                duckdb.ConversionException,
                duckdb.InvalidInputException,
            ) as error:
                # Arithmetic of a filter that leaves the numbers, a value that is none of a column's type.
                raise QueryError(f"this can't be computed: {str(error).splitlines()[0][:200]}") from error
            except duckdb.IOException as error:
                raise StoreError(
                    "A table of this twin can't be read; it may be building anew. Try again in a moment"
                ) from error

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
        return {c: n for c, n in sorted(self.manifest.counts.items()) if n and self.layout.tables(c)}

    def require(self, collection: str) -> None:
        """Make sure that the collection exists, and have it in memory from now on.

        Raises
        ------
        NotFoundError
            When it does not.
        StoreError
            When its tables can't be read.
        """
        if collection not in self.collections:
            known = ", ".join(self.collections)
            raise NotFoundError(f"There is no collection {collection!r} in this twin. There are: {known}")
        if collection in self._loaded:
            return
        with self._lock:
            if collection not in self._loaded:
                # In the order of the ids, which is how one is found at once and pages are cut.
                table = f"{collection}_in_memory"
                self.query(f'create table "{table}" as select * from "{collection}" order by identificatie')
                self.query(f'create or replace view "{collection}" as select * from "{table}"')
                self._loaded.add(collection)

    def attributes(self, collection: str) -> tuple[Attribute, ...]:
        """Public attributes of a collection that its tables hold, in the catalogue's order.

        What ``twin.toml`` keeps from the public as a source is left out with all that comes from it, but for
        the ids, without which there is no collection.
        """
        present = self._columns[collection]
        return tuple(
            a
            for a in self.catalogue.public().of(collection)
            if a.name in present and (a.source not in self._withheld or a.name == "identificatie")
        )

    @cached_property
    def _withheld(self) -> set[str]:
        return {s["kind"] for s in self.manifest.sources if s["classification"] != "openbaar"}

    def attribute(self, collection: str, name: str) -> Attribute:
        """One public attribute.

        Raises
        ------
        QueryError
            When the collection has no such attribute, or it is not for everybody.
        """
        for attribute in self.attributes(collection):
            if attribute.name == name:
                return attribute
        known = ", ".join(a.name for a in self.attributes(collection))
        raise QueryError(f"{collection} has no attribute {name!r}. There are: {known}")

    @cached_property
    def _columns(self) -> dict[str, set[str]]:
        return {c: set(pq.read_schema(self.layout.tables(c)[0]).names) for c in self.collections}

    @cached_property
    def extents(self) -> dict[str, tuple[float, float, float, float]]:
        """Bounding box [m, RD] of every collection."""
        found = {}
        for collection in self.collections:
            rows = self.query(f'select min(minx), min(miny), max(maxx), max(maxy) from "{collection}"')
            found[collection] = rows[0]
        return found

    def city_lines(self, tile: str) -> dict[str, bytes]:
        """Lines of the CityJSON of a tile by the id of their object; the header under the empty text.

        Raises
        ------
        StoreError
            When the file can't be read.
        """
        if tile not in self._lines:
            path = self.layout.cityjson(tile)
            try:
                header, *lines = path.read_bytes().splitlines()
                found = {PREFIX.sub("", orjson.loads(line)["id"]): line for line in lines}
            except (OSError, ValueError, KeyError) as error:
                raise StoreError(
                    f"The 3D models of tile {tile} can't be read; the twin may be building. Try again"
                ) from error
            while len(self._lines) >= _TILES_KEPT:
                self._lines.pop(next(iter(self._lines)), None)
            self._lines[tile] = found | {"": header}
        return self._lines[tile]

    def lonlat_box(self, box: Sequence[float]) -> list[float]:
        """Smallest box in longitude and latitude around a box [m, RD]."""
        x0, y0, x1, y1 = box
        corners = self.rdnap.to_lonlat(np.array([[x0, y0], [x0, y1], [x1, y0], [x1, y1]]))
        return [*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist()]


class CurrentTwin:
    """The twin as it is on disk now; a new build is picked up by the next request."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._twin = Twin.open(root)

    def __call__(self) -> Twin:
        """Open the twin anew if its manifest has changed."""
        manifest = self._twin.layout.manifest
        if manifest.is_file() and manifest.stat().st_mtime_ns != self._twin.stamp:
            with self._lock:
                if manifest.stat().st_mtime_ns != self._twin.stamp:
                    self._twin = Twin.open(self._root)
        return self._twin
