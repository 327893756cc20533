"""The models of lifetime value, fitted to the buyers of one day, with their guard rails."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from orchestration.prediction.contracts import Contracts, fit_contracts
from orchestration.prediction.fitting import FitError, Vector
from orchestration.prediction.histories import Buyers
from orchestration.prediction.model_runs import ModelRun
from orchestration.prediction.order_values import SpendModel, fit_spend
from orchestration.prediction.purchase_counts import (
    Histories,
    Kind,
    PurchaseModel,
    fit_purchases,
)
from orchestration.prediction.retention import RetentionModel

_DAYS_PER_WEEK = 7
_HIGH_CORRELATION = 0.3


@dataclass(frozen=True, slots=True)
class ValueModels:
    """What could be fitted, and how each fit went."""

    counts: PurchaseModel | None
    spend: SpendModel | None
    renewals: RetentionModel | None
    refusal: str
    """Why there is no model of purchase counts; empty where there is one."""
    runs: tuple[ModelRun, ...]


def fit_value_models(
    buyers: Buyers, contracts: Contracts, settings: Mapping[str, float]
) -> ValueModels:
    """MBG/NBD and BG/NBD on purchase counts, Gamma-Gamma on order values, sBG on contracts."""
    free = buyers.is_free
    known = Histories.of(buyers.x[free], buyers.t_x[free], buyers.age[free])
    refusal = too_few(buyers, settings)
    counts, counts_run = _fit_counts(known, "mbg_nbd", refusal)
    _, compared_run = _fit_counts(known, "bg_nbd", refusal)
    spend, spend_run = _fit_spend(buyers, settings["winsorised_share"], refusal)
    renewals, renewals_run = _fit_renewals(contracts, settings["least_subscriptions"])
    return ValueModels(
        counts=counts,
        spend=spend,
        renewals=renewals,
        refusal="" if counts else counts_run.reason,
        runs=(counts_run, compared_run, spend_run, renewals_run),
    )


def too_few(buyers: Buyers, settings: Mapping[str, float]) -> str | None:
    """Why the buyers are too few or too new for a model; None when they are enough."""
    repeaters = int(np.sum(buyers.x > 0))
    if repeaters < settings["least_repeaters"]:
        return f"{repeaters} customers bought again; {settings['least_repeaters']:.0f} are needed"
    weeks = float(buyers.age.max(initial=0.0)) / _DAYS_PER_WEEK
    if weeks < settings["least_weeks"]:
        return f"{weeks:.0f} weeks of purchases; {settings['least_weeks']:.0f} are needed"
    return None


def winsorised(values: Vector, share: float) -> Vector:
    """The values with the highest share of them cut to the value below."""
    if not len(values):
        return values
    return np.minimum(values, np.quantile(values, 1 - share))


def _fit_counts(
    known: Histories, kind: Kind, refusal: str | None
) -> tuple[PurchaseModel | None, ModelRun]:
    repeaters = int(known.customers[known.x > 0].sum())
    if refusal is not None:
        return None, ModelRun(kind, "too_few_data", refusal, known.total, repeaters)
    try:
        model = fit_purchases(known, kind)
    except FitError as error:
        return None, ModelRun(kind, "not_converged", str(error), known.total, repeaters)
    run = ModelRun(
        model=kind,
        status="fitted",
        reason=f"fitted to {known.total} customers",
        customers=known.total,
        repeaters=repeaters,
        parameters={"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b},
        standard_errors=model.standard_errors,
        log_likelihood=model.log_likelihood,
    )
    return model, run


def _fit_spend(
    buyers: Buyers, winsorised_share: float, refusal: str | None
) -> tuple[SpendModel | None, ModelRun]:
    # The gamma distribution knows no purchase that cost nothing.
    spending = (buyers.x > 0) & (buyers.mean_value > 0)
    x, values = buyers.x[spending], winsorised(buyers.mean_value[spending], winsorised_share)
    customers = len(x)
    if refusal is not None:
        return None, ModelRun("gamma_gamma", "too_few_data", refusal, customers, customers)
    try:
        model = fit_spend(x, values)
        if model.q <= 1:
            raise FitError(f"the mean order value has no bound (q = {model.q:.3f})")
    except FitError as error:
        return None, ModelRun("gamma_gamma", "not_converged", str(error), customers, customers)
    run = ModelRun(
        model="gamma_gamma",
        status="fitted",
        reason=f"fitted to {customers} customers; {_correlation(x, values)}",
        customers=customers,
        repeaters=customers,
        parameters={"p": model.p, "q": model.q, "gamma": model.gamma},
        standard_errors=model.standard_errors,
        log_likelihood=model.log_likelihood,
    )
    return model, run


def _fit_renewals(contracts: Contracts, least: float) -> tuple[RetentionModel | None, ModelRun]:
    total, renewed = contracts.total, int(np.sum(contracts.renewals > 0))
    if total < least:
        refusal = f"{total} subscriptions; {least:.0f} are needed"
        return None, ModelRun("sbg", "too_few_data", refusal, total, renewed)
    try:
        model, how = fit_contracts(contracts)
    except FitError as error:
        return None, ModelRun("sbg", "not_converged", str(error), total, renewed)
    run = ModelRun(
        model="sbg",
        status="fitted",
        reason=f"{total} subscriptions, {int(contracts.has_ended.sum())} of them ended, {how}",
        customers=total,
        repeaters=renewed,
        parameters={"alpha": model.alpha, "beta": model.beta},
        standard_errors=model.standard_errors,
        log_likelihood=model.log_likelihood,
    )
    return model, run


def _correlation(x: Vector, values: Vector) -> str:
    """How far order values hang on the number of orders, which the model takes for unrelated."""
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(values) == 0:
        return "order values cannot be compared with the number of orders"
    correlation = float(np.corrcoef(x, values)[0, 1])
    warning = ", too high for the model" if abs(correlation) > _HIGH_CORRELATION else ""
    return f"order values and number of orders correlate by {correlation:.2f}{warning}"
