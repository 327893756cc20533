"""Every prediction: what it reads of the warehouse, and the tables it leaves for dbt.

A new prediction is one module with a function `predict` and one entry here. This module imports
nothing heavy: the code location reads it to know the assets.
"""

from dataclasses import dataclass

import pyarrow as pa

_TEXT = pa.string()
_COUNT = pa.int64()
_NUMBER = pa.float64()
_FLAG = pa.bool_()
_DAY = pa.date32()


@dataclass(frozen=True, slots=True)
class PredictionTable:
    """One file below lake/predictions."""

    name: str
    description: str
    schema: pa.Schema
    keeps_history: bool = False
    """True: rows of other as_of_dates stay; the schema then has a column as_of_date."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One module of this package, named as the prediction."""

    name: str
    reads: tuple[str, ...]
    """The dbt models and seeds it reads."""
    tables: tuple[PredictionTable, ...]


MODEL_RUNS = PredictionTable(
    "model_runs",
    "One row per model and day on which it was fitted: parameters, likelihood, how it went.",
    pa.schema(
        [
            ("as_of_date", _DAY),
            ("model", _TEXT),
            ("status", _TEXT),
            ("reason", _TEXT),
            ("parameters", _TEXT),
            ("standard_errors", _TEXT),
            ("log_likelihood", _NUMBER),
            ("customers", _COUNT),
            ("repeaters", _COUNT),
            ("days_of_data", _COUNT),
        ]
    ),
    keeps_history=True,
)

BACKTEST = PredictionTable(
    "backtest",
    "One row per kind of back-test, day it stands on, prediction and measure.",
    pa.schema(
        [
            ("as_of_date", _DAY),
            ("kind", _TEXT),
            ("cutoff_date", _DAY),
            ("horizon_days", _COUNT),
            ("prediction", _TEXT),
            ("model", _TEXT),
            ("baseline", _TEXT),
            ("measure", _TEXT),
            ("customers", _COUNT),
            ("model_value", _NUMBER),
            ("baseline_value", _NUMBER),
            ("actual_value", _NUMBER),
            ("is_better", _FLAG),
            ("is_deciding", _FLAG),
        ]
    ),
    keeps_history=True,
)

LIFETIME_VALUES = PredictionTable(
    "lifetime_values",
    "One row per buyer: expected purchases, order value, sales and lifetime value.",
    pa.schema(
        [
            ("person_id", _TEXT),
            ("method", _TEXT),
            ("orders_method", _TEXT),
            ("alive_method", _TEXT),
            ("next_order_method", _TEXT),
            ("reason", _TEXT),
            ("value_basis", _TEXT),
            ("expected_orders_90d", _NUMBER),
            ("expected_orders_365d", _NUMBER),
            ("alive_probability", _NUMBER),
            ("expected_order_value", _NUMBER),
            ("expected_sales_90d", _NUMBER),
            ("expected_sales_365d", _NUMBER),
            ("predicted_clv_90d", _NUMBER),
            ("predicted_clv_365d", _NUMBER),
            ("as_of_date", _DAY),
        ]
    ),
)

CALIBRATION = PredictionTable(
    "calibration",
    "One row per day of a hold-out and tenth of its buyers by expected purchases.",
    pa.schema(
        [
            ("as_of_date", _DAY),
            ("cutoff_date", _DAY),
            ("horizon_days", _COUNT),
            ("method", _TEXT),
            ("decile", _COUNT),
            ("customers", _COUNT),
            ("expected_orders", _NUMBER),
            ("actual_orders", _COUNT),
            ("actual_buyers", _COUNT),
        ]
    ),
    keeps_history=True,
)

POINT_IN_TIME_BACKTEST = PredictionTable(
    "point_in_time_backtest",
    "The same as backtest, from builds of the whole warehouse for past days.",
    BACKTEST.schema,
)

PREDICTIONS = (
    Prediction(
        name="lifetime_value",
        reads=(
            "fct_orders",
            "stg_orders",
            "stg_subscriptions",
            "int_person__members",
            "prediction_settings",
        ),
        tables=(LIFETIME_VALUES, MODEL_RUNS, CALIBRATION, BACKTEST),
    ),
)

TABLES_OF_JOBS = (POINT_IN_TIME_BACKTEST,)
"""Tables that dbt reads beside these, and that another job than the build writes."""
