"""Undo, pace, and what makes messages wait."""

from pathlib import Path

import pytest

from reverse_etl.errors import TerminalError
from reverse_etl.sending.undo import call_back_last_run
from tests.contract.message_world import open_mailroom
from tests.contract.sync_world import LIVE, NOW, member


def test_last_run_is_called_back_and_not_sent_again(tmp_path: Path) -> None:
    with open_mailroom(tmp_path, "recall") as room:
        people = [member(n) for n in range(3)]
        room.run(people)
        channel = room.channel()
        undone = call_back_last_run(room.spec, room.ledger, channel, clock=room.clock)
        channel.close()
        assert (undone.messages, undone.batches_too_late) == (3, 0)
        assert room.box.copies() == {}
        assert room.run(people).summary["unchanged"] == 3
        assert room.box.copies() == {}


def test_account_is_asked_no_faster_than_it_allows(tmp_path: Path) -> None:
    with open_mailroom(tmp_path, "C") as room:
        channel = room.channel(max_rows=1, requests_per_second=0.5)
        room.run([member(n) for n in range(3)], channel=channel)
        assert room.clock.waits == [2.0, 2.0]


@pytest.mark.parametrize("header", ["0", "2", "-5", "1e9", "-"])
def test_throttled_batch_waits_without_using_up_its_attempts(header: str, tmp_path: Path) -> None:
    with open_mailroom(tmp_path, "C") as room:
        answers = [f"throttled {header}"] * (LIVE.attempts + 1)
        room.box.before = lambda _request: answers.pop() if answers else ""
        assert room.run([member(1)]).summary["delivered"] == 1
        assert all(1.0 <= wait <= 300.0 for wait in room.clock.waits)
        assert room.box.copies() == {"canary1@example.jp": 1}


def test_three_batches_that_fail_wholly_end_the_run(tmp_path: Path) -> None:
    with open_mailroom(tmp_path, "C") as room:
        room.box.before = lambda _request: "rejected"
        with pytest.raises(TerminalError, match="3 batches in a row failed wholly"):
            room.run([member(n) for n in range(9)], channel=room.channel(max_rows=1))
        assert len(room.box.requests) == 3


def test_ledger_taken_as_it_is_makes_a_sync_wait_once(tmp_path: Path) -> None:
    with open_mailroom(tmp_path, "C") as room:
        room.run([member(1)])
        (tmp_path / "witness.json").unlink()
        with pytest.raises(TerminalError, match="enishi sync rebaseline"):
            room.run([member(2)])
        assert set(room.box.copies()) == {"canary1@example.jp"}
        room.clock.sleep(60)
        room.ledger.witness.rebaseline(now=room.clock.now())
        waiting = room.run([member(2)])
        assert waiting.summary["waiting_codes"] == ["rebaselined"]
        assert room.ledger.approve(waiting.plan.plan_id, by="crm", now=NOW)
        assert room.run([member(2)]).summary["delivered"] == 1
        assert room.run([member(3)]).summary["delivered"] == 1
