"""A Dagster instance on deploy/dagster.postgres.yaml keeps its runs in a real PostgreSQL."""

import shutil
from pathlib import Path

import dagster as dg
import psycopg2
import pytest

from tests.postgres import open_postgres

pytest.importorskip("dagster_postgres", reason="the extra postgres is not installed")
pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@dg.op(pool="warehouse")
def step() -> None:
    pass


@dg.job(executor_def=dg.in_process_executor)
def one_step() -> None:
    step()


def test_a_job_runs_and_its_events_are_in_postgres_when_the_yaml_names_it(tmp_path, monkeypatch):
    with open_postgres(tmp_path) as server:
        url = server.create("dagster")
        monkeypatch.setenv("ENISHI_DAGSTER_URL", url)
        home = tmp_path / "home"
        home.mkdir()
        shutil.copy(ROOT / "deploy/dagster.postgres.yaml", home / "dagster.yaml")
        with dg.DagsterInstance.from_config(str(home)) as instance:
            result = one_step.execute_in_process(instance=instance)
            assert result.success
            assert instance.get_run_by_id(result.run_id).is_success
            pool = instance.event_log_storage.get_concurrency_info("warehouse")
            assert (pool.slot_count, pool.active_slot_count) == (1, 0)
        rows = told(url, "select status from runs where run_id = %s", result.run_id)
        assert rows == [("SUCCESS",)]
        steps = "select dagster_event_type from event_logs where run_id = %s and step_key = 'step'"
        assert ("STEP_SUCCESS",) in told(url, steps, result.run_id)
    assert list(home.rglob("*.db")) == []


def told(url, query, run_id):
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, [run_id])
            return cursor.fetchall()
    finally:
        connection.close()
