"""How likely a lead is to buy soon: logistic regression, calibrated, tested on later weeks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from orchestration.prediction.lead_periods import Periods

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Days = NDArray[np.int64]

_STRENGTH = 1.0
"""Inverse of the L2 penalty on coefficients of standardised features."""
_DECILES = 10
_LEAST_IN_A_PERIOD = 10
"""Buyers, and leads who did not buy, that a period needs to say anything."""


class LeadModelError(ValueError):
    """There is no model; the message says of what there was too little."""


@dataclass(frozen=True, slots=True)
class LeadModel:
    """A calibrated logistic regression on log1p of the features."""

    centre: Vector
    spread: Vector
    coefficients: Vector
    """Log-odds per standard deviation of a feature, as fitted, before calibration."""
    intercept: float
    slope: float
    """Platt's scaling (1999) of the log-odds: slope and shift, fitted on later weeks."""
    shift: float

    def probability(self, features: Matrix) -> Vector:
        """The chance to buy within the horizon, 0 to 1."""
        scaled = (np.log1p(features) - self.centre) / self.spread
        margin = scaled @ self.coefficients + self.intercept
        chance: Vector = 1 / (1 + np.exp(-(self.slope * margin + self.shift)))
        return chance


@dataclass(frozen=True, slots=True)
class Ranking:
    """How well scores put the buyers first."""

    auc: float
    lifts: Vector
    """Buyers in each tenth of the leads, the highest scores first, over those in an average one."""


def fit_lead_model(
    features: Matrix, bought: Vector, days: Days, periods: Periods, *, least_positives: int
) -> LeadModel:
    """The model of the training weeks, its probabilities calibrated on the weeks after them.

    Raises:
        LeadModelError: fewer than `least_positives` leads bought, or hardly any in one period.
    """
    positives = int(bought[periods.is_any(days)].sum())
    if positives < least_positives:
        raise LeadModelError(f"{positives} leads bought; {least_positives} are needed")
    for name, period in periods.by_name().items():
        inside = bought[period.holds(days)]
        rarer = int(min(inside.sum(), len(inside) - inside.sum()))
        if rarer < _LEAST_IN_A_PERIOD:
            raise LeadModelError(
                f"{rarer} leads of the rarer outcome in the {name} weeks; "
                f"{_LEAST_IN_A_PERIOD} are needed"
            )
    logs = np.log1p(features)
    in_train = periods.train.holds(days)
    centre, spread = logs[in_train].mean(axis=0), logs[in_train].std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    scaled = (logs - centre) / spread
    fit = LogisticRegression(C=_STRENGTH, max_iter=1_000).fit(scaled[in_train], bought[in_train])
    margin = scaled @ fit.coef_[0] + fit.intercept_[0]
    in_calibration = periods.calibration.holds(days)
    platt = LogisticRegression(C=np.inf, max_iter=1_000).fit(
        margin[in_calibration, None], bought[in_calibration]
    )
    if platt.coef_[0, 0] <= 0:
        raise LeadModelError("the calibration weeks contradict the training weeks")
    return LeadModel(
        centre=centre,
        spread=spread,
        coefficients=fit.coef_[0],
        intercept=float(fit.intercept_[0]),
        slope=float(platt.coef_[0, 0]),
        shift=float(platt.intercept_[0]),
    )


def ranking(scores: Vector, bought: Vector) -> Ranking:
    """AUC and lift by tenth; leads with equal scores share their buyers equally.

    The outcome must not be the same for all.
    """
    _, place = np.unique(scores, return_inverse=True)
    shared = (np.bincount(place, bought) / np.bincount(place))[place]
    ordered = shared[np.argsort(-scores, kind="stable")]
    # A tenth may end inside a lead: what every tenth holds is cut from the running sum.
    running = np.concatenate([[0.0], np.cumsum(ordered)])
    cuts = np.interp(np.linspace(0, len(ordered), _DECILES + 1), np.arange(len(running)), running)
    lifts = np.diff(cuts) / (bought.sum() / _DECILES)
    return Ranking(float(roc_auc_score(bought, scores)), lifts)


def brier_score(probabilities: Vector, bought: Vector) -> float:
    """Mean squared distance of probability and outcome (Brier 1950); 0 is perfect."""
    return float(np.mean((probabilities - bought) ** 2))
