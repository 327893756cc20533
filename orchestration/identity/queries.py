"""Query results in columns."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
from numpy.typing import NDArray


def arrow_table(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None = None
) -> pa.Table:
    """The result as an Arrow table."""
    table: pa.Table = connection.sql(query, params=parameters).to_arrow_table()
    return table


def numbers(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None = None
) -> list[NDArray[Any]]:
    """The columns of a result without nulls."""
    # A column without rows would come as one of objects.
    return [
        column.to_numpy().astype(column.type.to_pandas_dtype(), copy=False)
        for column in arrow_table(connection, query, parameters).columns
    ]


def text(value: object) -> str:
    """A value as an SQL text."""
    return "'" + str(value).replace("'", "''") + "'"
