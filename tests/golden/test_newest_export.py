"""An order exported anew holds exactly the lines of its newest export."""

from pathlib import Path
from typing import Any

from tests.golden.building import rows_of, run_dbt
from tests.golden.canonical import write_empty_lake, write_rows
from tests.golden.shop import at

JANUARY = at("2026-01-01")
FEBRUARY = at("2026-02-01")


def line(order: str, place: str, pieces: int, version: Any = None) -> dict[str, Any]:
    return {
        "source_order_id": order,
        "source_line_id": place,
        "quantity": pieces,
        "_version": version,
    }


def test_current_lines_are_those_of_the_newest_export_when_files_overlap(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    write_empty_lake(lake)
    first = [
        line("dropped", "1", 1),
        line("dropped", "2", 1),
        line("kept", "1", 1),
        # A version stands above the names of files, and lines of one file may differ in it.
        line("versions", "1", 1, JANUARY),
        line("versions", "2", 1, FEBRUARY),
        line("repeated", "1", 1, JANUARY),
        line("repeated", "1", 2, FEBRUARY),
    ]
    write_rows(lake, "shop", "order_lines", first, file="shop/1.csv")
    corrected = [line("dropped", "1", 2)]
    write_rows(lake, "shop", "order_lines", corrected, file="shop/1.csv", revision=2)
    later = [line("versions", "1", 9, JANUARY), line("versions", "3", 9, JANUARY)]
    write_rows(lake, "shop", "order_lines", later, file="shop/2.csv")
    # The same order id of another source is another order.
    write_rows(lake, "mall", "order_lines", [line("dropped", "7", 7)], file="mall/9.csv")

    assert run_dbt(tmp_path, "run", "--select", "stg_order_lines") == []

    assert rows_of(
        tmp_path, "select order_line_id, quantity from staging.stg_order_lines order by 1"
    ) == [
        ("mall:dropped:7", 7),
        ("shop:dropped:1", 2),
        ("shop:kept:1", 1),
        ("shop:repeated:1", 2),
        ("shop:versions:1", 1),
        ("shop:versions:2", 1),
    ]
