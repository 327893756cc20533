"""Retention and churn of subscriptions are those of the planted contracts and deliveries."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from math import prod

import pytest

from tests.integration.shops import AS_OF, TestShop
from tests.integration.truth_answers import TruthAnswers


@dataclass(frozen=True)
class Contract:
    """A planted subscription, with the deliveries that its buyer kept."""

    started: date
    paused: date | None
    cancelled: date | None
    deliveries: int

    @property
    def month(self) -> date:
        return self.started.replace(day=1)

    @property
    def left(self) -> date | None:
        return min((day for day in (self.paused, self.cancelled) if day), default=None)


@pytest.fixture(scope="module")
def contracts(built_shop: TestShop) -> list[Contract]:
    orders = TruthAnswers(built_shop).orders
    kept = Counter(orders.loc[orders["is_purchase"], "subscription_id"].dropna())
    header, *rows = built_shop.landed("crm/subscriptions.csv")
    place = {name: header.index(name) for name in ("定期ID", "開始日時", "休止日時", "解約日時")}
    return [
        Contract(
            started=date.fromisoformat(row[place["開始日時"]][:10]),
            paused=_day(row[place["休止日時"]]),
            cancelled=_day(row[place["解約日時"]]),
            deliveries=kept[row[place["定期ID"]]],
        )
        for row in rows
    ]


def _day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def test_retention_is_that_of_the_planted_deliveries(
    built_shop: TestShop, contracts: list[Contract]
) -> None:
    rows = built_shop.rows(
        """
        select start_month, delivery_no, subscriptions, reached, shipped, cancelled, waiting,
            survival_ratio
        from marts.rpt_subscription_retention order by start_month, delivery_no
        """
    )
    published = {(month, number): tuple(values) for month, number, *values in rows}
    assert published.keys() == {
        (contract.month, number)
        for contract in contracts
        for number in range(1, contract.deliveries + 2)
    }
    for (month, number), (*counts, survival) in published.items():
        begun = [contract for contract in contracts if contract.month == month]
        steps = [_step(begun, delivery) for delivery in range(1, number + 1)]
        reached, shipped, cancelled = steps[-1]
        assert counts == [len(begun), reached, shipped, cancelled, reached - shipped - cancelled]
        known = [(kept, lost) for _, kept, lost in steps]
        if all(kept + lost for kept, lost in known):
            assert survival == pytest.approx(prod(kept / (kept + lost) for kept, lost in known))
        else:
            assert survival is None
    assert sum(contract.deliveries for contract in contracts) > 50


def _step(begun: list[Contract], number: int) -> tuple[int, int, int]:
    """Who had all deliveries before this one, who had it, and who cancelled instead."""
    reached = [contract for contract in begun if contract.deliveries >= number - 1]
    shipped = [contract for contract in reached if contract.deliveries >= number]
    lost = [contract for contract in reached if contract not in shipped and contract.cancelled]
    return len(reached), len(shipped), len(lost)


def test_churn_is_that_of_the_planted_ends(built_shop: TestShop, contracts: list[Contract]) -> None:
    rows = built_shop.rows(
        """
        select month_start, active_at_start, started, cancelled, paused, churn_ratio
        from marts.rpt_subscription_churn order by month_start
        """
    )
    first = min(contract.month for contract in contracts)
    months = [
        date(number // 12, number % 12 + 1, 1)
        for number in range(first.year * 12 + first.month - 1, AS_OF.year * 12 + AS_OF.month)
    ]
    assert [row[0] for row in rows] == months
    for month, *figures, churn in rows:
        running = [c for c in contracts if c.started < month and not (c.left and c.left < month)]
        ended = [c for c in contracts if c.left and c.left.replace(day=1) == month]
        cancelled = sum(c.cancelled == c.left for c in ended)
        started = sum(c.month == month for c in contracts)
        assert figures == [len(running), started, cancelled, len(ended) - cancelled]
        assert churn == (pytest.approx(cancelled / len(running)) if running else None)
    assert sum(row[3] for row in rows) > 2
