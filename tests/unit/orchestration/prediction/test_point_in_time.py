"""The predictions of a past day against what came, worked out by hand."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration.prediction.point_in_time import compare_past_day, keep_past_days

DAY = date(2026, 6, 30)
ORDER_COLUMNS = "(person_id varchar, ordered_date date, net_sales decimal(18, 3), is_purchase bool)"


def write_database(
    file: Path, persons: dict[str, str], orders: list[tuple[str, str, int]], predictions: str = ""
) -> Path:
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts; create schema identity; create schema seeds")
        connection.execute(
            "create table seeds.prediction_settings as "
            "select 'least_cohort_buyers' as setting, 2.0::double as value"
        )
        connection.execute(
            "create table identity.person_identifiers (record_key varchar, person_id varchar)"
        )
        connection.execute(f"create table marts.fct_orders {ORDER_COLUMNS}")
        connection.executemany(
            "insert into identity.person_identifiers values (?, ?)", list(persons.items())
        )
        connection.executemany("insert into marts.fct_orders values (?, ?, ?, true)", orders)
        if predictions:
            connection.execute(f"create table marts.customer_predictions as {predictions}")
    return file


PREDICTIONS = """
select * from (values
    ('ann', 'mbg_nbd', 'mbg_nbd', 'mbg_nbd', 'person_cycle',
        2.0, 0.9::double, 150.0, date '2026-07-20'),
    ('bob', 'mbg_nbd', 'mbg_nbd', 'mbg_nbd', 'person_cycle',
        0.5, 0.2::double, 40.0, null)
) as predictions (
    person_id, method, orders_method, alive_method, next_order_method,
    expected_orders_90d, alive_probability, expected_sales_90d, expected_date_of_next_order
)
"""


@pytest.fixture
def compared(tmp_path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    # Ann bought every 30 days, the last time 10 days ago; Bob bought once. Cat, who has no
    # prediction, had bought once a quarter ago and has come back since.
    history = [("ann", "2026-05-21", 100), ("ann", "2026-06-20", 100), ("bob", "2026-04-01", 50)]
    history += [("cat", "2026-03-20", 10), ("cat", "2026-05-01", 10)]
    past = write_database(
        tmp_path / "past.duckdb", {"a1": "ann", "b1": "bob", "b2": "bob"}, history, PREDICTIONS
    )
    # Ann's record is another person's by now; Bob split, and the later half goes on as Bob too.
    since = [
        ("anna", "2026-07-10", 80),
        ("anna", "2026-09-28", 80),
        ("anna", "2026-09-29", 80),
        ("bob", "2026-06-30", 70),
    ]
    now = write_database(
        tmp_path / "now.duckdb", {"a1": "anna", "a2": "anna", "b1": "bob", "b2": "bert"}, since
    )
    rows = compare_past_day(past, now, DAY, 90)
    assert {(row["as_of_date"], row["cutoff_date"], row["kind"]) for row in rows} == {
        (DAY, DAY, "point_in_time")
    }
    return {(str(row["prediction"]), str(row["measure"])): row for row in rows}


def test_orders_are_those_of_the_horizon_and_of_who_the_person_is_now(
    compared: dict[tuple[str, str], dict[str, Any]],
) -> None:
    total = compared["orders_90d", "total"]
    # 28 September is the ninetieth day; 30 June is the day itself.
    assert (total["actual_value"], total["model_value"], total["customers"]) == (2, 2.5, 2)
    # Ann's one repeat in 40 days goes on for 90; of the two who had bought once 90 days before, Bob
    # on the very day, one bought once again.
    assert total["baseline_value"] == pytest.approx(90 / 40 + 1 / 2)


def test_sales_and_dates_are_compared_with_the_persons_own_pace(
    compared: dict[tuple[str, str], dict[str, Any]],
) -> None:
    sales = compared["clv_90d", "total"]
    assert (sales["actual_value"], sales["model_value"]) == (160, 190)
    assert sales["baseline_value"] == pytest.approx(100 / 40 * 90)
    dates = compared["next_order_date", "median_absolute_days"]
    # Ann came on 10 July: foretold for the 20th, by her median gap for the 20th too.
    assert (dates["model_value"], dates["baseline_value"], dates["customers"]) == (10, 10, 1)
    assert dates["is_better"] is True


def test_who_was_seen_last_is_the_baseline_of_who_comes_back(
    compared: dict[tuple[str, str], dict[str, Any]],
) -> None:
    alive = compared["alive", "auc"]
    assert (alive["model_value"], alive["baseline_value"]) == (1, 1)


def test_a_day_is_kept_once_beside_other_days(tmp_path: Path, compared: Any) -> None:
    rows = list(compared.values())
    keep_past_days(tmp_path / "lake", rows)
    keep_past_days(tmp_path / "lake", [row | {"as_of_date": date(2026, 5, 31)} for row in rows])
    keep_past_days(tmp_path / "lake", rows[:1])
    kept = pq.read_table(tmp_path / "lake/predictions/point_in_time_backtest.parquet")
    assert sorted(kept["as_of_date"].to_pylist()) == [date(2026, 5, 31)] * len(rows) + [DAY]
