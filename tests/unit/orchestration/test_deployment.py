"""Ways of running that cannot work are refused with their mend; every other one passes."""

import shutil
from pathlib import Path

import pytest
import yaml

from orchestration.deployment import (
    DeploymentError,
    Instance,
    problems,
    read_instance,
    refuse_impossible,
)
from orchestration.environments import REPOSITORY, read_settings

ONE_RUN_ONE_STEP = Instance(sqlite=False, concurrent_runs=1, pool_limit=1, pool_granularity="op")
LEDGER = "postgresql+psycopg2://enishi:canary@db.example/ledger"
MANY = {"ENISHI_HOSTS": "many", "ENISHI_HOME_SHARED": "true", "ENISHI_LEDGER_URL": LEDGER}
POSTGRES = {"ENISHI_TARGET": "postgres", "ENISHI_POSTGRES_URL": "postgresql://db.example/shop"}
K8S_STEPS = {**MANY, **POSTGRES, "ENISHI_EXECUTOR": "k8s_job"}


def found(variables, instance=ONE_RUN_ONE_STEP):
    return problems(read_settings(variables), instance)


def instance(**changes):
    told = {"sqlite": False, "concurrent_runs": 1, "pool_limit": 1, "pool_granularity": "op"}
    return Instance(**{**told, **changes})


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"ENISHI_EXECUTOR": "multiprocess"},
        POSTGRES,
        MANY,
        {**MANY, "ENISHI_EXECUTOR": "multiprocess"},
        {**MANY, **POSTGRES},
        K8S_STEPS,
        {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "ENISHI_HOSTS": "one"},
    ],
    ids=[
        "laptop",
        "processes on one machine",
        "postgres on one machine",
        "a pod a run",
        "a pod a run, processes in it",
        "a pod a run on postgres",
        "a pod a step on postgres",
        "one pod for everything",
    ],
)
def test_nothing_is_wrong_when_the_deployment_can_work(variables):
    assert found(variables) == []


@pytest.mark.parametrize("said", [{}, POSTGRES], ids=["duckdb", "postgres"])
def test_one_machine_may_keep_everything_in_files(said):
    assert found(said, instance(sqlite=True)) == []


@pytest.mark.parametrize("target", ["duckdb", "spark"])
def test_pods_of_steps_are_refused_when_one_folder_is_built_in(target):
    said = {key: value for key, value in K8S_STEPS.items() if key not in POSTGRES}
    (problem,) = found({**said, "ENISHI_TARGET": target})
    assert f"ENISHI_TARGET={target} " in problem
    assert "ENISHI_EXECUTOR=k8s_job" in problem
    assert "set ENISHI_EXECUTOR=in_process" in problem
    assert problem.endswith("or ENISHI_TARGET=postgres.")


@pytest.mark.parametrize("runs", [2, None], ids=["two", "any number of"])
@pytest.mark.parametrize("target", ["duckdb", "spark"])
def test_runs_at_once_on_several_hosts_are_refused_when_one_folder_is_built_in(target, runs):
    (problem,) = found({**MANY, "ENISHI_TARGET": target}, instance(concurrent_runs=runs))
    assert "max_concurrent_runs to 1" in problem
    assert found({**MANY, **POSTGRES}, instance(concurrent_runs=runs)) == []


def test_several_hosts_are_refused_when_the_home_is_not_shared(tmp_path):
    alone = {**MANY, "ENISHI_HOME_SHARED": "false", "ENISHI_HOME": str(tmp_path)}
    (problem,) = found(alone)
    assert f"ENISHI_HOME={tmp_path}" in problem
    assert "set ENISHI_HOME_SHARED=true" in problem


def test_a_pod_counts_as_one_of_several_hosts_when_nobody_says_otherwise():
    said = {key: value for key, value in MANY.items() if key != "ENISHI_HOSTS"}
    pod = {**said, "KUBERNETES_SERVICE_HOST": "10.0.0.1", "ENISHI_HOME_SHARED": "false"}
    (problem,) = found(pod)
    assert "set ENISHI_HOME_SHARED=true" in problem


def test_pods_of_steps_need_the_shared_home_when_hosts_are_not_named():
    alone = {**K8S_STEPS, "ENISHI_HOSTS": "one", "ENISHI_HOME_SHARED": ""}
    assert len(found(alone)) == 1


@pytest.mark.parametrize("url", ["", "sqlite:////srv/ledger.sqlite", "sqlite+pysqlite:///l.sqlite"])
def test_several_hosts_are_refused_when_the_ledger_is_a_file(url):
    (problem,) = found({**MANY, "ENISHI_LEDGER_URL": url})
    assert "set ENISHI_LEDGER_URL=postgresql+psycopg2://" in problem


def test_several_hosts_are_refused_when_dagster_keeps_its_runs_in_sqlite(tmp_path):
    (problem,) = found({**MANY, "DAGSTER_HOME": str(tmp_path)}, instance(sqlite=True))
    assert f"{tmp_path}/dagster.yaml" in problem
    assert "deploy/dagster.postgres.yaml" in problem


@pytest.mark.parametrize(
    "pools",
    [{"pool_limit": 2}, {"pool_limit": None}, {"pool_granularity": "run"}],
    ids=["two steps", "no limit", "counted by run"],
)
def test_steps_at_once_are_refused_when_the_pool_does_not_hold_them_apart(pools):
    (problem,) = found({"ENISHI_EXECUTOR": "multiprocess"}, instance(**pools))
    assert "default_limit to 1 and granularity to op" in problem
    assert found({}, instance(**pools)) == found({}, instance(concurrent_runs=None, **pools)) == []
    assert len(found({}, instance(concurrent_runs=2, **pools))) == 1


def test_processes_are_refused_when_there_is_no_dagster_yaml():
    assert len(found({"ENISHI_EXECUTOR": "multiprocess"}, None)) == 1


@pytest.mark.parametrize("variables", [{}, MANY, K8S_STEPS], ids=["laptop", "runs", "steps"])
def test_nothing_of_dagster_yaml_is_judged_when_this_host_has_none(variables):
    assert found(variables, None) == []


def test_everything_wrong_is_said_in_one_message_without_the_password(tmp_path):
    shutil.copy(REPOSITORY / "dagster.yaml", tmp_path)
    settings = read_settings(
        {
            "ENISHI_EXECUTOR": "k8s_job",
            "ENISHI_LEDGER_URL": "sqlite:///canary.sqlite",
            "DAGSTER_HOME": str(tmp_path),
        }
    )
    with pytest.raises(DeploymentError) as refusal:
        refuse_impossible(settings)
    first, *listed = str(refusal.value).splitlines()
    assert first == "Enishi cannot run like this (docs/deployment.md):"
    wanted = ["ENISHI_TARGET", "ENISHI_HOME_SHARED", "ENISHI_LEDGER_URL", "ENISHI_DAGSTER_URL"]
    assert [name in line for name, line in zip(wanted, listed, strict=True)] == [True] * 4
    assert "canary" not in str(refusal.value)
    assert "canary" not in repr(settings)


def test_the_repository_runs_as_it_is():
    assert read_instance(REPOSITORY) == instance(sqlite=True)
    refuse_impossible(read_settings({"ENISHI_EXECUTOR": "multiprocess"}))


def test_read_instance_knows_the_yaml_for_postgres(tmp_path):
    shutil.copy(REPOSITORY / "deploy/dagster.postgres.yaml", tmp_path / "dagster.yaml")
    assert read_instance(tmp_path) == ONE_RUN_ONE_STEP


def test_read_instance_knows_what_the_chart_writes(tmp_path):
    postgres = {"postgres_db": {"password": {"env": "DAGSTER_PG_PASSWORD"}}}
    written = {
        "run_storage": {"module": "dagster_postgres.run_storage", "config": postgres},
        "run_coordinator": {"class": "Queued", "config": {"max_concurrent_runs": 1}},
        "concurrency": {"pools": {"default_limit": 1, "granularity": "op"}},
    }
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(written))
    assert read_instance(tmp_path) == ONE_RUN_ONE_STEP


def test_read_instance_takes_dagsters_defaults_when_the_file_says_nothing(tmp_path):
    assert read_instance(tmp_path) is None
    (tmp_path / "dagster.yaml").write_text("")
    assert read_instance(tmp_path) == Instance(
        sqlite=True, concurrent_runs=None, pool_limit=None, pool_granularity="run"
    )


@pytest.mark.parametrize(
    ("variable", "choices"),
    [
        ("ENISHI_EXECUTOR", "in_process, multiprocess, k8s_job"),
        ("ENISHI_HOSTS", "one, many"),
        ("ENISHI_HOME_SHARED", "true, false"),
    ],
)
def test_read_settings_names_the_choices_when_a_deployment_variable_is_unknown(variable, choices):
    with pytest.raises(ValueError, match=rf"^{variable} is 'maybe'; set it to one of {choices}\.$"):
        read_settings({variable: "maybe"})
    assert read_settings({variable: ""}) == read_settings({})


def test_read_settings_finds_dagster_yaml_beside_the_code_when_dagster_home_is_unset(tmp_path):
    assert read_settings({"DAGSTER_HOME": ""}).dagster_home == REPOSITORY
    assert read_settings({"DAGSTER_HOME": str(tmp_path)}).dagster_home == Path(tmp_path)
