"""The raw zone: where it lies, what was ingested into it, and how a batch enters it at once."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.durable import move_into_place, replace_table
from orchestration.ingest.entities import load_entities

FILES_SCHEMA = pa.schema(
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
QUARANTINE_SCHEMA = pa.schema(
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
_EMPTY = "_empty"
_COMPRESSION = "zstd"


@dataclass(frozen=True, slots=True)
class LoggedFile:
    """A landed file that is in the lake."""

    feed: str
    file: str
    sha256: str
    revision: int


@dataclass(frozen=True, slots=True)
class Lake:
    """The lake of one shop below its folder; a source's batch enters as a whole or not at all.

    A batch is in the lake when its log file lake/files/<source>-<batch>.parquet is there; that
    file is written last, and raw files of a batch without one are swept away.
    """

    root: Path

    def raw_glob(self, entity: str) -> str:
        """The pattern that matches every raw Parquet file of an entity."""
        return str(self.root / "raw" / "*" / entity / "**" / "*.parquet")

    @property
    def files_folder(self) -> Path:
        """Where the ingest log lies."""
        return self.root / "files"

    def ensure_empty_entities(self) -> None:
        """Makes every glob of the lake match: an empty typed file per entity and per log."""
        for name, spec in load_entities().items():
            _write_once(self.root / "raw" / _EMPTY / name / "empty.parquet", spec.raw_schema)
            _write_once(
                self.root / "quarantine" / _EMPTY / name / "empty.parquet", QUARANTINE_SCHEMA
            )
        _write_once(self.files_folder / "empty.parquet", FILES_SCHEMA)

    def batches(self) -> list[str]:
        """The batches that are in the lake, by the names of their log files."""
        return sorted(path.stem for path in self.files_folder.glob("*-*.parquet"))

    def logged_files(self, source: str) -> list[LoggedFile]:
        """The landed files of a source that are in the lake, in the order of their revisions."""
        found: set[LoggedFile] = set()
        for path in self._logs(source):
            columns = ["source", "feed", "file", "file_sha256", "revision"]
            for row in pq.read_table(path, columns=columns).to_pylist():
                if row["source"] == source:
                    found.add(
                        LoggedFile(row["feed"], row["file"], row["file_sha256"], row["revision"])
                    )
        return sorted(found, key=lambda logged: (logged.file, logged.revision))

    def sweep(self, source: str) -> int:
        """Removes what a crash left of a batch that never was committed; gives the file count."""
        shutil.rmtree(self.pending(source), ignore_errors=True)
        known = {path.stem.removeprefix(f"{source}-") for path in self._logs(source)}
        orphans = [
            path
            for zone in ("raw", "quarantine")
            for path in (self.root / zone / source).rglob("*.parquet")
            if path.stem.rpartition("-")[2] not in known
        ]
        for path in orphans:
            path.unlink()
        return len(orphans)

    def pending(self, source: str) -> Path:
        """Where a batch waits for its gates, on the file system of the lake."""
        return self.root / "pending" / source

    def commit(self, batch: "PendingBatch") -> None:
        """Moves a batch into the lake, its log entry last."""
        day = f"load_date={batch.loaded_at:%Y-%m-%d}"
        for part in batch.parts:
            raw = self.root / "raw" / batch.source / part.entity / day
            move_into_place(part.raw, raw / f"{part.feed}-{batch.name}.parquet")
            if part.quarantine is not None:
                quarantine = self.root / "quarantine" / batch.source / part.entity
                move_into_place(part.quarantine, quarantine / f"{part.feed}-{batch.name}.parquet")
        log = batch.folder / "files.parquet"
        write_parquet(pa.Table.from_pylist(list(batch.log_rows), FILES_SCHEMA), log)
        move_into_place(log, self.files_folder / f"{batch.source}-{batch.name}.parquet")
        shutil.rmtree(batch.folder, ignore_errors=True)

    def _logs(self, source: str) -> Iterator[Path]:
        """The log files of a source; source names hold no hyphen."""
        yield from sorted(self.files_folder.glob(f"{source}-*.parquet"))


@dataclass(frozen=True, slots=True)
class PendingPart:
    """What a batch holds of one feed for one entity."""

    feed: str
    entity: str
    raw: Path
    quarantine: Path | None


@dataclass(frozen=True, slots=True)
class PendingBatch:
    """The new files of a source, typed and waiting."""

    source: str
    name: str
    """Derived from the contents, so that the same files make the same batch."""
    folder: Path
    loaded_at: datetime
    parts: tuple[PendingPart, ...]
    log_rows: tuple[dict[str, object], ...]


def parquet_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer with the compression of the lake; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return pq.ParquetWriter(path, schema, compression=_COMPRESSION)


def write_parquet(table: pa.Table, path: Path) -> None:
    """Writes a table as one file."""
    with parquet_writer(path, table.schema) as writer:
        writer.write_table(table)


def _write_once(path: Path, schema: pa.Schema) -> None:
    if path.exists() and pq.read_schema(path).equals(schema):
        return
    replace_table(path, schema.empty_table())
