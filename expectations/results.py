"""What a gate found: counts, rows by label and a text for people, never a value of a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warn"]
MAX_ROWS_SHOWN = 10
"""Rows that a check names; the rest is counted."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of one expectation of a suite."""

    name: str
    column: str | None
    severity: Severity
    passed: bool
    checked_rows: int
    """Rows looked at; rows without a value count only where the check is about missing values."""
    failed_rows: int
    rows: tuple[str, ...]
    """Labels of the first failed rows, such as `orders_2026-05.csv:12`."""
    expected: str
    mend: str

    @property
    def blocks(self) -> bool:
        """True when this check alone keeps the gate shut."""
        return not self.passed and self.severity == "error"

    def describe(self) -> str:
        """Give the lines that say what failed, where, and what to do."""
        where = f" · column {self.column}" if self.column else ""
        extent = f"{self.checked_rows:,} rows in all"
        if self.failed_rows:
            extent = f"{self.failed_rows:,} of {self.checked_rows:,} rows"
        head = f"  {'BLOCKS' if self.blocks else 'warns'} {self.name}{where} · {extent}"
        lines = [head, f"    expected: {self.expected}"]
        if self.rows:
            more = self.failed_rows - len(self.rows)
            tail = f" and {more:,} more" if more > 0 else ""
            lines.append(f"    rows: {', '.join(self.rows)}{tail}")
        lines.append(f"    mend: {self.mend}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class GateResult:
    """The outcome of one suite on one batch."""

    suite: str
    row_count: int
    checks: tuple[CheckResult, ...]

    @property
    def passed(self) -> bool:
        """True when no check of severity error failed."""
        return not any(check.blocks for check in self.checks)

    @property
    def failed_checks(self) -> tuple[CheckResult, ...]:
        """The checks that failed, those that block first."""
        failed = [check for check in self.checks if not check.passed]
        return tuple(sorted(failed, key=lambda check: not check.blocks))

    def message(self) -> str:
        """Give the text a person reads: which check, which rows, what was expected, the mend."""
        failed = self.failed_checks
        if not failed:
            return f"{self.suite}: all {len(self.checks)} checks passed on {self.row_count:,} rows"
        blocking = sum(check.blocks for check in failed)
        verdict = "STOPPED" if blocking else "passed with warnings"
        head = (
            f"{self.suite}: {verdict} · {len(failed)} of {len(self.checks)} checks failed"
            f" ({blocking} blocking) on {self.row_count:,} rows"
        )
        return "\n".join([head, *(check.describe() for check in failed)])

    def as_metadata(self) -> Mapping[str, object]:
        """Give the result as JSON-safe values for a run's metadata."""
        return {
            "suite": self.suite,
            "passed": self.passed,
            "row_count": self.row_count,
            "failed_checks": len(self.failed_checks),
            "checks": [{**asdict(check), "rows": list(check.rows)} for check in self.checks],
        }
