"""Answers that are lost, broken, or say wait: nobody gets a message twice and nobody is lost."""

import random
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.engine import SyncResult, run_sync
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.ledger.ledger import Ledger
from tests.contract.benches.base import AUDIENCE_BENCHES, BENCHES, Bench, channel_of, open_bench
from tests.contract.benches.file import FileBench
from tests.contract.benches.webhook import WebhookBench
from tests.contract.letterbox import CHANNELS
from tests.contract.loopback import Reply
from tests.contract.message_world import account_for, open_mailroom
from tests.contract.sync_world import LIVE, Medium, Person, TurnedClock, member, publish

OVER_HTTP = tuple(name for name in BENCHES if name != FileBench.name)
WAITS = ("0", "2", "Wed, 21 Oct", "Sun, 01 Nov 2026 03:00:09 GMT", "-5", None, "soon")
"""Every form of Retry-After, and none; the date is nine seconds after the clock begins."""
FAULTS = {
    "500": Reply(500),
    "reset": Reply(cut=True),
    "html 502": Reply(502, b"<html><h1>Bad gateway</h1></html>"),
    "truncated JSON": Reply(200, b'{"job_id": "4f1'),
    "200 with an error": Reply(200, b'{"errors": [{"message": "invalid"}]}'),
    "302": Reply(302, b"", {"Location": "http://127.0.0.1:9/elsewhere"}),
}


@pytest.mark.parametrize("kind", CHANNELS)
def test_every_tenth_answer_that_is_lost_doubles_and_loses_nobody(
    kind: str, tmp_path: Path
) -> None:
    draw = random.Random(3)  # noqa: S311 (a test repeats its draws)
    with open_mailroom(tmp_path, kind) as room:
        folder = room.publish([member(n) for n in range(400)])
        lost: list[str] = []

        def lose(request: dict[str, Any]) -> str:
            told = "lose" if draw.random() < 0.1 else ""
            lost.extend([request["op"]] if told else [])
            return told

        room.box.before = lose
        room.rerun(folder, channel=room.channel(max_rows=20))
        assert lost.count("deliver") >= 2
        room.box.before = lambda _request: ""
        assert room.rerun(folder).summary["adds"] == 0
        unknown = room.ledger.unknown_messages(room.spec.name)
        assert len(unknown) == (20 * lost.count("deliver") if kind == "C" else 0)
        account_for(room, 400)


def _publish(bench: Bench, folder: Path, people: list[Person]) -> Path:
    media = [Medium(bench.spec.medium)]
    return publish(folder / "pub", people, sync=bench.spec.name, media=media)


def _run(bench: Bench, folder: Path, ledger: Ledger, clock: TurnedClock) -> SyncResult:
    channel = channel_of(bench)
    return run_sync(
        bench.spec, folder, ledger, channel, policy=LIVE, clock=clock, run_id=f"r{next(_RUNS)}"
    )


_RUNS = count(1)


def _script(bench: Bench, speak: Callable[[], Reply | None]) -> None:
    bench.fake.before = lambda _request: speak()  # type: ignore[attr-defined] - of every bench but the file's


@pytest.mark.parametrize("name", OVER_HTTP)
def test_storm_of_429_uses_up_no_attempt_and_is_waited_out(name: str, tmp_path: Path) -> None:
    """Nineteen of twenty requests are told to come later, in every form, the last for 30 years."""
    headers = [*WAITS, *WAITS, *WAITS[:4], "1e9"]
    answers = [Reply(429, b"{}", {} if h is None else {"Retry-After": h}) for h in headers]
    clock, ledger = TurnedClock(), Ledger("sqlite://")
    with open_bench(name, tmp_path) as bench:
        folder = _publish(bench, tmp_path, [member(1), member(2)])
        waiting = list(answers)
        _script(bench, lambda: waiting.pop(0) if waiting else None)
        result = _run(bench, folder, ledger, clock)
        assert waiting == []
        assert result.summary["unknown"] == 0
        asked = [wait for wait in clock.waits if wait != LIVE.poll_seconds]
        assert len(asked) >= len(answers)
        assert all(1.0 <= wait <= 300.0 for wait in asked)
        assert bench.added() == {"canary1@example.jp": 1, "canary2@example.jp": 1}
    ledger.close()


BY_STATUS_ALONE = (WebhookBench.name, ("truncated JSON", "200 with an error"))
"""Standard Webhooks: the receiver has it when the status is 2xx, whatever the body says."""


@pytest.mark.parametrize("name", OVER_HTTP)
def test_error_in_a_good_answer_crashes_nothing_and_is_in_the_end_made_good(
    name: str, tmp_path: Path
) -> None:
    _make_good(name, "200 with an error", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", OVER_HTTP)
def test_broken_answer_crashes_nothing_and_is_in_the_end_made_good(
    name: str, fault: str, tmp_path: Path
) -> None:
    _make_good(name, fault, tmp_path)


def _make_good(name: str, fault: str, tmp_path: Path) -> None:
    clock, ledger = TurnedClock(), Ledger("sqlite://")
    people = [member(n) for n in range(1, 5)]
    with open_bench(name, tmp_path) as bench:
        folder = _publish(bench, tmp_path, people)
        _script(bench, lambda: FAULTS[fault])
        with suppress(TransientError, TerminalError):
            _run(bench, folder, ledger, clock)
        bench.come_back()
        _run(bench, folder, ledger, clock)
        assert _run(bench, folder, ledger, clock).plan.items == ()
        if name == BY_STATUS_ALONE[0] and fault in BY_STATUS_ALONE[1]:
            assert len(ledger.active(bench.spec.name)) == len(people)
        else:
            _check_everybody(bench, ledger, people)
    ledger.close()


def _check_everybody(bench: Bench, ledger: Ledger, people: list[Person]) -> None:
    """An audience holds everybody; a message came once, or is listed as unknown."""
    added = bench.added()
    assert set(added.values()) <= {1}
    if bench.name in AUDIENCE_BENCHES:
        assert set(bench.held()) == {person.email for person in people}
        return
    unknown = set(ledger.unknown_messages(bench.spec.name))
    doubtful = {r.person_id for r in ledger.export_messages() if r.message_id in unknown}
    reached = {person.person_id for person in people if person.email in added}
    assert reached | doubtful == {person.person_id for person in people}
    assert len(added) + len(unknown) == len(people)
