"""What a customer spends per purchase: the Gamma-Gamma model.

A purchase of one customer varies as Gamma(p, nu), and nu among customers as Gamma(q, gamma).
Source: Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (note, 2013).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaln

from orchestration.prediction.fitting import Vector, maximise

_START = np.array([1.0, 1.0, 1.0])


@dataclass(frozen=True, slots=True)
class SpendModel:
    """A fitted model; gamma is in the unit of money."""

    p: float
    q: float
    gamma: float
    log_likelihood: float
    customers: int
    standard_errors: tuple[float, float, float]
    """Of p, q and gamma; NaN where the likelihood is flat."""

    @property
    def mean(self) -> float:
        """The mean value of a purchase over all customers; infinite where q <= 1."""
        return self.p * self.gamma / (self.q - 1) if self.q > 1 else float("inf")

    def expected_value(self, x: ArrayLike, mean_value: ArrayLike) -> Vector:
        """The value expected of a customer's next purchase, after x of this mean value.

        Customers with x = 0 get the mean over all; their mean value is not looked at.
        """
        x = np.asarray(x, dtype=np.float64)
        seen = np.where(x > 0, np.asarray(mean_value, dtype=np.float64), 0.0)
        expected: Vector = self.p * (self.gamma + x * seen) / (self.p * x + self.q - 1)
        return expected


def fit_spend(x: ArrayLike, mean_value: ArrayLike) -> SpendModel:
    """The model for customers with x repeat purchases of this mean value each.

    Raises:
        ValueError: an x or a mean value is not positive.
        FitError: there are no customers, or no maximum was found.
    """
    x = np.asarray(x, dtype=np.float64)
    values = np.asarray(mean_value, dtype=np.float64)
    if np.any(x <= 0) or np.any(values <= 0):
        raise ValueError("the spend model takes customers with repeat purchases of a value above 0")
    scale = float(values.mean()) if len(values) else 1.0
    scaled = values / scale
    fit = maximise(
        lambda parameters: log_likelihood(x, scaled, parameters), _START, customers=len(x)
    )
    p, q, gamma = fit.parameters
    p_error, q_error, gamma_error = fit.standard_errors.tolist()
    return SpendModel(
        p=float(p),
        q=float(q),
        gamma=float(gamma * scale),
        log_likelihood=fit.log_likelihood - len(x) * float(np.log(scale)),
        customers=len(x),
        standard_errors=(p_error, q_error, gamma_error * scale),
    )


def log_likelihood(x: Vector, mean_value: Vector, parameters: Vector) -> tuple[float, Vector]:
    """The log-likelihood of (p, q, gamma) and its gradient."""
    p, q, gamma = parameters
    log_total = np.log(gamma + x * mean_value)
    value = (
        gammaln(p * x + q)
        - gammaln(p * x)
        - gammaln(q)
        + q * np.log(gamma)
        + (p * x - 1) * np.log(mean_value)
        + p * x * np.log(x)
        - (p * x + q) * log_total
    )
    common = digamma(p * x + q)
    d_p = x * (common - digamma(p * x) + np.log(mean_value) + np.log(x) - log_total)
    d_q = common - digamma(q) + np.log(gamma) - log_total
    d_gamma = q / gamma - (p * x + q) / (gamma + x * mean_value)
    return float(value.sum()), np.array([d_p.sum(), d_q.sum(), d_gamma.sum()])
