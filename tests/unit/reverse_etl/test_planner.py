"""Plans on real publications: who is added, changed, removed, refused, invalid, waiting."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from reverse_etl.channel import ChannelSettings, open_channel
from reverse_etl.engine import run_sync
from reverse_etl.errors import TerminalError
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.guards import approve
from reverse_etl.planning.planner import Plan, plan_sync
from tests.contract.sync_world import LIVE, NOW, Person, TurnedClock, member, publish, winback_spec


class Desk:
    """The file outbox of one sync, planned and run over numbered publications."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = Ledger("sqlite://", plans=folder / "plans")
        self.clock = TurnedClock()
        self.spec = winback_spec("file")
        self.days = 0

    def publish(self, people: list[Person]) -> Path:
        self.days += 1
        return publish(self.folder / f"pub{self.days}", people, sync=self.spec.name)

    def plan(self, people: list[Person]) -> Plan:
        channel = open_channel(self.spec, ChannelSettings(outbox=self.folder / "outbox"))
        place = self.publish(people)
        return plan_sync(self.spec, place, self.ledger, channel, clock=self.clock)

    def run(self, place: Path | list[Person]) -> dict[str, object]:
        folder = place if isinstance(place, Path) else self.publish(place)
        channel = open_channel(self.spec, ChannelSettings(outbox=self.folder / "outbox"))
        result = run_sync(
            self.spec,
            folder,
            self.ledger,
            channel,
            policy=LIVE,
            clock=self.clock,
            run_id=f"run{self.days}",
        )
        return dict(result.summary)

    def limit(self, **limits: object) -> None:
        self.spec = self.spec.model_copy(
            update={"limits": self.spec.limits.model_copy(update=limits)}
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.ledger.close()


def _kinds(plan: Plan) -> dict[str, str]:
    return {item.person_id: item.kind for item in plan.items}


def test_plan_tells_add_change_remove_reenter_and_same_apart(desk: Desk) -> None:
    desk.run([member(1), member(2), member(3), member(4)])
    desk.run([member(1), member(2), member(3)])
    plan = desk.plan(
        [member(1), member(2, family_name="髙橋"), member(4), member(5)],
    )
    assert _kinds(plan) == {
        "p00002": "change",
        "p00003": "remove",
        "p00004": "re_enter",
        "p00005": "add",
    }
    assert plan.counts["unchanged"] == 1


def test_plan_refuses_with_one_reason_each_and_removes_who_is_held(desk: Desk) -> None:
    desk.run([member(1), member(2)])
    plan = desk.plan(
        [
            member(1, refusal="suppressed"),
            member(2),
            member(3, refusal="no_consent"),
            member(4, refusal="no_consent"),
            member(5, is_decided=False),
        ]
    )
    assert plan.summary()["refused"] == {"no_consent": 2, "not_decided": 1, "suppressed": 1}
    assert _kinds(plan) == {"p00001": "remove"}


def test_plan_sets_invalid_rows_apart(desk: Desk) -> None:
    nobody = replace(member(9), person_id=None)
    plan = desk.plan([member(1), member(1), member(2, email=None), nobody, member(3, email="")])
    assert plan.summary()["invalid"] == {
        "duplicate_person": 1,
        "missing_email": 2,
        "null_person": 1,
    }
    assert _kinds(plan) == {"p00001": "add"}


def test_plan_keeps_the_holder_when_two_people_share_one_address(desk: Desk) -> None:
    desk.spec = winback_spec("sendgrid_contacts")
    settings = ChannelSettings()
    channel = open_channel(desk.spec, settings)
    place = desk.publish([member(2, email="Both@example.jp"), member(1, email="both@example.jp")])
    plan = plan_sync(desk.spec, place, desk.ledger, channel, clock=desk.clock)
    assert _kinds(plan) == {"p00001": "add"}
    assert plan.summary()["invalid"] == {"duplicate_key": 1}


def test_plan_counts_a_new_mapping_version_as_changes(desk: Desk) -> None:
    desk.run([member(1), member(2)])
    desk.spec = desk.spec.model_copy(update={"mapping_version": 2})
    desk.limit(max_changed_ratio=0.5)
    plan = desk.plan([member(1), member(2)])
    assert plan.summary()["changes"] == 2
    assert [breaker.code for breaker in plan.breakers] == ["too_many_changes"]


def test_add_only_sends_once_an_episode(desk: Desk) -> None:
    desk.spec = winback_spec("file", mode="add_only", on_exit="keep")
    later = datetime(2027, 6, 1)  # noqa: DTZ001 (published instants are naive UTC)
    desk.run([member(1)])
    assert _kinds(desk.plan([member(1, family_name="髙橋")])) == {}
    desk.run([])
    assert _kinds(desk.plan([member(1)])) == {}
    assert _kinds(desk.plan([member(1, entered_at=later)])) == {"p00001": "re_enter"}


def test_add_only_sends_no_second_piece_when_the_entry_moves_back(desk: Desk) -> None:
    """A cancelled order makes an older purchase the last one; that is no new lapse."""
    desk.spec = winback_spec("file", mode="add_only", on_exit="keep")
    desk.run([member(1)])
    earlier = datetime(2026, 9, 30)  # noqa: DTZ001 (published instants are naive UTC)
    assert _kinds(desk.plan([member(1, entered_at=earlier)])) == {}


def test_plan_hands_over_one_of_those_who_share_what_the_receiver_dedupes_by(desk: Desk) -> None:
    desk.spec = winback_spec("file", options={"dedupe_by": ["last_name", "first_name"]})
    # Written in another width and with a space, it is the same name.
    people = [
        member(1, family_name="山田"),
        member(2, family_name="ＡＢＣ"),
        member(3, family_name="Abc "),
        member(4, family_name="山田", refusal="no_consent"),
        member(5, family_name="山 田"),
    ]
    summary = desk.run(people)
    assert (summary["delivered"], summary["invalid"]) == (2, {"duplicate_recipient": 2})
    assert sorted(desk.ledger.active(desk.spec.name)) == ["p00001", "p00002"]
    again = desk.plan([member(0, family_name="ABC"), *people])
    # p00002 was handed over before p00000 came, and keeps the place.
    assert (_kinds(again), again.summary()["invalid"]) == ({}, {"duplicate_recipient": 3})


def test_plan_takes_nobody_for_a_twin_when_the_fields_are_empty(desk: Desk) -> None:
    desk.spec = winback_spec("file", options={"dedupe_by": ["last_name"]})
    plan = desk.plan([member(1, family_name=""), member(2, family_name="")])
    assert _kinds(plan) == {"p00001": "add", "p00002": "add"}


def test_upsert_keeps_who_left(desk: Desk) -> None:
    desk.spec = winback_spec("file", mode="upsert", on_exit="keep")
    desk.run([member(1), member(2)])
    plan = desk.plan([member(1)])
    assert (_kinds(plan), plan.counts["kept"]) == ({}, 1)


def test_plan_waits_and_sends_nothing_when_the_segment_collapses(desk: Desk) -> None:
    desk.limit(max_removed_ratio=0.2)
    desk.run([member(n) for n in range(10)])
    summary = desk.run([member(n) for n in range(4)])
    assert summary["status"] == "awaiting_approval"
    assert summary["waiting_reason"] == "removals: 6 of 10 is 60% (limit 20%)"
    assert len(desk.ledger.active(desk.spec.name)) == 10


def test_plan_waits_and_sends_nothing_when_the_segment_trebles(desk: Desk) -> None:
    # The loosest limit of any sync that comes with the platform.
    desk.limit(max_changed_ratio=1.0)
    desk.run([member(n) for n in range(10)])
    summary = desk.run([member(n) for n in range(30)])
    assert summary["status"] == "awaiting_approval"
    assert summary["waiting_reason"] == "changes: 20 of 10 is 200% (limit 100%)"
    assert len(desk.ledger.active(desk.spec.name)) == 10


def test_plan_goes_when_the_segment_doubles_within_its_limit(desk: Desk) -> None:
    desk.limit(max_changed_ratio=1.0)
    desk.run([member(n) for n in range(10)])
    assert desk.run([member(n) for n in range(20)])["status"] == "delivered"


def test_approved_plan_goes_and_another_still_waits(desk: Desk) -> None:
    desk.limit(first_sync="approve")
    place = desk.publish([member(1)])
    waiting = desk.run(place)
    assert waiting["status"] == "awaiting_approval"
    approve(desk.ledger, str(waiting["plan_id"]), by="an operator", now=desk.clock.now())
    assert desk.run([member(1), member(2)])["status"] == "awaiting_approval"
    assert desk.run(place)["status"] == "delivered"


def test_approval_needs_a_waiting_plan_and_a_name(desk: Desk) -> None:
    with pytest.raises(TerminalError, match="does not wait for approval"):
        approve(desk.ledger, "winback__file-000000000000", by="an operator", now=NOW)
    with pytest.raises(TerminalError, match="say who approves it"):
        approve(desk.ledger, "winback__file-000000000000", by=" ", now=NOW)


def test_run_waits_when_there_is_no_publication(desk: Desk, tmp_path: Path) -> None:
    desk.run([member(1)])
    summary = desk.run(tmp_path / "nowhere")
    assert summary["status"] == "awaiting_approval"
    assert summary["waiting_reason"] == ("no publication is there to read; build and publish first")
    assert len(desk.ledger.active(desk.spec.name)) == 1


def test_run_waits_when_the_folder_holds_no_publication(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    for name in ("warehouse", "contacts"):
        duckdb.connect(str(tmp_path / "half" / f"{name}.duckdb")).close()
    assert str(desk.run(tmp_path / "half")["waiting_reason"]).startswith("no publication is there")


def test_run_waits_when_the_publication_is_old(desk: Desk) -> None:
    place = desk.publish([member(1)])
    desk.clock.instant = NOW + timedelta(hours=37)
    assert desk.run(place)["waiting_reason"] == "the publication is 37.0 hours old (limit 36)"


def test_run_is_refused_with_the_column_named_when_a_mapped_column_is_gone(desk: Desk) -> None:
    payload = {"email": {"column": "contact.email"}, "tea": {"column": "segment.tea_name"}}
    desk.spec = winback_spec("file", payload=payload)
    with pytest.raises(TerminalError, match=r"no column tea_name in segments\.seg_winback"):
        desk.run([member(1)])


def test_plan_file_holds_ids_reasons_and_counts_only(desk: Desk) -> None:
    plan = desk.plan([member(1), member(2, refusal="open_order"), member(3, email=None)])
    body = json.loads((desk.folder / "plans" / f"{plan.plan_id}.json").read_text())
    assert [(i["person_id"], i["operation"]) for i in body["items"]] == [("p00001", "add")]
    assert body["refused"] == [{"person_id": "p00002", "reason": "open_order"}]
    assert body["invalid"] == [{"person_id": "p00003", "code": "missing_email"}]
    assert "@" not in json.dumps(body)


def test_summary_of_the_last_run_of_every_sync_is_kept(desk: Desk) -> None:
    desk.run([member(1)])
    desk.run([member(1), member(2)])
    (summary,) = desk.ledger.latest_summaries()
    assert (summary["run_id"], summary["adds"], summary["unchanged"]) == ("run2", 1, 1)
