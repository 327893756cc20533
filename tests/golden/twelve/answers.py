"""Answers worked out by hand: one CSV per published table, compared cell by cell.

A file answers/<table>.csv holds all rows of the table, in any order, and the columns worth working
out. `person` stands for person_id; an empty cell is null; a number may be a fraction such as 2/3,
which keeps what was divided by what. A first line `# where <condition>` answers those rows alone;
then the file may be named <table>@<what>.csv.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

_WHERE = "# where "
_SAME = 1e-9
"""Doubles are the same when they differ by less than this share of the answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a table must hold, as text."""

    table: str
    condition: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def read_answer(file: Path) -> Answer:
    """The answer that a file holds."""
    lines = file.read_text(encoding="utf-8").splitlines()
    condition = "true"
    if lines[0].startswith(_WHERE):
        condition = lines.pop(0).removeprefix(_WHERE)
    columns, *rows = csv.reader(lines)
    return Answer(file.stem.split("@")[0], condition, tuple(columns), tuple(map(tuple, rows)))


def differences(
    answer: Answer, connection: duckdb.DuckDBPyConnection, names: Mapping[str, str]
) -> list[str]:
    """How the published table differs from the answer; empty when it does not."""
    columns = ", ".join("person_id" if name == "person" else name for name in answer.columns)
    ((schema,),) = connection.execute(
        "select table_schema from information_schema.tables where table_name = ?", [answer.table]
    ).fetchall()
    published = connection.execute(
        f"select {columns} from {schema}.{answer.table} where {answer.condition}"
    ).fetchall()
    left = [tuple(names.get(value, value) for value in row) for row in published]
    missing = []
    for wanted in answer.rows:
        found = next((row for row in left if _is_row(wanted, row)), None)
        if found is None:
            missing.append(f"missing: {dict(zip(answer.columns, wanted, strict=True))}")
        else:
            left.remove(found)
    unexpected = [f"unexpected: {dict(zip(answer.columns, row, strict=True))}" for row in left]
    return missing + unexpected


def _is_row(wanted: tuple[str, ...], row: tuple[Any, ...]) -> bool:
    return len(wanted) == len(row) and all(map(_is_value, wanted, row))


def _is_value(wanted: str, value: Any) -> bool:
    if value is None or wanted == "":
        return value is None and wanted == ""
    match value:
        case datetime():
            same = datetime.fromisoformat(wanted) == value
        case Decimal():
            # Published money has three places.
            same = Decimal(round(Fraction(wanted) * 1000)) / 1000 == value
        case float():
            number = float(Fraction(wanted))
            same = abs(number - value) <= _SAME * max(1.0, abs(number))
        case bool():
            same = wanted == str(value).lower()
        case _:
            same = wanted == str(value)
    return same
