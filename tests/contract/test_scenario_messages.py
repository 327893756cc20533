"""A step of a scenario has several channels and sends a person one message of an occurrence."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from reverse_etl.spec import SyncSpec
from tests.contract.letterbox import CHANNELS
from tests.contract.message_world import Mailroom, open_mailroom
from tests.contract.sync_world import LIVE, member, message_spec

EARLIER = datetime(2026, 9, 1)  # noqa: DTZ001 - published instants are naive UTC


@pytest.fixture(params=CHANNELS)
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mailroom]:
    with open_mailroom(tmp_path, request.param) as made:
        yield made


def _route(room: Mailroom, name: str, **changes: object) -> SyncSpec:
    channel = CHANNELS[room.kind].name
    return message_spec(channel, name=f"f2__day14__{name}", messages_of="f2__day14", **changes)


def test_step_sends_on_one_of_its_channels_only(room: Mailroom) -> None:
    folder = room.publish([member(1), member(2)], sync="f2__day14")
    assert room.rerun(folder, spec=_route(room, "line")).summary["delivered"] == 2
    second = room.rerun(folder, spec=_route(room, "email")).summary
    assert (second["sync"], second["adds"], second["unchanged"]) == ("f2__day14__email", 0, 2)
    assert set(room.box.copies().values()) == {1}
    assert {record.sync for record in room.ledger.export_messages()} == {"f2__day14"}


def test_step_is_refused_at_the_claim_when_another_channel_has_it_since_the_plan(
    room: Mailroom,
) -> None:
    folder = room.publish([member(1), member(2)], sync="f2__day14")
    line = _route(room, "line")
    begun: list[str] = []

    def send_on_the_other(step: str) -> None:
        if not begun:
            begun.append(step)
            room.rerun(folder, spec=_route(room, "email"))

    channel = room.channel(max_rows=1)
    room.rerun(folder, spec=line, channel=channel, policy=replace(LIVE, on_step=send_on_the_other))
    assert set(room.box.copies().values()) == {1}


def test_arm_of_a_holdout_is_the_steps_and_not_a_channels(room: Mailroom) -> None:
    people = [member(n) for n in range(1, 21)]
    folder = room.publish(people, sync="f2__day14")
    room.rerun(folder, spec=_route(room, "line", holdout_percent=50.0))
    arms = room.ledger.assignments()
    assert {arm.experiment for arm in arms} == {"f2__day14"}
    assert len(arms) == 20


def test_occurrence_of_a_step_goes_although_a_later_one_went_before(room: Mailroom) -> None:
    room.rerun(room.publish([member(1)], sync="f2__day14"), spec=_route(room, "line"))
    earlier = room.publish([member(1, entered_at=EARLIER)], sync="f2__day14")
    assert room.rerun(earlier, spec=_route(room, "line")).summary["delivered"] == 1
    assert room.rerun(earlier, spec=_route(room, "line")).summary["unchanged"] == 1
    assert room.box.copies() == {"canary1@example.jp": 2}
