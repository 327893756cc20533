"""A lake many times as large: the records of one shop under other ids, so that no two copies meet.

Generating and ingesting a million persons takes hours, copying Parquet takes minutes. What happened
on the last day is kept apart, as the batch of that day.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from orchestration.shops.profile import load_shop
from tests.benchmarks.phases import SHOP

HAPPENED = {
    "customers": "coalesce(registered_at, updated_at)",
    "orders": "ordered_at",
    "order_lines": "ordered.ordered_at",
    "shipments": "coalesce(ordered.ordered_at, shipped_at)",
    "subscriptions": "started_at",
    "inquiries": "opened_at",
    "consents": "occurred_at",
    "web_events": "occurred_at",
    "message_events": "occurred_at",
}
"""Entity that grows with the persons -> when a row happened; the others all copies share."""
OF_ORDERS = ("order_lines", "shipments")
IDENTIFYING = (
    *("source_customer_id", "source_order_id", "source_shipment_id", "source_subscription_id"),
    *("source_inquiry_id", "source_consent_id", "event_id", "provider_event_id"),
    *("provider_message_id", "send_id", "mail_send_id", "anonymous_id", "ip_address"),
    *("tracking_number", "line_user_id", "recipient", "email", "email_key", "email_loose_key"),
    *("phone", "phone_key", "name_key", "name_loose_key", "kana_key", "romaji_key", "address_key"),
)
"""Columns by which records are told apart or joined; each copy puts its own prefix before them."""
_NOT_COPIED = ("raw", "identity", "predictions", "pending")


def copy_shop(lake: Path, target: Path, last_day: Path, *, copies: int, day: date) -> None:
    """Make a lake of so many copies, and beside it the folder of what happened on the day.

    The rows of the day are loaded a day after the others, as one more batch of each source.
    """
    for folder in (target, last_day):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(lake, target, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    midnight = datetime.combine(day, datetime.min.time(), ZoneInfo(load_shop(SHOP).time_zone))
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set variable midnight = timestamptz '{midnight.isoformat()}'")
        for file in sorted((lake / "raw").rglob("*.parquet")):
            place = file.relative_to(lake)
            if entity_of(place) not in HAPPENED or "_empty" in place.parts:
                (target / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target / place)
            else:
                _copy_file(connection, file, place, (target, last_day), copies)


def add_last_day(last_day: Path, lake: Path) -> None:
    """Move the batch of the last day into the lake."""
    for file in sorted(last_day.rglob("*.parquet")):
        place = lake / file.relative_to(last_day)
        place.parent.mkdir(parents=True, exist_ok=True)
        file.rename(place)


def entity_of(place: Path) -> str:
    """The entity of a raw file: raw/<source>/<entity>/…."""
    return place.parts[2]


def _copy_file(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    place: Path,
    targets: tuple[Path, Path],
    copies: int,
) -> None:
    happened = f"{HAPPENED[entity_of(place)]} >= timezone('UTC', getvariable('midnight'))"
    is_late = f"coalesce({happened}, false)"
    batches = (("history", f"not {is_late}", ""), ("last-day", is_late, " + interval 1 day"))
    for target, (batch, rows, later) in zip(targets, batches, strict=True):
        (target / place.parent).mkdir(parents=True, exist_ok=True)
        for number in range(copies):
            copy = target / place.with_stem(f"{place.stem}-{batch}-{number}")
            values = ", ".join(_replaced(connection, file, f"c{number}_", later))
            connection.execute(
                f"copy (select records.* replace ({values}) from {_rows_of(file)} where {rows})"
                f" to '{_quoted(copy)}' (format parquet, compression zstd)"
            )


def _rows_of(file: Path) -> str:
    """The rows of a file, those of an order with when it was placed."""
    records = f"{_read(file)} as records"
    if file.parts[-3] not in OF_ORDERS:
        return records
    orders = file.parents[2] / "orders"
    if not orders.exists():
        return f"{records} cross join (select cast(null as timestamp) as ordered_at) as ordered"
    return (
        f"{records} left join (select source_order_id, max(ordered_at) as ordered_at"
        f" from {_read(orders / '**' / '*.parquet')} group by source_order_id) as ordered"
        " on records.source_order_id = ordered.source_order_id"
    )


def _replaced(
    connection: duckdb.DuckDBPyConnection, file: Path, prefix: str, later: str
) -> Iterator[str]:
    """Expressions that name the copy, and put off the load of the last day."""
    for column, *_ in connection.execute(f"describe select * from {_read(file)}").fetchall():
        if column in IDENTIFYING:
            yield f"'{prefix}' || records.{column} as {column}"
        elif column == "reason":
            # LINE reports an account link with the member's id.
            yield (
                f"case when event_type = 'account_link' then '{prefix}' || reason"
                " else reason end as reason"
            )
        elif column == "_loaded_at":
            yield f"records._loaded_at{later} as _loaded_at"


def _read(path: Path) -> str:
    return f"read_parquet('{_quoted(path)}', hive_partitioning = false)"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def main(arguments: list[str]) -> None:
    """Copy a lake in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth.many_shops")
    for folder in ("lake", "target", "last_day"):
        parser.add_argument(folder, type=Path)
    parser.add_argument("--copies", type=int, required=True)
    parser.add_argument("--day", type=date.fromisoformat, required=True)
    given = parser.parse_args(arguments)
    copy_shop(given.lake, given.target, given.last_day, copies=given.copies, day=given.day)


if __name__ == "__main__":
    main(sys.argv[1:])
