"""Writes canonical rows as the raw zone would hold them, without ingestion."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

import orchestration.ingest

ENTITIES_FILE = Path(orchestration.ingest.__file__).with_name("entities.yml")
LOADED_AT = datetime(2026, 11, 1, tzinfo=UTC).replace(tzinfo=None)

_TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(18, 3),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
_META = pa.schema(
    [
        ("_source", pa.string()),
        ("_file", pa.string()),
        ("_file_sha256", pa.string()),
        ("_row", pa.int64()),
        ("_revision", pa.int32()),
        ("_version", pa.timestamp("us")),
        ("_loaded_at", pa.timestamp("us")),
    ]
)
_FILES = pa.schema(
    [
        ("source", pa.string()),
        ("feed", pa.string()),
        ("entity", pa.string()),
        ("file", pa.string()),
        ("file_sha256", pa.string()),
        ("revision", pa.int32()),
        ("rows_read", pa.int64()),
        ("rows_accepted", pa.int64()),
        ("rows_quarantined", pa.int64()),
        ("rows_filtered", pa.int64()),
        ("rows_repeated", pa.int64()),
        ("loaded_at", pa.timestamp("us")),
    ]
)
_QUARANTINE = pa.schema(
    [
        ("source", pa.string()),
        ("entity", pa.string()),
        ("file", pa.string()),
        ("file_sha256", pa.string()),
        ("row", pa.int64()),
        ("reason", pa.string()),
        ("column_name", pa.string()),
        ("raw_row", pa.string()),
        ("loaded_at", pa.timestamp("us")),
    ]
)


@cache
def entity_columns() -> dict[str, dict[str, pa.DataType]]:
    entities = yaml.safe_load(ENTITIES_FILE.read_text(encoding="utf-8"))
    return {
        entity: {name: _TYPES[column["type"]] for name, column in definition["columns"].items()}
        for entity, definition in entities.items()
    }


def entity_schema(entity: str) -> pa.Schema:
    columns = pa.schema(list(entity_columns()[entity].items()))
    return pa.schema([*columns, *_META])


def write_empty_lake(lake: Path) -> None:
    """The raw zone of a shop that has no source yet."""
    for entity in entity_columns():
        _write(
            lake / "raw" / "_empty" / entity / "empty.parquet",
            entity_schema(entity).empty_table(),
        )
    _write(lake / "files" / "_empty.parquet", _FILES.empty_table())
    _write(lake / "quarantine" / "_empty" / "empty.parquet", _QUARANTINE.empty_table())


def write_rows(
    lake: Path,
    source: str,
    entity: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    file: str | None = None,
    revision: int = 1,
) -> None:
    """One landed file of a source; `_version` and `_row` may be given with a row."""
    file = file or f"{source}/{entity}.csv"
    complete = [
        {
            "_source": source,
            "_file": file,
            "_file_sha256": "0" * 64,
            "_row": place,
            "_revision": revision,
            "_loaded_at": LOADED_AT,
            **{name: _value(value) for name, value in row.items()},
        }
        for place, row in enumerate(rows, start=2)
    ]
    schema = entity_schema(entity)
    unknown = {name for row in complete for name in row} - set(schema.names)
    if unknown:
        raise ValueError(f"{entity} has no column {sorted(unknown)}")
    name = file.replace("/", "_").rsplit(".", 1)[0]
    folder = lake / "raw" / source / entity / "load_date=2026-11-01"
    _write(folder / f"{name}_{revision}.parquet", pa.Table.from_pylist(complete, schema=schema))


def write_quarantine(lake: Path, source: str, entity: str, reasons: Iterable[str]) -> None:
    rows = [
        {
            "source": source,
            "entity": entity,
            "file": f"{source}/x.csv",
            "row": row,
            "reason": reason,
        }
        for row, reason in enumerate(reasons, start=2)
    ]
    folder = lake / "quarantine" / source / entity
    _write(folder / "rows.parquet", pa.Table.from_pylist(rows, schema=_QUARANTINE))


def _value(value: Any) -> Any:
    if isinstance(value, float):
        raise TypeError("money is written as int, str or Decimal")
    return value


def money(amount: int | str) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.001"))


def _write(file: Path, table: pa.Table) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, file)
