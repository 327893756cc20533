"""A job runs in this process, and its outcome says what was made and why it stopped."""

import sys
from types import SimpleNamespace

import dagster as dg
import pytest

from orchestration.launch import Failure, run_job

# Dagster's own copy of what steps print is mirrored to the log with a delay.
INSTANCE = """
telemetry: {enabled: false}
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""


@dg.asset(key=["ec_cube", "orders"])
def orders():
    print("printed by a step")
    return dg.MaterializeResult(metadata={"rows_accepted": 3})


@dg.asset(deps=[orders])
def refused():
    raise dg.Failure("3 rows without a key", allow_retries=False)


@dg.asset(deps=[orders])
def wrapped():
    try:
        raise KeyError("ordered_at")
    except KeyError as error:
        raise RuntimeError("could not build") from error


@dg.asset(deps=[refused])
def never_reached():
    raise AssertionError("its parent failed")


def job(name, *assets):
    selection = dg.AssetSelection.assets(*assets).without_checks()
    return dg.define_asset_job(name, selection, executor_def=dg.in_process_executor)


@dg.asset_check(asset=orders, blocking=True)
def gate():
    return dg.AssetCheckResult(passed=False, description="key_unique: rows 2, 3")


LOCATION = dg.Definitions(
    assets=[orders, refused, wrapped, never_reached],
    asset_checks=[gate],
    jobs=[
        job("good", orders),
        job("stopped", orders, refused, never_reached),
        job("broken", orders, wrapped),
        dg.define_asset_job(
            "gated", dg.AssetSelection.assets(orders), executor_def=dg.in_process_executor
        ),
    ],
)


@pytest.fixture(scope="module")
def dagster_home(tmp_path_factory):
    """One instance for all: making its databases takes seconds."""
    home = tmp_path_factory.mktemp("dagster")
    (home / "dagster.yaml").write_text(INSTANCE, encoding="utf-8")
    return home


@pytest.fixture
def run(tmp_path, monkeypatch, dagster_home):
    """Runs a job of a small code location."""
    monkeypatch.setenv("DAGSTER_HOME", str(dagster_home))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "orchestration.definitions", SimpleNamespace(defs=LOCATION))
    steps = []

    def start(name):
        outcome = run_job(
            name,
            log=tmp_path / "work" / "run.log",
            on_step=lambda step, state: steps.append((step, state)),
        )
        return outcome, steps

    return start


def test_run_job_gives_the_metadata_of_what_was_made(run):
    outcome, steps = run("good")
    assert outcome.success
    assert outcome.materialized == {"ec_cube/orders": {"rows_accepted": 3}}
    assert outcome.failures == ()
    assert steps == [("ec_cube__orders", "started"), ("ec_cube__orders", "done")]


def test_run_job_writes_what_steps_print_to_the_log_and_not_to_the_screen(run, tmp_path, capsys):
    run("good")
    assert "printed by a step" in (tmp_path / "work" / "run.log").read_text(encoding="utf-8")
    assert "printed by a step" not in capsys.readouterr().out


def test_run_job_gives_the_words_of_a_failure_and_keeps_what_was_made_before(run):
    outcome, steps = run("stopped")
    assert not outcome.success
    assert list(outcome.materialized) == ["ec_cube/orders"]
    assert outcome.failures == (Failure("refused", "3 rows without a key"),)
    assert ("refused", "failed") in steps
    assert "never_reached" not in {step for step, _ in steps}


def test_run_job_gives_the_innermost_message_when_an_error_was_wrapped(run):
    outcome, _ = run("broken")
    assert outcome.failures == (Failure("wrapped", "KeyError: 'ordered_at'"),)


def test_run_job_gives_the_words_of_a_gate_when_it_refused(run):
    outcome, _ = run("gated")
    assert not outcome.success
    assert [failure.message for failure in outcome.failures] == ["key_unique: rows 2, 3"]


def test_run_job_raises_when_there_is_no_such_job(run):
    with pytest.raises(dg.DagsterInvariantViolationError, match="unknown"):
        run("unknown")
