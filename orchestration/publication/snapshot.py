"""Copies the tables that others may read out of the work database into a folder of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.publication.editions import Edition, PublishedTable
from orchestration.publication.gates import GateRecord
from orchestration.publication.work_database import (
    SourceTable,
    WorkDatabase,
    counted,
    path_text,
    quoted,
)

STORAGE_VERSION = "v1.0.0"
"""The oldest DuckDB that opens what is published: drivers of BI tools lag behind."""
WORK_SCHEMA_VERSION = 1
"""Counts up when published tables change so that readers have to change with them."""


def copy_tables(work: WorkDatabase, tables: Sequence[SourceTable], folder: Path) -> None:
    """Write warehouse.duckdb, contacts.duckdb and the Parquet files into the folder.

    Rows are ordered by all columns, so that equal builds give equal files to compare.
    """
    for catalog, contact in (("warehouse", False), ("contacts", True)):
        path = folder / f"{catalog}.duckdb"
        work.connection.execute(
            f"attach {path_text(path)} as {catalog} (storage_version '{STORAGE_VERSION}')"
        )
        for table in tables:
            if table.is_contact is contact:
                _copy(work, table, catalog)
                if not contact:
                    _to_parquet(work, table, folder / "parquet")


def measured(
    work: WorkDatabase, table: SourceTable, previous_row_count: int | None
) -> PublishedTable:
    """Count and hash a copied table."""
    copied = _copied(table)
    return PublishedTable(
        schema_name=table.schema_name,
        table_name=table.table_name,
        row_count=counted(work.connection, copied),
        previous_row_count=previous_row_count,
        content_hash=content_hash(work.connection, copied),
    )


def content_hash(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Hash the columns and all rows of a table, in whatever order the rows stand.

    The rows' hashes are added up, so a row that stands twice counts twice. Another version of
    DuckDB may hash differently: then every table looks changed once.
    """
    columns = connection.execute(f"describe {table}").fetchall()
    rows = connection.execute(
        f"select count(*), sum(hash(each_row)::hugeint) from {table} each_row"
    ).fetchone()
    shape = [(name, kind) for name, kind, *_ in columns]
    return hashlib.sha256(repr((shape, rows)).encode()).hexdigest()[:32]


def write_about_tables(
    work: WorkDatabase,
    edition: Edition,
    tables: Sequence[PublishedTable],
    gates: Sequence[GateRecord],
) -> None:
    """Write the schema `_publication` into both files and close them.

    The restricted file gets only the table that says which publication it is.
    """
    for catalog in ("warehouse", "contacts"):
        work.connection.execute(f"create schema {catalog}._publication")
        _write_publication(work.connection, catalog, edition)
    _write_gates(work.connection, gates)
    _write_tables(work.connection, tables)
    for catalog in ("warehouse", "contacts"):
        work.connection.execute(f"detach {catalog}")


def _copy(work: WorkDatabase, table: SourceTable, catalog: str) -> None:
    schema = quoted(catalog, table.schema_name)
    work.connection.execute(f"create schema if not exists {schema}")
    work.connection.execute(
        f"create table {_copied(table)} as select * from {work.named(table)} order by all"
    )


def _to_parquet(work: WorkDatabase, table: SourceTable, parquet: Path) -> None:
    target = parquet / table.schema_name / f"{table.table_name}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    work.connection.execute(f"copy {_copied(table)} to {path_text(target)} (format parquet)")


def _copied(table: SourceTable) -> str:
    catalog = "contacts" if table.is_contact else "warehouse"
    return quoted(catalog, table.schema_name, table.table_name)


def _write_publication(
    connection: duckdb.DuckDBPyConnection, catalog: str, edition: Edition
) -> None:
    table = f"{catalog}._publication.publication"
    connection.execute(
        f"create table {table} (publication_id varchar, shop varchar, run_id varchar,"
        " as_of_date date, published_at timestamp, work_schema_version integer)"
    )
    connection.execute(
        f"insert into {table} values (?, ?, ?, ?, ?, ?)",
        [
            edition.publication_id,
            edition.shop,
            edition.run_id,
            edition.as_of_date,
            edition.published_at,
            WORK_SCHEMA_VERSION,
        ],
    )


def _write_gates(connection: duckdb.DuckDBPyConnection, gates: Sequence[GateRecord]) -> None:
    connection.execute(
        "create table warehouse._publication.gates (stage varchar, check_name varchar,"
        " passed boolean, severity varchar, detail varchar)"
    )
    rows = [[g.stage, g.check_name, g.passed, g.severity, g.detail] for g in gates]
    if rows:
        connection.executemany(
            "insert into warehouse._publication.gates values (?, ?, ?, ?, ?)", rows
        )


def _write_tables(connection: duckdb.DuckDBPyConnection, tables: Sequence[PublishedTable]) -> None:
    connection.execute(
        "create table warehouse._publication.tables (schema_name varchar, table_name varchar,"
        " row_count bigint, previous_row_count bigint, content_hash varchar)"
    )
    rows = [
        [t.schema_name, t.table_name, t.row_count, t.previous_row_count, t.content_hash]
        for t in tables
    ]
    connection.executemany("insert into warehouse._publication.tables values (?, ?, ?, ?, ?)", rows)
