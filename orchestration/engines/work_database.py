"""The work database as the warehouse: dbt reads the lake's files and builds where others read."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from orchestration.engines.tables import Source, Table
from orchestration.engines.warehouse import Warehouse


class WorkDatabase(Warehouse):
    """DuckDB: nothing is copied."""

    def __init__(self, work_db: Path) -> None:
        """Take the file that dbt builds in."""
        self._work_db = work_db

    def load(self, sources: Sequence[Source]) -> Mapping[Table, int]:  # noqa: ARG002  read in place
        """Nothing to do: sources are read where they lie."""
        return {}

    def bring(self, tables: Sequence[Table]) -> Mapping[Table, int]:  # noqa: ARG002  already there
        """Nothing to do: dbt has built them there."""
        return {}

    def row_counts(self) -> dict[str, int]:
        """The rows of each table, as DuckDB keeps count of them."""
        with duckdb.connect(str(self._work_db), read_only=True) as connection:
            return dict(
                connection.execute(
                    "select table_name, estimated_size from duckdb_tables() where not internal"
                ).fetchall()
            )
