"""Which weeks train, calibrate and test a model, so that none sees what comes after it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]

_WEEKS = 4
"""Weekly snapshots that calibrate, and as many later ones that test."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included, counted from any day 0."""

    first: int
    last: int

    def holds(self, days: Days) -> NDArray[np.bool_]:
        """Which of the days lie in the period."""
        return (days >= self.first) & (days <= self.last)


@dataclass(frozen=True, slots=True)
class Periods:
    """Three periods in the order of time."""

    train: Period
    calibration: Period
    test: Period

    def by_name(self) -> dict[str, Period]:
        """The periods by what they are for."""
        return {"training": self.train, "calibration": self.calibration, "test": self.test}

    def is_any(self, days: Days) -> NDArray[np.bool_]:
        """Which of the days lie in one of the periods."""
        return self.train.holds(days) | self.calibration.holds(days) | self.test.holds(days)


def split_by_time(snapshots: Sequence[int], horizon: int) -> Periods | None:
    """The last four snapshots test, the four before calibrate, the rest train.

    Between two periods the snapshots are left out whose outcome, known `horizon` days later, was
    not yet known when the next period began. None when too few snapshots are left to train.
    """
    days = sorted(set(snapshots))
    test = days[-_WEEKS:]
    before = [day for day in days[:-_WEEKS] if day + horizon <= test[0]]
    calibration = before[-_WEEKS:]
    train = [day for day in before[:-_WEEKS] if day + horizon <= calibration[0]]
    if len(train) < _WEEKS:
        return None
    return Periods(*(Period(part[0], part[-1]) for part in (train, calibration, test)))
