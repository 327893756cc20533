"""Finds the landed files of a source that are not in the lake yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from orchestration.ingest.entities import load_entities
from orchestration.ingest.lake import LoggedFile
from orchestration.ingest.mapping_model import FILE_PSEUDO_HEADER, FeedMapping, SourceMapping


@dataclass(frozen=True, slots=True)
class NewFile:
    """A landed file that the lake does not hold with this content."""

    path: Path
    file: str
    """Path below landing/."""
    sha256: str
    revision: int


@dataclass(frozen=True, slots=True)
class LandedFeed:
    """The files of one feed in landing/."""

    feed: FeedMapping
    new: tuple[NewFile, ...]
    skipped: int
    """Files that the lake holds with the same content."""


def find_landed(
    mapping: SourceMapping, landing: Path, logged: Iterable[LoggedFile]
) -> list[LandedFeed]:
    """What has landed for each feed, the new files in the order of their names.

    A file is passed over when its latest revision has the same content; a new content under a
    known name is its next revision. A known content under another name is a file of its own: the
    current row of a key goes by file names, so what landed first must not decide. Only where the
    place of a row is its key, and the rows would count twice, it is passed over.
    """
    known = list(logged)
    return [
        _find(feed, landing, mapping.source, [item for item in known if item.feed == feed.name])
        for feed in mapping.feeds
    ]


def _find(feed: FeedMapping, landing: Path, source: str, logged: list[LoggedFile]) -> LandedFeed:
    latest = {item.file: item for item in sorted(logged, key=lambda item: item.revision)}
    contents = {item.sha256 for item in logged} if _is_keyed_by_file(feed) else set()
    new: list[NewFile] = []
    skipped = 0
    for path in sorted((landing / source).glob(feed.files)):
        if not path.is_file() or path.name.startswith("."):
            continue
        file = path.relative_to(landing).as_posix()
        sha256 = _sha256(path)
        before = latest.get(file)
        is_known = sha256 in contents if before is None else sha256 == before.sha256
        if is_known:
            skipped += 1
            continue
        if _is_keyed_by_file(feed):
            contents.add(sha256)
        new.append(NewFile(path, file, sha256, 1 if before is None else before.revision + 1))
    return LandedFeed(feed, tuple(new), skipped)


def _is_keyed_by_file(feed: FeedMapping) -> bool:
    entities = load_entities()
    return any(
        FILE_PSEUDO_HEADER in entity.columns[key].from_
        for entity in feed.entities
        for key in entities[entity.entity].key
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
