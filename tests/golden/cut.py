"""The lake as it would have been had every source been exported at the end of a day.

Written from decision 0040 alone, row by row, and without the project's SQL.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from tests.golden.canonical import entity_schema

Row = dict[str, Any]
Tables = Mapping[str, list[Row]]

KEYS = {
    "customers": ("source_customer_id",),
    "orders": ("source_order_id",),
    "products": ("source_product_id",),
    "shipments": ("source_shipment_id",),
    "subscriptions": ("source_subscription_id",),
    "inquiries": ("source_inquiry_id",),
    "campaigns": ("campaign_code",),
}
"""Entities whose rows change; their keys within a source."""
FIRST_MOMENT = {
    "customers": ("registered_at", "updated_at"),
    "orders": ("ordered_at",),
    "subscriptions": ("started_at",),
    "inquiries": ("opened_at",),
    "campaigns": ("started_date",),
    "consents": ("occurred_at",),
    "web_events": ("occurred_at",),
    "message_events": ("occurred_at",),
    "holdout_assignments": ("assigned_at",),
    "ad_costs": ("cost_date",),
}
LATER_MOMENTS = {
    "customers": ("updated_at",),
    "orders": ("paid_at", "updated_at"),
    "products": ("updated_at",),
    "shipments": ("shipped_at", "delivered_at", "updated_at"),
    "subscriptions": ("paused_at", "cancelled_at", "updated_at"),
    "inquiries": ("closed_at", "updated_at"),
    "campaigns": ("updated_at",),
}


class Day:
    """The end of a local day, as instants are stored: naive UTC."""

    def __init__(self, day: date, time_zone: str = "Asia/Tokyo") -> None:
        midnight = datetime.combine(day + timedelta(days=1), datetime.min.time())
        utc = midnight.replace(tzinfo=ZoneInfo(time_zone)).astimezone(ZoneInfo("UTC"))
        self.day = day
        self.end = utc.replace(tzinfo=None)

    def is_after(self, moment: datetime | date | None) -> bool:
        if moment is None:
            return False
        return moment >= self.end if isinstance(moment, datetime) else moment > self.day


def cut_lake(lake: Path, target: Path, day: date) -> None:
    """Writes the lake as of a day; what ingestion refused or counted has no time and stays."""
    for log in ("files", "quarantine"):
        shutil.copytree(lake / log, target / log)
    end = Day(day)
    tables = {entity: _read(lake, entity) for entity in (*FIRST_MOMENT, "products", "shipments")}
    parcels = _first_parcels(tables["shipments"])
    for entity, rows in tables.items():
        kept = [row for row in rows if not end.is_after(_first_moment(entity, row))]
        if entity in KEYS:
            kept = _versions(entity, kept, end)
        if entity == "orders":
            kept = [row | {"status": _status(row, parcels, end)} for row in kept]
        _write(target, entity, [_as_known(entity, row, end) for row in kept])
    _write(target, "order_lines", _lines_until(_read(lake, "order_lines"), tables["orders"], end))


def _first_moment(entity: str, row: Row) -> datetime | date | None:
    moments = (row[name] for name in FIRST_MOMENT.get(entity, ()))
    return next((moment for moment in moments if moment is not None), None)


def _versions(entity: str, rows: Iterable[Row], end: Day) -> list[Row]:
    """All versions up to the day; of a row that has none the earliest after it."""
    by_key: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        by_key[(row["_source"], *(row[name] for name in KEYS[entity]))].append(row)
    chosen: list[Row] = []
    for versions in by_key.values():
        known = [row for row in versions if not end.is_after(row["_version"])]
        if not known:
            earliest = min(row["_version"] for row in versions)
            known = [row for row in versions if row["_version"] == earliest]
        chosen.extend(known)
    return chosen


def _as_known(entity: str, row: Row, end: Day) -> Row:
    known = dict(row)
    for name in (*LATER_MOMENTS.get(entity, ()), "_version"):
        if end.is_after(row[name]):
            known[name] = None
    if entity == "customers" and row["is_active"] is False and end.is_after(row["updated_at"]):
        known["is_active"] = None
    if entity == "subscriptions" and end.is_after(row["cancelled_at"]):
        known["cancel_reason"] = None
    return known


def _first_parcels(shipments: list[Row]) -> dict[tuple[str, str], datetime]:
    first: dict[tuple[str, str], datetime] = {}
    for row in shipments:
        order = (row["_source"], row["source_order_id"])
        if row["shipped_at"] is not None:
            first[order] = min(row["shipped_at"], first.get(order, row["shipped_at"]))
    return first


def _status(row: Row, parcels: Mapping[tuple[str, str], datetime], end: Day) -> str:
    left_at = parcels.get((row["_source"], row["source_order_id"]))
    stated: str = row["status"]
    is_later = any(end.is_after(row[name]) for name in ("updated_at", "paid_at", "_version"))
    if stated in {"shipped", "delivered"} and end.is_after(left_at):
        is_later = True
    if stated in {"new", "pending"} or not is_later:
        return stated
    if left_at is not None and not end.is_after(left_at):
        return "shipped"
    is_paid = row["paid_at"] is not None and not end.is_after(row["paid_at"])
    return "paid" if is_paid else "pending"


def _lines_until(lines: list[Row], orders: list[Row], end: Day) -> list[Row]:
    """Lines of orders placed by then, without exports that came later than one that was known."""
    later_orders = {
        (row["_source"], row["source_order_id"])
        for row in orders
        if end.is_after(row["ordered_at"])
    }
    exported = {
        (row["_source"], row["source_order_id"], row["_file"], row["_revision"]): row["_version"]
        for row in orders
        if end.is_after(row["_version"])
    }
    by_order: dict[tuple[str, str], list[tuple[datetime | None, Row]]] = defaultdict(list)
    for row in lines:
        order = (row["_source"], row["source_order_id"])
        if order not in later_orders:
            later_at = exported.get((*order, row["_file"], row["_revision"]))
            by_order[order].append((later_at, row))
    kept: list[Row] = []
    for dated in by_order.values():
        known = [row for later_at, row in dated if later_at is None]
        if not known:
            first = min(later_at for later_at, _ in dated if later_at is not None)
            known = [r | {"returned_quantity": None} for at, r in dated if at == first]
        kept.extend(known)
    return kept


def _read(lake: Path, entity: str) -> list[Row]:
    files = sorted((lake / "raw").glob(f"*/{entity}/**/*.parquet"))
    schema = entity_schema(entity)
    tables = [pq.read_table(file, schema=schema, partitioning=None) for file in files]
    return pa.concat_tables(tables).to_pylist()


def _write(target: Path, entity: str, rows: list[Row]) -> None:
    file = target / "raw" / "cut" / entity / "cut.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=entity_schema(entity)), file)
