"""Reads Parquet; every value becomes the text that its type is written in."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.ingest.errors import ContractError
from orchestration.ingest.readers.headers import require_headers
from orchestration.ingest.rows import RawChunk

_CHUNK = 100_000


def read_parquet(path: Path, file: str, headers: tuple[str, ...]) -> Iterator[RawChunk]:
    """The named columns of a Parquet file, the rows numbered from 1.

    Raises:
        ContractError: the file is not Parquet, lacks a column or holds nested values in one.
    """
    try:
        source = pq.ParquetFile(path)
    except pa.ArrowInvalid:
        raise ContractError(file, "the file is not Parquet", mend="Land it again.") from None
    with source:
        require_headers(file, source.schema_arrow.names, headers)
        wanted = list(headers)
        row = 1
        for batch in source.iter_batches(batch_size=_CHUNK, columns=wanted):
            texts = pa.RecordBatch.from_arrays(
                [_text(batch.column(name), name, file) for name in wanted], names=wanted
            )
            yield RawChunk(
                columns=dict(zip(wanted, texts.columns, strict=True)),
                rows=np.arange(row, row + batch.num_rows, dtype=np.int64),
                raw=partial(_as_json, texts),
            )
            row += batch.num_rows


def _text(values: pa.Array, name: str, file: str) -> pa.Array:
    try:
        return values.cast(pa.string())
    except pa.ArrowNotImplementedError:
        raise ContractError(
            file, f"the column {name} holds nested values", mend="Flatten it before landing."
        ) from None


def _as_json(batch: pa.RecordBatch, index: int) -> str:
    return json.dumps(batch.slice(index, 1).to_pylist()[0], ensure_ascii=False)
