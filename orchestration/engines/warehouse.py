"""The warehouse that dbt builds in, and how its tables reach the work database beside the lake."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from orchestration.engines.tables import Source, Table


class WarehouseError(RuntimeError):
    """A warehouse cannot be built in; the message says what to change."""


class Warehouse(ABC):
    """Where the models are built; Python and publication read the work database."""

    @abstractmethod
    def load(self, sources: Sequence[Source]) -> Mapping[Table, int]:
        """Make what the lake holds readable for dbt; gives the rows of each table it copied."""

    @abstractmethod
    def bring(self, tables: Sequence[Table]) -> Mapping[Table, int]:
        """Make built tables readable in the work database; gives the rows of each it copied."""

    @abstractmethod
    def row_counts(self) -> dict[str, int]:
        """The rows of each table that was built, by the table's name."""
