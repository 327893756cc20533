"""A past day is built beside the shop and starts afresh."""

from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration.past_day import PastDay, PastDayError, build_with_dbt
from orchestration.workspace import Workspace


@pytest.fixture
def past(tmp_path: Path) -> PastDay:
    shop = Workspace(tmp_path / "sample")
    for part in ("raw", "files", "quarantine", "identity", "predictions"):
        (shop.lake / part).mkdir(parents=True)
        (shop.lake / part / "shop.parquet").touch()
    return PastDay(shop, date(2026, 7, 31))


def test_a_past_day_reads_the_raw_zone_and_keeps_what_it_makes_apart(past: PastDay) -> None:
    past.prepare()
    lake = past.workspace.lake
    assert lake == past.shop.work / "past_days" / "2026-07-31" / "lake"
    assert [path.name for path in sorted(lake.glob("*/*"))] == ["shop.parquet"] * 3
    assert not (lake / "identity").exists()
    assert not (lake / "predictions").exists()


def test_a_past_day_starts_afresh_when_it_is_prepared_again(past: PastDay) -> None:
    past.prepare()
    (past.workspace.lake / "identity").mkdir()
    (past.workspace.lake / "identity" / "person_map.parquet").touch()
    log = past.workspace.work / "warehouse.duckdb.wal"
    kept = past.workspace.root / "customer_360.parquet"
    for file in (past.workspace.work_db, log, kept):
        file.touch()
    past.prepare()
    assert not log.exists()
    assert not kept.exists()
    assert not (past.workspace.lake / "identity").exists()
    assert not past.workspace.work_db.exists()
    # What the links point at is the shop's and stays.
    assert (past.shop.lake / "raw" / "shop.parquet").exists()
    assert (past.shop.lake / "identity" / "shop.parquet").exists()


def test_tables_are_kept_in_the_order_of_the_persons(past: PastDay) -> None:
    past.prepare()
    with duckdb.connect(str(past.workspace.work_db)) as connection:
        connection.execute("create schema marts")
        for table in ("customer_360", "customer_predictions"):
            connection.execute(
                f"create table marts.{table} as from (values ('p2'), ('p1')) as t (person_id)"
            )
    files = past.keep_tables()
    assert set(files) == {"customer_360", "customer_predictions"}
    for file in files.values():
        assert pq.read_table(file)["person_id"].to_pylist() == ["p1", "p2"]


def test_a_failed_build_says_which_step_and_where_to_look(past: PastDay, tmp_path: Path) -> None:
    past.prepare()
    with pytest.raises(PastDayError, match=r"2026-07-31: the step stage1 failed .*see .*dbt\.log"):
        build_with_dbt(
            past, "stage1", project=tmp_path / "no_project", variables={}, environment={}
        )
