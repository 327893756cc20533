"""How often customers buy again, and whether they still do: BG/NBD and MBG/NBD.

x repeat purchases, the last of them t_x days after the first purchase, T days of age. While alive a
customer buys at a rate drawn from Gamma(r, alpha); after a purchase a customer leaves with a
probability drawn from Beta(a, b). In the MBG/NBD the first purchase can be the last one, too.

Sources: Fader, Hardie and Lee, "Counting Your Customers the Easy Way", Marketing Science 24 (2005);
Batislam, Denizel and Filiztekin, International Journal of Research in Marketing 24 (2007).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln, hyp2f1

from orchestration.prediction.fitting import Fit, Vector, maximise

Kind = Literal["bg_nbd", "mbg_nbd"]
_LONGEST_AGE = 10.0
"""Time is scaled so that the oldest customer has this age: the search likes numbers near one."""
_NEAR_POLE = 1e-4
_START = np.array([1.0, 1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Histories:
    """Customers with the same x, t_x and T counted together."""

    x: Vector
    t_x: Vector
    age: Vector
    customers: Vector

    @classmethod
    def of(cls, x: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> "Histories":
        """Count customers given one by one; times in one unit.

        Raises:
            ValueError: a count or a time is negative, or a last purchase lies after the age.
        """
        rows = np.column_stack([np.asarray(values, dtype=np.float64) for values in (x, t_x, age)])
        if rows.size and (rows.min() < 0 or np.any(rows[:, 1] > rows[:, 2])):
            raise ValueError("a customer needs 0 <= x and 0 <= t_x <= T")
        order = np.lexsort(rows.T)
        rows = rows[order]
        is_first = np.ones(len(rows), dtype=bool)
        is_first[1:] = np.any(rows[1:] != rows[:-1], axis=1)
        starts = np.flatnonzero(is_first)
        counts = np.diff(np.append(starts, len(rows))).astype(np.float64)
        unique = rows[starts]
        return cls(unique[:, 0], unique[:, 1], unique[:, 2], counts)

    @property
    def total(self) -> int:
        """The number of customers."""
        return int(self.customers.sum())

    @cached_property
    def by_count(self) -> tuple[Vector, Vector]:
        """The different x, and the customers who have each."""
        counts, places = np.unique(self.x, return_inverse=True)
        return counts, np.bincount(places, weights=self.customers).astype(np.float64)


@dataclass(frozen=True, slots=True)
class PurchaseModel:
    """A fitted model; alpha is in the unit of time of the histories."""

    kind: Kind
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    standard_errors: tuple[float, float, float, float]

    @property
    def _leaves_at_once(self) -> int:
        return _leaves_at_once(self.kind)

    def alive(self, x: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> Vector:
        """The probability that a customer has not left; in the BG/NBD 1 for every x = 0."""
        x, t_x, age = (np.asarray(values, dtype=np.float64) for values in (x, t_x, age))
        left = x + self._leaves_at_once
        ratio = (self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + t_x))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            odds = np.where(left > 0, self.a / (self.b + left - 1) * np.exp(ratio), 0.0)
        alive: Vector = 1 / (1 + odds)
        return alive

    def expected_purchases(
        self, duration: float, x: ArrayLike, t_x: ArrayLike, age: ArrayLike
    ) -> Vector:
        """The purchases expected of a customer in the next `duration` units of time."""
        x, t_x, age = (np.asarray(values, dtype=np.float64) for values in (x, t_x, age))
        expected = np.zeros(np.broadcast_shapes(x.shape, age.shape))
        for a, share in _apart_from_poles(self.a, self.b):
            expected += share * self._expected_of_the_living(duration, x, age, a)
        return expected * self.alive(x, t_x, age)

    def _expected_of_the_living(self, duration: float, x: Vector, age: Vector, a: float) -> Vector:
        """The same of who has not left; for any a > 0 apart from the poles.

        It stands for the mean of (1 - (1 + p * duration / (alpha + age)) ** -(r + x)) / p over the
        chance p to leave, which is a number for every a > 0; where a < 1, the hypergeometric series
        continues the two terms of the formula, whose own means are infinite.
        """
        bought, kept = self.r + x, self.b + x + self._leaves_at_once
        horizon = self.alpha + age + duration
        share, size = duration / horizon, a + kept - 1
        log_shrink = np.log(self.alpha + age) - np.log(horizon)
        with np.errstate(over="ignore", invalid="ignore"):
            rest = np.exp(bought * log_shrink) * hyp2f1(bought, kept, size, share)
        if not np.isfinite(rest).all():
            # Euler's transformation of the series, which stays small where the series overflows.
            other = np.exp((a - 1) * log_shrink) * hyp2f1(size - bought, a - 1, size, share)
            rest = np.where(np.isfinite(rest), rest, other)
        expected: Vector = size / (a - 1) * (1 - rest)
        return expected


def fit_purchases(histories: Histories, kind: Kind) -> PurchaseModel:
    """The model under which the histories are likeliest.

    Raises:
        FitError: there are no histories, or no maximum was found.
    """
    oldest = float(histories.age.max(initial=0.0))
    scale = _LONGEST_AGE / oldest if oldest > 0 else 1.0
    scaled = Histories(
        histories.x, histories.t_x * scale, histories.age * scale, histories.customers
    )
    fit = maximise(
        lambda parameters: log_likelihood(scaled, kind, parameters),
        _START,
        customers=histories.total,
    )
    return _unscaled(fit, scale, kind, repeats=float(histories.x @ histories.customers))


def log_likelihood(
    histories: Histories, kind: Kind, parameters: Vector
) -> tuple[float, NDArray[np.float64]]:
    """The log-likelihood of (r, alpha, a, b) and its gradient."""
    r, alpha, a, b = parameters
    x, weights = histories.x, histories.customers
    left = x + _leaves_at_once(kind)
    # Gamma functions cost most and depend on x alone.
    counts, by_count = histories.by_count
    by_left = counts + _leaves_at_once(kind)
    value = by_count @ (
        gammaln(r + counts) - gammaln(r) + r * np.log(alpha)
        + gammaln(a + b) + gammaln(b + by_left) - gammaln(b) - gammaln(a + b + by_left)
    )  # fmt: skip
    log_age, log_last = np.log(alpha + histories.age), np.log(alpha + histories.t_x)
    stays = -(r + x) * log_age
    with np.errstate(divide="ignore", invalid="ignore"):
        leaves = np.where(left > 0, np.log(a / (b + left - 1)) - (r + x) * log_last, -np.inf)
    either = np.logaddexp(stays, leaves)
    value += _total(weights, either)
    share = np.exp(leaves - either)
    d_r = by_count @ (digamma(r + counts) - digamma(r) + np.log(alpha))
    d_r -= _total(weights, (1 - share) * log_age + share * log_last)
    rates = (1 - share) / (alpha + histories.age) + share / (alpha + histories.t_x)
    d_alpha = weights.sum() * r / alpha - _total(weights, (r + x) * rates)
    both = digamma(a + b) - digamma(a + b + by_left)
    d_a = by_count @ both + _total(weights, share) / a
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = np.where(left > 0, share / (b + left - 1), 0.0)
    d_b = by_count @ (both + digamma(b + by_left) - digamma(b)) - _total(weights, lost)
    return float(value), np.array([d_r, d_alpha, d_a, d_b])


def _total(weights: Vector, values: Vector) -> float:
    # A product of vectors (@) waits for its threads on a busy machine, and their number shows in
    # its last digits; a sum of products does not.
    return float((weights * values).sum())


def _apart_from_poles(a: float, b: float) -> list[tuple[float, float]]:
    """The a at which to take the expected purchases, and the share of each in the answer.

    Its formula is 0 / 0 at a = 1 and, without a purchase that could have been the last, at
    a + b = 1, and next to them loses its digits; what it stands for is smooth there, so that the
    line between two values apart from them is right to one part in a million.
    """
    for pole in (1.0, 1.0 - b):
        if abs(a - pole) < _NEAR_POLE:
            share = (pole + _NEAR_POLE - a) / (2 * _NEAR_POLE)
            return [(pole - _NEAR_POLE, share), (pole + _NEAR_POLE, 1 - share)]
    return [(a, 1.0)]


def _leaves_at_once(kind: Kind) -> int:
    return 1 if kind == "mbg_nbd" else 0


def _unscaled(fit: Fit, scale: float, kind: Kind, *, repeats: float) -> PurchaseModel:
    """Back to the histories' unit of time: a density of x moments gains scale per purchase."""
    r, alpha, a, b = fit.parameters
    r_error, alpha_error, a_error, b_error = fit.standard_errors.tolist()
    return PurchaseModel(
        kind=kind,
        r=float(r),
        alpha=float(alpha / scale),
        a=float(a),
        b=float(b),
        log_likelihood=fit.log_likelihood + repeats * float(np.log(scale)),
        standard_errors=(r_error, alpha_error / scale, a_error, b_error),
    )
