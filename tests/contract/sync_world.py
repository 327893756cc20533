"""A tiny published world for syncs: real DuckDB files in the published schema, a clock to turn."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from reverse_etl.sending.retries import SendPolicy
from reverse_etl.spec import SyncSpec

NOW = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
LIST_ID = "11111111-2222-4333-8444-555555555555"
CANARY_KEY = "SG.CANARY-KEY-d41d8cd98f"
ONE_THREAD = {"threads": 1}
SCHEMA = """
create schema segments;
create schema policy;
create schema _publication;
create table segments.seg_winback (
    person_id varchar, entered_at timestamp, reason varchar, last_purchase_date date,
    recency_days bigint, purchase_count bigint, net_sales decimal(18, 3), last_product_name varchar
);
create table policy.send_eligibility (
    person_id varchar, sync varchar, segment varchar, channel varchar, allowed boolean,
    reason_code varchar
);
create table policy.media (
    channel varchar, quiet_from varchar, quiet_until varchar, counts_towards_cap boolean
);
create table policy.frequency_rules (
    medium varchar, window_days integer, max_messages integer
);
create table _publication.publication (
    publication_id varchar, shop varchar, run_id varchar, as_of_date date, published_at timestamp,
    work_schema_version integer
);
"""
CONTACT_SCHEMA = """
create schema contact;
create table contact.person_contacts (
    person_id varchar, family_name varchar, given_name varchar, family_name_kana varchar,
    given_name_kana varchar, email varchar, email_status varchar, phone varchar,
    postal_code varchar, prefecture varchar, address_line1 varchar, address_line2 varchar,
    line_user_id varchar
);
"""


@dataclass(frozen=True)
class Medium:
    """One row of policy.media; hours as HH:MM in Asia/Tokyo, None for none."""

    medium: str = "email"
    quiet_from: str | None = None
    quiet_until: str | None = None
    counts_towards_cap: bool = True


@dataclass(frozen=True)
class FrequencyRule:
    """One row of policy.frequency_rules: at most so many messages in so many rolling days."""

    medium: str
    window_days: int
    max_messages: int


class TurnedClock:
    """A clock that moves only when somebody waits."""

    def __init__(self, now: datetime = NOW) -> None:
        self.instant = now
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.instant

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.instant += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Person:
    """One person as a test wants them published."""

    person_id: str | None
    email: str | None = None
    family_name: str = "山田"
    given_name: str = "花子"
    refusal: str | None = None
    is_decided: bool = True
    entered_at: datetime = datetime(2026, 10, 1)  # noqa: DTZ001 (published instants are naive UTC)
    net_sales: str = "1000.000"
    address: str = "千代田1-1"


def member(number: int, **changes: object) -> Person:
    """Give a plain person with an address of their own."""
    values: dict[str, Any] = {"email": f"canary{number}@example.jp", **changes}
    return Person(f"p{number:05d}", **values)


def publish(
    folder: Path,
    people: Iterable[Person],
    *,
    sync: str,
    published_at: datetime = NOW,
    as_of_date: date = date(2026, 10, 31),
    media: Iterable[Medium] = (Medium(),),
    rules: Iterable[FrequencyRule] = (),
) -> Path:
    """Write a publication of the win-back segment and give its folder."""
    folder.mkdir(parents=True)
    people = list(people)
    tables: dict[str, list[tuple[object, ...]]] = {
        "segments.seg_winback": [
            (p.person_id, p.entered_at, "lapsed", None, 200, 1, p.net_sales, "お茶") for p in people
        ],
        "policy.send_eligibility": [
            (p.person_id, sync, "seg_winback", "email", p.refusal is None, p.refusal)
            for p in people
            if p.is_decided
        ],
        "policy.media": [
            (m.medium, m.quiet_from, m.quiet_until, m.counts_towards_cap) for m in media
        ],
        "policy.frequency_rules": [
            (rule.medium, rule.window_days, rule.max_messages) for rule in rules
        ],
        "_publication.publication": [
            (folder.name, "sample", "r1", as_of_date, published_at.replace(tzinfo=None), 1)
        ],
    }
    contacts = list({_contact(p): None for p in people})
    _write(folder / "warehouse.duckdb", SCHEMA, tables)
    _write(folder / "contacts.duckdb", CONTACT_SCHEMA, {"contact.person_contacts": contacts})
    return folder


@cache
def _writer() -> duckdb.DuckDBPyConnection:
    """Give this process's DuckDB, which writes every file: to open one costs more than to fill it.

    Without threads of its own it does no harm to a test that forks.
    """
    return duckdb.connect(config=ONE_THREAD)


def _write(file: Path, schema: str, tables: Mapping[str, list[tuple[object, ...]]]) -> None:
    writer = _writer()
    writer.execute(f"attach '{file}' as written")
    try:
        writer.execute("use written")
        writer.execute("begin")
        writer.execute(schema)
        for table, rows in tables.items():
            _insert(writer, table, rows)
        writer.execute("commit")
    finally:
        writer.execute("use memory; detach written")


def add_contacts(folder: Path, people: Iterable[Person]) -> None:
    """Let a publication know people who are in no segment."""
    with duckdb.connect(str(folder / "contacts.duckdb"), config=ONE_THREAD) as contacts:
        _insert(contacts, "contact.person_contacts", [_contact(person) for person in people])


def _contact(person: Person) -> tuple[object, ...]:
    return (
        person.person_id,
        person.family_name,
        person.given_name,
        "ヤマダ",
        "ハナコ",
        person.email,
        "ok",
        phone_of(person.email),
        "100-0001",
        "東京都",
        person.address,
        None,
        line_user(person.email),
    )


def phone_of(email: str | None) -> str | None:
    """Give a mobile number of its own to each address."""
    if not email:
        return None
    return f"+81901{zlib.crc32(email.lower().encode()) % 10**7:07d}"


def line_user(email: str | None) -> str | None:
    """Give a LINE user id that holds the part before the @, so that a bench can read it back."""
    if not email:
        return None
    return "U" + email.lower().partition("@")[0].encode().hex().ljust(32, "0")


def mail_of_line_user(user: str) -> str:
    """Give the address of `line_user`."""
    return bytes.fromhex(user[1:]).rstrip(b"\0").decode() + "@example.jp"


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[object, ...]]
) -> None:
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        width = 400
        for start in range(0, len(rows), width):
            part = rows[start : start + width]
            places = ", ".join(f"({marks})" for _ in part)
            values = [value for row in part for value in row]
            connection.execute(f"insert into {table} values {places}", values)


def winback_spec(channel: str, **changes: object) -> SyncSpec:
    """Give a mirror of the win-back segment that never waits for approval."""
    body: dict[str, object] = {
        "name": f"winback__{channel}",
        "segment": "seg_winback",
        "channel": channel,
        "medium": "email",
        "mode": "mirror",
        "on_exit": "remove",
        "owner": "crm",
        "description": "A sync of a test.",
        "schedule": {"cron": "0 8 * * *"},
        "mapping_version": 1,
        "payload": {
            "email": {"column": "contact.email", "required": True},
            "last_name": {"column": "contact.family_name"},
            "first_name": {"column": "contact.given_name"},
        },
        "limits": {
            "first_sync": "allow",
            "empty_source": "allow",
            "max_removed_ratio": 1.0,
            "max_changed_ratio": 1000.0,
            "max_refused_ratio": 1.0,
        },
        "options": {"list_id": LIST_ID} if channel == "sendgrid_contacts" else {},
    }
    return SyncSpec.model_validate(body | changes)


def message_spec(channel: str, **changes: object) -> SyncSpec:
    """Give a marketing message to the win-back segment that never waits for approval."""
    terms: dict[str, object] = {
        "mode": "message",
        "on_exit": "keep",
        "purpose": "marketing",
        "priority": 5,
        "expires_after_hours": 48,
    }
    return winback_spec(channel, **(terms | changes))


LIVE = SendPolicy(live=True, poll_seconds=5.0)
