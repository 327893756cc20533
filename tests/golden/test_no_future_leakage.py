"""A day reads nothing later: built on data that go past it, it is as built on data cut at it."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.defs.ingestion import source_mapping
from orchestration.ingest.ingest import ingest_source
from orchestration.ingest.lake import Lake
from orchestration.sample_shop.generate import generate
from orchestration.shops.profile import load_shop
from tests.golden.building import build_shop
from tests.golden.cut import cut_lake
from tests.golden.later_changes import STATES, plant_changes

PERSONS = 100
END = date(2026, 10, 31)
CLICK_KEY = "click key of the tests"
PUBLISHED = ("marts", "segments", "policy", "identity", "contact")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake of a small sample shop that goes on until the end of October."""
    home = tmp_path_factory.mktemp("shop")
    generate(home, click_key=CLICK_KEY, persons=PERSONS, end_date=END)
    profile, found = load_shop("sample"), Lake(home / "lake")
    found.ensure_empty_entities()
    for use in profile.sources:
        ingest_source(
            source_mapping(use),
            landing=home / "landing",
            lake=found,
            loaded_at=datetime(2026, 11, 1, tzinfo=UTC),
            gate=None,
            shop_time_zone=profile.time_zone,
            click_key=CLICK_KEY,
        )
    return home / "lake"


@pytest.mark.parametrize(
    "day",
    [date(2026, 7, 31), pytest.param(date(2026, 3, 15), marks=pytest.mark.slow)],
    ids=str,
)
def test_every_table_of_a_past_day_is_that_of_data_cut_at_it(
    lake: Path, tmp_path: Path, day: date
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    shutil.copytree(lake, whole / "lake")
    plant_changes(whole / "lake", day)
    cut_lake(whole / "lake", cut / "lake", day)
    for workspace in (whole, cut):
        build_shop(workspace, past(day), with_data_tests=False)
    with duckdb.connect(str(whole / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute(f"attach '{cut / 'warehouse.duckdb'}' as cut (read_only)")
        tables = published_tables(connection)
        assert len(tables) > 20
        assert {table: n for table in tables if (n := differing(connection, table))} == {}
        states = connection.execute(
            "select source_order_id, status from marts.fct_orders"
            " where source_order_id like 'x%' order by 1"
        ).fetchall()
    assert states == STATES


def past(day: date) -> dict[str, object]:
    shop = load_shop("sample")
    return {**shop.dbt_vars(day), "refusals_count_at_once": False}


def published_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_catalog = 'warehouse' and table_schema in ? order by 1",
        [list(PUBLISHED)],
    ).fetchall()
    return [table for (table,) in rows]


def differing(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows that only one of the two builds has."""
    row = connection.execute(
        f"select count(*) from ((from {table} except all from cut.{table})"
        f" union all (from cut.{table} except all from {table}))"
    ).fetchone()
    assert row is not None
    return int(row[0])
