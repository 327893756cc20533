"""The segments with their sizes and the syncs that read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.panel import Column, Content, Panel, PanelTable, Table
from orchestration.publication.report.published import Published, SyncSummary
from orchestration.publication.report.texts import Text, join, same, say, say_code


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment and the persons in it."""

    name: str
    persons: int


def _build(published: Published) -> Content | None:
    names = sorted(
        table.removeprefix("segments.")
        for table in published.tables
        if table.startswith("segments.seg_")
    )
    segments = [
        segment
        for name in names
        for segment in published.rows(
            Segment, f"select '{name}', count(*) from segments.\"{name}\""
        )
    ]
    largest = max(segments, key=lambda segment: segment.persons, default=None)
    if largest is None or not largest.persons:
        return None
    return Content(
        reading=say(
            "segments.reading",
            name=say_code("segment_names", largest.name),
            persons=show.persons(largest.persons),
        ),
        tables=(PanelTable(say("segments.title"), _table(segments, published.syncs)),),
    )


def _table(segments: Sequence[Segment], syncs: Sequence[SyncSummary]) -> Table:
    return Table(
        columns=(
            Column(say("segments.segment"), kind="word"),
            Column(say("words.persons")),
            Column(say("segments.definition_head"), kind="sentence"),
            Column(say("segments.syncs"), kind="sentence"),
        ),
        rows=tuple(
            (
                say_code("segment_names", segment.name),
                show.count(segment.persons),
                say_code("segment_definitions", segment.name),
                _readers(segment, syncs),
            )
            for segment in segments
        ),
    )


def _readers(segment: Segment, syncs: Sequence[SyncSummary]) -> Text:
    token = segment.name.removeprefix("seg_")
    names = [same(sync.sync) for sync in syncs if sync.segment.removeprefix("seg_") == token]
    return join(names) if names else say("segments.no_sync")


SEGMENTS = Panel(key="segments", reads=(), build=_build)
