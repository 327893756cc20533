"""The command `enishi metrics`: MetricFlow on the current publication."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from orchestration.cli.context import console, shop_context
from orchestration.environments import REPOSITORY
from orchestration.publication.editions import current

MISSING = "Metrics need MetricFlow: pip install 'enishi[metrics]'"
_SEMANTIC_MANIFEST = "semantic_manifest.json"


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})(metrics)


def metrics(
    arguments: Annotated[
        list[str],
        typer.Argument(help="What to hand to MetricFlow, such as: query --metrics revenue"),
    ],
) -> None:
    """Ask the published tables for metrics: `enishi metrics query --metrics revenue,aov`."""
    program = Path(sys.executable).parent / "mf"
    shop = shop_context()
    published = current(shop.workspace.published)
    manifest = shop.workspace.dbt_target / _SEMANTIC_MANIFEST
    if not program.exists():
        problem = MISSING
    elif published is None or not manifest.exists():
        problem = "There is no publication yet: run the build first."
    else:
        project = metrics_project(shop.workspace.work / "metrics", manifest, published.warehouse)
        raise typer.Exit(
            subprocess.run(
                [program, *arguments], cwd=project, env=metrics_environment(project), check=False
            ).returncode
        )
    console.print(problem, style="red", markup=False)
    raise typer.Exit(2)


def metrics_project(folder: Path, manifest: Path, warehouse: Path) -> Path:
    """A dbt project as MetricFlow wants it: the manifest in its place, the database read-only."""
    (folder / "target").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(REPOSITORY / "dbt_project" / "dbt_project.yml", folder / "dbt_project.yml")
    parsed = json.loads(manifest.read_text(encoding="utf-8"))
    for relation in _relations(parsed):
        _point_at(relation, warehouse.stem)
    (folder / "target" / _SEMANTIC_MANIFEST).write_text(json.dumps(parsed), encoding="utf-8")
    database = {
        "type": "duckdb",
        "path": str(warehouse.resolve()),
        "config_options": {"access_mode": "READ_ONLY"},
    }
    # JSON is YAML, too.
    profiles = {"enishi": {"target": "published", "outputs": {"published": database}}}
    (folder / "profiles.yml").write_text(json.dumps(profiles, indent=2), encoding="utf-8")
    return folder


def _relations(manifest: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Where the manifest says that tables lie."""
    for model in manifest["semantic_models"]:
        yield model["node_relation"]
    for spine in manifest["project_configuration"]["time_spines"]:
        yield spine["node_relation"]


def _point_at(relation: dict[str, str], catalog: str) -> None:
    """Name the published table, in whatever warehouse dbt built it."""
    relation["database"] = catalog
    parts = (catalog, relation["schema_name"], relation["alias"])
    relation["relation_name"] = ".".join(f'"{part}"' for part in parts)


def metrics_environment(project: Path) -> dict[str, str]:
    """The variables by which MetricFlow finds the project."""
    return {
        **os.environ,
        "DBT_PROJECT_DIR": str(project),
        "DBT_PROFILES_DIR": str(project),
        "DBT_LOG_PATH": str(project / "logs"),
    }
