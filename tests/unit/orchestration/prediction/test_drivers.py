"""Drivers of planted first purchases, from the warehouse's tables to the files in the lake."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from orchestration.prediction import drivers
from orchestration.prediction.registry import PREDICTIONS
from orchestration.prediction.step import run_prediction

(DRIVERS,) = [prediction for prediction in PREDICTIONS if prediction.name == "drivers"]
DAY = date(2026, 10, 31)

Rows = list[dict[str, Any]]


def first_purchases(count: int = 600) -> Rows:
    """The larger the first purchase the likelier the second; delivery days change nothing."""
    generator = np.random.default_rng(6)
    sales = generator.normal(8.0, 0.5, count)
    chance = 1 / (1 + np.exp(-0.8 * (sales - 8.0) / 0.5))
    again = generator.random(count) < chance
    later = np.expm1(np.maximum(0.5 * sales + generator.normal(0, 0.3, count), 0))
    days = generator.integers(1, 8, count)
    return [
        {
            "bought_again_180d": int(again[place]),
            "later_sales_365d": round(float(later[place])),
            "first_sales": round(float(np.expm1(sales[place]))),
            "first_delivery_days": int(days[place]),
            "was_member": 1,
            "web_visits": None,
        }
        for place in range(count)
    ]


def drive(home: Path, rows: Rows, least_rows: int = 200) -> tuple[Rows, dict[str, Any]]:
    work_db = home / "warehouse.duckdb"
    work_db.unlink(missing_ok=True)
    with duckdb.connect(str(work_db)) as connection:
        connection.execute("create schema seeds; create schema intermediate")
        connection.execute(
            "create table seeds.prediction_settings as select * from (values "
            f"('driver_least_rows', {least_rows}::double), ('driver_highest_vif', 10)) "
            "t(setting, value)"
        )
        connection.execute(
            "create table seeds.driver_features as select * from (values "
            "('first_sales', 'log', true), ('first_delivery_days', 'linear', true), "
            "('was_member', 'linear', true), ('web_visits', 'log', true), ('unused', 'log', false))"
            "t(feature, scale, is_used)"
        )
        connection.execute(
            "create table intermediate.int_prediction__first_purchases (bought_again_180d bigint,"
            " later_sales_365d decimal(18, 3), first_sales decimal(18, 3),"
            " first_delivery_days bigint, was_member bigint, web_visits bigint)"
        )
        if rows:
            connection.executemany(
                "insert into intermediate.int_prediction__first_purchases "
                "values ($bought_again_180d, $later_sales_365d, $first_sales, "
                "$first_delivery_days, $was_member, $web_visits)",
                rows,
            )
    run_prediction(DRIVERS, work_db, home / "lake", DAY)
    found, (run,) = (
        pq.read_table(home / "lake" / "predictions" / f"{name}.parquet").to_pylist()
        for name in ("drivers", "driver_runs")
    )
    return found, run


def of(found: Rows, target: str, method: str) -> dict[str, dict[str, Any]]:
    return {
        row["feature"]: row for row in found if (row["target"], row["method"]) == (target, method)
    }


def test_planted_drivers_are_found_and_what_says_nothing_is_flagged(tmp_path: Path) -> None:
    found, run = drive(tmp_path, first_purchases())

    again = of(found, "bought_again_180d", "logistic")
    assert again["first_sales"]["low"] < 0.8 < again["first_sales"]["high"]
    assert again["first_delivery_days"]["low"] < 0 < again["first_delivery_days"]["high"]
    assert (again["was_member"]["flag"], again["was_member"]["coefficient"]) == ("constant", None)
    # 0.5 x 0.5 of the spread comes from the first purchase, 0.3 from chance: 0.25 / 0.39 = 0.64.
    later = of(found, "later_sales_365d", "linear")
    assert later["first_sales"]["coefficient"] == pytest.approx(0.64, abs=0.05)
    alone = of(found, "later_sales_365d", "correlation")
    assert alone["first_sales"]["coefficient"] == pytest.approx(0.64, abs=0.05)
    assert alone["first_sales"]["vif"] is None
    assert {row["rows_seen"] for row in found} == {600}
    assert run["status"] == "fitted"
    assert "without web_visits" in run["reason"]
    assert "web_visits" not in again


@pytest.mark.parametrize(("missing", "is_used"), [(120, True), (121, False)])
def test_a_feature_that_a_fifth_does_not_know_costs_their_rows_and_beyond_is_left_out(
    tmp_path: Path, missing: int, is_used: bool
) -> None:
    rows = first_purchases()
    for row in rows[:missing]:
        row["first_delivery_days"] = None

    found, _ = drive(tmp_path, rows)

    again = of(found, "bought_again_180d", "logistic")
    assert ("first_delivery_days" in again) == is_used
    assert again["first_sales"]["rows_seen"] == (480 if is_used else 600)


@pytest.mark.parametrize(("rows", "status"), [(199, "too_few_data"), (200, "fitted")])
def test_too_few_buyers_have_no_drivers_and_a_reason(
    tmp_path: Path, rows: int, status: str
) -> None:
    found, run = drive(tmp_path, first_purchases(rows))

    assert run["status"] == status
    assert bool(found) == (status == "fitted")
    if rows == 199:
        assert run["reason"] == (
            "bought_again_180d: 199 rows; 200 are needed; "
            "later_sales_365d: 199 rows; 200 are needed"
        )


@pytest.mark.parametrize(("again", "has_drivers"), [(29, False), (30, True)])
def test_a_rare_answer_needs_ten_buyers_a_feature(
    tmp_path: Path, again: int, has_drivers: bool
) -> None:
    rows = first_purchases()
    # Spread over all first purchases, so that no feature splits them.
    few = set(range(0, 20 * again, 20))
    for place, row in enumerate(rows):
        row["bought_again_180d"] = int(place in few)

    found, _ = drive(tmp_path, rows)

    assert bool(of(found, "bought_again_180d", "logistic")) == has_drivers


def test_nobody_bought_and_there_are_no_drivers(tmp_path: Path) -> None:
    found, run = drive(tmp_path, [])

    assert (found, run["status"], run["rows_seen"]) == ([], "too_few_data", 0)


def test_an_answer_that_is_not_known_yet_counts_for_its_target_alone(tmp_path: Path) -> None:
    rows = first_purchases()
    for row in rows[:250]:
        row["later_sales_365d"] = None

    found, _ = drive(tmp_path, rows)

    assert of(found, "later_sales_365d", "linear")["first_sales"]["rows_seen"] == 350
    assert of(found, "bought_again_180d", "logistic")["first_sales"]["rows_seen"] == 600


def test_without_the_extra_there_are_no_drivers_and_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drivers, "find_spec", lambda _: None)

    found, run = drive(tmp_path, first_purchases())

    assert (found, run["status"]) == ([], "extra_missing")
    assert "enishi[ml]" in run["reason"]
