"""Tries a mapping on one file and says what would come of it; nothing enters the lake."""

from datetime import datetime
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from orchestration.ingest.errors import ContractError
from orchestration.ingest.mapping_model import FeedMapping, SourceMapping
from orchestration.ingest.report import CheckReport, EntityReport, Problem
from orchestration.ingest.staging_area import FeedStage, StagedFile
from orchestration.ingest.transform import FileIdentity


def check_file(
    mapping: SourceMapping, path: Path, *, shop_time_zone: str, feed: str | None = None
) -> CheckReport:
    """What the mapping makes of a file: counts per entity, reasons with row numbers.

    The feed is the one whose `files:` pattern fits the name, unless one is named.

    Raises:
        ContractError: no feed fits the file.
    """
    chosen = _feed(mapping, path, feed)
    never = datetime.min  # noqa: DTZ901  instants of the lake are UTC without a zone
    identity = FileIdentity(mapping.source, path.name, "", 1, never)
    with TemporaryDirectory(prefix="enishi-check-") as folder:
        zone = mapping.time_zone or shop_time_zone
        stage = FeedStage(chosen, Path(folder), time_zone=zone, click_key=None)
        try:
            staged = stage.try_file(path, identity)
        except ContractError as error:
            return _unreadable(mapping, chosen, path, str(error))
        finally:
            stage.close()
    breach = staged.tally.breach(path.name, staged.rows_read, chosen.max_bad_row_ratio)
    return _report(mapping, chosen, staged, stage.seconds, str(breach) if breach else None)


def _feed(mapping: SourceMapping, path: Path, name: str | None) -> FeedMapping:
    if name is not None:
        fitting = [feed for feed in mapping.feeds if feed.name == name]
    else:
        fitting = [feed for feed in mapping.feeds if PurePath(path.name).match(feed.files)]
        if not fitting and len(mapping.feeds) == 1:
            fitting = list(mapping.feeds)
    if not fitting:
        patterns = ", ".join(f"{feed.name} ({feed.files})" for feed in mapping.feeds)
        raise ContractError(
            path.name,
            f"no feed of {mapping.source} fits the file",
            mend=f"Name the feed or the file as the mapping says: {patterns}.",
        )
    return fitting[0]


def _unreadable(mapping: SourceMapping, feed: FeedMapping, path: Path, breach: str) -> CheckReport:
    return CheckReport(
        source=mapping.source,
        feed=feed.name,
        file=path.name,
        encoding=None,
        entities=tuple(EntityReport(entity=entity.entity) for entity in feed.entities),
        problems=(),
        rows_by_reason={},
        breach=breach,
    )


def _report(
    mapping: SourceMapping,
    feed: FeedMapping,
    staged: StagedFile,
    seconds: float,
    breach: str | None,
) -> CheckReport:
    return CheckReport(
        source=mapping.source,
        feed=feed.name,
        file=staged.identity.file,
        encoding=staged.encoding,
        entities=tuple(
            EntityReport(
                entity=counts.entity,
                files_new=1,
                rows_read=counts.rows_read,
                accepted=counts.accepted,
                filtered=counts.filtered,
                repeated=counts.repeated,
                quarantined_by_reason=dict(counts.quarantined_by_reason),
                seconds=seconds,
            )
            for counts in staged.counts
        ),
        problems=tuple(
            Problem(row=row.row, reason=row.reason, column=row.column) for row in staged.tally.first
        ),
        rows_by_reason={reason: tuple(rows) for reason, rows in staged.tally.rows.items()},
        breach=breach,
    )
