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
_RUN = pa.schema([("analysis", _TEXT), ("status", _TEXT), ("reason", _TEXT), ("rows_seen", _COUNT)])
HABITS = (
    "recency_days",
    "purchase_count",
    "net_sales",
    "interval_days",
    "category_count",
    "discount_share",
)
"""What clusters compare buyers by: columns of int_prediction__habits."""

CLUSTERS = PredictionTable(
    "clusters",
    "One row per buyer: the cluster of those who buy alike.",
    pa.schema(
        [
            ("person_id", _TEXT),
            ("cluster_no", _COUNT),
            ("distance", _NUMBER),
            ("medoid_rank", _COUNT),
        ]
    ),
)
CLUSTER_PROFILES = PredictionTable(
    "cluster_profiles",
    "One row per cluster: its name, its size and how it differs from the average.",
    pa.schema(
        [
            ("cluster_no", _COUNT),
            ("label_ja", _TEXT),
            ("label_en", _TEXT),
            ("persons", _COUNT),
            ("share", _NUMBER),
            ("silhouette", _NUMBER),
            ("stability", _NUMBER),
            ("is_new", _FLAG),
            *((f"median_{habit}", _NUMBER) for habit in HABITS),
            *((f"z_{habit}", _NUMBER) for habit in HABITS),
        ]
    ),
)
CLUSTER_CENTROIDS = PredictionTable(
    "cluster_centroids",
    "One row per cluster and day: its centre, by which a later run knows it again.",
    pa.schema(
        [("as_of_date", _DAY), ("cluster_no", _COUNT), *((habit, _NUMBER) for habit in HABITS)]
    ),
    keeps_history=True,
)
CLUSTER_RUNS = PredictionTable("cluster_runs", "One row: how the clusters went.", _RUN)

DRIVERS = PredictionTable(
    "drivers",
    "One row per target, method and feature: its coefficient with a 95 % interval.",
    pa.schema(
        [
            ("target", _TEXT),
            ("method", _TEXT),
            ("feature", _TEXT),
            ("coefficient", _NUMBER),
            ("low", _NUMBER),
            ("high", _NUMBER),
            ("p_value", _NUMBER),
            ("vif", _NUMBER),
            ("flag", _TEXT),
            ("rows_seen", _COUNT),
        ]
    ),
)
DRIVER_RUNS = PredictionTable("driver_runs", "One row: how the drivers went.", _RUN)

LEAD_PROBABILITIES = PredictionTable(
    "lead_probabilities",
    "One row per lead: the chance to buy for the first time within 14 days.",
    pa.schema([("person_id", _TEXT), ("probability", _NUMBER)]),
)
LEAD_MODELS = PredictionTable(
    "lead_models",
    "One row per way to rank leads: how well it put buyers first in the test weeks.",
    pa.schema(
        [
            ("model", _TEXT),
            ("leads", _COUNT),
            ("buyers", _COUNT),
            ("base_rate", _NUMBER),
            ("auc", _NUMBER),
            ("brier_score", _NUMBER),
            ("top_decile_lift", _NUMBER),
            *(
                (f"{part}_{end}", _DAY)
                for part in ("training", "calibration", "test")
                for end in ("from", "to")
            ),
        ]
    ),
)
LEAD_LIFTS = PredictionTable(
    "lead_lifts",
    "One row per way to rank leads and tenth of the leads: its lift.",
    pa.schema([("model", _TEXT), ("decile", _COUNT), ("lift", _NUMBER)]),
)
LEAD_COEFFICIENTS = PredictionTable(
    "lead_coefficients",
    "One row per feature of the lead model.",
    pa.schema([("feature", _TEXT), ("coefficient", _NUMBER), ("odds_ratio", _NUMBER)]),
)
LEAD_RUNS = PredictionTable("lead_runs", "One row: how the lead model went.", _RUN)

PREDICTIONS = (
    Prediction(
        name="lifetime_value",
        reads=(
            "fct_orders",
            "stg_orders",
            "stg_subscriptions",
            "int_person__members",
            "int_subscriptions__deliveries",
            "prediction_settings",
        ),
        tables=(LIFETIME_VALUES, MODEL_RUNS, CALIBRATION, BACKTEST),
    ),
    Prediction(
        name="clusters",
        reads=("int_prediction__habits", "cluster_words", "prediction_settings"),
        tables=(CLUSTERS, CLUSTER_PROFILES, CLUSTER_CENTROIDS, CLUSTER_RUNS),
    ),
    Prediction(
        name="drivers",
        reads=("int_prediction__first_purchases", "driver_features", "prediction_settings"),
        tables=(DRIVERS, DRIVER_RUNS),
    ),
    Prediction(
        name="lead_scoring",
        reads=("int_prediction__lead_snapshots", "prediction_settings"),
        tables=(LEAD_PROBABILITIES, LEAD_MODELS, LEAD_LIFTS, LEAD_COEFFICIENTS, LEAD_RUNS),
    ),
)

TABLES_OF_JOBS = (POINT_IN_TIME_BACKTEST,)
"""Tables that dbt reads beside these, and that another job than the build writes."""
