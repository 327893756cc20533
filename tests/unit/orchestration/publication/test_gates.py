from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from expectations.results import CheckResult, GateResult
from orchestration.publication.gates import (
    RUNS_KEPT,
    GateBook,
    GateRecord,
    gate_problems,
    records_of,
)

ROOT = Path(__file__).parents[4]
EARLY = datetime(2020, 1, 1, tzinfo=UTC)
LATE = datetime(2100, 1, 1, tzinfo=UTC)


def record(stage: str, name: str = "unique", passed: bool = True) -> GateRecord:
    return GateRecord(stage, name, passed, "error", "" if passed else "2 of 9 rows")


def test_gate_book_gives_back_what_every_stage_recorded_when_read(tmp_path: Path) -> None:
    book = GateBook(tmp_path)
    book.start("run1")
    book.record("run1", "dbt/marts", [record("dbt/marts"), record("dbt/marts", "x", False)])
    book.record("run1", "inbound/ec/orders", [record("inbound/ec/orders")])
    assert book.read("run1") == (
        record("dbt/marts"),
        record("dbt/marts", "x", False),
        record("inbound/ec/orders"),
    )
    assert book.read("run2") == ()


def test_gate_book_takes_the_last_word_when_a_stage_runs_again(tmp_path: Path) -> None:
    book = GateBook(tmp_path)
    book.record("run1", "dbt/marts", [record("dbt/marts", passed=False)])
    book.record("run1", "dbt/marts", [record("dbt/marts")])
    assert book.read("run1") == (record("dbt/marts"),)


def test_gate_book_forgets_a_run_when_it_starts_again(tmp_path: Path) -> None:
    book = GateBook(tmp_path)
    book.record("run1", "dbt/marts", [record("dbt/marts")])
    book.start("run1")
    assert book.read("run1") == ()


def test_gate_book_keeps_the_last_runs_when_many_start(tmp_path: Path) -> None:
    book = GateBook(tmp_path)
    for number in range(RUNS_KEPT + 2):
        book.start(f"run{number}")
    assert len(list(tmp_path.iterdir())) == RUNS_KEPT
    assert (tmp_path / f"run{RUNS_KEPT + 1}").is_dir()


def test_gate_book_is_read_by_another_process_when_written_here(tmp_path: Path) -> None:
    GateBook(tmp_path).record("run1", "dbt/marts", [record("dbt/marts")])
    code = (
        "import sys; from pathlib import Path;"
        "from orchestration.publication.gates import GateBook;"
        "print(GateBook(Path(sys.argv[1])).read('run1')[0].check_name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "unique\n"


@pytest.mark.parametrize("stage", ["", "../x", "Inbound", "a//b", "a/b.json"])
def test_gate_book_refuses_a_stage_when_it_is_no_path(tmp_path: Path, stage: str) -> None:
    with pytest.raises(ValueError, match="is no stage"):
        GateBook(tmp_path).record("run1", stage, [record(stage)])


def test_gate_book_refuses_a_stage_when_it_says_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one record"):
        GateBook(tmp_path).record("run1", "dbt/marts", [])
    with pytest.raises(ValueError, match="all of this stage"):
        GateBook(tmp_path).record("run1", "dbt/marts", [record("dbt/other")])


def test_records_of_a_gate_tell_the_rows_when_a_check_failed() -> None:
    good = CheckResult("present", "id", "error", True, 9, 0, (), "a value", "mend it")
    bad = CheckResult("unique", "id", "warn", False, 9, 2, ("a.csv:2", "a.csv:3"), "once", "mend")
    records = records_of("inbound/ec/orders", GateResult("inbound/orders", 9, (good, bad)))
    assert [(r.check_name, r.passed, r.severity) for r in records] == [
        ("present", True, "error"),
        ("unique", False, "warn"),
    ]
    assert records[0].detail == ""
    assert "2 of 9 rows" in records[1].detail
    assert "a.csv:2, a.csv:3" in records[1].detail
    assert json.dumps([r.detail for r in records])


def test_gate_problems_are_none_when_required_stages_passed() -> None:
    warning = GateRecord("dbt/marts", "y", False, "warn", "")
    assert gate_problems([record("dbt/marts"), warning], ["dbt/marts"]) == []
    assert gate_problems([record("dbt/marts")], ["dbt/marts", "dbt/segments"]) == [
        "gate dbt/segments has no result in this run: run it before publishing"
    ]


def test_failures_since_are_those_of_the_newest_run_after_the_instant(tmp_path: Path) -> None:
    book = GateBook(tmp_path)
    assert book.failures_since(EARLY) == ()
    book.record("run1", "dbt/marts", [record("dbt/marts", passed=False)])
    assert book.failures_since(EARLY) == (record("dbt/marts", passed=False),)
    assert book.failures_since(LATE) == ()
    book.record("run2", "dbt/marts", [record("dbt/marts")])
    for path in (tmp_path / "run1").rglob("*.json"):
        os.utime(path, (1_000, 1_000))
    assert book.failures_since(EARLY) == ()


def test_failures_since_leave_out_warnings(tmp_path: Path) -> None:
    book = GateBook(tmp_path)
    book.record("run1", "dbt/marts", [GateRecord("dbt/marts", "x", False, "warn", "2 of 9")])
    assert book.failures_since(EARLY) == ()
