"""Amounts are discounted from the end of the month in which they fall due."""

import numpy as np
import pytest

from orchestration.prediction.horizon import POINTS, QUARTER_POINT, YEAR_POINT, discounted


def test_points_end_months_and_the_year() -> None:
    assert (POINTS[QUARTER_POINT], POINTS[YEAR_POINT], len(POINTS)) == (90, 365, 13)


def test_discounted_takes_a_year_from_what_falls_due_at_its_end() -> None:
    cumulative = np.zeros((13, 2))
    cumulative[12:, 0] = 110.0  # all of it in the last days
    cumulative[:, 1] = 100.0  # all of it in the first month

    value = discounted(cumulative, 0.1, YEAR_POINT)

    assert value[0] == pytest.approx(100.0)
    assert value[1] == pytest.approx(100.0 / 1.1 ** (30 / 365))
    assert discounted(cumulative, 0.1, QUARTER_POINT)[0] == 0.0
    assert discounted(cumulative, 0.0, YEAR_POINT).tolist() == [110.0, 100.0]
