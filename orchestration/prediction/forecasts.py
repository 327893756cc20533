"""What each buyer is expected to do, by the models and by the mean of the cohorts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestration.prediction.cohort_curves import CohortCurve
from orchestration.prediction.contracts import Contracts, expected_renewals
from orchestration.prediction.fitting import Vector
from orchestration.prediction.histories import Buyers
from orchestration.prediction.horizon import POINTS
from orchestration.prediction.purchase_counts import PurchaseModel
from orchestration.prediction.purchase_pace import OnceRates
from orchestration.prediction.value_models import ValueModels, winsorised

Names = NDArray[np.object_]
MODEL, SUBSCRIPTION, COHORT = "mbg_nbd", "subscription", "cohort"


@dataclass(frozen=True, slots=True)
class Forecast:
    """Per buyer, in the order of the person ids; purchases and sales have a row per POINT."""

    purchases: Vector
    net_sales: Vector
    order_value: Vector
    alive: Vector
    """NaN where nothing is known."""
    method: Names


@dataclass(frozen=True, slots=True)
class Outlook:
    """The buyers as they stand at the end of a day, and what is then expected of them."""

    buyers: Buyers
    models: ValueModels
    cohorts: Forecast
    forecast: Forecast
    once: OnceRates
    """Of the last quarter."""
    once_in_year: OnceRates
    """Of the last year; NaN where the shop had no such buyer before it."""

    @property
    def model_name(self) -> str:
        """The method of whoever has no subscription."""
        return MODEL if self.models.counts else COHORT


def cohort_forecast(buyers: Buyers, curve: CohortCurve) -> Forecast:
    """The mean of the cohorts at each buyer's age, NaN where no buyer is a month old."""
    purchases = curve.expected_purchases(buyers.tenure)
    sales = curve.expected_sales(buyers.tenure)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(purchases[-1] > 0, sales[-1] / purchases[-1], np.nan)
    return Forecast(
        purchases=purchases,
        net_sales=sales,
        order_value=value,
        alive=np.full(buyers.total, np.nan),
        method=np.full(buyers.total, COHORT, dtype=object),
    )


def model_forecast(
    buyers: Buyers,
    contracts: Contracts,
    models: ValueModels,
    cohorts: Forecast,
    settings: Mapping[str, float],
) -> Forecast:
    """The models' forecast; the cohorts' for whom no model speaks.

    A running subscription brings its renewals on top of what its holder buys besides.
    """
    if models.counts is None:
        return cohorts
    purchases, alive = _own_purchases(buyers, models.counts)
    value = _order_values(buyers, models, settings["winsorised_share"])
    sales = purchases * value
    holders = _holders(buyers, contracts)
    method = np.where(holders, SUBSCRIPTION, MODEL).astype(object)
    if models.renewals is not None:
        renewals = expected_renewals(contracts, models.renewals)
        _add(purchases, buyers, contracts, renewals)
        _add(sales, buyers, contracts, renewals * contracts.order_value)
        np.maximum(alive, _chance_to_renew(buyers, contracts, models), out=alive)
    # Nobody knows what who only ever subscribed does without a subscription.
    unknown = (~buyers.is_free & ~holders) | (holders & (models.renewals is None))
    return Forecast(
        purchases=np.where(unknown, cohorts.purchases, purchases),
        net_sales=np.where(unknown, cohorts.net_sales, sales),
        order_value=np.where(unknown, cohorts.order_value, _mean(sales[-1], purchases[-1], value)),
        alive=np.where(unknown, np.nan, alive),
        method=np.where(unknown, COHORT, method),
    )


def _own_purchases(buyers: Buyers, model: PurchaseModel) -> tuple[Vector, Vector]:
    """Purchases up to each point and the chance to be alive, worked out once per history."""
    free = buyers.is_free
    rows = np.column_stack([buyers.x, buyers.t_x, buyers.age])[free]
    unique, places = np.unique(rows, axis=0, return_inverse=True)
    x, t_x, age = unique.T
    purchases = np.zeros((len(POINTS), buyers.total))
    alive = np.zeros(buyers.total)
    for row, point in enumerate(POINTS):
        purchases[row, free] = model.expected_purchases(point, x, t_x, age)[places]
    alive[free] = model.alive(x, t_x, age)[places]
    return purchases, alive


def _order_values(buyers: Buyers, models: ValueModels, winsorised_share: float) -> Vector:
    """What a purchase of their own is expected to cost; the mean of all repeats without a model."""
    repeats = buyers.x > 0
    values = np.zeros(buyers.total)
    values[repeats] = winsorised(buyers.mean_value[repeats], winsorised_share)
    if models.spend is None:
        mean = np.average(values[repeats], weights=buyers.x[repeats]) if repeats.any() else np.nan
        return np.full(buyers.total, mean)
    return models.spend.expected_value(np.maximum(buyers.x, 0.0), values)


def _holders(buyers: Buyers, contracts: Contracts) -> NDArray[np.bool_]:
    return np.isin(buyers.person_id, contracts.person_id[contracts.is_running])


def _add(totals: Vector, buyers: Buyers, contracts: Contracts, by_contract: Vector) -> None:
    """Add what contracts bring to their holders; a holder who never bought is no buyer."""
    place, known = _places(buyers, contracts)
    for row in range(len(totals)):
        np.add.at(totals[row], place[known], by_contract[row, known])


def _chance_to_renew(buyers: Buyers, contracts: Contracts, models: ValueModels) -> Vector:
    chances = np.zeros(buyers.total)
    if models.renewals is not None:
        place, known = _places(buyers, contracts)
        known = known & contracts.is_running
        rates = models.renewals.retention_rate(contracts.renewals + 1)
        np.maximum.at(chances, place[known], rates[known])
    return chances


def _places(buyers: Buyers, contracts: Contracts) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    if not buyers.total:
        return np.zeros(contracts.total, dtype=np.intp), np.zeros(contracts.total, dtype=np.bool_)
    place = np.searchsorted(buyers.person_id.astype(str), contracts.person_id.astype(str))
    place = np.minimum(place, buyers.total - 1)
    return place, buyers.person_id[place] == contracts.person_id


def _mean(sales: Vector, purchases: Vector, otherwise: Vector) -> Vector:
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Vector = np.where(purchases > 0, sales / purchases, otherwise)
    return mean
