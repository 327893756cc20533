"""What goes next is built while these are on their way, and never breaks what went before it."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reverse_etl.channel import ChannelSettings, Item, Reject, Row
from reverse_etl.errors import TerminalError
from tests.contract.letterbox import KeyedLetters
from tests.contract.message_world import Mailroom, open_mailroom
from tests.contract.sync_world import member

PEOPLE = [member(number) for number in range(1, 16)]
SECOND = "p00006"
"""The first person of the second five."""


class WatchedLetters(KeyedLetters):
    """Tells when somebody of the second five is built to be sent, and may refuse them then.

    Everybody is built once before, for the plan.
    """

    built: threading.Event
    times: int
    refuses = False

    def build(self, row: Row) -> Item | Reject:
        if row.person_id == SECOND:
            self.times += 1
            if self.times > 1:
                self.built.set()
                if self.refuses:
                    return Reject(SECOND, "changed")
        return super().build(row)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailroom]:
    monkeypatch.setattr("reverse_etl.engine.BUILD_ROWS", 5)
    with open_mailroom(tmp_path, "B") as made:
        yield made


def _watched(room: Mailroom) -> WatchedLetters:
    urls = {WatchedLetters.name: room.box.url}
    channel = WatchedLetters.open({}, (), ChannelSettings(base_urls=urls))
    channel.capabilities = replace(channel.capabilities, max_rows=5)  # type: ignore[misc] - a class's constant
    channel.built, channel.times = threading.Event(), 0
    return channel


def test_next_rows_are_built_while_these_are_on_their_way(room: Mailroom) -> None:
    channel = _watched(room)
    was_built: list[bool] = []
    # Whoever builds only after a delivery has ended waits here for ever.
    room.box.patience = lambda _request: was_built.append(channel.built.wait(20))
    assert room.run(PEOPLE, channel=channel).summary["delivered"] == len(PEOPLE)
    assert all(was_built)
    assert room.box.copies() == {person.email: 1 for person in PEOPLE}


def test_rows_that_cannot_be_built_stop_the_run_when_their_turn_has_come(room: Mailroom) -> None:
    channel = _watched(room)
    channel.refuses = True
    with pytest.raises(TerminalError, match=f"{SECOND} is not the planned one"):
        room.run(PEOPLE, channel=channel)
    assert room.box.copies() == {person.email: 1 for person in PEOPLE[:5]}
    channel.refuses = False
    room.run(PEOPLE)
    assert room.box.copies() == {person.email: 1 for person in PEOPLE}
