"""Rules and limits from a file, to try them before they become the seed."""

from __future__ import annotations

import csv
from pathlib import Path

from orchestration.identity.errors import IdentityError
from orchestration.identity.graph import Rule
from orchestration.identity.reading import LINKAGE_RULE

_BOOLEANS = {"true": True, "false": False}


def read_rules_file(file: Path) -> tuple[Rule, ...]:
    """The enabled rules of a file in the form of the seed identity_rules.

    Raises:
        IdentityError: a column is missing or a cell is wrong.
    """
    rules = []
    for row, cells in _rows(file, ["rule", "tier", "is_enabled"]):
        tier = _whole(file, row, "tier", cells["tier"])
        enabled = cells["is_enabled"].lower()
        if enabled not in _BOOLEANS:
            raise IdentityError(
                f"{file.name}, row {row}: is_enabled is {enabled!r}; write true or false"
            )
        if _BOOLEANS[enabled]:
            rules.append(Rule(cells["rule"], tier, cells["rule"] != LINKAGE_RULE.name))
    return tuple(rules)


def read_limits_file(file: Path) -> dict[str, int]:
    """The limits of a file in the form of the seed identity_limits.

    Raises:
        IdentityError: a column is missing or a cell is wrong.
    """
    return {
        cells["limit_name"]: _whole(file, row, "max_count", cells["max_count"])
        for row, cells in _rows(file, ["limit_name", "max_count"])
    }


def _rows(file: Path, columns: list[str]) -> list[tuple[int, dict[str, str]]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if missing := [name for name in columns if name not in (reader.fieldnames or [])]:
            raise IdentityError(
                f"{file.name}, row 1: the column(s) {', '.join(missing)} are missing: add them"
            )
        return [
            (reader.line_num, {name: (cells[name] or "").strip() for name in columns})
            for cells in reader
        ]


def _whole(file: Path, row: int, column: str, value: str) -> int:
    if not value.isdecimal():
        raise IdentityError(f"{file.name}, row {row}: {column} is {value!r}; write a whole number")
    return int(value)
