"""What is published of lifetime value: models, their fall-backs, and what stands behind both."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from orchestration.prediction.lifetime_value import predict
from orchestration.prediction.step import Predicted, Task
from tests.unit.orchestration.prediction.warehouse import (
    SETTINGS,
    Order,
    day,
    simulated_orders,
    warehouse,
)

Subscriptions = list[tuple[str, str, int, int, int | None, int | None]]


def predicted(
    orders: list[Order],
    last_day: int,
    *,
    subscriptions: Subscriptions | None = None,
    settings: Mapping[str, float] | None = None,
    margin: str | None = "0.5",
) -> Predicted:
    with warehouse(orders, subscriptions or [], margin=margin) as connection:
        chosen = {**SETTINGS, **(settings or {})}
        return predict(Task(connection, day(last_day), chosen, lake=Path("nowhere")))


def values_of(result: Predicted) -> dict[str, dict[str, Any]]:
    return {row["person_id"]: row for row in result.tables["lifetime_values"].to_pylist()}


@pytest.fixture(scope="module")
def fitted() -> Predicted:
    return predicted(simulated_orders(900, 500), 499)


def test_models_are_fitted_when_there_are_enough_buyers(fitted: Predicted) -> None:
    runs = {row["model"]: row for row in fitted.tables["model_runs"].to_pylist()}
    assert {name: run["status"] for name, run in runs.items()} == {
        "mbg_nbd": "fitted",
        "bg_nbd": "fitted",
        "gamma_gamma": "fitted",
        "sbg": "too_few_data",
    }
    assert runs["mbg_nbd"]["customers"] == 900
    assert '"alpha"' in runs["mbg_nbd"]["parameters"]


def test_values_are_complete_and_consistent_when_models_are_fitted(fitted: Predicted) -> None:
    rows = list(values_of(fitted).values())
    assert {row["method"] for row in rows} == {"mbg_nbd"}
    for row in rows:
        assert 0 <= row["alive_probability"] <= 1
        assert 0 <= row["expected_orders_90d"] <= row["expected_orders_365d"]
        assert row["expected_sales_90d"] == pytest.approx(
            row["expected_orders_90d"] * row["expected_order_value"]
        )
        # Half of net sales is margin, and a year's delay takes at most a tenth.
        worth = row["predicted_clv_365d"] / (row["expected_sales_365d"] / 2)
        assert 1 / 1.1 < worth < 1 / 1.1 ** (30 / 365)


def test_one_time_buyers_may_be_gone(fitted: Predicted) -> None:
    """The BG/NBD would call each of them alive for certain."""
    assert max(row["alive_probability"] for row in values_of(fitted).values()) < 1


def test_what_is_expected_of_the_hold_out_beats_the_baselines(fitted: Predicted) -> None:
    rows = fitted.tables["backtest"].to_pylist()
    decided = {row["prediction"]: row["is_better"] for row in rows if row["is_deciding"]}
    assert decided["orders_90d"]
    assert decided["clv_90d"]
    assert {row["cutoff_date"] for row in rows} == {day(499 - 90)}


def test_calibration_holds_every_buyer_of_the_cut_off_in_one_tenth(fitted: Predicted) -> None:
    tenths = fitted.tables["calibration"].to_pylist()
    assert [row["decile"] for row in tenths] == list(range(1, 11))
    assert sum(row["customers"] for row in tenths) == 900
    expected = [row["expected_orders"] / row["customers"] for row in tenths]
    assert expected == sorted(expected, reverse=True)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"least_repeaters": 10_000}, "customers bought again; 10000 are needed"),
        ({"least_weeks": 80}, "71 weeks of purchases; 80 are needed"),
    ],
    ids=["few repeaters", "short record"],
)
def test_the_mean_of_the_cohorts_stands_in_and_says_why(
    settings: dict[str, float], reason: str
) -> None:
    result = predicted(simulated_orders(150, 500), 499, settings={"least_repeaters": 5, **settings})

    rows = list(values_of(result).values())
    assert {row["method"] for row in rows} == {"cohort"}
    assert all(reason in row["reason"] for row in rows)
    assert {row["alive_probability"] for row in rows} == {None}
    assert all(row["predicted_clv_365d"] > 0 for row in rows)
    models = {row["model"] for row in result.tables["backtest"].to_pylist()}
    assert models <= {"cohort", "person_cycle"}


def test_the_pace_that_won_the_back_test_is_the_one_that_is_published() -> None:
    orders: list[Order] = [("often", number, 100) for number in range(0, 501, 10)]
    orders += [("back", 300, 100), ("back", 350, 100), ("gone", 300, 100)]
    orders += [("late", 405, 100), ("late", 450, 100), ("new", 480, 100)]
    settings = {"least_backtest_customers": 4}

    result = predicted(orders, 500, settings=settings)

    rows = result.tables["backtest"].to_pylist()
    trials = {row["measure"]: row for row in rows if row["prediction"] == "orders_90d"}
    assert (trials["rmse"]["customers"], trials["rmse"]["is_better"]) == (4, False)
    # On day 410: every tenth day; once in 110 days; and of the two who had bought once on day 320
    # one came back until then, which is what is expected of who has bought once.
    by_hand = 9 + 90 / 110 + 1 / 2 + 1 / 2
    assert trials["total"]["baseline_value"] == pytest.approx(by_hand)
    values = values_of(result)
    # On day 500: of the two who had bought once on day 410 one, the younger, came back.
    assert {person: row["expected_orders_90d"] for person, row in values.items()} == pytest.approx(
        {"often": 9, "back": 90 / 200, "late": 90 / 95, "gone": 1 / 2, "new": 1}
    )
    assert {person for person, row in values.items() if row["orders_method"] == "cohort_rate"} == {
        "gone",
        "new",
    }


def test_amounts_are_unknown_when_nobody_is_a_month_old() -> None:
    (row,) = values_of(predicted([("p", 0, 100), ("p", 5, 100)], 10)).values()
    assert (row["method"], row["expected_orders_90d"], row["predicted_clv_365d"]) == (
        "cohort",
        None,
        None,
    )


def test_net_sales_are_counted_when_costs_are_unknown() -> None:
    with_costs = values_of(predicted([("p", 0, 100), ("p", 5, 100)], 40))["p"]
    without = values_of(predicted([("p", 0, 100), ("p", 5, 100)], 40, margin=None))["p"]
    assert (with_costs["value_basis"], without["value_basis"]) == ("gross_profit", "net_sales")
    assert without["predicted_clv_90d"] == pytest.approx(2 * with_costs["predicted_clv_90d"])


def test_a_subscription_brings_its_renewals_on_top() -> None:
    orders: list[Order] = simulated_orders(900, 500)
    subscriptions: Subscriptions = []
    for number in range(60):
        # Every third leaves after two deliveries.
        end = 360 if number % 3 == 0 else None
        subscriptions.append((f"S{number}", f"s{number:02d}", 30, 290, end, None))
        orders += [(f"s{number:02d}", 320 + 30 * k, 1000, f"S{number}") for k in range(2)]
    orders.append(("s01", 300, 2000))

    rows = values_of(predicted(orders, 499, subscriptions=subscriptions))

    assert (rows["s00"]["method"], rows["s02"]["method"]) == ("cohort", "subscription")
    assert 0.5 < rows["s02"]["alive_probability"] < 1
    assert rows["s02"]["expected_order_value"] == pytest.approx(1000)
    # Three renewals fall due in 90 days; the own purchases of s01 come on top.
    assert 1.5 < rows["s02"]["expected_orders_90d"] < 3
    assert rows["s01"]["expected_orders_90d"] > rows["s02"]["expected_orders_90d"]


def test_no_buyer_gives_empty_tables() -> None:
    result = predicted([], 100)
    rows = {name: table.num_rows for name, table in result.tables.items()}
    assert rows == {"lifetime_values": 0, "model_runs": 4, "calibration": 0, "backtest": 0}
