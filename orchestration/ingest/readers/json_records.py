"""Reads JSON, one record a line or one document a file; numbers keep the text they have."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from orchestration.ingest.errors import ContractError
from orchestration.ingest.readers.encoding import BAD_BYTE_MARK, numbered_lines
from orchestration.ingest.rows import BrokenRow, RawChunk, RowMask

DOCUMENT_PATH = "/"
"""What a path begins with that leads from the top of the document and not of the record."""

_CHUNK = 20_000
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
_NOT_ONE_VALUE = object()

Record = dict[str, Any]
Paths = Mapping[str, str | None]
"""The paths to read, each with what joins the items when its value is a list."""


def read_ndjson(path: Path, paths: Paths) -> Iterator[RawChunk]:
    """The records of a file with one JSON object a line; empty lines are passed over."""
    lines = numbered_lines(path, "utf-8")
    while some := list(islice(lines, _CHUNK)):
        good: list[tuple[int, Record]] = []
        broken: list[BrokenRow] = []
        texts: list[str] = []
        for row, text in some:
            record = _parse(text)
            if isinstance(record, dict):
                good.append((row, record))
                texts.append(text)
            else:
                reason = "bad_encoding" if BAD_BYTE_MARK in text else "bad_json"
                broken.append(BrokenRow(row, reason, json.dumps(text, ensure_ascii=False)))
        yield _chunk(good, texts, paths, tuple(broken))


def _parse(text: str) -> object:
    if BAD_BYTE_MARK in text:
        return None
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def read_json(path: Path, file: str, records: str | None, paths: Paths) -> Iterator[RawChunk]:
    """The records of a JSON document: the list at a path, or the document; numbered from 1.

    A path that begins with a slash leads from the top of the document: every record has that value.

    Raises:
        ContractError: the file is not JSON or holds no list there.
    """
    try:
        document = _DECODER.decode(path.read_bytes().decode("utf-8-sig").strip())
    except (ValueError, RecursionError):
        raise ContractError(
            file, "the file is not one JSON document", mend="Land it again, whole and in UTF-8."
        ) from None
    found = document
    for part in records.split(".") if records else ():
        found = found.get(part) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise ContractError(
            file,
            f"no list at {records or 'the top'} of the document",
            mend="Mend `records:` of the feed.",
        )
    for start in range(0, len(found), _CHUNK):
        some = list(enumerate(found[start : start + _CHUNK], start=start + 1))
        good = [(row, record) for row, record in some if isinstance(record, dict)]
        broken = tuple(
            BrokenRow(row, "bad_shape", json.dumps(record, ensure_ascii=False))
            for row, record in some
            if not isinstance(record, dict)
        )
        texts = [json.dumps(record, ensure_ascii=False) for _, record in good]
        yield _chunk(good, texts, paths, broken, document)


def _chunk(
    good: list[tuple[int, Record]],
    texts: list[str],
    paths: Paths,
    broken: tuple[BrokenRow, ...],
    document: object = None,
) -> RawChunk:
    records = [record for _, record in good]
    columns: dict[str, pa.Array] = {}
    bad_shape: dict[str, RowMask] = {}
    for path, separator in paths.items():
        is_above = path.startswith(DOCUMENT_PATH)
        holders = [document] * len(records) if is_above else records
        parts = path.removeprefix(DOCUMENT_PATH).split(".")
        columns[path], bad = _column(holders, parts, separator)
        if bad.any():
            bad_shape[path] = bad
    return RawChunk(
        columns=columns,
        rows=np.array([row for row, _ in good], dtype=np.int64),
        raw=texts.__getitem__,
        broken=broken,
        bad_shape=bad_shape,
    )


def _column(
    records: Sequence[object], parts: list[str], separator: str | None
) -> tuple[pa.Array, RowMask]:
    """The values at a path as text, and where there is something else than one value."""
    values = _values(records, parts)
    try:
        return pa.array(values, pa.string()), np.zeros(len(values), dtype=np.bool_)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        texts = [_text(value, separator) for value in values]
        bad = np.fromiter((text is _NOT_ONE_VALUE for text in texts), np.bool_, len(texts))
        texts = [None if text is _NOT_ONE_VALUE else text for text in texts]
        return pa.array(texts, pa.string()), bad


def _values(records: Sequence[object], parts: list[str]) -> list[Any]:
    values: list[Any] = [*records]
    for part in parts:
        values = [
            value.get(part) if type(value) is dict else None if value is None else _NOT_ONE_VALUE
            for value in values
        ]
    return values


def _text(value: Any, separator: str | None) -> Any:
    """The value as text, nothing, or the mark of a value that is not one."""
    if value is None or value is _NOT_ONE_VALUE or type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and separator is not None:
        items = [_text(item, None) for item in value]
        if all(type(item) is str for item in items):
            return separator.join(items)
    return _NOT_ONE_VALUE
