"""Subscriptions: renewals gone through, ends, and renewals to come."""

import numpy as np
import pytest

from orchestration.prediction.contracts import (
    Contracts,
    contracts_until,
    expected_renewals,
    fit_contracts,
)
from orchestration.prediction.fitting import FitError
from orchestration.prediction.horizon import POINTS, QUARTER_POINT
from orchestration.prediction.retention import RetentionModel
from tests.unit.orchestration.prediction.warehouse import day, warehouse

SUBSCRIPTIONS = [
    ("A", "runs", 30, 0, None, None),
    ("B", "left", 30, 0, 65, None),
    ("C", "paused", 30, 0, None, 30),
    ("D", "leaves later", 30, 0, 120, None),
    ("E", "not yet", 30, 101, None, None),
]


def contracts_at(number: int) -> Contracts:
    orders = [("runs", 30, 100, "A"), ("runs", 60, 300, "A"), ("left", 30, 500, "B")]
    with warehouse(orders, SUBSCRIPTIONS) as connection:
        return contracts_until(connection, day(number))


def test_contracts_stand_as_they_were_at_the_end_of_a_day() -> None:
    contracts = contracts_at(100)

    assert contracts.person_id.tolist() == ["runs", "left", "paused", "leaves later"]
    assert contracts.renewals.tolist() == [3, 2, 1, 3]
    assert contracts.has_ended.tolist() == [False, True, True, False]
    # Without a delivery of its own, the mean of the others.
    assert contracts.order_value.tolist() == [200, 500, 350, 350]


def test_renewals_come_when_they_are_due_and_as_likely_as_the_model_says() -> None:
    contracts = contracts_at(100)
    # Each renewal is reached with a chance of one half.
    half = RetentionModel(5e8, 5e8, 0.0, (0.0, 0.0))

    expected = expected_renewals(contracts, half)

    # Due in 20, 50 and 80 days.
    assert expected[0].tolist() == pytest.approx([0.5, 0, 0, 0.5], abs=1e-5)
    assert expected[QUARTER_POINT].tolist() == pytest.approx([0.875, 0, 0, 0.875], abs=1e-5)
    assert expected.shape == (len(POINTS), 4)


def test_contracts_that_do_not_differ_have_one_chance_to_leave() -> None:
    model, how = fit_contracts(contracts_at(100))
    # One missed its third renewal and one its second; of eleven that came, nine were kept.
    assert model.retention_rate([1, 5]).tolist() == pytest.approx([9 / 11, 9 / 11], abs=1e-5)
    assert how == "as one chance to leave, for they do not differ"


def test_contracts_cannot_be_fitted_before_one_has_ended() -> None:
    with pytest.raises(FitError):
        fit_contracts(contracts_at(20))


def test_no_contract_brings_no_renewal() -> None:
    with warehouse([]) as connection:
        contracts = contracts_until(connection, day(0))
    assert expected_renewals(contracts, RetentionModel(1, 1, 0.0, (0.0, 0.0))).shape[1] == 0
    assert contracts.total == 0
    assert np.isfinite(contracts.order_value).all()
