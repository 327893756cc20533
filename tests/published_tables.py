"""Every published table without a row, as its dbt contract says, for tests that fill a few."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb
import yaml

MODELS = Path(__file__).parents[1] / "dbt_project/models"
FOLDERS = {"marts": "marts", "prediction": "marts", "segments": "segments", "policy": "policy"}
"""Folder of models -> the schema they are published in."""
SCHEMAS = ("marts", "segments", "policy", "_publication")
PUBLICATION = (
    """
    create table _publication.publication (
        publication_id varchar, shop varchar, run_id varchar, as_of_date date,
        published_at timestamp, work_schema_version varchar
    )
    """,
    """
    create table _publication.gates (
        stage varchar, check_name varchar, passed boolean, severity varchar, detail varchar
    )
    """,
)


@cache
def contracts() -> tuple[tuple[str, str], ...]:
    """Name with schema -> column definitions of every published table."""
    return tuple(
        (
            f"{schema}.{model['name']}",
            ", ".join(f'"{column["name"]}" {column["data_type"]}' for column in model["columns"]),
        )
        for folder, schema in FOLDERS.items()
        for path in sorted((MODELS / folder).rglob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    )


def create_published_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every published table, empty."""
    for schema in SCHEMAS:
        connection.execute(f"create schema {schema}")
    for name, columns in contracts():
        connection.execute(f"create table {name} ({columns})")
    for statement in PUBLICATION:
        connection.execute(statement)
