"""The phases that are not dbt's, each the work of one process: python -m tests.benchmarks.phases.

The last line of what a phase prints is a JSON object with its figures.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from orchestration.environments import REPOSITORY, read_settings
from orchestration.workspace import Workspace

if TYPE_CHECKING:
    from orchestration.ingest.report import SourceReport

SHOP = "sample"
BY_HAND = Path(__file__).parent / "by_hand"
_BOTS = REPOSITORY / "dbt_project" / "seeds" / "bot_user_agents.csv"
_MAPPINGS = REPOSITORY / "orchestration" / "ingest" / "sources"

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """What a phase is told."""

    workspace: Workspace
    persons: int
    as_of_date: date
    memory_limit: str

    @property
    def by_hand_db(self) -> Path:
        """The database that the hand-written SQL makes."""
        return self.workspace.work / "by_hand.duckdb"


def generate_shop(task: Task) -> Figures:
    """Write landing/ of the sample shop."""
    from orchestration.sample_shop.generate import generate
    from orchestration.shops.click_key import shop_click_key

    summary = generate(
        task.workspace.root,
        click_key=shop_click_key(read_settings(), task.workspace),
        persons=task.persons,
        end_date=task.as_of_date,
    )
    return {"rows": summary.rows, "files": summary.files}


def ingest(task: Task) -> Figures:
    """Take every source of the profile into the lake, without gates."""
    from orchestration.ingest.ingest import ingest_source
    from orchestration.ingest.lake import Lake
    from orchestration.ingest.mapping import load_mapping
    from orchestration.shops.click_key import shop_click_key
    from orchestration.shops.profile import load_shop

    profile = load_shop(SHOP)
    lake = Lake(task.workspace.lake)
    lake.ensure_empty_entities()
    rows = 0
    seconds: dict[str, float] = {}
    for use in profile.sources:
        report: SourceReport[Any] = ingest_source(
            load_mapping(_MAPPINGS / f"{use.mapping or use.source}.yml", source=use.source),
            landing=task.workspace.landing,
            lake=lake,
            loaded_at=datetime.now(UTC),
            gate=None,
            shop_time_zone=profile.time_zone,
            click_key=shop_click_key(read_settings(), task.workspace),
        )
        rows += sum(entity.rows_read for entity in report.entities)
        seconds[use.source] = round(report.seconds, 2)
    return {"rows": rows, "seconds_by_source": seconds}


def resolve(task: Task) -> Figures:
    """Resolve the records of the work database into persons."""
    from orchestration.identity.linkage.propose import propose_links
    from orchestration.identity.resolve import resolve_identities

    propose_links(task.workspace.work_db, task.workspace.lake, "off")
    report = resolve_identities(task.workspace.work_db, task.workspace.lake, run_id="benchmark")
    return {"records": report.records, "edges": report.edges, "persons": report.persons}


def predict(task: Task) -> Figures:
    """Make every prediction from the work database."""
    from orchestration.prediction.step import ensure_tables, run_predictions

    ensure_tables(task.workspace.lake)
    reports = run_predictions(task.workspace.work_db, task.workspace.lake, task.as_of_date)
    return {
        name: {"rows": dict(report.rows), "seconds": report.seconds}
        for name, report in reports.items()
    }


def build_by_hand(task: Task) -> Figures:
    """Run by_hand/*.sql in the order of their names on a new database."""
    import duckdb

    task.by_hand_db.parent.mkdir(parents=True, exist_ok=True)
    task.by_hand_db.unlink(missing_ok=True)
    seconds: dict[str, float] = {}
    with duckdb.connect(
        str(task.by_hand_db), config={"memory_limit": task.memory_limit}
    ) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set variable lake = $1", [str(task.workspace.lake)])
        connection.execute("set variable bots = $1", [str(_BOTS)])
        connection.execute("set variable as_of = $1::date", [task.as_of_date])
        for script in sorted(BY_HAND.glob("*.sql")):
            started = perf_counter()
            connection.execute(script.read_text(encoding="utf-8"))
            seconds[script.stem] = round(perf_counter() - started, 3)
    return {"seconds_by_script": seconds}


def compare_tables(task: Task) -> Figures:
    """Compare the tables of the build with those made by hand."""
    from tests.benchmarks.comparison import compare_published

    tables = compare_published(task.workspace.work_db, task.by_hand_db)
    return {"tables": [asdict(table) for table in tables]}


PHASES = {
    "generate": generate_shop,
    "ingest": ingest,
    "resolve": resolve,
    "predict": predict,
    "by_hand": build_by_hand,
    "compare": compare_tables,
}


def main(arguments: list[str]) -> None:
    """Run the named phase."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.phases")
    parser.add_argument("phase", choices=PHASES)
    parser.add_argument("root", type=Path)
    parser.add_argument("--persons", type=int, required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    parser.add_argument("--memory-limit", required=True)
    given = parser.parse_args(arguments)
    task = Task(Workspace(given.root), given.persons, given.as_of, given.memory_limit)
    print(json.dumps(PHASES[given.phase](task)))


if __name__ == "__main__":
    main(sys.argv[1:])
