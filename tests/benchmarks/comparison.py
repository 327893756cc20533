"""Whether two databases hold the same rows in the same published tables."""

from pathlib import Path

import duckdb

from orchestration.engines.comparison import TableComparison, compare
from orchestration.engines.tables import Table

PUBLISHED_SCHEMAS = ("contact", "identity", "marts", "policy", "segments")


def compare_published(built: Path, by_hand: Path) -> list[TableComparison]:
    """Every published table that one of the two has; doubles are compared as between engines."""
    return compare(built, by_hand, {*_published(built), *_published(by_hand)})


def _published(database: Path) -> set[Table]:
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            "select schema_name, table_name from duckdb_tables()"
            " where schema_name in (select unnest(?))",
            [list(PUBLISHED_SCHEMAS)],
        ).fetchall()
    return {Table(schema, name) for schema, name in found}
