"""Whatever buyers do: each is in one CPM group, RFM cell and decile, and none is lost by month.

The models' own compiled SQL runs on random purchases.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.golden.building import DBT_PROJECT, run_dbt

AS_OF = date(2026, 10, 31)
SEEDS = ("cpm_limits", "cpm_groups", "rfm_cutoffs", "rfm_segments", "rfm_groups", "abc_limits")
MODELS = {
    "int_purchases__cpm": "intermediate",
    "rpt_cpm": "marts",
    "int_cpm__moves": "intermediate",
    "rpt_cpm_transitions": "marts",
    "rpt_rfm": "marts",
    "int_person__deciles": "intermediate",
    "rpt_abc_products": "marts",
}
Purchase = tuple[int, int]
"""Days before as_of_date, and net sales."""

purchases = st.lists(
    st.tuples(st.integers(0, 900), st.integers(-500, 80_000)),
    min_size=1,
    max_size=6,
    unique_by=lambda purchase: purchase[0],
)
histories = st.lists(purchases, min_size=1, max_size=30)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The seeds, and each model as a view on whatever purchases there are."""
    workspace = tmp_path_factory.mktemp("compiled")
    variables = {"as_of_date": AS_OF.isoformat()}
    assert run_dbt(workspace, "compile", "--select", *MODELS, variables=variables) == []
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        connection.execute("create schema seeds; create schema intermediate; create schema marts")
        for seed in SEEDS:
            file = DBT_PROJECT / "seeds" / f"{seed}.csv"
            connection.execute(f"create table seeds.{seed} as from read_csv('{file}')")
        connection.execute(
            "create table intermediate.int_purchases (person_id varchar, purchase_no bigint,"
            " purchase_date date, net_sales decimal(18, 3))"
        )
        connection.execute(
            "create view intermediate.int_items__lines as select 'brand' as item_kind,"
            " (purchase_no % 4)::varchar as item_id, item_id as item_name, purchase_date,"
            " net_sales, net_sales / 2 as gross_profit from intermediate.int_purchases"
        )
        connection.execute(
            "create view intermediate.int_items__f2 as select 'brand' as item_kind,"
            " '1' as item_id, 2 as first_buyers, 1 as f2_buyers, 0.5 as f2_ratio, 1.0 as f2_lift"
        )
        for model, schema in MODELS.items():
            sql = _compiled(workspace, model)
            connection.execute(f"create view {schema}.{model} as {sql}")
        yield connection


def _compiled(workspace: Path, model: str) -> str:
    (file,) = (workspace / "target" / "compiled").rglob(f"{model}.sql")
    return file.read_text(encoding="utf-8")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(histories)
def test_every_buyer_is_in_one_group_of_each_kind(
    warehouse: duckdb.DuckDBPyConnection, histories: list[list[Purchase]]
) -> None:
    _fill(warehouse, histories)
    everybody = [(f"p{number:02}",) for number in range(len(histories))]
    for table, group in (("rpt_cpm", "cpm_group"), ("rpt_rfm", "rfm_segment || rfm_group")):
        placed = warehouse.execute(
            f"select person_id from marts.{table} where {group} is not null order by 1"
        )
        assert placed.fetchall() == everybody
    for score, equal in (("r_score", "recency_days"), ("f_score", "frequency")):
        split = warehouse.execute(
            f"select {equal} from marts.rpt_rfm group by 1 having count(distinct {score}) > 1"
        )
        assert split.fetchall() == []
    sizes = Counter(
        decile
        for (decile,) in warehouse.execute(
            "select decile from intermediate.int_person__deciles"
        ).fetchall()
    )
    assert sum(sizes.values()) == len(histories)
    assert len(sizes) == min(10, len(histories))
    assert max(sizes.values()) - min(sizes.values()) <= 1
    _check_months(warehouse)
    _check_classes(warehouse)


def _fill(warehouse: duckdb.DuckDBPyConnection, histories: list[list[Purchase]]) -> None:
    rows = [
        (f"p{number:02}", place, AS_OF - timedelta(days=age), sales)
        for number, history in enumerate(histories)
        for place, (age, sales) in enumerate(sorted(history, reverse=True), start=1)
    ]
    warehouse.execute("truncate intermediate.int_purchases")
    warehouse.executemany("insert into intermediate.int_purchases values (?, ?, ?, ?)", rows)


def _check_months(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A month starts as the one before ended, and the last one ends as rpt_cpm says."""
    moves = warehouse.execute(
        "select month_start, from_group, to_group, persons from marts.rpt_cpm_transitions"
    ).fetchall()
    months = sorted({month for month, *_ in moves})
    starts: dict[date, Counter[str]] = {month: Counter() for month in months}
    ends: dict[date, Counter[str]] = {month: Counter() for month in months}
    for month, source, target, persons in moves:
        ends[month][target] += persons
        if source != "none":
            starts[month][source] += persons
    for before, after in pairwise(months):
        assert starts[after] == ends[before]
    today = warehouse.execute("select cpm_group from marts.rpt_cpm").fetchall()
    assert ends[months[-1]] == Counter(group for (group,) in today)


def _check_classes(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Every item has one rank and one class by net sales."""
    ranks = warehouse.execute(
        "select item_rank from marts.rpt_abc_products"
        " where measure = 'net_sales' and abc_class in ('A', 'B', 'C') order by 1"
    ).fetchall()
    items = warehouse.execute("select count(distinct item_id) from intermediate.int_items__lines")
    assert ranks == [(rank,) for rank in range(1, (items.fetchone() or (0,))[0] + 1)]
