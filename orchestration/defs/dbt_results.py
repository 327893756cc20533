"""How the nodes of a dbt run ended, from what dbt says while it runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dagster_dbt import DbtCliInvocation
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from orchestration.publication.gates import GateRecord

_RESULT_EVENTS = frozenset({"LogSeedResult", "LogModelResult", "LogTestResult"})


@dataclass(frozen=True, slots=True)
class NodeResult:
    """One model, seed or test that was tried."""

    unique_id: str
    status: str
    failures: int | None
    """A test's violating rows."""

    @property
    def is_test(self) -> bool:
        """True for a test of data."""
        return self.unique_id.startswith("test.")


@dataclass(slots=True)
class DbtRun:
    """A dbt run that has ended."""

    events: list[Any] = field(default_factory=list)
    """What it told Dagster."""
    results: list[NodeResult] = field(default_factory=list)
    failure: DagsterDbtCliRuntimeError | None = None


def drain(invocation: DbtCliInvocation) -> DbtRun:
    """Follow a dbt run to its end, however that is."""
    run = DbtRun()
    try:
        for message in invocation.stream_raw_events():
            run.results.extend(results_of(message.raw_event))
            run.events.extend(
                message.to_default_asset_events(
                    manifest=invocation.manifest,
                    dagster_dbt_translator=invocation.dagster_dbt_translator,
                    context=invocation.context,
                    target_path=invocation.target_path,
                    project=invocation.project,
                )
            )
    except DagsterDbtCliRuntimeError as failure:
        run.failure = failure
    return run


def results_of(event: dict[str, Any]) -> Iterator[NodeResult]:
    """The result that a line of dbt's log tells, if it tells one."""
    if event["info"]["name"] in _RESULT_EVENTS:
        told = event["data"]
        node = told["node_info"]
        yield NodeResult(node["unique_id"], node["node_status"], told.get("num_failures"))


def gate_records(stage: str, run: DbtRun) -> list[GateRecord]:
    """What dbt's tests said: one record per failed test, and one that counts them all."""
    tests = [result for result in run.results if result.is_test]
    failed = [result for result in tests if result.status in {"fail", "error"}]
    broken = [r for r in run.results if not r.is_test and r.status == "error"]
    detail = f"{len(tests) - len(failed)} of {len(tests)} tests passed, {len(broken)} models failed"
    if run.failure and not failed and not broken:
        detail = f"dbt ended before it was through: {detail}"
    counted = GateRecord(
        stage=stage,
        check_name="dbt_tests",
        passed=not failed and not broken and not run.failure,
        severity="error",
        detail=detail,
    )
    return [counted] + [
        GateRecord(
            stage=stage,
            check_name=result.unique_id.split(".")[2],
            passed=False,
            severity="error",
            detail=f"{result.failures or 1} violating rows",
        )
        for result in failed
    ]
