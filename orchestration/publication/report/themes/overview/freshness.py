"""What arrived of each source and entity, and how far it lies behind the as-of day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from orchestration.publication.report import format as show
from orchestration.publication.report.panel import Column, Content, Panel, PanelTable, Table
from orchestration.publication.report.published import Freshness, Published
from orchestration.publication.report.texts import Text, say


def _build(published: Published) -> Content | None:
    feeds = published.feeds
    if not feeds:
        return None
    return Content(
        reading=say(
            "freshness.reading",
            feeds=show.count(len(feeds)),
            rows=show.count(sum(feed.rows_accepted for feed in feeds)),
            quarantined=show.count(sum(feed.rows_quarantined for feed in feeds)),
        ),
        tables=(PanelTable(say("freshness.title"), _table(feeds, published.about.as_of_date)),),
    )


def _table(feeds: Sequence[Freshness], as_of_date: date) -> Table:
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
                say("freshness.name", source=feed.source, entity=feed.entity),
                show.count(feed.files),
                show.count(feed.rows_accepted),
                show.count(feed.rows_quarantined),
                show.instant(feed.newest_at) if feed.newest_at else show.NOTHING,
                _lag(feed, as_of_date),
                show.instant(feed.loaded_at) if feed.loaded_at else show.NOTHING,
            )
            for feed in sorted(feeds, key=lambda feed: (feed.source, feed.entity))
        ),
    )


def _lag(feed: Freshness, as_of_date: date) -> Text:
    if feed.newest_at is None:
        return show.NOTHING
    days = (as_of_date - feed.newest_at.date()).days
    return say("freshness.days", days=str(days)) if days > 0 else say("freshness.current")


FRESHNESS = Panel(key="freshness", reads=(), build=_build)
