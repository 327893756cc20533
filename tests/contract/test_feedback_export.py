"""What the ledger tells the warehouse."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

from reverse_etl.ledger.events import MessageEvent
from reverse_etl.ledger.feedback_export import export_feedback
from tests.contract.message_world import Mailroom, open_mailroom
from tests.contract.sync_world import NOW, member, message_spec


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_export_gives_what_changed_once_and_no_address(tmp_path: Path) -> None:
    folder = tmp_path / "landing"
    with open_mailroom(tmp_path, "C") as room:
        assert export_feedback(room.ledger, folder) == []
        room.run([member(1), member(2), member(3, refusal="holdout")])
        holdout, messages = sorted(export_feedback(room.ledger, folder))
        assert [row["state"] for row in _rows(messages)] == ["accepted", "accepted"]
        assert {row["person_id"]: row["arm"] for row in _rows(holdout)} == {
            "p00001": "treatment",
            "p00002": "treatment",
            "p00003": "holdout",
        }
        assert "canary" not in messages.read_text(encoding="utf-8")
        assert export_feedback(room.ledger, folder) == []
        room.clock.sleep(3600)
        told = MessageEvent(_rows(messages)[0]["message_id"], "bounced", NOW, "ref-1")
        room.ledger.reconcile([told], now=room.clock.now())
        (later,) = export_feedback(room.ledger, folder)
        assert later.name > messages.name
        (row,) = [row for row in _rows(later) if row["state"] == "rejected"]
        assert (row["code"], row["provider_ref"]) == ("bounced", "ref-1")
        assert row["updated_at"] == NOW.isoformat()


def _write_down(room: Mailroom, person: int, *, when: datetime) -> None:
    """Send somebody a message of a sync of its own at an instant."""
    room.clock.instant = when
    room.run([member(person)], spec=message_spec(room.spec.channel, name=f"sync_{person}"))


def test_what_a_slow_process_writes_down_late_is_told_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "landing"
    with open_mailroom(tmp_path, "C") as room:
        _write_down(room, 1, when=NOW + timedelta(seconds=90))
        first = {path.name for path in export_feedback(room.ledger, folder)}
        _write_down(room, 2, when=NOW)
        second = export_feedback(room.ledger, folder)
        told = [row["person_id"] for path in second for row in _rows(path) if "sync" in row]
        assert "p00002" in told
        assert "p00001" not in told
        assert first.isdisjoint(path.name for path in second)
        assert export_feedback(room.ledger, folder) == []
