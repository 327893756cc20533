"""Predictions are judged by what decides for their kind, and a draw is no loss."""

from datetime import date

import numpy as np
import pytest

from orchestration.prediction.backtest import (
    Row,
    Setting,
    Trial,
    area_under_roc,
    lost,
    trial_rows,
)

SETTING = Setting(date(2026, 10, 31), "hold_out", date(2026, 8, 2), 90)


def judged(
    prediction: str, predicted: list[float], baseline: list[float], actual: list[float]
) -> dict[object, Row]:
    trial = Trial(
        prediction,
        "model",
        "baseline",
        np.array(predicted, dtype=np.float64),
        np.array(baseline, dtype=np.float64),
        np.array(actual, dtype=np.float64),
    )
    return {row["measure"]: row for row in trial_rows([trial], SETTING)}


def test_amounts_are_judged_by_their_root_mean_square_error() -> None:
    rows = judged("orders_90d", [1, 1, 2], [0, 2, 4], [0, 2, 2])

    # Errors 1, 1, 0 and 0, 0, 2: the mean absolute error would call both equal.
    assert rows["rmse"]["model_value"] == pytest.approx((2 / 3) ** 0.5)
    assert rows["rmse"]["baseline_value"] == pytest.approx((4 / 3) ** 0.5)
    assert (rows["rmse"]["is_better"], rows["rmse"]["is_deciding"]) == (True, True)
    assert (rows["total"]["model_value"], rows["total"]["actual_value"]) == (4, 4)
    assert not lost(list(rows.values()), "orders_90d")


def test_a_prediction_with_the_better_total_loses_by_the_larger_error() -> None:
    rows = judged("clv_90d", [4, 0], [1, 2], [0, 4])

    assert (rows["total"]["is_better"], rows["total"]["is_deciding"]) == (True, False)
    assert rows["rmse"]["is_better"] is False
    assert lost(list(rows.values()), "clv_90d")
    assert not lost(list(rows.values()), "orders_90d")


def test_a_draw_is_no_loss() -> None:
    rows: list[Row] = list(judged("orders_90d", [1, 0], [1, 0], [2, 2]).values())
    assert not lost(rows, "orders_90d")


def test_chances_are_judged_by_order_alone_and_ties_count_half() -> None:
    scores, happened = np.array([0.9, 0.4, 0.4, 0.1]), np.array([1.0, 1.0, 0.0, 0.0])
    # Pairs of one who bought and one who did not: 1, 1, 1/2, 1 of 4.
    assert area_under_roc(scores, happened) == 3.5 / 4
    assert area_under_roc(np.array([-5.0, -9.0]), np.array([0.0, 1.0])) == 0.0
    assert area_under_roc(scores, np.ones(4)) is None


def test_nothing_is_lost_where_everybody_bought() -> None:
    rows = judged("alive", [0.1, 0.2], [0.2, 0.1], [1, 1])

    assert rows["auc"]["is_better"] is None
    assert not lost(list(rows.values()), "alive")


def test_dates_are_judged_by_the_median_of_the_days_between() -> None:
    rows = judged("next_order_date", [-10, 20, 90], [5, 30, 10], [10, 30, 30])

    (row,) = rows.values()
    assert (row["measure"], row["model_value"], row["baseline_value"]) == (
        "median_absolute_days",
        20.0,
        5.0,
    )
    assert lost([row], "next_order_date")


def test_who_has_no_prediction_is_left_out_on_both_sides() -> None:
    rows = judged("alive", [0.9, float("nan"), 0.1], [1, 2, 3], [1, 0, 0])
    assert (rows["auc"]["customers"], rows["auc"]["model_value"]) == (2, 1.0)


def test_without_a_customer_there_is_no_row() -> None:
    assert judged("orders_90d", [], [], []) == {}
