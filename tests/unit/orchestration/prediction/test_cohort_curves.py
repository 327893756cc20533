"""The mean buyer's months, counted over who lived through them whole."""

import numpy as np
import pytest

from orchestration.prediction.cohort_curves import CohortCurve, cohort_curve
from orchestration.prediction.histories import buyers_until, collect_purchase_days
from orchestration.prediction.horizon import QUARTER_POINT
from tests.unit.orchestration.prediction.warehouse import Order, day, warehouse

# At day 60: old is 60 days old, and young 59, which is no second month; new is not a month old.
ORDERS: list[Order] = [
    ("old", 0, 500),
    ("old", 29, 100),
    ("old", 30, 200),
    ("old", 60, 900),  # the first day of the third month
    ("young", 1, 500),
    ("young", 11, 300),
    ("young", 45, 700),
    ("new", 40, 500),
    ("new", 50, 800),
]


def curve_at(number: int, least_buyers: float = 1) -> CohortCurve:
    with warehouse(ORDERS) as connection:
        collect_purchase_days(connection)
        buyers = buyers_until(connection, day(number))
        return cohort_curve(connection, buyers, day(number), least_buyers)


def test_a_month_counts_who_lived_through_all_of_it() -> None:
    curve = curve_at(60)
    # First month: old 100 and young 300, of two; second month: old 200, of one.
    assert curve.purchases.tolist() == [1.0, 1.0]
    assert curve.net_sales.tolist() == [200.0, 200.0]


def test_months_that_few_lived_through_have_one_rate() -> None:
    # Two months of young and old, one of old, three purchases: all thin.
    assert curve_at(60, least_buyers=3).net_sales.tolist() == [200.0, 200.0]
    curve = curve_at(100, least_buyers=3)
    # Whole months: old 3, young 3, new 2. Third month, of old and young: 900. Thin alone.
    assert curve.net_sales.tolist() == [1200 / 3, 900 / 3, 900 / 2]


def test_expected_follows_the_age_and_goes_on_at_the_last_rate() -> None:
    curve = CohortCurve(np.array([3.0, 1.5]), np.array([30.0, 0.0]))

    ahead = curve.expected_purchases(np.array([0.0, 45.0, 60.0]))[QUARTER_POINT]

    assert ahead == pytest.approx([3 + 1.5 + 1.5, 4.5, 4.5])
    assert curve.expected_sales(np.array([15.0]))[QUARTER_POINT] == pytest.approx([15.0])


def test_expected_is_unknown_before_anybody_is_a_month_old() -> None:
    curve = curve_at(20)
    assert not curve.is_known
    assert np.isnan(curve.expected_purchases(np.array([5.0]))).all()
