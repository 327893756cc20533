"""Turns a chunk of text rows into typed rows of every entity of the feed, and into bad rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.columns import BuiltColumn, SourceRows, build_column
from orchestration.ingest.entities import EntitySpec, load_entities
from orchestration.ingest.mapping_model import ANY_VALUE, EntityMapping, FeedMapping
from orchestration.ingest.normalise.derived import derived_columns
from orchestration.ingest.normalise.text import trim
from orchestration.ingest.normalise.url import URL_COLUMNS, without_personal_data
from orchestration.ingest.rows import RawChunk, RowMask

REJECTED_FIELDS = (
    pa.field("_file", pa.string()),
    pa.field("_row", pa.int64()),
    pa.field("_reject_reason", pa.string()),
)


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """The landed file that rows come from."""

    source: str
    file: str
    """Path below landing/."""
    sha256: str
    revision: int
    """1 for the first content under this name, 2 for its first correction …"""
    loaded_at: datetime
    """UTC, without a zone."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A source row for quarantine, once however many entities it would have filled."""

    entity: str
    """The entity whose column failed first; the feed's first one for a row broken as a whole."""
    row: int
    reason: str
    column: str | None
    """The header of the failing column; null for a row broken as a whole."""
    raw: str
    """The source row as JSON text; personal data."""


@dataclass(frozen=True, slots=True)
class EntityRows:
    """What a chunk holds for one entity."""

    accepted: pa.Table
    rejected: pa.Table
    """The quarantined rows as far as they could be read, with `_file, _row, _reject_reason`."""
    filtered: int


@dataclass(frozen=True, slots=True)
class TypedChunk:
    """A chunk after typing: rows_read = accepted + bad + filtered, for every entity."""

    rows_read: int
    entities: dict[str, EntityRows]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True, slots=True)
class _Built:
    """The typed columns of an entity for the rows at `positions` of the chunk."""

    mapping: EntityMapping
    spec: EntitySpec
    positions: npt.NDArray[np.int64]
    columns: dict[str, BuiltColumn]


def type_chunk(
    chunk: RawChunk,
    *,
    feed: FeedMapping,
    identity: FileIdentity,
    time_zone: str,
    click_key: str | None,
) -> TypedChunk:
    """The typed rows of a chunk; a row that fails for one entity yields nothing for any."""
    built = [_build(entity, chunk, identity.file, time_zone) for entity in feed.entities]
    bad = _broken_rows(chunk, feed.entities[0].entity) + _failed_rows(chunk, built)
    reasons = {row.row: row.reason for row in bad}
    failed = np.isin(chunk.rows, list(reasons))
    broken = {row.row: row.reason for row in chunk.broken}
    return TypedChunk(
        rows_read=chunk.row_count,
        entities={
            item.mapping.entity: _split(
                item, _payload(item, click_key), chunk, failed, reasons, broken, identity
            )
            for item in built
        },
        bad=tuple(sorted(bad, key=lambda row: row.row)),
    )


def _build(entity: EntityMapping, chunk: RawChunk, file: str, time_zone: str) -> _Built:
    spec = load_entities()[entity.entity]
    positions = np.flatnonzero(_selected(entity, chunk))
    rows = _take(chunk, positions, file)
    columns = {
        name: build_column(
            mapping, spec.by_name[name], rows, is_key=name in spec.key, time_zone=time_zone
        )
        for name, mapping in entity.columns.items()
    }
    return _Built(entity, spec, positions, columns)


def _selected(entity: EntityMapping, chunk: RawChunk) -> RowMask:
    selected = np.ones(len(chunk.rows), dtype=np.bool_)
    for header, values in entity.where.items():
        text = trim(chunk.columns[header])
        fits = pc.is_in(text, pa.array(values, pa.string()))
        if ANY_VALUE in values:
            fits = pc.or_(fits, pc.is_valid(text))
        selected &= fits.to_numpy(zero_copy_only=False)
    return selected


def _take(chunk: RawChunk, positions: npt.NDArray[np.int64], file: str) -> SourceRows:
    numbers = pa.array(chunk.rows)
    if len(positions) == len(chunk.rows):
        return SourceRows(dict(chunk.columns), dict(chunk.bad_shape), file, numbers)
    index = pa.array(positions)
    return SourceRows(
        columns={name: column.take(index) for name, column in chunk.columns.items()},
        bad_shape={name: mask[positions] for name, mask in chunk.bad_shape.items()},
        file=file,
        numbers=numbers.take(index),
    )


def _broken_rows(chunk: RawChunk, entity: str) -> list[BadRow]:
    return [BadRow(entity, row.row, row.reason, None, row.raw) for row in chunk.broken]


def _failed_rows(chunk: RawChunk, built: Iterable[_Built]) -> list[BadRow]:
    """One bad row for each position, for the first failing column in the order of the mapping."""
    found: dict[int, BadRow] = {}
    for item in built:
        for name, column in item.columns.items():
            header = " + ".join(item.mapping.columns[name].from_) or name
            for reason, mask in column.failures:
                for position in item.positions[mask].tolist():
                    if position not in found:
                        found[position] = BadRow(
                            entity=item.mapping.entity,
                            row=int(chunk.rows[position]),
                            reason=reason,
                            column=header,
                            raw=chunk.raw(position),
                        )
    return list(found.values())


def _split(
    item: _Built,
    payload: pa.Table,
    chunk: RawChunk,
    failed: RowMask,
    reasons: dict[int, str],
    broken: dict[int, str],
    identity: FileIdentity,
) -> EntityRows:
    numbers = chunk.rows[item.positions]
    is_failed = failed[item.positions]
    accepted = payload.filter(pa.array(~is_failed))
    rejected_numbers = numbers[is_failed]
    rejected = payload.filter(pa.array(is_failed))
    nothing = pa.table({name: pa.nulls(len(broken), t) for name, t in _types(item.spec)})
    file_numbers = [*rejected_numbers.tolist(), *broken]
    every_reason = [*(reasons[number] for number in rejected_numbers.tolist()), *broken.values()]
    rejected = pa.concat_tables([rejected, nothing])
    for field, values in zip(
        REJECTED_FIELDS,
        ([identity.file] * len(file_numbers), file_numbers, every_reason),
        strict=True,
    ):
        rejected = rejected.append_column(field, pa.array(values, field.type))
    version = item.mapping.version
    return EntityRows(
        accepted=_with_meta(accepted, numbers[~is_failed], version, item.spec, identity),
        rejected=rejected,
        filtered=int((~failed).sum() - (~is_failed).sum()),
    )


def _types(spec: EntitySpec) -> list[tuple[str, pa.DataType]]:
    return [(column.name, column.arrow_type) for column in spec.columns]


def _payload(item: _Built, click_key: str | None) -> pa.Table:
    count = len(item.positions)
    columns = {
        name: item.columns[name].values if name in item.columns else pa.nulls(count, arrow_type)
        for name, arrow_type in _types(item.spec)
    }
    derived = derived_columns(item.spec, columns, click_key=click_key)
    cleaned = {name: without_personal_data(columns[name]) for name in URL_COLUMNS & columns.keys()}
    columns |= derived | cleaned
    return pa.table(columns, schema=item.spec.payload_schema)


def _with_meta(
    table: pa.Table,
    numbers: npt.NDArray[np.int64],
    version: str | None,
    spec: EntitySpec,
    identity: FileIdentity,
) -> pa.Table:
    count = table.num_rows
    moment = pa.timestamp("us")
    meta = [
        pa.repeat(identity.source, count),
        pa.repeat(identity.file, count),
        pa.repeat(identity.sha256, count),
        pa.array(numbers),
        pa.repeat(pa.scalar(identity.revision, pa.int32()), count),
        table.column(version) if version else pa.nulls(count, moment),
        pa.repeat(pa.scalar(identity.loaded_at, moment), count),
    ]
    return pa.table([*table.columns, *meta], schema=spec.raw_schema)
