"""Contact policy: how many of each sync's segment may be contacted, and why the rest may not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from orchestration.publication.report import format as show
from orchestration.publication.report.charts import style
from orchestration.publication.report.panel import (
    Column,
    Content,
    Panel,
    Table,
    in_both_languages,
)
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Language, Text, same, say, say_code


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Persons of one sync's segment who may be contacted (no reason), or why not."""

    sync: str
    reason: str | None
    persons: int


_SQL = """
select sync, reason_code, count(*)
from policy.send_eligibility
where is_enabled
group by all
order by sync, reason_code nulls first
"""

_ROLES = {
    None: "indigo",
    "erased": "thread",
    "spam_complaint": "thread",
    "unsubscribed": "thread",
    "hard_bounce": "thread",
    "channel_block": "thread",
    "topic_unsubscribed": "thread",
    "soft_bounces": "thread",
    "no_consent": "amber",
    "no_ads_consent": "amber",
    "relay_address": "sand",
    "unreachable": "grey",
    "open_delivery": "green",
    "already_bought": "green",
    "open_inquiry": "plum",
    "low_interest": "plum",
    "frequency_cap": "grey",
    "holdout": "grey",
}


def _build(published: Published) -> Content | None:
    rows = published.rows(Eligibility, _SQL)
    if not rows:
        return None
    return Content(
        reading=_reading(rows),
        figures=in_both_languages(lambda language: _draw(rows, language)),
        numbers=_table(rows),
    )


def _reading(rows: Sequence[Eligibility]) -> Text:
    total = sum(row.persons for row in rows)
    allowed = sum(row.persons for row in rows if row.reason is None)
    refused = [(_persons(rows, reason), reason) for reason in _reasons(rows) if reason is not None]
    if not refused:
        return say("eligibility.reading_all_allowed", total=show.count(total))
    number, reason = max(refused, key=lambda pair: pair[0])
    return say(
        "eligibility.reading",
        total=show.count(total),
        allowed=show.count(allowed),
        share=show.percent(allowed / total),
        reason=say_code("reasons", reason),
        number=show.count(number),
    )


def _reasons(rows: Sequence[Eligibility]) -> list[str | None]:
    present = {row.reason for row in rows}
    known = [reason for reason in _ROLES if reason in present]
    return known + sorted(reason for reason in present if reason and reason not in _ROLES)


def _persons(rows: Sequence[Eligibility], reason: str | None, sync: str | None = None) -> int:
    return sum(row.persons for row in rows if row.reason == reason and sync in (None, row.sync))


def _syncs(rows: Sequence[Eligibility]) -> list[str]:
    return sorted({row.sync for row in rows})


def _name(reason: str | None) -> Text:
    return say("eligibility.allowed") if reason is None else say_code("reasons", reason)


def _draw(rows: Sequence[Eligibility], language: Language) -> go.Figure:
    syncs = _syncs(rows)
    totals = [sum(row.persons for row in rows if row.sync == sync) for sync in syncs]
    positions = list(range(len(syncs)))
    return go.Figure(
        data=[_bar(rows, reason, syncs, language) for reason in _reasons(rows)],
        layout=style.layout(
            150 + 62 * len(syncs),
            barmode="stack",
            margin={"l": 8, "r": 16, "t": 64, "b": 44},
            xaxis=style.value_axis(
                style.round_ticks(max(totals)),
                lambda tick: show.count(int(tick)),
                language,
                title={"text": say("eligibility.axis_persons").to(language), "standoff": 6},
            ),
            # The sync's name stands above its bar, so a long one costs no width on a phone.
            yaxis=style.bare_axis(
                showticklabels=False, showline=False, range=[len(syncs) - 0.6, -0.75]
            ),
            annotations=[
                {
                    "text": style.safe(same(sync), language), "x": 0, "y": position - 0.24,
                    "xref": "paper", "xanchor": "left", "yanchor": "bottom", "showarrow": False,
                }
                for position, sync in zip(positions, syncs, strict=True)
            ],
        ),
    )  # fmt: skip


def _bar(
    rows: Sequence[Eligibility], reason: str | None, syncs: Sequence[str], language: Language
) -> go.Bar:
    numbers = [_persons(rows, reason, sync) for sync in syncs]
    name = style.safe(_name(reason), language)
    return go.Bar(
        orientation="h",
        y=list(range(len(syncs))),
        x=numbers,
        name=name,
        width=0.44,
        marker={"color": style.colour(_ROLES.get(reason, "grey"))},
        hovertext=[
            f"{style.safe(same(sync), language)}<br>{name} {show.count(number).to(language)}"
            for sync, number in zip(syncs, numbers, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _table(rows: Sequence[Eligibility]) -> Table:
    reasons = _reasons(rows)
    return Table(
        columns=(
            Column(say("syncs.sync"), kind="word"),
            Column(say("eligibility.in_segment")),
            *(Column(_name(reason)) for reason in reasons),
        ),
        rows=tuple(
            (
                same(sync),
                show.count(sum(row.persons for row in rows if row.sync == sync)),
                *(show.count(_persons(rows, reason, sync)) for reason in reasons),
            )
            for sync in _syncs(rows)
        ),
    )


ELIGIBILITY = Panel(key="eligibility", reads=("policy.send_eligibility",), build=_build)
