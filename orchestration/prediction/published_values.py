"""The table lifetime_values: forecasts that are good enough, baselines for the others."""

from collections.abc import Collection
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import rankdata

from orchestration.prediction.fitting import Vector
from orchestration.prediction.forecasts import COHORT, MODEL, SUBSCRIPTION, Forecast, Outlook
from orchestration.prediction.histories import Buyers
from orchestration.prediction.horizon import (
    QUARTER,
    QUARTER_POINT,
    YEAR,
    YEAR_POINT,
    discounted,
)
from orchestration.prediction.purchase_pace import at_their_pace, pace_methods
from orchestration.prediction.registry import LIFETIME_VALUES
from orchestration.prediction.value_basis import ValueBasis

_LOST = "the model lost its back-test to the mean of the cohorts"
_REASONS = {
    MODEL: "MBG/NBD for purchases, Gamma-Gamma for order values",
    SUBSCRIPTION: "sBG for renewals of a running subscription, MBG/NBD for other purchases",
    COHORT: "no model for buyers who only ever subscribed, or too few subscriptions for one",
}


def published_values(
    outlook: Outlook,
    *,
    basis: ValueBasis,
    lost: Collection[str],
    rate_per_year: float,
    as_of_date: date,
) -> pa.Table:
    """One row per buyer; `lost` names the predictions whose baseline did better."""
    buyers, forecast = outlook.buyers, outlook.forecast
    orders, orders_method = _orders(outlook, use_rate="orders_90d" in lost)
    alive, alive_method = _alive(buyers, forecast, use_rank="alive" in lost)
    amounts = outlook.cohorts if "clv_90d" in lost else forecast
    next_order = "personal_median" if "next_order_date" in lost else "person_cycle"
    why = _LOST if "clv_90d" in lost else outlook.models.refusal
    columns: dict[str, object] = {
        "person_id": buyers.person_id,
        "method": amounts.method,
        "orders_method": orders_method,
        "alive_method": alive_method,
        "next_order_method": np.full(buyers.total, next_order, dtype=object),
        "reason": [why or _REASONS[method] for method in amounts.method],
        "value_basis": np.full(buyers.total, basis.name, dtype=object),
        "expected_orders_90d": orders[0],
        "expected_orders_365d": orders[1],
        "alive_probability": alive,
        "expected_order_value": amounts.order_value,
        "expected_sales_90d": amounts.net_sales[QUARTER_POINT],
        "expected_sales_365d": amounts.net_sales[YEAR_POINT],
        "predicted_clv_90d": basis.ratio
        * discounted(amounts.net_sales, rate_per_year, QUARTER_POINT),
        "predicted_clv_365d": basis.ratio
        * discounted(amounts.net_sales, rate_per_year, YEAR_POINT),
        "as_of_date": [as_of_date] * buyers.total,
    }
    arrays = [
        pa.array(columns[column.name], type=column.type, from_pandas=True)
        for column in LIFETIME_VALUES.schema
    ]
    return pa.Table.from_arrays(arrays, schema=LIFETIME_VALUES.schema)


def _orders(
    outlook: Outlook, *, use_rate: bool
) -> tuple[tuple[Vector, Vector], NDArray[np.object_]]:
    buyers, forecast = outlook.buyers, outlook.forecast
    if use_rate:
        known = buyers.purchases, buyers.tenure
        quarter = at_their_pace(*known, outlook.once, QUARTER)
        year = at_their_pace(*known, outlook.once_in_year, YEAR)
        # A shop that is no year old has the quarter's pace alone; a year holds its first quarter.
        year = np.where(np.isnan(year), quarter * YEAR / QUARTER, np.maximum(year, quarter))
        return (quarter, year), pace_methods(buyers.purchases)
    return (
        forecast.purchases[QUARTER_POINT],
        forecast.purchases[YEAR_POINT],
    ), forecast.method


def _alive(
    buyers: Buyers, forecast: Forecast, *, use_rank: bool
) -> tuple[Vector, NDArray[np.object_]]:
    """In the place of a chance: the share of buyers who were not seen more recently."""
    if use_rank:
        share: Vector = rankdata(-buyers.recency) / max(buyers.total, 1)
        return share, np.full(buyers.total, "recency_rank", dtype=object)
    method = forecast.method.copy()
    method[~np.isfinite(forecast.alive)] = None
    return forecast.alive, method
