"""A collection in memory: its columns in the order of the ids, which is how one is found at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from twin.errors import StoreError
from twin.store import Layout
from twin.store.checksums import read_checked

Rows = npt.NDArray[np.int64]
ALWAYS = ("identificatie", "minx", "miny", "maxx", "maxy", "geometry")
"""Columns that everybody has: without them there is no object."""


@dataclass(frozen=True, eq=False)
class Table:
    """Objects of a collection, sorted by ``identificatie``.

    Attributes
    ----------
    arrow : pyarrow.Table
        One chunk per column; ``geometry`` is WKB in EPSG:28992.
    """

    arrow: pa.Table

    def __len__(self) -> int:
        return int(self.arrow.num_rows)

    @cached_property
    def names(self) -> frozenset[str]:
        """Its columns."""
        return frozenset(self.arrow.column_names)

    @cached_property
    def ids(self) -> list[str]:
        """Of all objects, sorted."""
        found: list[str] = self.arrow["identificatie"].to_pylist()
        return found

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.ids)}

    def row_of(self, name: str) -> int | None:
        """Row of the object with an id."""
        return self._places.get(name)

    def first_after(self, name: str) -> int:
        """Row of the first object whose id comes after a text."""
        return bisect_right(self.ids, name)

    def shapes(self, rows: Rows) -> npt.NDArray[Any]:
        """Geometries of rows ``(N,)`` in EPSG:28992; None for none."""
        return np.asarray(
            shapely.from_wkb(self.arrow["geometry"].take(pa.array(rows)).to_pylist()), dtype=object
        )

    def take(self, rows: Rows, names: Sequence[str | None]) -> list[tuple[Any, ...]]:
        """Values of columns at rows ``(N,)``, a tuple per object; None for a column without a name."""
        part = self.arrow.select([n for n in dict.fromkeys(names) if n]).take(pa.array(rows))
        nothing = [None] * len(rows)
        return list(zip(*(part[n].to_pylist() if n else nothing for n in names), strict=True))


def read(
    layout: Layout,
    collection: str,
    visible: frozenset[str],
    checksums: Mapping[str, str],
    *,
    restricted: bool,
) -> Table:
    """Read a collection, with nothing but the columns that may be seen.

    Parameters
    ----------
    layout : Layout
    collection : str
    visible : frozenset of str
        Attributes; others are never in memory.
    checksums : mapping
        See :func:`twin.store.checksums.read_checksums`.
    restricted : bool
        Whether to read what is stored apart as well.

    Raises
    ------
    StoreError
        When a file can't be read, or is that of another build.
    """
    names = visible | set(ALWAYS)
    tables = [_part(p, layout, checksums, names) for p in files_of(layout, "objects", collection, checksums)]
    whole = pa.concat_tables(tables, promote_options="permissive")
    if restricted:
        paths = files_of(layout, "restricted", collection, checksums)
        parts = [_part(p, layout, checksums, names) for p in paths]
        if parts:
            whole = _joined(whole, pa.concat_tables(parts, promote_options="permissive"))
    order = pc.sort_indices(whole["identificatie"])
    return Table(whole.take(order).combine_chunks())


def files_of(layout: Layout, folder: str, collection: str, checksums: Mapping[str, str]) -> list[Path]:
    """Files of a collection: those of the build's list where there is one, or else those that there are."""
    if checksums:
        prefix = f"{folder}/{collection}/"
        return [layout.root / name for name in sorted(checksums) if name.startswith(prefix)]
    return layout.tables(collection) if folder == "objects" else layout.restricted_tables(collection)


def _part(path: Path, layout: Layout, checksums: Mapping[str, str], names: frozenset[str]) -> pa.Table:
    content = read_checked(path, layout, checksums)
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        return file.read([n for n in file.schema_arrow.names if n in names]).replace_schema_metadata(None)
    except pa.ArrowException as error:
        raise StoreError(f"{path}: not a table: {error}. Build the twin again") from error


def _joined(objects: pa.Table, more: pa.Table) -> pa.Table:
    """Objects with columns of their own that stand in another table, by id; missing where it has no row."""
    row = pc.index_in(objects["identificatie"], value_set=more["identificatie"].combine_chunks())
    for name in more.column_names:
        if name not in objects.column_names:
            objects = objects.append_column(more.field(name), more[name].take(row))
    return objects
