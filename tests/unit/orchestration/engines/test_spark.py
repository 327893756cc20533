"""What Spark has built as folders of Parquet is brought and counted without Spark."""

from pathlib import Path

import duckdb
import pytest

from orchestration.engines import spark
from orchestration.engines.spark import SparkWarehouse
from orchestration.engines.tables import Table
from orchestration.engines.warehouse import WarehouseError

ORDERS = Table("marts", "orders")
ROWS = "select * from (values (1, 'one'), (2, null), (3, '')) as rows (no, word)"


def built(home: Path, table: Table, *parts: str) -> None:
    """Lay down a table as Spark does: files of a folder, with marks of the writing beside them."""
    folder = home / "warehouse" / f"{table.schema}.db" / table.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_SUCCESS").touch()
    for number, rows in enumerate(parts):
        duckdb.execute(f"copy ({rows}) to '{folder}/part-{number}.parquet' (format parquet)")


@pytest.fixture
def warehouse(tmp_path: Path) -> SparkWarehouse:
    return SparkWarehouse(tmp_path / "spark", tmp_path / "work" / "warehouse.duckdb")


def brought(folder: Path, table: Table) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "work" / "warehouse.duckdb"), read_only=True) as work:
        return work.execute(f"select * from {table} order by no").fetchall()


def test_rows_of_all_files_are_brought(warehouse, tmp_path):
    built(tmp_path / "spark", ORDERS, f"{ROWS} where no < 3", f"{ROWS} where no = 3")
    assert warehouse.bring([ORDERS]) == {ORDERS: 3}
    assert brought(tmp_path, ORDERS) == [(1, "one"), (2, None), (3, "")]


def test_a_table_without_rows_is_brought_with_its_columns(warehouse, tmp_path):
    built(tmp_path / "spark", ORDERS, f"{ROWS} where false")
    assert warehouse.bring([ORDERS]) == {ORDERS: 0}
    assert brought(tmp_path, ORDERS) == []


def test_a_table_that_was_not_built_stays_as_it_was_when_the_others_are_brought(
    warehouse, tmp_path
):
    lines = Table("marts", "order_lines")
    built(tmp_path / "spark", ORDERS, "select 1 as no")
    built(tmp_path / "spark", lines, "select 2 as no")
    warehouse.bring([ORDERS, lines])
    (tmp_path / "spark/warehouse/marts.db/order_lines/part-0.parquet").unlink()
    built(tmp_path / "spark", ORDERS, "select 3 as no")
    assert warehouse.bring([ORDERS, lines]) == {ORDERS: 1}
    assert (brought(tmp_path, ORDERS), brought(tmp_path, lines)) == ([(3,)], [(2,)])


def test_rows_are_counted_by_table(warehouse, tmp_path):
    built(tmp_path / "spark", ORDERS, ROWS, "select 4 as no, 'four' as word")
    built(tmp_path / "spark", Table("policy", "empty"), f"{ROWS} where false")
    assert warehouse.row_counts() == {"orders": 4, "empty": 0}


def test_a_missing_extra_is_named_before_a_build(warehouse, monkeypatch):
    monkeypatch.setattr(spark, "find_spec", lambda _name: None)
    with pytest.raises(WarehouseError, match=r"pip install 'enishi\[spark\]'"):
        warehouse.load([])


def test_a_missing_java_is_named_before_a_build(warehouse, monkeypatch, tmp_path):
    monkeypatch.setattr(spark, "find_spec", lambda name: name)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WarehouseError, match="Java 17"):
        warehouse.load([])
