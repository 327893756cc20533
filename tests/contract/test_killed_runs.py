"""A run that is killed at any step between claim and settle loses nobody and doubles nobody."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from reverse_etl.engine import run_sync
from reverse_etl.ledger.ledger import Ledger
from tests.contract.benches.base import (
    AUDIENCE_BENCHES,
    PARTED_BENCHES,
    Bench,
    channel_of,
    open_bench,
)
from tests.contract.forked import end, kill_me, start
from tests.contract.sync_world import LIVE, TurnedClock, member, publish


def _prepare(bench: Bench, folder: Path) -> None:
    """Deliver a first day, and publish a second that adds, changes and removes."""
    first = publish(folder / "day1", [member(1), member(2)], sync=bench.spec.name)
    ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite")
    arguments = (bench.spec, first, ledger, channel_of(bench))
    run_sync(*arguments, policy=LIVE, clock=TurnedClock(), run_id="first")
    ledger.close()
    second = [member(2, family_name="髙橋"), member(3)]
    publish(folder / "day2", second, sync=bench.spec.name)


def _ended(bench: Bench, folder: Path, step: int) -> int:
    """Give how a run of the second day ended that is killed at a step: -9, or 0 for none."""
    steps = count(1)

    def kill(_name: str) -> None:
        if next(steps) == step:
            kill_me()

    def work() -> None:
        ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite")
        arguments = (bench.spec, folder / "day2", ledger, channel_of(bench))
        policy = replace(LIVE, on_step=kill)
        run_sync(*arguments, policy=policy, clock=TurnedClock(), run_id="killed")

    return end(start(work))


def _check_after_resume(bench: Bench, folder: Path) -> None:
    ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite")
    arguments = (bench.spec, folder / "day2", ledger, channel_of(bench))
    run_sync(*arguments, policy=LIVE, clock=TurnedClock(), run_id="resumed")
    held = bench.held()
    assert set(held) == {"canary2@example.jp", "canary3@example.jp"}
    if "last_name" in bench.spec.payload:
        assert [held[f"canary{n}@example.jp"]["last_name"] for n in (2, 3)] == ["髙橋", "山田"]
    assert bench.added()["canary3@example.jp"] == 1
    again = run_sync(*arguments, policy=LIVE, clock=TurnedClock(), run_id="again")
    assert again.plan.items == ()
    assert ledger.open_batches(bench.spec.name, "claimed") == []
    ledger.close()


@pytest.mark.parametrize("step", [1, 2], ids=["claimed", "sent"])
@pytest.mark.parametrize("name", AUDIENCE_BENCHES)
def test_killed_run_loses_and_doubles_nobody(name: str, step: int, tmp_path: Path) -> None:
    with open_bench(name, tmp_path) as bench:
        _prepare(bench, tmp_path)
        assert _ended(bench, tmp_path, step) == -9
        _check_after_resume(bench, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", AUDIENCE_BENCHES)
def test_run_killed_at_every_step_loses_and_doubles_nobody(name: str, tmp_path: Path) -> None:
    step, was_killed = 0, True
    while was_killed:
        step += 1
        folder = tmp_path / str(step)
        folder.mkdir()
        with open_bench(name, folder) as bench:
            _prepare(bench, folder)
            ended = _ended(bench, folder, step)
            assert ended in (-9, 0)
            was_killed = ended == -9
            _check_after_resume(bench, folder)
    # A removal, an addition and a change, each claimed, sent and settled; or one list in their
    # place, claimed, sent, accepted, polled and settled.
    assert step > (5 if name not in PARTED_BENCHES else 9)
