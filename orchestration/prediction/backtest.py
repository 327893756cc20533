"""How a prediction did on days it had not seen, beside a baseline of one line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.stats import rankdata

from orchestration.prediction.fitting import Vector

Row = dict[str, object]
_LOWER_IS_BETTER = frozenset({"rmse", "median_absolute_days"})


@dataclass(frozen=True, slots=True)
class Trial:
    """One prediction of some customers, its baseline's and what came, customer by customer."""

    prediction: str
    model: str
    baseline: str
    predicted: Vector
    by_baseline: Vector
    actual: Vector
    """For a chance: 1 where the customer bought, else 0. For a date: days after the cut-off."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the trials of one back-test stand."""

    as_of_date: date
    kind: str
    cutoff_date: date
    horizon_days: int


def trial_rows(trials: Sequence[Trial], setting: Setting) -> Iterator[Row]:
    """One row per trial and measure, as the table backtest holds them.

    Amounts are judged by the total, the correlation and the root mean square error, which decides:
    the mean absolute error cannot, since a forecast of nothing does well by it. Chances are judged
    by the area under the ROC curve, dates by the median of the absolute days.
    """
    for trial in trials:
        known = np.isfinite(trial.predicted) & np.isfinite(trial.by_baseline)
        given = trial.predicted[known], trial.by_baseline[known], trial.actual[known]
        for measure, values in _measured(trial.prediction, *given).items():
            model_value, baseline_value, actual_value, is_deciding = values
            yield {
                "as_of_date": setting.as_of_date,
                "kind": setting.kind,
                "cutoff_date": setting.cutoff_date,
                "horizon_days": setting.horizon_days,
                "prediction": trial.prediction,
                "model": trial.model,
                "baseline": trial.baseline,
                "measure": measure,
                "customers": int(known.sum()),
                "model_value": model_value,
                "baseline_value": baseline_value,
                "actual_value": actual_value,
                "is_better": _is_better(measure, model_value, baseline_value, actual_value),
                "is_deciding": is_deciding,
            }


def lost(rows: Sequence[Row], prediction: str) -> bool:
    """True when the prediction was tried and its baseline did better where it decides."""
    return any(
        row["prediction"] == prediction and row["is_deciding"] and row["is_better"] is False
        for row in rows
    )


def area_under_roc(scores: Vector, happened: Vector) -> float | None:
    """The chance that who bought has the higher score than who did not, ties counting half.

    None where all bought or nobody did.
    """
    positive = happened > 0
    hits, misses = int(positive.sum()), int((~positive).sum())
    if not hits or not misses:
        return None
    ranks = rankdata(scores)
    return float((ranks[positive].sum() - hits * (hits + 1) / 2) / (hits * misses))


Values = tuple[float | None, float | None, float | None, bool]


def _measured(
    prediction: str, predicted: Vector, by_baseline: Vector, actual: Vector
) -> dict[str, Values]:
    if not len(actual):
        return {}
    if prediction == "alive":
        auc = area_under_roc(predicted, actual), area_under_roc(by_baseline, actual)
        return {"auc": (*auc, None, True)}
    off, off_by_baseline = predicted - actual, by_baseline - actual
    if prediction == "next_order_date":
        days = float(np.median(np.abs(off))), float(np.median(np.abs(off_by_baseline)))
        return {"median_absolute_days": (*days, None, True)}
    totals = float(predicted.sum()), float(by_baseline.sum()), float(actual.sum())
    links = _correlation(predicted, actual), _correlation(by_baseline, actual)
    errors = float(np.sqrt(np.mean(off**2))), float(np.sqrt(np.mean(off_by_baseline**2)))
    return {
        "total": (*totals, False),
        "correlation": (*links, None, False),
        "rmse": (*errors, None, True),
    }


def _correlation(one: Vector, other: Vector) -> float | None:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _is_better(
    measure: str, model: float | None, baseline: float | None, actual: float | None
) -> bool | None:
    """Whether the model is at least as good; None where one of the two cannot be measured."""
    if model is None or baseline is None:
        return None
    if actual is not None:
        return abs(model - actual) <= abs(baseline - actual)
    return model <= baseline if measure in _LOWER_IS_BETTER else model >= baseline
