"""Reads the work database: which tables are for others, how many rows, and what must not leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.publication.errors import PublicationRefused

OPEN_SCHEMAS = ("marts", "segments", "policy", "identity")
CONTACT_SCHEMA = "contact"

_WORK = "work_database"
# An address inside any text, as written or as a URL writes it; the cheap search comes first.
_ADDRESSES = (
    "count(*) filter (where (contains({column}, '@') or contains({column}, '%40'))"
    " and regexp_matches({column},"
    " '[A-Za-z0-9._%+-]+(@|%40)[A-Za-z0-9-]+([.][A-Za-z0-9-]+)*[.][A-Za-z]{{2,}}'))"
)


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table of the work database that is published."""

    schema_name: str
    table_name: str

    @property
    def name(self) -> str:
        """The table's name with its schema."""
        return f"{self.schema_name}.{self.table_name}"

    @property
    def is_contact(self) -> bool:
        """True when the table belongs into the restricted file."""
        return self.schema_name == CONTACT_SCHEMA


def quoted(*parts: str) -> str:
    """Give a dotted SQL name of any parts."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


@dataclass(frozen=True, slots=True)
class WorkDatabase:
    """The work database, opened to be read only."""

    connection: duckdb.DuckDBPyConnection

    def tables(self) -> tuple[SourceTable, ...]:
        """Give what is to be published, by schema and name."""
        schemas = [*OPEN_SCHEMAS, CONTACT_SCHEMA]
        rows = self.connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_catalog = ? and list_contains(?, table_schema) order by all",
            [_WORK, schemas],
        ).fetchall()
        return tuple(SourceTable(*row) for row in rows)

    def row_count(self, table: SourceTable) -> int:
        """Count the rows of a table."""
        return counted(self.connection, self.named(table))

    def named(self, table: SourceTable) -> str:
        """Give the table's name in SQL."""
        return quoted(_WORK, table.schema_name, table.table_name)

    def address_problems(self, tables: Sequence[SourceTable]) -> list[str]:
        """Say which column outside the contact schema holds e-mail addresses, and how many."""
        found = []
        for table in tables:
            texts = [] if table.is_contact else self._text_columns(table)
            if not texts:
                continue
            counts = ", ".join(_ADDRESSES.format(column=quoted(column)) for column in texts)
            row = self.connection.execute(f"select {counts} from {self.named(table)}").fetchone()
            found += [
                f"{table.name}.{column} holds an e-mail address in {count:,} rows:"
                " leave it out or hash it; only the contact schema may hold addresses"
                for column, count in zip(texts, row or (), strict=True)
                if count
            ]
        return found

    def _text_columns(self, table: SourceTable) -> list[str]:
        rows = self.connection.execute(
            "select column_name from information_schema.columns where table_catalog = ?"
            " and table_schema = ? and table_name = ? and data_type = 'VARCHAR'"
            " order by ordinal_position",
            [_WORK, table.schema_name, table.table_name],
        ).fetchall()
        return [str(row[0]) for row in rows]


@contextmanager
def opened(work_db: Path) -> Iterator[WorkDatabase]:
    """Open the work database for reading.

    Raises PublicationRefused when it is not there or another process is writing it.
    """
    if not work_db.is_file():
        raise PublicationRefused(f"there is no work database {work_db.name}: build it first")
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        try:
            connection.execute(f"attach {path_text(work_db)} as {_WORK} (read_only)")
        except duckdb.Error as error:
            message = f"{work_db.name} cannot be read, most likely a build still writes it: wait"
            raise PublicationRefused(message) from error
        yield WorkDatabase(connection)


def counted(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Count the rows of a table named in SQL."""
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def path_text(path: Path) -> str:
    """Give a path as an SQL text."""
    return "'" + str(path).replace("'", "''") + "'"
