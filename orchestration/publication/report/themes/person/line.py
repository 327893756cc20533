"""One person's line over time: orders with amounts, visits, messages, on bands of stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

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
from orchestration.publication.report.themes.person.chosen import chosen_person
from orchestration.publication.report.themes.person.stages import Change, stage_changes

EVENTS_LISTED = 200
_LANES = {
    "session": "web", "message_received": "line", "line_follow": "line", "line_unfollow": "line",
    "order": "orders", "return": "orders", "cancel": "orders", "delivery": "deliveries",
    "subscription_start": "subscription", "subscription_cancel": "subscription",
    "inquiry_opened": "inquiries", "inquiry_closed": "inquiries",
    "first_seen": "known", "sign_up": "known", "identity_merge": "known",
    "consent_grant": "known", "consent_withdraw": "known",
}  # fmt: skip
_ORDER = ("orders", "subscription", "deliveries", "web", "email", "line", "other", "known",
          "inquiries")  # fmt: skip
_OURS = {"message_sent", "message_delivered", "delivery", "identity_merge", "inquiry_closed"}
_AWAY = {"return", "cancel", "subscription_cancel", "line_unfollow", "consent_withdraw"}
_COLOURS = {"ours": "grey", "unknown": "indigo", "theirs": "indigo", "away": "thread"}
_BANDS = {
    "lead": "sand", "hot_lead": "amber", "customer": "indigo", "repeater": "green",
    "dormant_lead": "grey", "dormant_customer": "grey",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a person's line."""

    day: date
    kind: str
    channel: str | None
    amount: Decimal | None
    detail: str | None
    is_anonymous: bool

    @property
    def lane(self) -> str:
        """The line of the chart that it stands on."""
        if self.kind in _LANES:
            return _LANES[self.kind]
        return self.channel if self.channel in {"email", "line"} else "other"

    @property
    def side(self) -> str:
        """Who acted: the shop, the person (before being known, too), or the person turning away."""
        if self.is_anonymous:
            return "unknown"
        return "ours" if self.kind in _OURS else "away" if self.kind in _AWAY else "theirs"


_SQL = """
select event_date, event_kind, channel, amount, detail, is_anonymous
from marts.person_timeline
where person_id = ?
order by occurred_at, timeline_id
"""


def _build(published: Published) -> Content | None:
    person_id = chosen_person(published)
    events = published.rows(Event, _SQL, [person_id]) if person_id else ()
    if person_id is None or not events:
        return None
    changes = [c for c in stage_changes(published, person_id) if c.changed_on is not None]
    currency, last = published.currency, published.about.as_of_date
    return Content(
        reading=_reading(events),
        figures=in_both_languages(
            lambda language: _draw(events, changes, last, currency, language)
        ),
        numbers=_table(events, currency),
        note=say("person_line.note", number=str(EVENTS_LISTED)),
    )


def _reading(events: Sequence[Event]) -> Text:
    kinds = Counter(event.kind for event in events)
    before = sum(event.is_anonymous for event in events)
    return say(
        "person_line.reading_anonymous" if before else "person_line.reading",
        first=show.day(events[0].day),
        last=show.day(events[-1].day),
        sessions=show.count(kinds["session"]),
        orders=show.count(kinds["order"]),
        messages=show.count(kinds["message_delivered"]),
        clicks=show.count(kinds["message_clicked"]),
        before=show.count(before),
    )


def _draw(
    events: Sequence[Event],
    changes: Sequence[Change],
    last: date,
    currency: str,
    language: Language,
) -> go.Figure:
    present = {event.lane for event in events}
    lanes = [lane for lane in _ORDER if lane in present]
    span = max((last - events[0].day).days, 30)
    start, end = events[0].day - timedelta(span // 50 + 1), last + timedelta(span // 50 + 1)
    has_orders = any(event.kind == "order" for event in events)
    top = 0.64 if has_orders else 0.93
    orders = [event for event in events if event.kind == "order"]
    largest = max((float(event.amount or 0) for event in orders), default=0.0)
    layout = style.layout(
        150 + 34 * len(lanes) + (190 if has_orders else 0),
        margin={"l": 48, "r": 12, "t": 76, "b": 40},
        xaxis={
            **style.bare_axis(), "type": "date", "tickformat": "%Y-%m", "tickangle": 0, "nticks": 5,
            "range": [f"{start}", f"{end}"], "anchor": "y2",
        },
        yaxis2=style.bare_axis(
            domain=[0, top - 0.1 if has_orders else top],
            tickvals=list(range(len(lanes))),
            ticktext=[say(f"person_lanes.{lane}").to(language) for lane in lanes],
            range=[len(lanes) - 0.4, -0.6], showgrid=True, gridcolor=style.colour("line"),
        ),
        yaxis=style.value_axis(
            style.round_ticks(largest), lambda tick: show.money_short(tick, currency), language,
            domain=[top, 0.93],
        ),
        shapes=_bands(changes, start, end),
        annotations=[
            *_band_names(changes, start, end, language),
            *([style.panel_title(say("person_line.axis_amount").to(language), 0.93)]
              if has_orders else []),
        ],
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.0, "yanchor": "bottom",
                "yref": "container", "traceorder": "normal"},
    )  # fmt: skip
    layout["legend"] |= {"y": 0.995, "yanchor": "top"}
    data = [
        _dots(events, lanes, side, currency, language)
        for side in _COLOURS
        if any(event.side == side for event in events)
    ]
    if has_orders:
        data.append(_amounts(orders, span, currency, language))
    return go.Figure(data=data, layout=layout)


def _dots(
    events: Sequence[Event], lanes: list[str], side: str, currency: str, language: Language
) -> go.Scatter:
    own = [event for event in events if event.side == side]
    return go.Scatter(
        x=[f"{event.day}" for event in own],
        y=[lanes.index(event.lane) for event in own],
        yaxis="y2",
        mode="markers",
        name=say(f"person_sides.{side}").to(language),
        marker={
            "size": 9,
            "color": style.colour(_COLOURS[side]),
            "opacity": 0.85,
            "symbol": "circle-open" if side == "unknown" else "circle",
            "line": {"width": 1.2, "color": style.colour(_COLOURS[side])},
        },
        hovertext=[_hover(event, currency, language) for event in own],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )


def _amounts(orders: Sequence[Event], span: int, currency: str, language: Language) -> go.Bar:
    return go.Bar(
        x=[f"{order.day}" for order in orders],
        y=[float(order.amount or 0) for order in orders],
        width=86_400_000 * max(1.0, span / 110),
        marker={"color": style.colour("indigo")},
        showlegend=False,
        hovertext=[_hover(order, currency, language) for order in orders],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _bands(changes: Sequence[Change], start: date, end: date) -> list[dict[str, Any]]:
    return [
        {
            "type": "rect", "xref": "x", "yref": "paper", "x0": f"{first}", "x1": f"{until}",
            "y0": 0, "y1": 0.93, "layer": "below", "line": {"width": 0}, "opacity": 0.14,
            "fillcolor": style.colour(_BANDS.get(stage, "grey")),
        }
        for stage, first, until in _spans(changes, start, end)
    ]  # fmt: skip


def _band_names(
    changes: Sequence[Change], start: date, end: date, language: Language
) -> list[dict[str, Any]]:
    return [
        {
            "text": say_code("stage_names", stage).to(language), "xref": "x", "yref": "paper",
            "x": f"{first + (until - first) / 2}", "y": 0.93, "yanchor": "top",
            "showarrow": False, "font": {"size": 11, "color": style.colour("muted")},
        }
        for stage, first, until in _spans(changes, start, end)
        if (until - first).days >= (end - start).days * 0.16
    ]  # fmt: skip


def _spans(changes: Sequence[Change], start: date, end: date) -> list[tuple[str, date, date]]:
    days = [change.changed_on or start for change in changes]
    return [
        (change.to_stage, max(first, start), until)
        for change, first, until in zip(changes, days, [*days, end][1:], strict=True)
        if until > start
    ]


def _what(event: Event) -> Text:
    words = say_code("person_events", event.kind)
    return say("person_line.anonymous", event=words) if event.is_anonymous else words


def _hover(event: Event, currency: str, language: Language) -> str:
    lines = [show.day(event.day), _what(event)]
    if event.amount is not None:
        lines.append(show.money(event.amount, currency))
    if event.detail:
        lines.append(same(event.detail))
    return "<br>".join(style.safe(line, language) for line in lines)


def _table(events: Sequence[Event], currency: str) -> Table:
    return Table(
        columns=(
            Column(say("person_line.day"), kind="word"),
            Column(say("person_line.event"), kind="word"),
            Column(say("person_line.channel"), kind="word"),
            Column(say("person_line.amount")),
            Column(say("person_line.detail"), kind="word"),
        ),
        rows=tuple(
            (
                show.day(event.day),
                _what(event),
                say_code("channels", event.channel) if event.channel else show.NOTHING,
                show.NOTHING if event.amount is None else show.money(event.amount, currency),
                same(event.detail) if event.detail else show.NOTHING,
            )
            for event in list(reversed(events))[:EVENTS_LISTED]
        ),
    )


LINE = Panel(key="person_line", reads=("marts.person_timeline",), build=_build)
