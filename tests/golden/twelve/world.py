"""A shop of twelve persons, small enough to work every analysis out by hand.

The files in world/ say what happened, in the shop's own days and hours (Asia/Tokyo); every order is
placed at noon. as_of_date is 2026-06-30. Costs and prices come from world/products.csv.
"""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.golden.canonical import money, write_empty_lake, write_rows

HERE = Path(__file__).parent
VARIABLES = {"as_of_date": "2026-06-30", "cycle_min_pairs": 3, "affinity_min_pairs": 1}
AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"
MEMBERS_AND_MALL = (("ec_cube", "persons"), ("mall", "mall_persons"))
_TOKYO = timedelta(hours=9)

Row = dict[str, Any]
Feed = tuple[str, str, list[Row]]


def table(name: str) -> list[dict[str, str]]:
    """The rows of a file of the world."""
    with (HERE / "world" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def names() -> dict[str, str]:
    """Record key -> name of the person."""
    return {
        f"{source}|customer|{row['member']}": row["person"]
        for source, file in MEMBERS_AND_MALL
        for row in table(file)
    }


def write_twelve(lake: Path) -> None:
    """Writes the shop's raw zone."""
    write_empty_lake(lake)
    for source, entity, rows in _feeds():
        write_rows(lake, source, entity, rows)


def _feeds() -> Iterator[Feed]:
    yield "ec_cube", "customers", [_customer(row) for row in table("persons")]
    yield "product_master", "products", [_product(row) for row in table("products")]
    for source in ("ec_cube", "mall"):
        orders = [row for row in table("orders") if row["source"] == source]
        yield source, "orders", [_order(row) for row in orders]
        yield source, "order_lines", list(_lines({row["order"] for row in orders}))
        yield source, "shipments", [_shipment(row) for row in orders if row["delivered_on"]]
    yield "ec_cube", "subscriptions", [_subscription(row) for row in table("subscriptions")]
    yield "crm", "campaigns", [_campaign(row) for row in table("campaigns")]
    agreed = [row for row in table("persons") if row["email_consent_on"]]
    yield "crm", "consents", [_consent(row) for row in agreed]
    yield "web", "web_events", [_web_event(row) for row in table("web_events")]
    yield "sendgrid_events", "message_events", [_mail_event(r) for r in table("message_events")]


def _customer(row: dict[str, str]) -> Row:
    return {
        "source_customer_id": row["member"],
        "registered_at": _on(row["registered_on"], hour=11),
        "birth_date": _day(row["birth_date"]),
        "birth_key": _day(row["birth_date"]),
        "gender": row["gender"],
        **_name(row),
        **_mail(row["member"]),
    }


def _product(row: dict[str, str]) -> Row:
    return {
        "source_product_id": row["code"],
        "product_code": row["code"],
        "list_price": money(row["list_price"]),
        "unit_cost": money(row["unit_cost"]),
        "stock_quantity": int(row["stock_quantity"]),
        "pack_days": int(row["pack_days"]) if row["pack_days"] else None,
        "is_trial": row["is_trial"] == "true",
        "is_active": row["is_active"] == "true",
        **{column: row[column] for column in ("name", "category", "brand", "taste")},
    }


def _order(row: dict[str, str]) -> Row:
    buyers = {person["member"]: person for person in table("mall_persons")}
    return {
        "source_order_id": row["order"],
        "source_customer_id": row["member"],
        "ordered_at": _on(row["ordered_on"]),
        "status": row["status"],
        "currency": "JPY",
        "discount": money(row["discount"]),
        "campaign_code": row["campaign"] or None,
        "sales_channel": "mall" if row["source"] == "mall" else "own",
        "source_subscription_id": row["subscription"] or None,
        **(_name(buyers[row["member"]]) if row["member"] in buyers else {}),
    }


def _lines(orders: set[str]) -> Iterator[Row]:
    products = {row["code"]: row for row in table("products")}
    for place, row in enumerate(table("order_lines")):
        if row["order"] in orders:
            product = products[row["product"]]
            yield {
                "source_order_id": row["order"],
                "source_line_id": str(place),
                "line_kind": "item",
                "source_product_id": row["product"],
                "product_code": row["product"],
                "product_name": product["name"],
                "quantity": int(row["quantity"]),
                "unit_price": money(product["list_price"]),
            }


def _shipment(row: dict[str, str]) -> Row:
    return {
        "source_shipment_id": row["order"],
        "source_order_id": row["order"],
        "shipped_at": _on(row["ordered_on"], hour=18),
        "delivered_at": _on(row["delivered_on"]),
    }


def _subscription(row: dict[str, str]) -> Row:
    return {
        "source_subscription_id": row["subscription"],
        "source_customer_id": row["member"],
        "source_product_id": row["product"],
        "cycle_days": int(row["cycle_days"]),
        "started_at": _on(row["started_on"]),
        "cancelled_at": _on(row["cancelled_on"]) if row["cancelled_on"] else None,
        "cancel_reason": row["cancel_reason"] or None,
    }


def _campaign(row: dict[str, str]) -> Row:
    return {
        "campaign_code": row["campaign"],
        "name": row["name"],
        "channel": row["channel"],
        "started_date": _day(row["started_on"]),
        "ended_date": _day(row["ended_on"]),
        "cost": money(row["cost"]),
        "currency": "JPY",
    }


def _consent(row: dict[str, str]) -> Row:
    return {
        "source_consent_id": f"c{row['member']}",
        "source_customer_id": row["member"],
        "channel": "email",
        "purpose": "marketing",
        "action": "grant",
        "legal_basis": "consent",
        "form_version": "signup-3",
        "occurred_at": _on(row["email_consent_on"], hour=11),
    }


def _web_event(row: dict[str, str]) -> Row:
    return {
        "event_id": row["event"],
        "anonymous_id": row["browser"],
        "source_customer_id": row["member"] or None,
        "occurred_at": datetime.fromisoformat(row["occurred_at"]) - _TOKYO,
        "event_type": row["event_type"],
        "source_product_id": row["product"] or None,
        "source_order_id": row["order"] or None,
        "user_agent": AGENT,
        **{name: row[name] or None for name in ("utm_source", "utm_medium", "utm_campaign")},
    }


def _mail_event(row: dict[str, str]) -> Row:
    address = _mail(row["member"])
    return {
        "provider_event_id": row["event"],
        "provider_message_id": row["message"],
        "channel": "email",
        "event_type": row["event_type"],
        "recipient": address["email"],
        "email_key": address["email_key"],
        "occurred_at": datetime.fromisoformat(row["occurred_at"]) - _TOKYO,
        "campaign_code": row["campaign"],
        "url": row["url"] or None,
        "is_machine_open": {"true": True, "false": False, "": None}[row["is_machine_open"]],
    }


def _name(row: dict[str, str]) -> Row:
    whole = row["family_name"] + row["given_name"]
    return {
        "family_name": row["family_name"],
        "given_name": row["given_name"],
        "name_key": whole,
        "name_loose_key": whole,
        "family_name_key": row["family_name"],
        "given_name_key": row["given_name"],
    }


def _mail(member: str) -> Row:
    address = f"person{member}@example.jp"
    return {
        "email": address,
        "email_key": address,
        "email_loose_key": address,
        "email_status": "valid",
    }


def _on(day: str, *, hour: int = 12) -> datetime:
    return datetime.fromisoformat(day) + timedelta(hours=hour) - _TOKYO


def _day(text: str) -> Any:
    return datetime.fromisoformat(text).date() if text else None
