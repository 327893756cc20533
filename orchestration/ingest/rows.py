"""Rows of a landed file as text, before any of them has a type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

RowMask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A record that no column can be read from."""

    row: int
    """1-based number of the record in the file."""
    reason: str
    raw: str
    """The record as text."""


@dataclass(frozen=True, slots=True)
class RawChunk:
    """A run of records of one file: text columns of equal length, and what could not be read."""

    columns: Mapping[str, pa.Array]
    """Text by header or path; null where the record has nothing."""
    rows: npt.NDArray[np.int64]
    """1-based number of each record in the file; a header is record 1."""
    raw: Callable[[int], str]
    """JSON text of the record at a position of this chunk."""
    broken: tuple[BrokenRow, ...] = ()
    bad_shape: Mapping[str, RowMask] = field(default_factory=dict)
    """By path: records whose JSON value is an object or a list where one value was declared."""

    @property
    def row_count(self) -> int:
        """All records of the chunk, broken ones included."""
        return len(self.rows) + len(self.broken)
