"""Rows of a shop that changed, ended or were taken back a few days after a day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.golden.canonical import money, write_rows

Row = dict[str, Any]
STATES = [("x1", "paid"), ("x2", "paid"), ("x3", "pending"), ("x4", "paid"), ("x5", "pending")]
"""What the day knew of the orders; x6 is placed after it."""


def plant_changes(lake: Path, day: date) -> None:
    """Lands the rows in two files; the second holds what an export after the day brought."""
    around = Around(day)
    for file, feeds in (("first", around.first_export()), ("second", around.second_export())):
        for entity, rows in feeds:
            write_rows(lake, "ec_cube", entity, rows, file=f"planted/{day}_{file}.csv")


class Around:
    """The shop around a day."""

    def __init__(self, day: date) -> None:
        self._midday = datetime.fromisoformat(f"{day} 03:00")

    def first_export(self) -> Iterator[tuple[str, list[Row]]]:
        at = self.at
        orders = [
            self.order("x1", "paid", paid_at=at(-20), updated_at=at(-20), _version=at(-20)),
            self.order("x2", "returned", paid_at=at(-20), updated_at=at(3)),
            self.order("x3", "cancelled", updated_at=at(1)),
            self.order("x4", "shipped", paid_at=at(-19)),
            self.order("x5", "paid", paid_at=at(2), ordered_at=at(-1)),
            self.order("x6", "paid", ordered_at=at(6), paid_at=at(6)),
        ]
        yield (
            "customers",
            [
                self.member("x1", registered_at=at(-90), updated_at=at(-5), _version=at(-5)),
                self.member("x2", registered_at=at(-9), updated_at=at(4), is_active=False),
                self.member("x3", registered_at=at(4)),
            ],
        )
        yield "orders", orders
        yield "order_lines", [line(row["source_order_id"], returned=1) for row in orders]
        parcel = {"source_shipment_id": "x4", "source_order_id": "x4"}
        yield "shipments", [parcel | {"shipped_at": at(1), "delivered_at": at(3)}]
        yield (
            "subscriptions",
            [
                contract("x1", started_at=at(-60), cancelled_at=at(7), cancel_reason="price"),
                contract("x2", started_at=at(-60), paused_at=at(7)),
                contract("x3", started_at=at(2)),
            ],
        )
        yield (
            "inquiries",
            [
                inquiry("x1", opened_at=at(-3), closed_at=at(2)),
                inquiry("x2", opened_at=at(2)),
            ],
        )
        yield (
            "consents",
            [
                consent(
                    "x1",
                    action="grant",
                    legal_basis="consent",
                    form_version="signup-3",
                    occurred_at=at(-30),
                ),
                consent("x2", action="withdraw", occurred_at=at(2)),
            ],
        )
        kinds = ("bounce", "unsubscribe", "open")
        yield "message_events", [message(kind, occurred_at=at(2)) for kind in kinds]

    def second_export(self) -> Iterator[tuple[str, list[Row]]]:
        at = self.at
        later = {"updated_at": at(9), "_version": at(9)}
        moved = {"prefecture": "沖縄県", "is_active": False, **later}
        yield "customers", [self.member("x1", registered_at=at(-90), **moved)]
        yield (
            "orders",
            [self.order("x1", "returned", paid_at=at(-20), discount=money(100), **later)],
        )
        yield "order_lines", [line("x1", returned=2)]

    def at(self, days: int) -> datetime:
        """An instant so many days after the day, in its local noon."""
        return self._midday + timedelta(days=days)

    def member(self, number: str, **told: Any) -> Row:
        name = {"name_key": "縁結", "email_key": "x@example.jp", "email_status": "valid"}
        return {"source_customer_id": number, "is_active": True, **name, **told}

    def order(self, number: str, status: str, **told: Any) -> Row:
        named = {"source_order_id": number, "source_customer_id": "x1", "status": status}
        return {**named, "ordered_at": self.at(-20), "total": money(1000), **told}


def line(order: str, *, returned: int) -> Row:
    return {
        "source_order_id": order,
        "source_line_id": "1",
        "source_product_id": "tea",
        "product_name": "tea",
        "quantity": 2,
        "returned_quantity": returned,
        "unit_price": money(500),
    }


def contract(number: str, **told: Any) -> Row:
    named = {"source_subscription_id": number, "source_customer_id": "x1"}
    return {**named, "source_product_id": "tea", "cycle_days": 30, **told}


def inquiry(number: str, **told: Any) -> Row:
    named = {"source_inquiry_id": number, "source_customer_id": "x1"}
    return {**named, "channel": "mail", "topic": "order", **told}


def consent(number: str, **told: Any) -> Row:
    named = {"source_consent_id": number, "source_customer_id": "x1"}
    return {**named, "channel": "email", "purpose": "marketing", **told}


def message(event_type: str, **told: Any) -> Row:
    address = {"recipient": "x@example.jp", "email_key": "x@example.jp", "channel": "email"}
    return {**address, "provider_event_id": event_type, "event_type": event_type, **told}
