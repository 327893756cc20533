"""Statements about many rows at once, at the speed of the database."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, Text, Update, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType


class among(FunctionElement[Any]):  # noqa: N801 - reads as the SQL that it stands for
    """The condition that a text is one of some, however many: they travel as one JSON list."""

    name = "among"
    # Typed as Boolean it would be written `(…) = 1` for SQLite, and no index would be used.
    type = NullType()
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], values: Collection[str]) -> None:
        """Ask whether `column` holds one of `values`; of none, nothing is one."""
        super().__init__(column, literal(json.dumps(list(values)), Text()))


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT json_array_elements_text(CAST({values} AS json)))"


def write_rows(
    connection: Connection, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute a statement once for each row; a row names every mark that has no value yet.

    SQLAlchemy handles each value of each row anew; here SQLite's driver gets the rows as they
    are, and each instant is written out once. Other drivers have ways of their own for many rows.
    """
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        connection.execute(statement, rows)
        return
    first = rows[0]
    names = list(first) if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=connection.dialect, column_keys=names)
    columns: list[Sequence[Any]] = []
    for name in compiled.positiontup or ():
        kind = compiled.binds[name].type.dialect_impl(connection.dialect)
        is_given = name in first
        values = [row[name] for row in rows] if is_given else [compiled.params[name]] * len(rows)
        columns.append(_written(values, kind.bind_processor(connection.dialect)))
    connection.exec_driver_sql(str(compiled), list(zip(*columns, strict=True)))


def _written(values: list[Any], process: Callable[[Any], Any] | None) -> list[Any]:
    """Give values as the driver wants them; one that comes again is not written out again."""
    if process is None:
        return values
    written = {value: process(value) for value in set(values)}
    return [written[value] for value in values]
