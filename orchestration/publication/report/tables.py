"""The report's tables that have no figure: exclusions, segments, syncs, freshness, gates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from orchestration.publication.report import format as show
from orchestration.publication.report.figures.chart import Column, Table
from orchestration.publication.report.model import (
    Exclusion,
    Freshness,
    Gate,
    Segment,
    SyncSummary,
)
from orchestration.publication.report.texts import Text, join, same, say, say_code


def exclusion_table(exclusions: Sequence[Exclusion], currency: str) -> Table:
    """Give the rows that no figure counts, by reason."""
    return Table(
        columns=(
            Column(say("exclusions.reason"), kind="word"),
            Column(say("exclusions.subject"), kind="word"),
            Column(say("words.source"), kind="word"),
            Column(say("exclusions.rows")),
            Column(say("exclusions.amount")),
        ),
        rows=tuple(
            (
                say_code("exclusion_reasons", row.reason),
                say_code("exclusion_subjects", row.subject),
                same(row.source),
                show.count(row.rows),
                show.NOTHING if row.amount is None else show.money(row.amount, currency),
            )
            for row in exclusions
        ),
    )


def exclusion_reading(exclusions: Sequence[Exclusion]) -> Text:
    """Give the sentence that sums the excluded rows up, each kind of row apart."""
    totals: dict[str, int] = {}
    for row in exclusions:
        totals[row.subject] = totals.get(row.subject, 0) + row.rows
    if not any(totals.values()):
        return say("exclusions.empty")
    parts = [
        say(
            "exclusions.reading_part",
            subject=say_code("exclusion_subjects", subject),
            rows=show.count(rows),
        )
        for subject, rows in totals.items()
    ]
    return say("exclusions.reading", parts=join(parts))


def segment_table(segments: Sequence[Segment], syncs: Sequence[SyncSummary]) -> Table:
    """Give every segment with its size and the syncs that read it."""
    return Table(
        columns=(
            Column(say("segments.segment"), kind="word"),
            Column(say("words.persons")),
            Column(say("segments.definition_head"), kind="sentence"),
            Column(say("segments.syncs"), kind="sentence"),
        ),
        rows=tuple(
            (
                segment_name(segment.name),
                show.count(segment.persons),
                say_code("segment_definitions", segment.name),
                join([same(sync.sync) for sync in syncs if _reads(sync, segment)])
                if any(_reads(sync, segment) for sync in syncs)
                else say("segments.no_sync"),
            )
            for segment in segments
        ),
    )


def segment_name(name: str) -> Text:
    """Give a segment's words, or its own name when the report has none for it."""
    return say_code("segment_names", name)


def sync_table(syncs: Sequence[SyncSummary]) -> Table:
    """Give the plan and the result of each sync."""
    counts = ("adds", "changes", "removals", "unchanged", "invalid", "delivered")
    return Table(
        columns=(
            Column(say("syncs.sync"), kind="word"),
            Column(say("syncs.status"), kind="sentence"),
            *(Column(say(f"syncs.{name}")) for name in counts),
            Column(say("syncs.rejected_unknown")),
            Column(say("syncs.refused"), kind="sentence"),
        ),
        rows=tuple(
            (
                say("syncs.name", sync=sync.sync, channel=say_code("channels", sync.channel)),
                _status(sync),
                *(show.count(getattr(sync, name)) for name in counts),
                same(f"{sync.rejected:,} / {sync.unknown:,}"),
                _refused(sync),
            )
            for sync in syncs
        ),
    )


def freshness_table(rows: Sequence[Freshness], as_of_date: date) -> Table:
    """Give what arrived of each source and entity, and how far it lies behind the as-of day."""
    return Table(
        columns=(
            Column(say("freshness.feed"), kind="word"),
            Column(say("freshness.files")),
            Column(say("freshness.accepted")),
            Column(say("freshness.quarantined")),
            Column(say("freshness.newest"), kind="word"),
            Column(say("freshness.lag"), kind="word"),
            Column(say("freshness.loaded"), kind="word"),
        ),
        rows=tuple(
            (
                say("freshness.name", source=row.source, entity=row.entity),
                show.count(row.files),
                show.count(row.rows_accepted),
                show.count(row.rows_quarantined),
                show.instant(row.newest_at) if row.newest_at else show.NOTHING,
                _lag(row, as_of_date),
                show.instant(row.loaded_at) if row.loaded_at else show.NOTHING,
            )
            for row in sorted(rows, key=lambda row: (row.source, row.entity))
        ),
    )


def gate_table(gates: Sequence[Gate]) -> Table:
    """Give checks with their outcome, in the order given."""
    return Table(
        columns=(
            Column(say("gates.check"), kind="word"),
            Column(say("gates.stage"), kind="word"),
            Column(say("gates.outcome"), kind="word"),
            Column(say("gates.severity"), kind="word"),
            Column(say("gates.detail"), kind="sentence"),
        ),
        rows=tuple(
            (
                same(gate.check_name),
                _stage(gate.stage),
                say("gates.passed" if gate.passed else "gates.failed"),
                say_code("gate_severities", gate.severity),
                same(gate.detail) if gate.detail else show.NOTHING,
            )
            for gate in gates
        ),
    )


def gate_reading(gates: Sequence[Gate]) -> Text:
    """Give the sentence that counts the passed checks."""
    if not gates:
        return say("gates.empty")
    passed = sum(gate.passed for gate in gates)
    return say(
        "gates.reading_all_passed" if passed == len(gates) else "gates.reading",
        all=show.count(len(gates)),
        passed=show.count(passed),
        failed=show.count(len(gates) - passed),
    )


def _reads(sync: SyncSummary, segment: Segment) -> bool:
    return sync.segment.removeprefix("seg_") == segment.name.removeprefix("seg_")


def _status(sync: SyncSummary) -> Text:
    status = say_code("sync_statuses", sync.status)
    if not sync.waiting_for:
        return status
    reason = join([say_code("waiting_reasons", code) for code in sync.waiting_for])
    return say("syncs.status_waiting", status=status, reason=reason)


def _refused(sync: SyncSummary) -> Text:
    if not sync.refused:
        return show.count(0)
    reasons = [
        say("syncs.refused_reason", reason=say_code("reasons", reason), number=show.count(number))
        for reason, number in sync.refused
    ]
    total = show.count(sum(number for _, number in sync.refused))
    return say("syncs.refused_sum", total=total, reasons=join(reasons))


def _stage(stage: str) -> Text:
    room, _, rest = stage.partition("/")
    words = say_code("gate_stages", room)
    return say("gates.stage_name", room=words, rest=rest) if rest else words


def _lag(row: Freshness, as_of_date: date) -> Text:
    if row.newest_at is None:
        return show.NOTHING
    days = (as_of_date - row.newest_at.date()).days
    return say("freshness.days", days=str(days)) if days > 0 else say("freshness.current")
