"""Compares the published tables of two builds, row for row."""

import duckdb

PUBLISHED = ("marts", "segments", "policy", "identity", "contact")


def differing_tables(connection: duckdb.DuckDBPyConnection, other: str) -> dict[str, int]:
    """Published tables of `warehouse` with rows that it or the attached database `other` lacks."""
    tables = [
        table
        for (table,) in connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_catalog = 'warehouse' and table_schema in ? order by 1",
            [list(PUBLISHED)],
        ).fetchall()
    ]
    assert len(tables) > 20
    return {table: rows for table in tables if (rows := _differing(connection, table, other))}


def _differing(connection: duckdb.DuckDBPyConnection, table: str, other: str) -> int:
    row = connection.execute(
        f"select count(*) from ((from {table} except all from {other}.{table})"
        f" union all (from {other}.{table} except all from {table}))"
    ).fetchone()
    assert row is not None
    return int(row[0])
