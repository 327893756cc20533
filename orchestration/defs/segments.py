"""Which dbt models are published, which of them are segments, and a segment's rows."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from dagster_dbt import DbtProject

if TYPE_CHECKING:
    import pandas as pd

PUBLISHED_SCHEMAS = frozenset({"marts", "segments", "policy", "identity", "contact"})


def published_models(project: DbtProject) -> list[str]:
    """The models whose tables are published."""
    return sorted(node["name"] for node in _models(project) if node["schema"] in PUBLISHED_SCHEMAS)


def segment_models(project: DbtProject) -> list[str]:
    """The models that are segments."""
    return sorted(node["name"] for node in _models(project) if node["schema"] == "segments")


def segment_frame(work_db: Path, segment: str) -> "pd.DataFrame":
    """A segment's rows in the work database."""
    with duckdb.connect(str(work_db), read_only=True) as connection:
        frame: pd.DataFrame = connection.table(f"segments.{segment}").df()
        return frame


def _models(project: DbtProject) -> list[dict[str, Any]]:
    manifest = json.loads(project.manifest_path.read_text(encoding="utf-8"))
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
