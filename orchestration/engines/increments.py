"""When tables of events may be built by what is new alone, and when they must be built as a whole.

The tables themselves know which rows they hold. This record knows what they cannot: by which
project, under which settings and from which batches of the lake they were built.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from orchestration.durable import replace_text

_PROJECT_FILES: Final = {".sql", ".yml", ".csv"}


@dataclass(frozen=True, slots=True)
class Basis:
    """What the tables of a warehouse rest on."""

    project: str
    """Digest of the files of the dbt project: definitions and seeds."""
    settings: str
    """Digest of what else decides rows: the database and the shop's variables without the day."""
    day: str
    """The as_of_date, as YYYY-MM-DD; no row is of a later build's day."""
    batches: Sequence[str]
    """The batches of the lake that may have been read, by the names of their log files."""

    def allows(self, later: Basis) -> bool:
        """Whether what rests on this basis can be carried on to a later one by increments.

        It cannot when a definition or a setting changed, when the day goes back, or when a batch
        that was read is no longer in the lake.
        """
        return (
            (self.project, self.settings) == (later.project, later.settings)
            and date.fromisoformat(self.day) <= date.fromisoformat(later.day)
            and set(self.batches) <= set(later.batches)
        )


@dataclass(slots=True)
class _Record:
    basis: Basis
    built: list[str] = field(default_factory=list)
    """The steps whose tables stand, each built as a whole at least once."""


class Increments:
    """The record of what was built, a file beside the work database."""

    def __init__(self, file: Path, steps: Sequence[str]) -> None:
        """Take the file, which need not be there, and the steps in the order of the build."""
        self._file = file
        self._steps = steps

    def begin(self, step: str, basis: Basis) -> bool:
        """Say that a step is about to be built; True when it must be built as a whole.

        What is built as a whole takes the later steps with it: they cannot tell its new rows from
        those they have seen. A step that begins and does not end leaves a record that holds: a
        whole build is begun anew, an increment is carried on from what it had reached.
        """
        record = self._read()
        if record is None or not record.basis.allows(basis):
            record = _Record(basis)
        record.basis = basis
        is_whole = step not in record.built
        if is_whole:
            earlier = self._steps[: self._steps.index(step)]
            record.built = [built for built in record.built if built in earlier]
        self._write(record)
        return is_whole

    def finish(self, step: str) -> None:
        """Say that the step that had begun is built."""
        record = self._read()
        if record is not None and step not in record.built:
            record.built.append(step)
            self._write(record)

    def _read(self) -> _Record | None:
        if not self._file.exists():
            return None
        values = json.loads(self._file.read_text(encoding="utf-8"))
        return _Record(Basis(**values["basis"]), values["built"])

    def _write(self, record: _Record) -> None:
        replace_text(self._file, json.dumps(asdict(record), indent=1))


def digest(parts: Iterable[str]) -> str:
    """A digest of texts in their order."""
    found = hashlib.sha256()
    for part in parts:
        found.update(part.encode())
        found.update(b"\0")
    return found.hexdigest()


def project_digest(project: Path) -> str:
    """A digest of the names and contents of a dbt project's models, macros, seeds and settings."""
    files = sorted(path for path in project.rglob("*") if path.suffix in _PROJECT_FILES)
    return digest(
        part for file in files for part in (str(file.relative_to(project)), file.read_text("utf-8"))
    )
