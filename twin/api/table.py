"""A collection in memory: its columns in the order of the ids, which is how one is found at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence, Set
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
from twin.geometry.columns import Bools, Floats
from twin.store import Layout
from twin.store.checksums import read_checked

Rows = npt.NDArray[np.int64]
ALWAYS = ("identificatie", "minx", "miny", "maxx", "maxy", "geometry")
"""Columns that everybody has: without them there is no object."""
DECIMALS = 4
"""Of numbers in JSON: a tenth of a millimetre, and more than any figure here is good for."""


@dataclass(frozen=True, eq=False)
class Ids:
    """Ids of all objects of a collection, sorted, and the row of each."""

    names: list[str]

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row by id."""
        return {name: row for row, name in enumerate(self.names)}


@dataclass(frozen=True, eq=False)
class Table:
    """Objects of a collection, sorted by ``identificatie``.

    Attributes
    ----------
    arrow : pyarrow.Table
        One chunk per column; ``geometry`` is WKB in EPSG:28992.
    """

    arrow: pa.Table
    _ids: Ids

    def __len__(self) -> int:
        return int(self.arrow.num_rows)

    @cached_property
    def names(self) -> frozenset[str]:
        """Its columns."""
        return frozenset(self.arrow.column_names)

    @property
    def ids(self) -> list[str]:
        """Of all objects, sorted."""
        return self._ids.names

    def row_of(self, name: str) -> int | None:
        """Row of the object with an id."""
        return self._ids.rows.get(name)

    def first_after(self, name: str) -> int:
        """Row of the first object whose id comes after a text."""
        return bisect_right(self.ids, name)

    @cached_property
    def _boxes(self) -> Floats:
        return np.stack([self.arrow[n].to_numpy() for n in ALWAYS[1:5]])

    def near(self, box: Sequence[float]) -> Rows:
        """Rows of the objects whose own box meets a box (min x, min y, max x, max y) [m, RD], ascending."""
        x0, y0, x1, y1 = box
        minx, miny, maxx, maxy = self._boxes
        return np.flatnonzero((maxx >= x0) & (minx <= x1) & (maxy >= y0) & (miny <= y1))

    def inside(self, box: Sequence[float], rows: Rows) -> Bools:
        """Which rows ``(N,)`` have their own box wholly within a box [m, RD]."""
        x0, y0, x1, y1 = box
        minx, miny, maxx, maxy = self._boxes[:, rows]
        return np.asarray((minx >= x0) & (maxx <= x1) & (miny >= y0) & (maxy <= y1))

    def shapes(self, rows: Rows) -> npt.NDArray[Any]:
        """Geometries of rows ``(N,)`` in EPSG:28992; None for none."""
        return np.asarray(
            shapely.from_wkb(self.arrow["geometry"].take(pa.array(rows)).to_pylist()), dtype=object
        )

    def column(self, name: str, rows: Rows, *, told: bool = False) -> pa.Array:
        """Values of one column at rows ``(N,)``; ``told`` as in :meth:`take`."""
        return (self._told if told else self.arrow)[name].take(pa.array(rows)).combine_chunks()

    def take(self, rows: Rows, names: Sequence[str | None], *, told: bool = False) -> list[tuple[Any, ...]]:
        """Values of columns at rows ``(N,)``, a tuple per object; None for a column without a name.

        ``told``: numbers as JSON tells them, rounded and None where they are not finite.
        """
        source = self._told if told else self.arrow
        part = source.select([n for n in dict.fromkeys(names) if n]).take(pa.array(rows))
        nothing = [None] * len(rows)
        return list(zip(*(part[n].to_pylist() if n else nothing for n in names), strict=True))

    @cached_property
    def _told(self) -> pa.Table:
        """Numbers rounded once, not with every answer; a column that is round already takes no memory."""
        table = self.arrow
        for place, field in enumerate(table.schema):
            if pa.types.is_floating(field.type) and field.name not in ALWAYS:
                column = table[field.name]
                finite = pc.if_else(pc.is_finite(column), pc.round(column, DECIMALS), None)
                if not finite.equals(column):
                    table = table.set_column(place, field, finite)
        return table

    def widened(self, more: pa.Table) -> Table:
        """The same objects with the columns of ``more`` beside their own, by id; missing where it has no row.

        Nothing is copied but what is new.
        """
        row = pc.index_in(self.arrow["identificatie"], value_set=more["identificatie"].combine_chunks())
        whole = self.arrow
        for name in more.column_names:
            if name not in whole.column_names:
                whole = whole.append_column(more.field(name), more[name].take(row).combine_chunks())
        return Table(whole, self._ids)


def read(layout: Layout, collection: str, visible: frozenset[str], checksums: Mapping[str, str]) -> Table:
    """Read a collection, with nothing but the columns that may be seen by everybody.

    Parameters
    ----------
    layout : Layout
    collection : str
    visible : frozenset of str
        Attributes; others are never in memory.
    checksums : mapping
        See :func:`twin.store.checksums.read_checksums`.

    Raises
    ------
    StoreError
        When a file can't be read, or is that of another build.
    """
    whole = _whole("objects", layout, collection, visible | set(ALWAYS), checksums)
    order = pc.sort_indices(whole["identificatie"])
    arrow = whole.take(order).combine_chunks()
    return Table(arrow, Ids(arrow["identificatie"].to_pylist()))


def read_more(
    public: Table, layout: Layout, collection: str, visible: frozenset[str], checksums: Mapping[str, str]
) -> Table:
    """A collection as who may see more than everybody gets it: what is public is shared, the rest is read.

    Raises
    ------
    StoreError
        When a file can't be read, or is that of another build.
    """
    names = visible - public.names
    found = public
    for folder in ("objects", "restricted"):
        if names and files_of(layout, folder, collection, checksums):
            found = found.widened(_whole(folder, layout, collection, names | {ALWAYS[0]}, checksums))
    return found


def _whole(
    folder: str, layout: Layout, collection: str, names: Set[str], checksums: Mapping[str, str]
) -> pa.Table:
    """The files of a collection under each other."""
    parts = [_part(p, layout, checksums, names) for p in files_of(layout, folder, collection, checksums)]
    return pa.concat_tables(parts, promote_options="permissive")


def files_of(layout: Layout, folder: str, collection: str, checksums: Mapping[str, str]) -> list[Path]:
    """Files of a collection: those of the build's list where there is one, or else those that there are."""
    if checksums:
        prefix = f"{folder}/{collection}/"
        return [layout.root / name for name in sorted(checksums) if name.startswith(prefix)]
    return layout.tables(collection) if folder == "objects" else layout.restricted_tables(collection)


def _part(path: Path, layout: Layout, checksums: Mapping[str, str], names: Set[str]) -> pa.Table:
    content = read_checked(path, layout, checksums)
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        return file.read([n for n in file.schema_arrow.names if n in names]).replace_schema_metadata(None)
    except pa.ArrowException as error:
        raise StoreError(f"{path}: not a table: {error}. Build the twin again") from error
