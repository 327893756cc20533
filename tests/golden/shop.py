"""A tiny shop worked out by hand: every rule meets one of its eight persons.

Instants are naive UTC; the shop lives in Asia/Tokyo, nine hours ahead. as_of_date is 2026-10-31.
"""

import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.golden.canonical import money, write_empty_lake, write_quarantine, write_rows

Row = dict[str, Any]

AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"
ADDRESS = {
    "postal_code": "6020898",
    "prefecture": "京都府",
    "address_line1": "京都市上京区1-1",
    "postal_key": "6020898",
    "address_key": "6020898|1-1|",
}
LANDLINE = {"phone": "0751112222", "phone_key": "+81751112222", "phone_kind": "fixed"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def mail(name: str) -> Row:
    address = f"{name}@example.jp"
    return {
        "email": address,
        "email_key": address,
        "email_loose_key": address,
        "email_status": "valid",
    }


def name(family: str, given: str) -> Row:
    return {
        "family_name": family,
        "given_name": given,
        "name_key": family + given,
        "name_loose_key": family + given,
        "family_name_key": family,
        "given_name_key": given,
    }


HOME_MAIL = mail("home")


CUSTOMERS: list[Row] = [
    # 1 and 2 share a mailbox and a house, and are two persons.
    {"source_customer_id": "1", "registered_at": at("2026-07-31 15:00")}
    | name("山田", "花子")
    | HOME_MAIL
    | ADDRESS
    | LANDLINE,
    {"source_customer_id": "2", "registered_at": at("2026-09-30 15:00")}
    | name("山田", "太郎")
    | HOME_MAIL
    | ADDRESS
    | LANDLINE,
    {"source_customer_id": "3", "registered_at": at("2026-09-30 15:00")}
    | name("佐藤", "次郎")
    | mail("jiro"),
    {"source_customer_id": "4", "registered_at": at("2026-09-30 15:00")}
    | name("鈴木", "三郎")
    | mail("saburo"),
    {"source_customer_id": "5", "registered_at": at("2024-10-30 15:00")}
    | name("高橋", "四郎")
    | mail("shiro")
    | ADDRESS,
]


def order(
    order_id: str, ordered_at: str, status: str, subtotal: int, discount: int = 0, **extra: Any
) -> Row:
    return {
        "source_order_id": order_id,
        "ordered_at": at(ordered_at),
        "status": status,
        "currency": "JPY",
        "subtotal": money(subtotal),
        "discount": money(discount),
        "total": money(subtotal - discount),
        **extra,
    }


ORDERS: list[Row] = [
    order("E1", "2026-08-01 03:00", "shipped", 2000, 100, source_customer_id="1"),
    # A guest's order with her address and name, half an hour before midnight in Tokyo.
    order("E2", "2026-08-01 14:30", "shipped", 500, **name("山田", "花子"), **HOME_MAIL),
    order("E3", "2026-08-01 15:10", "delivered", 1000, source_customer_id="1"),
    order("E4", "2026-10-10 03:00", "shipped", 1500, source_customer_id="2"),
    order("E5", "2026-10-30 03:00", "new", 500, source_customer_id="4"),
    order("E6", "2026-01-05 03:00", "cancelled", 1000, phone="0900000000", **name("林", "五郎")),
    # Nobody: neither a customer nor any contact.
    order("E7", "2026-02-01 03:00", "shipped", 700),
    order("E8", "2024-10-31 03:00", "delivered", 1000, source_customer_id="5"),
    # Sent back whole.
    order("E10", "2026-01-06 03:00", "returned", 1000, 100, source_customer_id="5"),
    # The first instant of 1 November in Tokyo: not yet to be seen.
    order("E9", "2026-10-31 15:00", "paid", 1000, source_customer_id="3"),
]
OLD_ORDERS: list[Row] = [order("E1", "2026-08-01 03:00", "new", 2000, source_customer_id="1")]
MALL_ORDERS: list[Row] = [
    order("R1", "2025-12-01 03:00", "shipped", 3000, source_customer_id="m1", phone="0312345678")
    | name("伊藤", "六花")
    | ADDRESS
    | {"email": "x@relay.example", "email_key": "x@relay.example", "email_status": "relay"},
]


def line(order_id: str, product: str, quantity: int, price: int, returned: int = 0) -> Row:
    return {
        "source_order_id": order_id,
        "source_line_id": "1",
        "line_kind": "item",
        "source_product_id": product,
        "product_name": "product " + product,
        "quantity": quantity,
        "returned_quantity": returned,
        "unit_price": money(price),
    }


LINES: list[Row] = [
    line("E1", "11", 2, 1000),
    line("E1", "fee", 1, 500) | {"source_line_id": "2", "line_kind": "shipping"},
    line("E2", "12", 1, 500),
    line("E3", "11", 1, 1000),
    line("E4", "12", 3, 500, returned=1),
    line("E5", "12", 1, 500),
    line("E6", "11", 1, 1000),
    line("E7", "12", 1, 700),
    line("E8", "11", 1, 1000),
    line("E10", "12", 2, 500),
    line("E9", "11", 1, 1000),
]
# The corrected file no longer holds the second line of goods.
OLD_LINES: list[Row] = [
    line("E1", "11", 2, 900),
    line("E1", "12", 1, 500) | {"source_line_id": "3"},
]
MALL_LINES: list[Row] = [line("R1", "T9", 1, 3000)]
PRODUCTS: list[Row] = [
    {"source_product_id": "11", "product_code": "T1", "name": "煎茶"},
    {"source_product_id": "12", "product_code": "T2", "name": "羊羹"},
]
MASTER: list[Row] = [
    {"source_product_id": "T1", "product_code": "T1", "category": "茶", "unit_cost": money(400)},
    {"source_product_id": "T2", "product_code": "T2", "category": "菓子", "unit_cost": money(200)},
]
SHIPMENTS: list[Row] = [
    {"source_shipment_id": "s1", "source_order_id": "E1", "tracking_number": "11-11"},
    {"source_shipment_id": "s2", "source_order_id": "E2", "delivered_at": at("2026-08-04 01:00")},
    # Seven days after the order, and fourteen whole days before the end.
    {"source_shipment_id": "s4", "source_order_id": "E4", "delivered_at": at("2026-10-17 01:00")},
]
PARCELS: list[Row] = [
    {
        "source_shipment_id": "1111",
        "tracking_number": "1111",
        "delivered_at": at("2026-08-03 01:00"),
    },
]


def consent(consent_id: str, member: str, channel: str, action: str, occurred_at: str) -> Row:
    return {
        "source_consent_id": consent_id,
        "source_customer_id": member,
        "channel": channel,
        "purpose": "marketing",
        "action": action,
        "legal_basis": "consent",
        "form_version": "signup-3",
        "occurred_at": at(occurred_at),
    }


CONSENTS: list[Row] = [
    consent("c2", "2", "email", "grant", "2026-09-30 15:00"),
    consent("c3", "3", "email", "grant", "2026-10-01 00:00"),
    consent("c4", "4", "email", "grant", "2026-10-01 00:00"),
    consent("c5", "5", "email", "grant", "2024-11-01 00:00"),
    consent("c6", "5", "print", "withdraw", "2025-02-01 00:00"),
]
INQUIRIES: list[Row] = [
    {
        "source_inquiry_id": "q1",
        "source_customer_id": "2",
        "opened_at": at("2026-10-30 00:00"),
    },
]
MESSAGES: list[Row] = [
    {
        "provider_event_id": "u1",
        "channel": "email",
        "event_type": "unsubscribe",
        "recipient": "shiro@example.jp",
        "email_key": "shiro@example.jp",
        "occurred_at": at("2025-01-01 00:00"),
    },
]


def view(event_id: str, browser: str, occurred_at: str, agent: str = AGENT, **extra: Any) -> Row:
    return {
        "event_id": event_id,
        "anonymous_id": browser,
        "occurred_at": at(occurred_at),
        "event_type": "product_view",
        "source_product_id": "11",
        "user_agent": agent,
        **extra,
    }


WEB_EVENTS: list[Row] = [
    view("w1", "b1", "2026-10-30 11:00"),
    view("w2", "b1", "2026-10-30 11:05"),
    # More than half an hour later, and now logged in.
    view("w3", "b1", "2026-10-30 11:36", source_customer_id="3"),
    view("w4", "b2", "2026-10-30 11:00"),
    view("w5", "b3", "2026-10-30 11:00", "Mozilla/5.0 (compatible; Googlebot/2.1)"),
]


def feeds() -> Iterator[tuple[str, str, str, list[Row]]]:
    """Source, entity, file and rows of everything that landed."""
    yield "ec_cube", "customers", "ec_cube/members.csv", CUSTOMERS
    yield "ec_cube", "orders", "ec_cube/orders_1.csv", OLD_ORDERS
    yield "ec_cube", "orders", "ec_cube/orders_2.csv", ORDERS
    yield "ec_cube", "order_lines", "ec_cube/orders_1.csv", OLD_LINES
    yield "ec_cube", "order_lines", "ec_cube/orders_2.csv", LINES
    yield "ec_cube", "products", "ec_cube/products.csv", PRODUCTS
    yield "ec_cube", "shipments", "ec_cube/shipping.csv", SHIPMENTS
    yield "mall", "orders", "mall/orders.csv", MALL_ORDERS
    yield "mall", "order_lines", "mall/orders.csv", MALL_LINES
    yield "product_master", "products", "product_master/products.csv", MASTER
    yield "carrier", "shipments", "carrier/deliveries.csv", PARCELS
    yield "crm", "consents", "crm/consents.csv", CONSENTS
    yield "crm", "inquiries", "crm/inquiries.csv", INQUIRIES
    yield "sendgrid_events", "message_events", "sendgrid_events/batch.json", MESSAGES
    yield "web", "web_events", "web/events.ndjson", WEB_EVENTS


def write_shop(lake: Path, *, shuffle: random.Random | None = None) -> None:
    """Writes the shop; a shuffle changes the order in the files, never what they say."""
    write_empty_lake(lake)
    for source, entity, file, rows in feeds():
        placed = [row | {"_row": place} for place, row in enumerate(rows, start=2)]
        if shuffle is not None:
            shuffle.shuffle(placed)
        write_rows(lake, source, entity, placed, file=file)
    write_quarantine(lake, "ec_cube", "order_lines", ["bad_decimal"])
