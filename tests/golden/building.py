"""Builds a lake with dbt in this process, as the daily job does in three steps."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from filelock import FileLock

from orchestration.identity.linkage.propose import propose_links
from orchestration.identity.resolve import IdentityReport, resolve_identities
from orchestration.prediction.step import ensure_tables, run_predictions

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"
DEFAULT_AS_OF = "2026-10-31"
"""The var as_of_date of dbt_project.yml."""


def run_dbt(
    workspace: Path, *arguments: str, variables: Mapping[str, Any] | None = None
) -> list[str]:
    """Runs one dbt command; gives the names of its failed nodes with their messages."""
    ensure_tables(workspace / "lake")
    values = _changed(variables or {})
    parsed = workspace / "target" / "partial_parse.msgpack"
    if not parsed.exists():
        parsed.parent.mkdir(exist_ok=True)
        shutil.copyfile(_parse(values), parsed)
    result = _invoke(workspace, values, *arguments)
    nodes = getattr(result.result, "results", [])
    return [
        f"{node.node.name}: {node.message}"
        for node in nodes
        if str(node.status) not in {"success", "pass", "no-op"}
    ]


def write_manifests(workspace: Path, variables: Mapping[str, Any]) -> None:
    """Writes manifest.json and semantic_manifest.json into target/; no other run does."""
    _invoke(workspace, _changed(variables), "parse", "--write-json")


def _changed(variables: Mapping[str, Any]) -> str:
    """The variables that differ from the project's own, as JSON: equal parses have equal ones."""
    project = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    own = project["vars"]
    changed = {name: value for name, value in variables.items() if own[name] != value}
    return json.dumps(changed, sort_keys=True)


def _parse(values: str) -> Path:
    """dbt's parse of the project under some variables, made once for all processes of the run.

    It costs more than a small build. `DBT_PARSES` names the folder, see tests/conftest.py.
    """
    name = hashlib.sha256(values.encode()).hexdigest()[:16]
    folder = Path(os.environ["DBT_PARSES"]) / name
    parsed = folder / "target" / "partial_parse.msgpack"
    with FileLock(f"{folder}.lock"):
        if not parsed.exists():
            folder.mkdir()
            _invoke(folder, values, "parse")
    return parsed


def _invoke(workspace: Path, values: str, *arguments: str) -> dbtRunnerResult:
    with pytest.MonkeyPatch.context() as patch:
        # Relative to the workspace, so that what one workspace has parsed holds for the next.
        patch.chdir(workspace)
        patch.setenv("ENISHI_LAKE", "lake")
        patch.setenv("ENISHI_HASH_KEY", "a key for tests")
        patch.setenv("ENISHI_WORK_DB", "warehouse.duckdb")
        # Seconds for megabytes of JSON which hardly a test reads.
        patch.setenv("DBT_WRITE_JSON", "false")
        result = dbtRunner().invoke(
            [
                *arguments,
                "--project-dir",
                str(DBT_PROJECT),
                "--profiles-dir",
                str(DBT_PROJECT),
                "--target-path",
                str(workspace / "target"),
                "--log-level-file",
                "none",
                "--vars",
                values,
                "--quiet",
            ]
        )
    # dbt keeps the file open for the life of the process; the next step opens it differently.
    DuckDBConnectionManager.close_all_connections()
    if result.exception is not None:
        raise result.exception
    return result


def build_shop(
    workspace: Path,
    variables: Mapping[str, Any] | None = None,
    *,
    with_unit_tests: bool = False,
    with_data_tests: bool = True,
) -> IdentityReport:
    """Runs the three dbt steps with resolution and predictions between; every node must pass."""
    build = ["build"]
    if not with_unit_tests:
        build += ["--exclude-resource-type", "unit_test"]
    if not with_data_tests:
        build += ["--exclude-resource-type", "test"]
    assert run_dbt(workspace, *build, "--select", "tag:stage1", variables=variables) == []
    propose_links(workspace / "warehouse.duckdb", workspace / "lake", "off")
    report = resolve_identities(workspace / "warehouse.duckdb", workspace / "lake", "run-1")
    assert run_dbt(workspace, *build, "--select", "tag:stage2", variables=variables) == []
    as_of_date = date.fromisoformat((variables or {}).get("as_of_date", DEFAULT_AS_OF))
    run_predictions(workspace / "warehouse.duckdb", workspace / "lake", as_of_date)
    assert run_dbt(workspace, *build, "--select", "tag:stage3", variables=variables) == []
    return report


def rows_of(workspace: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()
