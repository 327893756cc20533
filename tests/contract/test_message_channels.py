"""What every channel that sends messages must do; a new one is held to it by existing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reverse_etl.channel import (
    Batch,
    BatchResult,
    Channel,
    DeliveryClass,
    Outcome,
    discover_channels,
)
from reverse_etl.engine import SyncResult, run_sync
from reverse_etl.spec import SyncSpec
from tests.contract.benches.base import BENCHES, Bench, channel_of, open_bench
from tests.contract.fake_twilio import failed
from tests.contract.ledgers import new_ledger
from tests.contract.sync_world import (
    LIVE,
    Medium,
    Person,
    TurnedClock,
    member,
    phone_of,
    publish,
)

MESSAGE_BENCHES = tuple(
    name for name in BENCHES if "message" in discover_channels()[name].capabilities.modes
)
TERMS = {
    "mode": "message",
    "on_exit": "keep",
    "purpose": "marketing",
    "priority": 5,
    "expires_after_hours": 480,
}


class PowerCutError(BaseException):
    """The machine stops here."""


class Post:
    """One bench whose sync sends messages, with its ledger and clock."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench, self.folder = bench, folder
        self.ledger = new_ledger(folder)
        self.clock = TurnedClock()
        given = bench.spec.model_dump(exclude_unset=True)
        self.spec = SyncSpec.model_validate(given | TERMS)
        bench.spec = self.spec
        self.runs = 0

    @property
    def is_unsafe(self) -> bool:
        """Say whether a lost answer must never be followed by the same message."""
        able = channel_of(self.bench).capabilities
        return able.delivery_class is DeliveryClass.UNSAFE and not able.can_recall

    def run(
        self, people: list[Person], *, channel: Channel | None = None, cut_at: str = ""
    ) -> SyncResult:
        """Publish people and run the sync; with `cut_at` the power goes at that step."""

        def cut(step: str) -> None:
            if step == cut_at:
                raise PowerCutError

        self.runs += 1
        place = self.folder / "published" / f"pub{self.runs}"
        media = (Medium(self.spec.medium),)
        publish(place, people, sync=self.spec.name, media=media, published_at=self.clock.now())
        return run_sync(
            self.spec,
            place,
            self.ledger,
            channel or channel_of(self.bench),
            policy=replace(LIVE, on_step=cut),
            clock=self.clock,
            run_id=f"run{self.runs}",
        )


@pytest.fixture(params=MESSAGE_BENCHES)
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    with open_bench(request.param, tmp_path) as bench:
        made = Post(bench, tmp_path)
        yield made
        made.ledger.close()


def _addresses(people: list[Person]) -> set[str]:
    return {str(person.email) for person in people}


def test_everybody_gets_the_message_once_however_often_the_sync_runs(post: Post) -> None:
    people = [member(n) for n in range(3)]
    result = post.run(people)
    assert result.summary["delivered"] == 3
    post.run(people)
    post.run(people)
    assert post.bench.added() == dict.fromkeys(_addresses(people), 1)


def test_person_whom_the_policy_refuses_gets_nothing(post: Post) -> None:
    people = [member(1), member(2, refusal="no_consent")]
    post.run(people)
    assert set(post.bench.added()) == {"canary1@example.jp"}


def test_row_that_the_vendor_refuses_keeps_nobody_else_from_the_message(post: Post) -> None:
    people = [member(n) for n in range(5)]
    people[3] = post.bench.poison(people[3])
    post.run(people)
    assert set(post.bench.added()) == _addresses(people) - {"canary3@example.jp"}
    assert set(post.bench.added().values()) == {1}


@pytest.mark.parametrize(
    "step",
    [
        pytest.param("prepared", marks=pytest.mark.slow),
        pytest.param("claimed", marks=pytest.mark.slow),
        "sent",
    ],
)
def test_power_cut_doubles_no_message(post: Post, step: str) -> None:
    people = [member(n) for n in range(3)]
    with pytest.raises(PowerCutError):
        post.run(people, cut_at=step)
    post.run(people)
    post.run(people)
    assert set(post.bench.added().values()) == {1}
    missed = _addresses(people) - set(post.bench.added())
    # What a channel without keys and recall may have sent is not sent again: one batch at most.
    assert len(missed) <= (1 if post.is_unsafe and step == "claimed" else 0)


def test_lost_answer_doubles_no_message(post: Post) -> None:
    people = [member(n) for n in range(3)]
    channel = channel_of(post.bench)
    deliver, lost = channel.deliver, []

    def lose(batch: Batch) -> BatchResult:
        result = deliver(batch)
        if result.outcome is Outcome.DELIVERED and not lost:
            lost.append(batch.key)
            return BatchResult(Outcome.UNKNOWN, "RemoteDisconnected")
        return result

    channel.deliver = lose
    post.run(people, channel=channel)
    post.run(people)
    assert lost
    assert post.bench.added() == dict.fromkeys(_addresses(people), 1)


def test_person_who_answered_stop_is_suppressed_at_once_for_every_sync(tmp_path: Path) -> None:
    with open_bench("twilio_sms", tmp_path) as bench:
        post = Post(bench, tmp_path)
        number = str(phone_of("canary1@example.jp"))
        bench.fake.before = lambda request: (
            failed(400, 21610) if request.form["To"] == number else None
        )
        post.run([member(1), member(2)])
        assert post.ledger.suppressed("sms", number) == "unsubscribed"
        assert post.ledger.suppressed("sms", str(phone_of("canary2@example.jp"))) is None
        bench.come_back()
        post.spec = post.spec.model_copy(update={"name": "another__sms"})
        post.run([member(1), member(2)])
        assert bench.added() == {"canary2@example.jp": 2}
        post.ledger.close()
