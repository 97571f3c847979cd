"""The collections of a twin as tables of DuckDB, for whatever a request asks in words."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from twin.api.table import Rows
from twin.errors import QueryError


class Database:
    """Tables in memory, each with the number of its objects in a column ``row_``.

    Safe to share between threads.

    Parameters
    ----------
    copied : bool
        Whether to take tables over in DuckDB's own format, in which a filter takes half the time of one over
        the columns that there are, for as much memory again.
    """

    def __init__(self, *, copied: bool) -> None:
        self._connection = duckdb.connect()
        self._lock = threading.RLock()
        self._prepared: set[str] = set()
        self._copied = copied

    def add(self, name: str, columns: pa.Table) -> None:
        """Add a table."""
        numbers = pa.array(np.arange(len(columns), dtype=np.int32))
        numbered = columns.append_column("row_", numbers)
        with self._lock:
            table = self._connection.from_arrow(numbered)
            (table.create if self._copied else table.create_view)(name)

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
            cursor = self._connection.cursor()
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
        """Run statements that derive tables of their own; each once in the life of these tables."""
        with self._lock:
            for statement in statements:
                if statement not in self._prepared:
                    self.query(statement)
                    self._prepared.add(statement)
