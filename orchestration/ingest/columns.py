"""Builds one canonical column of a chunk: from text to its type, with what is wrong by reason."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest import values as parse
from orchestration.ingest.captures import capture
from orchestration.ingest.entities import EntityColumn
from orchestration.ingest.mapping_model import (
    FILE_PSEUDO_HEADER,
    ROW_PSEUDO_HEADER,
    ColumnMapping,
)
from orchestration.ingest.normalise.text import trim
from orchestration.ingest.rows import RowMask

_NO_TEXT = pa.scalar(None, pa.string())


@dataclass(frozen=True, slots=True)
class SourceRows:
    """The rows of a chunk that are an entity's, as text."""

    columns: dict[str, pa.Array]
    bad_shape: dict[str, RowMask]
    file: str
    numbers: pa.Array
    """The record numbers."""

    def text(self, header: str) -> pa.Array:
        """The trimmed text of a header or of a pseudo header."""
        if header == FILE_PSEUDO_HEADER:
            return pa.repeat(self.file, len(self.numbers))
        if header == ROW_PSEUDO_HEADER:
            return self.numbers.cast(pa.string())
        return trim(self.columns[header])


@dataclass(frozen=True, slots=True)
class BuiltColumn:
    """A typed column; null wherever a failure is."""

    values: pa.Array
    failures: tuple[tuple[str, RowMask], ...]
    """Reason codes with the rows they hold for; the first that holds for a row counts."""


def build_column(
    mapping: ColumnMapping, column: EntityColumn, rows: SourceRows, *, is_key: bool, time_zone: str
) -> BuiltColumn:
    """The column as its mapping says; key columns must have a value."""
    if mapping.value is not None:
        text = pa.repeat(mapping.value, len(rows.numbers))
    else:
        text = _joined([rows.text(header) for header in mapping.from_], mapping.join)
    if mapping.capture is not None:
        text = capture(text, mapping.capture)
    failures = [
        ("bad_shape", rows.bad_shape[header])
        for header in mapping.from_
        if header in rows.bad_shape
    ]
    if mapping.default is not None:
        text = pc.fill_null(text, mapping.default)
    if mapping.map is not None:
        text, unknown = _mapped(text, mapping.map, mapping.otherwise)
        failures.append(("not_allowed", unknown))
    for header, value in mapping.when_filled.items():
        text = pc.if_else(pc.is_valid(rows.text(header)), value, text)
    if mapping.required or is_key:
        failures.append(("missing_value", _mask(pc.is_null(text))))
    typed, bad = _parse_distinct(text, _parser(mapping, column, time_zone))
    failures.append((f"bad_{column.type}", bad))
    failures.extend(_checked(typed, mapping))
    return BuiltColumn(typed, tuple((reason, mask) for reason, mask in failures if mask.any()))


def _joined(texts: list[pa.Array], separator: str | None) -> pa.Array:
    if len(texts) == 1:
        return texts[0]
    # Arrow's own join of columns with nulls loses the rows that are null in all of them.
    joined = texts[0]
    for text in texts[1:]:
        both = pc.binary_join_element_wise(joined, text, separator or "")
        joined = pc.coalesce(both, joined, text)
    return joined


def _mapped(
    text: pa.Array, table: dict[str, str | None], otherwise: str | None
) -> tuple[pa.Array, RowMask]:
    index = pc.index_in(text, pa.array(list(table), pa.string()))
    mapped = pa.array(list(table.values()), pa.string()).take(index)
    unknown = pc.and_(pc.is_valid(text), pc.is_null(index))
    if otherwise is not None:
        return pc.if_else(unknown, otherwise, mapped), np.zeros(len(text), dtype=np.bool_)
    return mapped, _mask(unknown)


def _parser(
    mapping: ColumnMapping, column: EntityColumn, time_zone: str
) -> Callable[[pa.Array], parse.Parsed]:
    if column.type == "timestamp":
        if mapping.unit is not None:
            unit = mapping.unit
            return lambda text: parse.parse_epoch(text, unit)
        zone = mapping.time_zone or time_zone
        return lambda text: parse.parse_timestamp(text, mapping.format, zone)
    if column.type == "date":
        return lambda text: parse.parse_date(text, mapping.format)
    return {
        "string": lambda text: (text, np.zeros(len(text), dtype=np.bool_)),
        "integer": parse.parse_integer,
        "decimal": parse.parse_decimal,
        "boolean": parse.parse_boolean,
    }[column.type]


def _parse_distinct(text: pa.Array, parser: Callable[[pa.Array], parse.Parsed]) -> parse.Parsed:
    """Parses every distinct text once where texts repeat, as they do in an order's lines."""
    encoded = text.dictionary_encode()
    if 2 * len(encoded.dictionary) > len(text):
        return parser(text)
    typed, bad = parser(encoded.dictionary)
    index = encoded.indices
    return typed.take(index), _mask(pc.fill_null(pa.array(bad).take(index), False))


def _checked(typed: pa.Array, mapping: ColumnMapping) -> Iterator[tuple[str, RowMask]]:
    if mapping.allowed:
        is_known = pc.is_in(typed, pa.array(mapping.allowed))
        yield "not_allowed", _mask(pc.and_(pc.is_valid(typed), pc.invert(is_known)))
    if mapping.pattern is not None:
        fits = pc.match_substring_regex(typed, f"^(?:{mapping.pattern})$")
        yield "pattern", _mask(pc.fill_null(pc.invert(fits), False))
    if mapping.minimum is not None:
        yield "out_of_range", _mask(pc.fill_null(pc.less(typed, _bound(mapping.minimum)), False))
    if mapping.maximum is not None:
        yield "out_of_range", _mask(pc.fill_null(pc.greater(typed, _bound(mapping.maximum)), False))


def _bound(bound: int | float) -> pa.Scalar:
    return pa.scalar(bound)


def _mask(condition: pa.Array) -> RowMask:
    return np.asarray(condition.to_numpy(zero_copy_only=False), dtype=np.bool_)
