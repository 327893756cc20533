"""What DuckDB judges and hashes of a publication is what Python judges and hashes."""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reverse_etl.canonical import canonical_payload, keyed_hash
from reverse_etl.channel import Channel, ChannelSettings, PlainRows, open_channel
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.canonical_sql import (
    PLAIN_RANGES,
    PayloadField,
    hashed,
    pads,
    plain_text,
    write_payload,
)
from reverse_etl.planning.targets import TargetSet, read_targets
from reverse_etl.spec import SyncSpec
from tests.contract.benches.sendgrid_mail import SECRETS, TEMPLATE_ID
from tests.contract.sync_world import Person, message_spec, publish, winback_spec

# A voiced kana in two characters, a sign of the Ohm that NFC replaces, quotes, breaks, formulas.
NAMES = [
    "山田",
    "が",
    "か\u3099",
    "\u2126",
    'a"b',
    "a\\b",
    "a\nb",
    "=1+1",
    "+81 3",
    "",
    "a'b",
    "𠮷",
]
EMAILS = ["a@example.jp", "A@example.jp", "b@example.jp", "bad", "日@example.jp", "", None]
TIMES = [datetime(2026, 10, 1), datetime(2026, 10, 1, 0, 0, 0, 5)]  # noqa: DTZ001 - published instants are naive UTC


def _odd_people(seed: int) -> list[Person]:
    """Give people of whom every kind of row is there, and each odd name beside plain ones."""
    dice = random.Random(seed)  # noqa: S311 - the same people every time
    people = [
        Person(
            f"p{number}",
            email=dice.choice([*EMAILS, *[f"{number}@example.jp"] * 8]),
            family_name=dice.choice(
                [
                    *NAMES,
                    "長" * 60,
                    "長" * dice.randrange(3_100, 3_300),
                    chr(dice.randrange(0x20, 0xD800)),
                ]
            ),
            refusal=dice.choice([None, None, None, "no_consent"]),
            is_decided=dice.random() < 0.9,
            entered_at=dice.choice(TIMES),
        )
        for number in range(150)
    ]
    nobody = replace(people[0], person_id=None)
    return [*people, *dice.sample(people, 10), nobody, nobody]


class SlowLane:
    """A channel of which every row is built."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    def plain_rows(self, *_: object) -> PlainRows | None:
        return None


def _spec(channel: str) -> SyncSpec:
    if channel == "sendgrid_mail":
        payload = {
            "email": {"column": "contact.email"},
            "to_name": {"column": "contact.family_name", "when_null": "omit"},
            "net_sales": {"column": "segment.net_sales"},
            "entered": {"column": "segment.entered_at"},
        }
        return message_spec(channel, payload=payload, options={"template_id": TEMPLATE_ID})
    if channel != "file":
        return winback_spec(channel)
    return winback_spec(
        channel,
        payload={
            "email": {"column": "contact.email"},
            "net_sales": {"column": "segment.net_sales"},
            "family_name": {"column": "contact.family_name", "when_null": "omit"},
            "days": {"column": "segment.recency_days", "required": True},
            "entered": {"column": "segment.entered_at"},
        },
    )


def _told(found: TargetSet) -> tuple[object, ...]:
    targets = {name: found.targets[name] for name in found.targets}
    return targets, found.refused, found.invalid, found.source_rows


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    made = Ledger("sqlite://")
    yield made
    made.close()


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", ["file", "sendgrid_contacts", "sendgrid_mail"])
def test_fast_lane_finds_the_targets_of_the_slow_one_when_rows_are_odd(
    ledger: Ledger, tmp_path: Path, name: str, seed: int
) -> None:
    spec = _spec(name)
    place = publish(tmp_path / "p", _odd_people(seed), sync=spec.name)
    channel = open_channel(spec, ChannelSettings(outbox=tmp_path, secrets=SECRETS))
    fast = read_targets(spec, place, ledger, channel)
    slow = read_targets(spec, place, ledger, SlowLane(channel))  # type: ignore[arg-type] # stands in for the channel it holds
    assert _told(fast) == _told(slow)
    assert len(fast.targets) > 20
    assert {"duplicate_person", "null_person"} <= {code for _, code in fast.invalid}


VALUES: dict[str, list[object]] = {
    "VARCHAR": ["", "お茶", "ABC-1 (x)", None, "~!#"],
    "BIGINT": [0, -5, 2**62, None],
    "BOOLEAN": [True, False, None],
    "DOUBLE": [0.0, -0.0, 0.1, 1 / 3, 1e14, -2.5, None],
    "DECIMAL(18,3)": [Decimal("0.000"), Decimal("-0.500"), Decimal("1000.100"), Decimal(7), None],
    "DECIMAL(9,0)": [Decimal(0), Decimal(100), None],
    "DATE": [date(2026, 10, 1), date(1999, 12, 31), None],
    "TIMESTAMP": [datetime(2026, 10, 1, 1, 2, 3, 40), datetime(2026, 1, 1), None],  # noqa: DTZ001 - published instants are naive UTC
}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("omits", [True, False], ids=["omit", "send"])
def test_sql_writes_and_hashes_what_python_does_of_every_type(kind: str, omits: bool) -> None:
    secret = b"k" * 32
    fields = {
        "値 'x'": PayloadField("値 'x'", "v", kind, omits, False),
        "a": PayloadField("a", "w", "VARCHAR", False, False),
    }
    written = write_payload(fields)
    assert written is not None
    query = f"select {written.text}, {written.is_plain}, {hashed(written.text)} from t"
    with duckdb.connect() as connection:
        for value in VALUES[kind]:
            connection.execute(
                f"create or replace table t as select ?::{kind} as v, 'w' as w", [value]
            )
            payload: dict[str, Any] = {"a": "w", "値 'x'": value}
            if omits and value in (None, ""):
                del payload["値 'x'"]
            text = canonical_payload(payload)
            row = connection.execute(query, pads(secret)).fetchone()
            assert row == (text, True, keyed_hash(text, secret=secret))


def test_types_that_only_python_writes_are_left_to_it() -> None:
    for kind in ("DECIMAL(3,3)", "TIMESTAMP WITH TIME ZONE", "UUID", "VARCHAR[]"):
        assert write_payload({"a": PayloadField("a", "v", kind, False, False)}) is None


def test_plain_characters_are_changed_neither_by_nfc_nor_by_json() -> None:
    seconds = set()
    for number in range(0x110000):
        parts = unicodedata.decomposition(chr(number)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            seconds.add(int(parts[1], 16))
    plain = [n for first, last in PLAIN_RANGES for n in range(first, last + 1)]
    assert len(plain) > 80_000
    # Only a mark or the second half of a pair can melt into what stands before it.
    assert not seconds & set(plain)
    for number in plain:
        sign = chr(number)
        assert unicodedata.combining(sign) == 0
        assert unicodedata.normalize("NFC", sign) == sign
        assert number >= 0x20
        assert sign not in '"\\\x7f'


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [("お茶 A-1!", True), ("か\u3099", False), ('"', False), ("\\", False), ("\n", False)],
)
def test_text_is_plain_when_json_and_nfc_leave_it_alone(text: str, is_plain: bool) -> None:
    with duckdb.connect() as connection:
        row = connection.execute(
            f"select {plain_text('v')} from (select ? as v)", [text]
        ).fetchone()
    assert row == (is_plain,)


def test_hash_takes_a_secret_that_is_longer_than_a_block() -> None:
    secret = bytes(range(100))
    with duckdb.connect() as connection:
        row = connection.execute(
            f"select {hashed('$text')}", {**pads(secret), "text": "縁"}
        ).fetchone()
    assert row == (keyed_hash("縁", secret=secret),)


def test_instants_of_a_target_are_in_utc(ledger: Ledger, tmp_path: Path) -> None:
    spec = _spec("file")
    place = publish(tmp_path / "p", [Person("p1")], sync=spec.name)
    with duckdb.connect(str(place / "warehouse.duckdb")) as warehouse:
        warehouse.execute("alter table segments.seg_winback add column expires_at timestamp")
        warehouse.execute("update segments.seg_winback set expires_at = timestamp '2026-11-02'")
    channel = open_channel(spec, ChannelSettings(outbox=tmp_path))
    assert read_targets(spec, place, ledger, channel).targets["p1"].expires_at == datetime(
        2026, 11, 2, tzinfo=UTC
    )
