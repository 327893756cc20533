"""Whether two databases hold the same rows in the same tables."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

PUBLISHED_SCHEMAS = ("contact", "identity", "marts", "policy", "segments")


@dataclass(frozen=True, slots=True)
class TableComparison:
    """One table of the build beside the table of the same name made by hand."""

    table: str
    rows: int
    rows_by_hand: int
    differing_rows: int
    """Rows that only one of the two has, each as often as it has it more often."""
    missing_columns: tuple[str, ...]
    """Columns that only one of the two has, and that therefore are not compared."""

    @property
    def is_equal(self) -> bool:
        """True when every column was compared and every row agrees."""
        return self.differing_rows == 0 and not self.missing_columns


def compare(built: Path, by_hand: Path) -> list[TableComparison]:
    """Every published table of the build, compared; the order of the rows does not matter."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, file in (("built", built), ("by_hand", by_hand)):
            connection.execute(f"attach '{_quoted(file)}' as {name} (read_only)")
        columns = {name: _columns(connection, name) for name in ("built", "by_hand")}
        tables = sorted({*columns["built"], *columns["by_hand"]})
        return [
            _compare_table(
                connection, table, columns["built"].get(table), columns["by_hand"].get(table)
            )
            for table in tables
        ]


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[str]]:
    rows = connection.execute(
        """
        select schema_name || '.' || table_name, list(column_name order by column_index)
        from duckdb_columns()
        where database_name = ? and schema_name in (select unnest(?))
        group by schema_name, table_name
        """,
        [database, list(PUBLISHED_SCHEMAS)],
    ).fetchall()
    return dict(rows)


def _compare_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    built: list[str] | None,
    by_hand: list[str] | None,
) -> TableComparison:
    rows = _count(connection, f"built.{table}") if built else 0
    rows_by_hand = _count(connection, f"by_hand.{table}") if by_hand else 0
    if built is None or by_hand is None:
        absent = (built or by_hand or [])[:]
        return TableComparison(table, rows, rows_by_hand, max(rows, rows_by_hand), tuple(absent))
    shared = ", ".join(f'"{column}"' for column in built if column in by_hand)
    differing = sum(
        _count(
            connection,
            f"(select {shared} from {one}.{table} except all select {shared} from {other}.{table})",
        )
        for one, other in (("built", "by_hand"), ("by_hand", "built"))
    )
    missing = tuple(sorted({*built} ^ {*by_hand}))
    return TableComparison(table, rows, rows_by_hand, differing, missing)


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    assert row is not None
    return int(row[0])


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
