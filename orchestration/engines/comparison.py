"""Whether two builds hold the same rows in the same published tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.engines.tables import Table

TOLERANCE = 1e-9
"""How far two doubles may lie apart, as a share of the larger where that is above 1."""
_FLOATS = ("DOUBLE", "FLOAT")
_NUMBERS = (*_FLOATS, "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL")


@dataclass(frozen=True, slots=True)
class TableComparison:
    """One table of a build beside the table of the same name in another."""

    table: Table
    rows: int
    other_rows: int
    differing_rows: int
    """Rows without an equal in the other, each as often as it has none; of the two the greater."""
    differing_columns: tuple[str, ...]
    """Columns that only one has, or of another type; they are not compared.

    Numbers of two types are compared as doubles: no contract holds the type of a sum in a table
    that is not published.
    """

    @property
    def is_equal(self) -> bool:
        """True when every column was compared and every row has its equal."""
        return self.differing_rows == 0 and not self.differing_columns


def compare(work_db: Path, other_db: Path, tables: Iterable[Table]) -> list[TableComparison]:
    """Compare tables, in the order of their names; the order of the rows does not matter."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, file in (("here", work_db), ("there", other_db)):
            path = str(file).replace("'", "''")
            connection.execute(f"attach '{path}' as {name} (read_only)")
        return [_compare(connection, table) for table in sorted(set(tables))]


def _compare(connection: duckdb.DuckDBPyConnection, table: Table) -> TableComparison:
    here, there = (_columns(connection, name, table) for name in ("here", "there"))
    rows = _count(connection, f"here.{table}") if here else 0
    other_rows = _count(connection, f"there.{table}") if there else 0
    shared = {column: _shared(kind, there.get(column, "")) for column, kind in here.items()}
    shared = {column: kind for column, kind in shared.items() if kind}
    differing = tuple(sorted({*here, *there} - {*shared}))
    equal = _count(connection, f"({_equal_rows(table, shared)})") if shared else 0
    return TableComparison(table, rows, other_rows, max(rows, other_rows) - equal, differing)


def _columns(connection: duckdb.DuckDBPyConnection, database: str, table: Table) -> dict[str, str]:
    return dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() where database_name = ?"
            " and schema_name = ? and table_name = ? order by column_index",
            [database, table.schema, table.name],
        ).fetchall()
    )


def _shared(kind: str, other: str) -> str:
    """The type in which two columns are compared; none where they cannot be."""
    if kind == other:
        return kind
    both_are_numbers = all(one.split("(", maxsplit=1)[0] in _NUMBERS for one in (kind, other))
    return _FLOATS[0] if both_are_numbers else ""


def _equal_rows(table: Table, columns: Mapping[str, str]) -> str:
    """Pairs of rows that agree in every column; of rows that agree in all but doubles, the nth."""
    exact = [f'"{name}"' for name, kind in columns.items() if kind not in _FLOATS]
    doubles = [f'"{name}"' for name, kind in columns.items() if kind in _FLOATS]
    as_doubles = [f"cast({name} as double) as {name}" for name in doubles]
    place = f"row_number() over (partition by {', '.join(exact) or '1'} order by {_order(doubles)})"
    numbered = ", ".join([*exact, *as_doubles, f"{place} as place_of_row"])
    conditions = ["here_rows.place_of_row = there_rows.place_of_row"]
    conditions += [f"here_rows.{name} is not distinct from there_rows.{name}" for name in exact]
    conditions += [_near(f"here_rows.{name}", f"there_rows.{name}") for name in doubles]
    return (
        f"select 1 from (select {numbered} from here.{table}) as here_rows"
        f" inner join (select {numbered} from there.{table}) as there_rows"
        f" on {' and '.join(conditions)}"
    )


def _order(doubles: list[str]) -> str:
    return ", ".join(f"{name} nulls last" for name in doubles) or "1"


def _near(one: str, other: str) -> str:
    reach = f"{TOLERANCE} * greatest(1, abs({one}), abs({other}))"
    return (
        f"({one} is not distinct from {other} or coalesce(abs({one} - {other}) <= {reach}, false))"
    )


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(row[0]) if row else 0
