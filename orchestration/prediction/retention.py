"""How long subscribers stay: the shifted-beta-geometric model.

At each renewal a subscriber leaves with a probability drawn from Beta(alpha, beta).
Source: Fader and Hardie, "How to Project Customer Retention", Journal of Interactive Marketing
21 (2007).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, digamma

from orchestration.prediction.fitting import FitError, Vector, maximise

_START = np.array([1.0, 1.0])
_ALL_ALIKE = 1e6
"""alpha + beta of subscribers who do not differ."""


@dataclass(frozen=True, slots=True)
class RetentionModel:
    """A fitted model."""

    alpha: float
    beta: float
    log_likelihood: float
    standard_errors: tuple[float, float]
    """Of alpha and beta; NaN where the likelihood is flat."""

    def survival(self, renewals: ArrayLike) -> Vector:
        """The share that is still there after so many renewals."""
        renewals = np.asarray(renewals, dtype=np.float64)
        share: Vector = np.exp(
            betaln(self.alpha, self.beta + renewals) - betaln(self.alpha, self.beta)
        )
        return share

    def retention_rate(self, renewal: ArrayLike) -> Vector:
        """The share of those who reach a renewal (1, 2, …) and stay."""
        renewal = np.asarray(renewal, dtype=np.float64)
        rate: Vector = (self.beta + renewal - 1) / (self.alpha + self.beta + renewal - 1)
        return rate


def fit_retention(
    left_at: ArrayLike, left: ArrayLike, stayed_through: ArrayLike, stayed: ArrayLike
) -> RetentionModel:
    """The model for subscribers counted by what is known of them.

    `left` left at renewal `left_at` (1, 2, …); `stayed` are there after `stayed_through` renewals.

    Raises:
        FitError: nobody is counted, or no maximum was found (all left at once, or nobody did).
    """
    ends = np.asarray(left_at, dtype=np.float64)
    ended = np.asarray(left, dtype=np.float64)
    reached = np.asarray(stayed_through, dtype=np.float64)
    lasting = np.asarray(stayed, dtype=np.float64)
    fit = maximise(
        lambda parameters: _log_likelihood(ends, ended, reached, lasting, parameters),
        _START,
        customers=int(ended.sum() + lasting.sum()),
    )
    alpha, beta = fit.parameters.tolist()
    alpha_error, beta_error = fit.standard_errors.tolist()
    return RetentionModel(alpha, beta, fit.log_likelihood, (alpha_error, beta_error))


def equal_retention(
    left_at: ArrayLike, left: ArrayLike, stayed_through: ArrayLike, stayed: ArrayLike
) -> RetentionModel:
    """The limit of the model in which all subscribers leave with the same chance.

    Where subscribers do not differ, the likelihood rises without end as alpha and beta grow in one
    ratio; the chance is then those who left over the renewals that anybody came to.

    Raises:
        FitError: nobody left, or nobody ever stayed.
    """
    ends, reached = np.asarray(left_at, np.float64), np.asarray(stayed_through, np.float64)
    ended, lasting = np.asarray(left, np.float64), np.asarray(stayed, np.float64)
    leaving = float(ended.sum())
    staying = float(ended @ (ends - 1) + lasting @ reached)
    if not leaving or not staying:
        raise FitError("nobody left, or nobody ever stayed: there is no chance to tell")
    chance = leaving / (leaving + staying)
    return RetentionModel(
        alpha=chance * _ALL_ALIKE,
        beta=(1 - chance) * _ALL_ALIKE,
        log_likelihood=float(leaving * np.log(chance) + staying * np.log(1 - chance)),
        standard_errors=(float("nan"), float("nan")),
    )


def _log_likelihood(
    ends: Vector, ended: Vector, reached: Vector, lasting: Vector, parameters: Vector
) -> tuple[float, Vector]:
    alpha, beta = parameters
    whole = betaln(alpha, beta)
    value = ended @ (betaln(alpha + 1, beta + ends - 1) - whole)
    value += lasting @ (betaln(alpha, beta + reached) - whole)
    # d ln B(u, v) / du = digamma(u) - digamma(u + v)
    whole_sum = digamma(alpha + beta)
    end_sum, reach_sum = digamma(alpha + beta + ends), digamma(alpha + beta + reached)
    d_alpha = ended @ (digamma(alpha + 1) - end_sum - digamma(alpha) + whole_sum)
    d_alpha += lasting @ (whole_sum - reach_sum)
    d_beta = ended @ (digamma(beta + ends - 1) - end_sum - digamma(beta) + whole_sum)
    d_beta += lasting @ (digamma(beta + reached) - reach_sum - digamma(beta) + whole_sum)
    return float(value), np.array([d_alpha, d_beta])
