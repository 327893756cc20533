"""What a mapping file says: how the landed files of a source become canonical entities."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Format = Literal["csv", "ndjson", "json", "apache_log", "parquet"]
Encoding = Literal["utf-8", "cp932", "euc_jp", "sniff"]

FILE_PSEUDO_HEADER = "_file"
ROW_PSEUDO_HEADER = "_row"
ANY_VALUE = "*"


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


TextList = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class ColumnMapping(_Strict):
    """Where one canonical column comes from and what its values must look like."""

    from_: TextList = Field(default=(), alias="from")
    """Header or JSON path; several are joined. `_file` and `_row` are the place of the row."""
    join: str | None = None
    """What stands between joined headers, or between the items of a JSON array."""
    capture: str | None = None
    """RE2 with one group: its text is the value, of the first match; none where nothing matches."""
    value: str | None = None
    """A constant instead of `from`."""
    default: str | None = None
    """Used when the source has no value."""
    map: dict[str, str | None] | None = None
    """Value in the source → value here; any other value is refused, or becomes `otherwise`."""
    otherwise: str | None = None
    when_filled: dict[str, str] = Field(default_factory=dict)
    """Header → the value here wherever that header has one, whatever `from` and `map` say."""
    format: TextList = ()
    """Date formats, the first that fits; ISO 8601 when left out."""
    unit: Literal["seconds", "milliseconds"] | None = None
    """Of a number that counts from 1970-01-01 UTC."""
    time_zone: str | None = None
    required: bool = False
    allowed: tuple[str, ...] = ()
    pattern: str | None = None
    """RE2; the whole value must match."""
    minimum: int | float | None = None
    maximum: int | float | None = None


def _as_column(value: object) -> object:
    return {"from": value} if isinstance(value, str | list) else value


class EntityMapping(_Strict):
    """One canonical entity that a feed fills."""

    entity: str
    version: str | None = None
    """The canonical timestamp that tells which of two rows of a key is the newer."""
    where: dict[str, Annotated[tuple[str | None, ...], BeforeValidator(_as_list)]] = Field(
        default_factory=dict
    )
    """Source column → values, `*` for any value; other rows are not of this entity."""
    columns: dict[str, Annotated[ColumnMapping, BeforeValidator(_as_column)]]


class FeedMapping(_Strict):
    """One kind of file of a source."""

    name: Name
    files: str
    """Glob below landing/<source>/."""
    format: Format
    encoding: Encoding = "utf-8"
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    records: str | None = None
    """Path of the list inside a JSON document; the document itself is the list when left out."""
    max_bad_row_ratio: Annotated[float, Field(ge=0, le=1)] = 0.02
    """A file with a larger share of bad rows is refused as a whole."""
    entities: Annotated[tuple[EntityMapping, ...], Field(min_length=1)]

    @property
    def headers(self) -> tuple[str, ...]:
        """The source columns that a file of this feed must have, in the order of the mapping."""
        wanted: dict[str, None] = {}
        for entity in self.entities:
            wanted.update(dict.fromkeys(entity.where))
            for column in entity.columns.values():
                wanted.update(dict.fromkeys((*column.from_, *column.when_filled)))
        return tuple(name for name in wanted if name not in (FILE_PSEUDO_HEADER, ROW_PSEUDO_HEADER))


class SourceMapping(_Strict):
    """One source: a folder of landing/ and the feeds in it."""

    source: Name
    description: str
    time_zone: str | None = None
    """Zone of times written without one; the shop's zone when left out."""
    feeds: Annotated[tuple[FeedMapping, ...], Field(min_length=1)]

    @property
    def entities(self) -> tuple[str, ...]:
        """The canonical entities the source fills, without repetition."""
        named = (entity.entity for feed in self.feeds for entity in feed.entities)
        return tuple(dict.fromkeys(named))
