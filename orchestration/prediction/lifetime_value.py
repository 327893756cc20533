"""Lifetime value: what each buyer is expected to buy, spend and bring from as_of_date on.

The same forecast is made for the day a quarter earlier and held against what came since; what
loses to its baseline there is not published.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from orchestration.prediction.backtest import Row, Setting, Trial, lost, trial_rows
from orchestration.prediction.cohort_curves import cohort_curve
from orchestration.prediction.contracts import contracts_until
from orchestration.prediction.forecasts import (
    COHORT,
    MODEL,
    Outlook,
    cohort_forecast,
    model_forecast,
)
from orchestration.prediction.histories import (
    HoldOut,
    buyers_until,
    collect_purchase_days,
    hold_out,
)
from orchestration.prediction.horizon import QUARTER, QUARTER_POINT, YEAR
from orchestration.prediction.model_runs import as_table
from orchestration.prediction.order_dates import next_order_trial
from orchestration.prediction.published_values import published_values
from orchestration.prediction.purchase_pace import PERSONAL_RATE, at_their_pace, once_rates
from orchestration.prediction.registry import BACKTEST, CALIBRATION
from orchestration.prediction.step import Figure, Predicted, Task
from orchestration.prediction.value_basis import value_basis
from orchestration.prediction.value_models import fit_value_models

HOLD_OUT = "hold_out"
_TENTHS = 10


def predict(task: Task) -> Predicted:
    """The tables of the prediction lifetime_value."""
    collect_purchase_days(task.connection)
    state = _state(task, task.as_of_date)
    rows, tenths = _look_back(task)
    basis = value_basis(task.connection, task.as_of_date, task.settings)
    values = published_values(
        state,
        basis=basis,
        lost=frozenset(_losses(rows, state.model_name)),
        rate_per_year=task.settings["discount_rate_per_year"],
        as_of_date=task.as_of_date,
    )
    days_of_data = int(state.buyers.tenure.max(initial=0.0))
    figures: dict[str, Figure] = {
        "buyers": state.buyers.total,
        "purchase_model": state.models.runs[0].reason,
        "lost_to_baseline": ", ".join(_losses(rows, state.model_name)) or "nothing",
        "value_basis": basis.name,
    }
    tables = {
        "lifetime_values": values,
        "model_runs": as_table(
            state.models.runs, as_of_date=task.as_of_date, days_of_data=days_of_data
        ),
        "calibration": pa.Table.from_pylist(tenths, schema=CALIBRATION.schema),
        "backtest": pa.Table.from_pylist(rows, schema=BACKTEST.schema),
    }
    return Predicted(tables, figures)


def _state(task: Task, day: date) -> Outlook:
    buyers = buyers_until(task.connection, day)
    contracts = contracts_until(task.connection, day)
    models = fit_value_models(buyers, contracts, task.settings)
    least = task.settings["least_cohort_buyers"]
    curve = cohort_curve(task.connection, buyers, day, least)
    cohorts = cohort_forecast(buyers, curve)
    forecast = model_forecast(buyers, contracts, models, cohorts, task.settings)
    once, once_in_year = (
        once_rates(task.connection, day, ahead, least) for ahead in (QUARTER, YEAR)
    )
    return Outlook(buyers, models, cohorts, forecast, once, once_in_year)


def _look_back(task: Task) -> tuple[list[Row], list[Row]]:
    """The rows of backtest and of calibration; none where the shop was too small or new then."""
    cutoff = task.as_of_date - timedelta(days=QUARTER)
    state = _state(task, cutoff)
    if state.buyers.total < task.settings["least_backtest_customers"]:
        return [], []
    came = hold_out(task.connection, cutoff, task.as_of_date)
    trials = [
        *_trials(state, came),
        next_order_trial(task.connection, cutoff, task.as_of_date, task.settings),
    ]
    setting = Setting(task.as_of_date, HOLD_OUT, cutoff, QUARTER)
    return list(trial_rows(trials, setting)), _calibration(state, came, setting)


def _trials(state: Outlook, came: HoldOut) -> list[Trial]:
    buyers = state.buyers
    orders = Trial(
        prediction="orders_90d",
        model=state.model_name,
        baseline=PERSONAL_RATE,
        predicted=state.forecast.purchases[QUARTER_POINT],
        by_baseline=at_their_pace(buyers.purchases, buyers.tenure, state.once, QUARTER),
        actual=came.purchases,
    )
    if state.models.counts is None:
        return [orders]
    alive = Trial(
        prediction="alive",
        model=MODEL,
        baseline="recency_rank",
        predicted=state.forecast.alive,
        by_baseline=-buyers.recency,
        actual=(came.purchases > 0).astype(np.float64),
    )
    value = Trial(
        prediction="clv_90d",
        model=MODEL,
        baseline=COHORT,
        predicted=state.forecast.net_sales[QUARTER_POINT],
        by_baseline=state.cohorts.net_sales[QUARTER_POINT],
        actual=came.net_sales,
    )
    return [orders, alive, value]


def _losses(rows: Sequence[Row], model: str) -> list[str]:
    """What lost, of the models that are in force today."""
    in_force = [row for row in rows if row["model"] in {model, "person_cycle"}]
    return sorted({str(r["prediction"]) for r in in_force if lost(in_force, str(r["prediction"]))})


def _calibration(state: Outlook, came: HoldOut, setting: Setting) -> list[Row]:
    expected = state.forecast.purchases[QUARTER_POINT]
    if not np.isfinite(expected).all():
        return []
    # Buyers stand in the order of their ids, so that equals are parted the same way in every run.
    best_first = np.argsort(-expected, kind="stable")
    return [
        {
            "as_of_date": setting.as_of_date,
            "cutoff_date": setting.cutoff_date,
            "horizon_days": setting.horizon_days,
            "method": state.model_name,
            "decile": decile,
            "customers": len(places),
            "expected_orders": float(expected[places].sum()),
            "actual_orders": int(came.purchases[places].sum()),
            "actual_buyers": int(np.sum(came.purchases[places] > 0)),
        }
        for decile, places in enumerate(np.array_split(best_first, _TENTHS), start=1)
    ]
