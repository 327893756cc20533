"""Tables of events built by what is new are those of a whole build, whatever arrives and when."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.golden.building import run_dbt
from tests.golden.canonical import write_empty_lake, write_rows

DAYS = [date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 4)]
"""The day of each build."""
HISTORIES = 20
STAGED = ["stg_web_events", "stg_message_events"]
SESSIONS = "int_web__session_events"
OF_THE_BUILD = {"staged_for", "increment_no", "is_replacement"}
"""Columns that say how a row came, not what it says."""
BROWSERS = ["a", "b", "c", None]
AGENTS = ["Mozilla/5.0", "a crawler"]
REFUSALS = ["unsubscribe", "bounce", "open", "click"]

Row = dict[str, Any]


def arrivals(dice: random.Random, build: int, entity: str) -> list[Row]:
    """What one batch brings: few keys, so that versions meet, around and after the day of a build.

    A version may come before an older one, name another browser, or none, and lie after the day.
    """
    rows = []
    for row in range(dice.randint(0, 9)):
        occurred = datetime.fromisoformat("2026-09-30 15:00") + timedelta(
            minutes=20 * dice.randrange(5 * 72)
        )
        version = datetime.fromisoformat("2026-10-01") + timedelta(hours=dice.randrange(100))
        meta = {
            "_file": f"{dice.choice('xyz')}{build}",
            "_row": row,
            "_revision": dice.randint(1, 2),
            "_version": dice.choice([None, version]),
            "_loaded_at": datetime.fromisoformat(f"2026-10-01 0{build}:00"),
        }
        shared = {"occurred_at": occurred, "user_agent": dice.choice(AGENTS)}
        key = str(dice.randrange(8))
        if entity == "web_events":
            event = {"event_id": key, "event_type": "page_view"}
            event |= {"anonymous_id": dice.choice(BROWSERS), "utm_source": dice.choice([None, "m"])}
        else:
            event = {"provider_event_id": key, "event_type": dice.choice(REFUSALS)}
        rows.append(event | shared | meta)
    return rows


def write_batch(lake: Path, build: int) -> None:
    """One batch of every history: each is a source of its own, so that one build holds them all."""
    for history in range(HISTORIES):
        for entity in ("web_events", "message_events"):
            dice = random.Random(f"{history} {build} {entity}")  # noqa: S311  a seed, no secret
            source = f"s{history}"
            landed = arrivals(dice, build, entity)
            write_rows(lake, source, entity, landed, file=f"{source}/{build}.csv")


def build(workspace: Path, day: date, models: list[str]) -> None:
    variables = {"as_of_date": day.isoformat()}
    command = ["build", "--exclude-resource-type", "unit_test", "--select", "bot_user_agents"]
    assert run_dbt(workspace, *command, *models, variables=variables) == []


def rows(workspace: Path, table: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace / "warehouse.duckdb"), read_only=True) as connection:
        relation = connection.table(table)
        columns = [name for name in relation.columns if name not in OF_THE_BUILD]
        return relation.select(*columns).order("all").fetchall()


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The last day twice: in three increments, and as a whole."""
    grown, whole = tmp_path_factory.mktemp("grown"), tmp_path_factory.mktemp("whole")
    for workspace in (grown, whole):
        write_empty_lake(workspace / "lake")
    for number, day in enumerate(DAYS):
        write_batch(grown / "lake", number)
        write_batch(whole / "lake", number)
        # The second build ends before the sessions, as a build that was killed there.
        build(grown, day, STAGED if number == 1 else [*STAGED, SESSIONS])
    build(whole, DAYS[-1], [*STAGED, SESSIONS])
    return {"grown": grown, "whole": whole}


@pytest.mark.parametrize("table", [*(f"staging.{t}" for t in STAGED), f"intermediate.{SESSIONS}"])
def test_increments_end_where_a_whole_build_does(builds: dict[str, Path], table: str) -> None:
    grown, whole = (rows(builds[name], table) for name in ("grown", "whole"))
    assert len(whole) > 2 * HISTORIES
    assert grown == whole


def test_increments_added_to_the_tables_and_replaced_rows_of_theirs(
    builds: dict[str, Path],
) -> None:
    """Else the comparison above would compare two whole builds."""
    with duckdb.connect(str(builds["grown"] / "warehouse.duckdb"), read_only=True) as connection:
        for table in STAGED:
            increments = connection.execute(
                "select increment_no, bool_or(is_replacement), count(*)"
                f" from staging.{table} group by 1 order by 1"
            ).fetchall()
            assert [number for number, *_ in increments] == [1, 2, 3]
            assert [replaced for _, replaced, _ in increments] == [False, True, True]


def test_a_build_without_arrivals_changes_no_row(builds: dict[str, Path]) -> None:
    tables = [*(f"staging.{table}" for table in STAGED), f"intermediate.{SESSIONS}"]
    before = [rows(builds["grown"], table) for table in tables]
    build(builds["grown"], DAYS[-1], [*STAGED, SESSIONS])
    assert [rows(builds["grown"], table) for table in tables] == before
