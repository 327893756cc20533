"""The canonical entities: what every source is mapped onto and how raw Parquet is typed."""

from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal, cast, get_args

import pyarrow as pa
import yaml

ColumnType = Literal["string", "integer", "decimal", "boolean", "date", "timestamp"]

ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(18, 3),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}

META_FIELDS: tuple[pa.Field, ...] = (
    pa.field("_source", pa.string()),
    pa.field("_file", pa.string()),
    pa.field("_file_sha256", pa.string()),
    pa.field("_row", pa.int64()),
    pa.field("_revision", pa.int32()),
    pa.field("_version", pa.timestamp("us")),
    pa.field("_loaded_at", pa.timestamp("us")),
)


@dataclass(frozen=True, slots=True)
class EntityColumn:
    """One column of a canonical entity."""

    name: str
    type: ColumnType
    description: str
    pii: bool
    derived: bool

    @property
    def arrow_type(self) -> pa.DataType:
        """The type the column has in raw Parquet."""
        return ARROW_TYPES[self.type]


@dataclass(frozen=True)
class EntitySpec:
    """One canonical entity: its key and its columns in the order of raw Parquet."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[EntityColumn, ...]

    @cached_property
    def by_name(self) -> dict[str, EntityColumn]:
        """The columns by name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def mappable(self) -> tuple[str, ...]:
        """The columns a mapping file may fill, that is, all but the derived ones."""
        return tuple(column.name for column in self.columns if not column.derived)

    @cached_property
    def payload_schema(self) -> pa.Schema:
        """The canonical columns without the meta columns."""
        return pa.schema([pa.field(column.name, column.arrow_type) for column in self.columns])

    @cached_property
    def raw_schema(self) -> pa.Schema:
        """The schema of every raw Parquet file of the entity, meta columns included."""
        return pa.schema([*self.payload_schema, *META_FIELDS])


@cache
def load_entities() -> dict[str, EntitySpec]:
    """The canonical entities by name, as entities.yml defines them."""
    text = files("orchestration.ingest").joinpath("entities.yml").read_text("utf-8")
    return {name: _spec(name, body) for name, body in yaml.safe_load(text).items()}


def _spec(name: str, body: dict[str, object]) -> EntitySpec:
    columns = cast("dict[str, dict[str, object]]", body["columns"])
    spec = EntitySpec(
        name=name,
        description=str(body["description"]),
        key=tuple(cast("list[str]", body["key"])),
        columns=tuple(_column(name, key, value) for key, value in columns.items()),
    )
    missing = [key for key in spec.key if key not in spec.mappable]
    if missing:
        raise ValueError(f"entities.yml, {name}: the key names no column that is mapped: {missing}")
    return spec


def _column(entity: str, name: str, body: dict[str, object]) -> EntityColumn:
    if body["type"] not in get_args(ColumnType):
        raise ValueError(f"entities.yml, {entity}.{name}: unknown type {body['type']!r}")
    return EntityColumn(
        name=name,
        type=cast("ColumnType", body["type"]),
        description=str(body["description"]),
        pii=bool(body.get("pii", False)),
        derived=bool(body.get("derived", False)),
    )
