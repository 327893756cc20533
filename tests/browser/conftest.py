"""A publication rich enough to look at: 900 generated persons over two years."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from orchestration.publication.report.render import render_report
from tests.browser.chromium import Chromium, running_chromium
from tests.published_tables import create_published_tables

AS_OF = date(2026, 10, 18)
DEMO = Path(__file__).with_name("demo_publication.sql")
FIRST_DAY = date(2024, 11, 1)

SYNCS = [
    {
        "sync": "first_purchase__sendgrid_contacts",
        "segment": "first_purchase",
        "channel": "sendgrid_contacts",
        "status": "planned",
        "is_dry_run": True,
        "adds": 231,
        "changes": 0,
        "removals": 0,
        "unchanged": 0,
        "refused": {"unsubscribed": 18, "no_consent": 40, "unreachable": 9, "open_inquiry": 3},
        "invalid": 0,
        "delivered": 0,
        "rejected": 0,
        "unknown": 0,
        "waiting_reason": None,
    },
    {
        "sync": "second_purchase__sendgrid_contacts",
        "segment": "second_purchase",
        "channel": "sendgrid_contacts",
        "status": "awaiting_approval",
        "adds": 96,
        "changes": 0,
        "removals": 0,
        "unchanged": 0,
        "refused": {
            "no_consent": 52,
            "relay_address": 14,
            "unsubscribed": 11,
            "open_delivery": 8,
            "unreachable": 2,
            "open_inquiry": 2,
        },
        "invalid": 0,
        "delivered": 0,
        "rejected": 0,
        "unknown": 0,
        "waiting_reason": "first sync: 96 recipients would be added",
        "waiting_codes": ["first_sync"],
    },
    {
        "sync": "winback__file",
        "segment": "seg_winback",
        "channel": "file",
        "status": "delivered",
        "adds": 12,
        "changes": 4,
        "removals": 9,
        "unchanged": 127,
        "refused": {"no_consent": 31, "unreachable": 22, "open_inquiry": 1},
        "invalid": 1,
        "delivered": 16,
        "rejected": 0,
        "unknown": 0,
        "waiting_reason": None,
    },
]

FRESHNESS = [
    {
        "source": source,
        "entity": entity,
        "files": files,
        "rows_accepted": rows,
        "rows_quarantined": bad,
        "newest_at": datetime(2026, 10, 18, 14, 59, tzinfo=UTC) - timedelta(days=late),
        "loaded_at": datetime(2026, 10, 19, 2, 1, tzinfo=UTC),
    }
    for source, entity, files, rows, bad, late in (
        ("ec_cube", "customers", 1, 1204, 2, 0),
        ("ec_cube", "orders", 24, 2811, 0, 0),
        ("ec_cube", "order_lines", 24, 5120, 0, 0),
        ("mall", "orders", 24, 1322, 0, 0),
        ("web", "web_events", 24, 214880, 12, 0),
        ("carrier", "shipments", 24, 3980, 0, 2),
    )
]


def write_demo_publication(folder: Path) -> None:
    """Write a publication of generated orders and everything that follows from them."""
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        create_published_tables(connection)
        columns = ["order_id", "source", "person_id", "ordered_date", "net_sales", "purchase_no"]
        chance = random.Random(20261018)  # noqa: S311 (no secret: it draws a demo)
        orders = pd.DataFrame(_orders(chance), columns=columns)
        connection.register("orders", orders)
        connection.execute(
            """
            insert into marts.fct_orders by name
            select
                *, purchase_no = 1 as is_first_purchase, true as is_purchase, 'JPY' as currency,
                timestamp '2026-10-01' as delivered_at
            from orders
            """
        )
        connection.execute(DEMO.read_text(encoding="utf-8"))


def _orders(chance: random.Random) -> Iterator[tuple[object, ...]]:
    for person in range(900):
        day = FIRST_DAY + timedelta(days=int(717 * chance.random() ** 0.8))
        loyalty, size, number = chance.betavariate(1.2, 1.6), chance.lognormvariate(8.5, 0.6), 1
        while day <= AS_OF:
            amount = round(size * chance.uniform(0.6, 1.6) * (1.35 if day.month == 12 else 1))
            source = "mall" if person % 4 == 0 else "ec_cube"
            yield f"{source}:{person}-{number}", source, f"p{person}", day, amount, number
            if chance.random() > loyalty:
                break
            number += 1
            day += timedelta(days=1 + int(chance.gammavariate(2.0, 26)))


@pytest.fixture(scope="session")
def report_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rendered pages of the demo publication."""
    folder = tmp_path_factory.mktemp("demo_publication")
    write_demo_publication(folder)
    output = folder / "reports"
    render_report(
        folder,
        shop_title="縁側マーケット",
        sync_summaries=SYNCS,
        source_freshness=FRESHNESS,
        output=output,
    )
    return output


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One running browser."""
    with running_chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser
