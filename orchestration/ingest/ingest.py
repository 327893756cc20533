"""Takes what has landed for a source into the lake: all of it, or nothing."""

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.ingest.errors import GateFailed
from orchestration.ingest.lake import Lake, PendingBatch
from orchestration.ingest.landing import LandedFeed, find_landed
from orchestration.ingest.mapping_model import FeedMapping, SourceMapping
from orchestration.ingest.report import EntityReport, GateAnswer, SourceReport
from orchestration.ingest.staging_area import FeedStage, FileCounts, StagedEntity
from orchestration.ingest.transform import REJECTED_FIELDS, FileIdentity

if TYPE_CHECKING:
    import pandas as pd

_BATCH_NAME_LENGTH = 20


@dataclass(frozen=True, slots=True)
class LandedBatch:
    """The new rows of one entity, before they may enter the lake."""

    source: str
    entity: str
    files: tuple[str, ...]
    """Paths below landing/."""
    rows: int
    """Rows of the frame: accepted and rejected ones."""
    max_bad_row_ratio: float
    """The limit of the feeds, the largest where there are several."""
    parts: tuple[StagedEntity, ...]

    def frame(self) -> "pd.DataFrame":
        """The canonical columns with `_file`, `_row` and `_reject_reason` (null: accepted).

        Decimals are floats and days are timestamps, which is what checks compare with.
        """
        tables: list[pa.Table] = []
        for staged in self.parts:
            accepted = pq.read_table(staged.part.raw)
            reason = pa.nulls(accepted.num_rows, pa.string())
            rejected = pq.read_table(staged.rejected)
            accepted = accepted.append_column(REJECTED_FIELDS[-1], reason)
            tables += [accepted.select(rejected.schema.names), rejected]
        frame: pd.DataFrame = _comparable(pa.concat_tables(tables)).to_pandas()
        return frame


def ingest_source(
    mapping: SourceMapping,
    *,
    landing: Path,
    lake: Lake,
    loaded_at: datetime,
    gate: Callable[[LandedBatch], GateAnswer] | None,
    shop_time_zone: str,
    click_key: str | None,
) -> SourceReport[GateAnswer]:
    """Brings the new files of a source into the lake and says what came of them.

    A file that is in the lake with the same content is passed over; a new content under a known
    name becomes its next revision. Nothing changes unless every file keeps its contract and every
    gate passes. `click_key` is that of the links in the shop's mails; without it no web event is
    known to come from one.

    Raises:
        ContractError: a file breaks its contract.
        GateFailed: a gate refuses an entity's batch; raised after all gates were asked.
    """
    started = perf_counter()
    lake.sweep(mapping.source)
    landed = find_landed(mapping, landing, lake.logged_files(mapping.source))
    moment = loaded_at.astimezone(UTC).replace(tzinfo=None) if loaded_at.tzinfo else loaded_at
    folder = lake.pending(mapping.source)
    try:
        begin = partial(
            FeedStage,
            folder=folder,
            time_zone=mapping.time_zone or shop_time_zone,
            click_key=click_key,
        )
        stages = _stage(mapping, landed, begin, moment)
        staged = [part for stage in stages for part in stage.finish()]
        gates = _ask_gates(mapping, stages, staged, gate)
        report = _report(mapping, landed, stages, gates, started)
        refused = [(entity, result) for entity, result in gates.items() if not result.passed]
        if refused:
            message = "\n".join(result.message() for _, result in refused)
            raise GateFailed(mapping.source, refused[0][0], message, report=report)
        if stages:
            lake.commit(_batch(mapping, stages, staged, folder, moment))
        return report
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stage(
    mapping: SourceMapping,
    landed: Sequence[LandedFeed],
    begin: Callable[[FeedMapping], FeedStage],
    loaded_at: datetime,
) -> list[FeedStage]:
    stages: list[FeedStage] = []
    try:
        for found in landed:
            if not found.new:
                continue
            stage = begin(found.feed)
            stages.append(stage)
            for new in found.new:
                identity = FileIdentity(
                    mapping.source, new.file, new.sha256, new.revision, loaded_at
                )
                stage.add_file(new.path, identity)
    except BaseException:
        for stage in stages:
            stage.close()
        raise
    return stages


def _ask_gates(
    mapping: SourceMapping,
    stages: Sequence[FeedStage],
    staged: Sequence[StagedEntity],
    gate: Callable[[LandedBatch], GateAnswer] | None,
) -> dict[str, GateAnswer]:
    if gate is None:
        return {}
    results: dict[str, GateAnswer] = {}
    for entity in mapping.entities:
        parts = tuple(item for item in staged if item.part.entity == entity)
        if parts:
            results[entity] = gate(_landed_batch(mapping.source, entity, stages, parts))
    return results


def _landed_batch(
    source: str, entity: str, stages: Sequence[FeedStage], parts: tuple[StagedEntity, ...]
) -> LandedBatch:
    feeds = [stage for stage in stages if entity in _entities_of(stage)]
    return LandedBatch(
        source=source,
        entity=entity,
        files=tuple(file.identity.file for stage in feeds for file in stage.files),
        rows=sum(
            pq.read_metadata(path).num_rows for p in parts for path in (p.part.raw, p.rejected)
        ),
        max_bad_row_ratio=max(stage.feed.max_bad_row_ratio for stage in feeds),
        parts=parts,
    )


def _entities_of(stage: FeedStage) -> tuple[str, ...]:
    return tuple(entity.entity for entity in stage.feed.entities)


def _comparable(table: pa.Table) -> pa.Table:
    for index, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            values = pc.cast(table.column(index), pa.float64())
            table = table.set_column(index, field.name, values)
        elif pa.types.is_date(field.type):
            values = pc.cast(table.column(index), pa.timestamp("us"))
            table = table.set_column(index, field.name, values)
    return table


def _batch(
    mapping: SourceMapping,
    stages: Sequence[FeedStage],
    staged: Sequence[StagedEntity],
    folder: Path,
    loaded_at: datetime,
) -> PendingBatch:
    rows: list[dict[str, object]] = []
    digest = sha256()
    for stage in stages:
        for file in stage.files:
            identity = file.identity
            place = (stage.feed.name, identity.file, identity.sha256, str(identity.revision))
            digest.update("\t".join(place).encode() + b"\n")
            rows += [_log_row(stage.feed.name, identity, counts) for counts in file.counts]
    return PendingBatch(
        source=mapping.source,
        name=digest.hexdigest()[:_BATCH_NAME_LENGTH],
        folder=folder,
        loaded_at=loaded_at,
        parts=tuple(item.part for item in staged),
        log_rows=tuple(rows),
    )


def _log_row(feed: str, identity: FileIdentity, counts: FileCounts) -> dict[str, object]:
    return {
        "source": identity.source,
        "feed": feed,
        "entity": counts.entity,
        "file": identity.file,
        "file_sha256": identity.sha256,
        "revision": identity.revision,
        "rows_read": counts.rows_read,
        "rows_accepted": counts.accepted,
        "rows_quarantined": counts.quarantined,
        "rows_filtered": counts.filtered,
        "rows_repeated": counts.repeated,
        "loaded_at": identity.loaded_at,
    }


def _report(
    mapping: SourceMapping,
    landed: Sequence[LandedFeed],
    stages: Sequence[FeedStage],
    gates: dict[str, GateAnswer],
    started: float,
) -> SourceReport[GateAnswer]:
    return SourceReport(
        source=mapping.source,
        entities=tuple(_entity_report(entity, landed, stages) for entity in mapping.entities),
        gates=gates,
        seconds=perf_counter() - started,
    )


def _entity_report(
    entity: str, landed: Sequence[LandedFeed], stages: Sequence[FeedStage]
) -> EntityReport:
    feeds = [f for f in landed if entity in {e.entity for e in f.feed.entities}]
    own = [stage for stage in stages if entity in _entities_of(stage)]
    files = [file for stage in own for file in stage.files]
    counts = [c for file in files for c in file.counts if c.entity == entity]
    reasons: Counter[str] = Counter()
    for count in counts:
        reasons.update(count.quarantined_by_reason)
    return EntityReport(
        entity=entity,
        files_new=len(files),
        files_skipped=sum(feed.skipped for feed in feeds),
        rows_read=sum(count.rows_read for count in counts),
        accepted=sum(count.accepted for count in counts),
        filtered=sum(count.filtered for count in counts),
        repeated=sum(count.repeated for count in counts),
        quarantined_by_reason=dict(reasons),
        seconds=sum(stage.seconds for stage in own),
    )
