"""A shop built day after day publishes what it would had its last day been built as a whole."""

import random
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.shops.profile import load_shop
from tests.golden.building import build_shop
from tests.golden.canonical import entity_schema
from tests.golden.cut import Day
from tests.golden.published import differing_tables
from tests.golden.sample_lake import sample_lake

DAYS = [date(2026, 10, 29), date(2026, 10, 30), date(2026, 10, 31)]
EVENTS = ("web_events", "message_events")
LATE = 0.05
"""The share of events that arrive two builds after their day."""

Row = dict[str, Any]


def batches_of(lake: Path) -> Iterator[tuple[int, Path, list[Row]]]:
    """Takes the files of events out of a lake: by build, where a batch lies and what it holds."""
    dice = random.Random(20261031)  # noqa: S311  a seed, no secret
    for file in [f for entity in EVENTS for f in (lake / "raw").glob(f"*/{entity}/**/*.parquet")]:
        rows = pq.read_table(file, partitioning=None).to_pylist()
        entity = file.relative_to(lake / "raw").parts[1]
        file.unlink()
        batches = defaultdict(list)
        for row in rows:
            number = next(n for n, day in enumerate(DAYS) if n == 2 or not _is_after(row, day))
            batches[2 if dice.random() < LATE else number].append(row)
        for number, batch in batches.items():
            yield number, file.with_name(f"{entity}-{number}-{file.name}"), batch


def _is_after(row: Row, day: date) -> bool:
    return Day(day).is_after(row["occurred_at"])


def land(lake: Path, number: int, file: Path, rows: list[Row]) -> None:
    loaded_at = datetime.fromisoformat("2026-10-30") + timedelta(days=number)
    schema = entity_schema(file.name.split("-")[0])
    table = pa.Table.from_pylist([row | {"_loaded_at": loaded_at} for row in rows], schema=schema)
    file = lake / file
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, file)


@pytest.mark.slow
def test_days_built_one_after_another_publish_what_the_last_built_as_a_whole_does(
    tmp_path: Path,
) -> None:
    lake = sample_lake(tmp_path, DAYS[-1])
    arrivals = [(n, file.relative_to(lake), rows) for n, file, rows in batches_of(lake)]
    grown, whole = tmp_path / "grown", tmp_path / "whole"
    shutil.copytree(lake, grown / "lake")
    for number, day in enumerate(DAYS):
        if day == DAYS[-1]:
            # The same persons, and none of the tables.
            shutil.copytree(grown, whole)
            (whole / "warehouse.duckdb").unlink()
        for workspace in (grown, whole) if day == DAYS[-1] else (grown,):
            for _, file, rows in (arrival for arrival in arrivals if arrival[0] == number):
                land(workspace / "lake", number, file, rows)
            build_shop(workspace, load_shop("sample").dbt_vars(day), with_data_tests=False)
    with duckdb.connect(str(grown / "warehouse.duckdb"), read_only=True) as connection:
        held = connection.execute(
            "select increment_no, count(*) from staging.stg_web_events group by 1 order by 1"
        ).fetchall()
        assert [increment for increment, _ in held] == [1, 2, 3]
        connection.execute(f"attach '{whole / 'warehouse.duckdb'}' as whole (read_only)")
        assert differing_tables(connection, "whole") == {}
