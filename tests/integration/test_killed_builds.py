"""A build that is killed anywhere is made good by the next, and whoever reads notices nothing."""

import json
import os
import random
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from time import perf_counter, sleep

import pytest

from tests.integration.shops import AS_OF, ENISHI, ROOT, TestShop, copy_of, sample_shop

pytestmark = pytest.mark.slow

PERSONS = 100
KILLS = 30
BEFORE = {"ENISHI_AS_OF_DATE": (AS_OF - timedelta(days=1)).isoformat()}
"""The first build stands a day earlier, so that the killed ones have rows to add."""
NOW = {"ENISHI_AS_OF_DATE": AS_OF.isoformat()}
READER = """
import json, sys, time, duckdb
from pathlib import Path
current, stop = Path(sys.argv[1]), Path(sys.argv[2])
rounds, seen = 0, set()
while not stop.exists():
    folder = current.resolve()
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        (publication,) = connection.execute(
            "select publication_id from _publication.publication"
        ).fetchone()
        assert publication == folder.name, (publication, folder.name)
        told = connection.execute(
            "select schema_name || '.' || table_name, row_count from _publication.tables"
        ).fetchall()
        for table, rows in told:
            (held,) = connection.execute(f"select count(*) from {table}").fetchone()
            assert held == rows, (table, held, rows)
    rounds, seen = rounds + 1, seen | {folder.name}
    time.sleep(0.05)
print(json.dumps([rounds, len(seen)]))
"""


def _published(shop: TestShop) -> dict[str, tuple[int, str]]:
    return {table.name: (table.row_count, table.content_hash) for table in shop.published.tables}


def _is_killed_after(shop: TestShop, seconds: float) -> bool:
    """Begin a run and kill it with all its children; False when it was through before."""
    run = subprocess.Popen(
        [str(ENISHI), "run"],
        cwd=ROOT,
        env={**shop.environment, **NOW},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    sleep(seconds)
    is_running = run.poll() is None
    if is_running:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    return is_running


def test_builds_killed_at_30_moments_end_as_one_that_was_left_alone(tmp_path: Path) -> None:
    draw = random.Random(30)  # noqa: S311  a test repeats its draws
    shaken = sample_shop(tmp_path / "shaken", persons=PERSONS)
    first = shaken.enishi("run", **BEFORE)
    assert first.returncode == 0, first.stdout
    calm = copy_of(shaken, tmp_path / "calm")
    began = perf_counter()
    undisturbed = calm.enishi("run", **NOW)
    seconds = perf_counter() - began
    assert undisturbed.returncode == 0, undisturbed.stdout
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(shaken.workspace.published / "current"), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        kills = 0
        while kills < KILLS:
            kills += _is_killed_after(shaken, draw.uniform(0, seconds))
        last = shaken.enishi("run", **NOW)
    finally:
        stop.touch()
        said, _ = reader.communicate(timeout=60)
    assert last.returncode == 0, last.stdout
    assert reader.returncode == 0, said
    rounds, _ = json.loads(said.splitlines()[-1])
    assert rounds > KILLS
    assert _published(shaken) == _published(calm)
