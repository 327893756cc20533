"""What people decided about two records: link them, or never link them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orchestration.identity.errors import IdentityError

HEADER = ["action", "left_record", "right_record", "note"]
Action = Literal["link", "never_link"]


@dataclass(frozen=True, slots=True)
class Override:
    """One row of the file."""

    row: int
    """Its line in the file; the header is line 1."""
    action: Action
    left_record: str
    right_record: str


def read_overrides(file: Path | None) -> tuple[Override, ...]:
    """The overrides of a shop, none where it has no file.

    Raises:
        IdentityError: the file breaks its form or contradicts itself; all problems are named.
    """
    if file is None or not file.exists():
        return ()
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text)
            header = next(reader, [])
            if header != HEADER:
                raise IdentityError(
                    f"{file.name}, row 1: the header is {','.join(header)!r};"
                    f" write {','.join(HEADER)!r}"
                )
            lines = [(reader.line_num, cells) for cells in reader if any(cells)]
    except UnicodeDecodeError as error:
        raise IdentityError(f"{file.name} is not UTF-8: save it as UTF-8") from error
    problems = [problem for line in lines for problem in _problems(*line)]
    overrides = () if problems else tuple(_override(row, cells) for row, cells in lines)
    problems += _contradictions(overrides)
    if problems:
        raise IdentityError("\n".join(f"{file.name}, {problem}" for problem in problems))
    return overrides


def _problems(row: int, cells: Sequence[str]) -> Iterator[str]:
    if len(cells) != len(HEADER):
        yield f"row {row}: {len(cells)} cells; write {len(HEADER)}: {','.join(HEADER)}"
        return
    action, left, right = (cell.strip() for cell in cells[:3])
    if action not in {"link", "never_link"}:
        yield f"row {row}: action is {action!r}; write link or never_link"
    for name, key in (("left_record", left), ("right_record", right)):
        if len(key.split("|")) < 3:
            yield f"row {row}: {name} is {key!r}; write source|kind|id, such as ec|customer|12"
    if left == right:
        yield f"row {row}: both records are {left!r}; name two"


def _override(row: int, cells: Sequence[str]) -> Override:
    action, left, right = (cell.strip() for cell in cells[:3])
    return Override(row, "link" if action == "link" else "never_link", left, right)


def _contradictions(overrides: Sequence[Override]) -> list[str]:
    """Never-links whose records a chain of links joins."""
    group: dict[str, str] = {}

    def first(record: str) -> str:
        while (parent := group.get(record, record)) != record:
            group[record] = group.get(parent, parent)
            record = parent
        return record

    links = [override for override in overrides if override.action == "link"]
    for link in links:
        group[first(link.left_record)] = first(link.right_record)
    found = []
    for never in overrides:
        joined = first(never.left_record)
        if never.action == "never_link" and joined == first(never.right_record):
            rows = [str(link.row) for link in links if first(link.left_record) == joined]
            found.append(
                f"row {never.row}: {never.left_record} and {never.right_record} may never be"
                f" linked, but the link rows {', '.join(rows)} join them: remove one of the two"
            )
    return found
