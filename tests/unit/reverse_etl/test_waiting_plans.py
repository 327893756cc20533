"""A plan that waits holds back what may wait, and nothing that must not."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.channel import ChannelSettings, open_channel
from reverse_etl.engine import run_sync
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.guards import approve
from tests.contract.sync_world import LIVE, NOW, Person, TurnedClock, member, publish, winback_spec


class Desk:
    """The outbox of one sync; days go by between its publications."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = Ledger("sqlite://")
        self.clock = TurnedClock()
        self.spec = winback_spec("file")
        self.runs = 0

    def publish(self, people: list[Person], *, day: int = 0) -> Path:
        """Publish what is true of a day, counted from the first."""
        place = self.folder / f"pub{len(list(self.folder.iterdir()))}"
        return publish(
            place,
            people,
            sync=self.spec.name,
            published_at=NOW + timedelta(days=day),
            as_of_date=date(2026, 10, 31) + timedelta(days=day),
        )

    def run(self, place: Path, *, live: bool = True) -> dict[str, Any]:
        self.runs += 1
        self.clock.instant += timedelta(minutes=1)
        channel = open_channel(self.spec, ChannelSettings(outbox=self.folder / "outbox"))
        policy = LIVE if live else type(LIVE)()
        arguments = (self.spec, place, self.ledger, channel)
        run_id = f"run{self.runs}"
        result = run_sync(*arguments, policy=policy, clock=self.clock, run_id=run_id)
        return dict(result.summary)

    def held(self) -> list[str]:
        return sorted(self.ledger.active(self.spec.name))

    def limit(self, **limits: object) -> None:
        changed = self.spec.limits.model_copy(update=limits)
        self.spec = self.spec.model_copy(update={"limits": changed})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.ledger.close()


def test_leaver_is_not_added_again_when_an_older_publication_comes_back(desk: Desk) -> None:
    older = desk.publish([member(1), member(2)])
    desk.run(older)
    desk.clock.instant += timedelta(days=1)
    desk.run(desk.publish([member(1)], day=1))
    summary = desk.run(older)
    assert (summary["status"], summary["adds"], desk.held()) == ("awaiting_approval", 1, ["p00001"])
    assert summary["waiting_reason"] == (
        "the publication (as of 2026-10-31, published 2026-11-01 03:00 UTC) is older than the one "
        "last delivered (as of 2026-11-01, published 2026-11-02 03:00 UTC): people who left since "
        "could be added again"
    )
    approve(desk.ledger, summary["plan_id"], by="an operator", now=desk.clock.now())
    assert desk.run(older)["status"] == "delivered"
    # What was approved is now the last delivery: the same publication waits no more.
    assert desk.run(older)["status"] == "unchanged"


def test_plan_waits_when_a_new_publication_holds_older_data(desk: Desk) -> None:
    desk.run(desk.publish([member(1)], day=0))
    place = publish(
        desk.folder / "late",
        [member(1), member(2)],
        sync=desk.spec.name,
        published_at=NOW + timedelta(hours=1),
        as_of_date=date(2026, 10, 30),
    )
    assert desk.run(place)["status"] == "awaiting_approval"
    assert desk.held() == ["p00001"]


def test_older_publication_still_takes_off_whom_it_refuses(desk: Desk) -> None:
    older = desk.publish([member(1, refusal="suppressed"), member(2)])
    desk.run(desk.publish([member(1), member(3)], day=1))
    summary = desk.run(older)
    assert (summary["status"], summary["delivered"]) == ("awaiting_approval", 1)
    assert desk.held() == ["p00003"]
    # Those removals are no delivery of the older data: it is still the older one.
    assert desk.run(older)["status"] == "awaiting_approval"


def test_newer_publication_that_only_took_people_off_makes_the_former_one_older(
    desk: Desk,
) -> None:
    desk.limit(max_changed_ratio=0.5)
    former = desk.publish([member(1), member(2)])
    desk.run(former)
    refusing = [member(1, refusal="suppressed"), *(member(n) for n in range(2, 9))]
    assert desk.run(desk.publish(refusing, day=1))["status"] == "awaiting_approval"
    summary = desk.run(former)
    assert (summary["status"], desk.held()) == ("awaiting_approval", ["p00002"])


def test_waiting_plan_takes_off_the_refused_and_nobody_else(desk: Desk) -> None:
    desk.limit(max_removed_ratio=0.2)
    desk.run(desk.publish([member(n) for n in range(10)]))
    people = [member(n, refusal="no_consent") for n in (0, 1)]
    people += [member(n, refusal="suppressed") for n in (2, 3)]
    people += [member(4, family_name="髙橋"), member(5), member(11)]
    place = desk.publish(people, day=1)
    desk.clock.instant += timedelta(days=1)
    summary = desk.run(place)
    # Six are left to judge; four of them, 6 to 9, left the segment.
    assert summary["waiting_reason"] == "removals: 4 of 6 is 67% (limit 20%)"
    assert (summary["status"], summary["delivered"]) == ("awaiting_approval", 4)
    assert desk.held() == [f"p{n:05d}" for n in range(4, 10)]
    assert desk.ledger.latest_summaries() == [summary]


def test_approval_holds_when_the_refused_have_gone_in_between(desk: Desk) -> None:
    desk.limit(max_removed_ratio=0.2)
    desk.run(desk.publish([member(n) for n in range(4)]))
    place = desk.publish([member(0, refusal="suppressed"), member(1), member(2)], day=1)
    waiting = desk.run(place)
    approve(desk.ledger, waiting["plan_id"], by="an operator", now=desk.clock.now())
    summary = desk.run(place)
    assert (summary["plan_id"], summary["delivered"]) == (waiting["plan_id"], 1)
    assert desk.held() == ["p00001", "p00002"]


def test_refused_leave_without_approval_when_nothing_else_is_out_of_line(desk: Desk) -> None:
    desk.limit(max_removed_ratio=0.2)
    desk.run(desk.publish([member(n) for n in range(4)]))
    refused = [member(n, refusal="suppressed") for n in range(3)]
    summary = desk.run(desk.publish([*refused, member(3)], day=1))
    assert (summary["status"], summary["delivered"]) == ("delivered", 3)


def test_dry_run_of_a_waiting_plan_takes_nobody_off(desk: Desk) -> None:
    desk.limit(max_changed_ratio=0.5)
    desk.run(desk.publish([member(1), member(2)]))
    people = [member(1, refusal="suppressed"), member(2), member(3)]
    place = desk.publish(people, day=1)
    assert desk.run(place, live=False)["status"] == "awaiting_approval"
    assert desk.held() == ["p00001", "p00002"]


def test_refilled_list_waits_again_when_it_had_been_emptied(desk: Desk) -> None:
    desk.run(desk.publish([member(1)]))
    desk.run(desk.publish([], day=1))
    desk.limit(first_sync="approve")
    summary = desk.run(desk.publish([member(2)], day=2))
    assert summary["waiting_reason"] == "first sync: 1 recipients would be added"
    assert summary["waiting_codes"] == ["first_sync"]


def test_stale_data_wait_when_the_sync_sets_a_limit(desk: Desk) -> None:
    desk.limit(max_as_of_age_days=0)
    summary = desk.run(desk.publish([member(1)]))
    assert summary["waiting_reason"] == "the data end 1 days before their publication (limit 0)"


def test_last_live_run_stays_in_view_when_a_plan_is_made_after_it(desk: Desk) -> None:
    place = desk.publish([member(1)])
    only = desk.run(place, live=False)
    assert desk.ledger.latest_summaries() == [only]
    real = desk.run(place)
    desk.run(place, live=False)
    assert desk.ledger.latest_summaries() == [real]
