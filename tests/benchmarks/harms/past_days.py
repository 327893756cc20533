"""What a shop knew at the end of a day, built by dbt as far as sending needs it."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from orchestration.identity.resolve import resolve_identities
from orchestration.prediction.step import ensure_tables
from orchestration.workspace import Workspace

PROJECT = Path(__file__).parents[3] / "dbt_project"
NEEDED_FOLDERS = ("policy/", "segments/", "scenarios/")
NEEDED_MODELS = ("person_contacts", "person_identifiers", "dim_products")
NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


class PastDays:
    """Builds one day after another in one work database.

    The project is parsed once and cut to what sending reads, the seeds are loaded once: what is
    left of a day are the models themselves.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._manifest: Manifest | None = None
        workspace.work_db.parent.mkdir(parents=True, exist_ok=True)

    def build(self, as_of: date, variables: Mapping[str, object]) -> None:
        """Build a day that sees nothing later; raises RuntimeError naming what failed."""
        blind = {**variables, "refusals_count_at_once": False}
        is_first = self._manifest is None
        if is_first:
            self._manifest = _cut(self._invoke(None, blind, "parse").result)
        kinds = () if is_first else ("--exclude-resource-type", "seed")
        self._build(blind, *kinds, "--select", "tag:stage1")
        resolve_identities(self._workspace.work_db, self._workspace.lake, f"run-{as_of}")
        self._build(blind, *kinds, "--select", "tag:stage2", "tag:stage3")

    def _build(self, variables: Mapping[str, object], *arguments: str) -> None:
        done = self._invoke(self._manifest, variables, "build", *NO_TESTS, *arguments)
        if not done.success:
            results = getattr(done.result, "results", [])
            failed = [f"{r.node.name}: {r.message}" for r in results if str(r.status) == "error"]
            raise RuntimeError(f"{arguments}: {done.exception or failed[:3]}")

    def _invoke(
        self, manifest: Manifest | None, variables: Mapping[str, object], *command: str
    ) -> Any:
        ensure_tables(self._workspace.lake)
        places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        places += ["--target-path", str(self._workspace.dbt_target), "--log-level-file", "none"]
        quiet = ["--quiet", "--no-write-json", "--vars", json.dumps(variables)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ENISHI_LAKE", str(self._workspace.lake))
            patch.setenv("ENISHI_HASH_KEY", "a key for tests")
            patch.setenv("ENISHI_WORK_DB", str(self._workspace.work_db))
            done = dbtRunner(manifest=manifest).invoke([*command, *places, *quiet])
        # dbt keeps the file open for the life of the process; the next step opens it differently.
        DuckDBConnectionManager.close_all_connections()
        return done


def _cut(manifest: Manifest) -> Manifest:
    """Leave the first stage, which resolves persons, and what the needed models stand on."""
    manifest.build_parent_and_child_maps()
    wanted = [
        name
        for name, node in manifest.nodes.items()
        if node.resource_type in ("model", "seed")
        and (
            "stage1" in node.tags
            or node.path.startswith(NEEDED_FOLDERS)
            or node.name in NEEDED_MODELS
        )
    ]
    kept: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept.add(name)
            wanted += manifest.parent_map[name]
    manifest.nodes = {name: node for name, node in manifest.nodes.items() if name in kept}
    for unread in (manifest.unit_tests, manifest.exposures, manifest.metrics):
        unread.clear()
    manifest.semantic_models.clear()
    manifest.saved_queries.clear()
    manifest.build_parent_and_child_maps()
    return manifest
