"""The rules of a mapping file that span several keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.captures import count_groups
from orchestration.ingest.date_formats import unknown_directives
from orchestration.ingest.entities import ColumnType, EntitySpec, load_entities
from orchestration.ingest.mapping_model import (
    ColumnMapping,
    EntityMapping,
    FeedMapping,
    SourceMapping,
)
from orchestration.ingest.readers.apache_log import APACHE_HEADERS
from orchestration.ingest.readers.json_records import DOCUMENT_PATH
from orchestration.ingest.yaml_lines import Location

_OPTIONS_OF_TYPES: dict[str, tuple[ColumnType, ...]] = {
    "format": ("date", "timestamp"),
    "unit": ("timestamp",),
    "time_zone": ("timestamp",),
    "minimum": ("integer", "decimal"),
    "maximum": ("integer", "decimal"),
    "allowed": ("string",),
    "pattern": ("string",),
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend in a mapping file."""

    location: Location
    what: str
    mend: str


def find_mistakes(mapping: SourceMapping) -> Iterator[Mistake]:
    """What is wrong with a mapping whose keys and values each are well formed."""
    yield from _zone(mapping.time_zone, ("time_zone",))
    seen: set[str] = set()
    for index, feed in enumerate(mapping.feeds):
        location: Location = ("feeds", index)
        if feed.name in seen:
            yield Mistake(
                (*location, "name"), f"two feeds are named {feed.name}", "Rename one of them."
            )
        seen.add(feed.name)
        yield from _feed(feed, location)


def _zone(name: str | None, location: Location) -> Iterator[Mistake]:
    try:
        ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        yield Mistake(location, f"unknown time zone {name}", "Write one such as Asia/Tokyo.")


def _feed(feed: FeedMapping, location: Location) -> Iterator[Mistake]:
    glob = PurePosixPath(feed.files)
    if glob.is_absolute() or ".." in glob.parts:
        yield Mistake(
            (*location, "files"),
            "the pattern leaves the source's folder",
            "Write it relative to landing/<source>/, for instance orders_*.csv.",
        )
    given = feed.model_fields_set
    for option, formats in {"records": ("json",), "delimiter": ("csv",)}.items():
        if option in given and feed.format not in formats:
            yield Mistake(
                (*location, option), f"{option} has no meaning for {feed.format}", "Remove it."
            )
    if feed.encoding != "utf-8" and feed.format in ("json", "ndjson", "parquet"):
        yield Mistake((*location, "encoding"), f"{feed.format} is always UTF-8", "Remove it.")
    above = [name for name in feed.headers if name.startswith(DOCUMENT_PATH)]
    if above and feed.format == "ndjson":
        yield Mistake(
            (*location, "entities"),
            f"a line of ndjson has no document above it to read {', '.join(above)} from",
            "Write the path inside the record, without the slash.",
        )
    if feed.format == "apache_log":
        yield from _log_headers(feed, location)
    names = [entity.entity for entity in feed.entities]
    for index, entity in enumerate(feed.entities):
        place: Location = (*location, "entities", index)
        if entity.entity in names[:index]:
            yield Mistake(
                (*place, "entity"),
                f"the feed maps {entity.entity} twice",
                "Merge the two, or read the files in a second feed.",
            )
        yield from _entity(entity, feed, place)


def _log_headers(feed: FeedMapping, location: Location) -> Iterator[Mistake]:
    unknown = [name for name in feed.headers if name not in APACHE_HEADERS]
    if unknown:
        yield Mistake(
            (*location, "entities"),
            f"an access log has no {', '.join(unknown)}",
            f"It has: {', '.join(APACHE_HEADERS)}.",
        )


def _entity(entity: EntityMapping, feed: FeedMapping, location: Location) -> Iterator[Mistake]:
    entities = load_entities()
    spec = entities.get(entity.entity)
    if spec is None:
        yield Mistake(
            (*location, "entity"),
            f"unknown entity {entity.entity}",
            f"Write one of {', '.join(entities)}.",
        )
        return
    for key in spec.key:
        if key not in entity.columns:
            yield Mistake(
                (*location, "columns"), f"the key column {key} is not mapped", f"Add `{key}:`."
            )
    if entity.version is not None:
        yield from _version(entity, spec, (*location, "version"))
    for name, column in entity.columns.items():
        place: Location = (*location, "columns", name)
        if name in spec.mappable:
            yield from _column(column, spec.by_name[name].type, feed, place)
        else:
            yield Mistake(place, *_not_canonical(name, spec))


def _version(entity: EntityMapping, spec: EntitySpec, location: Location) -> Iterator[Mistake]:
    column = spec.by_name.get(entity.version or "")
    if column is None or column.type != "timestamp" or column.name not in entity.columns:
        yield Mistake(
            location,
            f"{entity.version} is no mapped timestamp column of {spec.name}",
            "Name a column of type timestamp that stands under `columns:`, or remove it.",
        )


def _not_canonical(name: str, spec: EntitySpec) -> tuple[str, str]:
    if name in spec.by_name:
        return f"{name} is computed at ingest", "Remove it; map the columns it comes from."
    close = get_close_matches(name, spec.mappable, n=1)
    guess = f"Did you mean `{close[0]}`? " if close else ""
    return (
        f"{spec.name} has no column {name}",
        f"{guess}Its columns: {', '.join(spec.mappable)}.",
    )


def _column(
    column: ColumnMapping, column_type: ColumnType, feed: FeedMapping, location: Location
) -> Iterator[Mistake]:
    if bool(column.from_) == (column.value is not None):
        yield Mistake(
            location, "needs `from` or `value`, and not both", "Write one, such as `from: header`."
        )
    if len(column.from_) > 1 and column.join is None:
        yield Mistake(
            location, "several headers without `join`", 'Say what stands between: join: " ".'
        )
    if len(column.from_) == 1 and column.join is not None and feed.format == "csv":
        yield Mistake((*location, "join"), "one header needs no join", "Remove it.")
    if column.otherwise is not None and column.map is None:
        yield Mistake((*location, "otherwise"), "otherwise needs a map", "Add `map:`.")
    if column.when_filled and not column.from_:
        yield Mistake((*location, "when_filled"), "when_filled needs `from`", "Add `from:`.")
    if column.capture is not None:
        yield from _capture(column, (*location, "capture"))
    for option, types in _OPTIONS_OF_TYPES.items():
        if option in column.model_fields_set and column_type not in types:
            yield Mistake(
                (*location, option), f"{option} has no meaning for a {column_type}", "Remove it."
            )
    yield from _zone(column.time_zone, (*location, "time_zone"))
    for text in column.format:
        unknown = unknown_directives(text)
        if unknown:
            yield Mistake(
                (*location, "format"),
                f"unknown {', '.join(unknown)} in the format {text}",
                "Known: %Y %m %d %H %M %S %f %z, and the word wareki for era dates.",
            )
    if column.pattern is not None:
        yield from _pattern(column.pattern, (*location, "pattern"))


def _capture(column: ColumnMapping, location: Location) -> Iterator[Mistake]:
    if not column.from_:
        yield Mistake(location, "capture needs `from`", "Add `from:`.")
    groups = count_groups(column.capture or "")
    if groups is None:
        yield Mistake(
            location,
            "not a regular expression that RE2 knows",
            "Mend it; RE2 has no look-around (?=…) and no back-reference \\1.",
        )
    elif groups != 1:
        yield Mistake(
            location,
            f"a capture has exactly one group, this one has {'several' if groups else 'none'}",
            "Put what is wanted into (…), and any other bracket into (?:…).",
        )


def _pattern(pattern: str, location: Location) -> Iterator[Mistake]:
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        yield Mistake(location, "not a regular expression that RE2 knows", "Mend the pattern.")
