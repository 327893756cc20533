"""PostgreSQL as the warehouse: what the lake holds goes in, what others read comes out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.engines.tables import Source, Table
from orchestration.engines.warehouse import Warehouse, WarehouseError

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812  (a class in lower case)

_TYPES = {
    "DOUBLE": "double precision",
    "FLOAT": "real",
    "UINTEGER": "bigint",
    "UBIGINT": "numeric(20)",
    "HUGEINT": "numeric(39)",
}
"""DuckDB's type -> PostgreSQL's, where the names differ."""
_COLUMNS = """
select column_name,
    case data_type
        when 'numeric' then coalesce(
            'decimal(' || numeric_precision || ', ' || numeric_scale || ')', 'double'
        )
        when 'timestamp without time zone' then 'timestamp'
        when 'character varying' then 'varchar'
        when 'text' then 'varchar'
        when 'double precision' then 'double'
        else data_type
    end
from information_schema.columns
where table_schema = %s and table_name = %s
order by ordinal_position
"""
_PROFILE = {
    "host": "ENISHI_POSTGRES_HOST",
    "port": "ENISHI_POSTGRES_PORT",
    "user": "ENISHI_POSTGRES_USER",
    "password": "ENISHI_POSTGRES_PASSWORD",
    "dbname": "ENISHI_POSTGRES_DATABASE",
}


class PostgresWarehouse(Warehouse):
    """A PostgreSQL database that dbt builds in."""

    def __init__(self, url: str, work_db: Path) -> None:
        """Take the address of the database, as libpq reads it, and the work database."""
        self._url = url
        self._work_db = work_db

    def load(self, sources: Sequence[Source]) -> Mapping[Table, int]:
        """Replace the tables of the sources by what the lake holds, all in one transaction.

        Raises:
            WarehouseError: the database compares texts in another order than the other engines.
        """
        with self._opened() as cursor, duckdb.connect() as lake, self._file() as file:
            lake.execute("set TimeZone = 'UTC'")
            _check_locale(cursor)
            _teach_types(cursor)
            return {source.table: _load(cursor, lake, source, file) for source in sources}

    def bring(self, tables: Sequence[Table]) -> Mapping[Table, int]:
        """Copy tables into the work database; one that dbt could not build stays as it was."""
        with self._opened() as cursor, duckdb.connect(str(self._work_db)) as work:
            work.execute("set TimeZone = 'UTC'")
            with self._file() as file:
                columns = {table: _columns(cursor, table) for table in tables}
                return {
                    table: _bring(cursor, work, table, columns[table], file)
                    for table in tables
                    if columns[table]
                }

    def row_counts(self) -> dict[str, int]:
        """The rows of each table, as PostgreSQL's statistics have them."""
        with self._opened() as cursor:
            cursor.execute("select relname, n_live_tup from pg_stat_user_tables")
            return dict(cursor.fetchall())

    @contextmanager
    def _opened(self) -> Iterator[Cursor]:
        connection = _driver().connect(self._url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("set time zone 'UTC'")
                yield cursor
        finally:
            connection.close()

    @contextmanager
    def _file(self) -> Iterator[Path]:
        """A file that nobody else can read, gone afterwards: rows hold personal data."""
        self._work_db.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._work_db.parent) as folder:
            yield Path(folder) / "rows.csv"


def profile_of(url: str) -> dict[str, str]:
    """The variables by which dbt's profile finds the database."""
    parts: dict[str, str] = _driver().extensions.parse_dsn(url)
    return {variable: parts[name] for name, variable in _PROFILE.items() if name in parts}


def _driver() -> Any:
    try:
        import psycopg2  # noqa: PLC0415  an extra that not every machine has
        import psycopg2.extensions  # noqa: PLC0415  as above
    except ModuleNotFoundError as error:
        raise WarehouseError(
            "the target postgres needs its extra: pip install 'enishi[postgres]'"
        ) from error
    return psycopg2


def _check_locale(cursor: Cursor) -> None:
    """Texts must sort by their characters' numbers and know upper case beyond ASCII."""
    cursor.execute(
        "select datcollate, pg_encoding_to_char(encoding) from pg_database"
        " where datname = current_database()"
    )
    collation, encoding = cursor.fetchone()
    if collation.lower().replace("-", "") != "c.utf8" or encoding != "UTF8":
        raise WarehouseError(
            f"the database of ENISHI_POSTGRES_URL has the locale {collation} and the encoding"
            f" {encoding}, so texts sort differently there; make one with: create database …"
            " template template0 encoding 'UTF8' locale 'C.UTF-8'"
        )


def _teach_types(cursor: Cursor) -> None:
    """Give PostgreSQL the type name `double` of the contracts, which other engines know."""
    cursor.execute("select to_regtype('double') is null")
    row = cursor.fetchone()
    if row is not None and row[0]:
        cursor.execute("create domain public.double as double precision")


def _load(cursor: Cursor, lake: duckdb.DuckDBPyConnection, source: Source, file: Path) -> int:
    described = lake.execute(f"describe select * from {source.location}").fetchall()
    columns = ", ".join(f'"{name}" {_TYPES.get(kind, kind)}' for name, kind, *_ in described)
    cursor.execute(f"create schema if not exists {source.table.schema}")
    cursor.execute(f"drop table if exists {source.table} cascade")
    cursor.execute(f"create table {source.table} ({columns})")
    # Quoted is a text, if an empty one; what is not quoted and empty is null.
    lake.execute(
        f"copy (select * from {source.location}) to {_quoted(file)}"
        " (format csv, header false, force_quote *)"
    )
    with file.open("rb") as rows:
        cursor.copy_expert(f"copy {source.table} from stdin (format csv)", rows)
    loaded: int = cursor.rowcount
    cursor.execute(f"analyze {source.table}")
    return loaded


def _columns(cursor: Cursor, table: Table) -> dict[str, str]:
    cursor.execute(_COLUMNS, (table.schema, table.name))
    return dict(cursor.fetchall())


def _bring(
    cursor: Cursor,
    work: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Mapping[str, str],
    file: Path,
) -> int:
    with file.open("wb") as rows:
        cursor.copy_expert(
            f"copy (select * from {table}) to stdout (format csv, force_quote *)", rows
        )
    brought: int = cursor.rowcount
    work.execute(f"create schema if not exists {table.schema}")
    declared = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    work.execute(
        f"create or replace table {table} as select * from read_csv({_quoted(file)},"
        f" columns = {{{declared}}}, header = false, auto_detect = false, delim = ',',"
        " quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false)"
    )
    return brought


def _quoted(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"
