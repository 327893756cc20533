"""Whatever people and destinations do: nobody twice, nobody who must not, and all others once."""

import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.sending.retries import SendPolicy
from tests.contract.letterbox import CHANNELS
from tests.contract.message_world import Mailroom, open_mailroom
from tests.contract.sync_world import LIVE, FrequencyRule, Medium, Person, message_spec

PEOPLE = ("p1", "p2", "p3", "p4")
SYNCS = ("welcome", "winback")
MEDIA = {"welcome": "email", "winback": "sms"}
OTHER = {"A": "C", "B": "recall", "C": "B", "recall": "A"}
"""The class of delivery of the second sync's channel; caps and opt-outs hold across both."""
LONG = 24 * 365
RULES = [FrequencyRule("all", 1, 1), FrequencyRule("all", 7, 3)]
FIRST = datetime(2026, 10, 1)  # noqa: DTZ001 (published instants are naive UTC)
REFUSALS = st.sampled_from([None, None, None, "open_delivery", "unsubscribed"])
ANSWERS = st.sampled_from(["", "", "", "lose", "rejected", "refused", "denied"])
CUTS = ("prepared", "claimed", "sent", "settled")


class PowerCutError(BaseException):
    """The machine stops here."""


@dataclass(frozen=True)
class Day:
    """What one run meets."""

    sync: str
    entered: dict[str, tuple[int, str | None]]
    """Who is in the segment: since which day, and why the policy refuses them."""
    opted_out: str | None
    """Who unsubscribes after the build, before the run."""
    answers: list[str]
    cut_at: str | None
    hours: int


days = st.lists(
    st.builds(
        Day,
        sync=st.sampled_from(SYNCS),
        entered=st.dictionaries(
            st.sampled_from(PEOPLE), st.tuples(st.integers(0, 2), REFUSALS), max_size=4
        ),
        opted_out=st.sampled_from([None, None, None, *PEOPLE]),
        answers=st.lists(ANSWERS, max_size=4),
        cut_at=st.sampled_from([None, None, None, *CUTS]),
        hours=st.sampled_from([1, 13, 24, 50]),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("kind", CHANNELS)
@settings(max_examples=2, deadline=None, derandomize=True)
@given(history=days)
def test_nobody_gets_too_much_and_all_due_are_reached(kind: str, history: list[Day]) -> None:
    _live_through(kind, history)


@pytest.mark.slow
@pytest.mark.parametrize("kind", CHANNELS)
@settings(max_examples=150, deadline=None)
@given(history=days)
def test_nobody_gets_too_much_and_all_due_are_reached_in_many_histories(
    kind: str, history: list[Day]
) -> None:
    _live_through(kind, history)


def _live_through(kind: str, history: list[Day]) -> None:
    with tempfile.TemporaryDirectory() as place, open_mailroom(Path(place), kind) as room:
        got: list[tuple[str, str, datetime]] = []
        opted_out: set[str] = set()
        for day in history:
            before = len(room.box.letters)
            _live_a_day(room, day, opted_out)
            allowed = {who for who, (_, refusal) in day.entered.items() if refusal is None}
            fresh = [row for row in room.box.letters[before:] if _is_new(room, row, got)]
            for row in fresh:
                assert row["person"] in allowed - opted_out
                got.append((row["person"], row["id"], room.clock.now()))
            room.clock.sleep(day.hours * 3600)
        _check(room, got)
        _let_all_end(room, history, opted_out)


def _is_new(room: Mailroom, row: dict[str, str], got: list[tuple[str, str, datetime]]) -> bool:
    """Leave out what was called back, and a natural letter that was only written over."""
    is_again = row["natural"] and row["id"] in {known for _, known, _ in got}
    return row["handle"] not in room.box.called_back and not is_again


def _live_a_day(room: Mailroom, day: Day, opted_out: set[str]) -> None:
    folder = _publish(room, day)
    if day.opted_out is not None:
        opted_out.add(day.opted_out)
        address = f"{day.opted_out}@example.jp"
        room.ledger.suppress("all", address, "unsubscribed", room.clock.now())
    answers = list(day.answers)
    room.box.before = lambda r: answers.pop(0) if answers and r["op"] == "deliver" else ""

    def cut(step: str) -> None:
        if step == day.cut_at:
            raise PowerCutError

    with suppress(TransientError, TerminalError, PowerCutError):
        _send(room, day.sync, folder, replace(LIVE, on_step=cut))
    room.box.before = lambda _request: ""


def _publish(room: Mailroom, day: Day) -> Path:
    people = [
        Person(who, f"{who}@example.jp", refusal=refusal, entered_at=FIRST + timedelta(days=since))
        for who, (since, refusal) in sorted(day.entered.items())
    ]
    media = [Medium(medium) for medium in MEDIA.values()]
    return room.publish(people, sync=day.sync, rules=RULES, media=media)


def _send(room: Mailroom, sync: str, folder: Path, policy: SendPolicy) -> None:
    channel = CHANNELS[room.kind if sync == SYNCS[0] else OTHER[room.kind]]
    terms = {"name": sync, "medium": MEDIA[sync], "expires_after_hours": LONG}
    opened = channel(room.box.url)
    room.rerun(folder, spec=message_spec(channel.name, **terms), channel=opened, policy=policy)


def _let_all_end(room: Mailroom, history: list[Day], opted_out: set[str]) -> None:
    """Hold that days without faults reach everybody who is due, or list them as unknown."""
    last = {day.sync: day for day in history}
    for sync in last:
        room.ledger.release_rows(sync)
    # A week frees every cap, and one message of each sync waits for each person at the most.
    for _ in range(2):
        for sync, day in last.items():
            _send(room, sync, _publish(room, day), LIVE)
            room.clock.sleep(7 * 86_400)
    ended = {"accepted", "delivered", "unknown"}
    records = [record for record in room.ledger.export_messages() if record.state in ended]
    unknown = {known for sync in last for known in room.ledger.unknown_messages(sync)}
    arrived = {row["id"] for row in room.box.coming()}
    assert {record.message_id for record in records} <= arrived | unknown
    for sync, day in last.items():
        for who, (since, refusal) in day.entered.items():
            due = (FIRST + timedelta(days=since)).isoformat()
            went = [r for r in records if (r.sync, r.person_id) == (sync, who)]
            if refusal is None and who not in opted_out:
                assert any(record.occurrence >= due for record in went)


def _check(room: Mailroom, got: list[tuple[str, str, datetime]]) -> None:
    ids = [known for _, known, _ in got]
    assert len(ids) == len(set(ids))
    for person in PEOPLE:
        times = [at for who, _, at in got if who == person]
        for rule in RULES:
            window = timedelta(days=rule.window_days)
            for at in times:
                within = [other for other in times if at - window < other <= at]
                assert len(within) <= rule.max_messages
    # Whoever may have got a message is on record as somebody who did.
    told = {r.message_id for r in room.ledger.export_messages() if r.claimed_at is not None}
    assert set(ids) <= told
