"""What an ingest says afterwards: counts per entity, never a value of a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class GateResultLike(Protocol):
    """What a gate answers about a landed batch."""

    @property
    def passed(self) -> bool:
        """False when the batch must not enter the lake."""

    def message(self) -> str:
        """Which check failed on how many rows, without personal data."""


GateAnswer = TypeVar("GateAnswer", bound=GateResultLike)


@dataclass(frozen=True, slots=True)
class EntityReport:
    """Counts of one entity: rows_read = accepted + quarantined + filtered + repeated."""

    entity: str
    files_new: int = 0
    files_skipped: int = 0
    rows_read: int = 0
    accepted: int = 0
    filtered: int = 0
    """Rows that the mapping's `where` keeps out of this entity."""
    repeated: int = 0
    """Rows whose key stands again in the same file with a later version or row."""
    quarantined_by_reason: Mapping[str, int] | None = None
    seconds: float = 0.0

    @property
    def quarantined(self) -> int:
        """Rows that went to quarantine, whatever the reason."""
        return sum((self.quarantined_by_reason or {}).values())


@dataclass(frozen=True, slots=True)
class SourceReport(Generic[GateAnswer]):
    """What one ingest of one source did."""

    source: str
    entities: tuple[EntityReport, ...]
    gates: Mapping[str, GateAnswer]
    """The gate's answer by entity, for the entities that had a new file."""
    seconds: float

    @property
    def files_new(self) -> int:
        """Landed files that entered the lake with this ingest, counted per entity."""
        return sum(entity.files_new for entity in self.entities)


@dataclass(frozen=True, slots=True)
class Problem:
    """One row that would be quarantined."""

    row: int
    reason: str
    column: str | None
    """Header in the source file; null when the row as a whole is broken."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a mapping makes of one file; nothing has been written."""

    source: str
    feed: str
    file: str
    encoding: str | None
    entities: tuple[EntityReport, ...]
    problems: tuple[Problem, ...]
    """The first problems in the order of the file."""
    rows_by_reason: Mapping[str, tuple[int, ...]]
    """The first row numbers of each reason."""
    breach: str | None
    """Why the file as a whole would be refused; null when it would be taken."""
