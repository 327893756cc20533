"""Rows that could not be taken, kept with their source row so that a person can mend them."""

from collections import Counter
from collections.abc import Iterable

import pyarrow as pa

from orchestration.ingest.errors import ContractError
from orchestration.ingest.lake import QUARANTINE_SCHEMA
from orchestration.ingest.transform import BadRow, FileIdentity

ROWS_SHOWN = 10


def quarantine_table(bad: Iterable[BadRow], identity: FileIdentity) -> pa.Table:
    """The bad rows as they lie in lake/quarantine/."""
    return pa.Table.from_pylist(
        [
            {
                "source": identity.source,
                "entity": row.entity,
                "file": identity.file,
                "file_sha256": identity.sha256,
                "row": row.row,
                "reason": row.reason,
                "column_name": row.column,
                "raw_row": row.raw,
                "loaded_at": identity.loaded_at,
            }
            for row in bad
        ],
        QUARANTINE_SCHEMA,
    )


class BadRowTally:
    """Counts the bad rows of a file and remembers the first of them, without their values."""

    def __init__(self) -> None:
        """Begins at nothing."""
        self.by_reason: Counter[str] = Counter()
        self.first: list[BadRow] = []
        self.rows: dict[str, list[int]] = {}

    def add(self, bad: Iterable[BadRow]) -> None:
        """Takes the bad rows of the next chunk."""
        for row in bad:
            self.by_reason[row.reason] += 1
            if len(self.first) < ROWS_SHOWN:
                self.first.append(row)
            numbers = self.rows.setdefault(row.reason, [])
            if len(numbers) < ROWS_SHOWN:
                numbers.append(row.row)

    def breach(self, file: str, rows_read: int, max_ratio: float) -> ContractError | None:
        """Why the file as a whole is refused: more bad rows than the contract allows."""
        bad = self.by_reason.total()
        if bad <= max_ratio * rows_read:
            return None
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(self.by_reason.items()))
        columns = sorted({row.column for row in self.first if row.column})
        at = f" at {', '.join(columns)}" if columns else ""
        return ContractError(
            file,
            f"{bad} of {rows_read} rows are bad ({reasons}{at}), the limit is {max_ratio:.1%}",
            mend="Export the file again, or mend the mapping if the source now writes it so.",
            rows=tuple((row.row, row.reason) for row in self.first),
        )
