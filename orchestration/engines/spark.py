"""Spark as the warehouse: it reads the lake's Parquet, and what it builds is Parquet, too."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import duckdb

from orchestration.engines.tables import Source, Table
from orchestration.engines.warehouse import Warehouse, WarehouseError


class SparkWarehouse(Warehouse):
    """Tables that Spark keeps as folders of Parquet, which DuckDB reads without it."""

    def __init__(self, home: Path, work_db: Path) -> None:
        """Take the folder of Spark's tables and catalogue, and the work database."""
        self._tables = home / "warehouse"
        self._work_db = work_db

    def load(self, sources: Sequence[Source]) -> Mapping[Table, int]:  # noqa: ARG002  read in place
        """Copy nothing: dbt's macro attach_sources names the lake's folders to Spark.

        Raises:
            WarehouseError: a part of Spark is missing here.
        """
        if find_spec("pyspark") is None or find_spec("dbt.adapters.spark") is None:
            raise WarehouseError("the target spark needs its extra: pip install 'enishi[spark]'")
        if which("java") is None:
            raise WarehouseError("the target spark needs Java 17 or later on the PATH")
        self._tables.mkdir(parents=True, exist_ok=True)
        return {}

    def bring(self, tables: Sequence[Table]) -> Mapping[Table, int]:
        """Copy tables into the work database; one that dbt could not build stays as it was."""
        self._work_db.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(self._work_db)) as work:
            built = {table: files for table in tables if (files := self._files(table))}
            return {table: _bring(work, table, files) for table, files in built.items()}

    def row_counts(self) -> dict[str, int]:
        """The rows of each table, as the footers of its files have them."""
        with duckdb.connect() as connection:
            return {
                folder.name: _row_count(connection, files)
                for folder in self._tables.glob("*.db/*")
                if (files := _parquet(folder))
            }

    def _files(self, table: Table) -> list[str]:
        return _parquet(self._tables / f"{table.schema}.db" / table.name)


def _parquet(folder: Path) -> list[str]:
    return sorted(str(file) for file in folder.glob("*.parquet"))


def _row_count(connection: duckdb.DuckDBPyConnection, files: list[str]) -> int:
    row = connection.execute(
        "select sum(num_rows) from parquet_file_metadata($files)", {"files": files}
    ).fetchone()
    return int(row[0]) if row else 0


def _bring(work: duckdb.DuckDBPyConnection, table: Table, files: list[str]) -> int:
    work.execute(f"create schema if not exists {table.schema}")
    work.execute(
        f"create or replace table {table} as select * from read_parquet($files)", {"files": files}
    )
    row = work.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
