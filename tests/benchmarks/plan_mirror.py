"""How long a mirror takes to plan, and in how much memory, in three cases of one list.

`python -m tests.benchmarks.plan_mirror PEOPLE [CHANNEL]`
Every case is planned in a process of its own, so that its peak of memory is its own too.
"""

import multiprocessing
import resource
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

import duckdb
import sqlalchemy as sa

from reverse_etl.channel import ChannelSettings, open_channel
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.ledger.schema import STATE
from reverse_etl.planning.planner import plan_sync
from reverse_etl.planning.targets import read_targets
from reverse_etl.spec import SyncSpec
from tests.contract.sync_world import CONTACT_SCHEMA, NOW, SCHEMA, TurnedClock, winback_spec

MEBIBYTE = 1024
"""In the unit of ru_maxrss."""


@dataclass(frozen=True)
class Figures:
    """What one plan took."""

    case: str
    seconds: float
    mebibytes: float
    people: int
    counts: dict[str, int]


def publish_many(folder: Path, spec: SyncSpec, people: str) -> Path:
    """Write a publication; `people` is SQL that gives a number and a name of each."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute(SCHEMA)
        warehouse.execute(
            "insert into segments.seg_winback select 'p' || i, timestamp '2026-10-01', 'lapsed', "
            f"null, 200, 1, 1000, 'tea' from ({people})"
        )
        warehouse.execute(
            "insert into policy.send_eligibility select 'p' || i, ?, 'seg_winback', 'print', true, "
            f"null from ({people})",
            [spec.name],
        )
        stamp = NOW.replace(tzinfo=None)
        warehouse.execute(
            "insert into _publication.publication values ('p', 'sample', 'r', ?, ?, 1)",
            [date(2026, 10, 31), stamp],
        )
    with duckdb.connect(str(folder / "contacts.duckdb")) as contacts:
        contacts.execute(CONTACT_SCHEMA)
        contacts.execute(
            "insert into contact.person_contacts select 'p' || i, '山田', name, '', '', "
            "'a' || i || '@example.jp', 'ok', null, '1000001', '東京都', '千代田', null, null "
            f"from ({people})"
        )
    return folder


def hold(place: Path, spec: SyncSpec) -> None:
    """Let the ledger hold everybody of the publication `before` as delivered."""
    ledger = Ledger(f"sqlite:///{place}/held.sqlite")
    channel = open_channel(spec, ChannelSettings(outbox=place / "outbox"))
    found = read_targets(spec, place / "before", ledger, channel)
    rows = {
        "sync": spec.name,
        "status": "active",
        "mapping_version": spec.mapping_version,
        "is_dirty": False,
        "updated_at": NOW,
    }
    named = found.targets.table.select(["person_id", "payload_hash", "key_hash", "episode"])
    engine = sa.create_engine(f"sqlite:///{place}/held.sqlite")
    with engine.begin() as connection:
        for batch in named.to_batches(max_chunksize=50_000):
            connection.execute(STATE.insert(), [rows | row for row in batch.to_pylist()])
    engine.dispose()
    ledger.close()


def measure(case: str, place: Path, publication: str, ledger: str, spec: SyncSpec) -> Figures:
    """Plan once, the saved plan included; the counts of the process are those of this plan."""
    channel = open_channel(spec, ChannelSettings(outbox=place / "outbox"))
    opened = Ledger(f"sqlite:///{place}/{ledger}.sqlite", plans=place / "plans")
    started = perf_counter()
    plan = plan_sync(spec, place / publication, opened, channel, clock=TurnedClock())
    seconds = perf_counter() - started
    opened.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
    names = ("adds", "changes", "removals", "unchanged")
    counts = {name: plan.counts[name] for name in names}
    return Figures(case, seconds, peak, plan.counts["source_rows"], counts)


def main(people: int, channel: str) -> None:
    """Print a line for each case: nobody held, nothing changed, one in a hundred changed."""
    spec = winback_spec(channel)
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        some = people // 100
        everybody = f"select i, '花子' as name from range({people}) as r(i)"
        # The first leave, as many are new at the end, and as many after the leavers change.
        moved = (
            f"select i, case when i < {2 * some} then '華子' else '花子' end as name "
            f"from range({some}, {people + some}) as r(i)"
        )
        publish_many(place / "before", spec, everybody)
        publish_many(place / "after", spec, moved)
        with spawn.Pool(1, maxtasksperchild=1) as pool:
            pool.apply(hold, (place, spec))
            for case, publication, ledger in (
                ("first sync", "before", "empty"),
                ("nothing changed", "before", "held"),
                ("1 % changed, left, new", "after", "held"),
            ):
                figures = pool.apply(measure, (case, place, publication, ledger, spec))
                told = ", ".join(f"{count:,} {name}" for name, count in figures.counts.items())
                print(
                    f"{figures.case}: {figures.people:,} people in {figures.seconds:.1f} s, "
                    f"{figures.mebibytes:,.0f} MiB at most ({told})"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if sys.argv[2:] else "file")
