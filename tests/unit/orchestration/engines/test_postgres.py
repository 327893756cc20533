"""What the lake holds comes back from PostgreSQL as it was."""

from pathlib import Path

import duckdb
import pytest

from orchestration.engines.postgres import PostgresWarehouse, profile_of
from orchestration.engines.tables import Source, Table
from orchestration.engines.warehouse import WarehouseError
from tests.postgres import Server, open_postgres

ROWS = """
select * from (values
    (1, 'ｱ", "b', true, date '2026-10-31', timestamp '2026-10-31 23:59:59.123456', 0.1::double,
        12.345::decimal(18, 3), 18446744073709551615::ubigint, 7::integer, 0::hugeint),
    (2, '', false, date '0001-01-01', timestamp '1969-12-31 00:00:00', 1e-300::double,
        -0.001::decimal(18, 3), 0::ubigint, -7::integer, -1::hugeint),
    (3, E'line one\\nline ''two''', null, null, null, null, null, null, null, null),
    (4, null, null, null, null, -123456789.123456789::double, null, null, null, null)
) as rows (no, word, flag, day, instant, ratio, amount, hash, count, big)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    with open_postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture
def url(server: Server, request: pytest.FixtureRequest) -> str:
    return server.create(request.node.name[:60]).replace("+psycopg2", "")


def warehouse(url: str, folder: Path) -> PostgresWarehouse:
    return PostgresWarehouse(url, folder / "work" / "warehouse.duckdb")


def source_of(folder: Path, rows: str, name: str = "orders") -> Source:
    file = folder / f"{name}.parquet"
    duckdb.execute(f"copy ({rows}) to '{file}' (format parquet)")
    return Source(Table("raw_lake", name), f"read_parquet('{file}')")


def brought(folder: Path, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "work" / "warehouse.duckdb"), read_only=True) as work:
        return work.execute(f"select * from {table} order by no").fetchall()


def test_rows_come_back_as_they_were_when_loaded_and_brought(url, tmp_path):
    there = warehouse(url, tmp_path)
    orders = source_of(tmp_path, ROWS)
    assert there.load([orders]) == {orders.table: 4}
    assert there.bring([orders.table]) == {orders.table: 4}
    # PostgreSQL has no such wide integers: 20 digits come back as a decimal.
    words = "select no, word, flag, day, instant, ratio, amount, hash::decimal(20, 0), count,"
    expected = duckdb.execute(f"{words} big::decimal(38, 0) from ({ROWS}) order by no").fetchall()
    assert brought(tmp_path, "raw_lake.orders") == expected


def test_a_table_holds_what_the_lake_holds_now_when_loaded_again(url, tmp_path):
    there = warehouse(url, tmp_path)
    there.load([source_of(tmp_path, "select 1 as no, 'old' as word")])
    orders = source_of(tmp_path, "select 2 as no, 'new' as word, true as flag")
    there.load([orders])
    there.bring([orders.table])
    assert brought(tmp_path, "raw_lake.orders") == [(2, "new", True)]


def test_a_table_that_was_not_built_stays_as_it_was_when_the_others_are_brought(url, tmp_path):
    there = warehouse(url, tmp_path)
    orders, lines = (
        source_of(tmp_path, "select 1 as no", "orders"),
        source_of(tmp_path, "select 2 as no", "order_lines"),
    )
    there.load([orders, lines])
    there.bring([orders.table, lines.table])
    there.load([source_of(tmp_path, "select 3 as no", "orders")])
    assert there.bring([orders.table, Table("raw_lake", "products")]) == {orders.table: 1}
    assert brought(tmp_path, "raw_lake.orders") == [(3,)]
    assert brought(tmp_path, "raw_lake.order_lines") == [(2,)]


def test_no_row_is_left_in_a_file_when_tables_were_copied(url, tmp_path):
    there = warehouse(url, tmp_path)
    orders = source_of(tmp_path, ROWS)
    there.load([orders])
    there.bring([orders.table])
    assert [file.name for file in (tmp_path / "work").rglob("*")] == ["warehouse.duckdb"]


def test_rows_are_counted_when_a_table_was_loaded(url, tmp_path):
    there = warehouse(url, tmp_path)
    there.load([source_of(tmp_path, ROWS)])
    assert there.row_counts()["orders"] == 4


def test_a_database_is_refused_when_it_sorts_texts_by_another_locale(url, tmp_path):
    import psycopg2  # noqa: PLC0415 (an extra that not every machine has)

    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("create database other template template0 encoding 'LATIN1' locale 'C'")
    connection.close()
    with pytest.raises(WarehouseError, match=r"locale C and the encoding LATIN1.*C\.UTF-8"):
        warehouse(url.rsplit("/", 1)[0] + "/other", tmp_path).load([])


def test_profile_names_the_parts_of_the_address():
    assert profile_of("postgresql://a:b%20c@db.example:5433/shop") == {
        "ENISHI_POSTGRES_HOST": "db.example",
        "ENISHI_POSTGRES_PORT": "5433",
        "ENISHI_POSTGRES_USER": "a",
        "ENISHI_POSTGRES_PASSWORD": "b c",
        "ENISHI_POSTGRES_DATABASE": "shop",
    }
