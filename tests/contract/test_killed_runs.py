"""A run that is killed at any step between claim and settle loses nobody and doubles nobody."""

import subprocess
import sys
from pathlib import Path

import pytest

from reverse_etl.engine import run_sync
from reverse_etl.ledger import Ledger
from tests.contract.benches.base import AUDIENCE_BENCHES, Bench, channel_of, open_bench
from tests.contract.benches.file import FileBench
from tests.contract.sync_world import LIVE, TurnedClock, member, publish

ROOT = Path(__file__).parents[2]
KILLED_RUN = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from reverse_etl.engine import run_sync
from reverse_etl.ledger import Ledger
from tests.contract.benches.base import channel_of
from tests.contract.benches.file import FileBench
from tests.contract.benches.sendgrid_contacts import SendGridBench
from tests.contract.fake_sendgrid import FakeSendGrid
from tests.contract.sync_world import LIVE, TurnedClock

name, folder, base_url, wanted = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
fake = FakeSendGrid()
fake.base_url = base_url
bench = FileBench(folder) if name == "file" else SendGridBench(fake)
steps = 0

def kill(step):
    global steps
    steps += 1
    if steps == wanted:
        os.kill(os.getpid(), signal.SIGKILL)

run_sync(
    bench.spec, folder / "day2", Ledger(f"sqlite:///{folder}/ledger.sqlite"), channel_of(bench),
    policy=replace(LIVE, on_step=kill), clock=TurnedClock(), run_id="killed",
)
print(steps)
"""


def _prepare(bench: Bench, folder: Path) -> None:
    """Deliver a first day, and publish a second that adds, changes and removes."""
    first = publish(folder / "day1", [member(1), member(2)], sync=bench.spec.name)
    ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite")
    arguments = (bench.spec, first, ledger, channel_of(bench))
    run_sync(*arguments, policy=LIVE, clock=TurnedClock(), run_id="first")
    ledger.close()
    second = [member(2, family_name="髙橋"), member(3)]
    publish(folder / "day2", second, sync=bench.spec.name)


def _killed(bench: Bench, folder: Path, step: int) -> subprocess.CompletedProcess[str]:
    base_url = "" if isinstance(bench, FileBench) else bench.fake.base_url
    command = [sys.executable, "-c", KILLED_RUN, bench.name, str(folder), base_url, str(step)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def _check_after_resume(bench: Bench, folder: Path) -> None:
    ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite")
    arguments = (bench.spec, folder / "day2", ledger, channel_of(bench))
    run_sync(*arguments, policy=LIVE, clock=TurnedClock(), run_id="resumed")
    held = bench.held()
    assert {email: row["last_name"] for email, row in held.items()} == {
        "canary2@example.jp": "髙橋",
        "canary3@example.jp": "山田",
    }
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
        assert _killed(bench, tmp_path, step).returncode == -9
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
            ended = _killed(bench, folder, step)
            was_killed = ended.returncode == -9
            assert was_killed or ended.returncode == 0, ended.stderr
            _check_after_resume(bench, folder)
    # A removal, an addition and a change, each claimed, sent and settled.
    assert step > 9
