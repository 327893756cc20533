"""Maximum likelihood for models whose parameters are all positive."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Vector = NDArray[np.float64]
Likelihood = Callable[[Vector], tuple[float, Vector]]
"""Parameters -> log-likelihood and its gradient."""

_GRADIENT_STEP = 1e-5
_FLAT = 1e-6
"""A slope per customer below this is a maximum."""
_FAR = 12.0
"""A parameter beyond exp(12) or below exp(-12) is on its way to no bound."""


class FitError(ValueError):
    """No maximum was found; the message says on how many customers and why."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A maximum: the parameters, their standard errors (NaN where flat) and the likelihood."""

    parameters: Vector
    standard_errors: Vector
    log_likelihood: float


def maximise(likelihood: Likelihood, start: Vector, *, customers: int) -> Fit:
    """The parameters that make the data likeliest, searched in their logarithms.

    Raises:
        FitError: there are no customers, the search did not converge, or it ended at a parameter
            without bound.
    """
    if customers == 0:
        raise FitError("no customers to fit a model to")

    def negative(logs: Vector) -> tuple[float, Vector]:
        parameters = np.exp(logs)
        value, gradient = likelihood(parameters)
        return -value / customers, -gradient * parameters / customers

    found = minimize(
        negative,
        np.log(start),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_FAR - 0.1, _FAR + 0.1)] * len(start),
        options={"maxiter": 500, "ftol": 1e-14, "gtol": 1e-9},
    )
    parameters: Vector = np.exp(found.x)
    # A search that may not come closer for rounding says so, and has arrived all the same.
    if np.max(np.abs(found.jac)) > _FLAT or np.any(np.abs(found.x) > _FAR):
        raise FitError(f"no maximum on {customers} customers: {found.message}")
    return Fit(parameters, _standard_errors(negative, found.x, customers), -found.fun * customers)


def _standard_errors(
    negative: Callable[[Vector], tuple[float, Vector]], logs: Vector, customers: int
) -> Vector:
    """Delta method on the observed information of the logarithms, by differences of gradients."""
    size = len(logs)
    information = np.empty((size, size))
    for place in range(size):
        step = np.zeros(size)
        step[place] = _GRADIENT_STEP
        above, below = negative(logs + step)[1], negative(logs - step)[1]
        information[place] = (above - below) / (2 * _GRADIENT_STEP) * customers
    information = (information + information.T) / 2
    try:
        variances = np.diag(np.linalg.inv(information))
    except np.linalg.LinAlgError:
        return np.full(size, np.nan)
    errors: Vector = np.where(variances > 0, np.sqrt(np.abs(variances)), np.nan) * np.exp(logs)
    return errors
