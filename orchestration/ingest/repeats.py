"""Finds rows of one file whose key stands in it again; the newest version, then the last, stays."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.rows import RowMask

_ORDER = "_order"


class RepeatFinder:
    """Collects the keys of a file chunk by chunk and says at the end which rows to leave out."""

    def __init__(self, key: tuple[str, ...]) -> None:
        """Takes the key columns."""
        self._key = list(key)
        self._parts: list[pa.Table] = []
        self._count = 0

    def add(self, rows: pa.Table) -> None:
        """Takes the next accepted rows of the file."""
        self._count += rows.num_rows
        self._parts.append(rows.select([*self._key, "_version"]))

    def superseded(self) -> RowMask:
        """True for every row, in the order added, that another row of its key replaces."""
        if not self._count:
            return np.zeros(0, dtype=np.bool_)
        keys = pa.concat_tables(self._parts)
        order = np.empty(self._count, dtype=np.int64)
        order[self._oldest_first(keys)] = np.arange(self._count)
        latest = (
            keys.select(self._key)
            .append_column(_ORDER, pa.array(order))
            .group_by(self._key, use_threads=False)
            .aggregate([(_ORDER, "max")])
        )
        is_latest = np.zeros(self._count, dtype=np.bool_)
        is_latest[latest.column(f"{_ORDER}_max").to_numpy()] = True
        return np.asarray(~is_latest[order], dtype=np.bool_)

    def _oldest_first(self, keys: pa.Table) -> np.typing.NDArray[np.int64]:
        versions = keys.column("_version")
        if versions.null_count == len(versions):
            return np.arange(self._count)
        # The sort is stable: rows of the same version stay in the order of the file.
        ranks = pc.fill_null(versions.cast(pa.int64()), np.iinfo(np.int64).min)
        return np.argsort(ranks.to_numpy(), kind="stable")
