"""Audiences of LINE over a real socket: every change is a new list in the old one's place."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.channel import Item, JobState, Reject, Row
from reverse_etl.channels.line_audience import LineAudience
from reverse_etl.engine import run_sync, settle_pending
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.ledger.ledger import Ledger
from tests.contract.benches.base import channel_of
from tests.contract.benches.line_audience import LineAudienceBench, open_bench
from tests.contract.fake_line_audience import UPLOAD
from tests.contract.loopback import Reply, Request, answer_json
from tests.contract.sync_world import LIVE, Person, TurnedClock, add_contacts, member, publish

PATIENT = replace(LIVE, poll_seconds=5.0, poll_deadline_seconds=10.0)


class Desk:
    """One audience, its ledger and the days of its segment."""

    def __init__(self, bench: LineAudienceBench, folder: Path) -> None:
        self.bench, self.fake, self.folder = bench, bench.fake, folder
        self.ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite")
        self.clock = TurnedClock()
        self.days = 0

    def run(
        self, people: list[Person], *, known: list[Person] | None = None, **capabilities: Any
    ) -> dict[str, Any]:
        """Publish and sync; `known` are people of the shop who are not in the segment."""
        self.days += 1
        place = self.folder / f"day{self.days}"
        published = publish(place, people, sync=self.bench.spec.name, published_at=self.clock.now())
        add_contacts(published, known or [])
        result = run_sync(
            self.bench.spec,
            published,
            self.ledger,
            channel_of(self.bench, **capabilities),
            policy=PATIENT,
            clock=self.clock,
            run_id=f"run{self.days}",
        )
        return dict(result.summary)

    def limit(self, **limits: object) -> None:
        changed = self.bench.spec.limits.model_copy(update=limits)
        self.bench.spec = self.bench.spec.model_copy(update={"limits": changed})

    def held(self) -> list[str]:
        return sorted(email.partition("@")[0] for email in self.bench.held())

    def active(self) -> list[str]:
        return sorted(self.ledger.active(self.bench.spec.name))

    def uploads(self) -> int:
        return sum(request.path == UPLOAD for request in self.fake.requests)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_bench(tmp_path) as bench:
        made = Desk(bench, tmp_path)
        yield made
        made.ledger.close()


def _people(*numbers: int, **changes: object) -> list[Person]:
    return [member(number, **changes) for number in numbers]


def test_leaver_is_on_no_audience_once_the_new_one_is_in_use(desk: Desk) -> None:
    desk.run(_people(1, 2, 3))
    summary = desk.run(_people(2, 3, 4))
    assert (summary["removals"], summary["adds"], summary["delivered"]) == (1, 1, 3)
    assert len(desk.fake.audiences) == 1
    assert desk.held() == ["canary2", "canary3", "canary4"]
    assert desk.active() == ["p00002", "p00003", "p00004"]


def test_audience_bears_the_name_people_look_for_and_the_sync(desk: Desk) -> None:
    desk.run(_people(1))
    name = next(iter(desk.fake.audiences.values())).name
    assert name.startswith("お久しぶりの方 [winback__line_audience:")
    assert len(name) <= 120


def test_old_audience_stays_while_the_new_one_is_read_and_nothing_else_goes(desk: Desk) -> None:
    desk.run(_people(1, 2))
    desk.fake.looks_until_ready = 99
    summary = desk.run(_people(2, 3))
    assert summary["status"] == "accepted"
    assert len(desk.fake.audiences) == 2
    uploads = desk.uploads()
    desk.run(_people(2, 3, 4))
    assert desk.uploads() == uploads
    desk.fake.looks_until_ready = 0
    assert settle_pending(desk.bench.spec, desk.ledger, channel_of(desk.bench)) == 0
    assert (desk.held(), desk.active()) == (["canary2", "canary3"], ["p00002", "p00003"])
    desk.run(_people(2, 3, 4))
    assert desk.held() == ["canary2", "canary3", "canary4"]


def test_nobody_is_left_to_send_to_when_they_are_fewer_than_line_takes(desk: Desk) -> None:
    desk.run(_people(1, 2, 3))
    desk.fake.least = 3
    summary = desk.run(_people(1, 2))
    assert (summary["status"], summary["rejected"]) == ("partial", 2)
    assert (desk.held(), desk.active()) == ([], [])
    desk.fake.least = 1
    desk.run(_people(1, 2))
    assert (desk.held(), desk.active()) == (["canary1", "canary2"], ["p00001", "p00002"])


def test_segment_without_anybody_leaves_no_audience(desk: Desk) -> None:
    desk.run(_people(1, 2))
    summary = desk.run([])
    assert summary["delivered"] == 2
    assert (desk.fake.audiences, desk.active()) == ({}, [])


def test_waiting_plan_takes_off_whom_the_policy_refuses_and_adds_nobody(desk: Desk) -> None:
    desk.run(_people(1, 2, 3))
    desk.limit(max_changed_ratio=0.1)
    people = [*_people(1, 4, 5), *_people(2, refusal="unsubscribed")]
    summary = desk.run(people, known=_people(3))
    # The third left the segment, which may wait; the second must not be reached any more.
    assert summary["status"] == "awaiting_approval"
    assert desk.held() == ["canary1", "canary3"]
    assert desk.active() == ["p00001", "p00003"]


def test_waiting_plan_makes_no_audience_when_nobody_must_go_at_once(desk: Desk) -> None:
    desk.run(_people(1, 2))
    uploads = desk.uploads()
    desk.limit(max_changed_ratio=0.1)
    assert desk.run(_people(1, 2, 3, 4))["status"] == "awaiting_approval"
    assert desk.uploads() == uploads


def test_last_one_who_must_go_at_once_leaves_no_audience(desk: Desk) -> None:
    desk.run(_people(1))
    desk.limit(first_sync="approve")
    summary = desk.run([*_people(1, refusal="unsubscribed"), *_people(2, 3)])
    assert summary["status"] == "awaiting_approval"
    assert (desk.fake.audiences, desk.active()) == ({}, [])


def test_refused_list_is_not_halved_and_the_old_one_stays(desk: Desk) -> None:
    desk.run(_people(1, 2))
    uploads = desk.uploads()

    def refuse(request: Request) -> Reply | None:
        return answer_json(400, {"message": "no"}) if request.path == UPLOAD else None

    desk.fake.before = refuse
    with pytest.raises(TerminalError, match="refused the whole list with http_400"):
        desk.run(_people(2, 3))
    assert desk.uploads() == uploads + 1
    assert (desk.held(), desk.active()) == (["canary1", "canary2"], ["p00001", "p00002"])


def test_refusal_bears_the_vendors_own_name_and_no_sentence_of_it(desk: Desk) -> None:
    desk.run(_people(1, 2))
    said = ["AUDIENCE_GROUP_COUNT_MAX_OVER", "canary3 is wrong"]

    def refuse(request: Request) -> Reply | None:
        details = [{"message": said[0]}]
        answer = answer_json(400, {"message": "refused", "details": details})
        return answer if request.path == UPLOAD else None

    desk.fake.before = refuse
    with pytest.raises(TerminalError, match="audience_group_count_max_over"):
        desk.run(_people(2, 3))
    said.pop(0)
    with pytest.raises(TerminalError, match="with http_400"):
        desk.run(_people(2, 3))


def test_upload_writes_no_file(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    desk.run(_people(1, 2))
    assert desk.held() == ["canary1", "canary2"]


def test_audience_whose_answer_was_lost_is_cleared_away_by_the_next(desk: Desk) -> None:
    lost = iter([True])

    def lose(request: Request) -> Reply | None:
        return Reply(cut=True) if request.path == UPLOAD and next(lost, False) else None

    desk.run(_people(1, 2))
    desk.fake.after = lose
    desk.run(_people(2, 3))
    assert len(desk.fake.audiences) == 1
    assert desk.held() == ["canary2", "canary3"]


def test_old_audience_that_cannot_be_deleted_keeps_the_job_open(desk: Desk) -> None:
    desk.run(_people(1, 2))
    desk.fake.before = lambda request: Reply(500) if request.method == "DELETE" else None
    assert desk.run(_people(2, 3))["status"] == "accepted"
    assert desk.active() == ["p00001", "p00002", "p00003"]
    desk.fake.before = lambda _request: None
    assert settle_pending(desk.bench.spec, desk.ledger, channel_of(desk.bench)) == 0
    assert (desk.held(), desk.active()) == (["canary2", "canary3"], ["p00002", "p00003"])


def test_audiences_of_other_syncs_and_of_people_stay(desk: Desk) -> None:
    names = ["手で作った", "x [winback__line:0123abcd]", "[winback__line_audience:0123abcd] y"]
    for name in names:
        desk.fake._make({"description": name, "file": "U" + "0" * 32})
    desk.run(_people(1))
    desk.run(_people(2))
    assert [a.name for a in desk.fake.audiences.values()][:3] == names
    assert len(desk.fake.audiences) == 4


def test_all_pages_of_the_account_are_read(desk: Desk) -> None:
    desk.fake.page_size = 1
    with suppress(TransientError):
        desk.fake.before = lambda request: Reply(500) if request.method == "DELETE" else None
        desk.run(_people(1))
        desk.run(_people(2))
    desk.fake.before = lambda _request: None
    settle_pending(desk.bench.spec, desk.ledger, channel_of(desk.bench))
    desk.run(_people(3))
    assert (len(desk.fake.audiences), desk.held()) == (1, ["canary3"])


def test_list_that_nothing_changed_is_renewed_before_line_forgets_it(desk: Desk) -> None:
    desk.run(_people(1))
    desk.clock.instant += timedelta(days=150)
    desk.run(_people(1))
    assert desk.uploads() == 1
    desk.clock.instant += timedelta(days=1)
    desk.run(_people(1))
    assert (desk.uploads(), desk.held()) == (2, ["canary1"])
    desk.run(_people(1))
    assert desk.uploads() == 2


def test_more_people_than_one_list_takes_are_refused_with_the_mend(desk: Desk) -> None:
    with pytest.raises(TerminalError, match="2 people are more than the 1 that channel"):
        desk.run(_people(1, 2), max_rows=1)
    assert desk.uploads() == 0


@pytest.mark.parametrize("status", ["EXPIRED", "INACTIVE", "FAILED"])
def test_list_that_came_to_nothing_is_deleted_and_the_old_one_stays(
    desk: Desk, status: str
) -> None:
    desk.run(_people(1))

    def say(request: Request) -> Reply | None:
        is_look = request.method == "GET" and request.path.rpartition("/")[2].isdecimal()
        body = {"audienceGroup": {"status": status, "failedType": "INTERNAL_ERROR"}, "jobs": []}
        return answer_json(200, body) if is_look else None

    desk.fake.before = say
    desk.run(_people(2))
    assert (desk.held(), desk.active()) == (["canary1"], ["p00001"])


def test_job_of_an_audience_that_is_gone_has_failed(desk: Desk) -> None:
    result = channel_of(desk.bench).poll("4711@winback__line_audience", [])
    assert (result.state, result.code) == (JobState.FAILED, "audience_gone")


@pytest.mark.parametrize(
    ("user", "code"),
    [(None, "missing_line_user_id"), ("", "missing_line_user_id"), ("u1", "bad_line_user_id")],
)
def test_row_without_a_user_id_is_left_out(desk: Desk, user: str | None, code: str) -> None:
    channel = channel_of(desk.bench)
    assert channel.build(Row("p1", {"line_user_id": user})) == Reject("p1", code)
    assert isinstance(channel.build(Row("p1", {"line_user_id": "U" + "a" * 32})), Item)


@pytest.mark.parametrize(
    ("options", "fields", "words"),
    [
        ({"audience": "x"}, ["line_user_id", "email"], "line_user_id alone"),
        ({"audience": "x"}, [], "line_user_id alone"),
        ({"audience": "x" * 41}, ["line_user_id"], "audience"),
        ({"audience": "a [b]"}, ["line_user_id"], "audience"),
        ({}, ["line_user_id"], "audience"),
    ],
)
def test_options_that_make_no_audience_are_refused(
    options: dict[str, object], fields: list[str], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        LineAudience.check_options(options, fields)
