"""Where the warehouse is not DuckDB, Python finds only the tables that were brought to it."""

import re
from pathlib import Path

from orchestration.defs.segments import PUBLISHED_SCHEMAS
from orchestration.defs.transformation import READ_BY_PYTHON
from orchestration.environments import REPOSITORY

NAMED = re.compile(
    r"\b(?:from|join)\s+(?:work\.|now\.|past\.)?"
    r"(?P<schema>seeds|staging|intermediate|marts|segments|policy|identity|contact)\."
    r"(?P<table>[a-z0-9_]+)"
)
ROOMS = ("identity", "prediction")


def _read(room: Path) -> set[tuple[str, str]]:
    return {
        (found["schema"], found["table"])
        for file in room.rglob("*.py")
        for found in NAMED.finditer(re.sub(r'"\s+f?"', " ", file.read_text(encoding="utf-8")))
    }


def test_every_table_that_python_reads_is_brought_to_the_work_database():
    read = {pair for room in ROOMS for pair in _read(REPOSITORY / "orchestration" / room)}
    assert ("intermediate", "int_identity__edges") in read
    assert ("seeds", "prediction_settings") in read
    lacking = {
        f"{schema}.{table}"
        for schema, table in read
        if schema not in PUBLISHED_SCHEMAS and table not in READ_BY_PYTHON
    }
    assert lacking == set()


def test_everything_that_is_brought_to_python_is_read():
    read = {table for room in ROOMS for _, table in _read(REPOSITORY / "orchestration" / room)}
    assert {table for table in READ_BY_PYTHON if table not in read} == set()
