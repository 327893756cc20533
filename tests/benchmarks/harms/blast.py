"""What a shop without a policy would have sent on the same mornings."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from tests.benchmarks.harms.quarter import Contact, Log
from tests.benchmarks.harms.referee import Sent

NEWSLETTER_WEEKDAY = 4
"""Friday."""


def same_mornings(log: Log) -> list[Sent]:
    """Give every message of ours, sent at its moment to everybody with an address for its medium.

    One message for each medium and moment: the product is the one that ours named most often.
    """
    named: dict[tuple[datetime, str], Counter[str]] = {}
    for one in log.sent:
        products = named.setdefault((one.at, one.medium), Counter())
        products.update([one.product_code] if one.product_code else [])
    return [
        Sent(contact.person_id, at, medium, _first(products))
        for (at, medium), products in sorted(named.items(), key=lambda pair: pair[0])
        for contact in _reachable(log, at, medium)
    ]


def newsletter(log: Log, product_code: str) -> list[Sent]:
    """Give one mail a week about a product to everybody with an address, on Fridays."""
    fridays = [day for day in sorted(log.contacts) if day.weekday() == NEWSLETTER_WEEKDAY]
    return [
        Sent(contact.person_id, at, "email", product_code)
        for day in fridays
        for at in [datetime(day.year, day.month, day.day, 1)]  # noqa: DTZ001 - naive UTC, as the truth
        for contact in log.contacts[day]
        if contact.email
    ]


def _first(products: Counter[str]) -> str | None:
    return min(products, key=lambda code: (-products[code], code)) if products else None


def _reachable(log: Log, at: datetime, medium: str) -> Iterable[Contact]:
    day: date = (at + timedelta(hours=9)).date()
    for contact in log.contacts[day]:
        if contact.email if medium == "email" else contact.line_user_id:
            yield contact
