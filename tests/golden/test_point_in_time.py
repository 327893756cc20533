"""What staging lets through on a day, at the boundary and version by version.

as_of_date is 2026-10-31, which in Tokyo ends at 15:00 UTC.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.golden.building import rows_of, run_dbt
from tests.golden.canonical import write_empty_lake, write_rows
from tests.golden.shop import at

Row = dict[str, Any]
LAST = at("2026-10-31 14:59:59")
LATER = at("2026-10-31 15:00:00")
MUCH_LATER = at("2026-11-20")
BEFORE = at("2026-10-01")


def order(order_id: str, status: str, **times: Any) -> Row:
    return {"source_order_id": order_id, "ordered_at": BEFORE, "status": status, **times}


ORDERS = [
    order("last", "new", ordered_at=LAST),
    order("later", "new", ordered_at=LATER),
    # Each was sent back after the day; what it was on the day its times prove.
    order("sent_back_unpaid", "returned", updated_at=LATER),
    order("sent_back_paid", "returned", updated_at=LATER, paid_at=LAST),
    order("sent_back_shipped", "returned", updated_at=LATER, paid_at=LATER),
    order("sent_back_before", "returned", updated_at=LAST),
    # Nothing says when these changed, so what they are stands, but for what their times deny.
    order("cancelled_some_day", "cancelled"),
    order("paid_later", "paid", paid_at=LATER),
    order("shipped_later", "shipped", paid_at=LAST),
    order("still_new", "new", updated_at=LATER),
    order("versions", "pending", updated_at=LAST, _version=LAST),
    order("versions", "delivered", updated_at=LATER, _version=LATER),
    order("only_later", "paid", updated_at=LATER, _version=LATER, paid_at=BEFORE),
    order("only_later", "returned", updated_at=MUCH_LATER, _version=MUCH_LATER, paid_at=BEFORE),
]
SHIPMENTS = [
    {"source_shipment_id": "1", "source_order_id": "sent_back_shipped", "shipped_at": LAST},
    {
        "source_shipment_id": "2",
        "source_order_id": "shipped_later",
        "shipped_at": LATER,
        "delivered_at": MUCH_LATER,
    },
]
CUSTOMERS = [
    {"source_customer_id": "last", "registered_at": LAST, "is_active": True},
    {"source_customer_id": "later", "registered_at": LATER, "is_active": True},
    {"source_customer_id": "left_later", "registered_at": BEFORE, "is_active": False}
    | {"updated_at": LATER},
    {"source_customer_id": "left_before", "registered_at": BEFORE, "is_active": False}
    | {"updated_at": LAST},
    {"source_customer_id": "moved", "registered_at": BEFORE, "updated_at": LAST}
    | {"_version": LAST, "prefecture": "京都府"},
    {"source_customer_id": "moved", "registered_at": BEFORE, "updated_at": LATER}
    | {"_version": LATER, "prefecture": "大阪府"},
    {"source_customer_id": "undated"},
]
CONSENTS = [
    {"source_consent_id": "yes", "action": "grant", "occurred_at": LAST},
    {"source_consent_id": "late_yes", "action": "grant", "occurred_at": LATER},
    {"source_consent_id": "late_no", "action": "withdraw", "occurred_at": LATER},
]
MESSAGES = [
    {"provider_event_id": "open", "event_type": "open", "occurred_at": LAST},
    {"provider_event_id": "late_open", "event_type": "open", "occurred_at": LATER},
    {"provider_event_id": "late_block", "event_type": "unfollow", "occurred_at": LATER},
    {"provider_event_id": "late_stop", "event_type": "unsubscribe", "occurred_at": LATER},
]
INQUIRIES = [
    {"source_inquiry_id": "closed", "opened_at": BEFORE, "closed_at": LAST},
    {"source_inquiry_id": "closed_later", "opened_at": BEFORE, "closed_at": LATER},
    {"source_inquiry_id": "opened_later", "opened_at": LATER},
]
SUBSCRIPTIONS = [
    {"source_subscription_id": "ended", "started_at": BEFORE, "cancelled_at": LAST}
    | {"cancel_reason": "price"},
    {"source_subscription_id": "ends_later", "started_at": BEFORE, "cancelled_at": LATER}
    | {"cancel_reason": "price"},
    {"source_subscription_id": "starts_later", "started_at": LATER},
]


def line(order_id: str, returned: int) -> Row:
    return {
        "source_order_id": order_id,
        "source_line_id": "1",
        "quantity": 3,
        "returned_quantity": returned,
    }


def write_lake(lake: Path) -> None:
    write_empty_lake(lake)
    for entity, rows in {
        "shipments": SHIPMENTS,
        "customers": CUSTOMERS,
        "consents": CONSENTS,
        "message_events": MESSAGES,
        "inquiries": INQUIRIES,
        "subscriptions": SUBSCRIPTIONS,
    }.items():
        write_rows(lake, "shop", entity, rows)
    for day, version in (("1", LAST), ("2", LATER), ("3", MUCH_LATER)):
        exported = [row for row in ORDERS if row.get("_version", LAST) == version]
        write_rows(lake, "shop", "orders", exported, file=f"shop/orders_{day}.csv")
    first = [line("versions", 0), line("later", 0), line("refused", 1)]
    write_rows(lake, "shop", "order_lines", first, file="shop/orders_1.csv")
    second = [line("versions", 2), line("only_later", 1)]
    write_rows(lake, "shop", "order_lines", second, file="shop/orders_2.csv")
    write_rows(lake, "shop", "order_lines", [line("only_later", 3)], file="shop/orders_3.csv")


@pytest.fixture(scope="module", params=[True, False], ids=["production", "past_day"])
def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("past" if not request.param else "production")
    write_lake(workspace / "lake")
    variables = {"as_of_date": "2026-10-31", "refusals_count_at_once": request.param}
    chosen = "customers orders order_lines shipments consents message_events inquiries"
    names = [f"stg_{name}" for name in f"{chosen} subscriptions".split()]
    assert run_dbt(workspace, "run", "--select", *names, variables=variables) == []
    return workspace


def is_past(day: Path) -> bool:
    return day.name.startswith("past")


def test_an_order_is_what_its_times_prove_when_it_changed_later(day: Path) -> None:
    found = dict(rows_of(day, "select source_order_id, status from staging.stg_orders"))
    # Production keeps later orders for identity: they tell whom a refusal concerns.
    assert found.pop("later", None) == (None if is_past(day) else "new")
    assert found == {
        "last": "new",
        "sent_back_unpaid": "pending",
        "sent_back_paid": "paid",
        "sent_back_shipped": "shipped",
        "sent_back_before": "returned",
        "cancelled_some_day": "cancelled",
        "paid_later": "pending",
        "shipped_later": "paid",
        "still_new": "new",
        "versions": "pending",
        "only_later": "paid",
    }
    later = (
        "select count(*) from staging.stg_orders, staging.stg_shipments where paid_at >="
        " timestamp '2026-10-31 15:00' or stg_orders.updated_at >= timestamp '2026-10-31 15:00'"
        " or shipped_at >= timestamp '2026-10-31 15:00' or delivered_at is not null"
    )
    assert rows_of(day, later) == [(0,)]


def test_lines_are_those_of_the_export_that_the_day_knew(day: Path) -> None:
    assert rows_of(
        day, "select source_order_id, returned_quantity from staging.stg_order_lines order by 1"
    ) == [("only_later", 0), ("refused", 1), ("versions", 0)]


def test_a_record_that_changed_later_counts_at_once_only_in_production(day: Path) -> None:
    found = rows_of(
        day,
        "select source_customer_id, is_active, prefecture from staging.stg_customers order by 1",
    )
    past = [
        ("last", True, None),
        ("left_before", False, None),
        ("left_later", None, None),
        ("moved", None, "京都府"),
        ("undated", None, None),
    ]
    production = [
        ("last", True, None),
        ("later", True, None),
        ("left_before", False, None),
        ("left_later", False, None),
        ("moved", None, "大阪府"),
        ("undated", None, None),
    ]
    assert found == (past if is_past(day) else production)


def test_only_refusals_count_after_the_day_and_only_in_production(day: Path) -> None:
    consents = rows_of(day, "select source_consent_id from staging.stg_consents order by 1")
    messages = rows_of(day, "select provider_event_id from staging.stg_message_events order by 1")
    inquiries = rows_of(
        day, "select source_inquiry_id, closed_at from staging.stg_inquiries order by 1"
    )
    late = not is_past(day)
    assert consents == ([("late_no",)] if late else []) + [("yes",)]
    assert messages == ([("late_block",), ("late_stop",)] if late else []) + [("open",)]
    assert inquiries == [
        ("closed", LAST),
        ("closed_later", None),
        *([("opened_later", None)] if late else []),
    ]


def test_a_subscription_runs_until_its_end_is_known(day: Path) -> None:
    assert rows_of(
        day,
        "select source_subscription_id, cancelled_at, cancel_reason"
        " from staging.stg_subscriptions order by 1",
    ) == [("ended", LAST, "price"), ("ends_later", None, None)]
