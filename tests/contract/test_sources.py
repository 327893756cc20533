"""What every source that ships must keep, and what it makes of real files where they are there."""

import csv
import json
import shutil
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest.entities import load_entities
from orchestration.ingest.errors import ContractError
from orchestration.ingest.ingest import ingest_source
from orchestration.ingest.lake import Lake
from orchestration.ingest.mapping import load_mapping
from orchestration.ingest.report import SourceReport
from orchestration.sample_shop.service import CHANNELS, TOPICS

ROOT = Path(__file__).parents[2]
MAPPINGS = sorted((ROOT / "orchestration" / "ingest" / "sources").glob("*.yml"))
SHARED = ROOT.parent / "shared" / "data"

needs_shared_data = pytest.mark.skipif(
    not SHARED.exists(), reason="the third-party data is not beside the project"
)
every_mapping = pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: path.stem)


@every_mapping
def test_mapping_loads_and_names_its_own_file(path: Path) -> None:
    assert load_mapping(path).source == path.stem


@every_mapping
def test_mapping_fills_only_canonical_columns_and_every_key(path: Path) -> None:
    entities = load_entities()
    for feed in load_mapping(path).feeds:
        for entity in feed.entities:
            spec = entities[entity.entity]
            assert set(entity.columns) <= set(spec.mappable)
            assert set(spec.key) <= set(entity.columns)


@every_mapping
def test_mapping_says_what_it_reads_and_has_a_page(path: Path) -> None:
    mapping = load_mapping(path)
    page = ROOT / "docs" / "sources" / f"{path.stem}.md"

    text = page.read_text("utf-8")
    assert mapping.description.endswith(".")
    assert "## 日本語" in text
    for feed in mapping.feeds:
        assert f"`{feed.files}`" in text
        for entity in feed.entities:
            assert f"`{entity.entity}`" in text


@every_mapping
def test_a_source_without_files_leaves_the_lake_empty(path: Path, tmp_path: Path) -> None:
    report = _ingest(path.stem, tmp_path)

    assert report.files_new == 0
    assert not (tmp_path / "lake" / "raw" / path.stem).exists()


def _ingest(source: str, root: Path) -> SourceReport[Any]:
    mapping = load_mapping(ROOT / "orchestration" / "ingest" / "sources" / f"{source}.yml")
    return ingest_source(
        mapping,
        landing=root / "landing",
        lake=Lake(root / "lake"),
        loaded_at=datetime.fromisoformat("2026-11-22 03:00:00"),
        gate=None,
        shop_time_zone="Asia/Tokyo",
        click_key=None,
    )


def _rows(root: Path, entity: str, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.read_parquet(
            Lake(root / "lake").raw_glob(entity), union_by_name=True, hive_partitioning=False
        ).create_view("rows")
        return connection.sql(query).fetchall()


def _land(root: Path, source: str, *files: Path) -> None:
    folder = root / "landing" / source
    folder.mkdir(parents=True)
    for file in files:
        shutil.copy(file, folder / file.name)


def _land_table(root: Path, source: str, feed: str, name: str, rows: list[dict[str, str]]) -> None:
    """Lands a CSV with every header that the feed wants; what a row does not name is blank."""
    mapping = load_mapping(ROOT / "orchestration" / "ingest" / "sources" / f"{source}.yml")
    (found,) = (item for item in mapping.feeds if item.name == feed)
    path = root / "landing" / source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=found.encoding, newline="") as file:
        writer = csv.DictWriter(file, found.headers, restval="")
        writer.writeheader()
        writer.writerows(rows)


def test_ec_cube_members_are_active_only_when_their_address_is_verified(tmp_path: Path) -> None:
    day = {"登録日": "2026-10-01 10:00:00", "更新日": "2026-10-01 10:00:00"}
    rows = [{"会員ID": status, "会員ステータス(ID)": status, **day} for status in ("1", "2", "3")]
    _land_table(tmp_path, "ec_cube", "members", "members_2026-10-31.csv", rows)

    _ingest("ec_cube", tmp_path)

    query = "select source_customer_id, is_active from rows order by 1"
    assert _rows(tmp_path, "customers", query) == [("1", False), ("2", True), ("3", False)]


def test_crm_inquiries_carry_codes_and_keep_the_row_when_a_word_is_unknown(tmp_path: Path) -> None:
    words = [("メール", "配送"), ("電話", "商品"), ("LINE", "返品"), ("チャット", "解約")]
    words += [("SNS", "注文"), ("フォーム", "支払い"), ("手紙", "苦情"), ("", "")]
    day = {"受付日時": "2026-10-01 10:00:00", "更新日時": "2026-10-01 10:00:00"}
    rows = [
        {"問い合わせID": str(number), "経路": channel, "種別": topic, **day}
        for number, (channel, topic) in enumerate(words)
    ]
    _land_table(tmp_path, "crm", "inquiries", "inquiries.csv", rows)

    _ingest("crm", tmp_path)

    query = "select channel, topic from rows order by source_inquiry_id"
    assert _rows(tmp_path, "inquiries", query) == [
        ("mail", "delivery"),
        ("phone", "product"),
        ("line", "return"),
        ("chat", "cancel"),
        ("sns", "order"),
        ("mail", "payment"),
        ("other", "other"),
        (None, None),
    ]


def test_crm_knows_every_word_of_the_sample_shops_inquiries() -> None:
    mapping = load_mapping(ROOT / "orchestration" / "ingest" / "sources" / "crm.yml")
    (feed,) = (feed for feed in mapping.feeds if feed.name == "inquiries")
    columns = feed.entities[0].columns

    for words, column in ((CHANNELS, "channel"), (TOPICS, "topic")):
        assert set(words.items) <= set(columns[column].map or {})


def test_crm_refuses_a_consent_file_when_more_than_two_per_cent_are_broken(tmp_path: Path) -> None:
    good = {
        "channel": "email",
        "purpose": "marketing",
        "action": "grant",
        "legal_basis": "consent",
        "occurred_at": "2026-10-01T10:00:00+09:00",
    }
    rows = [{"consent_id": str(number), **good} for number in range(100)]
    for row in rows[:2]:
        row["action"] = "revoke"
    _land_table(tmp_path, "crm", "consents", "consents.csv", rows)
    (consents, *_) = _ingest("crm", tmp_path).entities
    assert (consents.accepted, consents.quarantined) == (98, 2)

    rows[2]["action"] = "revoke"
    _land_table(tmp_path, "crm", "consents", "consents.csv", rows)
    with pytest.raises(ContractError, match=r"consents\.csv"):
        _ingest("crm", tmp_path)


@pytest.mark.parametrize(
    ("financial_status", "cancelled_at", "status"),
    [
        ("paid", "", "paid"),
        ("paid", "2026-10-02 10:00:00", "cancelled"),
        ("refunded", "2026-10-02 10:00:00", "cancelled"),
        ("refunded", "", "returned"),
        ("partially_refunded", "", "paid"),
        ("", "", "pending"),
        ("", "2026-10-02 10:00:00", "cancelled"),
    ],
)
def test_shopify_status_follows_the_cancellation_before_the_payment(
    tmp_path: Path, financial_status: str, cancelled_at: str, status: str
) -> None:
    order = {
        "id": "1",
        "processed_at": "2026-10-01 10:00:00",
        "updated_at": "2026-10-02 10:00:00",
        "currency": "JPY",
        "total_price": "1000",
        "financial_status": financial_status,
        "cancelled_at": cancelled_at,
    }
    _land_table(tmp_path, "shopify", "orders", "shop_order_data.csv", [order])

    _ingest("shopify", tmp_path)

    assert _rows(tmp_path, "orders", "select status from rows") == [(status,)]


@needs_shared_data
def test_online_retail_takes_every_row_and_adds_up_to_the_published_revenue(
    tmp_path: Path,
) -> None:
    _land(tmp_path, "online_retail", SHARED / "online_retail" / "online_retail.parquet")

    orders, lines = _ingest("online_retail", tmp_path).entities

    assert (lines.rows_read, lines.accepted, lines.quarantined) == (541_909, 541_909, 0)
    assert (orders.accepted, orders.repeated) == (25_900, 516_009)
    known = _rows(
        tmp_path,
        "orders",
        "select count(distinct source_customer_id), min(source_customer_id), min(ordered_at) "
        "from rows",
    )
    assert known == [(4_372, "12346", datetime.fromisoformat("2010-12-01 08:26:00"))]
    revenue = _rows(
        tmp_path,
        "order_lines",
        "select count(*), sum(quantity * unit_price)::varchar from rows "
        "join read_parquet("
        f"'{Lake(tmp_path / 'lake').raw_glob('orders')}') as orders using (source_order_id) "
        "where quantity > 0 and unit_price > 0 and source_customer_id is not null",
    )
    assert revenue == [(397_884, "8911407.904")]


@needs_shared_data
def test_apache_log_takes_all_lines_of_a_real_log(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / "apache_log"
    folder.mkdir(parents=True)
    shutil.copy(SHARED / "weblogs" / "elastic_apache_logs", folder / "access.log")

    (events,) = _ingest("apache_log", tmp_path).entities

    assert (events.rows_read, events.accepted, events.quarantined) == (10_000, 10_000, 0)
    found = _rows(
        tmp_path,
        "web_events",
        "select count(distinct event_id), count(distinct ip_address), min(occurred_at) from rows",
    )
    assert found == [(10_000, 1_753, datetime.fromisoformat("2015-05-17 10:05:00"))]


@needs_shared_data
def test_sendgrid_events_take_the_vendors_payloads(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / "sendgrid_events"
    folder.mkdir(parents=True)
    lines = (SHARED / "email_events" / "anymail_sendgrid.jsonl").read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        (folder / f"batch_{number}.json").write_text(json.dumps(json.loads(line)["payload"]))

    (events,) = _ingest("sendgrid_events", tmp_path).entities

    assert (events.rows_read, events.accepted) == (10, 10)
    kinds = _rows(tmp_path, "message_events", "select event_type from rows")
    assert Counter(kind for (kind,) in kinds) == {
        "dropped": 3,
        "delivered": 2,
        "processed": 1,
        "bounce": 1,
        "deferred": 1,
        "open": 1,
        "click": 1,
    }
    # The first payload has a list of categories, the fourth a single text.
    categories = "select categories from rows where categories is not null order by 1"
    assert _rows(tmp_path, "message_events", categories) == [("cat facts",), ("tag1,tag2",)]
    bounce = "select bounce_type, occurred_at from rows where event_type = 'bounce'"
    assert _rows(tmp_path, "message_events", bounce) == [
        ("bounce", datetime.fromisoformat("2016-04-19 19:47:30"))
    ]


@needs_shared_data
def test_line_events_take_every_kind_of_event(tmp_path: Path) -> None:
    body = json.loads((SHARED / "line_webhook" / "webhook.json").read_text("utf-8"))
    # The vendor's examples all bear one id; real events have their own.
    for number, event in enumerate(body["events"]):
        event["webhookEventId"] = f"event-{number}"
    folder = tmp_path / "landing" / "line_events"
    folder.mkdir(parents=True)
    (folder / "webhook_1.json").write_text(json.dumps(body))

    (events,) = _ingest("line_events", tmp_path).entities

    assert (events.rows_read, events.accepted) == (28, 28)
    kinds = _rows(tmp_path, "message_events", "select event_type from rows")
    assert Counter(kind for (kind,) in kinds) == {
        "message_received": 11,
        "other": 10,
        "click": 4,
        "follow": 1,
        "unfollow": 1,
        "account_link": 1,
    }
    accounts = "select distinct line_provider from rows"
    assert _rows(tmp_path, "message_events", accounts) == [(body["destination"],)]
    link = "select reason, recipient, occurred_at from rows where event_type = 'account_link'"
    assert _rows(tmp_path, "message_events", link) == [
        (
            "Vb771wDYtXuammLszK6h9A",
            "U206d25c2ea6bd87c17655609a1c37cb8",
            datetime.fromisoformat("2016-05-07 13:57:59.859"),
        )
    ]


@needs_shared_data
def test_line_events_count_a_redelivered_event_once(tmp_path: Path) -> None:
    _land(tmp_path, "line_events", SHARED / "line_webhook" / "webhook.json")

    (events,) = _ingest("line_events", tmp_path).entities

    assert (events.rows_read, events.accepted, events.repeated) == (28, 1, 27)


@needs_shared_data
def test_shopify_takes_the_tables_of_the_connector(tmp_path: Path) -> None:
    tables = ("customer", "order", "order_line", "product", "fulfillment")
    files = [SHARED / "shopify_seeds" / f"shopify_{table}_data.csv" for table in tables]
    _land(tmp_path, "shopify", *files)

    report = _ingest("shopify", tmp_path)

    assert {entity.entity: entity.accepted for entity in report.entities} == {
        "customers": 4,
        "orders": 8,
        "order_lines": 3,
        "products": 8,
        "shipments": 3,
    }
    order = "select ordered_at, total, status from rows where source_order_id = '2669509541985'"
    ((ordered_at, total, status),) = _rows(tmp_path, "orders", order)
    assert (ordered_at, str(total), status) == (
        datetime.fromisoformat("2020-09-09 22:57:50"),
        "5.390",
        "paid",
    )


@needs_shared_data
def test_shopify_keeps_the_newest_snapshot_of_a_row(tmp_path: Path) -> None:
    text = (SHARED / "shopify_seeds" / "shopify_order_data.csv").read_text("utf-8-sig")
    header, first, *_ = text.splitlines()
    older = first.replace("2020-09-11 19:35:46.000", "2020-09-11 19:35:43.000").replace(
        ",paid,", ",pending,"
    )
    assert older != first
    folder = tmp_path / "landing" / "shopify"
    folder.mkdir(parents=True)
    (folder / "shopify_order_data.csv").write_text("\n".join((header, first, older)) + "\n")

    report = _ingest("shopify", tmp_path)

    assert _rows(tmp_path, "orders", "select status, _row from rows") == [("paid", 2)]
    assert {entity.entity: entity.repeated for entity in report.entities}["orders"] == 1


def test_activation_counts_as_sent_whatever_may_have_gone_out(tmp_path: Path) -> None:
    states = ("claimed", "accepted", "unknown", "rejected", "recalled", "deferred")
    rows = [
        {"message_id": state, "sync": "news", "person_id": "p1", "occurrence": "o1"}
        | {"medium": "line", "purpose": "marketing", "state": state}
        | {"updated_at": "2026-10-31T22:30:00"}
        for state in states
    ]
    _land_table(tmp_path, "activation", "messages", "messages_1.csv", rows)
    _ingest("activation", tmp_path)
    sent = _rows(
        tmp_path,
        "message_events",
        "select event_type, list(send_id order by send_id), min(occurred_at)::varchar,"
        " min(sent_to_person_id) from rows where _source = 'activation' group by 1 order by 1",
    )
    at = "2026-10-31 22:30:00"
    assert sent == [
        ("not_sent", ["deferred", "recalled", "rejected"], at, "p1"),
        ("sent", ["accepted", "claimed", "unknown"], at, "p1"),
    ]


def test_activation_stops_at_a_row_that_it_cannot_count(tmp_path: Path) -> None:
    rows = [{"message_id": "m1", "sync": "news", "medium": "line", "state": "claimed"}]
    _land_table(tmp_path, "activation", "messages", "messages_1.csv", rows)
    with pytest.raises(ContractError, match=r"messages_1\.csv"):
        _ingest("activation", tmp_path)
