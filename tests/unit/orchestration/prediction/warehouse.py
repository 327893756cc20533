"""The tables that lifetime value reads, with orders given one by one."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import numpy as np

FIRST_DAY = date(2026, 1, 1)
SETTINGS = {
    "discount_rate_per_year": 0.1,
    "least_repeaters": 300.0,
    "least_weeks": 26.0,
    "least_subscriptions": 30.0,
    "winsorised_share": 0.001,
    "least_costed_share": 0.5,
    "least_cohort_buyers": 1.0,
    "least_backtest_customers": 100.0,
    "cycle_prior_gaps": 3.0,
}

Order = tuple[str, int, int] | tuple[str, int, int, str]
"""Person, days after FIRST_DAY, net sales, and the subscription that it is a delivery of."""


def day(number: int) -> date:
    """A day after the first."""
    return FIRST_DAY + timedelta(days=number)


def warehouse(
    orders: Iterable[Order],
    subscriptions: Iterable[tuple[str, str, int, int, int | None, int | None]] = (),
    *,
    margin: str | None = "0.5",
) -> duckdb.DuckDBPyConnection:
    """Subscriptions: id, person, cycle days, days of start, cancellation and pause."""
    connection = duckdb.connect()
    connection.execute(
        """
        create schema marts; create schema staging; create schema intermediate;
        create table marts.fct_orders (
            order_id text, source text, source_order_id text, person_id text,
            source_customer_id text, ordered_date date, net_sales decimal(18, 3),
            gross_profit decimal(18, 3), is_purchase boolean
        );
        create table staging.stg_orders (
            source text, source_order_id text, source_subscription_id text
        );
        create table staging.stg_subscriptions (
            source text, subscription_id text, source_subscription_id text,
            source_customer_id text, cycle_days bigint,
            started_date date, cancelled_date date, paused_date date
        );
        create table intermediate.int_person__members (source_customer_id text, person_id text);
        create table intermediate.int_subscriptions__deliveries (
            subscription_id text, order_id text
        );
        """
    )
    members = set()
    placed: list[tuple[object, ...]] = []
    kinds: list[tuple[object, ...]] = []
    deliveries: list[tuple[object, ...]] = []
    for number, (person, ordered, sales, *subscription) in enumerate(orders):
        profit = None if margin is None else sales * Decimal(margin)
        bought = (person, person, day(ordered), sales, profit, True)
        placed.append((f"s:{number}", "s", str(number), *bought))
        kinds.append(("s", str(number), subscription[0] if subscription else None))
        # The contracts are kept in another source than the orders.
        deliveries += [(f"c:{name}", f"s:{number}") for name in subscription]
        members.add(person)
    if placed:
        connection.executemany(
            "insert into marts.fct_orders values (?, ?, ?, ?, ?, ?, ?, ?, ?)", placed
        )
        connection.executemany("insert into staging.stg_orders values (?, ?, ?)", kinds)
    if deliveries:
        connection.executemany(
            "insert into intermediate.int_subscriptions__deliveries values (?, ?)", deliveries
        )
    for name, person, cycle, start, end, pause in subscriptions:
        days = [None if d is None else day(d) for d in (start, end, pause)]
        connection.execute(
            "insert into staging.stg_subscriptions values ('c', ?, ?, ?, ?, ?, ?, ?)",
            [f"c:{name}", name, person, cycle, *days],
        )
        members.add(person)
    for person in sorted(members):
        connection.execute(
            "insert into intermediate.int_person__members values (?, ?)", [person, person]
        )
    return connection


def simulated_orders(customers: int, days: int, seed: int = 1) -> list[Order]:
    """Customers of an MBG/NBD with r 1.2, alpha 60 days, a 1, b 2.5, seen first in the first half.

    An order costs 1,000 times a personal gamma of mean 3.
    """
    rng = np.random.default_rng(seed)
    orders: list[Order] = []
    for number in range(customers):
        moment = float(rng.integers(0, days // 2))
        rate, leaves = rng.gamma(1.2) / 60, rng.beta(1.0, 2.5)
        price = 500 + 1000 * rng.gamma(5.0) / 2
        while moment < days:
            orders.append((f"p{number:05d}", int(moment), round(price * rng.uniform(0.6, 1.4))))
            if rng.random() < leaves:
                break
            moment = max(moment + rng.exponential(1 / rate), int(moment) + 1)
    return orders
