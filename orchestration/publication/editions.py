"""The folder of publications: which is current, which came before, going back, throwing away.

`published/<publication_id>/` holds one publication and never changes. `published/current` is a
symbolic link to one of them; swapping it is the only way anything becomes visible.
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from orchestration.durable import sync
from orchestration.publication.errors import NoPublicationError, PublicationRefused

CURRENT = "current"
UNFINISHED = ".tmp"
ABOUT = "publication.json"
_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$")


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One table of a publication."""

    schema_name: str
    table_name: str
    row_count: int
    previous_row_count: int | None
    """Rows in the publication before; None when it did not have the table."""
    content_hash: str
    """Equal for equal rows, in whatever order they come."""

    @property
    def name(self) -> str:
        """The table's name with its schema."""
        return f"{self.schema_name}.{self.table_name}"


@dataclass(frozen=True, slots=True)
class Edition:
    """What names a publication before it exists."""

    publication_id: str
    shop: str
    run_id: str
    as_of_date: date
    published_at: datetime
    """UTC, without a zone."""

    def __post_init__(self) -> None:
        """Raise ValueError when the id could not be a folder's name or the time has a zone."""
        if not _ID.match(self.publication_id) or self.publication_id == CURRENT:
            raise ValueError(
                f"{self.publication_id!r} is no publication id: use letters, digits, - and _"
            )
        if self.published_at.tzinfo is not None:
            raise ValueError("published_at has a time zone: give UTC without one")


@dataclass(frozen=True, slots=True)
class Publication:
    """A finished publication and where its files are."""

    folder: Path
    edition: Edition
    tables: tuple[PublishedTable, ...]

    @property
    def publication_id(self) -> str:
        """Its id, which is its folder's name."""
        return self.edition.publication_id

    @property
    def warehouse(self) -> Path:
        """The DuckDB file without contact data; open it read-only."""
        return self.folder / "warehouse.duckdb"

    @property
    def contacts(self) -> Path:
        """The restricted DuckDB file with the contact data."""
        return self.folder / "contacts.duckdb"

    @property
    def parquet(self) -> Path:
        """The folder with `<schema>/<table>.parquet`, without contact data."""
        return self.folder / "parquet"

    def row_counts(self) -> dict[str, int]:
        """Give the rows of every table by its name with schema."""
        return {table.name: table.row_count for table in self.tables}


def current(published: Path) -> Publication | None:
    """Give the publication that is served now, or None before the first.

    Its paths lead to the publication itself, not through the link: one reader sees one
    publication, however often the link moves while it reads.

    Raises NoPublicationError when the link leads nowhere.
    """
    try:
        folder = published / (published / CURRENT).readlink().name
    except FileNotFoundError:
        return None
    if not (folder / ABOUT).is_file():
        raise NoPublicationError(
            f"{published.name}/{CURRENT} leads to {folder.name}, which is not there:"
            " roll back to a publication that is, or remove the link and publish anew"
        )
    return _read(folder)


def history(published: Path) -> tuple[Publication, ...]:
    """Give the finished publications, newest first."""
    if not published.is_dir():
        return ()
    found = [_read(about.parent) for about in published.glob(f"*/{ABOUT}") if _finished(about)]
    newest_first = sorted(found, key=_age, reverse=True)
    return tuple(newest_first)


def rollback(published: Path, to: str | None = None) -> Publication:
    """Serve an earlier publication again: the one named, or the one before the current.

    Raises NoPublicationError when there is none.
    """
    with exclusive(published):
        target = _earlier(published) if to is None else _named(published, to)
        serve(target)
    return target


def write_about(folder: Path, edition: Edition, tables: Sequence[PublishedTable]) -> None:
    """Write the page that says what the publication in the folder is."""
    page = {
        **asdict(edition),
        "as_of_date": edition.as_of_date.isoformat(),
        "published_at": edition.published_at.isoformat(),
        "tables": [asdict(table) for table in tables],
    }
    (folder / ABOUT).write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", "utf-8")


def serve(publication: Publication) -> None:
    """Make the publication current in one step."""
    published = publication.folder.parent
    link = published / f"{CURRENT}{UNFINISHED}"
    link.unlink(missing_ok=True)
    link.symlink_to(publication.folder.name)
    link.replace(published / CURRENT)
    sync(published)


def prune(published: Path, keep: int) -> tuple[str, ...]:
    """Delete all but the newest `keep` publications, never the current; give the ids deleted."""
    served = current(published)
    spare = [
        publication
        for publication in history(published)[keep:]
        if served is None or publication.publication_id != served.publication_id
    ]
    for publication in spare:
        # Renamed first: a publication that is half deleted must not look finished.
        doomed = publication.folder.with_name(publication.folder.name + UNFINISHED)
        publication.folder.rename(doomed)
        shutil.rmtree(doomed)
    return tuple(publication.publication_id for publication in spare)


def clear_unfinished(published: Path) -> None:
    """Delete what a publication that was killed left behind."""
    for leftover in published.glob(f"*{UNFINISHED}"):
        if leftover.is_symlink():
            leftover.unlink()
        else:
            shutil.rmtree(leftover)


@contextmanager
def exclusive(published: Path) -> Iterator[None]:
    """Hold the folder against other publishers; the lock ends with the process.

    Raises PublicationRefused when another process is publishing or rolling back.
    """
    published.mkdir(parents=True, exist_ok=True)
    with (published / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another process is publishing into {published.name}/: wait for it"
            raise PublicationRefused(message) from error
        yield


def _earlier(published: Path) -> Publication:
    served = current(published)
    if served is None:
        raise NoPublicationError("nothing was published yet: there is nothing to go back to")
    older = [each for each in history(published) if _age(each) < _age(served)]
    if not older:
        raise NoPublicationError(f"no publication before {served.publication_id} is kept")
    return older[0]


def _named(published: Path, publication_id: str) -> Publication:
    kept = history(published)
    for publication in kept:
        if publication.publication_id == publication_id:
            return publication
    ids = ", ".join(publication.publication_id for publication in kept) or "none"
    raise NoPublicationError(f"there is no publication {publication_id}; kept are: {ids}")


def _age(publication: Publication) -> tuple[datetime, str]:
    return publication.edition.published_at, publication.publication_id


def _finished(about: Path) -> bool:
    folder = about.parent
    return not folder.is_symlink() and folder.suffix != UNFINISHED


def _read(folder: Path) -> Publication:
    page = json.loads((folder / ABOUT).read_text("utf-8"))
    edition = Edition(
        publication_id=page["publication_id"],
        shop=page["shop"],
        run_id=page["run_id"],
        as_of_date=date.fromisoformat(page["as_of_date"]),
        published_at=datetime.fromisoformat(page["published_at"]),
    )
    tables = tuple(PublishedTable(**table) for table in page["tables"])
    return Publication(folder=folder, edition=edition, tables=tables)
