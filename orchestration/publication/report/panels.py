"""The report's panels of tables: what each says, defines and lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.publication.report import format as show
from orchestration.publication.report.figures.chart import Table
from orchestration.publication.report.model import (
    Exclusion,
    Freshness,
    Gate,
    Segment,
    SyncSummary,
)
from orchestration.publication.report.tables import (
    exclusion_reading,
    exclusion_table,
    freshness_table,
    gate_reading,
    gate_table,
    segment_name,
    segment_table,
    sync_table,
)
from orchestration.publication.report.texts import Text, say


@dataclass(frozen=True, slots=True)
class PanelTable:
    """A table of a panel; a folded one opens on demand."""

    caption: Text
    table: Table
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled part of the page that holds tables; none when there is no data."""

    key: str
    title: Text
    definition: Text
    reading: Text
    tables: tuple[PanelTable, ...]


def exclusion_panel(exclusions: Sequence[Exclusion], currency: str) -> Panel:
    """Give what no figure counts, and why."""
    table = exclusion_table(exclusions, currency) if exclusions else None
    return _panel("exclusions", exclusion_reading(exclusions), table)


def segment_panel(segments: Sequence[Segment], syncs: Sequence[SyncSummary]) -> Panel:
    """Give the segments with their sizes."""
    largest = max(segments, key=lambda segment: segment.persons, default=None)
    if largest is None or not largest.persons:
        reading = say("segments.empty")
    else:
        name, persons = segment_name(largest.name), show.persons(largest.persons)
        reading = say("segments.reading", name=name, persons=persons)
    return _panel("segments", reading, segment_table(segments, syncs) if segments else None)


def sync_panel(syncs: Sequence[SyncSummary]) -> Panel:
    """Give the plan and the result of each sync."""
    if not syncs:
        return _panel("syncs", say("syncs.empty"), None)
    reading = say(
        "syncs.reading",
        syncs=show.count(len(syncs)),
        adds=show.count(sum(sync.adds for sync in syncs)),
        changes=show.count(sum(sync.changes for sync in syncs)),
        removals=show.count(sum(sync.removals for sync in syncs)),
        delivered=show.count(sum(sync.delivered for sync in syncs)),
        refused=show.count(sum(number for sync in syncs for _, number in sync.refused)),
    )
    return _panel("syncs", reading, sync_table(syncs))


def freshness_panel(feeds: Sequence[Freshness], as_of_date: date) -> Panel:
    """Give what arrived from each source."""
    if not feeds:
        return _panel("freshness", say("freshness.empty"), None)
    reading = say(
        "freshness.reading",
        feeds=show.count(len(feeds)),
        rows=show.count(sum(feed.rows_accepted for feed in feeds)),
        quarantined=show.count(sum(feed.rows_quarantined for feed in feeds)),
    )
    return _panel("freshness", reading, freshness_table(feeds, as_of_date))


def gate_panel(gates: Sequence[Gate]) -> Panel:
    """Give the failed checks open and the passed ones folded below them."""
    failed = [gate for gate in gates if not gate.passed]
    passed = [gate for gate in gates if gate.passed]
    tables = []
    if failed:
        tables.append(PanelTable(say("gates.failed_checks"), gate_table(failed)))
    if passed:
        caption = say("gates.passed_checks", passed=show.count(len(passed)))
        tables.append(PanelTable(caption, gate_table(passed), is_folded=True))
    return Panel(
        "gates", say("gates.title"), say("gates.definition"), gate_reading(gates), tuple(tables)
    )


def _panel(key: str, reading: Text, table: Table | None) -> Panel:
    title = say(f"{key}.title")
    return Panel(
        key=key,
        title=title,
        definition=say(f"{key}.definition"),
        reading=reading,
        tables=(PanelTable(title, table),) if table else (),
    )
