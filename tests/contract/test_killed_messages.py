"""A run of messages that is killed anywhere loses nobody and sends to nobody twice."""

import random
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from time import perf_counter

import pytest

from tests.contract.forked import end, kill_at_line, kill_me, run_once, start
from tests.contract.letterbox import CHANNELS
from tests.contract.message_world import Mailroom, account_for, open_mailroom
from tests.contract.sync_world import FrequencyRule, member, message_spec


def _kill_after(steps: int, seconds: float) -> Callable[[str], None]:
    """Give a listener that kills so long after the step of that number; 0 is the beginning."""
    heard = count()

    def listen(_step: str) -> None:
        if next(heard) == steps:
            timer = threading.Timer(seconds, kill_me)
            timer.daemon = True
            timer.start()

    return listen


def _survive(room: Mailroom, people: int, kills: int, planning_seconds: float) -> str:
    """Kill run after run, anywhere from its beginning to its twelfth step, then let one end.

    One that is through before its kill comes is killed after its last line.
    """
    draw = random.Random(7)  # noqa: S311 (a test repeats its draws)
    folder = room.publish([member(n) for n in range(people)])
    room.ledger.close()
    began = perf_counter()
    for number in range(kills):
        step = draw.randint(0, 12)
        after = _kill_after(step, draw.uniform(0.0, 0.03 if step else planning_seconds))

        def work(run_id: str = f"k{number}", kill: Callable[[str], None] = after) -> None:
            kill("begun")
            run_once(room, folder, run_id, on_step=kill)
            kill_me()

        assert end(start(work)) == -9
    room.rerun(folder)
    seconds = perf_counter() - began
    told = account_for(room, people)
    assert room.rerun(folder).summary["adds"] == 0
    return f"{room.kind}: {kills} kills, {people} rows, {seconds:.0f} s, {told}"


@pytest.mark.parametrize("kind", CHANNELS)
def test_killed_runs_lose_and_double_nobody(kind: str, tmp_path: Path) -> None:
    with open_mailroom(tmp_path, kind) as room:
        _survive(room, people=200, kills=2, planning_seconds=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("kind", CHANNELS)
def test_200_kills_over_20000_rows_lose_and_double_nobody(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_mailroom(tmp_path, kind) as room:
        figures = _survive(room, people=20_000, kills=200, planning_seconds=1.5)
    with capsys.disabled():
        print(f"\n{figures}")


def _kill_at(kind: str, folder: Path, line: int) -> bool:
    folder.mkdir()
    with open_mailroom(folder, kind) as room:
        published = room.publish([member(1), member(2)])
        room.ledger.close()
        child = start(lambda: run_once(room, published, "killed", on_step=kill_at_line(line)))
        ended = end(child)
        assert ended in (0, -9)
        room.rerun(published)
        account_for(room, 2)
        return ended == -9


@pytest.mark.parametrize("line", [1, 90, 220])
@pytest.mark.parametrize("kind", CHANNELS)
def test_run_killed_at_some_lines_loses_and_doubles_nobody(
    kind: str, line: int, tmp_path: Path
) -> None:
    assert _kill_at(kind, tmp_path / "room", line)


@pytest.mark.slow
@pytest.mark.parametrize("kind", CHANNELS)
def test_run_killed_at_every_line_loses_and_doubles_nobody(kind: str, tmp_path: Path) -> None:
    line = 1
    while _kill_at(kind, tmp_path / str(line), line):
        line += 1
    assert line > 220


def test_cap_holds_to_the_message_when_two_syncs_run_at_once(tmp_path: Path) -> None:
    with open_mailroom(tmp_path, "C") as room:
        people = [member(n) for n in range(200)]
        rules = [FrequencyRule("all", 1, 1)]
        specs = [message_spec(CHANNELS["C"].name, name=f"sync_{n}") for n in range(2)]
        places = [room.publish(people, sync=spec.name, rules=rules) for spec in specs]
        room.ledger.close()
        children = [
            start(lambda s=spec, p=place: run_once(room, p, s.name, spec=s))
            for spec, place in zip(specs, places, strict=True)
        ]
        assert [end(child) for child in children] == [0, 0]
        copies = room.box.copies()
        assert (len(copies), max(copies.values())) == (200, 1)
        codes = [record.code for record in room.ledger.export_messages()]
        assert (codes.count(""), codes.count("frequency_cap")) == (200, 200)


def test_second_run_of_one_sync_at_once_is_refused(tmp_path: Path) -> None:
    with open_mailroom(tmp_path, "C") as room:
        folder = room.publish([member(n) for n in range(200)])
        room.ledger.close()
        runs = [lambda n=n: run_once(room, folder, f"r{n}") for n in range(2)]
        children = [start(run) for run in runs]
        ended = sorted(end(child) for child in children)
        assert ended in ([0, 0], [0, 1])
        room.rerun(folder)
        copies = room.box.copies()
        assert (len(copies), max(copies.values())) == (200, 1)
