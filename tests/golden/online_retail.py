"""The real UCI orders as canonical raw Parquet, without ingestion."""

from pathlib import Path

import duckdb

from tests.golden.canonical import entity_schema

DATA = Path(__file__).parents[3] / "shared" / "data" / "online_retail" / "online_retail.parquet"

_ORDERS = """
    select
        InvoiceNo as source_order_id,
        cast(min(CustomerID) as varchar) as source_customer_id,
        -- Some invoices carry more than one time: the earliest is the order's.
        (min(InvoiceDate) at time zone 'Europe/London') at time zone 'UTC' as ordered_at,
        'paid' as status,
        'GBP' as currency
    from read_parquet('{data}')
    group by InvoiceNo
"""
_LINES = """
    select
        InvoiceNo as source_order_id,
        cast(row_number() over () as varchar) as source_line_id,
        'item' as line_kind,
        StockCode as source_product_id,
        StockCode as product_code,
        Description as product_name,
        cast(Quantity as bigint) as quantity,
        cast(UnitPrice as decimal(18, 3)) as unit_price
    from read_parquet('{data}')
"""


def write_online_retail(lake: Path) -> None:
    for entity, query in [("orders", _ORDERS), ("order_lines", _LINES)]:
        folder = lake / "raw" / "online_retail" / entity / "load_date=2026-11-01"
        folder.mkdir(parents=True)
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute("set preserve_insertion_order = true")
            _copy(connection, entity, query.format(data=DATA), folder / "online_retail.parquet")


def _copy(connection: duckdb.DuckDBPyConnection, entity: str, query: str, file: Path) -> None:
    connection.register("shape", entity_schema(entity).empty_table())
    connection.execute("create table canonical as select * from shape")
    connection.execute(f"create view mapped as {query}")
    connection.execute(
        """
        insert into canonical by name
        select
            *,
            'online_retail' as _source,
            'online_retail/online_retail.parquet' as _file,
            row_number() over () as _row,
            1 as _revision
        from mapped
        """
    )
    connection.execute(f"copy canonical to '{file}' (format parquet)")
