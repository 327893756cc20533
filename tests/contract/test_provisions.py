"""The record of provisions to third parties: who, to whom, when, and never too few."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reverse_etl.channel import Provision
from reverse_etl.engine import run_sync
from reverse_etl.errors import TransientError
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.ledger.provision import KEPT, ProvisionRecord
from tests.contract.benches.base import channel_of
from tests.contract.benches.meta_audience import MetaBench
from tests.contract.fake_meta import FakeMeta
from tests.contract.loopback import Reply, serve
from tests.contract.sync_world import LIVE, NOW, Person, TurnedClock, member, publish


@pytest.fixture
def bench() -> Iterator[MetaBench]:
    with serve(FakeMeta()) as fake:
        yield MetaBench(fake)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    made = Ledger("sqlite://")
    yield made
    made.close()


class Desk:
    """Runs of one sync, each on a publication of its own."""

    def __init__(self, bench: MetaBench, ledger: Ledger, folder: Path) -> None:
        self.bench, self.ledger, self.folder = bench, ledger, folder
        self.clock = TurnedClock()
        self.runs = 0

    def run(self, *people: Person, live: bool = True) -> None:
        self.runs += 1
        place = publish(self.folder / f"pub{self.runs}", people, sync=self.bench.spec.name)
        run_sync(
            self.bench.spec,
            place,
            self.ledger,
            channel_of(self.bench),
            policy=replace(LIVE, live=live),
            clock=self.clock,
            run_id=f"run{self.runs}",
        )

    def given(self) -> list[tuple[str, str, str]]:
        return [(r.run_id, r.person_id, r.outcome) for r in self.ledger.provisions()]


@pytest.fixture
def desk(bench: MetaBench, ledger: Ledger, tmp_path: Path) -> Desk:
    return Desk(bench, ledger, tmp_path)


def test_record_says_when_to_whom_what_and_on_which_consent(desk: Desk) -> None:
    desk.run(member(1))
    assert list(desk.ledger.provisions()) == [
        ProvisionRecord(
            provided_at=NOW,
            recipient="Meta Platforms, Inc.",
            country="US",
            items=(
                "email_sha256",
                "last_name_sha256",
                "first_name_sha256",
                "country_sha256",
                "opaque_id",
            ),
            person_id="p00001",
            purpose="ads_third_party",
            consent_reference="publication:pub1",
            outcome="delivered",
            sync="winback__meta_audience",
            run_id="run1",
        )
    ]


def test_dry_run_removal_refusal_and_an_unchanged_person_are_no_provisions(desk: Desk) -> None:
    desk.run(member(1), live=False)
    assert desk.given() == []
    desk.run(member(1), member(2, refusal="no_ads_consent"))
    desk.run(member(3), member(1))
    desk.run(member(3))
    assert desk.given() == [("run2", "p00001", "delivered"), ("run3", "p00003", "delivered")]


def test_person_whom_the_vendor_refused_is_not_recorded(desk: Desk) -> None:
    people = [member(1), member(2)]
    desk.bench.poison(people[1])
    desk.run(*people)
    assert desk.given() == [("run1", "p00001", "delivered")]


def test_what_may_have_arrived_is_recorded_as_unknown(desk: Desk) -> None:
    desk.bench.fake.after = lambda _call: Reply(cut=True)
    with pytest.raises(TransientError):
        desk.run(member(1))
    assert desk.given() == [("run1", "p00001", "unknown")]
    desk.bench.fake.after = lambda _call: None
    desk.run(member(1))
    assert desk.given() == [("run1", "p00001", "unknown"), ("run2", "p00001", "delivered")]


def test_record_is_kept_for_three_years_and_not_longer(desk: Desk) -> None:
    desk.run(member(1))
    spec = desk.bench.spec
    old = spec.limits.model_copy(update={"max_publication_age_hours": 99_999.0})
    desk.bench.spec = spec.model_copy(update={"limits": old})
    desk.clock.instant = NOW + KEPT
    desk.run(member(1), member(2))
    assert [person for _, person, _ in desk.given()] == ["p00001", "p00002"]
    desk.clock.instant = NOW + KEPT + timedelta(seconds=1)
    desk.run(member(1), member(2), member(3))
    assert [person for _, person, _ in desk.given()] == ["p00002", "p00003"]
    assert timedelta(days=3 * 365 + 1) <= KEPT


def test_records_of_one_person_or_since_a_day(desk: Desk) -> None:
    desk.run(member(1))
    desk.clock.instant += timedelta(hours=1)
    desk.run(member(1), member(2))
    one = [r.person_id for r in desk.ledger.provisions(person_id="p00001")]
    late = [r.person_id for r in desk.ledger.provisions(since=NOW + timedelta(minutes=1))]
    assert (one, late) == (["p00001"], ["p00002"])


def test_terms_of_a_sync_can_change_and_old_records_keep_theirs(desk: Desk) -> None:
    desk.run(member(1))
    other = Provision("Another", "JP", ("email_sha256",))
    desk.ledger.state_provision(desk.bench.spec.name, other, purpose="ads_third_party")
    assert [r.recipient for r in desk.ledger.provisions()] == ["Meta Platforms, Inc."]
