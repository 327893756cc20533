"""The whole round of a mail: sent by the engine, told of by signed events, heard by the ledger."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from reverse_etl.channels.sendgrid_mail import SendGridMail
from reverse_etl.engine import SyncResult, run_sync
from reverse_etl.inbound.app import Inbox
from reverse_etl.inbound.receiver import Posted
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.sending.retries import SendPolicy
from reverse_etl.vendors.sendgrid_message import MailOptions
from tests.contract.benches.sendgrid_mail import SendGridMailBench, open_bench
from tests.contract.inbound_world import Vendor
from tests.contract.loopback import Reply, Request
from tests.contract.sync_world import LIVE, Person, TurnedClock, member, publish


@dataclass
class Round:
    """A vendor that takes mails and posts events, and the shop's ledger between the two."""

    bench: SendGridMailBench
    vendor: Vendor
    ledger: Ledger
    folder: Path
    runs: int = 0

    def run(self, people: list[Person], *, policy: SendPolicy = LIVE) -> SyncResult:
        self.runs += 1
        clock = self.vendor.clock
        place = self.folder / "published" / str(self.runs)
        publish(place, people, sync=self.bench.spec.name, published_at=clock.now())
        options = MailOptions.model_validate(self.bench.spec.options)
        channel = SendGridMail(options, self.bench.settings(), clock)
        return run_sync(
            self.bench.spec,
            place,
            self.ledger,
            channel,
            policy=policy,
            clock=clock,
            run_id=f"run{self.runs}",
        )

    def post(self, *events: dict[str, object]) -> None:
        body = json.dumps(list(events)).encode()
        inbox = Inbox(self.folder / "landing", self.ledger, self.vendor.clock)
        posted = Posted(body, self.vendor.sendgrid(body), "", self.vendor.clock.now())
        assert inbox.take(self.vendor.receivers()[0], posted) == 200

    def event(self, kind: str, number: int) -> dict[str, object]:
        """Give an event of the last mail that the vendor took for a person."""
        email = f"canary{number}@example.jp"
        mail = next(mail for mail in reversed(self.bench.fake.taken) if mail.email == email)
        stamp = int(self.vendor.clock.now().timestamp())
        arguments = mail.part["custom_args"]
        return {"email": email, "event": kind, "timestamp": stamp, "sg_event_id": kind, **arguments}

    def states(self) -> dict[str, str]:
        messages = self.ledger.messages_of(self.bench.spec.name)
        return {person: records[-1].state for person, records in messages.items()}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Round]:
    clock = TurnedClock()
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    with open_bench(tmp_path, clock) as bench:
        yield Round(bench, Vendor(clock), ledger, tmp_path)
    ledger.close()


class PowerCutError(BaseException):
    """The machine stops here."""


def _lose_once(world: Round) -> None:
    """Let the vendor take the first mails and say nothing."""
    lost: list[Request] = []

    def cut(call: Request) -> Reply | None:
        if call.path != "/v3/mail/send" or lost:
            return None
        lost.append(call)
        return Reply(cut=True)

    world.bench.fake.after = cut


def test_lost_answer_is_called_back_and_everybody_gets_one_mail(world: Round) -> None:
    _lose_once(world)
    result = world.run([member(n) for n in (1, 2, 3)])
    assert result.summary["delivered"] == 3
    assert len(world.bench.fake.taken) == 6
    assert set(world.bench.fake.copies().values()) == {1}
    world.vendor.clock.sleep(3_600)
    assert len(world.bench.fake.gone_out()) == 3


@pytest.mark.parametrize("point", ["prepared", "claimed", "sent"])
def test_run_that_is_cut_off_is_called_back_and_everybody_gets_one_mail(
    world: Round, point: str
) -> None:
    def cut(step: str) -> None:
        if step == point:
            raise PowerCutError

    people = [member(n) for n in (1, 2, 3)]
    with pytest.raises(PowerCutError):
        world.run(people, policy=replace(LIVE, on_step=cut))
    world.run(people)
    assert world.run(people).summary["delivered"] == 0
    assert world.bench.fake.copies() == {person.email: 1 for person in people}
    assert len(world.bench.fake.taken) == (6 if point == "sent" else 3)


def test_recall_that_comes_too_late_stays_unknown_until_an_event_tells(world: Round) -> None:
    fake = world.bench.fake

    def drag(call: Request) -> Reply | None:
        if call.path == "/v3/mail/send":
            world.vendor.clock.sleep(700)
            return Reply(cut=True)
        return None

    fake.after = drag
    result = world.run([member(1), member(2)])
    assert result.summary["unknown"] == 2
    fake.after = lambda _call: None
    assert world.run([member(1), member(2)]).summary["delivered"] == 0
    assert len(fake.sends) == 1
    world.post(world.event("delivered", 1), world.event("bounce", 2))
    assert world.states() == {"p00001": "delivered", "p00002": "rejected"}
    assert len(fake.sends) == 1


@pytest.mark.parametrize("kind", ["unsubscribe", "spamreport", "bounce", "group_unsubscribe"])
def test_who_leaves_after_the_plan_gets_no_further_mail(world: Round, kind: str) -> None:
    world.run([member(1), member(2)])
    world.vendor.clock.sleep(3_600)
    world.post(world.event(kind, 1))
    later = (world.vendor.clock.now() + timedelta(days=1)).replace(tzinfo=None)
    again = world.run([member(n, entered_at=later) for n in (1, 2)])
    assert again.summary["delivered"] == 1
    assert world.bench.fake.copies() == {"canary1@example.jp": 1, "canary2@example.jp": 2}


def test_ledger_and_plans_hold_no_address_after_a_round(world: Round) -> None:
    world.run([member(1)])
    world.post(world.event("unsubscribe", 1))
    world.ledger.close()
    kept = b"".join(path.read_bytes() for path in world.folder.glob("ledger*"))
    assert b"canary" not in kept
