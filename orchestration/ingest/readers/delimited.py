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
from orchestration.ingest.readers.encoding import BAD_BYTE_MARK, LineDecoder
from orchestration.ingest.readers.headers import number_repeated, require_headers
from orchestration.ingest.rows import BrokenRow, RawChunk, RowMask

_BLOCK = 1 << 24
_FIRST_DATA_RECORD = 2


def read_delimited(
    path: Path, file: str, encoding: str, delimiter: str, *, headers: tuple[str, ...]
) -> Iterator[RawChunk]:
    """The records below the header, about 16 MB of text at a time.

    Records are numbered as a spreadsheet shows them: a line break inside quotes does not count,
    an empty line does, and a record without any value is passed over.

    Raises:
        ContractError: no header, a wanted header is missing, or quotes that never close.
    """
    with LineDecoder(path, encoding) as decoder:
        header = _read_header(decoder, file, encoding, delimiter)
        require_headers(file, header, headers)
        wrong: list[BrokenRow] = []
        next_row = _FIRST_DATA_RECORD
        for batch in _batches(decoder, header, delimiter, wrong, file):
            rows = _numbers(batch.num_rows, next_row, wrong)
            next_row = int(rows[-1]) + 1 if len(rows) else next_row
            passed = tuple(row for row in wrong if row.row < next_row)
            del wrong[: len(passed)]
            yield _chunk(batch, rows, passed, is_damaged=decoder.is_damaged)
        if wrong:
            nothing = pa.RecordBatch.from_pylist([], _schema(header))
            yield _chunk(nothing, np.array([], np.int64), tuple(wrong), is_damaged=False)


def _numbers(count: int, first: int, wrong: list[BrokenRow]) -> npt.NDArray[np.int64]:
    """The numbers of so many good records from a first one on, the wrong ones left out."""
    numbers = np.arange(first, first + count + len(wrong), dtype=np.int64)
    return numbers[~np.isin(numbers, [row.row for row in wrong])][:count]


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


def _read_header(decoder: LineDecoder, file: str, encoding: str, delimiter: str) -> list[str]:
    text = line = decoder.readline_text()
    while text.count('"') % 2 and line:
        line = decoder.readline_text()
        text += line
    if BAD_BYTE_MARK in text:
        raise ContractError(
            file, f"the header is not {encoding}", mend="Mend `encoding:`, or write sniff."
        )
    names = next(csv.reader([text.rstrip("\r\n")], delimiter=delimiter), [])
    if not any(name.strip() for name in names):
        raise ContractError(file, "the header is empty", mend="Export the file with its header.")
    return number_repeated([name.strip() for name in names])


def _batches(
    decoder: LineDecoder, header: list[str], delimiter: str, wrong: list[BrokenRow], file: str
) -> Iterator[pa.RecordBatch]:
    """The records with the right number of fields; the others are put into `wrong`."""

    def keep_wrong(row: Any) -> str:
        text = json.dumps(row.text, ensure_ascii=False)
        wrong.append(BrokenRow(row.number + 1, "wrong_field_count", text))
        return "skip"

    if decoder.is_at_end():
        return
    try:
        yield from arrow_csv.open_csv(
            pa.PythonFile(decoder, mode="r"),
            read_options=arrow_csv.ReadOptions(
                column_names=header, block_size=_BLOCK, use_threads=False
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep_wrong,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=_schema(header), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        raise ContractError(
            file,
            "the records cannot be told from each other",
            mend="Look for a quote that is never closed.",
        ) from None


def _schema(header: list[str]) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in header])
