"""How long a mirror takes to plan, and in how much memory.

`python -m tests.benchmarks.plan_mirror PEOPLE`
"""

import resource
import sys
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter

import duckdb

from reverse_etl.channel import ChannelSettings, open_channel
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.planner import plan_sync
from tests.contract.sync_world import CONTACT_SCHEMA, NOW, SCHEMA, TurnedClock, winback_spec


def publish_many(folder: Path, rows: int, sync: str) -> Path:
    """Write a publication of so many people and give its folder."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute(SCHEMA)
        warehouse.execute(
            "insert into segments.seg_winback select 'p' || i, timestamp '2026-10-01', 'lapsed', "
            "null, 200, 1, 1000, 'tea' from range(?) as r(i)",
            [rows],
        )
        warehouse.execute(
            "insert into policy.send_eligibility select 'p' || i, ?, 'seg_winback', 'print', true, "
            "null from range(?) as r(i)",
            [sync, rows],
        )
        stamp = NOW.replace(tzinfo=None)
        warehouse.execute(
            "insert into _publication.publication values ('p', 'sample', 'r', ?, ?, 1)",
            [date(2026, 10, 31), stamp],
        )
    with duckdb.connect(str(folder / "contacts.duckdb")) as contacts:
        contacts.execute(CONTACT_SCHEMA)
        contacts.execute(
            "insert into contact.person_contacts select 'p' || i, '山田', '花子', '', '', "
            "'a' || i || '@example.jp', 'ok', null, '1000001', '東京都', '千代田', null, null "
            "from range(?) as r(i)",
            [rows],
        )
    return folder


def measure(rows: int) -> tuple[float, float, int]:
    """Give seconds, peak MiB of the process, and steps of the plan of a first sync."""
    with tempfile.TemporaryDirectory() as place:
        spec = winback_spec("file")
        folder = publish_many(Path(place) / "published", rows, spec.name)
        channel = open_channel(spec, ChannelSettings(outbox=Path(place) / "outbox"))
        ledger = Ledger(f"sqlite:///{place}/ledger.sqlite")
        started = perf_counter()
        plan = plan_sync(spec, folder, ledger, channel, clock=TurnedClock())
        seconds = perf_counter() - started
        ledger.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return seconds, peak, len(plan.items)


if __name__ == "__main__":
    seconds, peak, steps = measure(int(sys.argv[1]))
    print(f"{steps:,} steps planned in {seconds:.1f} s, {peak:,.0f} MiB at most")
