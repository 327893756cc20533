"""The variable names the executor; what is not installed says what to install."""

import importlib.util

import dagster as dg
import pytest

from orchestration.defs.executor import ExecutorMissingError, step_executor
from orchestration.environments import EXECUTORS


@pytest.mark.parametrize("name", sorted(set(EXECUTORS) - {"k8s_job"}))
def test_step_executor_gives_what_is_named_when_it_comes_with_dagster(name):
    assert step_executor(name).name == name


@pytest.mark.skipif(
    importlib.util.find_spec("dagster_k8s") is not None, reason="dagster-k8s is installed"
)
def test_step_executor_names_the_extra_when_the_package_is_missing():
    with pytest.raises(ExecutorMissingError, match=r"pip install 'enishi\[deploy\]'"):
        step_executor("k8s_job")


def test_step_executor_gives_pods_when_the_package_is_there():
    pytest.importorskip("dagster_k8s", reason="only the image holds dagster-k8s")
    assert isinstance(step_executor("k8s_job"), dg.ExecutorDefinition)
    assert step_executor("k8s_job").name == "k8s"
