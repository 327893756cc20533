"""Events in any order, in any batches and many times over end in one state of lake and ledger."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import select

from orchestration.ingest.ingest import ingest_source
from orchestration.ingest.lake import Lake
from orchestration.ingest.mapping import load_mapping
from reverse_etl.inbound.app import Inbox
from reverse_etl.inbound.receiver import Posted
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.ledger.message_schema import SUPPRESSION
from tests.contract.inbound_world import Vendor
from tests.contract.sync_world import NOW, TurnedClock

ROOT = Path(__file__).parents[2]
SECOND = int(NOW.timestamp())
COPIES = 46
KINDS = ("processed", "delivered", "open", "bounce", "dropped", "spamreport", "unsubscribe")


@dataclass(frozen=True)
class State:
    """What lake and ledger know after all events."""

    lake: list[tuple[object, ...]]
    ledger: list[tuple[object, ...]]


def _events(count: int) -> list[dict[str, object]]:
    """Give distinct events, some of them a quarter of an hour early, late or years ahead."""
    chance = random.Random(46)  # noqa: S311 - the same events in every run
    return [
        {
            "sg_event_id": f"event-{number}",
            "sg_message_id": f"sg-{number % 97}.filter",
            "email": f"canary{number % 23}@example.jp",
            "event": chance.choice(KINDS),
            "reason": "Bounced Address",
            "timestamp": SECOND + chance.choice([-86_400, -900, -1, 0, 900, 10**9]),
            "enishi_message_id": f"{number % 97:032x}",
        }
        for number in range(count)
    ]


def _batches(
    events: list[dict[str, object]], chance: random.Random, size: int
) -> Iterator[list[dict[str, object]]]:
    """Deal every event out COPIES times over, as batches of another size each."""
    deck = events * COPIES
    chance.shuffle(deck)
    while deck:
        cut = chance.randrange(1, size)
        yield deck[:cut]
        del deck[:cut]


def _state(folder: Path, events: list[dict[str, object]], seed: int, size: int) -> State:
    vendor, ledger = Vendor(TurnedClock()), Ledger("sqlite://")
    # One key in every order, so that the hashes of addresses can be compared.
    ledger.secret = b"k" * 32
    inbox = Inbox(folder / "landing", ledger, vendor.clock)
    receiver = vendor.receivers()[0]
    chance = random.Random(seed)  # noqa: S311 - one of the orders
    for batch in _batches(events, chance, size):
        body = json.dumps(batch).encode()
        for _ in range(chance.choice([1, 1, 2])):
            posted = Posted(body, vendor.sendgrid(body), "", vendor.clock.now())
            assert inbox.take(receiver, posted) == 200
    kept = _kept(ledger)
    ledger.close()
    return State(_lake(folder), kept)


def _kept(ledger: Ledger) -> list[tuple[object, ...]]:
    """Give every suppression of a ledger, with what became of it."""
    with ledger._engine.connect() as connection:
        rows = connection.execute(select(SUPPRESSION).order_by(*SUPPRESSION.c))
        return [tuple(row) for row in rows]


def _lake(folder: Path) -> list[tuple[object, ...]]:
    """Give the current row of every event, as staging takes it."""
    lake = Lake(folder / "lake")
    ingest_source(
        load_mapping(ROOT / "orchestration" / "ingest" / "sources" / "sendgrid_events.yml"),
        landing=folder / "landing",
        lake=lake,
        loaded_at=datetime.fromisoformat("2026-11-22 03:00:00"),
        gate=None,
        shop_time_zone="Asia/Tokyo",
        click_key=None,
    )
    with duckdb.connect() as connection:
        connection.read_parquet(lake.raw_glob("message_events"), union_by_name=True).create_view(
            "rows"
        )
        return connection.sql(
            "select provider_event_id, event_type, occurred_at, recipient, send_id, count(*) >= 1 "
            "from rows group by all order by all"
        ).fetchall()


def _check(folder: Path, *, events: int, orders: int, size: int) -> None:
    posted = _events(events)
    first = _state(folder / "0", posted, 0, size)
    assert len(first.lake) == events
    assert {row[2] for row in first.ledger} == {"hard_bounce", "spam_complaint", "unsubscribed"}
    assert {row[0] for row in first.lake} == {event["sg_event_id"] for event in posted}
    for seed in range(1, orders):
        assert _state(folder / str(seed), posted, seed, size) == first


def test_events_in_any_order_end_in_one_state(tmp_path: Path) -> None:
    _check(tmp_path, events=40, orders=3, size=1_200)


@pytest.mark.slow
def test_hundred_thousand_events_in_fifty_orders_end_in_one_state(tmp_path: Path) -> None:
    _check(tmp_path, events=2_174, orders=50, size=20_000)
