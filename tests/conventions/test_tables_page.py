"""docs/tables.md holds every published table with its grain, and nothing that is not published."""

import re
from pathlib import Path

import duckdb
import pytest
import yaml

ROOT = Path(__file__).parents[2]
PUBLISHED = ("marts", "segments", "policy", "identity", "contact")
FOLDERS = {"marts": ("marts", "prediction")}
"""A schema's folders below models/, where they are not one of its name."""
PAGE = (ROOT / "docs/tables.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z_]+\.[a-z0-9_]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
SQL = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


def models():
    """Published table -> its dbt model."""
    return {
        f"{schema}.{model['name']}": model
        for schema in PUBLISHED
        for folder in FOLDERS.get(schema, (schema,))
        for path in sorted((ROOT / "dbt_project/models" / folder).rglob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    }


def grain(model):
    """The first sentence of a model's description."""
    return re.split(r"(?<=\.)\s", " ".join(model["description"].split()))[0]


@pytest.fixture(scope="module")
def empty_tables():
    """Every published table without a row, as its contract says."""
    with duckdb.connect() as connection:
        for schema in PUBLISHED:
            connection.execute(f"create schema {schema}")
        for name, model in models().items():
            columns = ", ".join(f'"{c["name"]}" {c["data_type"]}' for c in model["columns"])
            connection.execute(f"create table {name} ({columns})")
        yield connection


def test_page_names_every_published_table_once_with_its_grain_and_no_other():
    rows = [(name, text.strip()) for name, text, _, _ in ROW.findall(PAGE)]
    assert sorted(rows) == sorted((name, grain(model)) for name, model in models().items())


def test_page_names_only_columns_that_the_table_has():
    tables = models()
    unknown = [
        (name, column)
        for name, _, _, listed in ROW.findall(PAGE)
        for column in re.findall(r"`([^`]+)`", listed)
        if column not in {c["name"] for c in tables[name]["columns"]}
    ]
    assert unknown == []


@pytest.mark.parametrize(
    "query", SQL, ids=[re.search(r"from (\w+\.\w+)", query)[1] for query in SQL]
)
def test_example_runs_on_the_published_tables(empty_tables, query):
    assert empty_tables.execute(query).description


def test_page_explains_itself_in_both_languages_for_every_word():
    words = PAGE.split("## What the words mean")[1].strip().split("\n\n")
    assert len(words) >= 6
    assert [word for word in words if not re.search(r"^\*\*[A-Z].*\n\*\*.*[ぁ-ん]", word)] == []
