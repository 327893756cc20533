"""Several batches on their way at once: everybody is reached once, whatever becomes of one."""

import threading
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from reverse_etl.errors import TerminalError, TransientError
from tests.contract.message_world import Mailroom, open_mailroom
from tests.contract.sync_world import member

PEOPLE = [member(number) for number in range(80)]


class Crowd:
    """Counts the deliveries under way at once; those after the eighth wait for `wanted` of them."""

    def __init__(self, wanted: int) -> None:
        self.now = self.most = self.seen = 0
        self.wanted = wanted
        self._lock = threading.Condition()

    def wait(self, request: dict[str, Any]) -> None:
        if request["op"] != "deliver":
            return
        with self._lock:
            self.now += 1
            self.seen += 1
            self.most = max(self.most, self.now)
            self._lock.notify_all()
            if self.seen > 8:
                self._lock.wait_for(lambda: self.most >= self.wanted, timeout=20)
            self.now -= 1


def _deliveries(room: Mailroom) -> list[list[str]]:
    """Give the people of each delivery, in the order in which they came."""
    requests = [request for request in room.box.requests if request["op"] == "deliver"]
    return [[row["person"] for row in request["rows"]] for request in requests]


def _is_everybody_reached_once(room: Mailroom) -> bool:
    copies = room.box.copies()
    return len(copies) == len(PEOPLE) and set(copies.values()) == {1}


@pytest.mark.parametrize(("kind", "most"), [("A", 4), ("B", 4), ("recall", 4), ("C", 1)])
def test_as_many_batches_are_under_way_as_the_channel_allows(
    kind: str, most: int, tmp_path: Path
) -> None:
    crowd = Crowd(most)
    with open_mailroom(tmp_path, kind) as room:
        room.box.patience = crowd.wait
        result = room.run(PEOPLE, channel=room.channel(max_rows=5))
        assert result.summary["delivered"] == len(PEOPLE)
        assert _is_everybody_reached_once(room)
    assert crowd.most == most


def test_first_batch_goes_alone(tmp_path: Path) -> None:
    """The second is claimed only when the first was taken."""
    with open_mailroom(tmp_path, "recall") as room:
        room.box.patience = lambda request: sleep(0.1 if request["op"] == "deliver" else 0)
        room.run(PEOPLE[:10], channel=room.channel(max_rows=5, in_flight=8))
        asked = [request["op"] for request in room.box.requests]
    assert asked == ["prepare", "deliver", "prepare", "deliver"]


@pytest.mark.parametrize(
    ("answer", "error"), [("denied", TerminalError), ("refused", TransientError)]
)
def test_run_that_breaks_off_writes_down_what_was_on_its_way(
    answer: str, error: type[Exception], tmp_path: Path
) -> None:
    with open_mailroom(tmp_path, "recall") as room:

        def refuse(request: dict[str, Any]) -> str:
            rows = {row["person"] for row in request["rows"]}
            return answer if "p00030" in rows else ""

        room.box.before = refuse
        with pytest.raises(error):
            room.run(PEOPLE, channel=room.channel(max_rows=5))
        states = {record.person_id: record.state for record in room.ledger.export_messages()}
        taken = {letter["person"] for letter in room.box.letters}
        assert taken
        assert {person for person, state in states.items() if state == "accepted"} == taken
        assert "claimed" not in states.values()
        room.box.before = lambda _request: ""
        room.run(PEOPLE, channel=room.channel(max_rows=5))
        assert _is_everybody_reached_once(room)


@pytest.mark.parametrize("kind", ["A", "B", "recall"])
def test_lost_answers_of_several_batches_reach_everybody_once(kind: str, tmp_path: Path) -> None:
    lost: set[str] = set()

    def lose(request: dict[str, Any]) -> str:
        # One called back goes again under its key with a ~; that answer is not lost.
        first = request["key"].rstrip("~")
        if request["op"] == "deliver" and first not in lost and len(lost) < 6:
            lost.add(first)
            return "lose"
        return ""

    with open_mailroom(tmp_path, kind) as room:
        room.box.before = lose
        room.run(PEOPLE, channel=room.channel(max_rows=5))
        assert len(lost) == 6
        assert _is_everybody_reached_once(room)


def test_wait_that_all_were_told_is_waited_once(tmp_path: Path) -> None:
    told: set[str] = set()

    def throttle(request: dict[str, Any]) -> str:
        # The first two go through, so that four are on their way when the account is full.
        is_first = request["op"] == "deliver" and request["key"] not in told
        told.add(request["key"])
        return "throttled 60" if is_first and 2 < len(told) <= 6 else ""

    with open_mailroom(tmp_path, "B") as room:
        room.box.before = throttle
        room.run(PEOPLE[:40], channel=room.channel(max_rows=5))
        assert 60 <= sum(room.clock.waits) < 120 + 60
        assert len(room.box.copies()) == 40


def test_no_more_than_three_batches_go_out_when_every_one_is_refused(tmp_path: Path) -> None:
    with open_mailroom(tmp_path, "recall") as room:
        room.box.before = lambda request: "rejected" if request["op"] == "deliver" else ""
        with pytest.raises(TerminalError):
            room.run(PEOPLE, channel=room.channel(max_rows=1))
        assert len(_deliveries(room)) == 3
        assert not room.box.letters


def test_bad_row_is_found_while_other_batches_are_on_their_way(tmp_path: Path) -> None:
    with open_mailroom(tmp_path, "recall") as room:

        def refuse(request: dict[str, Any]) -> str:
            return "rejected" if "p00041" in {row["person"] for row in request["rows"]} else ""

        room.box.before = refuse
        result = room.run(PEOPLE, channel=room.channel(max_rows=8))
        assert result.summary["rejected"] == 1
        assert len(room.box.copies()) == len(PEOPLE) - 1
        assert set(room.box.copies().values()) == {1}
