"""The ladder of stages, walked from the true registrations and orders person by person."""

from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from tests.integration.shops import AS_OF, TestShop
from tests.integration.truth_answers import TruthAnswers

SILENCE = timedelta(days=240)
"""From the last purchase to the first day as a dormant customer (decision 0013)."""
TOKYO = pd.Timedelta(hours=9)

Step = tuple[date, str, str]
"""First day in a stage, the stage, and what led to it."""


@pytest.fixture(scope="module")
def truth(built_shop: TestShop) -> TruthAnswers:
    return TruthAnswers(built_shop)


def steps_of_a_buyer(purchase_days: list[date], as_of: date) -> list[Step]:
    """The steps from the first purchase on."""
    first, *_ = purchase_days
    steps = [(first, "customer", "first_purchase")]
    for number, (before, day) in enumerate(pairwise(purchase_days), start=2):
        dormant_on = before + SILENCE
        if dormant_on < day:
            steps.append((dormant_on, "dormant_customer", "no_purchase"))
        if steps[-1][1] != "repeater":
            trigger = "second_purchase" if number == 2 else "later_purchase"
            steps.append((day, "repeater", trigger))
    if purchase_days[-1] + SILENCE <= as_of:
        steps.append((purchase_days[-1] + SILENCE, "dormant_customer", "no_purchase"))
    return steps


def test_buyer_is_dormant_on_the_day_itself_unless_something_is_bought_that_day() -> None:
    first = date(2026, 1, 1)
    limit, late = date(2026, 8, 29), date(2026, 8, 30)
    customer = (first, "customer", "first_purchase")
    dormant = (limit, "dormant_customer", "no_purchase")
    assert steps_of_a_buyer([first], date(2026, 8, 28)) == [customer]
    assert steps_of_a_buyer([first], limit) == [customer, dormant]
    back_in_time = (limit, "repeater", "second_purchase")
    assert steps_of_a_buyer([first, limit], late) == [customer, back_in_time]
    too_late = (late, "repeater", "second_purchase")
    assert steps_of_a_buyer([first, late], late) == [customer, dormant, too_late]


def test_buyers_walk_the_ladder_by_their_true_purchases(truth: TruthAnswers) -> None:
    published: dict[str, list[Step]] = {}
    for person, *step in truth.shop.rows(
        """
        select subject_id, changed_on, to_stage, trigger_event from marts.fct_stage_transitions
        where subject_kind = 'person' and to_stage in ('customer', 'repeater', 'dormant_customer')
        order by subject_id, change_no
        """
    ):
        published.setdefault(person, []).append(tuple(step))
    expected = {
        person: steps_of_a_buyer(sorted(days), AS_OF)
        for person, days in truth.purchase_days.items()
    }
    assert published == expected
    # Every kind of step is planted, and so are orders that are no purchase.
    kinds = [(stage, trigger) for steps in expected.values() for _, stage, trigger in steps]
    assert kinds.count(("dormant_customer", "no_purchase")) > 50
    assert kinds.count(("repeater", "second_purchase")) > 50
    assert kinds.count(("repeater", "later_purchase")) >= 5
    assert (~truth.orders["is_purchase"]).sum() > 10


def test_nobody_is_a_lead_again_after_the_first_purchase(truth: TruthAnswers) -> None:
    leads = truth.shop.rows(
        """
        select subject_id, changed_on from marts.fct_stage_transitions
        where subject_kind = 'person' and to_stage in ('lead', 'hot_lead', 'dormant_lead')
        """
    )
    assert len(leads) > 50
    late = [
        person
        for person, day in leads
        if person in truth.purchase_days and day >= min(truth.purchase_days[person])
    ]
    assert late == []


def test_person_begins_with_the_true_registration_or_the_first_order(truth: TruthAnswers) -> None:
    members = truth.table("records").query("source == 'ec_cube' and record_kind == 'customer'")
    joined = members.merge(truth.table("persons"), on="true_person_id")
    keys = "ec_cube|customer|" + joined["source_record_id"]
    registered = pd.DataFrame(
        {
            "person_id": keys.map(truth.person_of),
            "day": (joined["registered_at"] + TOKYO).dt.date,
        }
    )
    ordered = truth.orders[["person_id", "ordered_date"]].set_axis(["person_id", "day"], axis=1)
    expected = pd.concat([registered, ordered]).groupby("person_id")["day"].min()
    published = truth.shop.rows(
        """
        select subject_id, changed_on from marts.fct_stage_transitions
        where subject_kind = 'person' and change_no = 1
        """
    )
    assert len(registered) > 100
    assert dict(published) == expected.to_dict()
