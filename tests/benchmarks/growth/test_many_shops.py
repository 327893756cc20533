"""Copies of a shop are as many shops that never meet, and the last day comes apart."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest.entities import load_entities
from tests.benchmarks.bench import Benchmark, Result, last_day
from tests.benchmarks.growth.many_shops import HAPPENED, IDENTIFYING, add_last_day, copy_shop
from tests.benchmarks.growth.repeated import compare_repeated, persons_of
from tests.golden.canonical import write_empty_lake, write_rows

SHARED_IDS = {"source_product_id", "source_line_id", "sent_to_person_id"}
"""Ids that copies may share: of the catalogue, within an order, and of the ledger's own sends."""
MIDNIGHT = datetime.fromisoformat("2026-10-30 15:00")
"""In Japan the 31st begins."""
BEFORE = datetime.fromisoformat("2026-10-30 14:59")


def test_every_id_of_an_entity_that_grows_is_told_apart() -> None:
    ids = {
        column.name
        for entity in HAPPENED
        for column in load_entities()[entity].columns
        if column.name.endswith("_id")
    }
    assert ids - {*IDENTIFYING} == SHARED_IDS


def test_copies_take_the_last_day_apart_and_share_the_catalogue(tmp_path: Path) -> None:
    lake, target, late = (tmp_path / name for name in ("lake", "target", "late"))
    write_empty_lake(lake)
    rows: dict[str, list[dict[str, Any]]] = {
        "orders": [
            {"source_order_id": "1", "ordered_at": BEFORE},
            {"source_order_id": "2", "ordered_at": MIDNIGHT},
        ],
        "order_lines": [{"source_order_id": order, "source_line_id": "1"} for order in ("1", "2")],
        "shipments": [{"source_shipment_id": "1", "shipped_at": MIDNIGHT}],
        "products": [{"source_product_id": "P"}],
    }
    for entity, landed in rows.items():
        write_rows(lake, "carrier" if entity == "shipments" else "shop", entity, landed)
    copy_shop(lake, target, late, copies=2, day=date(2026, 10, 31))
    assert values(target, "orders", "source_order_id") == ["c0_1", "c1_1"]
    assert values(target, "order_lines", "source_order_id") == ["c0_1", "c1_1"]
    assert values(target, "shipments", "source_shipment_id") == []
    assert values(target, "products", "source_product_id") == ["P"]
    add_last_day(late, target)
    assert values(target, "order_lines", "source_order_id") == ["c0_1", "c0_2", "c1_1", "c1_2"]
    assert values(target, "shipments", "source_shipment_id") == ["c0_1", "c1_1"]
    assert len(set(values(target, "orders", "_loaded_at"))) == 2


@pytest.mark.slow
def test_tables_of_three_copies_are_three_times_those_of_one(tmp_path: Path) -> None:
    original = benchmark(tmp_path / "original")
    original.fill_lake(Result(original.persons, original.as_of_date.isoformat()))
    databases = []
    for copies in (1, 3):
        shops = benchmark(tmp_path / f"{copies}")
        lake, late = shops.workspace.lake, shops.root / "last_day"
        copy_shop(original.workspace.lake, lake, late, copies=copies, day=last_day())
        add_last_day(late, lake)
        shops.build_anew(Result(shops.persons, shops.as_of_date.isoformat()))
        databases.append(shops.workspace.work_db)
    one, three = databases
    assert persons_of(three) == 3 * persons_of(one) > 0
    tables = compare_repeated(one, three, 3, tmp_path)
    assert [table for table in tables if not table.is_equal] == []
    assert all(table.rows > 0 for table in tables)


def benchmark(root: Path) -> Benchmark:
    return Benchmark(root, persons=200, repeat=1, memory_limit="2GB", progress=lambda _: None)


def values(lake: Path, entity: str, column: str) -> list[Any]:
    files = lake / "raw" / "*" / entity / "**" / "*.parquet"
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select {column} from read_parquet('{files}') order by {column}"
        ).fetchall()
    return [value for (value,) in found]
