"""Errors of ingest: each names the file, what is wrong and the mend, and no value of a row."""

from pathlib import Path
from typing import Any

from orchestration.ingest.report import SourceReport


class IngestError(Exception):
    """Something a person must mend before the source can be ingested."""


class MappingError(IngestError):
    """A mapping file that cannot be used."""

    def __init__(self, path: Path, line: int, key: str, what: str, *, mend: str) -> None:
        """Takes the place and its mend; `key` is dotted, empty for the file as a whole."""
        self.path, self.line, self.key, self.what, self.mend = path, line, key, what, mend
        where = f"{path.name}, line {line}" + (f", {key}" if key else "")
        super().__init__(f"{where}: {what}. {mend}")


class ContractError(IngestError):
    """A landed file that breaks its contract; nothing of its source was changed."""

    def __init__(
        self, file: str, what: str, *, mend: str, rows: tuple[tuple[int, str], ...] = ()
    ) -> None:
        """Takes the first bad rows as numbers and reason codes."""
        self.file, self.what, self.mend, self.rows = file, what, mend, rows
        listed = ", ".join(f"row {row} {reason}" for row, reason in rows)
        super().__init__(f"{file}: {what}." + (f" First: {listed}." if rows else "") + f" {mend}")


class GateFailed(IngestError):  # noqa: N818 (reads as what happened)
    """A blocking gate refused a landed batch; nothing of its source was changed."""

    def __init__(
        self, source: str, entity: str, message: str, *, report: SourceReport[Any]
    ) -> None:
        """Takes the report with the answers of all gates."""
        self.source, self.entity, self.report = source, entity, report
        super().__init__(f"{source}.{entity}: {message}")
