"""What counts is when a message goes out, which a channel with an undo puts off."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from reverse_etl.channel import ChannelSettings
from reverse_etl.channels.sendgrid_mail import SendGridMail
from reverse_etl.engine import SyncResult, run_sync
from reverse_etl.ledger.feedback_export import export_feedback
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.sending.undo import call_back_last_run
from reverse_etl.vendors.sendgrid_message import MailOptions
from tests.contract.benches.sendgrid_mail import open_bench
from tests.contract.ledgers import NAME
from tests.contract.letterbox import RecallingLetters
from tests.contract.message_world import Mailroom, open_mailroom
from tests.contract.sync_world import (
    LIVE,
    NOW,
    FrequencyRule,
    Medium,
    TurnedClock,
    member,
    message_spec,
    publish,
)

HOLD = timedelta(minutes=20)
HELD_SECONDS = 1_200
DAY_SECONDS = 86_400
ONE_A_DAY = [FrequencyRule("all", 1, 1)]
AT_NIGHT = [Medium("email", "21:00", "08:00")]


class HeldLetters(RecallingLetters):
    """Letters that go out twenty minutes after they were handed over."""

    hold = HOLD


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    with open_mailroom(tmp_path, "recall") as made:
        yield made


def _held(room: Mailroom) -> HeldLetters:
    urls = {HeldLetters.name: room.box.url}
    return HeldLetters.open({}, (), ChannelSettings(base_urls=urls))


def _send(room: Mailroom, name: str, *, held: bool) -> SyncResult:
    """Send the one person a message of a sync, at most one a day."""
    return room.run(
        [member(1)],
        spec=message_spec(room.spec.channel, name=name),
        channel=_held(room) if held else None,
        rules=ONE_A_DAY,
    )


def _is_sent(result: SyncResult) -> bool:
    if result.summary["left_out"]:
        assert result.summary["left_out"] == {"frequency_cap": 1}
    return result.summary["delivered"] == 1


@pytest.mark.parametrize(
    ("seconds", "is_sent"),
    [
        (60, False),
        (DAY_SECONDS, False),
        (DAY_SECONDS + HELD_SECONDS - 1, False),
        (DAY_SECONDS + HELD_SECONDS, True),
    ],
    ids=["before the first goes", "a day after its claim", "a second too early", "a day after it"],
)
def test_cap_counts_from_when_a_held_message_goes(
    room: Mailroom, seconds: int, is_sent: bool
) -> None:
    assert _is_sent(_send(room, "first__letterbox", held=True))
    room.clock.sleep(seconds)
    assert _is_sent(_send(room, "second__letterbox", held=False)) is is_sent


@pytest.mark.parametrize(
    ("seconds", "is_sent"),
    [(DAY_SECONDS - HELD_SECONDS - 1, False), (DAY_SECONDS - HELD_SECONDS, True)],
    ids=["a second too early", "a day after"],
)
def test_cap_is_asked_of_the_instant_at_which_a_held_message_will_go(
    room: Mailroom, seconds: int, is_sent: bool
) -> None:
    assert _is_sent(_send(room, "first__letterbox", held=False))
    room.clock.sleep(seconds)
    assert _is_sent(_send(room, "second__letterbox", held=True)) is is_sent


def test_cap_does_not_count_what_was_called_back(room: Mailroom) -> None:
    assert _is_sent(_send(room, "first__letterbox", held=True))
    spec = message_spec(room.spec.channel, name="first__letterbox")
    channel = room.channel()
    call_back_last_run(spec, room.ledger, channel, clock=room.clock)
    channel.close()
    assert _is_sent(_send(room, "second__letterbox", held=False))


def test_batch_that_had_to_wait_goes_later_than_it_was_claimed_for(room: Mailroom) -> None:
    answers = iter(["throttled 300"])
    room.box.before = lambda request: next(answers, "") if request["op"] == "deliver" else ""
    assert _is_sent(_send(room, "first__letterbox", held=True))
    (record,) = room.ledger.export_messages()
    assert record.goes_at == room.clock.now() + HOLD
    assert record.claimed_at is not None
    assert record.goes_at - record.claimed_at >= timedelta(seconds=300) + HOLD


@pytest.mark.parametrize(
    ("local", "code"),
    [("20:39", None), ("20:40", "quiet_hours"), ("07:39", "quiet_hours"), ("07:40", None)],
)
def test_quiet_hours_are_those_in_which_a_held_message_would_go(
    room: Mailroom, local: str, code: str | None
) -> None:
    room.clock.instant = datetime.fromisoformat(f"2026-11-02T{local}:00+09:00").astimezone(UTC)
    result = room.run([member(1)], channel=_held(room), media=AT_NIGHT)
    assert result.summary["left_out"] == ({code: 1} if code else {})
    assert len(room.box.letters) == (0 if code else 1)


@pytest.mark.parametrize(("hours", "is_sent"), [(0, True), (1, False)], ids=["before", "when"])
def test_message_that_would_go_when_it_has_expired_does_not_go(
    room: Mailroom, hours: int, is_sent: bool
) -> None:
    spec = message_spec(room.spec.channel, expires_after_hours=1)
    room.ledger.suppress("email", "canary1@example.jp", "unsubscribed", NOW)
    room.run([member(1)], spec=spec)
    room.ledger.lift("email", "canary1@example.jp", NOW + timedelta(seconds=1))
    # At forty minutes past, a held message would go at the end of its hour.
    room.clock.sleep(2_399 + hours)
    result = room.run([member(1)], spec=spec, channel=_held(room))
    assert (len(room.box.letters) == 1) is is_sent
    assert result.summary["left_out"] == ({} if is_sent else {"expired": 1})


def test_warehouse_is_told_when_a_message_goes(room: Mailroom, tmp_path: Path) -> None:
    _send(room, "first__letterbox", held=True)
    (file,) = export_feedback(room.ledger, tmp_path / "landing")
    assert (NOW + HOLD).isoformat() in file.read_text(encoding="utf-8")


def test_ledger_from_before_counts_from_the_claim(room: Mailroom, tmp_path: Path) -> None:
    _send(room, "first__letterbox", held=False)
    engine = create_engine(f"sqlite:///{tmp_path / NAME}")
    with engine.begin() as connection:
        connection.execute(text("alter table message drop column goes_at"))
        connection.execute(text("delete from ledger_version where version = 6"))
    engine.dispose()
    again = Ledger(f"sqlite:///{tmp_path / NAME}", witness=tmp_path / "witness.json")
    assert [record.goes_at for record in again.export_messages()] == [NOW]
    again.close()


def test_mail_goes_at_the_second_that_sendgrid_was_told(tmp_path: Path) -> None:
    clock, ledger = TurnedClock(), Ledger("sqlite://")
    with open_bench(tmp_path, clock) as bench:
        folder = publish(tmp_path / "published", [member(1)], sync=bench.spec.name)
        options = MailOptions.model_validate(bench.spec.options)
        channel = SendGridMail(options, bench.settings(), clock)
        run_sync(bench.spec, folder, ledger, channel, policy=LIVE, clock=clock, run_id="r")
        (record,), (mail,) = ledger.export_messages(), bench.fake.taken
    assert record.goes_at == datetime.fromtimestamp(mail.send_at, UTC) == NOW + HOLD
