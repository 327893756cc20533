"""Whether the tables of many copies of a shop are those of one shop, as many times."""

from pathlib import Path

import duckdb

from orchestration.engines.comparison import TableComparison, compare
from orchestration.engines.tables import Table

TABLES = tuple(
    Table("marts", name)
    for name in (
        *("fct_orders", "fct_order_lines", "fct_web_sessions", "fct_message_events"),
        *("fct_stage_transitions", "person_timeline"),
    )
)
"""Tables whose rows speak of one person alone, not of a rank or a share among all."""
_HASHED = ("person_id", "subject_id", "other_person_id", "timeline_id")
"""Ids that are or hold a person's, which hides the name of the copy.

That they are there is compared, not what they are."""


def compare_repeated(one: Path, many: Path, copies: int, scratch: Path) -> list[TableComparison]:
    """The tables of many copies beside those of one shop, each of whose rows is repeated."""
    expected, found = (scratch / f"{name}.duckdb" for name in ("expected", "found"))
    _write(one, expected, copies)
    _write(many, found, 1)
    return compare(expected, found, TABLES)


def persons_of(database: Path) -> int:
    """The persons of a build."""
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute("select count(*) from marts.customer_360").fetchone()
    return int(row[0]) if row else 0


def _write(database: Path, target: Path, times: int) -> None:
    """The tables without the names of the copies, each row so many times."""
    target.unlink(missing_ok=True)
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"attach '{database}' as built (read_only)")
        connection.execute("create schema marts")
        for table in TABLES:
            described = connection.execute(f"describe select * from built.{table}").fetchall()
            columns = ", ".join(_without_copy(name, kind) for name, kind, *_ in described)
            connection.execute(
                f"create table {table} as select {columns} from built.{table}, range({times})"
            )


def _without_copy(column: str, kind: str) -> str:
    if column in _HASHED:
        return f'"{column}" is not null as "{column}"'
    if kind == "VARCHAR":
        return f"""regexp_replace("{column}", '\\bc[0-9]+_', '') as "{column}\""""
    return f'"{column}"'
