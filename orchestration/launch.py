"""Run a job of the code location in this process, as the Dagster UI would, and say how it went."""

import contextlib
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from orchestration.environments import REPOSITORY

StepEvent = Callable[[str, str], None]
"""Called with a step's name and what happened to it: started, done or failed."""

_STEP_EVENTS = {
    dg.DagsterEventType.STEP_START: "started",
    dg.DagsterEventType.STEP_SUCCESS: "done",
    dg.DagsterEventType.STEP_FAILURE: "failed",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a step failed, without the traces of the machinery."""

    step: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did."""

    run_id: str
    success: bool
    seconds: float
    materialized: Mapping[str, Mapping[str, object]]
    """Asset key, its parts joined by '/' -> the metadata of its materialisation."""
    failures: tuple[Failure, ...]


@contextlib.contextmanager
def dagster_instance() -> Iterator[dg.DagsterInstance]:
    """The Dagster instance: DAGSTER_HOME's when it is set, else the one of dagster.yaml here."""
    os.chdir(REPOSITORY)
    if os.environ.get("DAGSTER_HOME"):
        with dg.DagsterInstance.get() as found:
            yield found
    else:
        (REPOSITORY / "var" / "dagster").mkdir(parents=True, exist_ok=True)
        with dg.DagsterInstance.from_config(str(REPOSITORY)) as found:
            yield found


def run_job(
    name: str, *, log: Path, on_step: StepEvent, config: Mapping[str, object] | None = None
) -> Outcome:
    """Run a job to its end; what its steps print goes to the log file.

    `config` is run config by op name, as in the launchpad.

    Raises:
        dagster.DagsterInvariantViolationError: there is no such job.
    """
    from orchestration.definitions import defs  # noqa: PLC0415  loading takes seconds

    job = defs.resolve_job_def(name)
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    run_id = str(uuid.uuid4())
    with dagster_instance() as instance, log.open("w", encoding="utf-8") as sink:
        with (
            _watch(instance, run_id, on_step),
            contextlib.redirect_stdout(sink),
            contextlib.redirect_stderr(sink),
        ):
            result = job.execute_in_process(
                instance=instance,
                run_id=run_id,
                raise_on_error=False,
                run_config={
                    "loggers": {"console": {"config": {"log_level": "ERROR"}}},
                    "ops": {op: {"config": values} for op, values in (config or {}).items()},
                },
            )
        return Outcome(
            run_id=run_id,
            success=result.success,
            seconds=time.monotonic() - started,
            materialized=_materialized(result),
            failures=tuple(_failures(result)),
        )


@contextlib.contextmanager
def _watch(instance: dg.DagsterInstance, run_id: str, on_step: StepEvent) -> Iterator[None]:
    """Report the steps of a run while it goes on in this thread."""
    over = threading.Event()

    def poll() -> None:
        cursor = None
        last_round = False
        while True:
            page = instance.get_records_for_run(run_id, cursor, of_type=set(_STEP_EVENTS))
            for record in page.records:
                event = record.event_log_entry.get_dagster_event()
                on_step(event.step_key or "", _STEP_EVENTS[event.event_type])
            cursor = page.cursor
            if last_round:
                return
            last_round = over.wait(0.5)

    thread = threading.Thread(target=poll, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _materialized(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for event in result.get_asset_materialization_events():
        done = event.step_materialization_data.materialization
        found["/".join(done.asset_key.path)] = {k: v.value for k, v in done.metadata.items()}
    return found


def _failures(result: dg.ExecuteInProcessResult) -> Iterator[Failure]:
    """The innermost message of each failed step, or what its refused checks say."""
    refusals = _refusals(result)
    for event in result.get_step_failure_events():
        step, failure = event.step_key or "", event.step_failure_data
        if failure.user_failure_data and failure.user_failure_data.description:
            message = failure.user_failure_data.description
        elif step in refusals:
            message = "\n".join(refusals[step])
        else:
            error = failure.error
            while error and error.cause:
                error = error.cause
            message = error.message.strip() if error else "no reason given"
        yield Failure(step=step, message=message)


def _refusals(result: dg.ExecuteInProcessResult) -> dict[str, list[str]]:
    """Step -> what its failed blocking checks say, where they say something."""
    found: dict[str, list[str]] = {}
    for event in result.all_events:
        if event.event_type != dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            continue
        check = event.asset_check_evaluation_data
        if check.blocking and not check.passed and check.description:
            found.setdefault(event.step_key or "", []).append(check.description)
    return found
