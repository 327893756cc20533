"""The plan and the result of each sync."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.publication.report import format as show
from orchestration.publication.report.panel import Column, Content, Panel, PanelTable, Table
from orchestration.publication.report.published import Published, SyncSummary
from orchestration.publication.report.texts import Text, join, same, say, say_code

_COUNTS = ("adds", "changes", "removals", "unchanged", "invalid", "delivered")


def _build(published: Published) -> Content | None:
    syncs = published.syncs
    if not syncs:
        return None
    return Content(
        reading=say(
            "syncs.reading",
            syncs=show.count(len(syncs)),
            adds=show.count(sum(sync.adds for sync in syncs)),
            changes=show.count(sum(sync.changes for sync in syncs)),
            removals=show.count(sum(sync.removals for sync in syncs)),
            delivered=show.count(sum(sync.delivered for sync in syncs)),
            refused=show.count(sum(number for sync in syncs for _, number in sync.refused)),
        ),
        tables=(PanelTable(say("syncs.title"), _table(syncs)),),
    )


def _table(syncs: Sequence[SyncSummary]) -> Table:
    return Table(
        columns=(
            Column(say("syncs.sync"), kind="word"),
            Column(say("syncs.status"), kind="sentence"),
            *(Column(say(f"syncs.{name}")) for name in _COUNTS),
            Column(say("syncs.rejected_unknown")),
            Column(say("syncs.refused"), kind="sentence"),
        ),
        rows=tuple(
            (
                say("syncs.name", sync=sync.sync, channel=say_code("channels", sync.channel)),
                _status(sync),
                *(show.count(getattr(sync, name)) for name in _COUNTS),
                same(f"{sync.rejected:,} / {sync.unknown:,}"),
                _refused(sync),
            )
            for sync in syncs
        ),
    )


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


SYNCS = Panel(key="syncs", reads=(), build=_build)
