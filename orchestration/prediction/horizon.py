"""The days ahead at which a forecast is added up, and what a delay takes from an amount."""

import numpy as np

from orchestration.prediction.fitting import Vector

QUARTER = 90
YEAR = 365
_STEP = 30
POINTS = np.array([*range(_STEP, YEAR, _STEP), YEAR], dtype=np.float64)
"""Ends of the months (of 30 days, the last of 5) at which amounts fall due, in days ahead."""
QUARTER_POINT = int(np.flatnonzero(POINTS == QUARTER)[0])
YEAR_POINT = len(POINTS) - 1


def discounted(cumulative: Vector, rate_per_year: float, last_point: int) -> Vector:
    """Present value of what falls due up to a point.

    `cumulative` has a row per point and a column per customer; each month's part is discounted by
    (1 + rate) ** (days / 365) from the month's end.
    """
    parts = np.diff(cumulative[: last_point + 1], axis=0, prepend=0.0)
    factors = (1 + rate_per_year) ** (-POINTS[: last_point + 1] / YEAR)
    value: Vector = (factors[:, None] * parts).sum(axis=0)
    return value
