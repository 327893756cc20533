"""Leavers of a SendGrid list: taken off for certain, by contact id, and never forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reverse_etl.engine import run_sync
from reverse_etl.ledger.ledger import Ledger
from tests.contract.benches.base import channel_of
from tests.contract.benches.sendgrid_contacts import SendGridBench
from tests.contract.fake_sendgrid import FakeSendGrid
from tests.contract.loopback import Reply, serve
from tests.contract.sync_world import LIST_ID, LIVE, TurnedClock, member, publish, winback_spec


@pytest.fixture
def bench() -> Iterator[SendGridBench]:
    with serve(FakeSendGrid()) as fake:
        yield SendGridBench(fake)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    made = Ledger("sqlite://")
    yield made
    made.close()


def test_removal_is_done_only_when_the_list_says_so(
    bench: SendGridBench, ledger: Ledger, tmp_path: Path
) -> None:
    """The vendor is known to answer 202 and keep the contact on the list."""
    both = publish(tmp_path / "a", [member(1), member(2)], sync=bench.spec.name)
    one = publish(tmp_path / "b", [member(1)], sync=bench.spec.name)
    clock = TurnedClock()
    channel = channel_of(bench)
    run_sync(bench.spec, both, ledger, channel, policy=LIVE, clock=clock, run_id="r1")
    bench.fake.before = lambda call: (
        Reply(202, b'{"job_id":"lost"}') if call.method == "DELETE" else None
    )
    result = run_sync(bench.spec, one, ledger, channel, policy=LIVE, clock=clock, run_id="r2")
    assert (result.summary["status"], result.summary["accepted"]) == ("accepted", 1)
    bench.fake.before = lambda _call: None
    # A day later the lost job counts as unknown and the removal is made again.
    clock.instant += timedelta(hours=25)
    spec = winback_spec(
        bench.name, limits=bench.spec.limits.model_copy(update={"max_publication_age_hours": 99})
    )
    result = run_sync(spec, one, ledger, channel, policy=LIVE, clock=clock, run_id="r3")
    assert (result.summary["removals"], result.summary["status"]) == (1, "delivered")
    assert set(bench.held()) == {"canary1@example.jp"}


def test_leaver_without_contact_data_is_taken_off_by_contact_id(
    bench: SendGridBench, ledger: Ledger, tmp_path: Path
) -> None:
    both = publish(tmp_path / "a" / "one", [member(1), member(2)], sync=bench.spec.name)
    one = publish(tmp_path / "b" / "two", [member(1)], sync=bench.spec.name)
    channel, clock = channel_of(bench), TurnedClock()
    run_sync(bench.spec, both, ledger, channel, policy=LIVE, clock=clock, run_id="r1")
    run_sync(bench.spec, one, ledger, channel, policy=LIVE, clock=clock, run_id="r2")
    assert set(bench.held()) == {"canary1@example.jp"}


def test_new_address_waits_while_the_old_one_cannot_be_taken_off(
    bench: SendGridBench, ledger: Ledger, tmp_path: Path
) -> None:
    """Sent over it, the new address would make the ledger forget the old one on the list."""
    first = publish(tmp_path / "a" / "one", [member(1), member(2)], sync=bench.spec.name)
    moved = [replace(member(1), email="new@example.jp"), member(2)]
    then = publish(tmp_path / "b" / "two", moved, sync=bench.spec.name)
    channel, clock = channel_of(bench), TurnedClock()
    bench.fake.before = lambda call: Reply(404) if "search" in call.path else None
    run_sync(bench.spec, first, ledger, channel, policy=LIVE, clock=clock, run_id="r1")
    # Neither a contact id was learned, nor does the publication of the old address lie near.
    before = ledger.active(bench.spec.name)["p00001"]
    for run_id in ("r2", "r3"):
        result = run_sync(
            bench.spec, then, ledger, channel, policy=LIVE, clock=clock, run_id=run_id
        )
        summary = result.summary
        assert (summary["held"], summary["untraced"], summary["status"]) == (1, 1, "partial")
        assert set(bench.held()) == {"canary1@example.jp", "canary2@example.jp"}
        assert ledger.active(bench.spec.name)["p00001"] == before
    bench.fake.before = lambda _call: None
    ledger.learn_remote_ids(bench.spec.name, {"p00001": bench.fake.ids["canary1@example.jp"]})
    result = run_sync(bench.spec, then, ledger, channel, policy=LIVE, clock=clock, run_id="r4")
    assert (result.summary["held"], result.summary["status"]) == (0, "delivered")
    assert set(bench.held()) == {"new@example.jp", "canary2@example.jp"}


def test_waiting_plan_takes_the_refused_off_the_list(
    bench: SendGridBench, ledger: Ledger, tmp_path: Path
) -> None:
    first = publish(tmp_path / "one", [member(1), member(2)], sync=bench.spec.name)
    people = [member(1, refusal="suppressed"), *(member(n) for n in range(2, 9))]
    then = publish(tmp_path / "two", people, sync=bench.spec.name)
    limits = bench.spec.limits.model_copy(update={"max_changed_ratio": 0.5})
    spec = winback_spec(bench.name, limits=limits)
    channel, clock = channel_of(bench), TurnedClock()
    bench.fake.before = lambda call: Reply(404) if "search" in call.path else None
    run_sync(bench.spec, first, ledger, channel, policy=LIVE, clock=clock, run_id="r1")
    bench.fake.before = lambda _call: None
    result = run_sync(spec, then, ledger, channel, policy=LIVE, clock=clock, run_id="r2")
    assert (result.summary["status"], result.summary["delivered"]) == ("awaiting_approval", 1)
    assert set(bench.held()) == {"canary2@example.jp"}


def test_contact_already_gone_at_the_vendor_does_not_stop_the_others(
    bench: SendGridBench, ledger: Ledger, tmp_path: Path
) -> None:
    place = publish(tmp_path / "a", [member(n) for n in range(4)], sync=bench.spec.name)
    nobody = publish(tmp_path / "b", [member(0)], sync=bench.spec.name)
    channel, clock = channel_of(bench), TurnedClock()
    run_sync(bench.spec, place, ledger, channel, policy=LIVE, clock=clock, run_id="r1")
    del bench.fake.ids["canary2@example.jp"], bench.fake.contacts["canary2@example.jp"]
    bench.fake.on_list.discard("canary2@example.jp")
    result = run_sync(bench.spec, nobody, ledger, channel, policy=LIVE, clock=clock, run_id="r2")
    assert (result.summary["delivered"], result.summary["rejected"]) == (3, 0)
    assert set(bench.held()) == {"canary0@example.jp"}


def test_no_request_deletes_contacts(bench: SendGridBench, ledger: Ledger, tmp_path: Path) -> None:
    place = publish(tmp_path / "a", [member(n) for n in range(3)], sync=bench.spec.name)
    nobody = publish(tmp_path / "b", [], sync=bench.spec.name)
    channel, clock = channel_of(bench), TurnedClock()
    run_sync(bench.spec, place, ledger, channel, policy=LIVE, clock=clock, run_id="r1")
    run_sync(bench.spec, nobody, ledger, channel, policy=LIVE, clock=clock, run_id="r2")
    deletions = [call for call in bench.fake.requests if call.method == "DELETE"]
    assert [call.path for call in deletions] == [f"/v3/marketing/lists/{LIST_ID}/contacts"]
    assert [set(call.query) for call in deletions] == [{"contact_ids"}]
    assert len(bench.fake.contacts) == 3
