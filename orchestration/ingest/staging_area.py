"""Types new files into a pending folder beside the lake, in chunks, and counts what happened."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.ingest.entities import load_entities
from orchestration.ingest.lake import QUARANTINE_SCHEMA, PendingPart, parquet_writer
from orchestration.ingest.mapping_model import FeedMapping
from orchestration.ingest.quarantine import BadRowTally, quarantine_table
from orchestration.ingest.readers.landed_file import open_landed_file
from orchestration.ingest.repeats import RepeatFinder
from orchestration.ingest.rows import RowMask
from orchestration.ingest.transform import (
    REJECTED_FIELDS,
    EntityRows,
    FileIdentity,
    TypedChunk,
    type_chunk,
)


@dataclass(frozen=True, slots=True)
class FileCounts:
    """What one file gave one entity; rows_read is the sum of the other counts."""

    entity: str
    rows_read: int
    accepted: int
    filtered: int
    repeated: int
    quarantined_by_reason: Counter[str]

    @property
    def quarantined(self) -> int:
        """Rows in quarantine, whatever the reason."""
        return self.quarantined_by_reason.total()


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file that has been typed."""

    identity: FileIdentity
    encoding: str | None
    counts: tuple[FileCounts, ...]
    tally: BadRowTally

    @property
    def rows_read(self) -> int:
        """Records of the file."""
        return self.counts[0].rows_read


@dataclass(frozen=True, slots=True)
class StagedEntity:
    """What a feed's new files hold for one entity, as Parquet in the pending folder."""

    part: PendingPart
    rejected: Path
    """The quarantined rows in the entity's types, for the gate."""


class _EntityStage:
    """The pending Parquet of one entity of a feed."""

    def __init__(self, folder: Path, entity: str) -> None:
        self.spec = load_entities()[entity]
        self.raw = folder / f"{entity}.raw.parquet"
        self.rejected = folder / f"{entity}.rejected.parquet"
        self.quarantine = folder / f"{entity}.quarantine.parquet"
        self._raw_writer = parquet_writer(self.raw, self.spec.raw_schema)
        rejected_schema = pa.schema([*self.spec.payload_schema, *REJECTED_FIELDS])
        self._rejected_writer = parquet_writer(self.rejected, rejected_schema)
        self._quarantine_writer = parquet_writer(self.quarantine, QUARANTINE_SCHEMA)
        self._superseded: list[RowMask] = []
        self.begin_file()

    def begin_file(self) -> None:
        self._finder = RepeatFinder(self.spec.key)
        self.accepted = self.filtered = self.repeated = 0

    def add(self, rows: EntityRows, quarantine: pa.Table) -> None:
        within = RepeatFinder(self.spec.key)
        within.add(rows.accepted)
        superseded = within.superseded()
        kept = rows.accepted.filter(pa.array(~superseded)) if superseded.any() else rows.accepted
        self._finder.add(kept)
        self._raw_writer.write_table(kept)
        self._rejected_writer.write_table(rows.rejected)
        self._quarantine_writer.write_table(quarantine)
        self.accepted += kept.num_rows
        self.filtered += rows.filtered
        self.repeated += int(superseded.sum())

    def end_file(self) -> None:
        superseded = self._finder.superseded()
        self._superseded.append(superseded)
        self.accepted -= int(superseded.sum())
        self.repeated += int(superseded.sum())

    def close(self) -> None:
        for writer in (self._raw_writer, self._rejected_writer, self._quarantine_writer):
            writer.close()

    def finish(self, feed: str) -> StagedEntity:
        self.close()
        superseded = np.concatenate(self._superseded)
        if superseded.any():
            self._leave_out(superseded)
        has_quarantine = pq.read_metadata(self.quarantine).num_rows > 0
        part = PendingPart(
            feed=feed,
            entity=self.spec.name,
            raw=self.raw,
            quarantine=self.quarantine if has_quarantine else None,
        )
        return StagedEntity(part, self.rejected)

    def _leave_out(self, superseded: RowMask) -> None:
        thinned = self.raw.with_suffix(".thinned")
        start = 0
        with (
            pq.ParquetFile(self.raw) as source,
            parquet_writer(thinned, self.spec.raw_schema) as writer,
        ):
            for group in range(source.num_row_groups):
                table = source.read_row_group(group)
                keep = ~superseded[start : start + table.num_rows]
                start += table.num_rows
                writer.write_table(table.filter(pa.array(keep)))
        thinned.replace(self.raw)


class FeedStage:
    """Types the new files of a feed, one after the other, into a pending folder."""

    def __init__(
        self, feed: FeedMapping, folder: Path, *, time_zone: str, click_key: str | None
    ) -> None:
        """Opens the pending files; the zone is that of times written without one."""
        self.feed = feed
        self.files: list[StagedFile] = []
        self.seconds = 0.0
        self._time_zone = time_zone
        self._click_key = click_key
        self._entities = {
            entity.entity: _EntityStage(folder / feed.name, entity.entity)
            for entity in feed.entities
        }

    def add_file(self, path: Path, identity: FileIdentity) -> StagedFile:
        """Types one file.

        Raises:
            ContractError: the file breaks its contract.
        """
        staged = self.try_file(path, identity)
        breach = staged.tally.breach(identity.file, staged.rows_read, self.feed.max_bad_row_ratio)
        if breach is not None:
            raise breach
        return staged

    def try_file(self, path: Path, identity: FileIdentity) -> StagedFile:
        """Types one file, however many of its rows are bad.

        Raises:
            ContractError: the file cannot be read as its feed says.
        """
        started = perf_counter()
        for stage in self._entities.values():
            stage.begin_file()
        tally = BadRowTally()
        rows_read = 0
        landed = open_landed_file(path, file=identity.file, feed=self.feed)
        for chunk in landed.chunks:
            typed = type_chunk(
                chunk,
                feed=self.feed,
                identity=identity,
                time_zone=self._time_zone,
                click_key=self._click_key,
            )
            rows_read += typed.rows_read
            tally.add(typed.bad)
            self._write(typed, identity)
        for stage in self._entities.values():
            stage.end_file()
        counts = tuple(
            FileCounts(name, rows_read, s.accepted, s.filtered, s.repeated, tally.by_reason)
            for name, s in self._entities.items()
        )
        staged = StagedFile(identity, landed.encoding, counts, tally)
        self.files.append(staged)
        self.seconds += perf_counter() - started
        return staged

    def finish(self) -> list[StagedEntity]:
        """Closes the pending files and leaves out the rows that others of their key replace."""
        started = perf_counter()
        staged = [stage.finish(self.feed.name) for stage in self._entities.values()]
        self.seconds += perf_counter() - started
        return staged

    def close(self) -> None:
        """Closes the pending files as they are."""
        for stage in self._entities.values():
            stage.close()

    def _write(self, typed: TypedChunk, identity: FileIdentity) -> None:
        for name, stage in self._entities.items():
            own = [row for row in typed.bad if row.entity == name]
            stage.add(typed.entities[name], quarantine_table(own, identity))
