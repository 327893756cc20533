"""The processes people follow, each alone and with its true parameters."""

from dataclasses import replace

import pytest

from orchestration.sample_shop.behaviour import Behaviour
from orchestration.sample_shop.households import plan_households
from orchestration.sample_shop.series import number_series
from orchestration.sample_shop.shipping import Fulfilment, fulfil
from orchestration.sample_shop.shop_calendar import DAY
from orchestration.sample_shop.weighted import Weighted

SMOOTH = replace(Behaviour(), cancel_share=0.0, return_share=0.0, unfinished_share=0.0)
DRAWS = 4_000


def fates(behaviour: Behaviour, *, ordered: int, end: int) -> list[Fulfilment]:
    rng = number_series(5, "test")
    return [fulfil(ordered, end, behaviour, rng) for _ in range(DRAWS)]


def test_orders_are_shipped_and_delivered_when_there_is_time() -> None:
    for fate in fates(SMOOTH, ordered=0, end=60 * DAY):
        assert fate.status == "shipped"
        assert fate.shipped is not None
        assert fate.delivered is not None
        assert 1 <= fate.delivered // DAY - fate.shipped // DAY <= 4


def test_orders_of_the_last_minute_are_not_shipped() -> None:
    statuses = {fate.status for fate in fates(SMOOTH, ordered=60 * DAY - 60, end=60 * DAY)}
    assert statuses == {"new", "paid", "processing"}


def test_orders_fail_as_often_as_the_true_shares_say() -> None:
    found = [fate.status for fate in fates(Behaviour(), ordered=0, end=60 * DAY)]
    # Four standard errors of a share of 4 % and 2 % in 4,000 draws: 1.2 and 0.9 points.
    assert found.count("cancelled") / DRAWS == pytest.approx(0.04, abs=0.012)
    assert found.count("returned") / DRAWS == pytest.approx(0.02, abs=0.009)


def test_carrier_knows_nothing_of_parcels_without_a_record() -> None:
    gaps = replace(SMOOTH, carrier_gap_share=1.0)
    for fate in fates(gaps, ordered=0, end=60 * DAY)[:100]:
        assert fate.delivered is not None
        assert fate.known_delivered is None


@pytest.mark.parametrize("persons", [1, 2, 3, 777])
def test_household_sizes_hold_exactly_the_persons(persons: int) -> None:
    plans = plan_households(persons, number_series(1, "test"))
    assert sum(plan.size for plan in plans) == persons
    assert all(1 <= plan.size <= 5 for plan in plans)


def test_weighted_never_draws_an_item_of_weight_zero() -> None:
    choice = Weighted([("never", 0.0), ("always", 2.0), ("nor", 0.0)])
    rng = number_series(1, "test")
    assert {choice.pick(rng) for _ in range(500)} == {"always"}
