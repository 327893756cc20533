"""Opens a landed file with the reader of its feed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.ingest.mapping_model import FeedMapping
from orchestration.ingest.readers.apache_log import read_apache_log
from orchestration.ingest.readers.delimited import read_delimited
from orchestration.ingest.readers.encoding import sniff_encoding
from orchestration.ingest.readers.json_records import Paths, read_json, read_ndjson
from orchestration.ingest.readers.parquet import read_parquet
from orchestration.ingest.rows import RawChunk


@dataclass(frozen=True, slots=True)
class LandedFile:
    """A file being read."""

    encoding: str | None
    """The encoding it is read in; null for Parquet."""
    chunks: Iterator[RawChunk]


def open_landed_file(path: Path, *, file: str, feed: FeedMapping) -> LandedFile:
    """The file as chunks of text; `file` is the name that errors and rows give it.

    Raises:
        ContractError: here or while the chunks are read.
    """
    if feed.format == "parquet":
        return LandedFile(None, read_parquet(path, file, feed.headers))
    if feed.format == "json":
        return LandedFile("utf-8", read_json(path, file, feed.records, _paths(feed)))
    if feed.format == "ndjson":
        return LandedFile("utf-8", read_ndjson(path, _paths(feed)))
    if feed.format == "apache_log":
        return LandedFile("utf-8", read_apache_log(path))
    encoding: str = feed.encoding
    if encoding == "sniff":
        encoding = sniff_encoding(path, file, tuple(name.split("#")[0] for name in feed.headers))
    return LandedFile(
        encoding, read_delimited(path, file, encoding, feed.delimiter, headers=feed.headers)
    )


def _paths(feed: FeedMapping) -> Paths:
    """The JSON paths of the feed, with the separator of those that may be lists."""
    paths: dict[str, str | None] = dict.fromkeys(feed.headers)
    for entity in feed.entities:
        for column in entity.columns.values():
            if len(column.from_) == 1 and column.from_[0] in paths and column.join is not None:
                paths[column.from_[0]] = column.join
    return paths
