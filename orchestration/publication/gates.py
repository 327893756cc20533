"""Keeps what each gate of a run said, so that the publication knows it in any process."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from expectations.results import GateResult, Severity

RUNS_KEPT = 30
_RUN = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$")
_STAGE = re.compile(r"^[a-z0-9_]+(/[a-z0-9_]+)*$")


@dataclass(frozen=True, slots=True)
class GateRecord:
    """What one check of one stage said in a run."""

    stage: str
    check_name: str
    passed: bool
    severity: Severity
    detail: str

    @property
    def blocks(self) -> bool:
        """True when this record keeps the publication back."""
        return not self.passed and self.severity == "error"


def records_of(stage: str, result: GateResult) -> tuple[GateRecord, ...]:
    """Give the records of a gate's result: one a check, the failed ones with their rows."""
    return tuple(
        GateRecord(
            stage=stage,
            check_name=check.name,
            passed=check.passed,
            severity=check.severity,
            detail="" if check.passed else check.describe().strip(),
        )
        for check in result.checks
    )


@dataclass(frozen=True, slots=True)
class GateBook:
    """The records of the last runs: one file a stage, whole or not there."""

    folder: Path

    def start(self, run_id: str) -> None:
        """Open a run: forget what it recorded before, and the oldest runs."""
        run = self._run(run_id)
        if run.exists():
            shutil.rmtree(run)
        run.mkdir(parents=True)
        runs = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        for old in [path for path in runs if path != run][: max(len(runs) - RUNS_KEPT, 0)]:
            shutil.rmtree(old)

    def record(self, run_id: str, stage: str, records: Sequence[GateRecord]) -> None:
        """Keep the records of a stage, in place of what the stage said before in this run.

        A stage is a path such as `inbound/ec_cube/orders`. Raises ValueError for another name,
        for a record of another stage, and for no record at all: a gate always says something.
        """
        if not _STAGE.match(stage):
            raise ValueError(f"{stage!r} is no stage: use lower-case words with / between them")
        if not records or any(record.stage != stage for record in records):
            raise ValueError(f"{stage}: give at least one record, all of this stage")
        path = self._run(run_id) / f"{stage}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps([asdict(record) for record in records], ensure_ascii=False, indent=1)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)

    def read(self, run_id: str) -> tuple[GateRecord, ...]:
        """Give all records of a run, by stage; none when the run recorded nothing."""
        return tuple(self._records(sorted(self._run(run_id).rglob("*.json"))))

    def failures_since(self, instant: datetime) -> tuple[GateRecord, ...]:
        """Give what kept the newest run back, if it recorded anything after an instant."""
        books = [list(run.rglob("*.json")) for run in self._runs()]
        newest = max(books, key=_written_at, default=[])
        if _written_at(newest) <= instant.timestamp():
            return ()
        return tuple(record for record in self._records(sorted(newest)) if record.blocks)

    def _runs(self) -> list[Path]:
        return list(self.folder.iterdir()) if self.folder.is_dir() else []

    def _records(self, paths: Iterable[Path]) -> Iterable[GateRecord]:
        for path in paths:
            for entry in json.loads(path.read_text("utf-8")):
                yield GateRecord(**entry)

    def _run(self, run_id: str) -> Path:
        if not _RUN.match(run_id):
            raise ValueError(f"{run_id!r} is no run id: use letters, digits, - and _")
        return self.folder / run_id


def _written_at(book: Sequence[Path]) -> float:
    """The epoch second of the last record of a run; below all for a run without any."""
    return max((path.stat().st_mtime for path in book), default=float("-inf"))


def gate_problems(gates: Sequence[GateRecord], required_stages: Sequence[str]) -> list[str]:
    """Say which required stage never ran and which check failed; nothing when all is well."""
    seen = {record.stage for record in gates}
    missing = [
        f"gate {stage} has no result in this run: run it before publishing"
        for stage in required_stages
        if stage not in seen
    ]
    failed = [
        f"gate {record.stage}, check {record.check_name}: {record.detail or 'failed'}"
        for record in gates
        if record.blocks
    ]
    return missing + failed
