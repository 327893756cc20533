"""Where a prediction lost, its baseline is published, and the method says so."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from orchestration.prediction.forecasts import Forecast, Outlook
from orchestration.prediction.histories import Buyers
from orchestration.prediction.horizon import POINTS, QUARTER, YEAR
from orchestration.prediction.published_values import published_values
from orchestration.prediction.purchase_pace import OnceRates
from orchestration.prediction.value_basis import ValueBasis
from orchestration.prediction.value_models import ValueModels


def forecast(per_day: list[float], alive: list[float], method: list[str]) -> Forecast:
    """So many purchases of 100 a day."""
    purchases = POINTS[:, None] * np.array(per_day)
    return Forecast(
        purchases=purchases,
        net_sales=purchases * 100,
        order_value=np.full(len(per_day), 100.0),
        alive=np.array(alive),
        method=np.array(method, dtype=object),
    )


def published(*lost: str, in_year: float = 0.0004) -> dict[str, dict[str, Any]]:
    # Three purchases in 100 days, one 10 days ago, and one that was the first.
    ones = np.ones(3)
    buyers = Buyers(
        person_id=np.array(["late", "new", "often"], dtype=object),
        x=np.array([0.0, 0.0, 2.0]),
        t_x=ones,
        age=ones,
        mean_value=ones,
        purchases=np.array([1.0, 1.0, 3.0]),
        tenure=np.array([200.0, 0.0, 100.0]),
        recency=np.array([200.0, 0.0, 10.0]),
    )
    model = forecast(
        [0.001, 0.002, 0.01], [0.2, float("nan"), 0.9], ["mbg_nbd", "cohort", "subscription"]
    )
    cohorts = forecast([0.003] * 3, [float("nan")] * 3, ["cohort"] * 3)
    # Who bought once buys 0.001 times a day in the first quarter after, half as often later.
    once = OnceRates(np.array([0.001, 0.0005, 0.0005, 0.0005, 0.0005]))
    models = ValueModels(None, None, None, "", ())
    outlook = Outlook(buyers, models, cohorts, model, once, OnceRates(np.full(5, in_year)))
    table = published_values(
        outlook,
        basis=ValueBasis("gross_profit", 0.4),
        lost=frozenset(lost),
        rate_per_year=0.0,
        as_of_date=date(2026, 10, 31),
    )
    return {row["person_id"]: row for row in table.to_pylist()}


def test_forecasts_stand_when_nothing_was_lost() -> None:
    rows = published()
    assert [row["method"] for row in rows.values()] == ["mbg_nbd", "cohort", "subscription"]
    assert [row["orders_method"] for row in rows.values()] == ["mbg_nbd", "cohort", "subscription"]
    assert [row["alive_method"] for row in rows.values()] == ["mbg_nbd", None, "subscription"]
    assert rows["often"]["expected_orders_90d"] == pytest.approx(0.9)
    assert rows["often"]["predicted_clv_90d"] == pytest.approx(0.9 * 100 * 0.4)
    assert rows["new"]["alive_probability"] is None
    assert {row["next_order_method"] for row in rows.values()} == {"person_cycle"}


def test_the_pace_stands_for_purchases_that_lost_that_of_such_buyers_for_who_bought_once() -> None:
    rows = published("orders_90d")
    expected = [row["expected_orders_90d"] for row in rows.values()]
    assert expected == pytest.approx([0.0005 * 90, 0.001 * 90, 2 / 100 * QUARTER])
    assert rows["often"]["expected_orders_365d"] == pytest.approx(2 / 100 * YEAR)
    assert rows["late"]["expected_orders_365d"] == pytest.approx(0.0004 * 365)
    methods = [row["orders_method"] for row in rows.values()]
    assert methods == ["cohort_rate", "cohort_rate", "personal_rate"]
    assert rows["late"]["method"] == "mbg_nbd"


@pytest.mark.parametrize(
    ("in_year", "expected"),
    [
        pytest.param(float("nan"), 0.001 * 365, id="no-year-is-known"),
        pytest.param(0.0, 0.001 * 90, id="a-year-with-less-than-its-quarter"),
    ],
)
def test_a_year_has_the_pace_of_the_quarter_when_it_has_none_and_never_less_than_the_quarter(
    in_year: float, expected: float
) -> None:
    rows = published("orders_90d", in_year=in_year)
    assert rows["new"]["expected_orders_365d"] == pytest.approx(expected)
    assert rows["often"]["expected_orders_365d"] == pytest.approx(2 / 100 * YEAR)


def test_the_rank_by_recency_stands_for_chances_that_lost() -> None:
    rows = published("alive")
    assert [row["alive_probability"] for row in rows.values()] == pytest.approx([1 / 3, 1, 2 / 3])
    assert {row["alive_method"] for row in rows.values()} == {"recency_rank"}


def test_the_mean_of_the_cohorts_stands_for_amounts_that_lost() -> None:
    rows = published("clv_90d")
    assert {row["method"] for row in rows.values()} == {"cohort"}
    assert {row["expected_sales_90d"] for row in rows.values()} == {0.003 * 90 * 100}
    assert all("lost its back-test" in row["reason"] for row in rows.values())


def test_the_median_gap_stands_for_dates_that_lost() -> None:
    rows = published("next_order_date")
    assert {row["next_order_method"] for row in rows.values()} == {"personal_median"}
