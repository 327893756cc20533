"""Nobody gets a message twice, nor one that they should not have got."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.ledger.events import MessageEvent
from reverse_etl.ledger.holdout import bucket_of
from tests.contract.letterbox import CHANNELS
from tests.contract.message_world import Mailroom, open_mailroom
from tests.contract.sync_world import (
    LIVE,
    NOW,
    FrequencyRule,
    Medium,
    Person,
    member,
    message_spec,
)

LATER = datetime(2026, 10, 20)  # noqa: DTZ001 (published instants are naive UTC)
EARLIER = datetime(2026, 9, 1)  # noqa: DTZ001 (published instants are naive UTC)


class PowerCutError(BaseException):
    """The machine stops here."""


@pytest.fixture(params=CHANNELS)
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mailroom]:
    with open_mailroom(tmp_path, request.param) as made:
        yield made


@pytest.fixture
def unsafe(tmp_path: Path) -> Iterator[Mailroom]:
    with open_mailroom(tmp_path, "C") as made:
        yield made


def _people(count: int, **changes: object) -> list[Person]:
    return [member(n, **changes) for n in range(1, count + 1)]


def test_message_goes_once_and_again_only_for_a_later_occurrence(room: Mailroom) -> None:
    first = room.run(_people(3))
    assert (first.summary["status"], first.summary["delivered"]) == ("delivered", 3)
    assert room.run(_people(3)).summary["unchanged"] == 3
    people = [member(1, entered_at=LATER), member(2, entered_at=EARLIER), member(3)]
    assert room.run(people).summary["delivered"] == 1
    assert room.box.copies() == {
        "canary1@example.jp": 2,
        "canary2@example.jp": 1,
        "canary3@example.jp": 1,
    }


def test_message_has_an_id_of_its_own_that_stays(room: Mailroom) -> None:
    room.run(_people(2))
    ids = {row["person"]: row["id"] for row in room.box.coming()}
    assert {record.person_id: record.message_id for record in room.ledger.export_messages()} == ids
    assert all(len(known) == 32 and int(known, 16) for known in ids.values())
    assert len(set(ids.values())) == 2


def test_leaver_gets_nothing_and_is_not_taken_off(room: Mailroom) -> None:
    room.run(_people(2))
    result = room.run(_people(1))
    assert (result.summary["adds"], result.summary["removals"]) == (0, 0)


def test_two_ids_with_one_address_get_one_message(room: Mailroom) -> None:
    result = room.run([member(1), member(2, email="Canary1@Example.JP")])
    assert result.summary["invalid"] == {"duplicate_key": 1}
    assert room.box.copies() == {"canary1@example.jp": 1}


def test_same_address_under_another_id_gets_the_same_occurrence_once(room: Mailroom) -> None:
    room.run([member(1)])
    result = room.run([member(2, email="canary1@example.jp")])
    assert result.summary["left_out"] == {"already_sent": 1}
    assert room.box.copies() == {"canary1@example.jp": 1}


@pytest.mark.parametrize("reason", ["unsubscribed", "spam_complaint", "hard_bounce", "erased"])
def test_message_is_left_out_when_suppressed_between_plan_and_send(
    room: Mailroom, reason: str
) -> None:
    folder = room.publish(_people(2))
    room.ledger.suppress("email", " CANARY1@example.jp", reason, NOW)
    result = room.rerun(folder)
    assert result.summary["left_out"] == {"suppressed_since_plan": 1}
    assert result.summary["delivered"] == 1
    assert set(room.box.copies()) == {"canary2@example.jp"}
    assert room.states()["p00001"] == ("left_out", "suppressed_since_plan")


def test_suppression_during_a_run_holds_from_the_next_batch_on(unsafe: Mailroom) -> None:
    def unsubscribe(step: str) -> None:
        if step == "settled":
            unsafe.ledger.suppress("email", "canary2@example.jp", "unsubscribed", NOW)

    channel = unsafe.channel(max_rows=1)
    policy = replace(LIVE, on_step=unsubscribe)
    result = unsafe.run(_people(3), channel=channel, policy=policy)
    assert set(unsafe.box.copies()) == {"canary1@example.jp", "canary3@example.jp"}
    assert result.summary["left_out"] == {"suppressed_since_plan": 1}


def test_later_opt_in_lets_the_message_go(unsafe: Mailroom) -> None:
    unsafe.ledger.suppress("email", "canary1@example.jp", "unsubscribed", NOW)
    assert unsafe.run(_people(1)).summary["delivered"] == 0
    unsafe.ledger.lift("email", "canary1@example.jp", NOW + timedelta(hours=1))
    assert unsafe.run(_people(1)).summary["delivered"] == 1


def test_transactional_goes_in_spite_of_an_unsubscription_and_never_after_a_bounce(
    unsafe: Mailroom,
) -> None:
    spec = message_spec(CHANNELS["C"].name, purpose="transactional")
    unsafe.ledger.suppress("email", "canary1@example.jp", "unsubscribed", NOW)
    unsafe.ledger.suppress("email", "canary2@example.jp", "hard_bounce", NOW)
    unsafe.run(_people(2), spec=spec, rules=[FrequencyRule("all", 1, 0)])
    assert set(unsafe.box.copies()) == {"canary1@example.jp"}


@pytest.mark.parametrize(
    ("seconds", "sent"), [(86_399, 1), (86_400, 2), (86_401, 2)], ids=["inside", "edge", "outside"]
)
def test_cap_counts_rolling_days_of_86400_seconds(
    unsafe: Mailroom, seconds: int, sent: int
) -> None:
    rules = [FrequencyRule("all", 1, 1)]
    unsafe.run(_people(1), rules=rules)
    unsafe.clock.sleep(seconds)
    other = message_spec(CHANNELS["C"].name, name="another__letterbox")
    result = unsafe.run(_people(1), spec=other, rules=rules)
    assert unsafe.box.copies()["canary1@example.jp"] == sent
    assert result.summary["left_out"] == ({} if sent == 2 else {"frequency_cap": 1})


def test_cap_holds_by_address_where_the_person_has_another_id(unsafe: Mailroom) -> None:
    rules = [FrequencyRule("email", 7, 1)]
    unsafe.run([member(1)], rules=rules)
    other = message_spec(CHANNELS["C"].name, name="another__letterbox")
    people = [member(9, email="CANARY1@example.jp", entered_at=LATER)]
    assert unsafe.run(people, spec=other, rules=rules).summary["left_out"] == {"frequency_cap": 1}


def test_cap_counts_an_unknown_outcome_as_sent(unsafe: Mailroom) -> None:
    rules = [FrequencyRule("all", 7, 1)]
    unsafe.box.before = lambda request: "lose" if request["op"] == "deliver" else ""
    assert unsafe.run(_people(1), rules=rules).summary["unknown"] == 1
    unsafe.box.before = lambda _request: ""
    other = message_spec(CHANNELS["C"].name, name="another__letterbox")
    result = unsafe.run(_people(1), spec=other, rules=rules)
    assert result.summary["left_out"] == {"frequency_cap": 1}


def test_cap_does_not_count_a_medium_that_does_not_count(unsafe: Mailroom) -> None:
    media = [Medium("email", counts_towards_cap=False)]
    rules = [FrequencyRule("all", 1, 0)]
    assert unsafe.run(_people(1), rules=rules, media=media).summary["delivered"] == 1


def test_message_left_out_by_a_cap_goes_when_there_is_room_again(unsafe: Mailroom) -> None:
    rules = [FrequencyRule("all", 1, 1)]
    unsafe.run(_people(1), rules=rules)
    people = [member(1, entered_at=LATER)]
    assert unsafe.run(people, rules=rules).summary["left_out"] == {"frequency_cap": 1}
    unsafe.clock.sleep(86_400)
    assert unsafe.run(people, rules=rules).summary["delivered"] == 1


def test_message_expires_when_it_was_left_out_for_too_long(unsafe: Mailroom) -> None:
    unsafe.ledger.suppress("email", "canary1@example.jp", "unsubscribed", NOW)
    unsafe.run(_people(1))
    unsafe.ledger.lift("email", "canary1@example.jp", NOW + timedelta(hours=1))
    unsafe.clock.sleep(48 * 3600)
    result = unsafe.run(_people(1))
    assert (result.summary["expired"], result.summary["delivered"]) == (1, 0)
    assert unsafe.box.letters == []


def test_message_waits_through_quiet_hours(unsafe: Mailroom) -> None:
    media = [Medium("email", "21:00", "08:00")]
    # Noon in Tokyo; at 21:00 the quiet hours begin, at 08:00 they are over.
    unsafe.clock.instant = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    result = unsafe.run(_people(2), media=media)
    assert result.summary["left_out"] == {"quiet_hours": 2}
    assert (result.summary["status"], unsafe.box.requests) == ("unchanged", [])
    assert unsafe.states()["p00001"] == ("deferred", "quiet_hours")
    unsafe.clock.instant = datetime(2026, 11, 1, 23, 0, tzinfo=UTC)
    assert unsafe.run(_people(2), media=media).summary["delivered"] == 2


def test_message_expires_when_quiet_hours_end_after_it(unsafe: Mailroom) -> None:
    spec = message_spec(CHANNELS["C"].name, expires_after_hours=11)
    unsafe.clock.instant = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    media = [Medium("email", "21:00", "08:00")]
    result = unsafe.run(_people(1), spec=spec, media=media)
    assert result.summary["left_out"] == {"expired": 1}
    unsafe.clock.sleep(12 * 3600)
    assert unsafe.run(_people(1), spec=spec, media=media).summary["expired"] == 1


def test_held_out_people_get_nothing_for_ever_though_the_share_shrinks(unsafe: Mailroom) -> None:
    people = _people(40)
    spec = message_spec(CHANNELS["C"].name, holdout_percent=50)
    held = {p.person_id for p in people if bucket_of(spec.name, str(p.person_id)) < 5_000}
    assert 0 < len(held) < 40
    result = unsafe.run(people, spec=spec)
    assert result.summary["left_out"] == {"holdout": len(held)}
    sent = {row["person"] for row in unsafe.box.coming()}
    assert sent == {p.person_id for p in people} - held
    arms = {a.person_id: a.arm for a in unsafe.ledger.assignments()}
    assert {person for person, arm in arms.items() if arm == "holdout"} == held
    assert len(arms) == 40
    smaller = message_spec(CHANNELS["C"].name, holdout_percent=0.01)
    assert unsafe.run(people, spec=smaller).summary["left_out"] == {"holdout": len(held)}


def test_arms_are_stored_for_those_whom_the_policy_holds_out(unsafe: Mailroom) -> None:
    unsafe.run([member(1, refusal="holdout"), member(2), member(3, refusal="no_consent")])
    arms = {(a.experiment, a.person_id): a.arm for a in unsafe.ledger.assignments()}
    assert arms == {("global", "p00001"): "holdout", ("global", "p00002"): "treatment"}


def test_person_held_out_of_everything_stays_so_in_another_sync(unsafe: Mailroom) -> None:
    unsafe.run([member(1, refusal="holdout"), member(2)])
    other = message_spec(CHANNELS["C"].name, name="another__letterbox")
    assert unsafe.run(_people(2), spec=other).summary["left_out"] == {"holdout": 1}


def test_lost_answer_never_sends_twice(room: Mailroom) -> None:
    lost: list[str] = []

    def lose_one(request: dict[str, object]) -> str:
        if request["op"] != "deliver" or lost:
            return ""
        lost.append("x")
        return "lose"

    room.box.before = lose_one
    result = room.run(_people(3))
    copies = room.box.copies()
    assert set(copies.values()) == {1}
    assert len(copies) == 3
    assert result.summary["unknown"] == (3 if room.kind == "C" else 0)
    room.run(_people(3))
    assert room.box.copies() == copies


def test_recall_sends_again_under_another_key_and_handle(tmp_path: Path) -> None:
    with open_mailroom(tmp_path, "recall") as room:
        answers = ["lose_before"]
        room.box.before = lambda request: (
            answers.pop().removesuffix("_before") if answers and request["op"] == "deliver" else ""
        )
        room.run(_people(2))
        asked = [(r["op"], r["handle"]) for r in room.box.requests]
        assert asked == [
            ("prepare", ""),
            ("deliver", "h1"),
            ("recall", "h1"),
            ("prepare", ""),
            ("deliver", "h2"),
        ]
        assert room.box.called_back == {"h1"}
        assert set(room.box.copies().values()) == {1}


def test_message_that_cannot_be_called_back_is_unknown_and_is_told_later(tmp_path: Path) -> None:
    with open_mailroom(tmp_path, "recall") as room:
        room.box.before = lambda request: {"deliver": "lose", "recall": "no"}.get(request["op"], "")
        result = room.run(_people(2))
        assert result.summary["unknown"] == 2
        unknown = room.ledger.unknown_messages(room.spec.name)
        assert len(unknown) == 2
        events = [
            MessageEvent(unknown[0], "delivered", NOW),
            MessageEvent(unknown[1], "bounced", NOW),
            MessageEvent("0" * 32, "delivered", NOW),
        ]
        assert room.ledger.reconcile(events, now=NOW) == 2
        assert room.ledger.unknown_messages(room.spec.name) == []
        assert sorted(state for state, _ in room.states().values()) == ["delivered", "rejected"]
        room.box.before = lambda _request: ""
        assert room.run(_people(2)).summary["unchanged"] == 2
        assert set(room.box.copies().values()) == {1}


def test_destination_that_does_not_say_keeps_the_batch_for_the_next_run(tmp_path: Path) -> None:
    with open_mailroom(tmp_path, "recall") as room:
        room.box.before = lambda r: {"deliver": "lose", "recall": "lose_it"}.get(r["op"], "")
        room.box.before = lambda r: "lose" if r["op"] != "prepare" else ""
        with pytest.raises(TransientError, match="does not say whether the batch is called back"):
            room.run(_people(2))
        room.box.before = lambda _request: ""
        assert room.run(_people(2)).summary["delivered"] == 2
        assert set(room.box.copies().values()) == {1}


def test_owed_message_of_unknown_outcome_goes_again_once_after_a_day(unsafe: Mailroom) -> None:
    spec = message_spec(CHANNELS["C"].name, purpose="transactional", expires_after_hours=96)
    unsafe.box.before = lambda request: "lose" if request["op"] == "deliver" else ""
    assert unsafe.run(_people(1), spec=spec).summary["unknown"] == 1
    unsafe.clock.sleep(86_399)
    assert unsafe.run(_people(1), spec=spec).summary["held"] == 1
    unsafe.clock.sleep(1)
    assert unsafe.run(_people(1), spec=spec).summary["unknown"] == 1
    unsafe.clock.sleep(86_400)
    assert unsafe.run(_people(1), spec=spec).summary["held"] == 1
    assert unsafe.box.copies() == {"canary1@example.jp": 2}


def test_marketing_of_unknown_outcome_never_goes_again(unsafe: Mailroom) -> None:
    unsafe.box.before = lambda request: "lose" if request["op"] == "deliver" else ""
    unsafe.run(_people(1))
    unsafe.clock.sleep(40 * 3600)
    assert unsafe.run(_people(1)).summary["held"] == 1
    assert unsafe.box.copies() == {"canary1@example.jp": 1}


@pytest.mark.parametrize("point", ["prepared", "claimed", "sent"])
def test_cut_run_loses_and_doubles_nobody(room: Mailroom, point: str) -> None:
    def cut(step: str) -> None:
        if step == point:
            raise PowerCutError

    folder = room.publish(_people(3))
    with pytest.raises(PowerCutError):
        room.rerun(folder, policy=replace(LIVE, on_step=cut))
    result = room.rerun(folder)
    copies = room.box.copies()
    assert max(copies.values(), default=1) == 1
    if room.kind == "C" and point != "prepared":
        assert len(room.ledger.unknown_messages(room.spec.name)) == 3
        assert result.summary["held"] == 3
    else:
        assert len(copies) == 3
    assert room.rerun(folder).summary["adds"] == 0
    assert room.ledger.open_batches(room.spec.name, "claimed") == []


def test_suppression_before_a_resume_is_kept(tmp_path: Path) -> None:
    def cut(step: str) -> None:
        if step == "claimed":
            raise PowerCutError

    for kind in ("A", "B"):
        folder = tmp_path / kind
        folder.mkdir()
        with open_mailroom(folder, kind) as room:
            published = room.publish(_people(2))
            with pytest.raises(PowerCutError):
                room.rerun(published, policy=replace(LIVE, on_step=cut))
            room.ledger.suppress("email", "canary1@example.jp", "unsubscribed", NOW)
            room.rerun(published)
            assert "canary1@example.jp" not in room.box.copies()


def test_refused_row_is_left_out_alone(unsafe: Mailroom) -> None:
    def refuse(request: dict[str, object]) -> str:
        rows = request["rows"]
        assert isinstance(rows, list)
        return "rejected" if any(row["person"] == "p00003" for row in rows) else ""

    unsafe.box.before = refuse
    result = unsafe.run(_people(8))
    assert (result.summary["delivered"], result.summary["rejected"]) == (7, 1)
    assert unsafe.states()["p00003"] == ("rejected", "said_rejected")
    unsafe.box.before = lambda _request: ""
    assert unsafe.run(_people(8)).summary["delivered"] == 1
    assert set(unsafe.box.copies().values()) == {1}


def test_message_needs_the_policy_of_its_medium(unsafe: Mailroom) -> None:
    with pytest.raises(TerminalError, match=r"policy.media has no row for email"):
        unsafe.run(_people(1), media=[Medium("sms")])
    assert unsafe.box.requests == []


def test_first_message_waits_for_approval_and_sends_nothing(unsafe: Mailroom) -> None:
    spec = message_spec(CHANNELS["C"].name, limits={})
    result = unsafe.run(_people(3), spec=spec)
    assert result.summary["status"] == "awaiting_approval"
    assert unsafe.box.requests == []
    assert unsafe.ledger.export_messages() == []
