"""A day reads nothing later: built on data that go past it, it is as built on data cut at it."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.shops.profile import load_shop
from tests.golden.building import build_shop
from tests.golden.cut import cut_lake
from tests.golden.later_changes import STATES, plant_changes
from tests.golden.published import differing_tables
from tests.golden.sample_lake import sample_lake

END = date(2026, 10, 31)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake of a small sample shop that goes on until the end of October."""
    return sample_lake(tmp_path_factory.mktemp("shop"), END)


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
        assert differing_tables(connection, "cut") == {}
        states = connection.execute(
            "select source_order_id, status from marts.fct_orders"
            " where source_order_id like 'x%' order by 1"
        ).fetchall()
    assert states == STATES


def past(day: date) -> dict[str, object]:
    shop = load_shop("sample")
    return {**shop.dbt_vars(day), "refusals_count_at_once": False}
