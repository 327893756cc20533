"""Statements about many rows at once, at the speed of the database."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Connection, Insert, Text, Update, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class among(FunctionElement[bool]):  # noqa: N801 - reads as the SQL that it stands for
    """The condition that a text is one of some, however many: they travel as one JSON list."""

    name = "among"
    type = Boolean()
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
    names = list(rows[0]) if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=connection.dialect, column_keys=names)
    constants = {name: value for name, value in compiled.params.items() if name not in rows[0]}
    ways = {name: _way(bind.type, connection) for name, bind in compiled.binds.items()}
    columns = [
        [ways[name](row[name] if name in row else constants[name]) for row in rows]
        for name in compiled.positiontup or ()
    ]
    connection.exec_driver_sql(str(compiled), list(zip(*columns, strict=True)))


def _way(kind: Any, connection: Connection) -> Callable[[Any], Any]:
    """Give how the driver wants a value; a value that comes again is not written out again."""
    process = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if process is None:
        return lambda value: value
    written: dict[Any, Any] = {}

    def write(value: Any) -> Any:
        if value not in written:
            written[value] = process(value)
        return written[value]

    return write
