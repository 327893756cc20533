"""Reads CSV and its kin: every field as text, every record under its number in the file."""

import csv
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from orchestration.ingest.errors import ContractError
from orchestration.ingest.readers.encoding import BAD_BYTE_MARK, TextFile
from orchestration.ingest.readers.headers import number_repeated, require_headers
from orchestration.ingest.rows import BrokenRow, RawChunk, RowMask

_FIRST_DATA_RECORD = 2


def read_delimited(
    path: Path, file: str, encoding: str, delimiter: str, *, headers: tuple[str, ...]
) -> Iterator[RawChunk]:
    """The records below the header, about 8 MB of text at a time.

    Records are numbered as a spreadsheet shows them: a line break inside quotes does not count,
    an empty line does, and a record without any value is passed over.

    Raises:
        ContractError: no header, a wanted header is missing, or quotes that never close.
    """
    with TextFile(path, encoding) as stream:
        header = _read_header(stream, file, encoding, delimiter)
        require_headers(file, header, headers)
        row = _FIRST_DATA_RECORD
        try:
            for block in stream.record_blocks():
                batch, wrong = _parse(block, header, delimiter, row)
                count = batch.num_rows + len(wrong)
                numbers = np.arange(row, row + count, dtype=np.int64)
                numbers = numbers[~np.isin(numbers, [record.row for record in wrong])]
                row += count
                yield _chunk(batch, numbers, wrong, is_damaged=BAD_BYTE_MARK in block)
        except ValueError:
            raise ContractError(
                file,
                "a quote is opened and never closed",
                mend="Quote fields that hold a quote and write it twice, as RFC 4180 says.",
            ) from None


def _chunk(
    batch: pa.RecordBatch,
    rows: npt.NDArray[np.int64],
    broken: tuple[BrokenRow, ...],
    *,
    is_damaged: bool,
) -> RawChunk:
    keep = ~_is_blank(batch)
    if is_damaged:
        damaged = _holds_mark(batch)
        broken += tuple(
            BrokenRow(int(rows[index]), "bad_encoding", _as_json(batch, int(index)))
            for index in np.flatnonzero(damaged)
        )
        keep &= ~damaged
    if not keep.all():
        batch, rows = batch.filter(pa.array(keep)), rows[keep]
    return RawChunk(
        columns=dict(zip(batch.schema.names, batch.columns, strict=True)),
        rows=rows,
        raw=partial(_as_json, batch),
        broken=broken,
    )


def _is_blank(batch: pa.RecordBatch) -> RowMask:
    blank = np.ones(batch.num_rows, dtype=np.bool_)
    for column in batch.columns:
        if not blank.any():
            break
        blank &= pc.equal(column, "").to_numpy(zero_copy_only=False)
    return blank


def _holds_mark(batch: pa.RecordBatch) -> RowMask:
    found = np.zeros(batch.num_rows, dtype=np.bool_)
    for column in batch.columns:
        found |= pc.match_substring(column, BAD_BYTE_MARK).to_numpy(zero_copy_only=False)
    return found


def _as_json(batch: pa.RecordBatch, index: int) -> str:
    return json.dumps(batch.slice(index, 1).to_pylist()[0], ensure_ascii=False)


def _read_header(stream: TextFile, file: str, encoding: str, delimiter: str) -> list[str]:
    text = line = stream.readline()
    while text.count('"') % 2 and line:
        line = stream.readline()
        text += line
    if BAD_BYTE_MARK in text:
        raise ContractError(
            file, f"the header is not {encoding}", mend="Mend `encoding:`, or write sniff."
        )
    names = next(csv.reader([text.rstrip("\r\n")], delimiter=delimiter), [])
    if not any(name.strip() for name in names):
        raise ContractError(file, "the header is empty", mend="Export the file with its header.")
    return number_repeated([name.strip() for name in names])


def _parse(
    block: str, header: list[str], delimiter: str, first_row: int
) -> tuple[pa.RecordBatch, tuple[BrokenRow, ...]]:
    """The records of a block, and apart from them those with another number of fields."""
    wrong: list[BrokenRow] = []

    def keep_wrong(record: Any) -> str:
        text = json.dumps(record.text, ensure_ascii=False)
        wrong.append(BrokenRow(first_row - 1 + record.number, "wrong_field_count", text))
        return "skip"

    data = block.encode()
    table = arrow_csv.read_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(
            # One block: the streaming reader's search for quoted line breaks takes four times
            # as long as the parsing.
            column_names=header,
            block_size=len(data) + 1,
            use_threads=False,
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter, ignore_empty_lines=False, invalid_row_handler=keep_wrong
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()),
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    columns = [column.combine_chunks() for column in table.columns]
    return pa.RecordBatch.from_arrays(columns, names=header), tuple(wrong)
