"""How gates show in Dagster: one check result per suite, with counts and rows, never values."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

import dagster as dg

from expectations.results import CheckResult, GateResult
from orchestration.ingest.ingest import LandedBatch

IDENTITY_STAGE = "identity"
"""The stage of the gate book that says whether too many persons merged."""


def gate_run_id(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> str:
    """The run whose gate book is used: a retry goes on in the book of the run it retries."""
    return context.run.root_run_id or context.run.run_id


def inbound_gate(landed_on: date) -> Callable[[LandedBatch], GateResult]:
    """The gate of landed batches: the entity's inbound suite."""
    # Great Expectations takes seconds to import; a process that ingests nothing does without.
    from expectations.gate import validate  # noqa: PLC0415  see above
    from expectations.limits import inbound_parameters  # noqa: PLC0415  the same

    def gate(batch: LandedBatch) -> GateResult:
        return validate(
            batch.frame(),
            f"inbound/{batch.entity}",
            parameters={
                **inbound_parameters(landed_on),
                "min_accepted_ratio": 1 - batch.max_bad_row_ratio,
            },
        )

    return gate


def check_result(gate: GateResult, *, asset_key: list[str], check_name: str) -> dg.AssetCheckResult:
    """A suite's outcome as Dagster shows it."""
    return dg.AssetCheckResult(
        asset_key=asset_key,
        check_name=check_name,
        passed=gate.passed,
        severity=dg.AssetCheckSeverity.ERROR,
        description=gate.message(),
        metadata={
            "rows": gate.row_count,
            "checks": dg.MetadataValue.table(
                records=[_record(check) for check in gate.checks],
                schema=dg.TableSchema(
                    columns=[
                        dg.TableColumn(name, kind)
                        for name, kind in (
                            ("check", "string"),
                            ("column", "string"),
                            ("passed", "bool"),
                            ("severity", "string"),
                            ("failed_rows", "int"),
                            ("rows", "string"),
                            ("expected", "string"),
                        )
                    ]
                ),
            ),
        },
    )


def check_results(
    gates: Mapping[str, GateResult], *, source: str, entities: list[str]
) -> Iterator[dg.AssetCheckResult]:
    """One result per entity; an entity without a new file passes, and says that nothing was new."""
    for entity in entities:
        key = [source, entity]
        if entity in gates:
            yield check_result(gates[entity], asset_key=key, check_name="inbound_gate")
        else:
            yield dg.AssetCheckResult(
                asset_key=key,
                check_name="inbound_gate",
                passed=True,
                description="No new file: nothing to check.",
            )


def refusals(reason: str, *, source: str, entities: list[str]) -> Iterator[dg.AssetCheckResult]:
    """A file that broke its contract, as the gate of every entity of its source shows it."""
    for entity in entities:
        yield dg.AssetCheckResult(
            asset_key=[source, entity],
            check_name="inbound_gate",
            passed=False,
            severity=dg.AssetCheckSeverity.ERROR,
            description=reason,
        )


def lateness(
    newest: datetime | None, *, now: datetime, allowed_hours: int | None, asset_key: list[str]
) -> dg.AssetCheckResult:
    """Whether a source's newest file is late: a warning, for old data are still right data."""
    hours = None if newest is None else (now - newest).total_seconds() / 3600
    late = allowed_hours is not None and (hours is None or hours > allowed_hours)
    age = "no file has landed yet" if hours is None else f"the newest file landed {hours:.1f} h ago"
    limit = "not watched" if allowed_hours is None else f"{allowed_hours} h are allowed"
    return dg.AssetCheckResult(
        asset_key=asset_key,
        check_name="landed_in_time",
        passed=not late,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{age}; {limit}",
    )


def _record(check: CheckResult) -> dg.TableRecord:
    return dg.TableRecord(
        {
            "check": check.name,
            "column": check.column or "",
            "passed": check.passed,
            "severity": check.severity,
            "failed_rows": check.failed_rows,
            "rows": ", ".join(check.rows),
            "expected": check.expected,
        }
    )
