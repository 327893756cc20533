"""The baseline of purchases: the own pace, and for who bought once that of such buyers."""

import numpy as np
import pytest

from orchestration.prediction.histories import collect_purchase_days
from orchestration.prediction.purchase_pace import (
    OnceRates,
    at_their_pace,
    once_rates,
    pace_methods,
)
from tests.unit.orchestration.prediction.warehouse import Order, day, warehouse

CUTOFF = 500
"""The quarter of the panel is the days 411 to 500; it starts from day 410."""
ORDERS: list[Order] = [
    # Had bought once, 10 days before the panel or on its first day: five, with 3 purchases.
    ("a1", 400, 100),
    ("a1", 411, 100),
    ("a1", 500, 100),
    ("a2", 400, 100),
    ("a2", 501, 100),
    ("a3", 410, 100),
    ("a3", 450, 100),
    ("a4", 321, 100),
    ("a5", 321, 100),
    # 90 days before it: the second quarter; one, too few to tell.
    ("b1", 320, 100),
    ("b1", 420, 100),
    # 360 days and more before it: the last of the ages; three, with 1 purchase on its last day.
    ("c1", 50, 100),
    ("c2", 0, 100),
    ("c2", 500, 100),
    # Two orders on one day are one purchase.
    ("c3", 20, 100),
    ("c3", 20, 100),
    # Had bought twice, or not yet.
    ("d1", 300, 100),
    ("d1", 410, 100),
    ("d1", 411, 100),
    ("d2", 411, 100),
    ("d2", 412, 100),
]


def rates_of(orders: list[Order], cutoff: int, least_buyers: float, *, days: int = 90) -> OnceRates:
    with warehouse(orders) as connection:
        collect_purchase_days(connection)
        return once_rates(connection, day(cutoff), days, least_buyers)


def test_rates_are_those_of_who_had_bought_once_a_quarter_ago() -> None:
    rates = rates_of(ORDERS, CUTOFF, 2).by_age * 90

    # In all nine buyers with 5 purchases, where an age has fewer than two buyers.
    assert rates.tolist() == pytest.approx([3 / 5, 5 / 9, 5 / 9, 5 / 9, 1 / 3])


def test_rates_of_a_year_are_those_of_who_had_bought_once_a_year_ago() -> None:
    rates = rates_of(ORDERS, CUTOFF, 1, days=365).by_age * 365

    # c1 bought 85 days before day 135, c3 115 and c2 135 days before it.
    assert rates.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 3, 1 / 3])


@pytest.mark.parametrize(("least", "rate"), [(5, 3 / 5), (6, 5 / 9)])
def test_rate_is_the_shops_when_fewer_than_the_least_are_of_an_age(least: int, rate: float) -> None:
    assert rates_of(ORDERS, CUTOFF, least).by_age[0] * 90 == pytest.approx(rate)


def test_rates_do_not_change_by_what_comes_after_the_day() -> None:
    later: list[Order] = [("a4", 501, 100), ("b1", 502, 100), ("new", 503, 100)]

    assert (
        rates_of(ORDERS + later, CUTOFF, 2).by_age.tolist()
        == rates_of(ORDERS, CUTOFF, 2).by_age.tolist()
    )


@pytest.mark.parametrize(
    "orders",
    [
        pytest.param([], id="no-buyer"),
        pytest.param([("a", 411, 100), ("a", 420, 100)], id="none-a-quarter-ago"),
    ],
)
def test_rates_are_unknown_when_nobody_had_bought_once(orders: list[Order]) -> None:
    assert np.isnan(rates_of(orders, CUTOFF, 0).by_age).all()


def test_pace_is_the_own_from_the_second_purchase_on() -> None:
    once = OnceRates(np.array([0.1, 0.2, 0.3, 0.4, 0.5]))
    purchases = np.array([1.0, 1, 1, 1, 1, 2, 4])
    tenure = np.array([0.0, 89, 90, 359, 2000, 10, 30])

    expected = at_their_pace(purchases, tenure, once, 10)

    assert expected.tolist() == pytest.approx([1, 1, 2, 4, 5, 1, 1])
    assert pace_methods(purchases).tolist() == ["cohort_rate"] * 5 + ["personal_rate"] * 2


def test_pace_of_no_buyers_is_empty() -> None:
    once = OnceRates(np.full(5, np.nan))

    assert at_their_pace(np.array([]), np.array([]), once, 90).tolist() == []
